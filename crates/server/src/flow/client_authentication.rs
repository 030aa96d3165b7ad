//! Is the client at the token endpoint who it says it is? (SPEC 3.6, OAuth 2.1 §2.4.)

use salver_oauth::{
    client::id::ClientId,
    token::{error::TokenError, request::Credentials},
};

/// The client of a request that proves nothing.
///
/// # Errors
/// If it tries to prove something: no client can, here.
pub(super) fn public(credentials: &Credentials) -> Result<&ClientId, TokenError> {
    match credentials {
        Credentials::None(client_id) => Ok(client_id),
        Credentials::Assertion { .. } => Err(TokenError::ClientAuthentication),
    }
}
