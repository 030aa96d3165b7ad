//! Registrations that are no more (decision 9): whoever comes with one is a client that nobody knows, everywhere, and what it had has ended. Registering
//! anew helps.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use salver_oauth::client::id::ClientId;
use salver_server::{
    flow::{ban, killed},
    sealing,
};
use salver_store::{Outcome, record::NewDeletion};
use salver_testkit::{
    browser::{Browser, Page, send},
    form::Form,
};
use serde_json::{Value, json};

use crate::world::{Tokens, World, authorize, json_of, log, refused, tokens};

const CALLBACK: &str = "http://127.0.0.1:51004/callback";
const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

/// A client as its registration was answered.
struct Client(Value);

impl Client {
    async fn register(world: &World, name: &str, method: &str) -> Self {
        let redirect_uris = ["http://127.0.0.1/callback", CURSOR];
        let body = json!({
            "client_name": name,
            "redirect_uris": redirect_uris,
            "token_endpoint_auth_method": method,
        });
        Self::of(world, &body).await
    }

    async fn of(world: &World, body: &Value) -> Self {
        let request = Request::builder().method(Method::POST).uri("/register");
        let page = send(&world.router, request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
        Self(json_of(&page))
    }

    fn id(&self) -> &str {
        self.0["client_id"].as_str().unwrap()
    }

    fn secret(&self) -> Vec<(&str, &str)> {
        self.0["client_secret"]
            .as_str()
            .map(|secret| ("client_secret", secret))
            .into_iter()
            .collect()
    }

    async fn login(&self, world: &World, browser: &mut Browser) -> Tokens {
        let code = self.code(world, browser).await;
        let page = self.redeem(world, &code).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        tokens(&page)
    }

    async fn code(&self, world: &World, browser: &mut Browser) -> String {
        world.allow(browser, self.id(), CALLBACK, "notes:read").await.answered("code").unwrap()
    }

    async fn redeem(&self, world: &World, code: &str) -> Page {
        let more = [&[("redirect_uri", CALLBACK)], &*self.secret()].concat();
        world.redeem(self.id(), code, &more).await
    }

    async fn with_token(&self, world: &World, path: &str, (name, token): (&str, &str)) -> Page {
        let fields = [("grant_type", "refresh_token"), ("client_id", self.id()), (name, token)];
        world.form(path, &[&fields, &*self.secret()].concat()).await
    }

    async fn refresh(&self, world: &World, tokens: &Tokens) -> Page {
        self.with_token(world, "/token", ("refresh_token", &tokens.refresh)).await
    }

    /// RFC 7592, with its own token.
    async fn managed(&self, world: &World, method: Method) -> Page {
        let token = self.0["registration_access_token"].as_str().unwrap_or("none");
        managed(world, self.id(), method, token).await
    }

    /// Nobody knows it, with what it has.
    async fn is_unknown(&self, world: &World, browser: &mut Browser, had: (&Tokens, &str)) {
        let (tokens, code) = had;
        let mut nobody = Browser::new(world.router.clone());
        for browser in [browser, &mut nobody] {
            for redirect_uri in [CALLBACK, CURSOR] {
                let page = browser.get(&authorize(self.id(), redirect_uri, &[])).await;
                assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
                assert!(page.headers.get(header::LOCATION).is_none(), "never a redirect");
                assert!(page.text.contains("This application is not known here"), "{}", page.text);
                assert!(page.text.contains("It is your move."), "{}", page.text);
            }
        }
        let unknown = (401, "invalid_client".to_owned());
        assert_eq!(refused(&self.redeem(world, code).await), unknown);
        assert_eq!(refused(&self.refresh(world, tokens).await), unknown);
        let given_back = self.with_token(world, "/revoke", ("token", &tokens.refresh)).await;
        assert_eq!(refused(&given_back), unknown);
        assert!(!world.is_active(&tokens.access).await);
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(self.managed(world, method).await.status, StatusCode::UNAUTHORIZED);
        }
    }
}

async fn managed(world: &World, id: &str, method: Method, token: &str) -> Page {
    let request = Request::builder().method(method).uri(format!("/register/{id}"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    send(&world.router, request.body(Body::empty()).unwrap()).await
}

/// As another process does.
async fn kill(world: &World, number: u16) {
    let (store, key) = (&*world.deps.store, world.deps.secrets.sealing_roots());
    let killed = sealing::kill(store, key, number, world.clock.now()).await.unwrap();
    assert_eq!(killed, Outcome::Applied);
}

/// As happens by itself, within a second.
async fn follow(world: &World) {
    ban::follow(&world.deps).await.unwrap();
    killed::follow(&world.deps).await.unwrap();
}

#[tokio::test]
async fn what_was_sealed_with_a_killed_key_is_nobody_and_what_another_key_sealed_lives() {
    for method in ["none", "client_secret_post"] {
        let world = World::new().await;
        let mut ada = world.user("ada").await;
        let old = Client::register(&world, "App", method).await;
        let had = old.login(&world, &mut ada).await;
        let code = old.code(&world, &mut ada).await;

        let (store, key) = (&*world.deps.store, world.deps.secrets.sealing_roots());
        sealing::rotate(store, key, world.clock.now()).await.unwrap();
        world.clock.advance(sealing::OPENS_AHEAD_SECONDS);
        let issuer = &world.deps.settings.issuer;
        world.deps.sealing.refresh(store, key, issuer, world.clock.now()).await.unwrap();
        let new = Client::register(&world, "Another App", method).await;
        let lives = new.login(&world, &mut ada).await;

        let streams = world.deps.revocations.changes();
        kill(&world, 1).await;
        follow(&world).await;
        assert!(streams.has_changed().unwrap(), "whoever holds a stream open looks again");
        old.is_unknown(&world, &mut ada, (&had, &code)).await;
        assert!(world.is_active(&lives.access).await);
        assert_eq!(new.refresh(&world, &lives).await.status, StatusCode::OK);

        let again = Client::register(&world, "App", method).await;
        assert_ne!(again.id(), old.id());
        again.login(&world, &mut ada).await;
    }
}

#[tokio::test]
async fn a_yes_to_a_page_from_before_the_killing_is_not_recorded() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let client = Client::register(&world, "App", "none").await;
    let asked = ada.get(&authorize(client.id(), CALLBACK, &[])).await;
    // This process has not read of it yet.
    kill(&world, 1).await;
    let form = Form::to(&asked.text, "/authorize/consent");
    let answered = ada.submit(&form.with("decision", "allow")).await;
    assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{}", answered.text);
    assert!(world.deps.store.list_live_grants(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn dcm_4_a_deleted_registration_is_nobody_and_the_same_body_is_another() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let mine = Client::register(&world, "App", "client_secret_post").await;
    let neighbour = Client::register(&world, "App", "client_secret_post").await;
    let had = mine.login(&world, &mut ada).await;
    let bobs = mine.login(&world, &mut bob).await;
    let code = mine.code(&world, &mut ada).await;
    let lives = neighbour.login(&world, &mut ada).await;

    let foreign = neighbour.0["registration_access_token"].as_str().unwrap();
    for token in [foreign, "", mine.0["client_secret"].as_str().unwrap()] {
        let page = managed(&world, mine.id(), Method::DELETE, token).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{token}");
        assert_eq!(page.headers[header::WWW_AUTHENTICATE], "Bearer");
    }
    assert_eq!(mine.refresh(&world, &bobs).await.status, StatusCode::OK, "nothing has ended");

    let streams = world.deps.revocations.changes();
    let page = mine.managed(&world, Method::DELETE).await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::NO_CONTENT, ""));
    assert!(streams.has_changed().unwrap(), "whoever holds a stream open looks again");
    mine.is_unknown(&world, &mut ada, (&had, &code)).await;
    assert!(!world.is_active(&bobs.access).await);
    assert!(world.is_active(&lives.access).await, "another installation goes on");
    assert_eq!(neighbour.refresh(&world, &lives).await.status, StatusCode::OK);
    assert_eq!(neighbour.managed(&world, Method::GET).await.status, StatusCode::OK);

    let again = Client::register(&world, "App", "client_secret_post").await;
    assert_ne!(again.id(), mine.id(), "another nonce");
    again.login(&world, &mut ada).await;
}

#[tokio::test]
async fn another_process_reads_of_a_deletion_with_the_bans() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let client = Client::register(&world, "App", "client_secret_post").await;
    client.login(&world, &mut ada).await;
    let asked = ada.get(&authorize(client.id(), CALLBACK, &[("prompt", "consent")])).await;
    let Ok(ClientId::Sealed(id)) = ClientId::parse(client.id()) else { unreachable!() };
    // By another process: this one has not read of it yet.
    let deletion = NewDeletion {
        client_id: client.id().to_owned(),
        registration: world.deps.sealing.hash(&id).unwrap(),
        sealed_by: sealing::key_id(&id).unwrap(),
        at: world.clock.now(),
    };
    let deleted = world.deps.store.delete_registration(deletion).await.unwrap();
    assert_eq!(deleted, Outcome::Applied);
    assert_eq!(client.managed(&world, Method::GET).await.status, StatusCode::OK);
    let form = Form::to(&asked.text, "/authorize/consent");
    let answered = ada.submit(&form.with("decision", "allow")).await;
    assert_eq!(answered.status, StatusCode::BAD_REQUEST, "judged anew: {}", answered.text);
    assert_eq!(client.managed(&world, Method::GET).await.status, StatusCode::UNAUTHORIZED);
    assert!(world.deps.store.list_live_grants(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn design_7_7_deleting_what_nobody_let_in_leaves_no_row() {
    let world = World::new().await;
    let client = Client::register(&world, "App", "client_secret_post").await;
    let number = world.deps.store.bans_number().await.unwrap();
    for _ in 0..2 {
        assert_eq!(client.managed(&world, Method::DELETE).await.status, StatusCode::NO_CONTENT);
    }
    assert!(world.deps.store.list_deletions(0).await.unwrap().is_empty());
    assert_eq!(world.deps.store.bans_number().await.unwrap(), number);
    let public = Client::register(&world, "App", "none").await;
    for method in [Method::GET, Method::DELETE] {
        let page = public.managed(&world, method).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "SW-9: it is everybody's");
    }
}

#[tokio::test]
async fn scripts_of_other_origins_may_manage_what_they_registered() {
    let world = World::new().await;
    let client = Client::register(&world, "App", "client_secret_post").await;
    let request = Request::builder().uri(format!("/register/{}", client.id()));
    let request = request.method(Method::OPTIONS).body(Body::empty()).unwrap();
    let preflight = send(&world.router, request).await;
    let allowed = preflight.headers[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().unwrap();
    assert!(allowed.contains("DELETE") && !allowed.contains("PUT"), "{allowed}");
    let page = client.managed(&world, Method::DELETE).await;
    assert_eq!(page.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let page = client.managed(&world, Method::PUT).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn design_4_8_who_deleted_is_told_the_way_out_in_the_product_that_it_registered_as() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    for (name, steps) in [("Cursor", true), ("App", false)] {
        let body = json!({
            "client_name": name,
            "redirect_uris": [CURSOR, "http://localhost:8787/callback"],
            "token_endpoint_auth_method": "client_secret_post",
        });
        let client = Client::of(&world, &body).await;
        let local = "http://localhost:8787/callback";
        world.allow(&mut ada, client.id(), local, "notes:read").await.answered("code").unwrap();
        assert_eq!(client.managed(&world, Method::DELETE).await.status, StatusCode::NO_CONTENT);
        // However little the rest of the request says of it.
        let page = ada.get(&authorize(client.id(), "http://127.0.0.1:1/other", &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
        let told = "The application has deleted the registration that it uses here.";
        assert!(page.text.contains(told), "{}", page.text);
        assert_eq!(page.text.contains("In Cursor, open Settings, MCP"), steps, "{}", page.text);
        assert!(!page.text.contains("given a client ID"), "nobody entered it by hand");
    }
}

#[tokio::test]
async fn design_4_8_why_an_id_does_not_open_is_for_the_log() {
    let world = World::new().await;
    let client = Client::register(&world, "App", "none").await;
    let mut nobody = Browser::new(world.router.clone());
    let forged = client.id().replace("slv_AQAB", "slv_AQAC");
    kill(&world, 1).await;
    follow(&world).await;
    for (id, why) in [(client.id(), "under a killed key"), (&forged, "not sealed here")] {
        let (log, written) = log();
        let page = {
            let _log = tracing::subscriber::set_default(log);
            nobody.get(&authorize(id, CURSOR, &[])).await
        };
        assert!(page.text.contains("is not registered here, or not any more"), "{}", page.text);
        assert!(page.text.contains("In Cursor, open Settings, MCP"), "{}", page.text);
        assert!(!page.text.contains("key") && !page.text.contains("sealed"), "{}", page.text);
        assert!(written().contains(why), "{}", written());
    }
}
