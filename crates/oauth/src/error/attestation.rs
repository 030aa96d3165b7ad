//! What does a fault of an attestation look like on the wire? Part of the one map (ABCA-6).

use super::Code;
use crate::token::attestation::AttestationFault;

/// Status, code and words.
pub(super) fn words(fault: AttestationFault) -> (u16, Code, String) {
    use AttestationFault as F;
    let (status, code, words) = match fault {
        F::Header => (
            400,
            Code::InvalidRequest,
            "send OAuth-Client-Attestation, OAuth-Client-Attestation-PoP and DPoP once each",
        ),
        F::Half => (
            401,
            Code::InvalidClientAttestation,
            "send the attestation together with a proof of its key: OAuth-Client-Attestation, and OAuth-Client-Attestation-PoP or DPoP",
        ),
        F::NotBelieved => (
            401,
            Code::InvalidClientAttestation,
            "the attestation is not believed: sub must be the client_id, cnf.jwk a public key, aud this issuer if it is there, and the signature of a key that the client's metadata publish or the operator trusts for this client",
        ),
        F::Stale => (
            400,
            Code::UseFreshAttestation,
            "the attestation is over; get a new one from the client's vendor and send that",
        ),
        F::Proof => (
            401,
            Code::InvalidClientAttestation,
            "the proof is not good: it must be signed with the attested key, for this issuer (a DPoP proof for this URL and method), with jti and an iat of now",
        ),
        F::Replayed => (
            401,
            Code::InvalidClientAttestation,
            "this proof was seen before; make a new one for each request",
        ),
        F::Challenge => (
            400,
            Code::UseAttestationChallenge,
            "put the value of OAuth-Client-Attestation-Challenge into the proof as challenge, and send the request again",
        ),
        F::Nonce => (
            400,
            Code::UseDpopNonce,
            "put the value of DPoP-Nonce into the DPoP proof as nonce, and send the request again",
        ),
        F::TwoKeys => {
            (401, Code::InvalidClientAttestation, "the DPoP proof must be of the attested key")
        }
        F::Needed => (
            401,
            Code::InvalidClientAttestation,
            "this was granted to an attested installation; send its attestation, which must say installation_check device_key or platform if it did then",
        ),
        F::OtherInstallation => (
            400,
            Code::InvalidGrant,
            "this belongs to another installation; sign in again in this one",
        ),
    };
    (status, code, words.into())
}
