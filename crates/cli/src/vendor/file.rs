//! The file of the service as it is written (docs/vendor.md). Sections that the server has too are the same.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{
    development::DevelopmentSection, egress::EgressSection, limits::LimitsSection, log::LogSection,
    store::StoreSection, tls::TlsSection, tokens::Algorithm,
};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VendorFile {
    /// The client's metadata document. The service publishes it at its `client_id`, and its own keys at its `jwks_uri`, on the same host.
    pub(crate) document: String,
    /// Addresses to listen on, as ADDRESS:PORT; port 0 takes a free one. The default is 127.0.0.1:8080.
    pub(crate) listen: Option<Vec<String>>,
    /// The directory where state is kept.
    pub(crate) data: String,
    /// The authorization servers that it signs for: issuers, `https://*` or `https://*.example.com`. The default is any with https.
    pub(crate) audiences: Vec<String>,
    /// `software_id` of its statements. The default is the `client_id`.
    pub(crate) software_id: Option<String>,
    /// `software_version` of its statements. The default is `1`.
    pub(crate) software_version: Option<String>,
    /// Days that a line of the log is kept.
    #[schemars(range(min = 1, max = 3650))]
    pub(crate) log_days: Option<u16>,
    /// The key that it signs with.
    pub(crate) signing: SigningSection,
    /// How long what it signs lives.
    pub(crate) lives: LivesSection,
    /// How much installations may ask for.
    pub(crate) installations: InstallationsSection,
    /// One-time codes that installations enrol with.
    pub(crate) codes: CodesSection,
    /// The vendor's own sign-in, with whose ID tokens installations enrol.
    pub(crate) sign_in: Option<SignInSection>,
    /// The command that judges the platform's evidence, with which installations enrol.
    pub(crate) platform: Option<PlatformSection>,
    /// TLS of the listeners.
    pub(crate) tls: TlsSection,
    /// The store and the key that seals what is secret in it.
    pub(crate) store: StoreSection,
    /// How the keys of the sign-in are fetched.
    pub(crate) egress: EgressSection,
    /// Settings for trying things out on one machine; refused unless every listener is a loopback address.
    pub(crate) development: DevelopmentSection,
    /// Bounds on what visitors may take up.
    pub(crate) limits: LimitsSection,
    /// What is logged, to standard error.
    pub(crate) log: LogSection,
}

/// `[signing]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SigningSection {
    /// Of which kind the keys are that the service makes. Without a command it keeps them in its store, sealed.
    pub(crate) algorithm: Algorithm,
    /// A program that signs, and its arguments: it reads the name of the key in the first line of its standard input and the bytes behind it, and prints the raw signature.
    pub(crate) command: Vec<String>,
    /// With a command: the file of the public keys that are published, a JWK set.
    pub(crate) keys: Option<String>,
    /// With a command: the `kid` of the one that signs.
    pub(crate) key_id: Option<String>,
    /// Seconds that the command is given.
    #[schemars(range(min = 1, max = 60))]
    pub(crate) seconds: Option<u16>,
}

/// `[lives]`
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "a key of the file says its unit")]
pub(crate) struct LivesSection {
    /// Seconds that an attestation is good; the default is 300.
    #[schemars(range(min = 30, max = 3600))]
    pub(crate) attestation_seconds: Option<u16>,
    /// Seconds that a software statement is good; the default is 300.
    #[schemars(range(min = 30, max = 3600))]
    pub(crate) statement_seconds: Option<u16>,
    /// Seconds that a client assertion is good, once; the default is 60.
    #[schemars(range(min = 10, max = 300))]
    pub(crate) assertion_seconds: Option<u16>,
}

/// `[installations]`
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InstallationsSection {
    /// Living installations that an account may have; the default is 10.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) per_account: Option<u32>,
    /// Signatures for one installation in an hour; the default is 60.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) signatures_per_hour: Option<u32>,
    /// Signatures for all installations of an account in an hour; the default is 240.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) signatures_per_account: Option<u32>,
    /// Requests of one network in a minute; the default is 120.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) requests_per_minute: Option<u32>,
}

/// `[codes]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CodesSection {
    /// Whether installations may enrol with them.
    pub(crate) accepted: bool,
    /// Minutes that a code is good.
    #[schemars(range(min = 1, max = 1440))]
    pub(crate) minutes: u16,
}

impl Default for CodesSection {
    fn default() -> Self {
        Self { accepted: true, minutes: 15 }
    }
}

/// `[sign_in]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInSection {
    /// The issuer of the ID tokens.
    pub(crate) issuer: String,
    /// The only audience that they may have: what the sign-in calls the vendor's client.
    pub(crate) client_id: String,
    /// Where its public keys are.
    pub(crate) keys_url: String,
}

/// `[platform]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlatformSection {
    /// A program and its arguments: it reads JSON with `evidence`, `key` and `challenge`, ends with status 0 if it accepts it, and may print the account.
    pub(crate) command: Vec<String>,
    /// Seconds that it is given; the default is 5.
    #[schemars(range(min = 1, max = 60))]
    #[serde(default)]
    pub(crate) seconds: Option<u16>,
}
