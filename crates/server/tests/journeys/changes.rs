//! What happens to those who let a client in when its document changes (DESIGN 4.7; CIMD-S-3, CIMD-S-4; SPEC 8.7 item 9).

use http::StatusCode;
use salver_jose::SigningKey;
use salver_oauth::client::{
    change::Change,
    document::{self, Profile},
    id::MetadataUrl,
};
use salver_server::flow::{client::DOCUMENT, client_authentication::KEYS, version};
use salver_store::record::Grant;
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
    web::Reply,
};
use serde_json::{Value, json};

use crate::{
    client_keys::{
        CALLBACK, CLIENT, JWKS, assertion, is_unproven, key, publish_keys, redeem, refresh,
    },
    world::{
        ISSUER, Tokens, WEB_CALLBACK, WEB_CLIENT, World, authorize, document as sound, refused,
        tokens,
    },
};

/// The document of the client now says this, and everybody fetches it anew.
fn say(world: &World, client_id: &str, document: &Value) {
    world.web.set(client_id, Reply::json(document.to_string()));
    world.deps.egress.forget(client_id, DOCUMENT);
}

fn web_document(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = json!({
        "client_id": WEB_CLIENT,
        "client_name": "App",
        "redirect_uris": [WEB_CALLBACK],
    });
    change(&mut document);
    document
}

fn with_redirect(uri: &str) -> Value {
    web_document(|document| document["redirect_uris"] = json!([WEB_CALLBACK, uri]))
}

/// A document of the client that has these keys in it, or none.
fn keyed(keys: &[&SigningKey]) -> Value {
    let mut document =
        json!({ "client_id": CLIENT, "client_name": "Keyed", "redirect_uris": [CALLBACK] });
    if !keys.is_empty() {
        let keys: Vec<_> = keys.iter().map(|key| key.public_key().to_jwk()).collect();
        document["token_endpoint_auth_method"] = json!("private_key_jwt");
        document["jwks"] = json!({ "keys": keys });
    }
    document
}

async fn login(world: &World, browser: &mut Browser) -> Tokens {
    world.login(browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await
}

/// What the client gets for a refresh token: the next one, or `None` if it is to ask the person.
async fn refreshed(world: &World, token: &str) -> Option<String> {
    let page = world.refresh(WEB_CLIENT, token).await;
    if page.status == StatusCode::OK {
        return Some(tokens(&page).refresh);
    }
    assert_eq!(refused(&page), (400, "invalid_grant".to_owned()));
    None
}

async fn ask(browser: &mut Browser, more: &[(&str, &str)]) -> Page {
    let scope = [("scope", "notes:read")];
    browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[&scope[..], more].concat())).await
}

/// Whether the person is asked, instead of the client being answered at once.
async fn is_asked(browser: &mut Browser) -> bool {
    match ask(browser, &[]).await.status {
        StatusCode::OK => true,
        status => {
            assert_eq!(status, StatusCode::SEE_OTHER);
            false
        }
    }
}

async fn allow(browser: &mut Browser, page: &Page) -> Page {
    let form = Form::to(&page.text, "/authorize/consent");
    browser.submit(&form.with("decision", "allow")).await
}

async fn grants(world: &World, username: &str, client_id: &str) -> Vec<Grant> {
    let user = world.deps.store.find_user_by_name(username).await.unwrap().unwrap();
    world.deps.store.find_grants(user.id, client_id).await.unwrap()
}

/// A login of the keyed client by this key; `number` keeps assertions apart.
async fn keyed_login(
    world: &World,
    browser: &mut Browser,
    key: &SigningKey,
    number: u32,
) -> Tokens {
    let answered = world.allow(browser, CLIENT, CALLBACK, "notes:read").await;
    let code = answered.answered("code").unwrap();
    let proof = assertion(world, key, &format!("login {number}"), ISSUER);
    tokens(&redeem(world, &code, Some(&proof)).await)
}

async fn keyed_refresh(world: &World, token: &str, key: &SigningKey, number: u32) -> Page {
    let proof = assertion(world, key, &format!("refresh {number}"), ISSUER);
    refresh(world, token, Some(&proof)).await
}

#[tokio::test]
async fn a_new_redirect_target_holds_everybody_until_they_say_yes() {
    let world = World::new().await;
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    let (hers, his) = (login(&world, &mut alice).await, login(&world, &mut bob).await);
    let hers = refreshed(&world, &hers.refresh).await.unwrap();
    assert!(!is_asked(&mut alice).await, "an anchored client is remembered");

    say(&world, WEB_CLIENT, &with_redirect("https://web.example/other"));
    let asked = ask(&mut alice, &[]).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(refreshed(&world, &hers).await, None);
    assert_eq!(refreshed(&world, &his.refresh).await, None, "his too, and he saw no page yet");
    let silent = ask(&mut alice, &[("prompt", "none")]).await;
    assert_eq!(silent.answered("error").as_deref(), Some("consent_required"));

    assert!(allow(&mut alice, &asked).await.answered("code").is_some());
    assert!(refreshed(&world, &hers).await.is_some(), "what she had goes on");
    assert!(!is_asked(&mut alice).await);
    assert_eq!(refreshed(&world, &his.refresh).await, None);
    assert!(is_asked(&mut bob).await);
}

#[tokio::test]
async fn an_administrator_says_yes_for_everybody() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let hers = login(&world, &mut alice).await;
    say(&world, WEB_CLIENT, &with_redirect("https://web.example/other"));
    assert_eq!(refreshed(&world, &hers.refresh).await, None, "the token endpoint notices too");
    let newest = world.deps.store.find_newest_version(WEB_CLIENT).await.unwrap().unwrap();
    assert_eq!(world.deps.store.release_grants(WEB_CLIENT, newest.digest).await.unwrap(), 1);
    assert!(refreshed(&world, &hers.refresh).await.is_some());
    assert!(!is_asked(&mut alice).await);
}

#[tokio::test]
async fn what_was_shown_is_asked_about_again_and_holds_nobody() {
    for (why, member, value, asked) in [
        ("a member that nobody knows", "unheard_of", json!(1), false),
        ("a scope", "scope", json!("notes:read notes:write"), false),
        ("a name", "client_name", json!("Other"), true),
        ("a logo", "logo_uri", json!("https://web.example/logo.png"), true),
        ("the developer's site", "client_uri", json!("https://web.example"), true),
    ] {
        let world = World::new().await;
        let mut alice = world.user("alice").await;
        let token = login(&world, &mut alice).await.refresh;
        say(&world, WEB_CLIENT, &web_document(|document| document[member] = value));
        let page = ask(&mut alice, &[]).await;
        let expected = if asked { StatusCode::OK } else { StatusCode::SEE_OTHER };
        assert_eq!(page.status, expected, "{why}");
        assert!(refreshed(&world, &token).await.is_some(), "{why}");
        if asked {
            assert!(allow(&mut alice, &page).await.answered("code").is_some(), "{why}");
            assert!(!is_asked(&mut alice).await, "{why}");
        }
        assert_eq!(world.deps.store.list_versions(WEB_CLIENT).await.unwrap().len(), 2, "{why}");
    }
}

#[tokio::test]
async fn a_removed_redirect_target_is_nothing_to_those_who_do_not_answer_there() {
    const ELSEWHERE: &str = "https://native.example/callback";
    let world = World::new().await;
    say(&world, WEB_CLIENT, &with_redirect(ELSEWHERE));
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    let hers = login(&world, &mut alice).await;
    let his = world.login(&mut bob, WEB_CLIENT, ELSEWHERE, "notes:read").await;
    say(&world, WEB_CLIENT, &web_document(|_| ()));
    let hers = refreshed(&world, &hers.refresh).await.unwrap();
    assert_eq!(refreshed(&world, &his.refresh).await, None);
    assert!(!is_asked(&mut alice).await);
    let gone = bob.get(&authorize(WEB_CLIENT, ELSEWHERE, &[])).await;
    assert_eq!(gone.status, StatusCode::BAD_REQUEST, "and no redirect there");
    assert!(refreshed(&world, &hers).await.is_some());
}

#[tokio::test]
async fn the_page_is_told_what_has_changed_since_the_last_yes() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    login(&world, &mut alice).await;
    let url = MetadataUrl::parse(WEB_CLIENT).unwrap();
    let then = with_redirect("https://evil.example/cb");
    say(&world, WEB_CLIENT, &then);
    is_asked(&mut alice).await;
    let now = web_document(|document| {
        document["redirect_uris"] = json!([WEB_CALLBACK, "https://evil.example/cb"]);
        document["client_name"] = json!("Other");
    });
    say(&world, WEB_CLIENT, &now);
    is_asked(&mut alice).await;
    let client = document::parse(now.to_string().as_bytes(), &url, Profile::Mcp).unwrap();
    let grant = grants(&world, "alice", WEB_CLIENT).await.remove(0);
    assert!(grant.held_at.is_some());
    let since = version::since(&world.deps, &grant, &client).await.unwrap();
    assert!(since.asks_again);
    let expected = Change::RedirectAdded("https://evil.example/cb".into());
    assert!(since.changes.contains(&expected), "{:?}", since.changes);
    assert!(since.changes.iter().any(|change| matches!(change, Change::Name(_))));
    assert_eq!(since.changes.len(), 2, "both steps, and each once");
}

#[tokio::test]
async fn attack_9_changed_between_the_page_and_its_answer() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let page = ask(&mut alice, &[]).await;
    say(&world, WEB_CLIENT, &with_redirect("https://evil.example/cb"));
    let again = allow(&mut alice, &page).await;
    assert_eq!(again.status, StatusCode::OK, "shown anew: a yes counts only for what was shown");
    assert!(grants(&world, "alice", WEB_CLIENT).await.is_empty());
    say(
        &world,
        WEB_CLIENT,
        &web_document(|document| {
            document["redirect_uris"] = json!(["https://web.example/new"]);
        }),
    );
    let refused = allow(&mut alice, &again).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "the address is judged again");
    assert!(!refused.headers.contains_key("location"));
    assert!(grants(&world, "alice", WEB_CLIENT).await.is_empty());
    assert!(world.deps.store.list_versions(WEB_CLIENT).await.unwrap().is_empty());
}

#[tokio::test]
async fn attack_9_changed_between_the_code_and_its_redemption() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let page = ask(&mut alice, &[]).await;
    let code = allow(&mut alice, &page).await.answered("code").unwrap();
    say(&world, WEB_CLIENT, &with_redirect("https://evil.example/cb"));
    // CIMD-C-4: the login keeps what it began with; what comes after it does not.
    let given = world.redeem(WEB_CLIENT, &code, &[("redirect_uri", WEB_CALLBACK)]).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    assert_eq!(refreshed(&world, &tokens(&given).refresh).await, None);
}

#[tokio::test]
async fn attack_9_keys_demanded_between_the_code_and_its_redemption() {
    let key = key();
    let world = World::new().await;
    say(&world, CLIENT, &keyed(&[]));
    let mut alice = world.user("alice").await;
    let mut code = async || {
        world.allow(&mut alice, CLIENT, CALLBACK, "notes:read").await.answered("code").unwrap()
    };
    let (begun, later) = (code().await, code().await);
    say(&world, CLIENT, &keyed(&[&key]));
    let given = redeem(&world, &begun, None).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    assert!(is_unproven(&refresh(&world, &tokens(&given).refresh, None).await));
    let proof = assertion(&world, &key, "1", ISSUER);
    assert_eq!(redeem(&world, &later, Some(&proof)).await.status, StatusCode::OK);
    let mut bob = world.user("bob").await;
    let answered = world.allow(&mut bob, CLIENT, CALLBACK, "notes:read").await;
    let code = answered.answered("code").unwrap();
    assert!(is_unproven(&redeem(&world, &code, None).await), "a login that began after it");
}

#[tokio::test]
async fn cimd_s_4_keys_rotate_one_by_one_and_nobody_notices() {
    let (old, new) = (key(), key());
    let world = World::new().await;
    say(&world, CLIENT, &keyed(&[&old]));
    let mut alice = world.user("alice").await;
    let first = keyed_login(&world, &mut alice, &old, 1).await;
    say(&world, CLIENT, &keyed(&[&old, &new]));
    let second = keyed_refresh(&world, &first.refresh, &old, 1).await;
    let third = keyed_refresh(&world, &tokens(&second).refresh, &new, 2).await;
    say(&world, CLIENT, &keyed(&[&new]));
    let fourth = keyed_refresh(&world, &tokens(&third).refresh, &new, 3).await;
    assert_eq!(fourth.status, StatusCode::OK, "{}", fourth.text);
    let asked = alice.get(&authorize(CLIENT, CALLBACK, &[("scope", "notes:read")])).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "and nobody is asked again");
}

#[tokio::test]
async fn cimd_s_4_what_a_removed_key_authenticated_ends_at_once() {
    let (lost, kept) = (key(), key());
    for at_a_url in [false, true] {
        let world = World::new().await;
        let publish = |keys: &[&SigningKey]| {
            if at_a_url {
                let mut document = keyed(keys);
                document["jwks"] = Value::Null;
                document["jwks_uri"] = json!(JWKS);
                say(&world, CLIENT, &document);
                publish_keys(&world, keys);
                world.deps.egress.forget(JWKS, KEYS);
            } else {
                say(&world, CLIENT, &keyed(keys));
            }
        };
        publish(&[&lost, &kept]);
        let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
        let hers = keyed_login(&world, &mut alice, &lost, 1).await;
        let his = keyed_login(&world, &mut bob, &kept, 2).await;
        assert!(world.is_active(&hers.access).await && world.is_active(&his.access).await);
        publish(&[&kept]);
        let his_next = keyed_refresh(&world, &his.refresh, &kept, 1).await;
        assert_eq!(his_next.status, StatusCode::OK, "{}", his_next.text);
        assert!(!world.is_active(&hers.access).await, "at a URL: {at_a_url}");
        assert!(world.is_active(&his.access).await);
        let hers = keyed_refresh(&world, &hers.refresh, &kept, 2).await;
        assert_eq!(refused(&hers), (400, "invalid_grant".to_owned()));
        // Her yes stands: the client need only come again.
        let again = keyed_login(&world, &mut alice, &kept, 3).await;
        assert!(world.is_active(&again.access).await);
    }
}

#[tokio::test]
async fn cimd_s_4_from_keyed_to_none_everything_ends() {
    let key = key();
    let world = World::new().await;
    say(&world, CLIENT, &keyed(&[&key]));
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    let hers = keyed_login(&world, &mut alice, &key, 1).await;
    let answered = world.allow(&mut bob, CLIENT, CALLBACK, "notes:read").await;
    let his_code = answered.answered("code").unwrap();
    say(&world, CLIENT, &keyed(&[]));
    let stolen = redeem(&world, &his_code, None).await;
    assert_eq!(refused(&stolen), (400, "invalid_grant".to_owned()));
    assert!(!world.is_active(&hers.access).await);
    assert!(grants(&world, "alice", CLIENT).await.is_empty());
    assert!(grants(&world, "bob", CLIENT).await.is_empty());
    // What has ended is told so before anybody is asked to prove anything.
    let dead = refresh(&world, &hers.refresh, None).await;
    assert_eq!(refused(&dead), (400, "invalid_grant".to_owned()));
    let asked = alice.get(&authorize(CLIENT, CALLBACK, &[])).await;
    assert_eq!(asked.status, StatusCode::OK, "and she is asked as at first");
}

#[tokio::test]
async fn a_client_whom_nobody_let_in_leaves_no_trace() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    for number in 0..3 {
        say(&world, WEB_CLIENT, &with_redirect(&format!("https://web.example/{number}")));
        let page = ask(&mut alice, &[]).await;
        let form = Form::to(&page.text, "/authorize/consent").with("decision", "deny");
        assert!(alice.submit(&form).await.answered("error").is_some());
    }
    assert!(world.deps.store.list_versions(WEB_CLIENT).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_document_that_goes_back_and_forth_does_no_more_than_the_difference() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let wider = with_redirect("https://web.example/other");
    say(&world, WEB_CLIENT, &wider);
    let mut token = login(&world, &mut alice).await.refresh;
    for _ in 0..3 {
        for document in [&web_document(|_| ()), &wider] {
            say(&world, WEB_CLIENT, document);
            token = refreshed(&world, &token).await.unwrap();
        }
    }
    assert!(!is_asked(&mut alice).await, "she said yes to the wider one");
    assert_eq!(world.deps.store.list_versions(WEB_CLIENT).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_pinned_copy_is_no_word_of_its_host() {
    const CLAUDE: &str = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    const CALLBACK: &str = "https://claude.ai/api/mcp/auth_callback";
    let world = World::new().await;
    // The live document has another address than the pin, which would hold everybody.
    world.web.set(CLAUDE, sound(CLAUDE, &[CALLBACK, "https://claude.ai/new"]));
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    let hers = world.login(&mut alice, CLAUDE, CALLBACK, "notes:read").await;
    let live = world.deps.store.find_newest_version(CLAUDE).await.unwrap();
    world.web.set(CLAUDE, Reply { status: 503, ..Reply::json("") });
    world.deps.egress.forget(CLAUDE, DOCUMENT);
    world.login(&mut bob, CLAUDE, CALLBACK, "notes:read").await;
    assert_eq!(world.deps.store.find_newest_version(CLAUDE).await.unwrap(), live);
    let versions = world.deps.store.list_versions(CLAUDE).await.unwrap();
    assert_eq!(versions.len(), 2, "what bob said yes to is kept");
    let his = grants(&world, "bob", CLAUDE).await.remove(0);
    assert!(versions.iter().any(|version| version.digest == his.metadata && !version.newest));
    assert_eq!(world.refresh(CLAUDE, &hers.refresh).await.status, StatusCode::OK);
}
