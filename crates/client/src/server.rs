//! Where are the endpoints of an authorization server? In its metadata (RFC 8414), which must be its own (MIX-UP: `issuer` byte for byte).

use http::Request;
use salver_egress::upstream::Upstream;
use salver_oauth::Issuer;
use thiserror::Error;

use crate::wire::{Reply, WireError, exchange};

/// An authorization server.
#[derive(Clone, Debug)]
pub struct AuthorizationServer {
    /// Its issuer.
    pub issuer: Issuer,
    /// Where people are sent.
    pub authorization_endpoint: String,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where requests are pushed, if it takes them.
    pub pushed_endpoint: Option<String>,
    /// Where it gives challenges, if it does (ABCA-7).
    pub challenge_endpoint: Option<String>,
}

/// Why a server is not known.
#[derive(Debug, Error)]
pub enum DiscoveryError {
    /// It cannot be reached.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// It has no metadata.
    #[error("no metadata: status {0}")]
    Status(http::StatusCode),
    /// RFC 8414 §3.3: they are another server's.
    #[error("the metadata are another issuer's")]
    OtherIssuer,
    /// An endpoint is missing.
    #[error("the metadata name no {0}")]
    Missing(&'static str),
}

impl AuthorizationServer {
    /// Reads the metadata.
    ///
    /// # Errors
    /// [`DiscoveryError`].
    pub async fn discover(upstream: &Upstream, issuer: &Issuer) -> Result<Self, DiscoveryError> {
        // RFC 8414 §3.1: the well-known path goes between host and path.
        let url = format!("{}{WELL_KNOWN}{}", issuer.origin(), issuer.path());
        let reply = exchange(upstream, Request::get(url), String::new()).await?;
        if !reply.status.is_success() {
            return Err(DiscoveryError::Status(reply.status));
        }
        if reply.text("issuer") != Some(issuer.as_str()) {
            return Err(DiscoveryError::OtherIssuer);
        }
        let text = |name| reply.text(name).map(str::to_owned);
        let required = |name| text(name).ok_or(DiscoveryError::Missing(name));
        Ok(Self {
            issuer: issuer.clone(),
            authorization_endpoint: required("authorization_endpoint")?,
            token_endpoint: required("token_endpoint")?,
            pushed_endpoint: text("pushed_authorization_request_endpoint"),
            challenge_endpoint: text("challenge_endpoint"),
        })
    }

    /// A fresh challenge, if the server gives any.
    ///
    /// # Errors
    /// [`WireError`].
    pub async fn challenge(&self, upstream: &Upstream) -> Result<Option<String>, WireError> {
        let Some(endpoint) = &self.challenge_endpoint else { return Ok(None) };
        let reply: Reply = exchange(upstream, Request::post(endpoint), String::new()).await?;
        Ok(reply.text("attestation_challenge").map(str::to_owned))
    }
}

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";
