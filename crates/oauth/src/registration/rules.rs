//! May this be registered? The rules for each member, in the order of RFC 7591 §2.
//!
//! What nobody here can use is left out, and refused only if nothing usable remains; what would give a client less security than it asked for is refused.
//! The answer says what was registered, so it shows what was changed (DCR-1).

use serde_json::{Map, Value, json};

use super::{
    BodyFault, KeysFault, RegistrationError,
    canonical::{ApplicationType, Claims, is_https},
    members::Members,
};
use crate::{
    client::{
        document::PRIVATE_KEY_MEMBERS,
        metadata::{ATTESTED, ATTESTED_BY_DPOP, Keys, SecretMethod},
        redirect_uri::RedirectUri,
    },
    scope::Scope,
};

/// How a client wants to authenticate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Wish {
    Nothing,
    Secret(SecretMethod),
    Keys(Keys),
    Attestation(Keys),
}

/// DCR-4: at least one, and each of them sound.
pub(super) fn redirect_uris(members: &Members<'_>) -> Result<Vec<RedirectUri>, RegistrationError> {
    const NAME: &str = "redirect_uris";
    let listed = members.texts(NAME, MAX_REDIRECT_URIS)?;
    let listed = listed.ok_or(RegistrationError::NoRedirectUri)?;
    if listed.iter().any(|uri| uri.len() > MAX_ADDRESS_BYTES) {
        return Err(BodyFault::TooLong { name: NAME, limit: MAX_ADDRESS_BYTES }.into());
    }
    let read = |(position, uri): (usize, &str)| {
        RedirectUri::parse(uri).map_err(|fault| RegistrationError::RedirectUri { position, fault })
    };
    listed.into_iter().enumerate().map(read).collect()
}

/// DCR-12: an address on the user's computer makes a client native, whatever it says, and so does its own word; else it is on the web. Nothing is
/// refused for it, since the word decides about nothing but the default of the method.
pub(super) fn application_type(
    members: &Members<'_>,
    redirect_uris: &[RedirectUri],
) -> Result<ApplicationType, RegistrationError> {
    let stated = members.text("application_type", MAX_WORD_BYTES)?;
    let on_this_computer = redirect_uris.iter().any(|uri| uri.recipient().is_on_this_computer());
    let native = on_this_computer || stated == Some("native");
    Ok(if native { ApplicationType::Native } else { ApplicationType::Web })
}

/// Only `code` is offered (O21-7).
pub(super) fn response_types(members: &Members<'_>) -> Result<(), RegistrationError> {
    usable(members, "response_types", "code").map(|_| ())
}

/// Grant types are narrowed to those that are offered. Without `authorization_code` nothing is left to begin with (DCR-5).
pub(super) fn refreshes(members: &Members<'_>) -> Result<bool, RegistrationError> {
    let listed = usable(members, "grant_types", "authorization_code")?;
    Ok(listed.contains(&"refresh_token"))
}

fn usable<'m>(
    members: &Members<'m>,
    name: &'static str,
    needed: &str,
) -> Result<Vec<&'m str>, RegistrationError> {
    match members.texts(name, MAX_WORDS)? {
        Some(values) if !values.contains(&needed) => Err(RegistrationError::NothingUsable(name)),
        values => Ok(values.unwrap_or_default()),
    }
}

/// A client that says nothing: `none` if it is native, since whoever has the program has its secret (O21-8); else as RFC 7591 §2 says.
pub(super) fn wish(
    members: &Members<'_>,
    application_type: ApplicationType,
) -> Result<Wish, RegistrationError> {
    let keys = keys(members)?;
    match members.text("token_endpoint_auth_method", MAX_WORD_BYTES)? {
        Some("none") => Ok(Wish::Nothing),
        Some("client_secret_basic") => Ok(Wish::Secret(SecretMethod::Basic)),
        Some("client_secret_post") => Ok(Wish::Secret(SecretMethod::Post)),
        Some("private_key_jwt") => match keys {
            Keys::None => Err(KeysFault::Missing.into()),
            Keys::At(url) if !is_https(&url) => Err(KeysFault::Url.into()),
            keys => Ok(Wish::Keys(keys)),
        },
        Some(ATTESTED | ATTESTED_BY_DPOP) => match keys {
            Keys::At(url) if !is_https(&url) => Err(KeysFault::Url.into()),
            keys => Ok(Wish::Attestation(keys)),
        },
        Some(_) => Err(RegistrationError::Method),
        None => Ok(match application_type {
            ApplicationType::Native => Wish::Nothing,
            ApplicationType::Web => Wish::Secret(SecretMethod::Basic),
        }),
    }
}

/// DCR-6, and a private key is refused wherever it stands. Keys of a client that does not authenticate with them are not registered.
pub(crate) fn keys(members: &Members<'_>) -> Result<Keys, RegistrationError> {
    let url = members.text("jwks_uri", MAX_ADDRESS_BYTES)?;
    let Some(inline) = members.find("jwks") else {
        return Ok(url.map_or(Keys::None, |url| Keys::At(url.into())));
    };
    if url.is_some() {
        return Err(KeysFault::TwoSets.into());
    }
    let listed = inline.get("keys").and_then(Value::as_array).ok_or(KeysFault::NotASet)?;
    if listed.is_empty() {
        return Err(KeysFault::NotASet.into());
    }
    if listed.len() > MAX_KEYS {
        return Err(BodyFault::TooMany { name: "jwks", limit: MAX_KEYS }.into());
    }
    let keys = listed.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    Ok(Keys::Inline(json!({ "keys": keys }).to_string().into()))
}

/// A public key, without what nobody here reads of it.
fn key(key: &Value) -> Result<Map<String, Value>, RegistrationError> {
    let members = key.as_object().ok_or(KeysFault::NotASet)?;
    if PRIVATE_KEY_MEMBERS.iter().any(|member| members.contains_key(*member)) {
        return Err(KeysFault::Private.into());
    }
    let used = members.iter().filter(|(name, _)| KEY_MEMBERS.contains(&name.as_str()));
    Ok(used.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// Words for people. What is not fit to be shown is left out when the form is settled.
pub(super) fn claims(members: &Members<'_>) -> Result<Claims, RegistrationError> {
    const NAME: &str = "client_name";
    let address = |name| members.text(name, MAX_ADDRESS_BYTES).map(|url| url.map(Into::into));
    let contacts = members.texts("contacts", MAX_CONTACTS)?.unwrap_or_default();
    if contacts.iter().any(|contact| contact.len() > MAX_NAME_BYTES) {
        return Err(BodyFault::TooLong { name: "contacts", limit: MAX_NAME_BYTES }.into());
    }
    let names = members.translations(NAME, MAX_NAME_BYTES)?;
    Ok(Claims {
        client_name: members.text(NAME, MAX_NAME_BYTES)?.map(Into::into),
        client_names: names.into_iter().map(|(tag, name)| (tag, name.into())).collect(),
        client_uri: address("client_uri")?,
        logo_uri: address("logo_uri")?,
        tos_uri: address("tos_uri")?,
        policy_uri: address("policy_uri")?,
        contacts: contacts.into_iter().map(Into::into).collect(),
        software_id: members.text("software_id", MAX_NAME_BYTES)?.map(Into::into),
        scope: scope(members)?,
    })
}

/// A hint: what is no scope, or more than anybody asks for, is left out.
fn scope(members: &Members<'_>) -> Result<Option<Scope>, RegistrationError> {
    let text = members.text("scope", super::MAX_BODY_BYTES)?;
    Ok(text.filter(|text| text.len() <= MAX_SCOPE_BYTES).and_then(|text| text.parse().ok()))
}

/// What a public key says of itself that is read here (RFC 7517 §4, RFC 7518 §6).
const KEY_MEMBERS: [&str; 10] = ["kty", "use", "key_ops", "alg", "kid", "crv", "x", "y", "n", "e"];

/// How many redirect URIs a client may have: more than anybody needs.
pub const MAX_REDIRECT_URIS: usize = 32;
const MAX_ADDRESS_BYTES: usize = 512;
const MAX_NAME_BYTES: usize = 256;
const MAX_SCOPE_BYTES: usize = 512;
const MAX_WORD_BYTES: usize = 64;
const MAX_WORDS: usize = 32;
const MAX_CONTACTS: usize = 8;
const MAX_KEYS: usize = 8;
