//! Who plays: the vendor's service, the authorization server with its gateway, the MCP server, the vendor's sign-in, and two installations.

use std::{fs, path::Path, sync::Arc, time::Duration};

use axum::{Json, Router, routing::post};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use salver_client::{Installation, VendorService};
use salver_egress::{
    ChosenBy,
    upstream::{Upstream, UpstreamSettings},
};
use salver_jose::{Algorithm, EnrolBy, KeySet, Signer as _, SigningKey};
use salver_testkit::web::{FakeWeb, Reply};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::native::now;
use crate::{
    salver::{Running, json as told_as_json},
    vendor::{certificates, free_port},
};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/impostor");

/// Which authorization server.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Server {
    WithRule,
    WithoutRule,
}

pub(super) struct Cast {
    pub(super) upstream: Arc<Upstream>,
    pub(super) client_id: String,
    pub(super) issuer: String,
    pub(super) password: String,
    /// Enrolled with a one-time code.
    pub(super) real: Installation,
    /// Enrolled with an ID token of the same person.
    pub(super) signed_in_impostor: Installation,
    _vendor: Running,
    _server: Running,
    _sign_in: FakeWeb,
    _folder: tempfile::TempDir,
}

impl Cast {
    pub(super) async fn start(server: Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        certificates(here);
        let sign_in = FakeWeb::start().await;
        fs::write(here.join("login-ca.pem"), sign_in.authority_pem()).unwrap();
        let mcp = mcp_server().await;
        let ports = [
            ("8443", free_port().to_string()),
            ("8444", free_port().to_string()),
            ("8445", sign_in.address().port().to_string()),
            ("9000", mcp.to_string()),
        ];
        for name in ["client.json", "vendor.toml", "salver.toml"] {
            copy(here, name, &ports, server);
        }
        let added = ["admin", "user", "add", "alice", "--json", "--config", "salver.toml"];
        let password = told_as_json(here, &added)[0]["password"].as_str().unwrap().to_owned();
        let vendor = Running::start(here, &["client", "serve", "--config", "vendor.toml"]);
        let server = Running::start(here, &["serve", "--config", "salver.toml"]);
        let authority = fs::read(here.join("ca.pem")).unwrap();
        let settings = UpstreamSettings {
            extra_roots: vec![CertificateDer::from_pem_slice(&authority).unwrap()],
            header_time_limit: Duration::from_secs(30),
            ..UpstreamSettings::default()
        };
        let upstream = Arc::new(Upstream::new(ChosenBy::User, settings).unwrap());
        let service = vendor.text("service");
        Self {
            client_id: vendor.text("client_id"),
            issuer: server.text("issuer"),
            password,
            real: enrolled_by_code(here, &service, &upstream).await,
            signed_in_impostor: enrolled_by_sign_in(here, &service, &upstream, &sign_in).await,
            upstream,
            _vendor: vendor,
            _server: server,
            _sign_in: sign_in,
            _folder: folder,
        }
    }
}

/// A file of the example, with ports that are free here.
fn copy(here: &Path, name: &str, ports: &[(&str, String)], server: Server) {
    let mut text = fs::read_to_string(format!("{EXAMPLE}/{name}")).unwrap();
    for (written, free) in ports {
        text = text.replace(&format!(":{written}"), &format!(":{free}"));
    }
    if server == Server::WithoutRule
        && let Some(rule) = text.find("[[policy.rules]]")
    {
        text.truncate(rule);
    }
    fs::write(here.join(name), text).unwrap();
}

async fn enrolled_by_code(here: &Path, service: &str, upstream: &Arc<Upstream>) -> Installation {
    let made = [
        "client",
        "installations",
        "code",
        "--account",
        "alice",
        "--config",
        "vendor.toml",
        "--json",
    ];
    let code = told_as_json(here, &made)[0]["code"].as_str().unwrap().to_owned();
    let installation = Installation::open_or_make(&here.join("real.json"), service).unwrap();
    let enrolled = VendorService::new(Arc::clone(upstream))
        .enrol(&installation, EnrolBy::Code(code.into()))
        .await;
    assert_eq!(enrolled.unwrap().checked, "device_key");
    installation
}

async fn enrolled_by_sign_in(
    here: &Path,
    service: &str,
    upstream: &Arc<Upstream>,
    sign_in: &FakeWeb,
) -> Installation {
    let provider = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys: KeySet = std::iter::once(provider.public_key().clone()).collect();
    sign_in.set("https://login.example/jwks", Reply::json(keys.to_json()));
    let installation = Installation::open_or_make(&here.join("impostor.json"), service).unwrap();
    let claims = json!({
        "iss": "https://login.example", "aud": "acme-desktop", "sub": "alice",
        "nonce": installation.device_key().key_id(),
        "iat": now(), "exp": now().plus_seconds(300),
    });
    let header = json!({ "alg": "ES256", "kid": provider.key_id() });
    let encoded = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let input = encoded.join(".");
    let signature = URL_SAFE_NO_PAD.encode(provider.sign(input.as_bytes()).unwrap());
    let enrolled = VendorService::new(Arc::clone(upstream))
        .enrol(&installation, EnrolBy::IdToken(format!("{input}.{signature}").into()))
        .await;
    assert_eq!(enrolled.unwrap().checked, "user");
    installation
}

/// An MCP server with one tool, which knows nothing of OAuth. Answers its port.
async fn mcp_server() -> u16 {
    let answer = |Json(call): Json<Value>| async move {
        let content = json!([{ "type": "text", "text": "a note of Acme" }]);
        Json(json!({ "jsonrpc": "2.0", "id": call["id"], "result": { "content": content } }))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().route("/mcp", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}
