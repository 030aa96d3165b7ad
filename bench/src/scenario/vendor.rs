//! What does an attestation cost that the vendor's service signs for an enrolled device key? Its own process, and beside it a bare handler that verifies, keeps one row and signs.

use std::array;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use salver_jose::{
    Algorithm, Ask, EnrolBy, InstallationRequest, SigningKey, sign_installation_request,
};
use salver_oauth::Issuer;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{Done, Operation, PerWorker, Scenario, request};
use crate::fault::Fault;
use crate::load::Connection;

/// One signature, one verification, HTTP and JSON, one grouped row; the bare handler does these.
pub(crate) const ATTESTED: Scenario =
    Scenario { name: "attestation by the vendor's service", bound: (13, 10), over_tls: false };

/// Where the bare server finds the device key.
pub(crate) const DEVICE_KEY: &str = "device.jwk";

/// The line with which the service says that it answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    listen: Vec<SocketAddr>,
}

/// An installation that asks.
pub(crate) struct Asking {
    device: Arc<SigningKey>,
    instance: SigningKey,
    issuer: Issuer,
}

/// The operation, at either server.
struct Attest {
    asking: Arc<Asking>,
    path: &'static str,
    challenges: PerWorker<String>,
}

impl Line {
    pub(crate) fn address(&self) -> Result<SocketAddr, Fault> {
        self.listen.first().copied().ok_or(Fault::Unreadable("the service's address"))
    }
}

impl Asking {
    /// Makes its keys, and leaves the public one for the bare server.
    pub(crate) fn new(folder: &Path) -> Result<Arc<Self>, Fault> {
        let key =
            || SigningKey::generate(Algorithm::Es256).map_err(|_| Fault::Unreadable("a new key"));
        let device = Arc::new(key()?);
        let jwk = serde_json::to_string(&device.public_key().to_jwk())
            .map_err(|_| Fault::Unreadable("a new key"))?;
        std::fs::write(folder.join(DEVICE_KEY), jwk)
            .map_err(|error| Fault::Io("write the device key", error))?;
        let issuer = Issuer::parse("https://as.example");
        let issuer = issuer.map_err(|_| Fault::Unreadable("an issuer"))?;
        Ok(Arc::new(Self { device, instance: key()?, issuer }))
    }

    /// The operation at the service, once the installation is enrolled there.
    pub(crate) async fn enrolled(
        self: &Arc<Self>,
        address: SocketAddr,
        code: &str,
    ) -> Result<Arc<dyn Operation>, Fault> {
        let mut connection = Connection::open(address).await?;
        let challenge = fresh(&mut connection).await?;
        let body = self.signed(&challenge, Ask::Enrol(EnrolBy::Code(code.into())))?;
        let answer = connection.ask(posted(SERVICE, &body)?).await?;
        request::expect("the enrolment", StatusCode::OK, answer)?;
        Ok(self.at(SERVICE))
    }

    /// The operation at the bare server.
    pub(crate) fn at_bare(self: &Arc<Self>) -> Arc<dyn Operation> {
        self.at("/attest")
    }

    fn at(self: &Arc<Self>, path: &'static str) -> Arc<dyn Operation> {
        let challenges = array::from_fn(|_| Mutex::default());
        Arc::new(Attest { asking: Arc::clone(self), path, challenges })
    }

    fn signed(&self, challenge: &str, ask: Ask) -> Result<String, Fault> {
        let request = InstallationRequest { challenge: challenge.into(), ask };
        let signer = Arc::clone(&self.device);
        let service = format!("https://{HOST}{SERVICE}");
        sign_installation_request(signer, self.device.public_key(), &service, &request)
            .map_err(|_| Fault::Unreadable("a signature"))
    }
}

impl Operation for Attest {
    fn perform<'a>(&'a self, connection: &'a mut Connection, worker: usize) -> Done<'a> {
        Box::pin(async move {
            let challenge = self.challenges.get(worker).ok_or(Fault::Unreadable("a worker"))?;
            let mut challenge = challenge.lock().await;
            if challenge.is_empty() {
                *challenge = if self.path == SERVICE {
                    fresh(connection).await?
                } else {
                    "A".repeat(CHALLENGE_LENGTH)
                };
            }
            let asking = &self.asking;
            let key = asking.instance.public_key().clone();
            let ask = Ask::Attestation { issuer: asking.issuer.clone(), key };
            let body = asking.signed(&challenge, ask)?;
            let answer = connection.ask(posted(self.path, &body)?).await?;
            let answer = request::expect("the attestation", StatusCode::OK, answer)?;
            *challenge = request::member(&answer, "challenge")?;
            request::member(&answer, "attestation").map(drop)
        })
    }
}

async fn fresh(connection: &mut Connection) -> Result<String, Fault> {
    let answer = connection.ask(posted("/installations/challenge", "")?).await?;
    request::member(&request::expect("the challenge", StatusCode::OK, answer)?, "challenge")
}

fn posted(
    path: &str,
    body: &str,
) -> Result<http::Request<http_body_util::Full<bytes::Bytes>>, Fault> {
    let builder = request::to(HOST, path).method(http::Method::POST);
    let builder = builder.header(CONTENT_TYPE, "application/jwt");
    builder.body(body.to_owned().into()).map_err(|_| Fault::Unreadable("a request"))
}

/// Writes the service's configuration.
pub(crate) fn configure(folder: &Path) -> Result<PathBuf, Fault> {
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|error| Fault::Io("write the configuration", error))?;
        Ok::<_, Fault>(file)
    };
    let document = format!(
        r#"{{"client_id":"https://{HOST}/client.json","client_name":"App","redirect_uris":["http://127.0.0.1/callback"],
        "token_endpoint_auth_method":"attest_jwt_client_auth","jwks_uri":"https://{HOST}/jwks.json"}}"#
    );
    write("client.json", &document)?;
    write(
        "vendor.toml",
        "document = \"client.json\"\ndata = \"vendor\"\nlisten = [\"127.0.0.1:0\"]\n[log]\nlevel = \"error\"\n\
         [installations]\nsignatures_per_hour = 100000\nsignatures_per_account = 1000000\nrequests_per_minute = 100000\n",
    )
}

/// A one-time code of the service.
pub(crate) fn code(program: &Path, configuration: &Path) -> Result<String, Fault> {
    let made = Command::new(program)
        .args(["client", "installations", "code", "--account", "bench", "--config"])
        .arg(configuration)
        .output()
        .map_err(|error| Fault::Io("make a code", error))?;
    String::from_utf8(made.stdout)
        .map(|code| code.trim().to_owned())
        .map_err(|_| Fault::Unreadable("the code"))
}

const HOST: &str = "app.example";
const SERVICE: &str = "/installations";
/// As long as the service's own.
const CHALLENGE_LENGTH: usize = 75;
