//! Is this body a registration? `POST /register` (RFC 7591 §3.1), read strictly.

use serde_json::{Map, Value};

use super::{
    BodyFault, RegistrationError,
    canonical::{Authentication, InstallationNonce, Registration},
    members::Members,
    rules::{self, Wish},
};
use crate::{client::redirect_uri::RedirectUri, json};

/// A registration that breaks no rule. Whether its redirect URIs are allowed here is still to be judged.
#[derive(Clone, Debug)]
pub struct RegistrationRequest {
    /// Canonical, but for a nonce.
    form: Registration,
    wish: Wish,
    redirect_uris: Vec<RedirectUri>,
}

/// A body that is a JSON object. What it asks for is not judged yet.
#[derive(Clone, Debug)]
pub struct RegistrationBody(Map<String, Value>);

impl RegistrationBody {
    /// Reads a body.
    ///
    /// # Errors
    /// [`BodyFault`].
    pub fn parse(body: &[u8]) -> Result<Self, BodyFault> {
        if body.len() > MAX_BODY_BYTES {
            return Err(BodyFault::TooLarge);
        }
        match json::parse(body).map_err(BodyFault::Json)? {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(BodyFault::NotAnObject),
        }
    }

    /// Its software statement (DCR-8), unread and not believed: a server that trusts no statements ignores it (RFC 7591 §3.1.1).
    ///
    /// # Errors
    /// [`BodyFault`], if it is no text.
    pub fn software_statement(&self) -> Result<Option<&str>, BodyFault> {
        Members(&self.0).text("software_statement", MAX_BODY_BYTES)
    }

    /// The redirect URIs that stand beside a statement, as far as they are any: nothing is registered of them.
    pub fn plain_redirect_uris(&self) -> impl Iterator<Item = RedirectUri> {
        let listed = self.0.get("redirect_uris").and_then(Value::as_array).into_iter().flatten();
        let listed = listed.filter_map(Value::as_str).take(rules::MAX_REDIRECT_URIS);
        listed.filter_map(|uri| RedirectUri::parse(uri).ok())
    }

    /// What it asks for.
    ///
    /// # Errors
    /// [`RegistrationError`] names the rule that it breaks.
    pub fn request(&self) -> Result<RegistrationRequest, RegistrationError> {
        RegistrationRequest::of(&Members(&self.0))
    }
}

impl RegistrationRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// [`RegistrationError`] names the rule that it breaks.
    pub fn parse(body: &[u8]) -> Result<Self, RegistrationError> {
        RegistrationBody::parse(body)?.request()
    }

    fn of(members: &Members<'_>) -> Result<Self, RegistrationError> {
        if members.find("client_secret").is_some() {
            return Err(RegistrationError::ChosenSecret);
        }
        let redirect_uris = rules::redirect_uris(members)?;
        let application_type = rules::application_type(members, &redirect_uris)?;
        rules::response_types(members)?;
        let wish = rules::wish(members, application_type)?;
        let form = Registration {
            redirect_uris: redirect_uris.clone(),
            application_type,
            authentication: match &wish {
                Wish::Keys(keys) => Authentication::PrivateKeyJwt(keys.clone()),
                Wish::Attestation(keys) => Authentication::Attestation(keys.clone()),
                Wish::Nothing | Wish::Secret(_) => Authentication::None,
            },
            refreshes: rules::refreshes(members)?,
            dpop_bound: members.flag("dpop_bound_access_tokens")?,
            requires_push: members.flag("require_pushed_authorization_requests")?,
            claims: rules::claims(members)?,
        };
        Ok(Self { form: form.settled(), wish, redirect_uris })
    }

    /// The redirect URIs as they were sent, ports and order included: all of them are judged, and all are answered.
    #[must_use]
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.redirect_uris
    }

    /// What it asks to be registered, in canonical form and without the secret that it may ask for: equal for bodies that differ in nothing that counts.
    #[must_use]
    pub const fn registration(&self) -> &Registration {
        &self.form
    }

    /// Whether it asks for a secret.
    pub(super) const fn asks_for_secret(&self) -> bool {
        matches!(self.wish, Wish::Secret(_))
    }

    /// Registers it. A nonce is drawn only if the client asks for a secret.
    ///
    /// # Errors
    /// What `draw` says.
    pub fn register<E>(
        self,
        draw: impl FnOnce() -> Result<InstallationNonce, E>,
    ) -> Result<Registration, E> {
        let mut registration = self.form;
        if let Wish::Secret(method) = self.wish {
            registration.authentication = Authentication::Secret(method, draw()?);
        }
        Ok(registration)
    }
}

/// DESIGN §9: the longest body that is read.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
