//! How does an installation get what it asks for? Who asks is settled first: by a device key, for this service, in answer to a challenge that is ours and fresh.
//!
//! The challenge is spent in the unit of work that notes what was done, so that no request is answered twice.

mod enrol;
mod issue;

use std::net::IpAddr;

use salver_jose::{Ask, PublicKey, TokenError, UnverifiedInstallationRequest};
use salver_oauth::Timestamp;
use salver_store::record::Digest;
use serde_json::{Map, Value};

use crate::{Vendor, refusal::Refusal};

/// Who asks, proven.
struct Asker {
    /// The device key.
    key: PublicKey,
    /// The digest of the challenge that was answered.
    challenge: Digest,
    /// From where.
    address: IpAddr,
    now: Timestamp,
}

/// A new challenge.
pub(crate) fn challenge(vendor: &Vendor) -> Result<String, Refusal> {
    Ok(vendor.challenges.make(vendor.now())?)
}

/// Answers a request.
pub(crate) async fn answer(
    vendor: &Vendor,
    compact: &str,
    address: IpAddr,
) -> Result<Map<String, Value>, Refusal> {
    let now = vendor.now();
    let unverified = UnverifiedInstallationRequest::decode(compact).map_err(Refusal::Request)?;
    let key = match unverified.claimed_key() {
        Some(key) => key.clone(),
        None => known_key(vendor, unverified.claimed_key_id()).await?,
    };
    let request = unverified.verify(&key, &vendor.settings.service()).map_err(Refusal::Request)?;
    let challenge = vendor.challenges.check(&request.challenge, now).ok_or(Refusal::Challenge)?;
    let asker = Asker { key, challenge, address, now };
    match request.ask {
        Ask::Enrol(by) => enrol::enrol(vendor, &asker, by, &request.challenge).await,
        Ask::Attestation { issuer, key } => issue::attestation(vendor, &asker, &issuer, key).await,
        Ask::Statement(issuer) => issue::statement(vendor, &asker, &issuer).await,
        Ask::Assertion(issuer) => issue::assertion(vendor, &asker, &issuer).await,
    }
}

async fn known_key(vendor: &Vendor, key_id: Option<&str>) -> Result<PublicKey, Refusal> {
    let key_id = key_id.ok_or(Refusal::Request(TokenError::UnknownKey))?;
    if let Some(known) = vendor.known.find(key_id) {
        return Ok(known);
    }
    let installation = vendor.store.find_installation(key_id).await?;
    let living = installation.filter(|installation| installation.revoked_at.is_none());
    let installation = living.ok_or(Refusal::Unknown)?;
    let key = PublicKey::parse(installation.key.as_bytes()).map_err(|_| Refusal::Unknown)?;
    vendor.known.keep(key_id, &key);
    Ok(key)
}
