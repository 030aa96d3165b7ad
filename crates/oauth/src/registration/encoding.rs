//! How is a registration written in as few bytes as possible? Every canonical form has one encoding, and nothing else decodes.
//!
//! ```text
//! head                    bits 0-1 authentication (0 none, 1 basic, 2 post, 3 private_key_jwt), 2 web, 3 refreshes, 4 DPoP-bound,
//!                         5 has a name, 6 keys at an address (with 0: authentication by attestation), 7 pushes its requests
//! nonce                   16 bytes, with a secret
//! number, addresses       redirect URIs
//! name                    if there is one: a well-known one as 0 and its place in the table, else its length and bytes
//! keys                    with private_key_jwt: an address, or JSON; with attestation: 0, or 1 and an address, or 2 and JSON
//! (tag, value)*           claims, by rising tag
//! ```
//!
//! Numbers are LEB128; addresses and texts have their length before them; addresses are packed (`packing`). The tables are part of the version: whoever
//! changes them or the layout raises [`VERSION`] and keeps reading the old one, or `client_id`s that are in use die.

mod packing;
mod reading;
mod tables;

use thiserror::Error;

use self::{packing::pack, reading::Reader, tables::NAMES};
use super::canonical::{ApplicationType, Authentication, Claims, InstallationNonce, Registration};
use crate::client::{
    metadata::{Keys, SecretMethod},
    redirect_uri::RedirectUri,
};

/// Which layout and tables [`encode`] uses.
pub const VERSION: u8 = 1;

/// Bytes are no encoding of a registration.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("no encoding of a registration")]
pub struct Undecodable;

/// Writes a registration.
#[must_use]
pub fn encode(registration: &Registration) -> Vec<u8> {
    let mut to = Vec::with_capacity(128);
    to.push(head(registration));
    if let Some(nonce) = registration.nonce() {
        to.extend_from_slice(nonce.as_bytes());
    }
    number(registration.redirect_uris.len(), &mut to);
    for uri in &registration.redirect_uris {
        address(uri.as_str(), &mut to);
    }
    if let Some(name) = &registration.claims.client_name {
        match NAMES.iter().position(|known| **known == **name) {
            Some(place) => {
                number(0, &mut to);
                number(place, &mut to);
            }
            None => text(name, &mut to),
        }
    }
    match &registration.authentication {
        Authentication::PrivateKeyJwt(Keys::At(url)) => address(url, &mut to),
        Authentication::PrivateKeyJwt(Keys::Inline(json)) => text(json, &mut to),
        Authentication::Attestation(Keys::None) => to.push(NO_KEYS),
        Authentication::Attestation(Keys::At(url)) => {
            to.push(KEYS_AT);
            address(url, &mut to);
        }
        Authentication::Attestation(Keys::Inline(json)) => {
            to.push(KEYS_INLINE);
            text(json, &mut to);
        }
        Authentication::PrivateKeyJwt(Keys::None)
        | Authentication::None
        | Authentication::Secret(..) => {}
    }
    claims(&registration.claims, &mut to);
    to
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// [`Undecodable`], for all other bytes.
pub fn decode(bytes: &[u8]) -> Result<Registration, Undecodable> {
    let mut from = Reader::new(bytes);
    let head = from.byte()?;
    let nonce = |from: &mut Reader<'_>| from.array().map(InstallationNonce::from_bytes);
    let authentication = match head & AUTHENTICATION {
        BASIC => Authentication::Secret(SecretMethod::Basic, nonce(&mut from)?),
        POST => Authentication::Secret(SecretMethod::Post, nonce(&mut from)?),
        // Its keys stand behind the name.
        _ => Authentication::None,
    };
    let count = from.number()?;
    let redirect_uris = (0..count)
        .map(|_| RedirectUri::parse(&from.address()?).map_err(|_| Undecodable))
        .collect::<Result<Vec<_>, _>>()?;
    let client_name = if head & NAMED == 0 { None } else { Some(from.name()?) };
    let authentication = match head & (AUTHENTICATION | KEYS_ELSEWHERE) {
        PRIVATE_KEY_JWT => Authentication::PrivateKeyJwt(Keys::Inline(from.json()?)),
        elsewhere if elsewhere == PRIVATE_KEY_JWT | KEYS_ELSEWHERE => {
            Authentication::PrivateKeyJwt(Keys::At(from.address()?))
        }
        KEYS_ELSEWHERE => Authentication::Attestation(match from.byte()? {
            NO_KEYS => Keys::None,
            KEYS_AT => Keys::At(from.address()?),
            KEYS_INLINE => Keys::Inline(from.json()?),
            _ => return Err(Undecodable),
        }),
        _ => authentication,
    };
    let registration = Registration {
        redirect_uris,
        application_type: if head & WEB == 0 {
            ApplicationType::Native
        } else {
            ApplicationType::Web
        },
        authentication,
        refreshes: head & REFRESHES != 0,
        dpop_bound: head & DPOP_BOUND != 0,
        requires_push: head & REQUIRES_PUSH != 0,
        claims: Claims { client_name, ..from.claims()? },
    }
    .settled();
    // One form, one encoding: whatever was not in order, in the shortest words, or complete, ends here.
    let is_whole = !registration.redirect_uris.is_empty() && encode(&registration) == bytes;
    is_whole.then_some(registration).ok_or(Undecodable)
}

fn head(registration: &Registration) -> u8 {
    let authentication = match &registration.authentication {
        Authentication::None => 0,
        Authentication::Secret(SecretMethod::Basic, _) => BASIC,
        Authentication::Secret(SecretMethod::Post, _) => POST,
        Authentication::PrivateKeyJwt(Keys::At(_)) => PRIVATE_KEY_JWT | KEYS_ELSEWHERE,
        Authentication::PrivateKeyJwt(Keys::Inline(_) | Keys::None) => PRIVATE_KEY_JWT,
        Authentication::Attestation(_) => KEYS_ELSEWHERE,
    };
    let flag = |bit: u8, is_set: bool| if is_set { bit } else { 0 };
    authentication
        | flag(WEB, registration.application_type == ApplicationType::Web)
        | flag(REFRESHES, registration.refreshes)
        | flag(DPOP_BOUND, registration.dpop_bound)
        | flag(REQUIRES_PUSH, registration.requires_push)
        | flag(NAMED, registration.claims.client_name.is_some())
}

fn claims(claims: &Claims, to: &mut Vec<u8>) {
    for (tag, url) in [
        (CLIENT_URI, &claims.client_uri),
        (LOGO_URI, &claims.logo_uri),
        (TOS_URI, &claims.tos_uri),
        (POLICY_URI, &claims.policy_uri),
    ] {
        if let Some(url) = url {
            to.push(tag);
            address(url, to);
        }
    }
    if let Some(scope) = &claims.scope {
        to.push(SCOPE);
        address(&scope.to_string(), to);
    }
    if let Some(software_id) = &claims.software_id {
        to.push(SOFTWARE_ID);
        text(software_id, to);
    }
    if !claims.contacts.is_empty() {
        to.push(CONTACTS);
        number(claims.contacts.len(), to);
        claims.contacts.iter().for_each(|contact| text(contact, to));
    }
    if !claims.client_names.is_empty() {
        to.push(TRANSLATIONS);
        number(claims.client_names.len(), to);
        for (tag, name) in &claims.client_names {
            text(tag, to);
            text(name, to);
        }
    }
}

fn address(address: &str, to: &mut Vec<u8>) {
    let packed = pack(address);
    number(packed.len(), to);
    to.extend_from_slice(&packed);
}

fn text(text: &str, to: &mut Vec<u8>) {
    number(text.len(), to);
    to.extend_from_slice(text.as_bytes());
}

fn number(mut number: usize, to: &mut Vec<u8>) {
    while number > 0x7F {
        to.push(low_bits(number) | MORE);
        number >>= 7;
    }
    to.push(low_bits(number));
}

/// The lowest seven bits.
fn low_bits(number: usize) -> u8 {
    u8::try_from(number & 0x7F).unwrap_or_default()
}

/// In a byte of a number: another one follows.
const MORE: u8 = 0x80;

const AUTHENTICATION: u8 = 3;
const BASIC: u8 = 1;
const POST: u8 = 2;
const PRIVATE_KEY_JWT: u8 = 3;
const WEB: u8 = 1 << 2;
const REFRESHES: u8 = 1 << 3;
const DPOP_BOUND: u8 = 1 << 4;
const NAMED: u8 = 1 << 5;
const KEYS_ELSEWHERE: u8 = 1 << 6;
const REQUIRES_PUSH: u8 = 1 << 7;

const NO_KEYS: u8 = 0;
const KEYS_AT: u8 = 1;
const KEYS_INLINE: u8 = 2;

const CLIENT_URI: u8 = 1;
const LOGO_URI: u8 = 2;
const TOS_URI: u8 = 3;
const POLICY_URI: u8 = 4;
const SCOPE: u8 = 5;
const SOFTWARE_ID: u8 = 6;
const CONTACTS: u8 = 7;
const TRANSLATIONS: u8 = 8;
