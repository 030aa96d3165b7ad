//! A server with one user, two resources and a fake web; and the steps of a login.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use salver_egress::{Clock, DnsResolver, Egress, Reach, SystemClock};
use salver_jose::{
    Algorithm, MasterKey,
    seen::{SeenAttestations, SeenTokens},
};
use salver_oauth::{
    Issuer, ResourceId, Scope,
    client::{
        change::ChangeRules,
        document::Profile,
        id::ClientId,
        metadata::{Keys, Metadata, Methods},
        redirect_uri::RedirectUri,
    },
};
use salver_policy::{
    catalogue::Catalogue,
    rules::{Known, PolicySection, RuleSet},
};
use salver_server::{
    anchor::ConfiguredAnchors,
    bans::BanIndex,
    chance::SystemChance,
    counters::Counters,
    deps::{ATTESTATIONS_KEPT, Deps, INTROSPECTED_KEPT},
    drift::Drift,
    flow::account::{AccountDeps, setup},
    keyring::Keyring,
    logo::Logos,
    met::MetClients,
    noted_keys::NotedKeys,
    notices::{Notices, Outbox},
    policy::{CurrentPolicy, Policy},
    read_documents::ReadDocuments,
    registration_limit::RegistrationLimit,
    registration_tokens::RegistrationTokens,
    revocations::RevocationIndex,
    sealing::Sealing,
    secrets::Secrets,
    settings::{
        Developers, Lifetimes, PinUse, PushedRequests, Registration, Resource, Resources, Settings,
    },
    throttle::Throttle,
    usage::Usage,
    web::{App, router},
};
use salver_store::{
    Store,
    record::{NewBan, Role},
    sqlite::{self, SqliteStore},
};
use salver_testkit::{
    browser::{Browser, Page, send},
    clock::FixedClock,
    form::Form,
    web::{FakeWeb, Reply},
};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "http://localhost:8080";
pub(crate) const RESOURCE: &str = "http://localhost:8080/mcp";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// A client whose answer can only reach its publisher.
pub(crate) const WEB_CLIENT: &str = "https://web.example/client.json";
pub(crate) const WEB_CALLBACK: &str = "https://web.example/callback";
/// A client that answers on the user's own computer.
pub(crate) const NATIVE_CLIENT: &str = "https://native.example/client.json";
pub(crate) const NATIVE_CALLBACK: &str = "http://127.0.0.1:51004/callback";
/// A client that an administrator entered.
pub(crate) const ENTERED_CLIENT: &str = "inspector";
pub(crate) const ENTERED_CALLBACK: &str = "http://localhost:6274/oauth/callback";
const HOSTS: [&str; 11] = [
    "web.example",
    "native.example",
    "other.example",
    "slow.example",
    "claude.ai",
    "claude.ai.evil.example",
    "chatgpt.com",
    "vscode.dev",
    "zed.dev",
    "opencode.ai",
    "raw.githubusercontent.com",
];

/// A server and what is around it.
pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) web: FakeWeb,
    pub(crate) clock: FixedClock,
    pub(crate) way_out_clock: Arc<WayOutClock>,
    pub(crate) deps: Arc<Deps>,
    /// What waits to be delivered to a webhook.
    pub(crate) outbox: Mutex<Option<Outbox>>,
    directory: Arc<tempfile::TempDir>,
}

/// The real clock, set forward.
#[derive(Debug)]
pub(crate) struct WayOutClock {
    system: SystemClock,
    seconds: AtomicU64,
}

impl WayOutClock {
    fn new() -> Self {
        Self { system: SystemClock::start(), seconds: AtomicU64::new(0) }
    }

    /// Sets it forward.
    pub(crate) fn forward(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    fn by(&self) -> Duration {
        Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }
}

impl Clock for WayOutClock {
    fn wall(&self) -> SystemTime {
        self.system.wall() + self.by()
    }

    fn steady(&self) -> Duration {
        self.system.steady() + self.by()
    }
}

/// Tokens as a client got them.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scope: String,
}

/// Why the bans of the journeys are.
pub(crate) const BAN_REASON: &str = "It sends our notes elsewhere.";

impl World {
    /// Bans something, for [`BAN_REASON`]; answers the number of the ban. What was let in before ends once bans are followed.
    pub(crate) async fn ban(&self, kind: &str, value: &str) -> i64 {
        let ban = NewBan {
            kind: kind.into(),
            value: value.into(),
            reason: BAN_REASON.into(),
            made_by: "ada".into(),
            made_at: self.clock.now(),
            expires_at: None,
        };
        self.deps.store.add_ban(ban).await.unwrap()
    }

    pub(crate) async fn new() -> Self {
        Self::at(ISSUER).await
    }

    /// The same under another issuer.
    pub(crate) async fn at(issuer: &str) -> Self {
        Self::with(issuer, |_| {}).await
    }

    /// The same with another way out.
    pub(crate) async fn with(
        issuer: &str,
        change: impl FnOnce(&mut salver_egress::Settings),
    ) -> Self {
        Self::set_up(issuer, change, |_| {}).await
    }

    /// The same told otherwise.
    pub(crate) async fn told(change: impl FnOnce(&mut Settings)) -> Self {
        Self::set_up(ISSUER, |_| {}, change).await
    }

    /// The same with another way out and other settings.
    pub(crate) async fn set_up(
        issuer: &str,
        change: impl FnOnce(&mut salver_egress::Settings),
        decide: impl FnOnce(&mut Settings),
    ) -> Self {
        let web = FakeWeb::start().await;
        let mut way_out = egress(&web);
        change(&mut way_out);
        let mut settings = settings(issuer);
        decide(&mut settings);
        web.set(WEB_CLIENT, document(WEB_CLIENT, &[WEB_CALLBACK]));
        web.set(
            NATIVE_CLIENT,
            document(NATIVE_CLIENT, &["http://127.0.0.1/callback", "http://localhost/callback"]),
        );
        let directory = Arc::new(tempfile::tempdir().unwrap());
        // The real time: the way out has a clock of its own, by which it judges certificates and freshness.
        let clock = FixedClock::at(1_795_000_000);
        Self::over(directory, (web, way_out), settings, clock).await
    }

    /// Another server over the same store, with the same master key and settings of its own: a second node, or this one after a restart.
    pub(crate) async fn beside(&self, decide: impl FnOnce(&mut Settings)) -> Self {
        let web = FakeWeb::start().await;
        let way_out = egress(&web);
        let mut settings = settings(self.deps.settings.issuer.as_str());
        decide(&mut settings);
        Self::over(self.directory.clone(), (web, way_out), settings, self.clock.clone()).await
    }

    async fn over(
        directory: Arc<tempfile::TempDir>,
        (web, way_out): (FakeWeb, salver_egress::Settings),
        settings: Settings,
        clock: FixedClock,
    ) -> Self {
        let store: Arc<dyn Store> = Arc::new(
            SqliteStore::open(directory.path().join("salver.db"), sqlite::Settings::default())
                .unwrap(),
        );
        let master = MasterKey::from_bytes([7; 32]);
        let secrets = Secrets::derive(&master).unwrap();
        let resolver = Arc::new(DnsResolver::new(&[]).unwrap());
        let way_out_clock = Arc::new(WayOutClock::new());
        let ticking = clock.clone();
        let (notices, outbox) = Notices::with_outbox();
        let deps = Arc::new(Deps {
            own_origins: settings.own_origins(),
            policy: CurrentPolicy::new(policy(&PolicySection::default())),
            bans: BanIndex::default(),
            anchors: ConfiguredAnchors::default(),
            drift: Drift::default(),
            keyring: Keyring::open(&*store, secrets.signing_keys(), Algorithm::Es256, clock.now())
                .await
                .unwrap(),
            sealing: Sealing::open(&*store, secrets.sealing_roots(), &settings.issuer, clock.now())
                .await
                .unwrap(),
            egress: Arc::new(Egress::with(way_out, resolver, way_out_clock.clone()).unwrap()),
            introspected: SeenTokens::new(INTROSPECTED_KEPT),
            attestations: SeenAttestations::new(ATTESTATIONS_KEPT),
            revocations: RevocationIndex::default(),
            noted_keys: NotedKeys::default(),
            usage: Usage::default(),
            counters: Counters::default(),
            met: MetClients::default(),
            registration_limit: RegistrationLimit::new(settings.registration.bounds),
            push_limit: RegistrationLimit::new(settings.pushed_requests.bounds),
            registration_tokens: RegistrationTokens::default(),
            secret_tries: Throttle::default(),
            logos: Logos::default(),
            notices,
            read_documents: ReadDocuments::default(),
            clock: Arc::new(move || ticking.now()),
            chance: Arc::new(SystemChance::default()),
            settings,
            secrets,
            store,
        });
        deps.revocations.refresh(&*deps.store, clock.now()).await.unwrap();
        let account = AccountDeps::new(deps.clone(), &master).unwrap();
        let router = router(App::new(account));
        let outbox = Mutex::new(Some(outbox));
        Self { router, web, clock, way_out_clock, deps, outbox, directory }
    }

    /// A browser in which a new user of this name is signed in.
    pub(crate) async fn user(&self, username: &str) -> Browser {
        self.account(username, Role::User).await
    }

    /// The same with this role.
    pub(crate) async fn account(&self, username: &str, role: Role) -> Browser {
        let link = self.invitation(role).await;
        let path = format!("/account/setup/{}", &*link.secret);
        let mut browser = Browser::new(self.router.clone());
        let page = browser.get(&path).await;
        let form = Form::to(&page.text, "")
            .with("username", username)
            .with("password", "correct horse battery");
        let form = if form.fields.iter().any(|(name, _)| name == "password_again") {
            form.with("password_again", "correct horse battery")
        } else {
            form
        };
        let done = browser.post(&path, form.body()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        browser
    }

    async fn invitation(&self, role: Role) -> setup::NewLink {
        let wish = setup::Invite { role, lifetime_seconds: 900, now: self.clock.now() };
        setup::invite(&*self.deps.store, &self.deps.secrets, &*self.deps.chance, wish)
            .await
            .unwrap()
    }

    /// Asks, presses Allow, and answers what the client got to see.
    pub(crate) async fn allow(
        &self,
        browser: &mut Browser,
        client_id: &str,
        redirect_uri: &str,
        scope: &str,
    ) -> Page {
        let asked = browser.get(&authorize(client_id, redirect_uri, &[("scope", scope)])).await;
        if asked.status == StatusCode::SEE_OTHER {
            return asked;
        }
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        let form = Form::to(&asked.text, "/authorize/consent");
        browser.submit(&form.with("decision", "allow")).await
    }

    /// A whole login.
    pub(crate) async fn login(
        &self,
        browser: &mut Browser,
        client_id: &str,
        redirect_uri: &str,
        scope: &str,
    ) -> Tokens {
        let answered = self.allow(browser, client_id, redirect_uri, scope).await;
        let code = answered.answered("code").unwrap();
        let page = self.redeem(client_id, &code, &[("redirect_uri", redirect_uri)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        tokens(&page)
    }

    /// Redeems a code.
    pub(crate) async fn redeem(&self, client_id: &str, code: &str, more: &[(&str, &str)]) -> Page {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        let fields: Vec<_> = fields
            .into_iter()
            .filter(|(name, _)| !more.iter().any(|(other, _)| other == name))
            .collect();
        self.form("/token", &[&fields[..], more].concat()).await
    }

    /// Presents a refresh token.
    pub(crate) async fn refresh(&self, client_id: &str, token: &str) -> Page {
        self.form(
            "/token",
            &[("grant_type", "refresh_token"), ("client_id", client_id), ("refresh_token", token)],
        )
        .await
    }

    /// Posts a form as a program would.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.form_with(path, fields, None).await
    }

    /// The same with an `Authorization` header.
    pub(crate) async fn form_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        authorization: Option<&str>,
    ) -> Page {
        let header = authorization.map(|value| (header::AUTHORIZATION.as_str(), value));
        self.form_showing(path, fields, header.as_slice()).await
    }

    /// The same with these headers.
    pub(crate) async fn form_showing(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::builder().method(Method::POST).uri(path);
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(&self.router, request.body(Body::from(body)).unwrap()).await
    }

    /// Whether a resource server is told that the access token is good.
    pub(crate) async fn is_active(&self, access_token: &str) -> bool {
        // resource:secret
        let page = self
            .form_with("/introspect", &[("token", access_token)], Some("Basic bm90ZXM6c2VjcmV0"))
            .await;
        json_of(&page)["active"].as_bool().unwrap()
    }
}

/// The path and query of an authorization request; `more` replaces what is usual.
pub(crate) fn authorize(client_id: &str, redirect_uri: &str, more: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "a b+c"),
        ("resource", RESOURCE),
    ];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(
        usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)),
    );
    query.extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
    format!("/authorize?{}", query.finish())
}

/// A sound document.
pub(crate) fn document(client_id: &str, redirect_uris: &[&str]) -> Reply {
    Reply::json(
        json!({ "client_id": client_id, "client_name": "App", "redirect_uris": redirect_uris })
            .to_string(),
    )
}

pub(crate) fn tokens(page: &Page) -> Tokens {
    let body = json_of(page);
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Tokens { access: text("access_token"), refresh: text("refresh_token"), scope: text("scope") }
}

pub(crate) fn json_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap()
}

/// Status and error code of a refused request of a program.
pub(crate) fn refused(page: &Page) -> (u16, String) {
    (page.status.as_u16(), json_of(page)["error"].as_str().unwrap_or_default().to_owned())
}

/// A log, and what was written to it so far.
pub(crate) fn log() -> (impl tracing::Subscriber + Send + Sync, impl Fn() -> String) {
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let kept = Kept::default();
    let writer = kept.clone();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    (log, move || String::from_utf8(kept.0.lock().unwrap().clone()).unwrap())
}

/// What logins are judged by under these rules.
pub(crate) fn policy(section: &PolicySection) -> Policy {
    let mut known = Known::default();
    known.add_resource("notes", RESOURCE);
    known.add_resource("other", "http://localhost:8080/other");
    for scope in ["notes:read", "notes:write"] {
        known.add_scope(scope);
    }
    let rules = RuleSet::new(section, &known).unwrap();
    Policy::new(Arc::new(Catalogue::embedded().clone()), Arc::new(rules), [].into())
}

fn settings(issuer: &str) -> Settings {
    let entered = Metadata {
        client_id: ClientId::parse(ENTERED_CLIENT).unwrap(),
        name: Some("Inspector".into()),
        client_uri: None,
        logo_uri: None,
        redirect_uris: vec![RedirectUri::parse("http://localhost/oauth/callback").unwrap()],
        scope: None,
        methods: Methods::NONE,
        keys: Keys::None,
        dpop_bound: false,
        requires_push: false,
        digest: [1; 32],
    };
    Settings {
        issuer: Issuer::parse(issuer).unwrap(),
        resources: Resources::new(vec![
            resource("notes", RESOURCE),
            resource("other", "http://localhost:8080/other"),
        ]),
        clients: HashMap::from([(ENTERED_CLIENT.to_owned(), Arc::new(entered))]),
        registration: Registration::default(),
        pushed_requests: PushedRequests::default(),
        developers: Developers::default(),
        profile: Profile::Mcp,
        pins: PinUse::WhenRefused,
        changes: ChangeRules::default(),
        lifetimes: Lifetimes::default(),
    }
}

pub(crate) fn resource(name: &str, id: &str) -> Resource {
    let scope: Scope = "notes:read".parse().unwrap();
    Resource {
        name: name.into(),
        id: ResourceId::parse(id).unwrap(),
        scopes: vec![
            ("notes:read".into(), "Read your notes".into()),
            ("notes:write".into(), "Write your notes".into()),
        ],
        default_scope: scope,
        requires_push: false,
        introspection_secret: Some("secret".to_owned().into()),
    }
}

fn egress(web: &FakeWeb) -> salver_egress::Settings {
    let mut settings = salver_egress::Settings { reach: Reach::LoopbackOnly, ..Default::default() };
    settings.extra_roots_pem = Some(web.authority_pem().as_bytes().to_vec());
    let connect = |host: &str| ((host.to_owned(), 443), web.address());
    settings.development.connect = HOSTS.into_iter().map(connect).collect();
    settings
}
