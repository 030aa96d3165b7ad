//! `/authorize`: what is a page, what is a redirect, and what is neither before somebody has signed in (SPEC 8.6).

use http::StatusCode;
use salver_testkit::browser::Browser;

use crate::world::{
    ENTERED_CALLBACK, ENTERED_CLIENT, ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK,
    WEB_CLIENT, World, authorize,
};

#[tokio::test]
async fn a_bad_client_or_redirect_uri_is_a_page_and_never_a_redirect() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for (why, path) in [
        ("no client", "/authorize?response_type=code".to_owned()),
        ("twice", "/authorize?client_id=a&client_id=b".to_owned()),
        ("unknown", authorize("nobody", NATIVE_CALLBACK, &[])),
        ("not https", authorize("http://native.example/client.json", NATIVE_CALLBACK, &[])),
        ("fragment", authorize("https://native.example/client.json#", NATIVE_CALLBACK, &[])),
        (
            "dot segment",
            authorize("https://native.example/%2e%2e/client.json", NATIVE_CALLBACK, &[]),
        ),
        ("no document there", authorize("https://native.example/none", NATIVE_CALLBACK, &[])),
        ("not published", authorize(NATIVE_CLIENT, "https://evil.example/cb", &[])),
        ("another path", authorize(NATIVE_CLIENT, "http://127.0.0.1:51004/other", &[])),
        ("another loopback name", authorize(NATIVE_CLIENT, "http://[::1]:51004/callback", &[])),
        (
            "credentials in front",
            authorize(NATIVE_CLIENT, "http://127.0.0.1:1@evil.example/callback", &[]),
        ),
        ("our own port", authorize(NATIVE_CLIENT, "http://127.0.0.1:8080/callback", &[])),
        ("our own port by name", authorize(NATIVE_CLIENT, "http://localhost:8080/callback", &[])),
        ("several, none named", authorize(NATIVE_CLIENT, "", &[("redirect_uri", "")])),
        (
            "named twice",
            format!("{}&redirect_uri=x", authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])),
        ),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{why}");
        assert!(!page.headers.contains_key("location"), "{why}");
        assert!(page.text.contains("<code>"), "{why}: shows a code to pass on");
    }
}

#[tokio::test]
async fn every_other_fault_goes_to_the_client_with_iss_and_the_state_as_it_came() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for (why, more, error) in [
        ("PKCE is needed", &[("code_challenge", "")][..], "invalid_request"),
        ("S256 only", &[("code_challenge_method", "plain")], "invalid_request"),
        ("no implicit flow", &[("response_type", "token")], "unsupported_response_type"),
        ("no fragment mode", &[("response_mode", "fragment")], "invalid_request"),
        ("RI-1", &[("resource", "https://elsewhere.example/mcp")], "invalid_target"),
        ("R-16: two resources, none named", &[("resource", "")], "invalid_target"),
        ("by reference", &[("request_uri", "urn:x")], "request_not_supported"),
        ("silent", &[("prompt", "none")], "consent_required"),
    ] {
        let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, more)).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{why}: O21-16");
        assert!(
            page.location().starts_with(&format!("{NATIVE_CALLBACK}?")),
            "{why}: {}",
            page.location()
        );
        assert_eq!(page.answered("error").as_deref(), Some(error), "{why}");
        assert_eq!(page.answered("iss").as_deref(), Some(ISSUER), "{why}");
        assert!(page.location().ends_with("&state=a+b%2Bc"), "{why}: {}", page.location());
    }
}

#[tokio::test]
async fn cimd_f_10_nothing_is_fetched_and_nobody_redirected_before_sign_in() {
    let world = World::new().await;
    let mut stranger = Browser::new(world.router.clone());
    for more in [&[][..], &[("code_challenge", "")], &[("resource", "https://elsewhere.example/")]]
    {
        let page = stranger.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, more)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("native.example"), "the host that claims to ask");
    }
    let silent =
        stranger.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[("prompt", "none")])).await;
    assert_eq!(silent.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.web.all_hits(), 0);
}

#[tokio::test]
async fn o21_13_only_addresses_that_an_administrator_wrote_down_hear_of_faults_before_sign_in() {
    let world = World::new().await;
    let mut stranger = Browser::new(world.router.clone());
    for (more, error) in
        [(&[("code_challenge", "")], "invalid_request"), (&[("prompt", "none")], "login_required")]
    {
        let page = stranger.get(&authorize(ENTERED_CLIENT, ENTERED_CALLBACK, more)).await;
        assert_eq!(page.answered("error").as_deref(), Some(error));
    }
    // A document at hand does not help: anybody can write one.
    let mut alice = world.user("alice").await;
    assert_eq!(
        alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await.status,
        StatusCode::OK
    );
    let page =
        stranger.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[("code_challenge", "")])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("native.example"));
}

#[tokio::test]
async fn post_asks_the_same_as_get_and_becomes_one_where_no_cookie_came_along() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let ask = authorize(WEB_CLIENT, WEB_CALLBACK, &[]);
    let body = ask.replace("/authorize?", "");
    let page = browser.post("/authorize", body.clone()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("/authorize/consent"));
    let from_elsewhere = Browser::new(world.router.clone()).post("/authorize", body).await;
    assert_eq!(
        (from_elsewhere.status, from_elsewhere.location()),
        (StatusCode::SEE_OTHER, ask.as_str())
    );
}

#[tokio::test]
async fn design_4_2_an_anchored_client_is_asked_about_once_and_a_local_one_each_time() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for (client_id, callback, again) in [
        (WEB_CLIENT, WEB_CALLBACK, StatusCode::SEE_OTHER),
        (NATIVE_CLIENT, NATIVE_CALLBACK, StatusCode::OK),
    ] {
        world.login(&mut browser, client_id, callback, "notes:read").await;
        let repeated =
            browser.get(&authorize(client_id, callback, &[("scope", "notes:read")])).await;
        assert_eq!(repeated.status, again, "{client_id}");
        let wider = browser
            .get(&authorize(client_id, callback, &[("scope", "notes:read notes:write")]))
            .await;
        assert_eq!(wider.status, StatusCode::OK, "{client_id} asks for more");
        assert!(wider.text.contains("new</strong>"), "what is new is marked");
        let asked_to_ask = browser
            .get(&authorize(client_id, callback, &[("scope", "notes:read"), ("prompt", "consent")]))
            .await;
        assert_eq!(asked_to_ask.status, StatusCode::OK, "{client_id}");
    }
    // Another person has not been asked at all.
    let mut bob = world.user("bob").await;
    assert_eq!(bob.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_code_on_a_page_stands_in_the_log_beside_the_whole_truth() {
    let (log, written) = crate::world::log();
    let _guard = tracing::subscriber::set_default(log);
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let ask = authorize(NATIVE_CLIENT, "https://evil.example/cb", &[("state", "STATE-SECRET")]);
    let page = browser.get(&ask).await;
    let code = page.text.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    let log = written();
    let line = log.lines().find(|line| line.contains(code)).unwrap();
    assert!(line.contains("https://evil.example/cb") && line.contains(NATIVE_CLIENT), "{line}");
    // DESIGN 4.10, §7 item 8: what belongs to the client or to nobody is not kept.
    assert!(!log.contains("STATE-SECRET") && !log.contains(crate::world::CHALLENGE), "{log}");
}

#[tokio::test]
async fn design_7_8_no_secret_of_a_login_stands_in_the_log() {
    let (log, written) = crate::world::log();
    let _guard = tracing::subscriber::set_default(log);
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let answered = world.allow(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let code = answered.answered("code").unwrap();
    let given = crate::world::tokens(&world.redeem(NATIVE_CLIENT, &code, &[]).await);
    world.redeem(NATIVE_CLIENT, &code, &[]).await;
    world.refresh(NATIVE_CLIENT, &given.refresh).await;
    let log = written();
    assert!(log.contains("a spent code was presented"), "{log}");
    let cookie = browser.cookies().values().next().unwrap().clone();
    for secret in
        [&code, &given.access, &given.refresh, &cookie, "correct horse", crate::world::VERIFIER]
    {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_front_page_leads_to_the_account() {
    let world = World::new().await;
    let page = Browser::new(world.router.clone()).get("/").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/account"));
}
