//! Is this a program that its developer tries out, without any web host? The `http://localhost` identifiers of the atproto profile
//! (ATP-2): a kind of their own, never a document, never fetched (CIMD-V-3).
//!
//! `http://localhost`, with an optional slash, and a query of `redirect_uri` (any number) and `scope`. What it says is all that is known
//! of the client; nobody vouches for it. Whether such clients may come at all is a setting.

use aws_lc_rs::digest::{SHA256, digest};
use thiserror::Error;

use super::{
    id::ClientId,
    metadata::{Keys, Metadata, Methods},
    redirect_uri::{RedirectUri, loopback_port},
};
use crate::{form::Form, scope::Scope};

/// The `client_id` of a program in development, in the client's own bytes.
#[derive(Clone, Debug)]
pub struct LocalDevelopmentId {
    text: Box<str>,
    redirect_uris: Vec<RedirectUri>,
    scope: Option<Scope>,
}

/// Why a text that begins like one is no such identifier.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum LocalDevelopmentError {
    /// The query cannot be read, or `scope` stands twice.
    #[error("its query cannot be read")]
    Query,
    /// Another parameter than `redirect_uri` and `scope`.
    #[error("its query may hold redirect_uri and scope only")]
    UnknownParameter,
    /// A redirect URI that is not http on `127.0.0.1` or `[::1]`.
    #[error("its redirect_uri must be http on 127.0.0.1 or [::1]")]
    RedirectUri,
    /// A `scope` that is none.
    #[error("its scope is not a list of scopes")]
    Scope,
    /// More redirect URIs than anybody needs.
    #[error("it has more than {MAX_REDIRECT_URIS} redirect URIs")]
    TooMany,
}

impl LocalDevelopmentId {
    /// Whether a text begins like such an identifier: then it is one or nothing.
    pub(super) fn is_meant(raw: &str) -> bool {
        raw.strip_prefix(ORIGIN).is_some_and(|rest| {
            let rest = rest.strip_prefix('/').unwrap_or(rest);
            rest.is_empty() || rest.starts_with('?')
        })
    }

    /// Reads what [`Self::is_meant`].
    ///
    /// # Errors
    /// [`LocalDevelopmentError`] names the rule that it breaks.
    pub(super) fn parse(raw: &str) -> Result<Self, LocalDevelopmentError> {
        use LocalDevelopmentError as E;
        let query = raw.split_once('?').map_or("", |(_, query)| query);
        if query.contains('#') {
            return Err(E::Query);
        }
        let form = Form::parse(query);
        if !form.has_only(&["redirect_uri", "scope"]) {
            return Err(E::UnknownParameter);
        }
        let scope = form.one("scope").map_err(|_| E::Query)?;
        let scope = scope.as_deref().unwrap_or(DEFAULT_SCOPE).parse().map_err(|_| E::Scope)?;
        let named = form.many("redirect_uri").map_err(|_| E::Query)?;
        if named.len() > MAX_REDIRECT_URIS {
            return Err(E::TooMany);
        }
        let read = |uri: &str| {
            // ATP-2: the name `localhost` is for the identifier, answers go to addresses.
            let is_address = loopback_port(uri).is_some() && !uri.starts_with(ORIGIN);
            RedirectUri::parse(uri).ok().filter(|_| is_address).ok_or(E::RedirectUri)
        };
        let redirect_uris = if named.is_empty() {
            DEFAULT_REDIRECT_URIS.into_iter().map(read).collect::<Result<_, _>>()?
        } else {
            named.iter().map(|uri| read(uri)).collect::<Result<_, _>>()?
        };
        Ok(Self { text: raw.into(), redirect_uris, scope: Some(scope) })
    }

    /// The whole identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it says, in the form that every client has. A public client without a name of its own.
    #[must_use]
    pub fn metadata(&self) -> Metadata {
        let mut version = [0; 32];
        version.copy_from_slice(digest(&SHA256, self.text.as_bytes()).as_ref());
        Metadata {
            client_id: ClientId::LocalDevelopment(self.clone()),
            name: None,
            client_uri: None,
            logo_uri: None,
            redirect_uris: self.redirect_uris.clone(),
            scope: self.scope.clone(),
            methods: Methods::NONE,
            keys: Keys::None,
            dpop_bound: false,
            requires_push: false,
            digest: version,
        }
    }
}

/// Simple string comparison, as for every `client_id`.
impl PartialEq for LocalDevelopmentId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for LocalDevelopmentId {}

impl std::hash::Hash for LocalDevelopmentId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// Without a port: with one it is some server's.
const ORIGIN: &str = "http://localhost";

/// ATP-2.
const DEFAULT_SCOPE: &str = "atproto";
const DEFAULT_REDIRECT_URIS: [&str; 2] = ["http://127.0.0.1/", "http://[::1]/"];

const MAX_REDIRECT_URIS: usize = 16;

#[cfg(test)]
mod tests {
    use super::{LocalDevelopmentError as E, *};
    use crate::client::id::ClientIdError;

    fn read(raw: &str) -> Result<ClientId, ClientIdError> {
        ClientId::parse(raw)
    }

    #[test]
    fn atp_2_what_is_such_an_identifier_and_what_is_none() {
        let many = format!("http://localhost?{}", "redirect_uri=http://127.0.0.1/&".repeat(17));
        for (raw, expected) in [
            ("http://localhost", Ok(())),
            ("http://localhost/", Ok(())),
            ("http://localhost?scope=a%20b", Ok(())),
            ("http://localhost/?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb", Ok(())),
            (
                "http://localhost?redirect_uri=http://[::1]:81/cb&redirect_uri=http://127.0.0.1",
                Ok(()),
            ),
            ("http://localhost?redirect_uri=http://localhost/cb", Err(E::RedirectUri)),
            ("http://localhost?redirect_uri=https://app.example/cb", Err(E::RedirectUri)),
            ("http://localhost?redirect_uri=app.example:/cb", Err(E::RedirectUri)),
            ("http://localhost?client_name=Claude", Err(E::UnknownParameter)),
            ("http://localhost?scope=a&scope=b", Err(E::Query)),
            ("http://localhost?scope=%FF", Err(E::Query)),
            ("http://localhost?scope=a%20%20%22", Err(E::Scope)),
            ("http://localhost?scope=a#", Err(E::Query)),
            (many.as_str(), Err(E::TooMany)),
        ] {
            let found = match read(raw) {
                Ok(ClientId::LocalDevelopment(_)) => Ok(()),
                Err(ClientIdError::LocalDevelopment(error)) => Err(error),
                other => panic!("{raw}: {other:?}"),
            };
            assert_eq!(found, expected, "{raw}");
        }
        for raw in [
            "http://localhost:8080",
            "http://localhost/cb",
            "http://127.0.0.1",
            "http://localhost.example/",
            "https://localhost",
        ] {
            assert!(matches!(read(raw), Err(ClientIdError::Url(_))), "{raw}");
        }
    }

    #[test]
    fn atp_2_the_made_up_metadata() {
        let of = |raw: &str| LocalDevelopmentId::parse(raw).unwrap().metadata();
        let plain = of("http://localhost");
        let uris = |client: &Metadata| -> Vec<String> {
            client.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect()
        };
        assert_eq!(uris(&plain), DEFAULT_REDIRECT_URIS);
        assert_eq!(plain.scope.as_ref().map(ToString::to_string).as_deref(), Some("atproto"));
        assert!(plain.methods.none && plain.name.is_none());
        let own = of("http://localhost?scope=read&redirect_uri=http://127.0.0.1:3000/cb");
        assert!(own.redirect_uris[0].accepts("http://127.0.0.1:51004/cb"), "the port is free");
        assert!(!own.redirect_uris[0].accepts("http://127.0.0.1:51004/"), "the path is not");
        assert_ne!(own.digest, plain.digest);
    }
}
