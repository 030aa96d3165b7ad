//! Dynamic registration (RFC 7591, SPEC 4.3, DESIGN 4.3): nothing is stored, and whoever registered logs in.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use salver_jose::{Algorithm, KeySet, SigningKey};
use salver_oauth::{Timestamp, registration::RegistrationRequest};
use salver_policy::redirects::{RedirectPolicy, RedirectPreset};
use salver_server::settings::Dynamic;
use salver_testkit::browser::{Page, send};
use serde_json::{Value, json};

use crate::world::{World, authorize, json_of, refused, tokens};

const CALLBACK: &str = "http://127.0.0.1:51004/callback";

pub(crate) async fn post(world: &World, body: impl Into<Body>) -> Page {
    let request = Request::builder().method(Method::POST).uri("/register");
    let request = request.header(header::CONTENT_TYPE, "application/json");
    send(&world.router, request.body(body.into()).unwrap()).await
}

pub(crate) async fn register(world: &World, body: &Value) -> Value {
    let page = post(world, body.to_string()).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    json_of(&page)
}

pub(crate) fn id(answer: &Value) -> String {
    answer["client_id"].as_str().unwrap().to_owned()
}

/// A public client on the user's computer.
pub(crate) fn native(name: &str) -> Value {
    json!({
        "client_name": name,
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
    })
}

pub(crate) fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn ban(world: &World, kind: &str, value: &str) {
    world.ban(kind, value).await;
    world.deps.bans.refresh(&*world.deps.store).await.unwrap();
}

#[tokio::test]
async fn dcr_whoever_registered_logs_in_and_refreshes() {
    let world = World::new().await;
    let client = id(&register(&world, &native("Notes App")).await);
    let mut ada = world.user("ada").await;
    let asked = ada.get(&authorize(&client, CALLBACK, &[])).await;
    assert!(asked.text.contains("Notes App"), "{}", asked.text);
    let issued = world.login(&mut ada, &client, CALLBACK, "notes:read").await;
    assert!(world.is_active(&issued.access).await);
    let refreshed = tokens(&world.refresh(&client, &issued.refresh).await);
    assert!(world.is_active(&refreshed.access).await);
    let elsewhere = ada.get(&authorize(&client, "http://127.0.0.1:1/other", &[])).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST, "O21-4: only what was registered");
}

#[tokio::test]
async fn design_4_3_equal_metadata_equal_id_and_nothing_is_stored() {
    let world = World::new().await;
    let uris = json!(["http://127.0.0.1:1/callback", "http://localhost/callback"]);
    let turned = json!(["http://localhost:7/callback", "http://127.0.0.1:9/callback"]);
    let first = register(&world, &with(native("App"), "redirect_uris", uris)).await;
    let again = register(&world, &with(native("App"), "redirect_uris", turned.clone())).await;
    assert_eq!(id(&first), id(&again));
    assert_eq!(again["redirect_uris"], turned, "DCR-1: as they were sent");
    let other = register(&world, &native("Another App")).await;
    assert_ne!(id(&first), id(&other));
    for answer in [&first, &other] {
        assert!(answer.get("client_secret").is_none(), "MCP: none for whoever asks for none");
        assert!(answer.get("registration_access_token").is_none(), "SW-9");
        assert!(!id(answer).starts_with("https://"));
    }
    assert!(world.deps.store.find_first_seen(&id(&first)).await.unwrap().is_none());
    assert!(world.deps.store.list_live_grants(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn rfc_7591_3_2_2_what_is_refused_says_which_rule_and_what_to_do() {
    let world = World::new().await;
    let many: Vec<String> = (0..1000).map(|n| format!("https://a/{n}")).collect();
    for (body, code, told) in [
        ("{".to_owned(), "invalid_client_metadata", "cannot be read"),
        ("[]".to_owned(), "invalid_client_metadata", "no JSON object"),
        ("{}".to_owned(), "invalid_redirect_uri", "list at least one"),
        (
            with(native("App"), "redirect_uris", json!(["http://evil.example/cb"])).to_string(),
            "invalid_redirect_uri",
            "redirect_uris[0]",
        ),
        (
            with(native("App"), "redirect_uris", json!(["http://localhost/cb", "evil://cb"]))
                .to_string(),
            "invalid_redirect_uri",
            "redirect_uris[1]",
        ),
        (
            with(native("App"), "redirect_uris", json!(many)).to_string(),
            "invalid_client_metadata",
            "too many",
        ),
        (
            with(native("App"), "client_secret", json!("mine")).to_string(),
            "invalid_client_metadata",
            "leave it out",
        ),
        (
            with(native("App"), "token_endpoint_auth_method", json!("tls_client_auth")).to_string(),
            "invalid_client_metadata",
            "use none",
        ),
        (
            with(native("App"), "client_name", json!("a".repeat(17_000))).to_string(),
            "invalid_client_metadata",
            "at most",
        ),
        ("[".repeat(10_000), "invalid_client_metadata", "cannot be read"),
    ] {
        let page = post(&world, body).await;
        assert_eq!(refused(&page), (400, code.to_owned()), "{}", page.text);
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    assert_eq!(post(&world, native("App").to_string()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_id_that_does_not_open_is_nobody() {
    let world = World::new().await;
    let client = id(&register(&world, &native("App")).await);
    let mut ada = world.user("ada").await;
    let (head, last) = client.split_at(client.len() - 1);
    let flipped = format!("{head}{}", if last == "A" { "Q" } else { "A" });
    let truncated = head.get(..head.len() - 3).unwrap();
    for forged in
        [flipped.as_str(), truncated, "slv_AQABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
    {
        let asked = ada.get(&authorize(forged, CALLBACK, &[])).await;
        assert_eq!(asked.status, StatusCode::BAD_REQUEST, "never a redirect");
        assert!(asked.headers.get(header::LOCATION).is_none());
        let redeemed = world.redeem(forged, "code", &[]).await;
        assert!(refused(&redeemed).0 >= 400, "{}", redeemed.text);
    }
    assert_eq!(ada.get(&authorize(&client, CALLBACK, &[])).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_secret_is_derived_belongs_to_one_installation_and_must_be_presented() {
    let world = World::new().await;
    let body = with(native("App"), "token_endpoint_auth_method", json!("client_secret_post"));
    let mine = register(&world, &body).await;
    let other = register(&world, &body).await;
    assert_ne!(id(&mine), id(&other), "each has a nonce of its own");
    let secret = |answer: &Value| answer["client_secret"].as_str().unwrap().to_owned();
    assert_eq!(mine["client_secret_expires_at"], 0);
    let (client, own, foreign) = (id(&mine), secret(&mine), secret(&other));
    let mut ada = world.user("ada").await;
    for (presented, status) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(foreign.as_str()), StatusCode::UNAUTHORIZED),
        (Some("slv_secret_AAAA"), StatusCode::UNAUTHORIZED),
        (Some(own.as_str()), StatusCode::OK),
    ] {
        let answered = world.allow(&mut ada, &client, CALLBACK, "notes:read").await;
        let code = answered.answered("code").unwrap();
        let mut more = vec![("redirect_uri", CALLBACK)];
        more.extend(presented.map(|secret| ("client_secret", secret)));
        let page = world.redeem(&client, &code, &more).await;
        assert_eq!(page.status, status, "{presented:?} {}", page.text);
    }
    let public = id(&register(&world, &native("App")).await);
    let code = world.allow(&mut ada, &public, CALLBACK, "notes:read").await.answered("code");
    let more = [("redirect_uri", CALLBACK), ("client_secret", own.as_str())];
    let page = world.redeem(&public, &code.unwrap(), &more).await;
    assert_eq!(refused(&page).0, 401, "a public client has no secret");
}

#[tokio::test]
async fn rfc_7592_what_is_registered_is_read_with_its_own_token_alone() {
    let world = World::new().await;
    let body = with(native("App"), "token_endpoint_auth_method", json!("client_secret_basic"));
    let mine = register(&world, &body).await;
    let other = register(&world, &body).await;
    let place = mine["registration_client_uri"].as_str().unwrap();
    let place = place.strip_prefix("http://localhost:8080").unwrap();
    let read = async |place: &str, token: &Value, method: Method| {
        let request = Request::builder().method(method).uri(place);
        let bearer = format!("Bearer {}", token.as_str().unwrap_or_default());
        let request = request.header(header::AUTHORIZATION, bearer);
        send(&world.router, request.body(Body::empty()).unwrap()).await
    };
    let own = &mine["registration_access_token"];
    let page = read(place, own, Method::GET).await;
    assert_eq!(json_of(&page), mine, "the same on every node: the id tells all");
    for token in [&other["registration_access_token"], &mine["client_secret"], &Value::Null] {
        assert_eq!(read(place, token, Method::GET).await.status, StatusCode::UNAUTHORIZED);
    }
    let public = id(&register(&world, &native("App")).await);
    let page = read(&format!("/register/{public}"), own, Method::GET).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED, "it is everybody's");
    let page = read(place, own, Method::PUT).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn design_4_3_the_redirect_policy_is_asked_at_registration_and_at_each_login() {
    let world = World::new().await;
    let of = |uri: &str| with(native("App"), "redirect_uris", json!([uri]));
    let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
    let listed = id(&register(&world, &of(cursor)).await);
    let unlisted = id(&register(&world, &of("https://app.unlisted.example/cb")).await);
    let mut ada = world.user("ada").await;
    let asked = ada.get(&authorize(&listed, cursor, &[])).await;
    assert!(asked.text.contains("/authorize/consent"), "{}", asked.text);
    let waits = ada.get(&authorize(&unlisted, "https://app.unlisted.example/cb", &[])).await;
    assert!(waits.text.contains("action=\"/authorize/access\""), "{}", waits.text);

    let strict = World::told(|settings| {
        settings.registration.redirects =
            RedirectPolicy { preset: RedirectPreset::LoopbackOnly, ..RedirectPolicy::default() };
    })
    .await;
    let page = post(&strict, of(cursor).to_string()).await;
    assert_eq!(refused(&page), (400, "invalid_redirect_uri".into()));
    assert_eq!(post(&strict, native("App").to_string()).await.status, StatusCode::CREATED);
    // As it was given out before the operator changed their mind.
    let before = RegistrationRequest::parse(of(cursor).to_string().as_bytes()).unwrap();
    let before = before.register(|| Err("asks for no secret")).unwrap();
    let before = strict.deps.sealing.seal(&before).unwrap();
    let mut ada = strict.user("ada").await;
    let page = ada.get(&authorize(before.as_str(), cursor, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("an address for answers that is not allowed here"), "{}", page.text);
}

#[tokio::test]
async fn design_4_8_who_is_banned_is_refused_however_it_registers_and_with_the_id_that_it_has() {
    let world = World::new().await;
    let body = json!({
        "client_name": "Evil App",
        "redirect_uris": ["https://evil.example/cb"],
        "token_endpoint_auth_method": "none",
        "software_id": "com.evil.app",
    });
    let before = id(&register(&world, &body).await);
    let mut ada = world.user("ada").await;
    let waits = ada.get(&authorize(&before, "https://evil.example/cb", &[])).await;
    assert_eq!(waits.status, StatusCode::OK, "{}", waits.text);
    let keyed = |body: Value, key: &SigningKey| {
        let set: KeySet = [key.public_key().clone()].into_iter().collect();
        let set: Value = serde_json::from_slice(&set.to_json()).unwrap();
        with(with(body, "token_endpoint_auth_method", json!("private_key_jwt")), "jwks", set)
    };
    let [key, other] = [(); 2].map(|()| SigningKey::generate(Algorithm::Es256).unwrap());
    ban(&world, "redirect_host", "evil.example").await;
    ban(&world, "software_id", "com.evil.app").await;
    ban(&world, "key", key.public_key().thumbprint()).await;
    for disguise in [
        body.clone(),
        with(body.clone(), "client_name", json!("Kind App")),
        with(
            body.clone(),
            "redirect_uris",
            json!(["http://localhost/cb", "https://evil.example/other"]),
        ),
        with(body.clone(), "token_endpoint_auth_method", json!("client_secret_basic")),
        keyed(body.clone(), &other),
        keyed(native("Nobody in particular"), &key),
        with(with(native("Nobody"), "software_id", json!("com.evil.app")), "scope", json!("x")),
    ] {
        let page = post(&world, disguise.to_string()).await;
        assert_eq!(refused(&page), (400, "invalid_client_metadata".into()), "{}", page.text);
        assert!(!page.text.contains("elsewhere"), "strangers do not learn why");
    }
    assert_eq!(post(&world, native("App").to_string()).await.status, StatusCode::CREATED);
    let innocent = keyed(native("Nobody in particular"), &other).to_string();
    assert_eq!(post(&world, innocent).await.status, StatusCode::CREATED);
    let page = ada.get(&authorize(&before, "https://evil.example/cb", &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    let by_software = with(native("Other"), "software_id", json!("com.evil.other"));
    let open = id(&register(&world, &by_software).await);
    ban(&world, "software_id", "com.evil.other").await;
    let page = ada.get(&authorize(&open, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "by what it claimed when it registered");
}

#[tokio::test]
async fn the_endpoint_is_promised_where_it_is_and_ids_outlive_it() {
    let open = World::new().await;
    let closed = World::told(|settings| settings.registration.dynamic = Dynamic::Off).await;
    for (world, endpoint, status) in [
        (&open, Some("http://localhost:8080/register"), StatusCode::CREATED),
        (&closed, None, StatusCode::NOT_FOUND),
    ] {
        let request = Request::builder().uri("/.well-known/oauth-authorization-server");
        let page = send(&world.router, request.body(Body::empty()).unwrap()).await;
        let metadata = json_of(&page);
        let told = metadata.get("registration_endpoint").and_then(Value::as_str);
        assert_eq!(told, endpoint, "SPEC 8.5");
        assert_eq!(metadata["token_endpoint_auth_methods_supported"][0], "none");
        assert_eq!(post(world, native("App").to_string()).await.status, status);
    }
}

#[tokio::test]
async fn rfc_8594_registering_ends_at_its_time_without_a_restart_and_who_registered_goes_on() {
    let world = World::told(|settings| {
        settings.registration.until = Some(Timestamp::from_unix(1_795_000_000 + 400));
    })
    .await;
    let metadata = async || {
        let request = Request::builder().uri("/.well-known/oauth-authorization-server");
        let page = send(&world.router, request.body(Body::empty()).unwrap()).await;
        let kept = page.headers[header::CACHE_CONTROL].to_str().unwrap().to_owned();
        (json_of(&page).get("registration_endpoint").is_some(), kept)
    };
    let page = post(&world, native("App").to_string()).await;
    assert_eq!(page.headers["sunset"], "Wed, 18 Nov 2026 11:13:20 GMT", "{}", page.text);
    let client = id(&json_of(&page));
    let mut ada = world.user("ada").await;
    let issued = world.login(&mut ada, &client, CALLBACK, "notes:read").await;
    for (seconds, open, kept) in [
        (0, true, "public, max-age=300"),
        (150, true, "public, max-age=250"),
        (249, true, "public, max-age=1"),
        (1, false, "public, max-age=300"),
        (3_600, false, "public, max-age=300"),
    ] {
        world.clock.advance(seconds);
        assert_eq!(metadata().await, (open, kept.to_owned()), "{seconds}");
        let page = post(&world, native("App").to_string()).await;
        let status = if open { StatusCode::CREATED } else { StatusCode::NOT_FOUND };
        assert_eq!(page.status, status, "{seconds}: {}", page.text);
        assert_eq!(page.headers.contains_key("sunset"), open, "{seconds}");
    }
    let refreshed = tokens(&world.refresh(&client, &issued.refresh).await);
    let again = world.login(&mut ada, &client, CALLBACK, "notes:read").await;
    assert!(!refreshed.access.is_empty() && !again.access.is_empty());

    let open = post(&World::new().await, native("App").to_string()).await;
    assert!(!open.headers.contains_key("sunset"), "where no end is named");
}
