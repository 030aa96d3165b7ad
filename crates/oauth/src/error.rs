//! What does a fact look like on the wire? The only map from errors to codes, statuses and descriptions.
//!
//! The words here are for strangers: they name the rule and the remedy, never anything of ours.

mod attestation;
mod pushed;
mod statement;

use crate::{
    authorization::check::{AuthorizationError, PushFault},
    client::{id::MAX_CLIENT_ID_BYTES, service::ServiceError},
    limit::TooMany,
    registration::{AccessError, BodyFault, KeysFault, MAX_BODY_BYTES, RegistrationError},
    token::error::TokenError,
};

pub use pushed::pushed;

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

/// Registered error codes, and those of ABCA-6 (OAuth 2.1 §4.1.2.1 and §3.2.4, RFC 8707 §2, OpenID Connect §3.1.2.6, RFC 7009 §2.2.1, RFC 7591
/// §3.2.2, RFC 6750 §3.1). None is registered for a limit; `too_many_requests` is what MCP's SDKs know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names are the codes")]
pub enum Code {
    AccessDenied,
    ConsentRequired,
    InvalidClient,
    InvalidClientAttestation,
    InvalidClientMetadata,
    InvalidGrant,
    InvalidRedirectUri,
    InvalidRequest,
    InvalidScope,
    InvalidSoftwareStatement,
    InvalidTarget,
    InvalidToken,
    LoginRequired,
    RequestNotSupported,
    TemporarilyUnavailable,
    TooManyRequests,
    UnapprovedSoftwareStatement,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UnsupportedTokenType,
    UseAttestationChallenge,
    UseDpopNonce,
    UseFreshAttestation,
}

impl Code {
    /// The code as registered.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::ConsentRequired => "consent_required",
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientAttestation => "invalid_client_attestation",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::TooManyRequests => "too_many_requests",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::UseAttestationChallenge => "use_attestation_challenge",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::UseFreshAttestation => "use_fresh_attestation",
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
        E::Push(PushFault::NotPushed) => (
            Code::InvalidRequest,
            "push this request: send it to the pushed_authorization_request_endpoint first, and come back with the request_uri (RFC 9126)".into(),
        ),
        E::Push(PushFault::NotProven) => (
            Code::InvalidRequest,
            "the client's metadata demand client authentication, and this request was pushed without; push it again, authenticated".into(),
        ),
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
            "send grant_type=authorization_code, refresh_token or client_credentials".into(),
        ),
        E::UnknownClient => {
            (401, Code::InvalidClient, "this client_id is not known here; register again".into())
        }
        E::ClientAuthentication => (
            401,
            Code::InvalidClient,
            "the client is not authenticated: without keys send client_id alone; with a secret that secret; with keys a fresh JWT for this issuer".into(),
        ),
        E::KeysNotAtHand => (
            401,
            Code::InvalidClient,
            "nobody here has let this client in, so its document and keys are not fetched before somebody has signed in; push this request without client authentication, or send it to the authorization endpoint, and authenticate from the next one on".into(),
        ),
        E::Attestation(fault) => attestation::words(*fault),
        E::SecretEnded => (
            401,
            Code::InvalidClient,
            "this client secret or key was ended or has expired; whoever manages the client makes a new one here and enters it in the application".into(),
        ),
        E::NotInForce => (
            401,
            Code::InvalidClient,
            "this client is not in force: suspended, past its time or not approved yet; ask whoever manages it here".into(),
        ),
        E::GrantNotForClient => (
            400,
            Code::UnauthorizedClient,
            "client_credentials is for services, whose client_id begins with svc_; this client acts for people and sends them to the authorization endpoint".into(),
        ),
        E::OthersSecret => (
            400,
            Code::InvalidGrant,
            "this client secret or key is another person's; each person has their own here and enters it in their application".into(),
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
        E::ServiceResource => (
            400,
            Code::InvalidTarget,
            "send one resource: the URL of an MCP server that this client was given".into(),
        ),
        E::ServiceScope => (
            400,
            Code::InvalidScope,
            "none of these scopes was given to this client at that resource; leave scope out, or ask whoever manages it here".into(),
        ),
    };
    Wire { status, code, description }
}

/// Errors of the registration endpoint (RFC 7591 §3.2.2).
#[must_use]
pub fn registration(error: &RegistrationError) -> Wire {
    use RegistrationError as E;
    let (code, description) = match error {
        E::Body(fault) => (Code::InvalidClientMetadata, body(fault)),
        E::NoRedirectUri => {
            (Code::InvalidRedirectUri, "redirect_uris is missing; list at least one".into())
        }
        E::RedirectUri { position, fault } => (
            Code::InvalidRedirectUri,
            format!(
                "redirect_uris[{position}]: {fault}; use https, http on 127.0.0.1, [::1] or localhost, or an app's own scheme"
            ),
        ),
        E::RedirectUriNotAllowed { position } => (
            Code::InvalidRedirectUri,
            format!(
                "redirect_uris[{position}] is not allowed here; use http on 127.0.0.1, [::1] or localhost, or ask the operator to list it"
            ),
        ),
        E::NothingUsable(name) => (
            Code::InvalidClientMetadata,
            format!(
                "nothing in {name} is offered here; grant_types must have authorization_code, response_types code"
            ),
        ),
        E::Method => (
            Code::InvalidClientMetadata,
            "token_endpoint_auth_method is not offered; use none, private_key_jwt, attest_jwt_client_auth, client_secret_basic or client_secret_post".into(),
        ),
        E::Keys(fault) => (Code::InvalidClientMetadata, keys(*fault).into()),
        E::ChosenSecret => (
            Code::InvalidClientMetadata,
            "client_secret is made by this server; leave it out".into(),
        ),
        E::Id(too_long) => (
            Code::InvalidClientMetadata,
            format!(
                "{too_long}; send fewer or shorter values than make {MAX_CLIENT_ID_BYTES} characters, and jwks_uri in place of jwks"
            ),
        ),
        E::Banned => (
            Code::InvalidClientMetadata,
            "this client is not let in here, under whatever metadata; ask whoever runs this server".into(),
        ),
        E::Statement(fault) => statement::words(fault),
    };
    Wire { status: 400, code, description }
}

/// Why somebody may not register (RFC 7591 §3, RFC 6750 §3.1).
#[must_use]
pub fn registration_access(error: AccessError) -> Wire {
    let (status, code, description) = match error {
        AccessError::Closed => (
            404,
            Code::AccessDenied,
            "clients do not register themselves here; use a metadata document, whose URL is the client_id, or ask whoever runs this server",
        ),
        AccessError::NoToken => (
            401,
            Code::InvalidToken,
            "clients register here with an initial access token only; ask whoever runs this server for one, or use a metadata document, whose URL is the client_id",
        ),
        AccessError::Token => (
            401,
            Code::InvalidToken,
            "the initial access token is wrong, revoked or past its time; ask whoever runs this server for another one",
        ),
    };
    Wire { status, code, description: description.into() }
}

/// A limit that was reached, and in how many seconds there is room again (RFC 6585 §4).
#[must_use]
pub fn limit(limit: TooMany, seconds: u64) -> Wire {
    let reached = match limit {
        TooMany::RegistrationsFromOneNetwork { a_minute } => format!(
            "your network has registered {a_minute} different clients within a minute, and more are not taken; register once and keep the client_id"
        ),
        TooMany::PushesFromOneNetwork { a_minute } => format!(
            "your network has pushed {a_minute} requests of clients that nobody here has let in within a minute, and more are not taken"
        ),
        TooMany::Pushes => "more requests are pushed than this server takes in a second".into(),
        TooMany::Registrations => "more clients register than this server takes in a second".into(),
        TooMany::WrongSecrets => {
            "wrong secrets were presented for this client from your network; check the secret"
                .into()
        }
    };
    let description = format!("{reached}; try again in {seconds} s");
    Wire { status: 429, code: Code::TooManyRequests, description }
}

/// What is wrong with the metadata of a service, for whoever enters it.
#[must_use]
pub fn service(error: &ServiceError) -> Wire {
    use ServiceError as E;
    let description = match error {
        E::Metadata(error) => return registration(error),
        E::ActsForPeople(name) => format!(
            "{name} is for clients that act for people; leave it out, or enter the client once more as an application"
        ),
        E::NoGrant => {
            "grant_types lacks client_credentials; leave grant_types out, or list it".into()
        }
        E::Public => {
            "a service must authenticate; use private_key_jwt, client_secret_basic or client_secret_post".into()
        }
        E::NoResource => {
            "resources is missing; list the URLs of the MCP servers that it may go to".into()
        }
        E::Resource { position } => format!(
            "resources[{position}] is no URL of a resource; write it as it stands in the configuration"
        ),
        E::NoScope => {
            "scope is missing or cannot be read; write the scopes that it may have, with spaces between".into()
        }
    };
    Wire { status: 400, code: Code::InvalidClientMetadata, description }
}

fn body(fault: &BodyFault) -> String {
    match fault {
        BodyFault::TooLarge => {
            format!("the body is too large; send at most {MAX_BODY_BYTES} bytes")
        }
        BodyFault::Json(error) => format!("the body cannot be read: {error}; send one JSON object"),
        BodyFault::NotAnObject => "the body is no JSON object; send one".into(),
        BodyFault::WrongType(name) => {
            format!("{name} has the wrong type; send it as RFC 7591 section 2 says")
        }
        BodyFault::TooLong { name, limit } => {
            format!("{name} is too long; send at most {limit} bytes")
        }
        BodyFault::TooMany { name, limit } => {
            format!("{name} has too many values; send at most {limit}")
        }
    }
}

fn keys(fault: KeysFault) -> &'static str {
    match fault {
        KeysFault::Missing => "private_key_jwt needs keys; send jwks_uri or jwks",
        KeysFault::TwoSets => "jwks and jwks_uri exclude each other; send one of them",
        KeysFault::Private => {
            "jwks holds a private or shared key, which is now known; make a new one and send its public half only"
        }
        KeysFault::NotASet => {
            "jwks is no key set; send an object whose keys are a list of one or more"
        }
        KeysFault::NoneUsable => {
            "no key in jwks can verify a signature here; send one of P-256, Ed25519, or RSA with 2048 bits or more"
        }
        KeysFault::Url => "jwks_uri is not https; publish the keys at an https URL",
    }
}
