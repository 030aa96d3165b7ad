//! What can be wrong with the attestation of an installation, or with the proof beside it? Facts; `crate::error` gives them their code (ABCA-6).

use thiserror::Error;

/// Why an attestation proves nothing.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AttestationFault {
    /// ABCA-1: one of the headers stands twice, or is no text.
    #[error("a header of the attestation stands twice or cannot be read")]
    Header,
    /// ABCA-4: an attestation without a proof of its key, or a proof without an attestation.
    #[error("the attestation or its proof is missing")]
    Half,
    /// It is none of a trusted attester, for this server, for an installation of this client.
    #[error("the attestation is not believed")]
    NotBelieved,
    /// It was good once.
    #[error("the attestation is over")]
    Stale,
    /// The proof is none of the attested key, for this server, made just now.
    #[error("the proof of the attested key is not good")]
    Proof,
    /// The proof was seen before.
    #[error("the proof of the attested key was seen before")]
    Replayed,
    /// The proof answers no challenge of ours that is still good.
    #[error("the proof answers no challenge of this server")]
    Challenge,
    /// The same of a DPoP proof that stands for it (ABCA-5).
    #[error("the DPoP proof answers no nonce of this server")]
    Nonce,
    /// ABCA-5: the DPoP proof is of another key than the attested one.
    #[error("the DPoP proof is of another key")]
    TwoKeys,
    /// What is presented belongs to an attested installation, and none is attested now, or not as well.
    #[error("the installation has to be attested")]
    Needed,
    /// ABCA-10: what is presented belongs to another installation.
    #[error("it is another installation")]
    OtherInstallation,
}
