//! Tokens: what they claim, who signed them, and when they are believed.

mod access_token;
mod attestation;
mod attestation_proof;
mod catalogue;
mod claims;
mod client_assertion;
mod dpop_proof;
mod error;
mod header;
mod identity_token;
mod installation;
mod sign_in;
mod statement;
mod unverified;

pub use access_token::{
    AccessTokenClaims, AccessTokenSigner, Audience, Expected, verify_access_token,
};
pub use attestation::{
    Attestation, AttestationClaims, AttestationError, Checked, ExpectedAttestation,
    INSTALLATION_CHECK, UnverifiedAttestation, sign_attestation,
};
pub use attestation_proof::{
    AttestationProof, AttestationProofClaims, ProofError, UnverifiedAttestationProof,
    sign_attestation_proof,
};
pub use catalogue::{
    CATALOGUE_ALGORITHMS, MAX_SIGNED_CATALOGUE_BYTES, sign_catalogue, verify_catalogue,
};
pub use client_assertion::{
    AssertionClaims, AssertionError, ClientAssertion, LONGEST_SECONDS, SKEW_SECONDS,
    UnverifiedAssertion, sign_client_assertion,
};
pub use dpop_proof::{
    DpopError, DpopProof, DpopProofClaims, ExpectedDpop, UnverifiedDpopProof, sign_dpop_proof,
};
pub use error::TokenError;
pub use header::TokenType;
pub use identity_token::{
    ExpectedIdentity, IdentityTokenClaims, IdentityTokenSigner, MAX_IDENTITY_SECONDS,
    is_identity_token, verify_identity_token,
};
pub use installation::{
    Ask, EnrolBy, InstallationRequest, UnverifiedInstallationRequest, sign_installation_request,
};
pub use sign_in::{ExpectedSignIn, verify_sign_in};
pub use statement::{
    ExpectedStatement, STATEMENT_SKEW_SECONDS, Statement, UnverifiedStatement, sign_statement,
};
pub use unverified::UnverifiedToken;

use salver_oauth::Timestamp;

/// How far two clocks may be apart, in seconds.
pub const LEEWAY_SECONDS: i64 = 5;

/// How long ago a proof of possession may have been made, in seconds (ABCA-4, RFC 9449 §11.1): its `jti` has to be remembered for as long.
pub const PROOF_SECONDS: i64 = 300;

/// RFC 7519 §4.1.4 to §4.1.6: not over, not before its time, not made in the future.
fn check_times(issued: i64, expires: i64, now: Timestamp) -> Result<(), TokenError> {
    let over_for = now.as_unix().saturating_sub(expires);
    if over_for >= LEEWAY_SECONDS {
        return Err(TokenError::Expired { seconds_ago: over_for });
    }
    if issued.saturating_sub(now.as_unix()) > LEEWAY_SECONDS {
        return Err(TokenError::NotYetValid);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
