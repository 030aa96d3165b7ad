//! What does a fact look like on the wire? The only map from errors to codes, statuses and descriptions.
//!
//! The words here are for strangers: they name the rule and the remedy, never anything of ours.

use crate::{authorization::check::AuthorizationError, token::error::TokenError};

/// An error as a client sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wire {
    /// HTTP status, where the error is not a redirect.
    pub status: u16,
    /// The registered code.
    pub code: Code,
    /// What is wrong and what to do about it.
    pub description: String,
}

/// Registered error codes (OAuth 2.1 §4.1.2.1 and §3.2.4, RFC 8707 §2, OpenID Connect §3.1.2.6, RFC 7009 §2.2.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names are the codes")]
pub enum Code {
    AccessDenied,
    ConsentRequired,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    LoginRequired,
    RequestNotSupported,
    TemporarilyUnavailable,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UnsupportedTokenType,
}

impl Code {
    /// The code as registered.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::ConsentRequired => "consent_required",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
        }
    }
}

/// Errors of the authorization endpoint, for the redirect.
#[must_use]
pub fn authorization(error: &AuthorizationError) -> Wire {
    use AuthorizationError as E;
    let (code, description) = match error {
        E::Form(error) => (Code::InvalidRequest, format!("{error}; send it once, as UTF-8")),
        E::ResponseType => (Code::UnsupportedResponseType, "send response_type=code".into()),
        E::ResponseMode => {
            (Code::InvalidRequest, "leave response_mode out, or send response_mode=query".into())
        }
        E::Challenge(error) => {
            (Code::InvalidRequest, format!("{error}; PKCE with S256 is required"))
        }
        E::Resource => (
            Code::InvalidTarget,
            "send one resource: the URL of an MCP server that this server protects".into(),
        ),
        E::Scope => (
            Code::InvalidScope,
            "the client's own metadata does not include any of these scopes".into(),
        ),
        E::ByReference => (Code::RequestNotSupported, "send the parameters themselves".into()),
        E::LoginRequired => {
            (Code::LoginRequired, "nobody is signed in; leave out prompt=none".into())
        }
        E::ConsentRequired => {
            (Code::ConsentRequired, "the user has to be asked; leave out prompt=none".into())
        }
        E::AccessDenied => (Code::AccessDenied, "the user did not allow it".into()),
        E::Unavailable => (Code::TemporarilyUnavailable, "try again in a moment".into()),
    };
    Wire { status: 400, code, description }
}

/// Errors of the token and revocation endpoints.
#[must_use]
pub fn token(error: &TokenError) -> Wire {
    use TokenError as E;
    let (status, code, description) = match error {
        E::Form(error) => (400, Code::InvalidRequest, format!("{error}; send it once, as UTF-8")),
        E::Missing(name) => (400, Code::InvalidRequest, format!("the parameter {name} is missing")),
        E::GrantType => (
            400,
            Code::UnsupportedGrantType,
            "send grant_type=authorization_code or refresh_token".into(),
        ),
        E::UnknownClient => {
            (401, Code::InvalidClient, "this client_id is not known here; register again".into())
        }
        E::ClientAuthentication => (
            401,
            Code::InvalidClient,
            "the client is not authenticated: without keys send client_id alone; with keys a fresh JWT for this issuer".into(),
        ),
        E::TwoAuthentications => (400, Code::InvalidRequest, "authenticate in one way only".into()),
        E::Code => (
            400,
            Code::InvalidGrant,
            "the code is wrong, spent or past its time; start again".into(),
        ),
        E::Verifier => {
            (400, Code::InvalidGrant, "code_verifier does not fit the code_challenge".into())
        }
        E::RedirectUri => (
            400,
            Code::InvalidGrant,
            "redirect_uri is not the one that the code was sent to".into(),
        ),
        E::RefreshToken => (
            400,
            Code::InvalidGrant,
            "the refresh token is wrong, spent or revoked; sign in again".into(),
        ),
        E::Resource => {
            (400, Code::InvalidTarget, "resource is not the one that was granted".into())
        }
        E::Scope => (400, Code::InvalidScope, "scope is wider than what was granted".into()),
    };
    Wire { status, code, description }
}
