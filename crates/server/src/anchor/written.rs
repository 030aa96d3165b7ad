//! What is written down of a trust anchor? The same in the configuration, on the command line and in the store; read before it is believed, all faults at once.

use std::sync::Arc;

use salver_jose::{Algorithm, KeySet};
use salver_oauth::{Scope, client::id::ClientId};
use salver_policy::{ban::NamePattern, redirects::ListedRedirects, vouching::Vouching};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::{Anchor, AnchorKeys, KeysAt};

/// An anchor, as somebody wrote it down.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenAnchor {
    /// `iss` of its statements.
    pub issuer: String,
    /// Its public keys, a JWK set as JSON.
    pub keys: Option<String>,
    /// Or the https URL of that.
    pub keys_url: Option<String>,
    /// The algorithms that it signs with; none: all that are known here.
    pub algorithms: Vec<String>,
    /// The longest life of a statement, in seconds; an hour, if nothing is written.
    pub longest_seconds: Option<i64>,
    /// Each statement is good once.
    pub once: bool,
    /// The `typ` that its statements always have.
    pub typ: Option<String>,
    /// The names that its softwares may have, `*` stands for anything; none: any.
    pub names: Vec<String>,
    /// Redirect URIs, and hosts on the web, that its softwares may use beside loopback; nothing: its own host.
    pub redirects: Option<Vec<String>>,
    /// The scopes that its softwares may be given; nothing: whatever a person allows.
    pub scopes: Option<Vec<String>>,
    /// The `client_id`s whose installations it attests, beside softwares that it has signed for.
    pub attests: Vec<String>,
}

/// What is wrong with one of its values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnchorFault {
    /// Which value, by its key.
    pub key: &'static str,
    /// What is wrong.
    pub why: String,
    /// What to write.
    pub hint: &'static str,
}

/// Why a stored anchor cannot be read.
#[derive(Debug, Error)]
pub enum AnchorUnreadable {
    /// It is no JSON of ours.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A value is wrong.
    #[error("{key}: {why}")]
    Fault {
        /// Its key.
        key: &'static str,
        /// What is wrong.
        why: String,
    },
}

/// The longest life of a statement in seconds, if nothing is written: SW-11 asks for minutes to hours.
pub const LONGEST_SECONDS: i64 = 3_600;

/// The longest that can be allowed, in seconds: half a year, for statements inside metadata documents.
pub const MOST_SECONDS: i64 = 180 * 86_400;

impl WrittenAnchor {
    /// Reads what is in the store.
    ///
    /// # Errors
    /// [`AnchorUnreadable`].
    pub fn from_json(json: &str) -> Result<Anchor, AnchorUnreadable> {
        let written: Self = serde_json::from_str(json)?;
        written.read().map_err(|faults| {
            let first = faults.into_iter().next();
            let (key, why) = first.map_or(("issuer", String::new()), |f| (f.key, f.why));
            AnchorUnreadable::Fault { key, why }
        })
    }

    /// Understands it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(&self) -> Result<Anchor, Vec<AnchorFault>> {
        let mut faults = Vec::new();
        if let Err(why) = is_issuer(&self.issuer) {
            let hint = "write iss as it stands in the statements, such as https://vendor.example";
            faults.push(AnchorFault { key: "issuer", why, hint });
        }
        let keys = self.read_keys(&mut faults);
        let algorithms = self.read_algorithms(&mut faults);
        let longest_seconds = self.longest_seconds.unwrap_or(LONGEST_SECONDS);
        if !(60..=MOST_SECONDS).contains(&longest_seconds) {
            let why = format!("{longest_seconds} is not between 60 and {MOST_SECONDS}");
            let hint = "write seconds; an hour is 3600";
            faults.push(AnchorFault { key: "longest_seconds", why, hint });
        }
        let vouching = self.read_vouching(&mut faults);
        for client_id in &self.attests {
            if let Err(error) = ClientId::parse(client_id) {
                faults.push(AnchorFault {
                    key: "attests",
                    why: format!("{client_id:?} is no client_id: {error}"),
                    hint: "write whole client_ids, such as https://vendor.example/client.json",
                });
            }
        }
        match keys {
            Some(keys) if faults.is_empty() => Ok(Anchor {
                issuer: self.issuer.as_str().into(),
                keys,
                algorithms,
                longest_seconds,
                once: self.once,
                type_name: self.typ.as_deref().map(Into::into),
                vouching,
                attests: self.attests.iter().map(|one| one.as_str().into()).collect(),
                written: self.clone(),
            }),
            _ => Err(faults),
        }
    }

    fn read_keys(&self, faults: &mut Vec<AnchorFault>) -> Option<AnchorKeys> {
        let mut refuse = |key, why: String, hint| {
            faults.push(AnchorFault { key, why, hint });
            None
        };
        match (&self.keys, &self.keys_url) {
            (Some(set), None) => match KeySet::parse(set.as_bytes()) {
                Ok(set) if set.iter().next().is_some() => Some(AnchorKeys::Inline(Arc::new(set))),
                Ok(_) => refuse(
                    "keys",
                    "no key of it can be used here".to_owned(),
                    "write a JWK set of public EC P-256, Ed25519 or RSA keys",
                ),
                Err(error) => refuse("keys", error.to_string(), "write a JWK set of public keys"),
            },
            (None, Some(url)) => match is_url(url) {
                Ok(()) => Some(AnchorKeys::At(Arc::new(KeysAt::new(url)))),
                Err(why) => refuse(
                    "keys_url",
                    why,
                    "write the exact URL, such as https://vendor.example/mcp/jwks.json",
                ),
            },
            (Some(_), Some(_)) => refuse(
                "keys_url",
                "there are keys beside it".to_owned(),
                "write keys or keys_url, not both",
            ),
            (None, None) => {
                refuse("keys", "there are no keys".to_owned(), "write keys, or keys_url")
            }
        }
    }

    fn read_algorithms(&self, faults: &mut Vec<AnchorFault>) -> Vec<Algorithm> {
        if self.algorithms.is_empty() {
            return Algorithm::ALL.to_vec();
        }
        let mut read = Vec::new();
        for name in &self.algorithms {
            match Algorithm::from_name(name) {
                Some(algorithm) => read.push(algorithm),
                None => faults.push(AnchorFault {
                    key: "algorithms",
                    why: format!("{name:?} is not an algorithm that is believed here"),
                    hint: "write ES256, EdDSA, RS256 or PS256",
                }),
            }
        }
        read
    }

    fn read_vouching(&self, faults: &mut Vec<AnchorFault>) -> Vouching {
        let mut vouching = Vouching::default();
        for name in &self.names {
            match NamePattern::parse(name) {
                Ok(pattern) => vouching.names.push(pattern),
                Err(fault) => faults.push(AnchorFault {
                    key: "names",
                    why: format!("{name:?} is no pattern: {fault}"),
                    hint: "write a name, or its beginning with a star behind it",
                }),
            }
        }
        if let Some(redirects) = &self.redirects {
            let mut listed = ListedRedirects::default();
            for entry in redirects {
                if let Err(fault) = listed.add(entry) {
                    faults.push(AnchorFault {
                        key: "redirects",
                        why: format!("{entry:?} names nothing: {fault}"),
                        hint: "write a whole redirect URI, or a host such as vendor.example",
                    });
                }
            }
            vouching.redirects = Some(listed);
        }
        if let Some(scopes) = &self.scopes {
            match scopes.join(" ").parse::<Scope>() {
                Ok(scopes) => vouching.scopes = Some(scopes),
                Err(error) => faults.push(AnchorFault {
                    key: "scopes",
                    why: error.to_string(),
                    hint: "write the names of scopes",
                }),
            }
        }
        vouching
    }
}

/// Whether statements can be trusted under this name.
///
/// # Errors
/// Why not, in words.
pub fn is_issuer(text: &str) -> Result<(), String> {
    if text.len() > MAX_TEXT {
        return Err(format!("it is longer than {MAX_TEXT} characters"));
    }
    let url = Url::parse(text).map_err(|_| format!("{text:?} is no https URL"))?;
    if url.scheme() != "https" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{text:?} is no https URL without query and fragment"));
    }
    Ok(())
}

/// SW-7: an exact https host and path. Where the way out may reach this computer, plain http to it too: that is the way out's to say.
fn is_url(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|_| format!("{text:?} is no https URL"))?;
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_plain = url.scheme() == "http" && is_here;
    if url.scheme() != "https" && !is_plain {
        return Err(format!("{text:?} is no https URL"));
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{text:?} has a fragment, a user name or a password"));
    }
    Ok(())
}

const MAX_TEXT: usize = 512;

#[cfg(test)]
mod tests {
    use salver_jose::SigningKey;

    use super::*;

    fn keys() -> String {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let set: KeySet = [key.public_key().clone()].into_iter().collect();
        String::from_utf8(set.to_json()).unwrap()
    }

    fn anchor() -> WrittenAnchor {
        WrittenAnchor {
            issuer: "https://vendor.example".into(),
            keys: Some(keys()),
            ..WrittenAnchor::default()
        }
    }

    fn at(url: &str) -> WrittenAnchor {
        WrittenAnchor { keys: None, keys_url: Some(url.into()), ..anchor() }
    }

    #[test]
    fn each_value_with_its_neighbour() {
        let with = |change: &dyn Fn(&mut WrittenAnchor)| {
            let mut anchor = anchor();
            change(&mut anchor);
            anchor
        };
        for (why, written, expected) in [
            ("sound", anchor(), None),
            ("an exact URL", at("https://vendor.example/jwks.json"), None),
            ("this computer", at("http://127.0.0.1:9/jwks"), None),
            ("plain http", at("http://vendor.example/jwks"), Some("keys_url")),
            ("a fragment", at("https://vendor.example/jwks#a"), Some("keys_url")),
            ("a password", at("https://a:b@vendor.example/jwks"), Some("keys_url")),
            ("no keys", with(&|anchor| anchor.keys = None), Some("keys")),
            (
                "an empty set",
                with(&|anchor| anchor.keys = Some(r#"{"keys":[]}"#.into())),
                Some("keys"),
            ),
            (
                "both",
                with(&|anchor| anchor.keys_url = Some("https://v.example/k".into())),
                Some("keys_url"),
            ),
            ("no issuer", with(&|anchor| anchor.issuer = String::new()), Some("issuer")),
            (
                "a plain issuer",
                with(&|anchor| anchor.issuer = "http://v.example".into()),
                Some("issuer"),
            ),
            ("RS256", with(&|anchor| anchor.algorithms = vec!["RS256".into()]), None),
            ("HS256", with(&|anchor| anchor.algorithms = vec!["HS256".into()]), Some("algorithms")),
            ("none", with(&|anchor| anchor.algorithms = vec!["none".into()]), Some("algorithms")),
            ("a minute", with(&|anchor| anchor.longest_seconds = Some(60)), None),
            ("less", with(&|anchor| anchor.longest_seconds = Some(59)), Some("longest_seconds")),
            ("a name", with(&|anchor| anchor.names = vec!["Vendor *".into()]), None),
            ("every name", with(&|anchor| anchor.names = vec!["*".into()]), Some("names")),
            ("a host", with(&|anchor| anchor.redirects = Some(vec!["v.example".into()])), None),
            (
                "a star",
                with(&|anchor| anchor.redirects = Some(vec!["*.v.example".into()])),
                Some("redirects"),
            ),
            ("a scope", with(&|anchor| anchor.scopes = Some(vec!["notes:read".into()])), None),
            (
                "a client",
                with(&|anchor| anchor.attests = vec!["https://v.example/client.json".into()]),
                None,
            ),
            ("no client", with(&|anchor| anchor.attests = vec![String::new()]), Some("attests")),
            ("no scope", with(&|anchor| anchor.scopes = Some(vec!["\"".into()])), Some("scopes")),
        ] {
            let found = written.read().err().map(|faults| faults[0].key);
            assert_eq!(found, expected, "{why}");
            if expected.is_none() {
                let json = serde_json::to_string(&written).unwrap();
                assert_eq!(WrittenAnchor::from_json(&json).unwrap().written, written, "{why}");
            }
        }
        assert!(WrittenAnchor::from_json(r#"{"issuer":"https://v.example","unknown":1}"#).is_err());
    }

    #[test]
    fn what_is_not_written() {
        let read = anchor().read().unwrap();
        assert_eq!(read.algorithms, Algorithm::ALL);
        assert_eq!((read.longest_seconds, read.once), (LONGEST_SECONDS, false));
        assert!(read.vouching.redirects.is_none());
    }
}
