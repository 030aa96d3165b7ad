//! A gateway in front of a server, both listening on loopback; the hands of the test on clock, keys, revocations and answers.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::State};
use bytes::Bytes;
use futures_util::{FutureExt as _, future::BoxFuture};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use salver_egress::{
    ChosenBy,
    upstream::{Upstream, UpstreamBody, UpstreamSettings},
};
use salver_gateway::{
    Caller, Callers, CallersError, Gateway, Limits, Parts, ResourceSettings, Rule, RuleSubject,
    ScopeSettings, Standing, TokenNames, Verdict,
};
use salver_jose::{
    AccessTokenClaims, AccessTokenSigner, Algorithm, IdentityTokenSigner, KeySet, SigningKey,
};
use salver_oauth::{
    GrantId, InstallationId, Issuer, ResourceId, Timestamp, TokenId, UserId, client::id::ClientId,
    token::subject::TokenSubject,
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch};

/// Where the resource lives, as clients see it. The sockets are elsewhere: `Host` decides.
pub(crate) const HOST: &str = "mcp.example";
pub(crate) const RESOURCE: &str = "https://mcp.example/mcp";
pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const START: i64 = 1_800_000_000;

/// A request as the server behind saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

type Behaviour = Box<dyn Fn(&Seen) -> Response<Body> + Send>;

#[derive(Default)]
struct Behind {
    seen: Mutex<Vec<Seen>>,
    behaviour: Mutex<Option<Behaviour>>,
}

/// Revocations, and what was told of use.
pub(crate) struct Feed {
    revoked: Mutex<HashSet<[u8; 16]>>,
    stale: AtomicBool,
    changed: watch::Sender<u64>,
    pub(crate) used: Mutex<Vec<(InstallationId, u32)>>,
    pub(crate) asked: AtomicUsize,
}

impl Standing for Feed {
    fn ask(&self, names: &TokenNames, _: Timestamp) -> Verdict {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let revoked = self.revoked.lock().unwrap();
        let ids = [names.grant.as_bytes(), names.installation.as_bytes(), names.token.as_bytes()];
        if self.stale.load(Ordering::Relaxed) {
            Verdict::Unknown
        } else if ids.into_iter().any(|id| revoked.contains(id)) {
            Verdict::Revoked
        } else {
            Verdict::Stands
        }
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn used(&self, installation: InstallationId, generation: u32, _: Timestamp) {
        self.used.lock().unwrap().push((installation, generation));
    }
}

impl Feed {
    pub(crate) fn revoke(&self, id: [u8; 16]) {
        self.revoked.lock().unwrap().insert(id);
        self.changed.send_modify(|count| *count += 1);
    }

    pub(crate) fn set_stale(&self, stale: bool) {
        self.stale.store(stale, Ordering::Relaxed);
        self.changed.send_modify(|count| *count += 1);
    }

    pub(crate) fn listeners(&self) -> usize {
        self.changed.receiver_count()
    }
}

/// Who is who.
pub(crate) struct People {
    signer: IdentityTokenSigner,
    pub(crate) described: AtomicUsize,
    pub(crate) error: Mutex<Option<CallersError>>,
}

impl Callers for People {
    fn signer(&self) -> IdentityTokenSigner {
        self.signer.clone()
    }

    fn describe<'a>(
        &'a self,
        subject: TokenSubject,
        _: &'a ClientId,
    ) -> BoxFuture<'a, Result<Caller, CallersError>> {
        self.described.fetch_add(1, Ordering::Relaxed);
        let error = *self.error.lock().unwrap();
        let caller = Caller {
            user_name: matches!(subject, TokenSubject::Person(_)).then(|| "ada".into()),
            client_name: Some("Testing".into()),
        };
        async move { error.map_or(Ok(caller), Err) }.boxed()
    }
}

pub(crate) struct World {
    pub(crate) feed: Arc<Feed>,
    pub(crate) people: Arc<People>,
    pub(crate) identity_keys: KeySet,
    pub(crate) upstream_url: String,
    address: std::net::SocketAddr,
    client: Upstream,
    behind: Arc<Behind>,
    clock: Arc<AtomicI64>,
    access_key: Arc<SigningKey>,
    keys: Arc<Mutex<Arc<KeySet>>>,
}

/// The resource that most tests use.
pub(crate) fn notes(upstream: &str) -> ResourceSettings {
    let scope = |name: &str, implies: &str| ScopeSettings {
        name: name.to_owned(),
        sentence: format!("May {name}"),
        implies: implies.parse().unwrap(),
    };
    let rule = |subject, scope: &str| Rule { subject, scope: scope.parse().unwrap() };
    ResourceSettings {
        name: "Notes".to_owned(),
        id: ResourceId::parse(RESOURCE).unwrap(),
        upstream: upstream.to_owned(),
        default_scope: "notes:read".parse().unwrap(),
        scopes: vec![
            scope("notes:read", ""),
            scope("notes:write", ""),
            scope("notes:admin", "notes:write notes:read"),
            scope("prompts", ""),
        ],
        rules: vec![
            rule(RuleSubject::Tool("whoami".to_owned()), ""),
            rule(RuleSubject::Tool("write_*".to_owned()), "notes:write"),
            rule(RuleSubject::Prompt("secret".to_owned()), "prompts"),
            rule(RuleSubject::Resource("notes://private/*".to_owned()), "notes:write"),
            rule(RuleSubject::Method("logging/setLevel".to_owned()), "notes:admin"),
        ],
        allowed_origins: vec!["https://app.example".to_owned()],
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(notes, |_| {}).await
    }

    pub(crate) async fn with(
        resource: impl Fn(&str) -> ResourceSettings,
        adjust: impl Fn(&mut UpstreamSettings),
    ) -> Self {
        let behind = Arc::new(Behind::default());
        let upstream = listen(Router::new().fallback(answer).with_state(Arc::clone(&behind))).await;
        let upstream_url = format!("http://{upstream}/mcp");
        let (access_key, identity_key) = (key(), key());
        let set = |key: &SigningKey| KeySet::from_iter([key.public_key().clone()]);
        let keys = Arc::new(Mutex::new(Arc::new(set(&access_key))));
        let clock = Arc::new(AtomicI64::new(START));
        let feed = Arc::new(Feed {
            revoked: Mutex::default(),
            stale: AtomicBool::new(false),
            changed: watch::channel(0).0,
            used: Mutex::default(),
            asked: AtomicUsize::new(0),
        });
        let people = Arc::new(People {
            signer: IdentityTokenSigner::new(Arc::clone(&identity_key) as _),
            described: AtomicUsize::new(0),
            error: Mutex::new(None),
        });
        let mut settings = UpstreamSettings::default();
        adjust(&mut settings);
        let (shared_keys, shared_clock) = (Arc::clone(&keys), Arc::clone(&clock));
        let parts = Parts {
            issuer: Issuer::parse(ISSUER).unwrap(),
            upstream: Upstream::new(ChosenBy::Operator, settings).unwrap(),
            standing: Arc::clone(&feed) as _,
            keys: Arc::new(move || Arc::clone(&shared_keys.lock().unwrap())),
            callers: Arc::clone(&people) as _,
            now: Arc::new(move || Timestamp::from_unix(shared_clock.load(Ordering::Relaxed))),
            incident: Arc::new(|| "INCIDENT".to_owned()),
            limits: Limits::default(),
        };
        let gateway = Arc::new(Gateway::new(parts, &[resource(&upstream_url)]).unwrap());
        let router = Router::new().fallback(front).with_state(Arc::clone(&gateway));
        Self {
            identity_keys: set(&identity_key),
            address: listen(router).await,
            client: Upstream::new(ChosenBy::Operator, UpstreamSettings::default()).unwrap(),
            feed,
            people,
            upstream_url,
            behind,
            clock,
            access_key,
            keys,
        }
    }

    /// Makes the server behind answer so from now on.
    pub(crate) fn behave(&self, behaviour: impl Fn(&Seen) -> Response<Body> + Send + 'static) {
        *self.behind.behaviour.lock().unwrap() = Some(Box::new(behaviour));
    }

    /// What the server behind saw since the last question.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.behind.seen.lock().unwrap())
    }

    pub(crate) fn pass_time(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.clock.load(Ordering::Relaxed))
    }

    /// A good token with these scopes.
    pub(crate) fn token(&self, scope: &str) -> String {
        self.sign(&self.claims(scope))
    }

    pub(crate) fn sign(&self, claims: &AccessTokenClaims) -> String {
        sign_with(&self.access_key, claims)
    }

    pub(crate) fn claims(&self, scope: &str) -> AccessTokenClaims {
        AccessTokenClaims {
            issuer: Issuer::parse(ISSUER).unwrap(),
            audience: ResourceId::parse(RESOURCE).unwrap(),
            subject: TokenSubject::Person(UserId::from_bytes([1; 16])),
            client_id: ClientId::parse("https://client.example/document.json").unwrap(),
            issued_at: self.now(),
            expires_at: self.now().plus_seconds(600),
            token_id: TokenId::from_bytes([2; 16]),
            scope: scope.parse().unwrap(),
            grant: GrantId::from_bytes([3; 16]),
            installation: InstallationId::from_bytes([4; 16]),
            generation: 5,
        }
    }

    /// Lets other keys count.
    pub(crate) fn replace_keys(&self, key: &SigningKey) {
        *self.keys.lock().unwrap() = Arc::new(KeySet::from_iter([key.public_key().clone()]));
    }

    /// Sends a request to the gateway; `Host` is the resource's unless it says otherwise.
    pub(crate) async fn send(&self, mut request: Request<Full<Bytes>>) -> Response<UpstreamBody> {
        let host = HeaderValue::from_static(HOST);
        request.headers_mut().entry(header::HOST).or_insert(host);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        *request.uri_mut() = format!("http://{}{path}", self.address).parse().unwrap();
        self.client.send(request).await.unwrap()
    }

    /// POSTs a body with a token.
    pub(crate) async fn post(&self, token: &str, body: &str) -> Response<UpstreamBody> {
        self.send(call(token, body)).await
    }
}

/// A POST of a body with a token.
pub(crate) fn call(token: &str, body: &str) -> Request<Full<Bytes>> {
    Request::post("/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Full::from(body.to_owned()))
        .unwrap()
}

/// `tools/call` of a tool.
pub(crate) fn tool(name: &str) -> String {
    let params = serde_json::json!({ "name": name, "arguments": {} });
    serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })
        .to_string()
}

pub(crate) const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

pub(crate) fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::Es256).unwrap())
}

pub(crate) fn sign_with(key: &Arc<SigningKey>, claims: &AccessTokenClaims) -> String {
    AccessTokenSigner::new(Arc::clone(key) as _).issue(claims).unwrap()
}

/// An answer of the server behind.
pub(crate) fn respond(status: u16, media_type: &str, body: impl Into<Body>) -> Response<Body> {
    Response::builder().status(status).header("content-type", media_type).body(body.into()).unwrap()
}

pub(crate) async fn text(response: Response<UpstreamBody>) -> String {
    let whole = tokio::time::timeout(Duration::from_secs(10), response.into_body().collect());
    String::from_utf8(whole.await.unwrap().unwrap().to_bytes().to_vec()).unwrap()
}

pub(crate) async fn json(response: Response<UpstreamBody>) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}

pub(crate) fn challenge(response: &Response<UpstreamBody>) -> String {
    let challenges: Vec<_> = response.headers().get_all(header::WWW_AUTHENTICATE).iter().collect();
    assert_eq!(challenges.len(), 1);
    challenges[0].to_str().unwrap().to_owned()
}

async fn listen(router: Router) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// What the binary's router does with requests that are the gateway's.
async fn front(State(gateway): State<Arc<Gateway>>, request: Request<Body>) -> Response<Body> {
    let authority = request.headers()[header::HOST].to_str().unwrap().to_owned();
    let path = request.uri().path().to_owned();
    if let Some(metadata) = gateway.metadata(&authority, request.method(), &path) {
        return metadata;
    }
    match gateway.find(&authority, &path) {
        Some(resource) => gateway.serve(resource, request).await,
        None => Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty()).unwrap(),
    }
}

async fn answer(State(behind): State<Arc<Behind>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let (method, uri, headers) = (head.method, head.uri, head.headers);
    let seen = Seen { method, uri, headers, body };
    behind.seen.lock().unwrap().push(seen.clone());
    let behaviour = behind.behaviour.lock().unwrap();
    behaviour.as_ref().map_or_else(
        || respond(200, "application/json", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        |behaviour| behaviour(&seen),
    )
}
