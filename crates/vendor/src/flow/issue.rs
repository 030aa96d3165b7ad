//! What is signed for an installation? One thing, for one authorization server that the service signs for, for minutes; noted before it is signed, so that nothing is signed
//! that is not on record.

use salver_jose::{
    AssertionClaims, AttestationClaims, Checked, INSTALLATION_CHECK, PublicKey, sign_attestation,
    sign_client_assertion, sign_statement,
};
use salver_oauth::Issuer;
use salver_store::sqlite::vendor::{Event, Issue, Issued};
use serde_json::{Map, Value, json};

use super::Asker;
use crate::{Vendor, chance::token_id, limit::Wait, refusal::Refusal};

pub(super) async fn attestation(
    vendor: &Vendor,
    asker: &Asker,
    issuer: &Issuer,
    key: PublicKey,
) -> Result<Map<String, Value>, Refusal> {
    let checked = note(vendor, asker, issuer, Event::Attestation).await?;
    let (client_id, vendors) =
        (vendor.settings.client_id().to_owned(), vendor.settings.issuer.clone());
    let (audience, issued_at) = (issuer.clone(), asker.now);
    let expires_at = issued_at.plus_seconds(vendor.settings.lives.attestation);
    let sign = move |signer| {
        let claims = AttestationClaims {
            client_id: &client_id,
            issuer: Some(vendors.as_str()),
            audience: Some(audience.as_str()),
            key: &key,
            checked: Some(checked),
            issued_at,
            expires_at,
        };
        sign_attestation(signer, &claims)
    };
    let signed = vendor.keyring.keys().sign(sign).await?;
    Ok(said("attestation", &signed, vendor.settings.lives.attestation))
}

/// The document's own metadata, signed: a server that lets clients register has it from the vendor, whoever brings it.
pub(super) async fn statement(
    vendor: &Vendor,
    asker: &Asker,
    issuer: &Issuer,
) -> Result<Map<String, Value>, Refusal> {
    let checked = note(vendor, asker, issuer, Event::Statement).await?;
    let settings = &vendor.settings;
    let mut claims = settings.members.clone();
    claims.remove("client_id");
    let lives = settings.lives.statement;
    let more = [
        ("iss", json!(settings.issuer.as_str())),
        ("aud", json!(issuer.as_str())),
        ("iat", json!(asker.now.as_unix())),
        ("exp", json!(asker.now.plus_seconds(lives).as_unix())),
        ("jti", json!(token_id()?)),
        ("software_id", json!(settings.software_id)),
        ("software_version", json!(settings.software_version)),
        (INSTALLATION_CHECK, json!(checked.name())),
    ];
    claims.extend(more.map(|(name, value)| (name.to_owned(), value)));
    let signed = vendor.keyring.keys().sign(move |signer| sign_statement(signer, &claims)).await?;
    Ok(said("software_statement", &signed, lives))
}

pub(super) async fn assertion(
    vendor: &Vendor,
    asker: &Asker,
    issuer: &Issuer,
) -> Result<Map<String, Value>, Refusal> {
    note(vendor, asker, issuer, Event::Assertion).await?;
    let (client_id, audience) = (vendor.settings.client_id().to_owned(), issuer.clone());
    let (id, issued_at) = (token_id()?, asker.now);
    let expires_at = issued_at.plus_seconds(vendor.settings.lives.assertion);
    let sign = move |signer| {
        let claims = AssertionClaims {
            client_id: &client_id,
            audience: audience.as_str(),
            id: &id,
            issued_at,
            expires_at,
        };
        sign_client_assertion(signer, &claims)
    };
    let signed = vendor.keyring.keys().sign(sign).await?;
    Ok(said("client_assertion", &signed, vendor.settings.lives.assertion))
}

/// Puts on record what is about to be signed, if it may be; answers how the installation was checked.
async fn note(
    vendor: &Vendor,
    asker: &Asker,
    issuer: &Issuer,
    event: Event,
) -> Result<Checked, Refusal> {
    if !vendor.settings.audiences.contain(issuer) {
        return Err(Refusal::Audience);
    }
    let limits = vendor.settings.limits;
    let issue = Issue {
        installation: asker.key.thumbprint().to_owned(),
        event,
        audience: issuer.as_str().to_owned(),
        challenge: asker.challenge,
        most_per_installation: limits.per_installation,
        most_per_account: limits.per_account,
        now: asker.now,
    };
    match vendor.store.issue(issue).await? {
        Issued::Done(checked) => Checked::from_name(checked.word()).ok_or(Refusal::Unknown),
        Issued::Gone => Err(Refusal::Unknown),
        Issued::Replayed => Err(Refusal::Challenge),
        Issued::TooManyForInstallation | Issued::TooManyForAccount => {
            Err(Refusal::TooMany(Wait(HOUR - asker.now.as_unix().rem_euclid(HOUR))))
        }
    }
}

fn said(name: &str, signed: &str, lives: i64) -> Map<String, Value> {
    let said = [(name, json!(signed)), ("expires_in", json!(lives))];
    said.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// Limits are per hour, counted anew from each full one.
const HOUR: i64 = 3_600;
