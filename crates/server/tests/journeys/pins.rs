//! Pinned copies: when they stand in for a document, when they do not, and what is never pinned (DESIGN 4.5, 4.6).

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use salver_egress::Mode;
use salver_jose::KeySet;
use salver_policy::catalogue::{Catalogue, Pin};
use salver_server::{drift::Objection, settings::PinUse};
use salver_testkit::{
    browser::{Browser, Page},
    web::Reply,
};
use serde_json::json;

use crate::{
    client_keys::{CALLBACK, CLIENT, JWKS, assertion, is_unproven, key, publish_keys, redeem},
    world::{ISSUER, WEB_CALLBACK, WEB_CLIENT, World, authorize, document, log},
};

/// In the catalogue, with a pin.
const CLAUDE: &str = "https://claude.ai/oauth/mcp-oauth-client-metadata";
const CLAUDE_CALLBACK: &str = "https://claude.ai/api/mcp/auth_callback";

/// Nothing is kept: each request asks the host.
fn impatient(settings: &mut salver_egress::Settings) {
    settings.keeping.at_least = Duration::ZERO;
    settings.keeping.at_most = Duration::ZERO;
    settings.keeping.stale_at_most = Duration::ZERO;
}

fn failing() -> Reply {
    Reply { status: 503, ..Reply::json("") }
}

fn gone() -> Reply {
    Reply { status: 404, ..Reply::json("") }
}

/// Asks, long after the last time: no host is left in peace any more, and every budget is full.
async fn ask(world: &World, browser: &mut Browser) -> Page {
    world.way_out_clock.forward(Duration::from_hours(1));
    browser.get(&authorize(CLAUDE, CLAUDE_CALLBACK, &[("prompt", "consent")])).await
}

fn is_pinned(page: &Page) -> bool {
    page.status == StatusCode::OK && page.text.contains("warning-pinned-copy")
}

/// The catalogue, with a pin of another client.
fn with_pin(document: &serde_json::Value) -> Catalogue {
    let url = document["client_id"].as_str().unwrap();
    let text = format!(
        "format = 1\nnumber = 1\nissued = \"2026-11-01\"\n[[pin]]\nurl = \"{url}\"\nfetched = \"2026-11-01\"\ndocument = '{document}'\n"
    );
    Catalogue::embedded().clone().extended_by(Catalogue::parse(&text).unwrap())
}

fn pin(world: &World) -> Pin {
    world.deps.policy.get().catalogue.pin(CLAUDE).unwrap().clone()
}

#[tokio::test]
async fn design_4_5_a_host_that_does_not_answer_in_time_is_stood_in_for() {
    let hasty = |settings: &mut salver_egress::Settings| {
        impatient(settings);
        settings.bounds.head = Duration::from_millis(50);
    };
    let world = World::with(ISSUER, hasty).await;
    let mut browser = world.user("alice").await;
    world.web.hold(CLAUDE);
    assert!(is_pinned(&ask(&world, &mut browser).await), "time-out");
    // Without a pin a time-out is a refusal.
    world.web.hold(WEB_CLIENT);
    let refused = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn design_4_5_offline_mode_works_from_pins_alone() {
    let world = World::with(ISSUER, |settings| settings.mode = Mode::Offline).await;
    let mut browser = world.user("alice").await;
    let page = ask(&world, &mut browser).await;
    assert!(is_pinned(&page) && page.text.contains("proof-published"), "{}", page.text);
    let tokens = world.login(&mut browser, CLAUDE, CLAUDE_CALLBACK, "notes:read").await;
    assert_eq!(world.refresh(CLAUDE, &tokens.refresh).await.status, StatusCode::OK);
    let refused = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "no pin");
    assert_eq!(world.web.all_hits(), 0);
}

#[tokio::test]
async fn design_4_6_what_the_host_has_said_outlives_its_failure() {
    let world = World::with(ISSUER, impatient).await;
    let mut browser = world.user("alice").await;
    let changed = document(CLAUDE, &["https://claude.ai/new"]);
    let same = Reply::json(pin(&world).document.as_bytes());
    let renamed = pin(&world).document.replace("\"Claude\"", "\"Claude 2\"");
    for (said, objection) in [
        (gone(), Some(Objection::Withdrawn)),
        (changed, Some(Objection::TakenBack)),
        (Reply::json(renamed), Some(Objection::Changed)),
        (same, None),
    ] {
        world.web.set(CLAUDE, said);
        ask(&world, &mut browser).await;
        assert_eq!(world.deps.drift.objection(&pin(&world)), objection);
        world.web.set(CLAUDE, failing());
        let stands = !objection.is_some_and(Objection::overrules);
        assert_eq!(is_pinned(&ask(&world, &mut browser).await), stands, "{objection:?}");
    }
}

#[tokio::test]
async fn design_4_6_a_version_that_people_let_in_outlives_the_process() {
    let world = World::with(ISSUER, impatient).await;
    let mut browser = world.user("alice").await;
    world.web.set(CLAUDE, document(CLAUDE, &["https://claude.ai/new"]));
    world.login(&mut browser, CLAUDE, "https://claude.ai/new", "notes:read").await;
    world.deps.drift.note(&pin(&world), None); // as after a start
    world.web.set(CLAUDE, failing());
    assert!(!is_pinned(&ask(&world, &mut browser).await));
    // A pin that is newer than that version counts again.
    let newer =
        json!({ "client_id": CLAUDE, "client_name": "Claude", "redirect_uris": [CLAUDE_CALLBACK] });
    let tomorrow = salver_policy::catalogue::Date::of(world.clock.now().plus_seconds(86_400));
    let text = format!(
        "format = 1\nnumber = 1\nissued = \"{tomorrow}\"\n[[pin]]\nurl = \"{CLAUDE}\"\nfetched = \"{tomorrow}\"\ndocument = '{newer}'\n"
    );
    let catalogue = Catalogue::embedded().clone().extended_by(Catalogue::parse(&text).unwrap());
    world.deps.policy.set_catalogue(&Arc::new(catalogue));
    assert!(is_pinned(&ask(&world, &mut browser).await));
}

#[tokio::test]
async fn design_4_6_drift_is_noted_once_in_a_line_of_the_log() {
    let world = World::with(ISSUER, impatient).await;
    let mut browser = world.user("alice").await;
    let (log, written) = log();
    let _guard = tracing::subscriber::set_default(log);
    world.web.set(CLAUDE, Reply::json(pin(&world).document.replace('\n', " ")));
    ask(&world, &mut browser).await;
    assert!(!written().contains("pinned copy"), "white space is no drift");
    world.web.set(CLAUDE, document(CLAUDE, &[CLAUDE_CALLBACK]));
    for _ in 0..3 {
        ask(&world, &mut browser).await;
    }
    assert_eq!(written().matches("says something else than its pinned copy").count(), 1);
}

#[tokio::test]
async fn always_pinned_a_document_is_not_fetched_even_before_anybody_has_signed_in() {
    let always = |settings: &mut salver_server::settings::Settings| settings.pins = PinUse::Always;
    let world = World::set_up(ISSUER, impatient, always).await;
    world.web.set(CLAUDE, document(CLAUDE, &["https://claude.ai/new"]));
    let mut stranger = Browser::new(world.router.clone());
    let other = stranger.get(&authorize(CLAUDE, "https://claude.ai/new", &[])).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST, "its redirect URIs are the pin's");
    let mut browser = world.user("alice").await;
    let page = ask(&world, &mut browser).await;
    assert!(is_pinned(&page) && page.text.contains("proof-published"));
    world.login(&mut browser, CLAUDE, CLAUDE_CALLBACK, "notes:read").await;
    assert_eq!(world.web.hits(CLAUDE), 0);
    // What has no pin is fetched as ever.
    let page = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!((page.status, world.web.hits(WEB_CLIENT)), (StatusCode::OK, 1));
}

#[tokio::test]
async fn another_catalogue_counts_from_the_next_request_on() {
    let world = World::with(ISSUER, impatient).await;
    let mut browser = world.user("alice").await;
    world.web.set(WEB_CLIENT, failing());
    let asked = authorize(WEB_CLIENT, WEB_CALLBACK, &[]);
    assert_eq!(browser.get(&asked).await.status, StatusCode::BAD_REQUEST);
    let pinned =
        json!({ "client_id": WEB_CLIENT, "client_name": "App", "redirect_uris": [WEB_CALLBACK] });
    world.deps.policy.set_catalogue(&Arc::new(with_pin(&pinned)));
    let page = browser.get(&asked).await;
    assert!(is_pinned(&page) && page.text.contains("proof-published"), "{}", page.text);
}

/// The document of a client with keys elsewhere.
fn keyed() -> serde_json::Value {
    json!({
        "client_id": CLIENT,
        "client_name": "Keyed",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": JWKS,
    })
}

#[tokio::test]
async fn design_4_5_key_sets_are_never_pinned() {
    let world = World::with(ISSUER, impatient).await;
    world.deps.policy.set_catalogue(&Arc::new(with_pin(&keyed())));
    let mut browser = world.user("alice").await;
    let key = key();
    world.web.set(CLIENT, failing());
    let page = browser.get(&authorize(CLIENT, CALLBACK, &[])).await;
    assert!(is_pinned(&page) && page.text.contains("proof-published"), "keys are not the pin's");
    let code = world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await.answered("code");
    let code = code.unwrap();
    world.web.set(JWKS, failing());
    let proof = assertion(&world, &key, "1", ISSUER);
    assert!(is_unproven(&redeem(&world, &code, Some(&proof)).await));
    assert!(is_unproven(&redeem(&world, &code, None).await), "nor is it let in without");
    publish_keys(&world, &[&key]);
    world.way_out_clock.forward(Duration::from_hours(1));
    let proof = assertion(&world, &key, "2", ISSUER);
    let given = redeem(&world, &code, Some(&proof)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
}

#[tokio::test]
async fn design_4_5_a_key_set_is_not_used_for_more_than_a_day_whatever_is_kept() {
    let long = |settings: &mut salver_egress::Settings| {
        settings.keeping.at_most = Duration::from_hours(720);
    };
    let world = World::with(ISSUER, long).await;
    let for_a_month = |reply: Reply| reply.with("cache-control", "max-age=2592000");
    world.web.set(CLIENT, for_a_month(Reply::json(keyed().to_string())));
    let key = key();
    let set: KeySet = [key.public_key().clone()].into_iter().collect();
    world.web.set(JWKS, for_a_month(Reply::json(set.to_json())));
    let mut browser = world.user("alice").await;
    let mut code = async || {
        world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await.answered("code").unwrap()
    };
    for (hours, id, hits) in [(0, "1", 1), (23, "2", 1), (2, "3", 2)] {
        world.way_out_clock.forward(Duration::from_hours(hours));
        let proof = assertion(&world, &key, id, ISSUER);
        let given = redeem(&world, &code().await, Some(&proof)).await;
        assert_eq!(given.status, StatusCode::OK, "{}", given.text);
        assert_eq!(world.web.hits(JWKS), hits, "after {hours} more hours");
    }
    world.way_out_clock.forward(Duration::from_hours(25));
    world.web.set(JWKS, failing());
    let proof = assertion(&world, &key, "4", ISSUER);
    assert!(is_unproven(&redeem(&world, &code().await, Some(&proof)).await));
}
