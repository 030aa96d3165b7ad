//! What was the service told to be? Values that have been understood; files are read elsewhere.

use salver_oauth::{
    Issuer,
    client::{
        document::{self, DocumentError, Profile},
        id::MetadataUrl,
        metadata::Keys,
    },
};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{Audiences, Hook};

/// What the service was told.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) client_id: MetadataUrl,
    pub(crate) issuer: Issuer,
    pub(crate) document: Vec<u8>,
    pub(crate) members: Map<String, Value>,
    pub(crate) keys_path: Box<str>,
    /// For which servers it signs.
    pub audiences: Audiences,
    /// How long what it signs lives.
    pub lives: Lives,
    /// How much may be asked for.
    pub limits: Limits,
    /// After how many seconds of signing a key is old: one in the store is followed by another, of one behind a command somebody is told. Nothing: never.
    pub old_key_seconds: Option<i64>,
    /// Whether installations may enrol with one-time codes.
    pub codes: bool,
    /// Whose ID tokens they may enrol with.
    pub sign_in: Option<SignIn>,
    /// The command that judges the platform's evidence.
    pub platform: Option<Hook>,
    /// `software_id` of its statements.
    pub software_id: Box<str>,
    /// `software_version` of its statements.
    pub software_version: Box<str>,
}

/// How long what is signed lives, in seconds; at most [`LONGEST_LIFE_SECONDS`].
#[derive(Clone, Copy, Debug)]
pub struct Lives {
    /// An attestation.
    pub attestation: i64,
    /// A software statement.
    pub statement: i64,
    /// A client assertion: whoever steals it can use it, once (AT-R-4).
    pub assertion: i64,
}

/// How much may be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Signatures for one installation in an hour.
    pub per_installation: u32,
    /// Signatures for all installations of an account in an hour.
    pub per_account: u32,
    /// Living installations of an account.
    pub installations: u32,
    /// Requests of one network in a minute.
    pub requests: u32,
}

/// The vendor's own sign-in: an OpenID provider.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Its issuer.
    pub issuer: Box<str>,
    /// What it calls the vendor's client.
    pub client_id: Box<str>,
    /// Where its keys are.
    pub keys_url: Box<str>,
}

/// Why a document cannot be published by the service.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// It is no document, or has no `client_id` that could be published.
    #[error("it is no metadata document: {0}")]
    Document(DocumentError),
    /// Its `client_id` is no URL of a document.
    #[error("its client_id is no https URL of a document")]
    NoClientId,
    /// Its keys are not published by the service.
    #[error(
        "its jwks_uri must be a URL on the host of its client_id, where the service publishes the keys"
    )]
    KeysElsewhere,
    /// Document and keys have one URL.
    #[error(
        "its jwks_uri and its client_id must not be the same URL, nor lie below {SERVICE_PATH}"
    )]
    SameUrl,
}

impl Settings {
    /// The settings of the service that publishes this document, with nothing but one-time codes to enrol by.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn of_document(bytes: &[u8]) -> Result<Self, SettingsError> {
        let members = match salver_oauth::json::parse(bytes) {
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err(SettingsError::Document(DocumentError::NotAnObject)),
            Err(error) => return Err(SettingsError::Document(DocumentError::Json(error))),
        };
        let claimed = members.get("client_id").and_then(Value::as_str);
        let client_id = claimed.and_then(|url| MetadataUrl::parse(url).ok());
        let client_id = client_id.ok_or(SettingsError::NoClientId)?;
        let metadata = document::parse(bytes, &client_id, Profile::Mcp);
        let metadata = metadata.map_err(SettingsError::Document)?;
        let (origin, path) = split(client_id.as_str()).ok_or(SettingsError::NoClientId)?;
        let issuer = Issuer::parse(origin).map_err(|_| SettingsError::NoClientId)?;
        let Keys::At(keys_url) = &metadata.keys else {
            return Err(SettingsError::KeysElsewhere);
        };
        let keys_path = keys_url.strip_prefix(origin).filter(|path| path.starts_with('/'));
        let keys_path = keys_path.ok_or(SettingsError::KeysElsewhere)?;
        if keys_path == path || [path, keys_path].iter().any(|path| path.starts_with(SERVICE_PATH))
        {
            return Err(SettingsError::SameUrl);
        }
        Ok(Self {
            document: bytes.to_vec(),
            keys_path: keys_path.into(),
            software_id: client_id.as_str().into(),
            software_version: "1".into(),
            client_id,
            issuer,
            members,
            audiences: Audiences::default(),
            lives: Lives::default(),
            limits: Limits::default(),
            old_key_seconds: None,
            codes: true,
            sign_in: None,
            platform: None,
        })
    }

    /// The URL of the service: what requests to it are addressed to.
    #[must_use]
    pub fn service(&self) -> String {
        self.issuer.endpoint(SERVICE_PATH)
    }

    /// Who signs: the host of the `client_id`.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The client that it signs for.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.client_id.as_str()
    }

    pub(crate) fn document_path(&self) -> &str {
        split(self.client_id.as_str()).map_or("/", |(_, path)| path)
    }
}

impl Default for Lives {
    fn default() -> Self {
        Self { attestation: 300, statement: 300, assertion: 60 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_installation: 60, per_account: 240, installations: 10, requests: 120 }
    }
}

impl Default for Audiences {
    fn default() -> Self {
        Self::any_https()
    }
}

/// Origin and path of an https URL; a query belongs to neither, and a document with one cannot be published here.
fn split(url: &str) -> Option<(&str, &str)> {
    let start = url.find("://")? + 3;
    let path = url.get(start..)?.find('/')? + start;
    (!url.contains('?')).then(|| url.split_at(path))
}

/// The longest that anything may live that is signed: a key is published for so long after it has signed last.
pub const LONGEST_LIFE_SECONDS: i64 = 3_600;

/// Where the service is, on the host of the `client_id`.
pub(crate) const SERVICE_PATH: &str = "/installations";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_where_everything_is_published() {
        let document = |id: &str, keys: &str| {
            format!(
                r#"{{"client_id":"{id}","client_name":"App","redirect_uris":["http://127.0.0.1/cb"],
                "token_endpoint_auth_method":"private_key_jwt"{keys}}}"#
            )
        };
        let at = |url: &str| format!(r#","jwks_uri":"{url}""#);
        let id = "https://app.example/oauth/client.json";
        let of = |id: &str, keys: &str| Settings::of_document(document(id, keys).as_bytes());
        let settings = of(id, &at("https://app.example/oauth/jwks.json")).unwrap();
        assert_eq!(settings.document_path(), "/oauth/client.json");
        assert_eq!(&*settings.keys_path, "/oauth/jwks.json");
        assert_eq!(settings.service(), "https://app.example/installations");
        for (id, keys) in [
            (id, String::new()),
            (id, at("https://keys.example/jwks.json")),
            (id, at("https://app.example.evil.example/jwks.json")),
            (id, at(id)),
            (id, at("https://app.example/installations/jwks.json")),
            ("https://app.example/oauth/client.json?v=1", at("https://app.example/jwks.json")),
            ("http://app.example/client.json", at("http://app.example/jwks.json")),
        ] {
            assert!(of(id, &keys).is_err(), "{id} {keys}");
        }
        assert!(Settings::of_document(b"[]").is_err());
    }
}
