//! What is issued, how is it signed, how long does it live? DESIGN §9.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[tokens]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TokensSection {
    /// With what access tokens are signed. A change makes a new key at the next start.
    pub(crate) algorithm: Algorithm,
    /// Seconds that an access token is good for.
    #[schemars(range(min = 60, max = 3600))]
    pub(crate) access_token_seconds: u32,
    /// Seconds that an authorization code is good for.
    #[schemars(range(min = 10, max = 600))]
    pub(crate) code_seconds: u32,
    /// Days after which a refresh token that nobody used is dead.
    #[schemars(range(min = 1, max = 365))]
    pub(crate) refresh_unused_days: u32,
}

/// JOSE names of the algorithms to sign with.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub(crate) enum Algorithm {
    /// ECDSA on P-256.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Default for TokensSection {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Es256,
            access_token_seconds: 600,
            code_seconds: 60,
            refresh_unused_days: 90,
        }
    }
}
