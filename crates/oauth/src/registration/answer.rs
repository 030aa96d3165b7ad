//! What is a client told of its registration? RFC 7591 §3.2.1; RFC 7592 §3 for those with a nonce.
//!
//! Everything that is registered stands in it, so what was changed or left out can be seen (DCR-1). It says nothing of the moment: `client_id_issued_at` is
//! optional, and equal registrations get equal answers on every node (decision 9).

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::value::RawValue;

use super::canonical::{Authentication, Claims, Registration};
use crate::client::{
    metadata::{ATTESTED, Keys},
    redirect_uri::RedirectUri,
};

/// The answer to a registration, for status 201; or to a question about it, for 200. Serialized, it is the body.
pub struct Answer<'a> {
    /// What the registration is called.
    pub client_id: &'a str,
    /// The registration.
    pub registration: &'a Registration,
    /// The redirect URIs as the client sent them, if it just did: its own spelling and order, since clients compare.
    pub redirect_uris: &'a [RedirectUri],
    /// Shown only for a registration with a nonce, whatever is given.
    pub credentials: Option<Credentials<'a>>,
    /// The statement that it was registered by, answered unmodified (DCR-8).
    pub software_statement: Option<&'a str>,
}

/// What a client with a nonce gets beside its metadata; shown, and never kept.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// `client_secret`.
    pub client_secret: &'a str,
    /// `registration_access_token`.
    pub registration_access_token: &'a str,
    /// `registration_client_uri`.
    pub registration_client_uri: &'a str,
}

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("client_id", self.client_id)?;
        let own = self.credentials.as_ref().filter(|_| self.registration.nonce().is_some());
        if let Some(credentials) = own {
            members.serialize_entry("client_secret", credentials.client_secret)?;
            // DCR-7: never. A secret that ended could not be made anew, since it follows from the client_id.
            members.serialize_entry("client_secret_expires_at", &0)?;
            let token = credentials.registration_access_token;
            members.serialize_entry("registration_access_token", token)?;
            let uri = credentials.registration_client_uri;
            members.serialize_entry("registration_client_uri", uri)?;
        }
        self.metadata(&mut members)?;
        claims(&self.registration.claims, &mut members)?;
        if let Some(statement) = self.software_statement {
            members.serialize_entry("software_statement", statement)?;
        }
        members.end()
    }
}

impl Answer<'_> {
    fn metadata<M: SerializeMap>(&self, members: &mut M) -> Result<(), M::Error> {
        let registration = self.registration;
        let redirect_uris: Vec<_> = self.redirect_uris.iter().map(RedirectUri::as_str).collect();
        members.serialize_entry("redirect_uris", &redirect_uris)?;
        let grant_types = ["authorization_code", "refresh_token"];
        let offered = if registration.refreshes { 2 } else { 1 };
        members.serialize_entry("grant_types", grant_types.get(..offered).unwrap_or_default())?;
        members.serialize_entry("response_types", &["code"])?;
        members.serialize_entry("application_type", registration.application_type.as_str())?;
        let method = match &registration.authentication {
            Authentication::None => "none",
            Authentication::Secret(method, _) => method.as_str(),
            Authentication::PrivateKeyJwt(_) => "private_key_jwt",
            Authentication::Attestation(_) => ATTESTED,
        };
        members.serialize_entry("token_endpoint_auth_method", method)?;
        match &registration.authentication {
            Authentication::PrivateKeyJwt(Keys::At(url))
            | Authentication::Attestation(Keys::At(url)) => {
                members.serialize_entry("jwks_uri", url)?;
            }
            Authentication::PrivateKeyJwt(Keys::Inline(keys))
            | Authentication::Attestation(Keys::Inline(keys)) => {
                let keys: &RawValue = serde_json::from_str(keys).map_err(M::Error::custom)?;
                members.serialize_entry("jwks", keys)?;
            }
            Authentication::PrivateKeyJwt(Keys::None)
            | Authentication::Attestation(Keys::None)
            | Authentication::None
            | Authentication::Secret(..) => {}
        }
        if registration.dpop_bound {
            members.serialize_entry("dpop_bound_access_tokens", &true)?;
        }
        if registration.requires_push {
            members.serialize_entry("require_pushed_authorization_requests", &true)?;
        }
        Ok(())
    }
}

fn claims<M: SerializeMap>(claims: &Claims, members: &mut M) -> Result<(), M::Error> {
    for (name, text) in [
        ("client_name", &claims.client_name),
        ("client_uri", &claims.client_uri),
        ("logo_uri", &claims.logo_uri),
        ("tos_uri", &claims.tos_uri),
        ("policy_uri", &claims.policy_uri),
        ("software_id", &claims.software_id),
    ] {
        if let Some(text) = text {
            members.serialize_entry(name, text)?;
        }
    }
    for (tag, name) in &claims.client_names {
        members.serialize_entry(&format!("client_name#{tag}"), name)?;
    }
    if !claims.contacts.is_empty() {
        members.serialize_entry("contacts", &claims.contacts)?;
    }
    if let Some(scope) = &claims.scope {
        members.serialize_entry("scope", scope)?;
    }
    Ok(())
}
