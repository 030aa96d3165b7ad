//! What does an installation show with a pushed request and a token request? An attestation and a proof of its key (ABCA-1), the same with a DPoP proof (ABCA-5), or a client
//! assertion that its vendor has signed (AT-R-4); a software statement may go beside each.
//!
//! A server that wants its challenge, or its nonce, in the proof says so in its answer; then the request is sent once more.

use std::sync::Arc;

use http::{HeaderMap, Request, header};
use salver_egress::upstream::Upstream;
use salver_jose::{
    AttestationProofClaims, DpopProofClaims, SigningKey, sign_attestation_proof, sign_dpop_proof,
};
use salver_oauth::Issuer;
use thiserror::Error;
use url::form_urlencoded;

use crate::{
    Clock,
    random::token_id,
    wire::{Reply, WireError, exchange},
};

/// With what an installation shows that it is one of its client's.
#[derive(Clone)]
pub enum Credential {
    /// An attestation of this key, and a proof of its own.
    Attestation {
        /// What the vendor has signed.
        attestation: String,
        /// The key that it speaks of.
        key: Arc<SigningKey>,
    },
    /// An attestation of this key, and a DPoP proof.
    Combined {
        /// What the vendor has signed.
        attestation: String,
        /// The key that it speaks of.
        key: Arc<SigningKey>,
    },
    /// A client assertion, for one request.
    Assertion(String),
    /// Nothing: what a client does that anybody can be.
    Nothing,
}

/// What goes with one request.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Shown {
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Parameters beside those of the request.
    pub parameters: Vec<(&'static str, String)>,
}

/// Why a request was not sent.
#[derive(Debug, Error)]
pub enum SendError {
    /// The server cannot be reached.
    #[error("the authorization server: {0}")]
    Wire(#[from] WireError),
    /// The key does not sign.
    #[error("the key of the installation does not sign")]
    Key,
}

/// What a server wants in proofs.
#[derive(Clone, Debug, Default)]
struct Wanted {
    challenge: Option<String>,
    nonce: Option<String>,
}

impl Credential {
    /// What goes with a POST to this endpoint of this server, now. `challenge` is the newest that the server gave: of an attestation, or the nonce of DPoP.
    ///
    /// # Errors
    /// [`SendError::Key`].
    pub fn shown(
        &self,
        (issuer, endpoint): (&Issuer, &str),
        challenge: Option<&str>,
        clock: Clock,
    ) -> Result<Shown, SendError> {
        let id = token_id().ok_or(SendError::Key)?;
        let (id, issued_at) = (id.as_str(), clock());
        Ok(match self {
            Self::Attestation { attestation, key } => {
                let audience = issuer.as_str();
                let claims = AttestationProofClaims { audience, id, challenge, issued_at };
                let proof = sign_attestation_proof(Arc::clone(key) as _, &claims);
                let proof = proof.map_err(|_| SendError::Key)?;
                let headers = vec![(ATTESTATION, attestation.clone()), (PROOF, proof)];
                Shown { headers, ..Shown::default() }
            }
            Self::Combined { attestation, key } => {
                let (method, url) = ("POST", endpoint);
                let claims = DpopProofClaims { method, url, id, nonce: challenge, issued_at };
                let proof = sign_dpop_proof(Arc::clone(key) as _, key.public_key(), &claims);
                let proof = proof.map_err(|_| SendError::Key)?;
                let headers = vec![(ATTESTATION, attestation.clone()), (DPOP, proof)];
                Shown { headers, ..Shown::default() }
            }
            Self::Assertion(assertion) => Shown {
                parameters: vec![
                    ("client_assertion_type", ASSERTION_TYPE.to_owned()),
                    ("client_assertion", assertion.clone()),
                ],
                ..Shown::default()
            },
            Self::Nothing => Shown::default(),
        })
    }

    /// What the server wants in a proof of this kind.
    fn answer<'w>(&self, wanted: &'w Wanted) -> Option<&'w str> {
        match self {
            Self::Attestation { .. } => wanted.challenge.as_deref(),
            Self::Combined { .. } => wanted.nonce.as_deref(),
            Self::Assertion(_) | Self::Nothing => None,
        }
    }
}

/// Sends a form to an endpoint with what the credential shows; once more if the server wants its challenge or its nonce in the proof.
///
/// # Errors
/// [`SendError`].
pub async fn send(
    upstream: &Upstream,
    (issuer, endpoint): (&Issuer, &str),
    form: &[(&str, &str)],
    credential: &Credential,
    clock: Clock,
) -> Result<Reply, SendError> {
    let mut wanted = Wanted::default();
    loop {
        let answer = credential.answer(&wanted);
        let shown = credential.shown((issuer, endpoint), answer, clock)?;
        let tried_with_it = answer.is_some();
        let reply = post(upstream, endpoint, form, &shown).await?;
        let asks_again =
            matches!(reply.text("error"), Some("use_attestation_challenge" | "use_dpop_nonce"));
        wanted = Wanted::of(&reply.headers);
        if !asks_again || tried_with_it || credential.answer(&wanted).is_none() {
            return Ok(reply);
        }
    }
}

async fn post(
    upstream: &Upstream,
    endpoint: &str,
    form: &[(&str, &str)],
    shown: &Shown,
) -> Result<Reply, WireError> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form).extend_pairs(&shown.parameters);
    let request =
        Request::post(endpoint).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request =
        shown.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    exchange(upstream, request, body.finish()).await
}

impl Wanted {
    fn of(headers: &HeaderMap) -> Self {
        let text =
            |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self { challenge: text(CHALLENGE), nonce: text(DPOP_NONCE) }
    }
}

const ATTESTATION: &str = "oauth-client-attestation";
const PROOF: &str = "oauth-client-attestation-pop";
const CHALLENGE: &str = "oauth-client-attestation-challenge";
const DPOP: &str = "dpop";
const DPOP_NONCE: &str = "dpop-nonce";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[cfg(test)]
mod tests {
    use salver_jose::{Algorithm, Signer as _, UnverifiedDpopProof};
    use salver_oauth::Timestamp;

    use super::*;

    #[test]
    fn abca_1_and_5_what_is_shown_with_a_request() {
        let issuer = Issuer::parse("https://as.example").unwrap();
        let endpoint = "https://as.example/par";
        let key = Arc::new(SigningKey::generate(Algorithm::Es256).unwrap());
        let shown = |credential: Credential| {
            let to = (&issuer, endpoint);
            credential.shown(to, Some("c"), || Timestamp::from_unix(1_790_000_000)).unwrap()
        };
        let names = |shown: &Shown| {
            let headers = shown.headers.iter().map(|(name, _)| *name);
            headers.chain(shown.parameters.iter().map(|(name, _)| *name)).collect::<Vec<_>>()
        };
        let attestation = || "a.b.c".to_owned();
        let own = Credential::Attestation { attestation: attestation(), key: Arc::clone(&key) };
        let combined = Credential::Combined { attestation: attestation(), key: Arc::clone(&key) };
        assert_eq!(names(&shown(own.clone())), [ATTESTATION, PROOF]);
        assert_ne!(shown(own.clone()), shown(own), "each proof has an id of its own");
        let combined = shown(combined);
        assert_eq!(names(&combined), [ATTESTATION, DPOP]);
        let proof = UnverifiedDpopProof::decode(&combined.headers[1].1).unwrap();
        assert_eq!(proof.claimed_thumbprint(), key.key_id());
        let assertion = shown(Credential::Assertion("a.b.c".to_owned()));
        assert_eq!(names(&assertion), ["client_assertion_type", "client_assertion"]);
        assert_eq!(shown(Credential::Nothing), Shown::default());
    }
}
