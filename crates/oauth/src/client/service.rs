//! Is this a client that acts for itself alone, and what may it do? (RFC 6749 §4.4, SPEC 2.5.)
//!
//! A service is entered by an administrator. Its metadata are members of RFC 7591 §2 and one of ours, `resources`: where it may go. It has nobody to send
//! back to us, so it has no redirect URIs; whoever acts for people too is entered twice.

use serde_json::Value;
use thiserror::Error;

use super::{
    id::ClientId,
    metadata::{Keys, SecretMethod},
    name::readable,
    recorded::{Purpose, RecordedId},
};
use crate::{
    json,
    registration::{
        BodyFault, KeysFault, MAX_BODY_BYTES, RegistrationError, canonical::is_https,
        members::Members, rules,
    },
    resource::ResourceId,
    scope::Scope,
};

/// The `client_id` of a service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ServiceId(RecordedId);

/// A service, as its metadata say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Service {
    name: Option<Box<str>>,
    authentication: ServiceAuthentication,
    resources: Vec<ResourceId>,
    scope: Scope,
}

/// How a service authenticates: it has nothing but that (RFC 6749 §4.4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ServiceAuthentication {
    /// By its own keys (CC-1).
    Keys(Keys),
    /// By a secret that was made here.
    Secret(SecretMethod),
}

/// Which rule the metadata of a service break.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ServiceError {
    /// One that holds for all clients.
    #[error("{0}")]
    Metadata(#[from] RegistrationError),
    /// A member that says that people are sent through it.
    #[error("{0} is for clients that act for people")]
    ActsForPeople(&'static str),
    /// `grant_types` without `client_credentials`.
    #[error("its grant_types lack client_credentials")]
    NoGrant,
    /// Anybody could be a service that proves nothing (RFC 6749 §4.4).
    #[error("it would not authenticate")]
    Public,
    /// It may go nowhere.
    #[error("it names no resources")]
    NoResource,
    /// What it names is no resource.
    #[error("resource {position} is no URL of a resource")]
    Resource {
        /// Which one, from 0.
        position: usize,
    },
    /// It may do nothing, or its scope is none.
    #[error("it names no scope")]
    NoScope,
}

impl From<BodyFault> for ServiceError {
    fn from(fault: BodyFault) -> Self {
        Self::Metadata(fault.into())
    }
}

impl ServiceId {
    /// The service behind a `client_id`, if one is.
    #[must_use]
    pub fn of(client_id: &ClientId) -> Option<Self> {
        match client_id {
            ClientId::Recorded(id) if id.purpose() == Purpose::Service => Some(Self(*id)),
            _ => None,
        }
    }

    /// The `client_id`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The same among all kinds.
    #[must_use]
    pub const fn client_id(&self) -> ClientId {
        ClientId::Recorded(self.0)
    }
}

impl Service {
    /// Reads metadata.
    ///
    /// # Errors
    /// [`ServiceError`] names the rule that they break.
    pub fn parse(metadata: &[u8]) -> Result<Self, ServiceError> {
        if metadata.len() > MAX_BODY_BYTES {
            return Err(BodyFault::TooLarge.into());
        }
        let Value::Object(members) = json::parse(metadata).map_err(BodyFault::Json)? else {
            return Err(BodyFault::NotAnObject.into());
        };
        let members = Members(&members);
        if members.find("client_secret").is_some() {
            return Err(RegistrationError::ChosenSecret.into());
        }
        acts_for_itself(&members)?;
        let name = members.text("client_name", MAX_NAME_BYTES)?;
        Ok(Self {
            name: name.and_then(readable),
            authentication: authentication(&members)?,
            resources: resources(&members)?,
            scope: scope(&members)?,
        })
    }

    /// What it calls itself, for people.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How it authenticates.
    #[must_use]
    pub const fn authentication(&self) -> &ServiceAuthentication {
        &self.authentication
    }

    /// Where it may go; never empty.
    #[must_use]
    pub fn resources(&self) -> &[ResourceId] {
        &self.resources
    }

    /// What it may do, wherever it may go; never empty.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }
}

fn acts_for_itself(members: &Members<'_>) -> Result<(), ServiceError> {
    for name in ["redirect_uris", "response_types"] {
        if members.texts(name, MAX_WORDS)?.is_some() {
            return Err(ServiceError::ActsForPeople(name));
        }
    }
    match members.texts("grant_types", MAX_WORDS)? {
        Some(types) if types.contains(&"authorization_code") => {
            Err(ServiceError::ActsForPeople("authorization_code"))
        }
        Some(types) if !types.contains(&"client_credentials") => Err(ServiceError::NoGrant),
        // What else stands there is not offered to it, as in all registrations: there is never a refresh token (CC-2).
        _ => Ok(()),
    }
}

/// Who says nothing authenticates with the keys that are there, and else as RFC 7591 §2 says.
fn authentication(members: &Members<'_>) -> Result<ServiceAuthentication, ServiceError> {
    let keys = rules::keys(members)?;
    match (members.text("token_endpoint_auth_method", MAX_WORD_BYTES)?, keys) {
        (Some("none"), _) => Err(ServiceError::Public),
        (Some("private_key_jwt"), Keys::None) => {
            Err(RegistrationError::from(KeysFault::Missing).into())
        }
        (None | Some("private_key_jwt"), Keys::At(url)) if !is_https(&url) => {
            Err(RegistrationError::from(KeysFault::Url).into())
        }
        (None, Keys::None) | (Some("client_secret_basic"), _) => {
            Ok(ServiceAuthentication::Secret(SecretMethod::Basic))
        }
        (Some("client_secret_post"), _) => Ok(ServiceAuthentication::Secret(SecretMethod::Post)),
        (None | Some("private_key_jwt"), keys) => Ok(ServiceAuthentication::Keys(keys)),
        (Some(_), _) => Err(RegistrationError::Method.into()),
    }
}

fn resources(members: &Members<'_>) -> Result<Vec<ResourceId>, ServiceError> {
    const NAME: &str = "resources";
    let listed = members.texts(NAME, MAX_RESOURCES)?.ok_or(ServiceError::NoResource)?;
    let read = |(position, url): (usize, &str)| {
        if url.len() > MAX_ADDRESS_BYTES {
            return Err(BodyFault::TooLong { name: NAME, limit: MAX_ADDRESS_BYTES }.into());
        }
        ResourceId::parse(url).map_err(|_| ServiceError::Resource { position })
    };
    listed.into_iter().enumerate().map(read).collect()
}

fn scope(members: &Members<'_>) -> Result<Scope, ServiceError> {
    let text = members.text("scope", MAX_SCOPE_BYTES)?.unwrap_or_default();
    let scope: Scope = text.parse().map_err(|_| ServiceError::NoScope)?;
    if scope.is_empty() { Err(ServiceError::NoScope) } else { Ok(scope) }
}

const MAX_NAME_BYTES: usize = 256;
const MAX_WORD_BYTES: usize = 64;
const MAX_WORDS: usize = 32;
const MAX_RESOURCES: usize = 32;
const MAX_ADDRESS_BYTES: usize = 512;
const MAX_SCOPE_BYTES: usize = 2_048;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::error;

    fn sound() -> Value {
        json!({ "client_name": "Nightly", "resources": ["https://mcp.example/mcp"], "scope": "read" })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut metadata = sound();
        metadata[name] = value;
        metadata
    }

    fn keyed(method: &str, name: &str, value: Value) -> Value {
        let mut metadata = with(name, value);
        metadata["token_endpoint_auth_method"] = json!(method);
        metadata
    }

    fn read(metadata: &Value) -> Result<Service, ServiceError> {
        Service::parse(metadata.to_string().as_bytes())
    }

    #[test]
    fn each_rule_with_its_neighbour() {
        use RegistrationError as R;
        use ServiceError as E;
        let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AA" }] });
        let private = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA" }] });
        let url = json!("https://a.example/jwks");
        for (why, metadata, refused) in [
            ("sound", sound(), None),
            ("its grant", with("grant_types", json!(["client_credentials"])), None),
            (
                "R-7 more grants",
                with("grant_types", json!(["refresh_token", "client_credentials"])),
                None,
            ),
            (
                "no grant of its own",
                with("grant_types", json!(["refresh_token"])),
                Some(E::NoGrant),
            ),
            (
                "for people too",
                with("grant_types", json!(["client_credentials", "authorization_code"])),
                Some(E::ActsForPeople("authorization_code")),
            ),
            (
                "with redirect URIs",
                with("redirect_uris", json!(["https://a.example/cb"])),
                Some(E::ActsForPeople("redirect_uris")),
            ),
            ("with none of them", with("redirect_uris", json!([])), None),
            ("a secret in Basic", keyed("client_secret_basic", "x", json!(1)), None),
            ("a secret in the body", keyed("client_secret_post", "x", json!(1)), None),
            ("its keys", keyed("private_key_jwt", "jwks", set.clone()), None),
            ("its keys elsewhere", keyed("private_key_jwt", "jwks_uri", url.clone()), None),
            ("its keys, unsaid", with("jwks_uri", url), None),
            (
                "keys in the clear",
                with("jwks_uri", json!("http://a.example/jwks")),
                Some(E::Metadata(R::Keys(KeysFault::Url))),
            ),
            (
                "no keys",
                keyed("private_key_jwt", "x", json!(1)),
                Some(E::Metadata(R::Keys(KeysFault::Missing))),
            ),
            (
                "a private key",
                with("jwks", private),
                Some(E::Metadata(R::Keys(KeysFault::Private))),
            ),
            ("public", keyed("none", "jwks", set), Some(E::Public)),
            (
                "another method",
                keyed("client_secret_jwt", "x", json!(1)),
                Some(E::Metadata(R::Method)),
            ),
            (
                "a secret of its own",
                with("client_secret", json!("s")),
                Some(E::Metadata(R::ChosenSecret)),
            ),
            ("nowhere", with("resources", json!([])), Some(E::NoResource)),
            (
                "no URL",
                with("resources", json!(["https://a.example/mcp", "mcp"])),
                Some(E::Resource { position: 1 }),
            ),
            (
                "no list",
                with("resources", json!("https://a.example/mcp")),
                Some(BodyFault::WrongType("resources").into()),
            ),
            ("nothing", with("scope", json!(" ")), Some(E::NoScope)),
            ("no scope", with("scope", json!("a\"b")), Some(E::NoScope)),
            ("no object", json!([]), Some(BodyFault::NotAnObject.into())),
        ] {
            assert_eq!(read(&metadata).err(), refused, "{why}");
        }
    }

    #[test]
    fn what_is_said_is_what_is_read() {
        let metadata = json!({
            "client_name": " Night\u{202e}ly ",
            "token_endpoint_auth_method": "client_secret_post",
            "resources": ["https://mcp.example/a", "https://mcp.example/b"],
            "scope": "write read",
        });
        let service = read(&metadata).unwrap();
        assert_eq!(service.name(), Some("Nightly"));
        assert_eq!(service.authentication(), &ServiceAuthentication::Secret(SecretMethod::Post));
        let resources: Vec<_> = service.resources().iter().map(ResourceId::as_str).collect();
        assert_eq!(resources, ["https://mcp.example/a", "https://mcp.example/b"]);
        assert_eq!(service.scope().to_string(), "read write");
    }

    proptest! {
        #[test]
        fn whatever_is_read_authenticates_and_may_go_somewhere(
            method in prop::option::of("none|private_key_jwt|client_secret_basic|client_secret_post|tls_client_auth"),
            resources in prop::collection::vec("(https|http|ftp)://[a-z]{1,3}\\.example(/mcp)?#?", 0..4),
            scope in "[a-c \"]{0,6}",
            keys in prop::option::of("https?://a\\.example/jwks"),
            grants in prop::collection::vec("client_credentials|refresh_token|authorization_code", 0..3),
        ) {
            let metadata = json!({
                "token_endpoint_auth_method": method, "resources": resources, "scope": scope, "jwks_uri": keys,
                "grant_types": grants,
            });
            match read(&metadata) {
                Ok(service) => {
                    prop_assert!(!service.resources().is_empty() && !service.scope().is_empty());
                    let proves = *service.authentication() != ServiceAuthentication::Keys(Keys::None);
                    prop_assert!(proves && method.as_deref() != Some("none"));
                    prop_assert!(!grants.contains(&"authorization_code".to_owned()));
                }
                Err(refused) => {
                    let wire = error::service(&refused);
                    prop_assert!(wire.status == 400 && wire.description.contains(';'), "{:?}", wire);
                }
            }
        }

        #[test]
        fn bytes_are_refused_or_read(bytes: Vec<u8>) {
            let _ = Service::parse(&bytes);
        }
    }
}
