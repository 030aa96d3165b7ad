//! What can be wrong with a token request? Facts; `crate::error` gives them their code.

use thiserror::Error;

use super::attestation::AttestationFault;
use crate::form::FormError;

/// Why a token or revocation request is refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum TokenError {
    /// A parameter stands twice, or cannot be read.
    #[error("{0}")]
    Form(#[from] FormError),
    /// A parameter is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A grant type that is not offered.
    #[error("the grant type is not offered")]
    GrantType,
    /// Nobody here goes by this `client_id` (O21-36: clients register anew on this).
    #[error("the client is not known")]
    UnknownClient,
    /// A secret or assertion from a client that has neither.
    #[error("the client authentication fails")]
    ClientAuthentication,
    /// DESIGN 4.5: its document or its keys are not at hand, and may not be fetched for a pushed request.
    #[error("the client's keys are not at hand")]
    KeysNotAtHand,
    /// ABCA-4: what came of attestation proves nothing, or is not there where it has to be.
    #[error("{0}")]
    Attestation(#[from] AttestationFault),
    /// The secret or key was good once: it was ended, or has expired.
    #[error("the client secret or key has ended")]
    SecretEnded,
    /// A service is on record, and not in force: suspended, past its time, or not approved yet.
    #[error("the service is not in force")]
    NotInForce,
    /// RFC 6749 §5.2: the client may not have tokens in this way.
    #[error("the grant type is not for this client")]
    GrantNotForClient,
    /// The secret or key is good for another person's logins only.
    #[error("the client secret or key is another person's")]
    OthersSecret,
    /// O21-35: two ways of authentication in one request.
    #[error("two ways of client authentication")]
    TwoAuthentications,
    /// No such code for this client: wrong, spent, past its time.
    #[error("the code is not good")]
    Code,
    /// O21-33.
    #[error("the verifier does not fit")]
    Verifier,
    ///
    #[error("the redirect_uri is another one")]
    RedirectUri,
    /// No such refresh token for this client: wrong, dead, ended.
    #[error("the refresh token is not good")]
    RefreshToken,
    /// RI-2.
    #[error("the resource is another one")]
    Resource,
    /// O21-37.
    #[error("the scope is wider than the grant")]
    Scope,
    /// RI-2, R-16: the service may not go there, or does not say where it means to go.
    #[error("the resource is none of the service's, or is not named")]
    ServiceResource,
    /// RFC 6749 §3.3: nothing of it may be given to the service there.
    #[error("none of the scopes may be given to the service")]
    ServiceScope,
}
