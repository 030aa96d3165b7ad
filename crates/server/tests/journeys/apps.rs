//! Connected apps: what was let in is shown, and one click ends it everywhere at once (O21-19, UI-5).

use http::StatusCode;
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
};

use crate::world::{NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World};

const NOTHING_LEFT: &str = "nothing left to disconnect";

async fn shown(browser: &mut Browser) -> Page {
    browser.get("/account/apps").await
}

/// The form that disconnects the application of this host.
fn disconnect(page: &Page, host: &str) -> Form {
    let mut cards = page.text.split("<li class=\"card app\">");
    let card = cards.find(|card| card.contains(&format!("<b>{host}</b>")));
    Form::to(card.unwrap(), "/account/apps")
}

#[tokio::test]
async fn ui_5_the_page_shows_what_was_let_in() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let empty = shown(&mut alice).await;
    assert!(empty.text.contains("No application is connected"));
    let everything = "notes:read notes:write";
    world.login(&mut alice, NATIVE_CLIENT, NATIVE_CALLBACK, everything).await;
    world.login(&mut alice, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let page = shown(&mut alice).await;
    let text = ["<b>", "</b>", "<bdi>", "</bdi>", "<strong>", "</strong>"]
        .iter()
        .fold(page.text.clone(), |text, tag| text.replace(tag, ""));
    for words in [
        "native.example",
        "web.example",
        "“App”",
        "<dd>notes</dd>",
        "Read your notes",
        "Write your notes",
        "a program on this computer",
        "(alice)",
    ] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    let to_apps = |form: &Form| form.action == "/account/apps";
    assert_eq!(Form::all(&page.text).into_iter().filter(to_apps).count(), 2);
}

#[tokio::test]
async fn o21_19_one_click_disconnects_an_application_at_once() {
    let world = World::new().await;
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    let native = world.login(&mut alice, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let web = world.login(&mut alice, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let bobs = world.login(&mut bob, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    assert!(world.is_active(&native.access).await);

    let form = disconnect(&shown(&mut alice).await, "native.example");
    let receipt = alice.submit(&form).await;
    assert!(receipt.text.contains("1 connection ended"), "{}", receipt.text);
    assert!(!world.is_active(&native.access).await, "at introspection at once");
    let refreshed = world.refresh(NATIVE_CLIENT, &native.refresh).await;
    assert_eq!(refreshed.status, StatusCode::BAD_REQUEST);
    assert!(world.is_active(&web.access).await, "other applications stay");
    assert!(world.is_active(&bobs.access).await, "other people stay");
    assert!(alice.submit(&form).await.text.contains(NOTHING_LEFT), "a second click");
}

#[tokio::test]
async fn an_unknown_application_is_answered_like_one_that_has_ended() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    world.login(&mut alice, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let form = disconnect(&shown(&mut alice).await, "web.example");
    for unknown in ["AAAAAAAAAAAAAAAAAAAAAA", "x", ""] {
        let page = alice.submit(&form.clone().with("application", unknown)).await;
        assert_eq!(page.status, StatusCode::OK, "{unknown}");
        assert!(page.text.contains(NOTHING_LEFT), "{unknown}");
    }
}

#[tokio::test]
async fn nobody_disconnects_the_applications_of_somebody_else() {
    let world = World::new().await;
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    let tokens = world.login(&mut alice, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    world.login(&mut bob, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let hers = disconnect(&shown(&mut alice).await, "web.example");
    let application = hers.fields.iter().find(|(name, _)| name == "application").unwrap().1.clone();
    let his = disconnect(&shown(&mut bob).await, "native.example");
    let page = bob.submit(&his.with("application", &application)).await;
    assert!(page.text.contains(NOTHING_LEFT));
    assert_eq!(bob.submit(&hers).await.status, StatusCode::FORBIDDEN, "with her form token");
    assert!(world.is_active(&tokens.access).await);
}
