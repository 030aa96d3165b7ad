//! How are rules written down? The `[policy]` section of the configuration file, key by key, before anything is understood.
//!
//! The configuration reference is made from these structs; so a sentence here is a sentence there. Unknown keys are errors.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::preset::Preset;
use crate::{
    assessment::Rung,
    evidence::EvidenceKind,
    visit::{Method, RedirectClass},
};

/// `[policy]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySection {
    /// Which ready-made rules stand behind your own; docs/policy.md says what they do. With `none`, whatever no rule of yours decides is denied.
    pub preset: Preset,
    /// Lists of hosts, each for one question. `a.example` means that host, `.a.example` that host and all names below it; never a public suffix.
    pub hosts: HostsSection,
    /// What a client can get at most, by what is proven of it. More is not refused, it is not given.
    pub ceilings: CeilingsSection,
    /// Names that belong to somebody, beside those of the catalogue, as "NAME" = "DOMAIN": whoever else uses one is marked.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// Rules, one entry each. The first that matches decides; yours come before those of the preset.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleEntry>,
}

/// `[policy.hosts]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostsSection {
    /// Publishers that the condition `listed` means. They are not thereby places where answers may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Vec<String>>,
    /// The only hosts on the web to which answers may go. Without this key: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Vec<String>>,
    /// The only hosts from which keys of clients are fetched. Without this key: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    /// The only hosts from which pictures of clients are fetched. Without this key: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Vec<String>>,
}

/// `[policy.ceilings]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CeilingsSection {
    /// For clients for whom nobody vouches.
    pub self_declared: CeilingSection,
    /// For clients whose metadata somebody vouches for.
    pub published: CeilingSection,
    /// For clients whose answers can only reach their publisher.
    pub anchored: CeilingSection,
    /// For clients of which this very installation is attested.
    pub attested: CeilingSection,
}

/// `[policy.ceilings.…]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CeilingSection {
    /// The scopes that they can get, with spaces between them. Without this key: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<String>,
    /// The resources that they can get, by name or URL. Without this key: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
}

/// `[[policy.rules]]`
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// Its name, in lower-case letters, digits and hyphens; verdicts are recorded under it.
    pub name: String,
    /// What it is for, in one sentence.
    pub sentence: String,
    /// When it matches: all of these. Without any: always.
    #[serde(default, skip_serializing_if = "ConditionsSection::is_empty")]
    pub when: ConditionsSection,
    /// When it does not match nevertheless: if all of these hold.
    #[serde(default, skip_serializing_if = "ConditionsSection::is_empty")]
    pub unless: ConditionsSection,
    /// What becomes of the login.
    pub then: Then,
    /// What the person is warned of, if `then` is `warn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<String>,
    /// Terms on which the client comes in.
    #[serde(default, skip_serializing_if = "LimitsSection::is_empty")]
    pub limits: LimitsSection,
}

/// `when` and `unless`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConditionsSection {
    /// How the client came to be known: any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Vec<Method>>,
    /// The URL of its metadata document: any of these; one whole path segment may be `{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Vec<String>>,
    /// The host that publishes the document: any of these, `.a.example` with all names below. Where anybody may put files, it counts against a client and never for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Vec<String>>,
    /// Whether the publisher's host is in `policy.hosts.identity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    /// What kind of place receives the answer: any of these. An address that hands answers on is a `relay` and not `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Vec<RedirectClass>>,
    /// The host on the web that receives the answer: any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_host: Option<Vec<String>>,
    /// At least so much is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// What has been shown: any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<EvidenceKind>>,
    /// The entry of the catalogue that it belongs to: any of these; `*` means any entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<Vec<String>>,
    /// Who issued its software statement: any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement_issuer: Option<Vec<String>>,
    /// The SHA-256 thumbprint (RFC 7638) of a key that it declares: any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Vec<String>>,
    /// Whether an administrator has looked at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vetted: Option<bool>,
    /// Days within which this server first let it in, or now does.
    #[schemars(range(min = 1, max = 3650))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen_within_days: Option<u32>,
    /// Whether it uses a name that belongs to somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looks_like_protected: Option<bool>,
    /// The resource that is asked for: any of these, by name or URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Vec<String>>,
    /// A scope that is asked for, perhaps among others: any of these. What is given is bounded by `limits.scopes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// A group of the person: any of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Vec<String>>,
}

/// `limits`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    /// The scopes that it can get, with spaces between them; more is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<String>,
    /// The resources that it can get, by name or URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
    /// Seconds for which an access token is good, at most.
    #[schemars(range(min = 60, max = 3600))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_seconds: Option<u32>,
    /// Days without use after which a refresh token ends, at most.
    #[schemars(range(min = 1, max = 365))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_unused_days: Option<u32>,
    /// Days after which the person is asked anew, used or not.
    #[schemars(range(min = 1, max = 3650))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_days: Option<u32>,
    /// Whether the person is asked every time, also where an earlier yes would do. No rule takes the question away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentWish>,
    /// What the request must bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require: Option<Vec<Requirement>>,
    /// The only hosts on the web to which answers may go, in place of `policy.hosts.redirect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_hosts: Option<Vec<String>>,
    /// The only hosts from which its keys are fetched, in place of `policy.hosts.keys`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_hosts: Option<Vec<String>>,
    /// The only hosts from which its pictures are fetched, in place of `policy.hosts.pictures`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_hosts: Option<Vec<String>>,
}

/// What becomes of a login.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It goes on.
    Allow,
    /// It goes on, and the person is warned.
    Warn,
    /// It waits for an administrator.
    Review,
    /// It ends.
    Deny,
}

/// How often the person is asked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentWish {
    /// Every time.
    EveryTime,
}

/// What a request must bring.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// It is pushed (RFC 9126).
    PushedRequest,
    /// Its tokens are bound to a key of the client (RFC 9449).
    Dpop,
    /// It proves a key that the publisher attests, of the device or the platform.
    Attestation,
}

impl ConditionsSection {
    /// Whether it asks nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl LimitsSection {
    /// Whether it sets nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Then {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Warn, Self::Review, Self::Deny];

    /// A name that stays the same.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Review => "review",
            Self::Deny => "deny",
        }
    }

    /// What has this name.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|then| then.id() == id)
    }

    /// Whether the client comes in at once.
    #[must_use]
    pub const fn lets_in(self) -> bool {
        matches!(self, Self::Allow | Self::Warn)
    }
}

impl Requirement {
    /// A name that stays the same.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::PushedRequest => "pushed_request",
            Self::Dpop => "dpop",
            Self::Attestation => "attestation",
        }
    }
}
