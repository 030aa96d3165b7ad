//! What does a token response say? OAuth 2.1 §3.2.3 (O21-34), RFC 7662 §2.2.

use serde::Serialize;

/// A successful answer of the token endpoint.
#[derive(Serialize)]
pub struct TokenResponse<'t> {
    /// The access token.
    pub access_token: &'t str,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until it ends.
    pub expires_in: i64,
    /// The refresh token that is good from now on; a service has none (CC-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'t str>,
    /// What the token may do; always there, since it can be less than was asked.
    pub scope: String,
}

/// An answer of the introspection endpoint; what is not there is left out (IN-2).
#[derive(Default, Serialize)]
#[expect(missing_docs, reason = "the names are the registered members")]
pub struct IntrospectionResponse<'t> {
    pub active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}
