//! The file of the service as it is written (docs/vendor.md). Sections that the server has too are the same.

use salver_vendor::LONGEST_LIFE_SECONDS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{
    development::DevelopmentSection, egress::EgressSection, limits::LimitsSection, log::LogSection,
    store::StoreSection, tls::TlsSection, tokens::Algorithm,
};

/// The whole file.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VendorFile {
    /// The client's metadata document. The service publishes it at its `client_id`, and its own keys at its `jwks_uri`, on the same host.
    pub(crate) document: String,
    /// Addresses to listen on, as ADDRESS:PORT; port 0 takes a free one. The default is 127.0.0.1:8080.
    #[serde(default)]
    pub(crate) listen: Option<Vec<String>>,
    /// The directory where state is kept.
    pub(crate) data: String,
    /// The authorization servers that it signs for: issuers, `https://*` or `https://*.example.com`. The default is any with https.
    #[serde(default)]
    pub(crate) audiences: Vec<String>,
    /// `software_id` of its statements. The default is the `client_id`.
    #[serde(default)]
    pub(crate) software_id: Option<String>,
    /// `software_version` of its statements. The default is `1`.
    #[serde(default)]
    pub(crate) software_version: Option<String>,
    /// Days that a line of the log is kept.
    #[schemars(range(min = 1, max = 3650))]
    #[serde(default = "log_days")]
    pub(crate) log_days: u16,
    /// The key that it signs with.
    #[serde(default)]
    pub(crate) signing: SigningSection,
    /// How long what it signs lives.
    #[serde(default)]
    pub(crate) lives: LivesSection,
    /// How much installations may ask for.
    #[serde(default)]
    pub(crate) installations: InstallationsSection,
    /// One-time codes that installations enrol with.
    #[serde(default)]
    pub(crate) codes: CodesSection,
    /// The vendor's own sign-in, with whose ID tokens installations enrol.
    #[serde(default)]
    pub(crate) sign_in: Option<SignInSection>,
    /// The command that judges the platform's evidence, with which installations enrol.
    #[serde(default)]
    pub(crate) platform: Option<PlatformSection>,
    /// TLS of the listeners.
    #[serde(default)]
    pub(crate) tls: TlsSection,
    /// The store and the key that seals what is secret in it.
    #[serde(default)]
    pub(crate) store: StoreSection,
    /// How the keys of the sign-in are fetched.
    #[serde(default)]
    pub(crate) egress: EgressSection,
    /// Settings for trying things out on one machine; refused unless every listener is a loopback address.
    #[serde(default)]
    pub(crate) development: DevelopmentSection,
    /// Bounds on what visitors may take up.
    #[serde(default)]
    pub(crate) limits: LimitsSection,
    /// What is logged, to standard error.
    #[serde(default)]
    pub(crate) log: LogSection,
}

/// For serde, which wants a function: a year, and the month in which somebody looks back at it.
fn log_days() -> u16 {
    400
}

/// `[signing]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
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
    pub(crate) seconds: u16,
    /// Days that a key signs: then another one is made, which is published at once and signs in an hour. With a command a line of the log says once a day that the key is old. 0 leaves keys for good.
    #[schemars(range(min = 0, max = 3650))]
    pub(crate) rotate_days: u16,
}

impl Default for SigningSection {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            command: Vec::new(),
            keys: None,
            key_id: None,
            seconds: HOOK_SECONDS,
            rotate_days: 90,
        }
    }
}

/// `[lives]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "a key of the file says its unit")]
pub(crate) struct LivesSection {
    /// Seconds that an attestation is good.
    #[schemars(range(min = 30, max = LONGEST_LIFE_SECONDS))]
    pub(crate) attestation_seconds: u16,
    /// Seconds that a software statement is good.
    #[schemars(range(min = 30, max = LONGEST_LIFE_SECONDS))]
    pub(crate) statement_seconds: u16,
    /// Seconds that a client assertion is good, once.
    #[schemars(range(min = 10, max = 300))]
    pub(crate) assertion_seconds: u16,
}

impl Default for LivesSection {
    fn default() -> Self {
        Self { attestation_seconds: 300, statement_seconds: 300, assertion_seconds: 60 }
    }
}

/// `[installations]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InstallationsSection {
    /// Living installations that an account may have.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) per_account: u32,
    /// Signatures for one installation in an hour.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) signatures_per_hour: u32,
    /// Signatures for all installations of an account in an hour.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) signatures_per_account: u32,
    /// Requests of one network in a minute.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) requests_per_minute: u32,
}

impl Default for InstallationsSection {
    fn default() -> Self {
        Self {
            per_account: 10,
            signatures_per_hour: 60,
            signatures_per_account: 240,
            requests_per_minute: 120,
        }
    }
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
    /// Seconds that it is given.
    #[schemars(range(min = 1, max = 60))]
    #[serde(default = "hook_seconds")]
    pub(crate) seconds: u16,
}

/// What a command is given.
const HOOK_SECONDS: u16 = 5;

/// For serde, which wants a function.
fn hook_seconds() -> u16 {
    HOOK_SECONDS
}
