//! Pushed authorization requests (RFC 9126; PAR-1 to PAR-4, decision 12): from the push to one code, and what stops on the way.

use http::{StatusCode, header};
use salver_policy::{assessment::Rung, visit::Visit};
use salver_server::flow::client_authentication::KEYS;
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
    web::Reply,
};
use serde_json::{Value, json};

use crate::{
    client_keys::{self, CALLBACK, CLIENT, JWKS, JWT_BEARER, assertion_of, key, redeem},
    register::{id, native, register, with},
    world::{
        CHALLENGE, ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, RESOURCE, WEB_CALLBACK, WEB_CLIENT,
        World, authorize, json_of, refused,
    },
};

/// What a client pushes; `more` replaces what is usual.
pub(crate) fn fields<'f>(
    client_id: &'f str,
    redirect_uri: &'f str,
    more: &[(&'f str, &'f str)],
) -> Vec<(&'f str, &'f str)> {
    let usual = [
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "a b+c"),
        ("scope", "notes:read"),
        ("resource", RESOURCE),
    ];
    let is_usual = |(name, _): &&(&str, &str)| !more.iter().any(|(other, _)| other == name);
    usual.iter().filter(is_usual).chain(more).copied().collect()
}

pub(crate) async fn push(
    world: &World,
    client_id: &str,
    redirect_uri: &str,
    more: &[(&str, &str)],
) -> Page {
    world.form("/par", &fields(client_id, redirect_uri, more)).await
}

/// The `request_uri` that a push got.
pub(crate) fn request_uri(page: &Page) -> String {
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    json_of(page)["request_uri"].as_str().unwrap().to_owned()
}

/// The way on for the person.
pub(crate) fn on(client_id: &str, request_uri: &str) -> String {
    let pairs = [("client_id", client_id), ("request_uri", request_uri)];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/authorize?{query}")
}

async fn pushed(world: &World, client_id: &str, redirect_uri: &str) -> String {
    on(client_id, &request_uri(&push(world, client_id, redirect_uri, &[]).await))
}

async fn allow(browser: &mut Browser, asked: &Page) -> Page {
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let form = Form::to(&asked.text, "/authorize/consent").with("decision", "allow");
    browser.submit(&form).await
}

/// A page of ours with these words, and no redirect.
fn is_page(page: &Page, words: &str) {
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
    assert!(page.headers.get(header::LOCATION).is_none());
    assert!(page.text.contains(words), "{words}: {}", page.text);
}

#[tokio::test]
async fn par_2_a_pushed_request_gives_one_code() {
    let world = World::new().await;
    let page = push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[]).await;
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(json_of(&page)["expires_in"], 600);
    let uri = request_uri(&page);
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:"), "{uri}");
    assert_eq!(world.web.all_hits(), 0, "DESIGN 4.5: nothing is fetched for a stranger");
    let again = request_uri(&push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[]).await);
    assert_ne!(uri, again, "each push is a request of its own");

    let path = on(NATIVE_CLIENT, &uri);
    let mut browser = world.user("alice").await;
    let (asked, reloaded) = (browser.get(&path).await, browser.get(&path).await);
    let answer = allow(&mut browser, &asked).await;
    assert_eq!(answer.answered("state").unwrap(), "a b+c");
    assert_eq!(answer.answered("iss").unwrap(), ISSUER);
    let code = answer.answered("code").unwrap();
    let given = world.redeem(NATIVE_CLIENT, &code, &[("redirect_uri", NATIVE_CALLBACK)]).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);

    is_page(&browser.get(&path).await, "was answered already");
    is_page(&allow(&mut browser, &reloaded).await, "was answered already");
    let asked = browser.get(&on(NATIVE_CLIENT, &again)).await;
    assert!(allow(&mut browser, &asked).await.answered("code").is_some(), "the other one");
}

#[tokio::test]
async fn par_2_a_request_without_a_page_is_spent_too() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let path = pushed(&world, WEB_CLIENT, WEB_CALLBACK).await;
    assert!(browser.get(&path).await.answered("code").is_some(), "consent is on record");
    is_page(&browser.get(&path).await, "was answered already");
    assert!(
        browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await.answered("code").is_some()
    );
}

#[tokio::test]
async fn par_2_a_no_leaves_the_request_for_another_answer() {
    let world = World::new().await;
    let path = pushed(&world, NATIVE_CLIENT, NATIVE_CALLBACK).await;
    let mut browser = world.user("alice").await;
    let asked = browser.get(&path).await;
    let form = Form::to(&asked.text, "/authorize/consent").with("decision", "deny");
    assert_eq!(browser.submit(&form).await.answered("error").unwrap(), "access_denied");
    let asked = browser.get(&path).await;
    assert!(allow(&mut browser, &asked).await.answered("code").is_some());
}

#[tokio::test]
async fn par_3_only_client_id_and_request_uri_count() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let path = pushed(&world, NATIVE_CLIENT, NATIVE_CALLBACK).await;
    let more = "&redirect_uri=https%3A%2F%2Fevil.example%2F&scope=notes%3Awrite&state=x&state=y";
    let asked = browser.get(&format!("{path}{more}")).await;
    assert!(!asked.text.contains("Write your notes"), "{}", asked.text);
    let answer = allow(&mut browser, &asked).await;
    assert!(answer.location().starts_with(NATIVE_CALLBACK), "{}", answer.location());
    assert_eq!(answer.answered("state").unwrap(), "a b+c");
}

#[tokio::test]
async fn par_2_what_is_foreign_altered_unknown_or_too_old_ends_on_a_page() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let uri = request_uri(&push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[]).await);
    let elsewhere = request_uri(&push(&World::new().await, WEB_CLIENT, WEB_CALLBACK, &[]).await);
    let cut = &uri[..uri.len() - 1];
    for (why, client_id, uri) in [
        ("another client's", WEB_CLIENT, uri.as_str()),
        ("altered", NATIVE_CLIENT, cut),
        ("unknown", NATIVE_CLIENT, "urn:ietf:params:oauth:request_uri:AAAA"),
        ("empty", NATIVE_CLIENT, "urn:ietf:params:oauth:request_uri:"),
    ] {
        let page = browser.get(&on(client_id, uri)).await;
        assert!(page.text.contains(client_id), "{why}");
        is_page(&page, "not known here");
        let stranger = Browser::new(world.router.clone()).get(&on(client_id, uri)).await;
        is_page(&stranger, "not known here");
    }
    // The same keys, so only where it was pushed differs: it opens, as on another node.
    assert_eq!(browser.get(&on(WEB_CLIENT, &elsewhere)).await.status, StatusCode::OK);
    let unnamed = browser.get(&format!("/authorize?request_uri={uri}")).await;
    is_page(&unnamed, "client_id");

    world.clock.advance(599);
    let asked = browser.get(&on(NATIVE_CLIENT, &uri)).await;
    assert_eq!(asked.status, StatusCode::OK);
    world.clock.advance(1);
    is_page(&browser.get(&on(NATIVE_CLIENT, &uri)).await, "took too long");
    let answer = allow(&mut browser, &asked).await;
    assert!(answer.answered("code").is_some(), "a page that was shown in time may be answered");
}

#[tokio::test]
async fn a_pushed_request_survives_the_sign_in_and_another_node() {
    let world = World::new().await;
    world.user("alice").await;
    let path = pushed(&world, NATIVE_CLIENT, NATIVE_CALLBACK).await;
    let beside = world.beside(|_| {}).await;
    beside
        .web
        .set(NATIVE_CLIENT, crate::world::document(NATIVE_CLIENT, &["http://127.0.0.1/callback"]));
    let mut browser = Browser::new(beside.router.clone());
    for _ in 0..2 {
        let page = browser.get(&path).await;
        assert!(page.text.contains("native.example"), "{}", page.text);
    }
    assert_eq!(beside.web.all_hits(), 0);
    let page = browser.get(&path).await;
    let form = Form::to(&page.text, "/account/sign-in")
        .with("username", "alice")
        .with("password", "correct horse battery");
    let page = browser.submit(&form).await;
    let on = page.location().to_owned();
    let asked = browser.get(&on).await;
    assert!(allow(&mut browser, &asked).await.answered("code").is_some());
}

#[tokio::test]
async fn par_1_keys_that_were_shown_are_proof_for_this_login() {
    const RELAYED: &str = "https://web.example/of-another";
    let key = key();
    let world = client_keys::world(json!(["none", "private_key_jwt"]), &[&key]).await;
    // An address that others could sit at: by its document alone the client is `published`.
    let document = json!({
        "client_id": CLIENT, "client_name": "Keyed", "redirect_uris": [RELAYED], "jwks_uri": JWKS,
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
    });
    world.web.set(CLIENT, Reply::json(document.to_string()));
    let mut browser = world.user("alice").await;
    let assertion = assertion_of(&world, CLIENT, &key);
    let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*assertion)];
    let page = push(&world, CLIENT, RELAYED, &proof).await;
    assert_eq!(refused(&page), (401, "invalid_client".to_owned()));
    assert!(page.text.contains("authenticate from the next one on"), "{}", page.text);
    assert_eq!(world.web.all_hits(), 0, "DESIGN 4.5");

    // Without authentication it comes in, as `published`; from then on it is known here.
    let path = pushed(&world, CLIENT, RELAYED).await;
    let asked = browser.get(&path).await;
    let open = allow(&mut browser, &asked).await.answered("code").unwrap();
    assert_eq!(redeem(&world, &open, None).await.status, StatusCode::OK);
    let assertion = assertion_of(&world, CLIENT, &key);
    let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*assertion)];
    let uri = request_uri(&push(&world, CLIENT, RELAYED, &proof).await);
    let replayed = push(&world, CLIENT, RELAYED, &proof).await;
    assert_eq!(refused(&replayed), (401, "invalid_client".to_owned()), "BIS-5");
    assert!(!uri.contains(&assertion));

    let answer = browser.get(&on(CLIENT, &uri)).await;
    let code = answer.answered("code").unwrap();
    let bare = redeem(&world, &code, None).await;
    assert_eq!(refused(&bare), (401, "invalid_client".to_owned()), "CIMD-K-7: no way back");
    let given = redeem(&world, &code, Some(&assertion_of(&world, CLIENT, &key))).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let verdicts = world.deps.store.list_verdicts(0, 9).await.unwrap();
    let shown = verdicts.iter().map(|kept| {
        let visit = Visit::from_kept(&kept.facts).unwrap().visit;
        (visit.pushed, visit.rung, visit.evidence.to_string())
    });
    let expected = [
        (true, Rung::Published, "domain_document".to_owned()),
        (true, Rung::Anchored, "domain_document, publisher_keys".to_owned()),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected, "DESIGN 4.2");
}

#[tokio::test]
async fn par_1_assertions_are_those_of_the_token_endpoint() {
    let (key, stranger) = (key(), key());
    let world = client_keys::world(json!(["none", "private_key_jwt"]), &[&key]).await;
    let mut browser = world.user("alice").await;
    world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await;
    for (why, jwt, expected) in [
        ("the issuer", client_keys::assertion(&world, &key, "1", ISSUER), 201),
        (
            "BIS-1 the endpoint",
            client_keys::assertion(&world, &key, "2", &format!("{ISSUER}/par")),
            401,
        ),
        ("another server", client_keys::assertion(&world, &key, "3", "https://b.example"), 401),
        ("another key", client_keys::assertion(&world, &stranger, "4", ISSUER), 401),
        ("no assertion", "x.y.z".to_owned(), 401),
    ] {
        let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
        let page = push(&world, CLIENT, CALLBACK, &proof).await;
        assert_eq!(page.status.as_u16(), expected, "{why}: {}", page.text);
    }
    let jwt = client_keys::assertion(&world, &key, "5", ISSUER);
    let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
    let other = push(&world, WEB_CLIENT, CALLBACK, &proof).await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED, "under another client_id");
}

#[tokio::test]
async fn par_1_a_client_that_cannot_do_without_keys_shows_them() {
    let key = key();
    let world = client_keys::world(json!(["private_key_jwt"]), &[&key]).await;
    let mut browser = world.user("alice").await;
    let path = pushed(&world, CLIENT, CALLBACK).await;
    let told = browser.get(&path).await;
    assert_eq!(told.answered("error").unwrap(), "invalid_request");
    assert!(told.answered("error_description").unwrap().contains("without"), "{told:?}");
    assert!(told.location().starts_with(CALLBACK));
    assert!(world.deps.egress.cached(JWKS, KEYS).is_some(), "the next one can be authenticated");

    let hits = world.web.all_hits();
    let bare = push(&world, CLIENT, CALLBACK, &[]).await;
    assert_eq!(refused(&bare), (401, "invalid_client".to_owned()), "it is known by now");
    let assertion = assertion_of(&world, CLIENT, &key);
    let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*assertion)];
    let uri = request_uri(&push(&world, CLIENT, CALLBACK, &proof).await);
    assert_eq!(world.web.all_hits(), hits, "what is at hand is read, and nothing is fetched");
    let asked = browser.get(&on(CLIENT, &uri)).await;
    assert!(allow(&mut browser, &asked).await.answered("code").is_some());
}

#[tokio::test]
async fn par_1_secrets_are_compared_and_guessing_them_waits() {
    let world = World::new().await;
    let body = with(native("Notes"), "token_endpoint_auth_method", json!("client_secret_post"));
    let registered = register(&world, &body).await;
    let client = id(&registered);
    let secret = registered["client_secret"].as_str().unwrap();
    let status = async |more: &[(&str, &str)]| {
        push(&world, &client, NATIVE_CALLBACK, more).await.status.as_u16()
    };
    assert_eq!(status(&[("client_secret", secret)]).await, 201);
    assert_eq!(status(&[]).await, 401, "it is no public client");
    for _ in 0..5 {
        assert_eq!(status(&[("client_secret", "wrong")]).await, 401);
    }
    let waits = push(&world, &client, NATIVE_CALLBACK, &[("client_secret", secret)]).await;
    assert_eq!(refused(&waits), (429, "too_many_requests".to_owned()));
    assert_eq!(waits.headers[header::RETRY_AFTER], "1");

    // Anybody may guess there, so that keeps nobody from their tokens.
    let mut browser = world.user("alice").await;
    let answer = world.allow(&mut browser, &client, NATIVE_CALLBACK, "notes:read").await;
    let more = [("redirect_uri", NATIVE_CALLBACK), ("client_secret", secret)];
    let given = world.redeem(&client, &answer.answered("code").unwrap(), &more).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
}

#[tokio::test]
async fn par_1_keys_elsewhere_of_a_client_that_registered_itself_wait_for_a_person() {
    let key = key();
    let world = client_keys::world(json!(["none"]), &[&key]).await;
    let body = with(native("Notes"), "token_endpoint_auth_method", json!("private_key_jwt"));
    let client = id(&register(&world, &with(body, "jwks_uri", json!(JWKS))).await);
    let keyed = async || {
        let jwt = assertion_of(&world, &client, &key);
        let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
        push(&world, &client, NATIVE_CALLBACK, &proof).await
    };
    assert_eq!(refused(&keyed().await), (401, "invalid_client".to_owned()));
    let mut browser = world.user("alice").await;
    let path = pushed(&world, &client, NATIVE_CALLBACK).await;
    assert_eq!(world.web.all_hits(), 0, "DESIGN 4.5");
    let told = browser.get(&path).await;
    assert_eq!(told.answered("error").unwrap(), "invalid_request");
    let bare = push(&world, &client, NATIVE_CALLBACK, &[]).await;
    assert_eq!(refused(&bare), (401, "invalid_client".to_owned()), "its keys are at hand by now");
    let uri = request_uri(&keyed().await);
    let asked = browser.get(&on(&client, &uri)).await;
    let code = allow(&mut browser, &asked).await.answered("code").unwrap();
    let jwt = assertion_of(&world, &client, &key);
    assert_eq!(redeem(&world, &code, Some(&jwt)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn par_1_and_par_4_what_may_not_be_asked_is_told_at_once() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    // From then on the document is at hand.
    world.allow(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    for (why, more, expected) in [
        ("sound", ("scope", "notes:read"), (201, "")),
        ("PAR-1", ("request_uri", "urn:x"), (400, "invalid_request")),
        ("OpenID Connect §6", ("request", "x"), (400, "request_not_supported")),
        ("O21-1", ("redirect_uri", "http://127.0.0.1/other"), (400, "invalid_request")),
        ("O21-7", ("response_type", "token"), (400, "unsupported_response_type")),
        ("O21-10", ("code_challenge_method", "plain"), (400, "invalid_request")),
        ("RI-1", ("resource", "https://other.example/"), (400, "invalid_target")),
        ("the mode", ("response_mode", "fragment"), (400, "invalid_request")),
    ] {
        let page = push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[more]).await;
        assert_eq!(page.status.as_u16(), expected.0, "{why}: {}", page.text);
        assert_eq!(json_of(&page)["error"].as_str().unwrap_or_default(), expected.1, "{why}");
    }
    let twice = [("scope", "notes:read"), ("scope", "notes:read")];
    let page = push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &twice).await;
    assert_eq!(refused(&page), (400, "invalid_request".to_owned()), "O21-11");
    let nobody = world.form("/par", &[("response_type", "code")]).await;
    assert_eq!(refused(&nobody), (400, "invalid_request".to_owned()));
    let unknown = push(&world, "nobody", NATIVE_CALLBACK, &[]).await;
    assert_eq!(refused(&unknown), (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn par_4_what_needs_an_unseen_document_is_judged_after_the_sign_in() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let broken = push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[("response_type", "token")]).await;
    assert_eq!(refused(&broken), (400, "unsupported_response_type".to_owned()));
    let uri = request_uri(&push(&world, NATIVE_CLIENT, "https://evil.example/cb", &[]).await);
    assert_eq!(world.web.all_hits(), 0);
    is_page(&browser.get(&on(NATIVE_CLIENT, &uri)).await, "has not published");
    let told = push(&world, NATIVE_CLIENT, "https://evil.example/cb", &[]).await;
    assert_eq!(refused(&told), (400, "invalid_request".to_owned()), "it is at hand by now");
}

#[tokio::test]
async fn par_4_documents_and_keys_of_known_clients_are_fetched() {
    let key = key();
    let world = client_keys::world(json!(["none", "private_key_jwt"]), &[&key]).await;
    let mut browser = world.user("alice").await;
    world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await;
    world.deps.egress.forget(CLIENT, salver_server::flow::client::DOCUMENT);
    let hits = world.web.all_hits();
    push(&world, CLIENT, CALLBACK, &[]).await;
    assert_eq!(world.web.all_hits(), hits + 1, "somebody has let it in");

    world.deps.egress.forget(CLIENT, salver_server::flow::client::DOCUMENT);
    let grants = world.deps.store.list_live_grants(None, 9).await.unwrap();
    let ids = grants.iter().map(|live| live.grant.id).collect();
    let reason = salver_store::record::RevocationReason::User;
    world.deps.store.revoke_grants(ids, reason, world.clock.now()).await.unwrap();
    let hits = world.web.all_hits();
    push(&world, CLIENT, CALLBACK, &[]).await;
    assert_eq!(world.web.all_hits(), hits, "and has ended that");
}

#[tokio::test]
async fn par_3_methods_and_sizes() {
    let world = World::new().await;
    let got = Browser::new(world.router.clone()).get("/par").await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
    let long = |length: usize| "s".repeat(length);
    for (length, expected) in [(5_000, 201), (6_000, 413)] {
        let page = push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[("state", &long(length))]).await;
        assert_eq!(page.status.as_u16(), expected, "{length}");
        if expected == 201 {
            assert!(on(NATIVE_CLIENT, &request_uri(&page)).len() <= 8_000);
        } else {
            assert!(page.text.contains("too long"), "{}", page.text);
        }
    }
    let page = push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[("state", &long(70_000))]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn par_3_whoever_nobody_knows_may_have_to_wait() {
    let world = World::told(|settings| settings.pushed_requests.bounds.per_network = 2).await;
    let mut browser = world.user("alice").await;
    let from = async |client: &str, callback: &str, state: &str| {
        push(&world, client, callback, &[("state", state)]).await
    };
    for state in ["1", "2", "2"] {
        let page = from(NATIVE_CLIENT, NATIVE_CALLBACK, state).await;
        assert_eq!(page.status, StatusCode::CREATED, "{state}");
    }
    let waits = from(NATIVE_CLIENT, NATIVE_CALLBACK, "3").await;
    assert_eq!(refused(&waits), (429, "too_many_requests".to_owned()));
    assert_eq!(waits.headers[header::RETRY_AFTER], "60");
    world.allow(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let known = from(NATIVE_CLIENT, NATIVE_CALLBACK, "4").await;
    assert_eq!(known.status, StatusCode::CREATED, "somebody has let it in");
    world.clock.advance(60);
    let later = from(WEB_CLIENT, WEB_CALLBACK, "5").await;
    assert_eq!(later.status, StatusCode::CREATED);
}

#[tokio::test]
async fn design_7_7_a_push_writes_nothing_and_a_code_one_row() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let path = pushed(&world, NATIVE_CLIENT, NATIVE_CALLBACK).await;
    let rows = async || -> Vec<Value> {
        let store = &world.deps.store;
        vec![
            json!(store.list_live_grants(None, 9).await.unwrap().len()),
            json!(store.count_verdicts().await.unwrap()),
            json!(store.list_met_clients().await.unwrap().len()),
        ]
    };
    assert_eq!(rows().await, [json!(0), json!(0), json!(0)]);
    let asked = browser.get(&path).await;
    assert_eq!(rows().await, [json!(0), json!(0), json!(0)]);
    allow(&mut browser, &asked).await;
    assert_eq!(rows().await, [json!(1), json!(1), json!(1)]);
}
