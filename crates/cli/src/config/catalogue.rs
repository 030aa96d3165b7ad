//! Which clients are well known to this server? `[catalogue]`: the operator's own file, updates that somebody signs, and when pinned copies
//! are used (docs/catalogue.md).

use std::{path::Path, sync::Arc, time::Duration};

use salver_egress::{ChosenBy, url_gate};
use salver_jose::{CATALOGUE_ALGORITHMS, PublicKey};
use salver_policy::catalogue::{self, Catalogue};
use salver_server::settings::PinUse;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    problem::{Place, Problem, Problems},
    tls::cannot_read,
};

/// `[catalogue]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogueSection {
    /// A catalogue of your own; what is in it applies at once, on top of all others.
    pub(crate) file: Option<String>,
    /// Whether the catalogue that came with salver is left out, so that only `file` and `url` count.
    pub(crate) replace: bool,
    /// Where a signed catalogue is issued, with https. It lies on top of the one that came with salver, and below `file`.
    pub(crate) url: Option<String>,
    /// The public key that it is signed with, as a JWK in JSON: Ed25519, or P-256 for ES256.
    pub(crate) key: Option<String>,
    /// The file with that key, instead of `key`.
    pub(crate) key_file: Option<String>,
    /// Hours between two looks at `url`.
    #[schemars(range(min = 1, max = 720))]
    pub(crate) refresh_hours: u32,
    /// When the catalogue's copies of documents are used: where a document's host fails or shuts salver out, or always, so that those documents are not fetched.
    pub(crate) pins: PinsName,
}

/// When pinned copies are used.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PinsName {
    /// Where a document's host fails or shuts us out.
    #[default]
    WhenRefused,
    /// In place of the documents.
    Always,
}

impl Default for CatalogueSection {
    fn default() -> Self {
        Self {
            file: None,
            replace: false,
            url: None,
            key: None,
            key_file: None,
            refresh_hours: 24,
            pins: PinsName::default(),
        }
    }
}

/// Where the catalogue comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct CatalogueSettings {
    /// The operator's own.
    pub(crate) own: Option<Arc<Catalogue>>,
    /// Whether the one in the binary is left out.
    pub(crate) replace: bool,
    /// Who issues updates.
    pub(crate) updates: Option<Updates>,
    /// When pinned copies are used.
    pub(crate) pins: PinUse,
}

/// A source of signed catalogues.
#[derive(Clone, Debug)]
pub(crate) struct Updates {
    /// Where they are.
    pub(crate) url: String,
    /// The key that they are signed with.
    pub(crate) key: PublicKey,
    /// How often somebody looks.
    pub(crate) refresh: Duration,
}

impl CatalogueSettings {
    /// What is out of the ordinary, a line each, said at start.
    pub(crate) fn announcements(&self) -> Vec<String> {
        let replace = self.replace.then_some("the catalogue that came with salver is left out");
        let always = (self.pins == PinUse::Always).then_some(
            "documents with a pinned copy are not fetched: `catalogue.pins` is \"always\"",
        );
        replace.into_iter().chain(always).map(str::to_owned).collect()
    }
}

/// What the section means.
pub(super) fn resolve(section: &CatalogueSection, problems: &mut Problems) -> CatalogueSettings {
    if section.replace && section.file.is_none() && section.url.is_none() {
        problems.refuse(
            "catalogue.replace",
            "is true, and nothing takes the place of the catalogue that came with salver",
            "name a `file` or a `url`, or leave it out",
        );
    }
    CatalogueSettings {
        own: section.file.as_deref().and_then(|path| own(path, problems)),
        replace: section.replace,
        updates: updates(section, problems),
        pins: match section.pins {
            PinsName::WhenRefused => PinUse::WhenRefused,
            PinsName::Always => PinUse::Always,
        },
    }
}

fn own(path: &str, problems: &mut Problems) -> Option<Arc<Catalogue>> {
    const KEY: &str = "catalogue.file";
    let path = problems.origins().resolve(KEY, path);
    let text = std::fs::read_to_string(&path).map_err(|error| cannot_read(&path, &error));
    let text = problems.accept(KEY, text, "name a file that salver may read, in UTF-8")?;
    match Catalogue::parse(&text) {
        Ok(own) => Some(Arc::new(own)),
        Err(error) => {
            let why = format!("{} is not a catalogue; its lines are told below", path.display());
            problems.refuse(KEY, why, "salver catalogue check FILE says the same");
            for problem in error.problems() {
                problems.note(of_the_file(&path, problem));
            }
            None
        }
    }
}

/// A problem of the catalogue itself, at its own line.
fn of_the_file(path: &Path, problem: &catalogue::Problem) -> Problem {
    Problem {
        place: Some(Place::File { path: path.to_owned(), line: problem.line }),
        key: problem.entry.to_string(),
        why: problem.rule.to_string(),
        hint: problem.rule.remedy().to_owned(),
    }
}

fn updates(section: &CatalogueSection, problems: &mut Problems) -> Option<Updates> {
    let key = key(section, problems);
    let Some(url) = &section.url else {
        for (name, value) in [("key", &section.key), ("key_file", &section.key_file)] {
            if value.is_some() {
                problems.refuse(
                    format!("catalogue.{name}"),
                    "is there although no `catalogue.url` is",
                    "name the URL, or leave the key out",
                );
            }
        }
        return None;
    };
    if !url.starts_with("https://") || url_gate::judge(url, ChosenBy::Operator).is_err() {
        problems.refuse(
            "catalogue.url",
            format!("{url:?} is no https URL"),
            "write it like https://catalogues.example/mcp.jws",
        );
        return None;
    }
    if section.key.is_none() && section.key_file.is_none() {
        problems.refuse(
            "catalogue.key",
            "is missing beside `catalogue.url`",
            "write down the public key of whoever signs that catalogue",
        );
    }
    let refresh = Duration::from_hours(section.refresh_hours.into());
    Some(Updates { url: url.clone(), key: key?, refresh })
}

fn key(section: &CatalogueSection, problems: &mut Problems) -> Option<PublicKey> {
    let (name, text) = match (&section.key, &section.key_file) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            problems.refuse(
                "catalogue.key_file",
                "is there although `catalogue.key` is, too",
                "leave out one of the two",
            );
            return None;
        }
        (Some(text), None) => ("catalogue.key", text.clone()),
        (None, Some(path)) => {
            let path = problems.origins().resolve("catalogue.key_file", path);
            let text = std::fs::read_to_string(&path).map_err(|error| cannot_read(&path, &error));
            let hint = "name a file that salver may read, with the JWK in it";
            ("catalogue.key_file", problems.accept("catalogue.key_file", text, hint)?)
        }
    };
    let read = PublicKey::parse(text.trim().as_bytes())
        .map_err(|error| format!("is no public key: {error}"));
    let key = problems.accept(name, read, EXAMPLE)?;
    if !CATALOGUE_ALGORITHMS.iter().any(|algorithm| key.supports(*algorithm)) {
        problems.refuse(name, "is neither an Ed25519 nor a P-256 key", EXAMPLE);
        return None;
    }
    Some(key)
}

const EXAMPLE: &str =
    "salver catalogue sign prints it, like {\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"…\"}";

#[cfg(test)]
mod tests {
    use salver_jose::{Algorithm, SigningKey};

    use super::*;

    fn jwk(algorithm: Algorithm) -> String {
        let key = SigningKey::generate(algorithm).unwrap();
        serde_json::Value::Object(key.public_key().to_jwk()).to_string()
    }

    fn refusals(text: &str) -> Vec<String> {
        let section: CatalogueSection = toml::from_str(text).unwrap();
        let mut problems = Problems::default();
        let resolved = resolve(&section, &mut problems);
        let list = problems.into_list();
        assert_eq!(resolved.updates.is_some(), list.is_empty() && section.url.is_some(), "{text}");
        list.iter().map(|problem| format!("{} {}", problem.key, problem.why)).collect()
    }

    #[test]
    fn sources_that_are_understood_and_their_neighbours() {
        let [ed25519, p256] = [Algorithm::EdDsa, Algorithm::Es256].map(jwk);
        let rsa = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{}"}}"#, "_".repeat(342) + "w");
        let private = p256.replace("\"x\"", "\"d\":\"AAAA\",\"x\"");
        let url = "url = \"https://catalogues.example/mcp.jws\"\n";
        let with = |key: &str| format!("{url}key = '{key}'");
        for text in [String::new(), with(&ed25519), with(&p256), "pins = \"always\"".to_owned()] {
            assert_eq!(refusals(&text), Vec::<String>::new(), "{text}");
        }
        for (text, begins) in [
            (url.to_owned(), "catalogue.key is missing"),
            (format!("key = '{p256}'"), "catalogue.key is there although no"),
            (format!("{}\nkey_file = \"k\"", with(&p256)), "catalogue.key_file is there although"),
            (format!("{url}key_file = \"/nowhere\""), "catalogue.key_file /nowhere cannot be read"),
            (with("{}"), "catalogue.key is no public key"),
            (with(&private), "catalogue.key is no public key: it holds d"),
            (with(&rsa), "catalogue.key is"),
            (with(&p256).replace("https:", "http:"), "catalogue.url \"http:"),
            (with(&p256).replace("https://", "https://u@"), "catalogue.url \"https:"),
            ("replace = true".to_owned(), "catalogue.replace is true"),
            ("file = \"/nowhere\"".to_owned(), "catalogue.file /nowhere cannot be read"),
        ] {
            let found = refusals(&text);
            assert!(found.len() == 1 && found[0].starts_with(begins), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_faulty_file_is_told_with_its_own_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let text = "format = 1\nnumber = 1\nissued = \"2026-11-22\"\n\n[[client]]\nname = \"A\"\npublisher = \"a.example\"\nseen = \"2026-11-01\"\nsource = \"us\"\n";
        std::fs::write(&path, text).unwrap();
        let mut problems = Problems::default();
        let section =
            CatalogueSection { file: path.to_str().map(str::to_owned), ..Default::default() };
        assert!(resolve(&section, &mut problems).own.is_none());
        let told: Vec<_> = problems.into_list().iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[1].starts_with(&format!("{}:5: `A`: it has no documents", path.display())));
        std::fs::write(&path, text.replace("seen", "documents = [\"https://a.example/c\"]\nseen"))
            .unwrap();
        let mut problems = Problems::default();
        assert!(resolve(&section, &mut problems).own.is_some() && problems.count() == 0);
    }
}
