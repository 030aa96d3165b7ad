//! Is this very installation attested, and has it proven its key with this request? (SPEC section 5.)
//!
//! 1. Both halves are there, or neither: an attestation, and a proof of its key of its own kind or as a DPoP proof (ABCA-1, ABCA-5).
//! 2. Whose keys count for this client: an attester's that the operator trusts for it, else those that its own metadata publish (ABCA-11). Nothing is fetched because an
//!    attestation says so.
//! 3. The attestation is believed, then the proof, then what the proof answers; the proof is spent with that (ABCA-4).

use std::sync::Arc;

use salver_egress::Source;
use salver_jose::{
    Algorithm, Attestation, AttestationError, Checked, DpopError, ExpectedAttestation,
    ExpectedDpop, KeySet, ProofError, UnverifiedAttestation, UnverifiedAttestationProof,
    UnverifiedDpopProof,
};
use salver_oauth::{
    Timestamp,
    client::{id::ClientId, metadata::Keys},
    token::{attestation::AttestationFault, error::TokenError},
};
use salver_policy::evidence::{Evidence, EvidenceKind};
use salver_store::Outcome;

use super::keys::key_set;
use crate::{
    anchor::{self, Anchor},
    challenge,
    deps::Deps,
    flow::{
        client::Found,
        statement,
        token::{RawAttestation, TokenRefusal},
    },
};

/// An attestation that came with a request, and the proof beside it; nothing is believed.
pub(super) struct Presented<'r> {
    compact: &'r str,
    attestation: UnverifiedAttestation<'r>,
    proof: Possession<'r>,
    /// A DPoP proof beside the attestation's own: it is for the tokens, and of the same key.
    beside: Option<UnverifiedDpopProof<'r>>,
    endpoint: &'static str,
}

/// How the possession of the attested key is proven.
enum Possession<'r> {
    Proof(UnverifiedAttestationProof<'r>),
    Dpop(UnverifiedDpopProof<'r>),
}

/// An installation that was attested, and has proven its key with this request.
pub(super) struct Attested {
    /// RFC 7638 thumbprint of its key.
    pub(super) key: Box<str>,
    /// RFC 7638 thumbprint of the key that attests it.
    pub(super) signed_with: Box<str>,
    /// The issuer whose key that is; none if it is one of the client's own metadata.
    pub(super) attester: Option<Box<str>>,
    /// How it was checked.
    pub(super) evidence: Evidence,
}

impl Attested {
    /// RFC 7638 thumbprint of the key of the client's own metadata that attests it, if one does.
    pub(super) fn own_key(&self) -> Option<Box<str>> {
        self.attester.is_none().then(|| self.signed_with.clone())
    }
}

/// Who attests the installations of a client.
enum Attester {
    Anchor(Arc<Anchor>),
    /// Whoever has the keys that its metadata publish.
    Publisher,
}

impl<'r> Presented<'r> {
    /// Reads what came; nothing, if no attestation did. A DPoP proof alone is of no interest here.
    pub(super) fn read(
        raw: RawAttestation<'r>,
        client_id: &ClientId,
    ) -> Result<Option<Self>, TokenError> {
        let RawAttestation { attestation, proof, dpop, endpoint, is_readable } = raw;
        if attestation.is_none() && proof.is_none() {
            return Ok(None);
        }
        if !is_readable {
            return Err(AttestationFault::Header.into());
        }
        let compact = attestation.ok_or(AttestationFault::Half)?;
        let dpop = dpop.map(UnverifiedDpopProof::decode).transpose().map_err(|e| dpop_proof(&e))?;
        let (proof, beside) = match (proof, dpop) {
            (None, None) => return Err(AttestationFault::Half.into()),
            (None, Some(dpop)) => (Possession::Dpop(dpop), None),
            (Some(proof), dpop) => {
                let proof =
                    UnverifiedAttestationProof::decode(proof).map_err(|e| self::proof(&e))?;
                (Possession::Proof(proof), dpop)
            }
        };
        let attestation = UnverifiedAttestation::decode(compact).map_err(|e| not_believed(&e))?;
        if attestation.claimed_client() != client_id {
            return Err(AttestationFault::NotBelieved.into()); // ABCA-4
        }
        Ok(Some(Self { compact, attestation, proof, beside, endpoint }))
    }

    /// Climbs to the attested installation of this client. Keys at a URL are asked for on the account of `source`, or have to be at hand (DESIGN 4.5).
    pub(super) async fn verify(
        self,
        deps: &Deps,
        found: &Found,
        source: Option<Source>,
    ) -> Result<Attested, TokenRefusal> {
        let now = deps.now();
        let attester = self.attester(deps, found)?;
        let keys = self.keys(deps, &attester, (found, source)).await?;
        let (algorithms, longest_seconds) = match &attester {
            Attester::Anchor(anchor) => (&*anchor.algorithms, anchor.longest_seconds),
            Attester::Publisher => (&Algorithm::ALL[..], LONGEST_SECONDS),
        };
        let audience = &deps.settings.issuer;
        let expected = ExpectedAttestation { audience, algorithms, longest_seconds, now };
        let seen = (self.compact, self.attestation);
        let attestation = deps.attestations.verify(seen, &keys, &expected);
        let attestation = attestation.map_err(|error| not_believed(&error))?;
        if let Some(beside) = &self.beside
            && *beside.claimed_thumbprint() != *attestation.thumbprint
        {
            return Err(told(AttestationFault::TwoKeys));
        }
        let (id, ends_at) = self.proof.verify(deps, &attestation, (self.endpoint, now))?;
        let spent = deps.secrets.digest(&format!("attested {} {id}", attestation.thumbprint));
        if deps.store.spend_assertion(spent, ends_at, now).await? == Outcome::Lost {
            return Err(told(AttestationFault::Replayed));
        }
        Ok(Attested {
            key: attestation.thumbprint.clone(),
            signed_with: attestation.signed_with.clone(),
            attester: match attester {
                Attester::Anchor(anchor) => Some(anchor.issuer.clone()),
                Attester::Publisher => None,
            },
            evidence: attestation.checked.map_or(Evidence::NONE, evidence),
        })
    }

    /// ABCA-11: who may attest this client's installations. An anchor may for softwares that it has signed for, and for clients that the operator names for it.
    fn attester(&self, deps: &Deps, found: &Found) -> Result<Attester, TokenRefusal> {
        let (client, attestation) = (&found.metadata, &self.attestation);
        let client_id = client.client_id.as_str();
        let anchor = match (attestation.claimed_keys_url(), attestation.claimed_issuer()) {
            (Some(url), _) => {
                let own = matches!(&client.keys, Keys::At(own) if **own == *url);
                let anchor = anchor::at_keys_url(deps, url);
                if anchor.is_none() && !own {
                    tracing::info!(client_id, url, "an attestation names keys that are on no list");
                    return Err(told(AttestationFault::NotBelieved));
                }
                anchor
            }
            (None, Some(issuer)) => anchor::trusted(deps, issuer),
            (None, None) => anchor::attester_of(deps, client_id),
        };
        let may_attest = |anchor: &Anchor| {
            let has_signed = found.signed.as_ref().is_some_and(|by| by.issuer == anchor.issuer);
            has_signed || anchor.attests.iter().any(|one| **one == *client_id)
        };
        match anchor.filter(|anchor| may_attest(anchor)) {
            Some(anchor) => Ok(Attester::Anchor(anchor)),
            None if client.keys == Keys::None => Err(told(AttestationFault::NotBelieved)),
            None => Ok(Attester::Publisher),
        }
    }

    async fn keys(
        &self,
        deps: &Deps,
        attester: &Attester,
        (found, source): (&Found, Option<Source>),
    ) -> Result<Arc<KeySet>, TokenRefusal> {
        let (client, named) = (&found.metadata, self.attestation.claimed_key_id());
        match attester {
            Attester::Anchor(anchor) => {
                let keys = statement::keys(&deps.egress, anchor, named).await;
                keys.map_err(|why| {
                    tracing::warn!(issuer = &*anchor.issuer, %why, "the keys of a trust anchor cannot be read: nothing that it attests is believed");
                    told(AttestationFault::NotBelieved)
                })
            }
            Attester::Publisher => {
                key_set(deps, (&client.client_id, named), (&client.keys, source)).await
            }
        }
    }
}

impl Possession<'_> {
    /// The `jti` of the proof, and when it is too old.
    fn verify(
        self,
        deps: &Deps,
        attestation: &Attestation,
        (endpoint, now): (&str, Timestamp),
    ) -> Result<(Box<str>, Timestamp), TokenRefusal> {
        let is_live = |text: Option<Box<str>>| {
            text.is_some_and(|text| challenge::is_live(&text, deps.secrets.challenges(), now))
        };
        match self {
            Self::Proof(proof) => {
                let proven = proof.verify(attestation, &deps.settings.issuer, now);
                let proven = proven.map_err(|error| self::proof(&error))?;
                if !is_live(proven.challenge) {
                    return Err(told(AttestationFault::Challenge));
                }
                Ok((proven.id, proven.ends_at))
            }
            Self::Dpop(proof) => {
                let url = deps.settings.issuer.endpoint(endpoint);
                let expected = ExpectedDpop { method: "POST", url: &url, now };
                let proven = proof.verify(&expected).map_err(|error| dpop_proof(&error))?;
                if proven.thumbprint != attestation.thumbprint {
                    return Err(told(AttestationFault::TwoKeys)); // ABCA-5
                }
                if !is_live(proven.nonce) {
                    return Err(told(AttestationFault::Nonce));
                }
                Ok((proven.id, proven.ends_at))
            }
        }
    }
}

/// DESIGN 4.2: what an attestation is evidence of, its key being proven.
const fn evidence(checked: Checked) -> Evidence {
    Evidence::NONE.with(match checked {
        Checked::User => EvidenceKind::UserAttested,
        Checked::DeviceKey => EvidenceKind::DeviceKey,
        Checked::Platform => EvidenceKind::Platform,
    })
}

fn not_believed(error: &AttestationError) -> TokenError {
    tracing::info!(%error, "an attestation is not believed");
    match error {
        AttestationError::Expired { .. } => AttestationFault::Stale.into(),
        _ => AttestationFault::NotBelieved.into(),
    }
}

fn proof(error: &ProofError) -> TokenError {
    tracing::info!(%error, "the proof beside an attestation is not good");
    AttestationFault::Proof.into()
}

fn dpop_proof(error: &DpopError) -> TokenError {
    tracing::info!(%error, "the DPoP proof beside an attestation is not good");
    AttestationFault::Proof.into()
}

fn told(fault: AttestationFault) -> TokenRefusal {
    TokenError::from(fault).into()
}

/// The longest that an attestation may live which a publisher signs with its own keys, in seconds: revoking it means to let it end.
const LONGEST_SECONDS: i64 = 86_400;
