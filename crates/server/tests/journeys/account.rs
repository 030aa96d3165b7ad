//! The account side: signing in and out, and setup links (SPEC 8.4, O21-13 to O21-20; DESIGN §9).

use axum::body::Body;
use http::{Request, StatusCode, header};
use salver_server::flow::account::setup;
use salver_store::record::Role;
use salver_testkit::{
    browser::{Browser, Page, send},
    form::Form,
};

use crate::world::{
    ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World, authorize,
};

const PASSWORD: &str = "correct horse battery";
const SESSION: &str = "salver-session-8080";

async fn sign_in(browser: &mut Browser, username: &str, password: &str) -> Page {
    sign_in_for(browser, "/account/sign-in", username, password).await
}

async fn sign_in_for(browser: &mut Browser, path: &str, username: &str, password: &str) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let form = Form::to(&page.text, "/account/sign-in");
    browser.submit(&form.with("username", username).with("password", password)).await
}

async fn sign_out(browser: &mut Browser) -> Page {
    let page = browser.get("/account").await;
    browser.submit(&Form::to(&page.text, "/account/sign-out")).await
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").await.status == StatusCode::OK
}

async fn link(world: &World, role: Role, lifetime_seconds: i64) -> String {
    let wish = setup::Invite { role, lifetime_seconds, now: world.clock.now() };
    let link = setup::invite(&*world.deps.store, &world.deps.secrets, &*world.deps.chance, wish)
        .await
        .unwrap();
    format!("/account/setup/{}", *link.secret)
}

async fn set_up(browser: &mut Browser, path: &str, username: &str, password: &str) -> Page {
    let page = browser.get(path).await;
    let form = Form::to(&page.text, path);
    browser.submit(&form.with("username", username).with("password", password)).await
}

#[tokio::test]
async fn somebody_signs_in_and_out() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    assert!(is_signed_in(&mut browser).await, "a setup link signs in");
    assert!(sign_out(&mut browser).await.text.contains("You are signed out"));
    assert_eq!(
        browser.get("/account/apps").await.location(),
        "/account/sign-in?continue=/account/apps"
    );
    let page =
        sign_in_for(&mut browser, "/account/sign-in?continue=/account/apps", "ALICE ", PASSWORD)
            .await;
    assert_eq!(
        (page.status, page.location()),
        (StatusCode::SEE_OTHER, "/account/apps"),
        "O21-16: 303"
    );
    let cookies: Vec<_> = page
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    assert!(
        cookies
            .iter()
            .all(|line| line.contains("; Path=/; ") && line.ends_with("; HttpOnly; SameSite=Lax")),
        "{cookies:?}"
    );
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn the_page_does_not_tell_whether_an_account_exists() {
    let world = World::new().await;
    world.user("alice").await;
    let mut answers = Vec::new();
    for username in ["alice", "nobody"] {
        let mut browser = Browser::new(world.router.clone());
        for _ in 0..6 {
            let page = sign_in(&mut browser, username, "not the password").await;
            answers.push((username, page.status, page.text.contains("do not belong together")));
        }
    }
    let (known, unknown) = answers.split_at(6);
    assert!(known.iter().all(|(_, status, told)| *told == (*status == StatusCode::FORBIDDEN)));
    assert_eq!(
        known.iter().map(|answer| answer.1).take(5).collect::<Vec<_>>(),
        [StatusCode::FORBIDDEN; 5]
    );
    assert_eq!(known[5].1, StatusCode::TOO_MANY_REQUESTS);
    // The network has used up its free failures, whatever the account: the next name is slowed down from its start.
    assert!(unknown.iter().all(|(_, status, _)| *status == StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn design_9_failures_delay_guessing_but_not_the_owner() {
    let world = World::new().await;
    let mut owner = world.user("alice").await;
    sign_out(&mut owner).await;
    let mut attacker = Browser::new(world.router.clone());
    for _ in 0..5 {
        assert_eq!(
            sign_in(&mut attacker, "alice", "not the password").await.status,
            StatusCode::FORBIDDEN
        );
    }
    let slowed = sign_in(&mut attacker, "alice", PASSWORD).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS, "the right password, too early");
    assert_eq!(slowed.headers[header::RETRY_AFTER], "1");
    assert_eq!(
        sign_in(&mut owner, "alice", PASSWORD).await.status,
        StatusCode::SEE_OTHER,
        "their browser is known"
    );
    world.clock.advance(1);
    assert_eq!(sign_in(&mut attacker, "alice", "still not it").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        sign_in(&mut attacker, "alice", PASSWORD).await.headers[header::RETRY_AFTER],
        "2",
        "delays grow"
    );
    world.clock.advance(2);
    assert_eq!(sign_in(&mut attacker, "alice", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn design_9_a_known_browser_has_a_counter_of_its_own() {
    let world = World::new().await;
    let mut owner = world.user("alice").await;
    sign_out(&mut owner).await;
    for _ in 0..5 {
        assert_eq!(
            sign_in(&mut owner, "alice", "not the password").await.status,
            StatusCode::FORBIDDEN
        );
    }
    assert_eq!(sign_in(&mut owner, "alice", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    let mut elsewhere = Browser::new(world.router.clone());
    assert_eq!(sign_in(&mut elsewhere, "alice", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn each_sign_in_has_a_new_session_and_ends_the_old_one() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let before = browser.cookies()[SESSION].clone();
    assert_eq!(sign_in(&mut browser, "alice", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let after = browser.cookies()[SESSION].clone();
    assert_ne!(before, after);
    for (session, expected) in [(&before, StatusCode::SEE_OTHER), (&after, StatusCode::OK)] {
        let request =
            Request::get("/account").header(header::COOKIE, format!("{SESSION}={session}"));
        assert_eq!(
            send(&world.router, request.body(Body::empty()).unwrap()).await.status,
            expected
        );
    }
    sign_out(&mut browser).await;
    let request = Request::get("/account").header(header::COOKIE, format!("{SESSION}={after}"));
    let replayed = send(&world.router, request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        replayed.status,
        StatusCode::SEE_OTHER,
        "a copied cookie is worth nothing after signing out"
    );
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_and_with_its_user() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    world.clock.advance(30 * 86_400 - 1);
    assert!(is_signed_in(&mut alice).await);
    world.clock.advance(1);
    assert!(!is_signed_in(&mut alice).await);
    let mut bob = world.user("bob").await;
    let user = world.deps.store.find_user_by_name("bob").await.unwrap().unwrap();
    let _ = world.deps.store.disable_user(user.id, world.clock.now()).await.unwrap();
    assert!(!is_signed_in(&mut bob).await);
    assert_eq!(sign_in(&mut bob, "bob", PASSWORD).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn design_7_1_nobody_is_sent_elsewhere_after_signing_in() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/account/../mcp",
        "javascript:alert(1)",
        "",
    ] {
        let path = format!(
            "/account/sign-in?continue={}",
            url::form_urlencoded::byte_serialize(elsewhere.as_bytes()).collect::<String>()
        );
        let page = sign_in_for(&mut browser, &path, "alice", PASSWORD).await;
        assert_eq!(page.location(), "/account", "{elsewhere}");
    }
    // The form is not believed either.
    let form = Form::to(&browser.get("/account/sign-in").await.text, "/account/sign-in");
    let form = form
        .with("username", "alice")
        .with("password", PASSWORD)
        .with("continue", "https://evil.example/");
    assert_eq!(browser.submit(&form).await.location(), "/account");
}

#[tokio::test]
async fn o21_17_forms_of_others_change_nothing() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let mut attacker = world.user("mallory").await;
    let stolen = Form::to(&attacker.get("/account").await.text, "/account/sign-out");
    assert_eq!(
        alice.submit(&stolen).await.status,
        StatusCode::FORBIDDEN,
        "a token of another session"
    );
    let sign_in_form = Form::to(&attacker.get("/account/sign-in").await.text, "/account/sign-in");
    let as_mallory = sign_in_form.with("username", "mallory").with("password", PASSWORD);
    assert_eq!(
        alice.submit(&as_mallory).await.status,
        StatusCode::BAD_REQUEST,
        "sign-in in the attacker's name"
    );
    let own = Form::to(&alice.get("/account").await.text, "/account/sign-out");
    assert_eq!(
        alice.submit(&own.clone().with("form_token", "")).await.status,
        StatusCode::FORBIDDEN
    );
    world.clock.advance(12 * 3600 + 1);
    assert_eq!(alice.submit(&own).await.status, StatusCode::FORBIDDEN, "an old page");
    assert!(is_signed_in(&mut alice).await);
}

#[tokio::test]
async fn o21_17_a_post_that_the_browser_calls_foreign_is_refused_whatever_it_holds() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let form = Form::to(&alice.get("/account").await.text, "/account/sign-out");
    let cookies: Vec<_> =
        alice.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    for (name, value, refused) in [
        ("sec-fetch-site", "cross-site", true),
        ("sec-fetch-site", "same-site", true),
        ("origin", "https://evil.example", true),
        ("origin", "http://localhost:8081", true),
        ("origin", ISSUER, false),
    ] {
        let request = Request::post("/account/sign-out")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, cookies.join("; "))
            .header(name, value);
        let page = send(&world.router, request.body(Body::from(form.body())).unwrap()).await;
        assert_eq!(
            page.status,
            if refused { StatusCode::FORBIDDEN } else { StatusCode::OK },
            "{name}: {value}"
        );
        assert_eq!(is_signed_in(&mut alice).await, refused, "{name}: {value}");
    }
}

#[tokio::test]
async fn a_setup_link_makes_one_account_with_its_role_in_its_time() {
    let world = World::new().await;
    let path = link(&world, Role::Administrator, 900).await;
    let (mut first, mut second) =
        (Browser::new(world.router.clone()), Browser::new(world.router.clone()));
    let late_form = Form::to(&second.get(&path).await.text, &path);
    let page = set_up(&mut first, &path, " Ada ", PASSWORD).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/account"));
    assert!(first.get("/account").await.text.contains("administrator"));
    let user = world.deps.store.find_user_by_name("ada").await.unwrap().unwrap();
    assert_eq!((user.username.as_str(), user.role), ("Ada", Role::Administrator));
    let late_form = late_form.with("username", "eve").with("password", PASSWORD);
    assert_eq!(
        second.submit(&late_form).await.status,
        StatusCode::NOT_FOUND,
        "filled in a moment too late"
    );
    assert_eq!(second.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(world.deps.store.find_user_by_name("eve").await.unwrap().is_none());

    let path = link(&world, Role::User, 900).await;
    world.clock.advance(899);
    assert_eq!(second.get(&path).await.status, StatusCode::OK);
    world.clock.advance(1);
    assert_eq!(second.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(second.get("/account/setup/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_setup_form_says_everything_that_is_wrong_and_spends_nothing() {
    let world = World::new().await;
    world.user("alice").await;
    let path = link(&world, Role::User, 900).await;
    let mut browser = Browser::new(world.router.clone());
    for (username, password, told) in [
        ("", PASSWORD, &["1 to 64 characters."][..]),
        ("", "short", &["1 to 64 characters.", "at least 12 characters."]),
        ("a\u{202e}b", PASSWORD, &["cannot be seen"]),
        ("alicia", "i am Alicia, hello", &["must not hold the username"]),
        ("Alice", PASSWORD, &["belongs to somebody else"]),
    ] {
        let page = set_up(&mut browser, &path, username, password).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{username}");
        for words in told {
            assert!(page.text.contains(words), "{username} lacks {words}:\n{}", page.text);
        }
        assert!(!page.text.contains(password), "a password is never shown again");
    }
    assert_eq!(set_up(&mut browser, &path, "bob", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn another_account_can_answer_the_same_request() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.user("bob").await;
    let request = authorize(WEB_CLIENT, WEB_CALLBACK, &[]);
    let page = browser.get(&request).await;
    let back = browser.submit(&Form::to(&page.text, "/account/sign-out")).await;
    assert_eq!((back.status, back.location()), (StatusCode::SEE_OTHER, request.as_str()));
    let page = browser.get(back.location()).await;
    let form =
        Form::to(&page.text, "/account/sign-in").with("username", "bob").with("password", PASSWORD);
    let back = browser.submit(&form).await;
    assert_eq!(back.location(), request);
    assert!(
        browser.get(back.location()).await.text.contains("You are <strong><bdi>bob</bdi></strong>")
    );
}

#[tokio::test]
async fn the_sign_in_page_lets_the_answer_through_and_names_only_the_host() {
    let world = World::new().await;
    let mut stranger = Browser::new(world.router.clone());
    for (client_id, callback, source) in [
        (NATIVE_CLIENT, NATIVE_CALLBACK, "form-action 'self' https: http://127.0.0.1:51004"),
        (WEB_CLIENT, WEB_CALLBACK, "form-action 'self' https: https://web.example"),
    ] {
        let path: String =
            url::form_urlencoded::byte_serialize(authorize(client_id, callback, &[]).as_bytes())
                .collect();
        let page = stranger.get(&format!("/account/sign-in?continue={path}")).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with(source), "{policy}");
        assert!(page.text.contains(".example</b>") || page.text.contains("<b>"), "{}", page.text);
        assert!(
            !page.headers.contains_key("cross-origin-opener-policy"),
            "a window of the client may wait"
        );
    }
    assert_eq!(world.web.all_hits(), 0);
    let plain = stranger.get("/account/sign-in").await;
    assert!(
        plain.headers["content-security-policy"].to_str().unwrap().ends_with("form-action 'self'")
    );
    assert_eq!(plain.headers["cross-origin-opener-policy"], "same-origin");
}
