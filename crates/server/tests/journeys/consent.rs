//! The consent page and its answer (SPEC 8.4, 8.7 item 15).

use http::StatusCode;
use salver_testkit::form::Form;
use serde_json::json;

use crate::world::{
    ENTERED_CALLBACK, ENTERED_CLIENT, ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK,
    WEB_CLIENT, World, authorize, document,
};
use salver_testkit::web::Reply;

#[tokio::test]
async fn ui_1_to_ui_4_what_the_page_shows_and_how_it_is_sent() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    for shown in [
        "alice",
        "native",
        "51004",
        "Read your notes",
        "Allow",
        "localhost:8080",
        "warning-loopback-only",
        "warning-first-sight",
    ] {
        assert!(page.text.contains(shown), "{shown} is missing in\n{}", page.text);
    }
    assert!(!page.text.contains("<script"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("http://127.0.0.1:51004"),
        "{policy}"
    );
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
}

#[tokio::test]
async fn allow_and_dont_allow_go_back_to_the_client() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for (decision, error) in [("allow", None), ("deny", Some("access_denied".to_owned()))] {
        let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
        let form = Form::to(&page.text, "/authorize/consent").with("decision", decision);
        let answer = browser.submit(&form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.answered("error"), error);
        assert_eq!(answer.answered("code").is_some(), error.is_none());
        assert_eq!(answer.answered("iss").as_deref(), Some(ISSUER));
        assert_eq!(answer.answered("state").as_deref(), Some("a b+c"));
    }
}

#[tokio::test]
async fn attack_15_an_approval_counts_once() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    let form = Form::to(&page.text, "/authorize/consent").with("decision", "allow");
    assert_eq!(browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    let again = browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(!again.headers.contains_key("location"));
}

#[tokio::test]
async fn attack_15_a_page_of_one_session_is_worth_nothing_in_another() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let mut mallory = world.user("mallory").await;
    let page = mallory.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    let form = Form::to(&page.text, "/authorize/consent").with("decision", "allow");
    assert_eq!(alice.submit(&form).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        mallory.submit(&form.clone().with("ticket", "AAAA")).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        mallory.submit(&form.clone().with("decision", "perhaps")).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(mallory.submit(&form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn attack_15_two_tabs_do_not_get_into_each_others_way() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let first = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    let second = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    for (page, callback) in [(first, NATIVE_CALLBACK), (second, WEB_CALLBACK)] {
        let form = Form::to(&page.text, "/authorize/consent").with("decision", "allow");
        assert!(browser.submit(&form).await.location().starts_with(callback));
    }
}

#[tokio::test]
async fn an_old_page_is_shown_anew_instead_of_counting() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    world.clock.advance(601);
    let form = Form::to(&page.text, "/authorize/consent").with("decision", "allow");
    let again = browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::OK);
    let form = Form::to(&again.text, "/authorize/consent").with("decision", "allow");
    assert_eq!(browser.submit(&form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn attack_9_a_document_that_changed_under_the_page_is_judged_again() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    let form = Form::to(&page.text, "/authorize/consent").with("decision", "allow");
    world.web.set(NATIVE_CLIENT, document(NATIVE_CLIENT, &["https://native.example/elsewhere"]));
    world.deps.egress.forget(NATIVE_CLIENT, salver_server::flow::client::DOCUMENT);
    let answer = browser.submit(&form).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "the redirect URI is no longer published");
    assert!(!answer.headers.contains_key("location"));
}

#[tokio::test]
async fn ui_6_a_hostile_name_is_shown_as_a_claim_and_harmless() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let hostile = json!({
        "client_id": WEB_CLIENT,
        "client_name": "\u{202e}<script>alert(1)</script>\u{200b}Claude",
        "client_uri": "javascript:alert(1)",
        "redirect_uris": [WEB_CALLBACK],
    });
    world.web.set(WEB_CLIENT, Reply::json(hostile.to_string()));
    let page = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        !page.text.contains("<script")
            && !page.text.contains('\u{202e}')
            && !page.text.contains("href=\"javascript")
    );
    assert!(page.text.contains("class=\"claim\""));
}

#[tokio::test]
async fn a_client_that_an_administrator_entered_says_so() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let page = browser.get(&authorize(ENTERED_CLIENT, ENTERED_CALLBACK, &[])).await;
    assert!(page.text.contains("An administrator of"), "{}", page.text);
    let tokens = world.login(&mut browser, ENTERED_CLIENT, ENTERED_CALLBACK, "notes:read").await;
    assert!(world.is_active(&tokens.access).await);
    assert_eq!(world.web.all_hits(), 0);
}

#[tokio::test]
async fn without_a_session_an_answer_is_worth_nothing() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let page = alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    let form = Form::to(&page.text, "/authorize/consent").with("decision", "allow");
    let mut stranger = salver_testkit::browser::Browser::new(world.router.clone());
    assert_eq!(stranger.submit(&form).await.status, StatusCode::BAD_REQUEST);
}
