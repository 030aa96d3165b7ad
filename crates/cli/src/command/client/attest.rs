//! `salver client attest`: what would this installation show to an authorization server now?

use clap::{Args, ValueEnum};
use salver_client::{
    AuthorizationServer, Credential, Installation, ServiceError, Shown, VendorService,
};
use salver_oauth::Issuer;
use salver_server::clock::{Clock as _, SystemClock};
use serde_json::{Map, Value, json};

use super::{
    enrol::{Kept, kept},
    quoted,
};
use crate::{command::block_on, failure::Failure, output, wiring::users_way_out};

#[derive(Args, Debug)]
pub(in crate::command) struct Attest {
    /// The issuer of the authorization server: what is shown is for it alone.
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// How the installation shows that it is one of its client's.
    #[arg(long, value_enum, default_value = "attestation")]
    kind: Kind,
    #[command(flatten)]
    kept: Kept,
}

/// How it is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// An attestation of its key, and a proof of its own.
    Attestation,
    /// An attestation of its key, and a DPoP proof.
    Dpop,
    /// A client assertion that its vendor has signed.
    Assertion,
    /// A software statement, which proves no more than that somebody has it.
    Statement,
}

impl Attest {
    pub(super) fn run(self) -> Result<(), Failure> {
        let issuer = Issuer::parse(&self.issuer).map_err(|error| Failure::Refused {
            why: format!("{} is no issuer: {error}", quoted(&self.issuer)),
            hint: "write it as the server's metadata do".to_owned(),
        })?;
        let installation = Installation::open(&self.kept.keys).map_err(kept)?;
        let (endpoint, shown) = block_on(self.shown(&installation, &issuer))?;
        self.tell(&endpoint, &shown);
        Ok(())
    }

    async fn shown(
        &self,
        installation: &Installation,
        issuer: &Issuer,
    ) -> Result<(String, Shown), Failure> {
        let upstream = users_way_out(self.kept.ca.as_deref())?;
        let server = AuthorizationServer::discover(&upstream, issuer).await;
        let server = server.map_err(|error| Failure::Refused {
            why: format!("{issuer}: {error}"),
            hint: "name the issuer of an authorization server that runs".to_owned(),
        })?;
        let endpoint = server.pushed_endpoint.as_ref().unwrap_or(&server.token_endpoint).clone();
        let vendor = VendorService::new(upstream.clone());
        if matches!(self.kind, Kind::Statement) {
            let statement = vendor.statement(installation, issuer).await.map_err(refused)?;
            let parameters = vec![("software_statement", statement.token)];
            return Ok((endpoint, Shown { parameters, ..Shown::default() }));
        }
        let challenge = server.challenge(&upstream).await.map_err(|error| Failure::Refused {
            why: format!("the challenge of {issuer}: {error}"),
            hint: "look at the server's log".to_owned(),
        })?;
        let credential = self.credential(&vendor, installation, issuer).await?;
        let clock = || SystemClock.now();
        let shown = credential.shown((issuer, &endpoint), challenge.as_deref(), clock);
        let shown =
            shown.map_err(|error| Failure::Setup { part: "a proof", why: error.to_string() });
        Ok((endpoint, shown?))
    }

    async fn credential(
        &self,
        vendor: &VendorService,
        installation: &Installation,
        issuer: &Issuer,
    ) -> Result<Credential, Failure> {
        if matches!(self.kind, Kind::Assertion) {
            let assertion = vendor.assertion(installation, issuer).await.map_err(refused)?;
            return Ok(Credential::Assertion(assertion.token));
        }
        let key = installation.key_for(issuer).map_err(kept)?;
        let signed = vendor.attestation(installation, issuer, key.public_key()).await;
        let attestation = signed.map_err(refused)?.token;
        Ok(match self.kind {
            Kind::Dpop => Credential::Combined { attestation, key },
            _ => Credential::Attestation { attestation, key },
        })
    }

    fn tell(&self, endpoint: &str, shown: &Shown) {
        let members = |pairs: &[(&str, String)]| -> Map<String, Value> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
        };
        if self.kept.json {
            output::json(&json!({
                "endpoint": endpoint, "headers": members(&shown.headers),
                "parameters": members(&shown.parameters),
            }));
            return;
        }
        output::talk(&format!("With a POST to {endpoint}:"));
        for (name, value) in &shown.headers {
            output::data(&format!("{name}: {value}"));
        }
        for (name, value) in &shown.parameters {
            output::data(&format!("{name}={value}"));
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn refused(error: ServiceError) -> Failure {
    Failure::Refused {
        why: error.to_string(),
        hint: "is the installation enrolled? `salver client enrol` does that".to_owned(),
    }
}
