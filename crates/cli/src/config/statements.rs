//! Whose software statements are trusted? `[[statements.anchors]]`; understood in `salver-server` (docs/statements.md).

use salver_server::anchor::{Anchor, written::WrittenAnchor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problems;

/// `[statements]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatementsSection {
    /// Whose statements are trusted, one entry each; read again on SIGHUP. `salver admin anchor` manages others beside these, and suspends any.
    pub(crate) anchors: Vec<AnchorEntry>,
}

/// One `[[statements.anchors]]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AnchorEntry {
    /// Its issuer: `iss` of its statements, byte for byte.
    pub(crate) issuer: String,
    /// Its public keys: a JWK set, as JSON.
    pub(crate) keys: Option<String>,
    /// In place of that the URL of the set: this exact https host and path, whatever a statement or a request says.
    pub(crate) keys_url: Option<String>,
    /// The algorithms that it signs with; the default is `ES256`, `EdDSA`, `RS256` and `PS256`.
    pub(crate) algorithms: Vec<String>,
    /// The longest life of a statement, in seconds; the default is an hour.
    #[schemars(range(min = 60, max = 15_552_000))]
    pub(crate) longest_seconds: Option<i64>,
    /// Whether each statement is good once only; then it needs a `jti`.
    pub(crate) once: bool,
    /// The `typ` that its statements always have, if they do.
    pub(crate) typ: Option<String>,
    /// The names that its softwares may have; `*` stands for anything. None: any name.
    pub(crate) names: Vec<String>,
    /// Redirect URIs and hosts that its softwares may use, beside programs on the user's computer that listen on a port; the default is the issuer's own host.
    pub(crate) redirects: Option<Vec<String>>,
    /// The scopes that its softwares may be given; the default is whatever people allow.
    pub(crate) scopes: Option<Vec<String>>,
    /// The `client_id`s whose installations it may attest, beside softwares that it has signed a statement for; none by default (docs/attestation.md).
    pub(crate) attests: Vec<String>,
}

impl AnchorEntry {
    fn written(&self) -> WrittenAnchor {
        let Self { issuer, keys, keys_url, algorithms, longest_seconds, once, .. } = self.clone();
        let Self { typ, names, redirects, scopes, attests, .. } = self.clone();
        WrittenAnchor {
            issuer,
            keys,
            keys_url,
            algorithms,
            longest_seconds,
            once,
            typ,
            names,
            redirects,
            scopes,
            attests,
        }
    }
}

/// What the section means.
pub(super) fn resolve(section: &StatementsSection, problems: &mut Problems) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = Vec::new();
    for (number, entry) in section.anchors.iter().enumerate() {
        match entry.written().read() {
            Ok(anchor) if anchors.iter().any(|known| known.issuer == anchor.issuer) => problems
                .refuse(
                    format!("statements.anchors[{number}].issuer"),
                    format!("{:?} stands there twice", entry.issuer),
                    "write one entry for each issuer",
                ),
            Ok(anchor) => anchors.push(anchor),
            Err(faults) => {
                for fault in faults {
                    let key = format!("statements.anchors[{number}].{}", fault.key);
                    problems.refuse(key, fault.why, fault.hint);
                }
            }
        }
    }
    anchors
}

#[cfg(test)]
mod tests {
    use crate::config::{Environment, Layers, Settings, problem::Origins};

    const KEYS: &str = r#"keys = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'"#;

    #[test]
    fn each_anchor_is_read_and_what_is_wrong_is_told_at_its_key() {
        let entry = |more: &str| {
            format!("[[statements.anchors]]\nissuer = \"https://vendor.example\"\n{more}\n")
        };
        for (text, refused) in [
            (entry(KEYS), None),
            (entry("keys_url = \"https://vendor.example/jwks.json\""), None),
            (
                entry("keys_url = \"http://vendor.example/jwks.json\""),
                Some(
                    "statements.anchors[0].keys_url: \"http://vendor.example/jwks.json\" is no https URL",
                ),
            ),
            (entry(""), Some("statements.anchors[0].keys: there are no keys")),
            (
                [entry(KEYS), entry(KEYS)].concat(),
                Some("statements.anchors[1].issuer: \"https://vendor.example\" stands there twice"),
            ),
        ] {
            let table = format!("data = \"/var/lib/salver\"\n{text}").parse().unwrap();
            let layers =
                Layers { table, origins: Origins::default(), protect: None, master_key: None };
            let told = Settings::resolve(&layers, &Environment::new());
            let told =
                told.err().map(|problems| format!("{}: {}", problems[0].key, problems[0].why));
            assert_eq!(told.as_deref(), refused, "{text}");
        }
    }
}
