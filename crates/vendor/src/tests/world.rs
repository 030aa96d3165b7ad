//! A service with a store of its own, a clock that stands still, and installations that ask it.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime},
};

use axum::{body::Body, extract::ConnectInfo};
use http::{Request, header};
use salver_egress::{Development, DnsResolver, Reach};
use salver_jose::{
    Algorithm, Ask, EnrolBy, InstallationRequest, Signer as _, SigningKey,
    sign_installation_request,
};
use salver_store::sqlite::vendor::NewCode;
use salver_testkit::web::FakeWeb;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::*;

pub(super) const NOW: i64 = 1_790_000_040;
pub(super) const CLIENT: &str = "https://app.example/oauth/client.json";
pub(super) const SERVICE: &str = "https://app.example/installations";
pub(super) const ISSUER: &str = "https://as.example";

pub(super) struct World {
    pub(super) vendor: Arc<Vendor>,
    pub(super) web: FakeWeb,
    time: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) said: Value,
    pub(super) retry_after: Option<String>,
}

/// The same time for the way out.
#[derive(Debug)]
struct WayOutClock(Arc<AtomicI64>);

impl salver_egress::Clock for WayOutClock {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.steady()
    }

    fn steady(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed).unsigned_abs())
    }
}

impl World {
    pub(super) async fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let sealing = MasterKey::from_bytes([7; 32]).derive(KeyPurpose::SigningKeys).unwrap();
        let (sealing, algorithm) = (Box::new(sealing), Algorithm::Es256);
        Self::signing_with(Signing::Stored { sealing, algorithm }, change).await
    }

    pub(super) async fn signing_with(signing: Signing, change: impl FnOnce(&mut Settings)) -> Self {
        let web = FakeWeb::start().await;
        let document = format!(
            r#"{{"client_id":"{CLIENT}","client_name":"App","redirect_uris":["http://127.0.0.1/cb"],
            "token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example/oauth/jwks.json"}}"#
        );
        let mut settings = Settings::of_document(document.as_bytes()).unwrap();
        change(&mut settings);
        let folder = tempfile::tempdir().unwrap();
        let engine = salver_store::sqlite::Settings::default();
        let store = VendorStore::open(&folder.path().join("vendor.db"), engine).unwrap();
        let connect = [(("login.example".to_owned(), 443), web.address())];
        let egress = salver_egress::Settings {
            development: Development { connect: connect.into(), loopback: false },
            reach: Reach::LoopbackOnly,
            extra_roots_pem: Some(web.authority_pem().as_bytes().to_vec()),
            ..salver_egress::Settings::default()
        };
        let master_key = MasterKey::from_bytes([7; 32]);
        let time = Arc::new(AtomicI64::new(NOW));
        let way_out = Arc::new(WayOutClock(Arc::clone(&time)));
        let clock = {
            let time = Arc::clone(&time);
            Arc::new(move || Timestamp::from_unix(time.load(Ordering::Relaxed)))
        };
        let parts = Parts {
            settings,
            store: Arc::new(store),
            signing,
            master_key: Arc::new(master_key),
            egress: Egress::with(egress, Arc::new(DnsResolver::new(&[]).unwrap()), way_out)
                .unwrap(),
            clock,
        };
        let vendor = Arc::new(Vendor::start(parts).await.unwrap());
        Self { vendor, web, time, _folder: folder }
    }

    pub(super) fn later(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(super) async fn code(&self, account: &str) -> String {
        let (code, digest) = one_time_code(&MasterKey::from_bytes([7; 32])).unwrap();
        let (made_at, account) = (self.vendor.now(), account.to_owned());
        let expires_at = made_at.plus_seconds(900);
        let code_row = NewCode { code: digest, account, made_at, expires_at };
        self.vendor.store.add_code(code_row).await.unwrap();
        code
    }

    pub(super) async fn send(&self, method: &str, path: &str, body: &str) -> Told {
        self.send_from("192.0.2.1:1", method, path, body).await
    }

    pub(super) async fn send_from(&self, from: &str, method: &str, path: &str, body: &str) -> Told {
        let from: SocketAddr = from.parse().unwrap();
        let request = Request::builder().method(method).uri(path).extension(ConnectInfo(from));
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = router(Arc::clone(&self.vendor)).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.map(|value| value.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 1024 * 1024).await.unwrap();
        let said = serde_json::from_slice(&body).unwrap_or_default();
        Told { status, said, retry_after }
    }

    pub(super) fn challenge(&self) -> String {
        self.vendor.challenges.make(self.vendor.now()).unwrap()
    }

    pub(super) async fn ask(&self, device: &Arc<SigningKey>, ask: Ask) -> Told {
        self.send("POST", "/installations", &signed(device, &self.challenge(), ask)).await
    }

    /// An installation that is known, by a code.
    pub(super) async fn enrolled(&self, account: &str) -> Arc<SigningKey> {
        let (device, code) = (key(), self.code(account).await);
        let told = self.ask(&device, by_code(&code)).await;
        assert_eq!(told.status, 200, "{told:?}");
        assert_eq!(told.said["installation"], device.key_id());
        device
    }
}

impl Told {
    /// Status and error, for tables.
    pub(super) fn short(&self) -> String {
        match self.said["error"].as_str() {
            Some(error) => format!("{} {error}", self.status),
            None => self.status.to_string(),
        }
    }
}

pub(super) fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::Es256).unwrap())
}

pub(super) fn by_code(code: &str) -> Ask {
    Ask::Enrol(EnrolBy::Code(code.into()))
}

pub(super) fn issuer(text: &str) -> salver_oauth::Issuer {
    salver_oauth::Issuer::parse(text).unwrap()
}

pub(super) fn signed(device: &Arc<SigningKey>, challenge: &str, ask: Ask) -> String {
    let request = InstallationRequest { challenge: challenge.into(), ask };
    let signer = Arc::clone(device);
    sign_installation_request(signer, device.public_key(), SERVICE, &request).unwrap()
}
