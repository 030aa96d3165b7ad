//! What does the vendor's service sign for this installation? Each request is signed with the device key and answers the service's newest challenge.

use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, header};
use salver_egress::upstream::Upstream;
use salver_jose::{Ask, EnrolBy, InstallationRequest, PublicKey, sign_installation_request};
use salver_oauth::Issuer;
use thiserror::Error;

use crate::{
    Installation,
    wire::{Reply, WireError, exchange},
};

/// The service of this installation's vendor.
pub struct VendorService {
    upstream: Arc<Upstream>,
    /// The challenge that came with the newest answer.
    challenge: Mutex<Option<String>>,
}

/// What the service says of an installation that it has enrolled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enrolled {
    /// Its name: the thumbprint of the device key.
    pub installation: String,
    /// How it was checked, as its attestations will say: `user`, `device_key` or `platform`.
    pub checked: String,
}

/// Something that was signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signed {
    /// The token.
    pub token: String,
    /// Seconds that it is good.
    pub expires_in: i64,
}

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// The service cannot be reached.
    #[error("the service of the vendor: {0}")]
    Wire(#[from] WireError),
    /// It refuses.
    #[error("the service of the vendor refuses: {0}")]
    Refused(String),
    /// It answers something else.
    #[error("the service of the vendor answers without {0}")]
    Answer(&'static str),
    /// The device key does not sign.
    #[error("the device key does not sign")]
    Key,
}

impl VendorService {
    /// The service, through this door.
    #[must_use]
    pub fn new(upstream: Arc<Upstream>) -> Self {
        Self { upstream, challenge: Mutex::default() }
    }

    /// Makes the installation known.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn enrol(
        &self,
        installation: &Installation,
        by: EnrolBy,
    ) -> Result<Enrolled, ServiceError> {
        let reply = self.ask(installation, Ask::Enrol(by)).await?;
        Ok(Enrolled {
            installation: text(&reply, "installation")?,
            checked: text(&reply, "installation_check")?,
        })
    }

    /// An attestation of this key, for one authorization server.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn attestation(
        &self,
        installation: &Installation,
        issuer: &Issuer,
        key: &PublicKey,
    ) -> Result<Signed, ServiceError> {
        let ask = Ask::Attestation { issuer: issuer.clone(), key: key.clone() };
        signed(&self.ask(installation, ask).await?, "attestation")
    }

    /// A software statement, for one authorization server.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn statement(
        &self,
        installation: &Installation,
        issuer: &Issuer,
    ) -> Result<Signed, ServiceError> {
        let reply = self.ask(installation, Ask::Statement(issuer.clone())).await?;
        signed(&reply, "software_statement")
    }

    /// A client assertion, for one authorization server and one request.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn assertion(
        &self,
        installation: &Installation,
        issuer: &Issuer,
    ) -> Result<Signed, ServiceError> {
        let reply = self.ask(installation, Ask::Assertion(issuer.clone())).await?;
        signed(&reply, "client_assertion")
    }

    /// Asks with the challenge at hand; once more with another if that one is no longer good.
    async fn ask(&self, installation: &Installation, ask: Ask) -> Result<Reply, ServiceError> {
        let kept = self.challenge.lock().unwrap_or_else(PoisonError::into_inner).take();
        let challenge = match kept {
            Some(challenge) => challenge,
            None => self.fresh_challenge(installation).await?,
        };
        let reply = self.ask_with(installation, challenge, ask.clone()).await?;
        if reply.text("error") != Some("use_challenge") {
            return accepted(reply);
        }
        let challenge = self.fresh_challenge(installation).await?;
        accepted(self.ask_with(installation, challenge, ask).await?)
    }

    async fn fresh_challenge(&self, installation: &Installation) -> Result<String, ServiceError> {
        let url = format!("{}/challenge", installation.service());
        let reply = exchange(&self.upstream, Request::post(url), String::new()).await?;
        text(&accepted(reply)?, "challenge")
    }

    async fn ask_with(
        &self,
        installation: &Installation,
        challenge: String,
        ask: Ask,
    ) -> Result<Reply, ServiceError> {
        let device = installation.device_key();
        let request = InstallationRequest { challenge: challenge.into(), ask };
        let (signer, service) = (Arc::clone(device), installation.service());
        let body = sign_installation_request(signer, device.public_key(), service, &request);
        let body = body.map_err(|_| ServiceError::Key)?;
        let post = Request::post(service).header(header::CONTENT_TYPE, "application/jwt");
        let reply = exchange(&self.upstream, post, body).await?;
        *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) =
            reply.text("challenge").map(str::to_owned);
        Ok(reply)
    }
}

fn accepted(reply: Reply) -> Result<Reply, ServiceError> {
    if reply.status.is_success() { Ok(reply) } else { Err(ServiceError::Refused(reply.told())) }
}

fn signed(reply: &Reply, name: &'static str) -> Result<Signed, ServiceError> {
    let expires_in = reply.members.get("expires_in").and_then(serde_json::Value::as_i64);
    Ok(Signed {
        token: text(reply, name)?,
        expires_in: expires_in.ok_or(ServiceError::Answer("expires_in"))?,
    })
}

fn text(reply: &Reply, name: &'static str) -> Result<String, ServiceError> {
    reply.text(name).map(str::to_owned).ok_or(ServiceError::Answer(name))
}
