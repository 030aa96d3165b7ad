//! Who attests the installations that push requests here? A vendor with a key that the configuration names, and installations with theirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use salver_jose::{
    Algorithm, AttestationClaims, AttestationProofClaims, Checked, KeySet, SigningKey,
    sign_attestation, sign_attestation_proof,
};
use salver_oauth::Timestamp;

use crate::fault::Fault;

/// A vendor and one of its installations.
pub(crate) struct Attested {
    attester: Arc<SigningKey>,
    installation: Arc<SigningKey>,
    next: AtomicU64,
}

impl Attested {
    /// With new keys.
    pub(crate) fn new() -> Result<Self, Fault> {
        let key = || SigningKey::generate(Algorithm::Es256).map(Arc::new);
        let key = || key().map_err(|_| Fault::Unreadable("a new key"));
        Ok(Self { attester: key()?, installation: key()?, next: AtomicU64::new(1) })
    }

    /// The entry of the configuration that names the vendor.
    pub(crate) fn anchor(&self, client_id: &str) -> String {
        let keys: KeySet = [self.attester.public_key().clone()].into_iter().collect();
        let keys = String::from_utf8_lossy(&keys.to_json()).into_owned();
        format!(
            "[[statements.anchors]]\nissuer = \"{VENDOR}\"\nkeys = '{keys}'\nattests = [\"{client_id}\"]\n"
        )
    }

    /// An attestation for this server; each has an end of its own, so that no two are the same.
    pub(crate) fn attestation(&self, client_id: &str, audience: &str) -> Result<String, Fault> {
        let ahead = 60 + self.number() % 3_000;
        let now = now()?;
        let claims = AttestationClaims {
            client_id,
            issuer: Some(VENDOR),
            audience: Some(audience),
            key: self.installation.public_key(),
            checked: Some(Checked::DeviceKey),
            issued_at: Timestamp::from_unix(now),
            expires_at: Timestamp::from_unix(now + i64::try_from(ahead).unwrap_or(60)),
        };
        sign_attestation(self.attester.clone(), &claims)
            .map_err(|_| Fault::Unreadable("a signature"))
    }

    /// A proof that answers this challenge.
    pub(crate) fn proof(&self, audience: &str, challenge: &str) -> Result<String, Fault> {
        let id = self.number().to_string();
        let claims = AttestationProofClaims {
            audience,
            id: &id,
            challenge: Some(challenge),
            issued_at: Timestamp::from_unix(now()?),
        };
        sign_attestation_proof(self.installation.clone(), &claims)
            .map_err(|_| Fault::Unreadable("a signature"))
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the driver is a program beside the server, with a clock of its own"
)]
fn now() -> Result<i64, Fault> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_err(|_| Fault::Unreadable("the time"))?.as_secs();
    i64::try_from(seconds).map_err(|_| Fault::Unreadable("the time"))
}

const VENDOR: &str = "https://attester.example";
