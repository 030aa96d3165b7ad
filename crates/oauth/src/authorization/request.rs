//! What is asked? The parameters of an authorization request (OAuth 2.1 §4.1.1), read but not yet judged.

use thiserror::Error;

use crate::{
    client::id::{ClientId, ClientIdError},
    form::{Form, FormError, safe_raw},
};

/// An authorization request whose `client_id` and `redirect_uri` can be read. Everything else may still be wrong; that is told
/// to the client, once its return address is known.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer should go, if it says.
    pub redirect_uri: Option<String>,
    /// `state` in the client's own encoding, safe to append to a query.
    pub state: Option<String>,
    /// The other parameters, or the first fault in them.
    pub rest: Result<Parameters, FormError>,
}

/// The parameters whose faults are told to the client by a redirect.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// `response_type`.
    pub response_type: Option<String>,
    /// `response_mode`.
    pub response_mode: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `code_challenge`.
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<String>,
    /// `resource`, each time that it stands.
    pub resources: Vec<String>,
    /// `prompt`.
    pub prompt: Option<String>,
    /// Whether `request` or `request_uri` stands (OpenID Connect §6, RFC 9126).
    pub by_reference: bool,
}

/// A request that cannot be answered by a redirect: nobody knows yet who asks, or where the answer would go.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum RequestError {
    /// There is no `client_id`.
    #[error("client_id is missing")]
    NoClientId,
    /// The `client_id` breaks a rule.
    #[error("client_id is not usable: {0}")]
    ClientId(ClientIdError),
    /// `client_id`, `redirect_uri` or `state` cannot be read.
    #[error("{0}")]
    Form(#[from] FormError),
}

impl AuthorizationRequest {
    /// Reads a query or form body.
    ///
    /// # Errors
    /// [`RequestError`], which is for the person and never for a redirect.
    pub fn parse(raw: &str) -> Result<Self, RequestError> {
        let form = Form::parse(raw);
        let client_id = form.one("client_id")?.ok_or(RequestError::NoClientId)?;
        Ok(Self {
            client_id: ClientId::parse(&client_id).map_err(RequestError::ClientId)?,
            redirect_uri: form.one("redirect_uri")?.map(Into::into),
            state: form.raw("state")?.map(|state| safe_raw(state).into_owned()),
            rest: Parameters::read(&form),
        })
    }

    /// Whether the client forbids any page (OpenID Connect `prompt=none`).
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.rest.as_ref().is_ok_and(|rest| rest.prompts().any(|prompt| prompt == "none"))
    }
}

impl Parameters {
    fn read(form: &Form<'_>) -> Result<Self, FormError> {
        let text = |name| form.one(name).map(|value| value.map(String::from));
        Ok(Self {
            response_type: text("response_type")?,
            response_mode: text("response_mode")?,
            scope: text("scope")?,
            code_challenge: text("code_challenge")?,
            code_challenge_method: text("code_challenge_method")?,
            resources: form.many("resource")?.into_iter().map(String::from).collect(),
            prompt: text("prompt")?,
            by_reference: form.raw("request")?.or(form.raw("request_uri")?).is_some(),
        })
    }

    /// The values of `prompt`.
    pub fn prompts(&self) -> impl Iterator<Item = &str> {
        self.prompt.iter().flat_map(|prompt| prompt.split(' '))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_client_is_for_the_person_and_the_rest_for_the_client() {
        assert_eq!(AuthorizationRequest::parse("state=x").unwrap_err(), RequestError::NoClientId);
        for (raw, error) in [
            ("client_id=a&client_id=a", FormError::Repeated("client_id")),
            ("client_id=a&redirect_uri=x&redirect_uri=x", FormError::Repeated("redirect_uri")),
            ("client_id=a&state=x&state=y", FormError::Repeated("state")),
        ] {
            assert_eq!(
                AuthorizationRequest::parse(raw).unwrap_err(),
                RequestError::Form(error),
                "{raw}"
            );
        }
        let request = AuthorizationRequest::parse("client_id=a&scope=x&scope=y&state=%2b").unwrap();
        assert_eq!(request.rest.unwrap_err(), FormError::Repeated("scope"));
        assert_eq!(request.state.as_deref(), Some("%2b"));
    }

    #[test]
    fn rfc_8707_resource_may_repeat() {
        let request = AuthorizationRequest::parse("client_id=a&resource=x&resource=y").unwrap();
        assert_eq!(request.rest.unwrap().resources, ["x", "y"]);
    }
}
