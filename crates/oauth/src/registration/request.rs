//! Is this body a registration? `POST /register` (RFC 7591 §3.1), read strictly.

use serde_json::Value;

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
    software_statement: Option<Box<str>>,
}

impl RegistrationRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// [`RegistrationError`] names the rule that it breaks.
    pub fn parse(body: &[u8]) -> Result<Self, RegistrationError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(BodyFault::TooLarge.into());
        }
        let Value::Object(members) = json::parse(body).map_err(BodyFault::Json)? else {
            return Err(BodyFault::NotAnObject.into());
        };
        let members = Members(&members);
        if members.find("client_secret").is_some() {
            return Err(RegistrationError::ChosenSecret);
        }
        let redirect_uris = rules::redirect_uris(&members)?;
        let application_type = rules::application_type(&members, &redirect_uris)?;
        rules::response_types(&members)?;
        let wish = rules::wish(&members, application_type)?;
        let form = Registration {
            redirect_uris: redirect_uris.clone(),
            application_type,
            authentication: match &wish {
                Wish::Keys(keys) => Authentication::PrivateKeyJwt(keys.clone()),
                Wish::Nothing | Wish::Secret(_) => Authentication::None,
            },
            refreshes: rules::refreshes(&members)?,
            dpop_bound: members.flag("dpop_bound_access_tokens")?,
            requires_push: members.flag("require_pushed_authorization_requests")?,
            claims: rules::claims(&members)?,
        };
        let statement = members.text("software_statement", MAX_BODY_BYTES)?;
        let software_statement = statement.map(Into::into);
        Ok(Self { form: form.settled(), wish, redirect_uris, software_statement })
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

    /// Its software statement (DCR-8), unread and not believed: a server that trusts no statements ignores it.
    #[must_use]
    pub fn software_statement(&self) -> Option<&str> {
        self.software_statement.as_deref()
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
