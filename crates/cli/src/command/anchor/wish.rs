//! What is to be known of an anchor? From a file, JSON or TOML in the words of `[[statements.anchors]]`, with flags over it.

use std::{fs, path::PathBuf};

use clap::Args;
use salver_server::anchor::{Anchor, written::WrittenAnchor};
use serde_json::Value;

use crate::{
    command::{client::fetch, duration},
    failure::Failure,
};

/// An anchor, as it is said on the command line.
#[derive(Args, Debug)]
pub(in crate::command) struct Wish {
    /// Its issuer: `iss` of its statements, byte for byte.
    #[arg(required_unless_present = "file")]
    issuer: Option<String>,
    /// A file with all of it, in the words of `[[statements.anchors]]`: TOML, or JSON if it is named so.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A file with its public keys: a JWK set.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Or the https URL of that: exactly this one is read.
    #[arg(long, value_name = "URL", conflicts_with = "keys")]
    keys_url: Option<String>,
    /// An algorithm that it signs with; without one, all that are known here.
    #[arg(long, value_name = "ALG")]
    algorithm: Vec<String>,
    /// The longest life of a statement, like 1h or 7d; without it, an hour.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    longest: Option<i64>,
    /// Each statement is good once, and has a `jti`.
    #[arg(long)]
    once: bool,
    /// The `typ` that its statements always have.
    #[arg(long, value_name = "TYPE")]
    typ: Option<String>,
    /// A name that its softwares may have, `*` stands for anything; without one, any.
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// A redirect URI or a host that its softwares may use beside loopback; without one, its own host.
    #[arg(long, value_name = "URI")]
    redirect: Vec<String>,
    /// A scope that its softwares may be given; without one, whatever people allow.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// A `client_id` whose installations it attests, beside those of softwares that it has signed for.
    #[arg(long, value_name = "CLIENT_ID")]
    attests: Vec<String>,
}

impl Wish {
    /// Understands it, or says everything that is wrong.
    pub(super) fn read(&self) -> Result<Anchor, Failure> {
        let written = self.written()?;
        written.read().map_err(|faults| {
            let why =
                faults.iter().map(|fault| format!("{}: {}", self.place_of(fault.key), fault.why));
            let nothing_said =
                self.file.is_none() && self.keys.is_none() && self.keys_url.is_none();
            let hint = match faults.first() {
                Some(fault) if fault.key == "keys" && nothing_said => "say --keys or --keys-url",
                Some(fault) => fault.hint,
                None => "write issuer and keys",
            };
            Failure::Refused {
                why: why.collect::<Vec<_>>().join("\n       "),
                hint: hint.to_owned(),
            }
        })
    }

    /// Where this was said.
    fn place_of(&self, key: &str) -> String {
        match (key, &self.keys, &self.file) {
            ("keys", Some(path), _) => path.display().to_string(),
            (key, _, Some(path)) => format!("{}: {key}", path.display()),
            (key, ..) => key.to_owned(),
        }
    }

    fn written(&self) -> Result<WrittenAnchor, Failure> {
        let mut written = match &self.file {
            Some(path) => from_file(path)?,
            None => WrittenAnchor::default(),
        };
        if let Some(issuer) = &self.issuer {
            written.issuer.clone_from(issuer);
        }
        if let Some(path) = &self.keys {
            let keys = fetch::read(path)?;
            written.keys = Some(String::from_utf8_lossy(&keys).into_owned());
            written.keys_url = None;
        }
        if let Some(url) = &self.keys_url {
            (written.keys, written.keys_url) = (None, Some(url.clone()));
        }
        let said = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
        if let Some(algorithms) = said(&self.algorithm) {
            written.algorithms = algorithms;
        }
        if let Some(names) = said(&self.name) {
            written.names = names;
        }
        if let Some(attests) = said(&self.attests) {
            written.attests = attests;
        }
        written.redirects = said(&self.redirect).or(written.redirects);
        written.scopes = said(&self.scope).or(written.scopes);
        written.longest_seconds = self.longest.or(written.longest_seconds);
        written.once |= self.once;
        written.typ = self.typ.clone().or(written.typ);
        Ok(written)
    }
}

fn from_file(path: &PathBuf) -> Result<WrittenAnchor, Failure> {
    let refused = |why: String| Failure::Refused {
        why: format!("{}: {why}", path.display()),
        hint:
            "write issuer, and keys or keys_url, as in [[statements.anchors]] of the configuration"
                .to_owned(),
    };
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let mut value: Value = if path.extension().is_some_and(|ending| ending == "json") {
        serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?
    } else {
        toml::from_str(&text).map_err(|error| refused(error.message().to_owned()))?
    };
    // A set in a file need not be a text of its own.
    if let Some(keys @ Value::Object(_)) = value.get_mut("keys") {
        *keys = Value::String(keys.to_string());
    }
    serde_json::from_value(value).map_err(|error| refused(error.to_string()))
}
