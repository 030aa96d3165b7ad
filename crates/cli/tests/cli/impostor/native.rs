//! The native client, as its vendor wrote it; an impostor is the same program with other credentials.

use std::{sync::Arc, time::SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use salver_client::{AuthorizationServer, Credential, Installation, Reply, VendorService, send};
use salver_oauth::{Issuer, Timestamp};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    browser::{Answer, Browser},
    cast::Cast,
};

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
const REDIRECT: &str = "http://127.0.0.1:51735/callback";

pub(super) fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the rim of a test with real processes")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap())
}

pub(super) struct Native<'c> {
    cast: &'c Cast,
    server: AuthorizationServer,
    vendor: VendorService,
}

impl<'c> Native<'c> {
    pub(super) async fn new(cast: &'c Cast) -> Self {
        let issuer = Issuer::parse(&cast.issuer).unwrap();
        let server = AuthorizationServer::discover(&cast.upstream, &issuer).await.unwrap();
        Self { cast, server, vendor: VendorService::new(Arc::clone(&cast.upstream)) }
    }

    pub(super) fn issuer(&self) -> &Issuer {
        &self.server.issuer
    }

    pub(super) async fn attestation(&self, of: &Installation) -> String {
        let key = of.key_for(self.issuer()).unwrap();
        self.vendor.attestation(of, self.issuer(), key.public_key()).await.unwrap().token
    }

    pub(super) async fn assertion(&self, of: &Installation) -> Credential {
        Credential::Assertion(self.vendor.assertion(of, self.issuer()).await.unwrap().token)
    }

    /// Pushes the request.
    pub(super) async fn push(&self, credential: &Credential) -> Reply {
        let challenge = challenge();
        let parameters = self.parameters(&challenge);
        let endpoint = self.server.pushed_endpoint.as_deref().unwrap();
        self.send(endpoint, &parameters, credential).await
    }

    /// Sends the person to the server, with what was pushed or with the request itself.
    pub(super) async fn authorize(&self, request_uri: Option<&str>, allows: bool) -> Answer {
        let (challenge, resource) = (challenge(), format!("{}/mcp", self.cast.issuer));
        let parameters = if let Some(uri) = request_uri {
            vec![("client_id", self.cast.client_id.as_str()), ("request_uri", uri)]
        } else {
            [self.parameters(&challenge), vec![("resource", resource.as_str())]].concat()
        };
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let start = format!("{}?{query}", self.server.authorization_endpoint);
        let (upstream, issuer) = (Arc::clone(&self.cast.upstream), self.cast.issuer.clone());
        let mut browser = Browser::new(upstream, issuer, self.cast.password.clone());
        browser.follow(&start, REDIRECT, allows).await
    }

    /// Redeems a code.
    pub(super) async fn redeem(&self, code: &str, credential: &Credential) -> Reply {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("client_id", self.cast.client_id.as_str()),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.send(&self.server.token_endpoint, &parameters, credential).await
    }

    /// Calls the tool.
    pub(super) async fn call(&self, token: &str) -> Value {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "acme", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({ "name": "note", "arguments": {}, "_meta": meta });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let request = Request::post(format!("{}/mcp", self.cast.issuer))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "note");
        self.post(request, &body).await
    }

    /// Registers with a statement that the vendor signs for this installation.
    pub(super) async fn register(&self, of: &Installation) -> Value {
        let statement = self.vendor.statement(of, self.issuer()).await.unwrap().token;
        let request = Request::post(format!("{}/register", self.cast.issuer));
        let request = request.header("content-type", "application/json");
        self.post(request, &json!({ "software_statement": statement })).await
    }

    async fn post(&self, request: http::request::Builder, body: &Value) -> Value {
        let request = request.body(Full::new(Bytes::from(body.to_string()))).unwrap();
        let response = self.cast.upstream.send(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body)))
    }

    fn parameters<'p>(&'p self, challenge: &'p str) -> Vec<(&'p str, &'p str)> {
        vec![
            ("response_type", "code"),
            ("client_id", &self.cast.client_id),
            ("redirect_uri", REDIRECT),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
            ("state", "kept"),
        ]
    }

    async fn send(&self, endpoint: &str, form: &[(&str, &str)], credential: &Credential) -> Reply {
        let (upstream, to) = (&self.cast.upstream, (self.issuer(), endpoint));
        let resource = format!("{}/mcp", self.cast.issuer);
        let form = [form, &[("resource", resource.as_str())]].concat();
        send(upstream, to, &form, credential, now).await.unwrap()
    }
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}
