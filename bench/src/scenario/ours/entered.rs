//! Which clients are on record? They are entered by the same command as an operator's, while the server runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::super::assertion;
use crate::fault::Fault;

/// The command of the server under test, and the configuration that both go by.
pub(crate) struct Desk<'d> {
    pub(crate) program: &'d Path,
    pub(crate) configuration: &'d Path,
    /// Where the public key of a client lies.
    pub(crate) keys: PathBuf,
}

/// A client as the command tells of it.
#[derive(Deserialize)]
pub(crate) struct Entered {
    pub(crate) client_id: String,
    client_secret: Option<String>,
}

impl Entered {
    /// Its secret as it is sent (RFC 6749 §2.3.1): there is nothing in them to encode.
    pub(crate) fn basic(&self) -> Option<String> {
        let secret = self.client_secret.as_ref()?;
        Some(format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.client_id))))
    }
}

impl Desk<'_> {
    /// An application with this redirect URI.
    pub(crate) fn application(&self, redirect: &str, method: &str) -> Result<Entered, Fault> {
        self.create(&["--redirect-uri", redirect, "--auth-method", method])
    }

    /// A service for this resource, with a secret.
    pub(crate) fn service(&self, resource: &str) -> Result<Entered, Fault> {
        self.create(&["--purpose", "service", "--resource", resource, "--scope", "mcp"])
    }

    /// A service for this resource, with keys.
    pub(crate) fn service_with_keys(&self, resource: &str) -> Result<Entered, Fault> {
        let keys = self.keys.join(assertion::SET);
        let keys = keys.to_str().ok_or(Fault::Unreadable("the name of a file"))?;
        self.create(&[
            "--purpose",
            "service",
            "--resource",
            resource,
            "--scope",
            "mcp",
            "--jwks",
            keys,
        ])
    }

    fn create(&self, arguments: &[&str]) -> Result<Entered, Fault> {
        let output = Command::new(self.program)
            .args(["admin", "client", "create", "--json", "--name", "Bench"])
            .args(arguments)
            .arg("--config")
            .arg(self.configuration)
            .output()
            .map_err(|error| Fault::Io("enter a client", error))?;
        serde_json::from_slice(&output.stdout).map_err(|_| {
            Fault::NotEntered(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        })
    }
}
