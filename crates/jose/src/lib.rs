//! Keys and signed tokens: what we sign, whose signatures we believe, and what we seal at rest.
//!
//! The only user of the JWT crate. A token climbs a ladder: [`UnverifiedToken`] can tell nothing but which key and
//! which kind it claims; claims exist only after signature, kind, issuer, audience and time have been checked. Private keys
//! never leave their types, except as PKCS#8 to be sealed.
//!
//! Leaves out: fetching key sets, keeping keys, and revocation.

mod base64url;
mod key;
pub mod seal;
pub mod seen;
pub mod token;

pub use key::{
    Algorithm, JwkError, KeyError, KeySet, KeySetError, KeyUnusable, PublicKey, SignError, Signer,
    SigningKey,
};
pub use seal::{
    ClientCredential, DerivedKey, KeyPurpose, MasterKey, MasterKeyError, NotOpened, OpenError,
    SealError, SealIdError, SealingKeys, SealingKeysError, SealingRoot,
};
pub use token::{
    AccessTokenClaims, AccessTokenSigner, Ask, AssertionClaims, AssertionError, Attestation,
    AttestationClaims, AttestationError, AttestationProof, AttestationProofClaims, Audience,
    CATALOGUE_ALGORITHMS, Checked, ClientAssertion, DpopError, DpopProof, DpopProofClaims, EnrolBy,
    Expected, ExpectedAttestation, ExpectedDpop, ExpectedIdentity, ExpectedSignIn,
    ExpectedStatement, INSTALLATION_CHECK, IdentityTokenClaims, IdentityTokenSigner,
    InstallationRequest, LEEWAY_SECONDS, MAX_IDENTITY_SECONDS, MAX_SIGNED_CATALOGUE_BYTES,
    PROOF_SECONDS, ProofError, SKEW_SECONDS, STATEMENT_SKEW_SECONDS, Statement, TokenError,
    TokenType, UnverifiedAssertion, UnverifiedAttestation, UnverifiedAttestationProof,
    UnverifiedDpopProof, UnverifiedInstallationRequest, UnverifiedStatement, UnverifiedToken,
    is_identity_token, sign_attestation, sign_attestation_proof, sign_catalogue,
    sign_client_assertion, sign_dpop_proof, sign_installation_request, sign_statement,
    verify_access_token, verify_catalogue, verify_identity_token, verify_sign_in,
};
