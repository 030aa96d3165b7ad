//! With which settings does the demonstration run? Those of a file that nobody has to write, read by the same code as any file.

use std::{net::SocketAddr, path::PathBuf};

use toml::Value;

use super::mcp;
use crate::{
    config::{Environment, Layers, Settings},
    failure::Failure,
};

/// What is known only once everything listens.
pub(super) struct Facts {
    /// Where the server listens.
    pub(super) address: SocketAddr,
    /// Where its state is.
    pub(super) data: PathBuf,
    /// Where the MCP server listens.
    pub(super) upstream: SocketAddr,
    /// Where the metadata document is hosted.
    pub(super) documents: SocketAddr,
    /// The certificate authority of that host, in PEM form.
    pub(super) authority: String,
}

/// The settings.
pub(super) fn make(facts: &Facts) -> Result<Settings, Failure> {
    let text = FILE
        .replace("ADDRESS", &facts.address.to_string())
        .replace("UPSTREAM", &format!("http://{}{}", facts.upstream, mcp::PATH))
        .replace("PATH", mcp::PATH)
        .replace("DOCUMENTS", &format!("localhost:{}", facts.documents.port()));
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| Failure::Setup {
        part: "the demonstration",
        why: error.to_string(),
    })?;
    table.insert("data".to_owned(), Value::String(facts.data.to_string_lossy().into_owned()));
    let layers = Layers {
        table,
        origins: crate::config::problem::Origins::default(),
        protect: None,
        master_key: None,
    };
    let mut settings =
        Settings::resolve(&layers, &Environment::new()).map_err(Failure::Configuration)?;
    settings.development.extra_ca = Some(facts.authority.clone().into_bytes());
    Ok(settings)
}

const FILE: &str = r#"
listen = ["ADDRESS"]

[[resources]]
name = "salver demo"
path = "PATH"
upstream = "UPSTREAM"
default_scope = ["notes:read"]

[[resources.scopes]]
name = "notes:read"
sentence = "Read your notes, add numbers, and see who you are"

[[resources.scopes]]
name = "notes:write"
sentence = "Write notes in your name"
implies = ["notes:read"]

[[resources.rules]]
tool = "notes_add"
scopes = ["notes:write"]

[limits]
shutdown_seconds = 1

[development]
exceptions = ["DOCUMENTS"]
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_nobody_writes_is_sound() {
        let facts = Facts {
            address: "127.0.0.1:8080".parse().unwrap(),
            data: PathBuf::from("/nowhere"),
            upstream: "127.0.0.1:4000".parse().unwrap(),
            documents: "127.0.0.1:8081".parse().unwrap(),
            authority: "PEM".to_owned(),
        };
        let settings = make(&facts).unwrap();
        assert_eq!(settings.server.issuer.as_str(), "http://localhost:8080");
        let resource = settings.resources.first().unwrap();
        assert_eq!(
            (resource.id.as_str(), resource.upstream.as_str()),
            ("http://localhost:8080/mcp", "http://127.0.0.1:4000/mcp")
        );
        let host = salver_egress::TargetHost::Name("localhost".to_owned());
        assert_eq!(settings.development.exceptions, [(host, 8081)]);
        assert!(settings.server.is_loopback_only());
    }
}
