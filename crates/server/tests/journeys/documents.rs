//! Which documents let a client in, how often they are fetched, and what a person learns of those that do not (SPEC 8.7 items 1, 3–6, 8).

use http::StatusCode;
use salver_testkit::web::Reply;
use serde_json::{Value, json};

use crate::world::{
    NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World, authorize, document,
};

const CLIENT: &str = "https://other.example/client.json";
const CALLBACK: &str = "https://other.example/cb";

fn changed(name: &str, value: Value) -> Reply {
    let mut document =
        json!({ "client_id": CLIENT, "client_name": "App", "redirect_uris": [CALLBACK] });
    document[name] = value;
    Reply::json(document.to_string())
}

#[tokio::test]
async fn cimd_f_3_what_is_no_document_lets_nobody_in() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let sound = document(CLIENT, &[CALLBACK]);
    let status = |status| Reply { status, ..sound.clone() };
    let padded = |bytes: usize| {
        let mut reply = sound.clone();
        reply.body.resize(bytes, b' ');
        reply
    };
    let duplicate = format!(
        r#"{{"client_id":"{CLIENT}","client_id":"{CLIENT}","client_name":"A","redirect_uris":["{CALLBACK}"]}}"#
    );
    for (why, reply, refused) in [
        ("sound", sound.clone(), false),
        ("5 KiB", padded(5 * 1024), false),
        ("a JSON suffix", sound.clone().with("content-type", "application/cimd+json"), false),
        ("5 KiB and a byte", padded(5 * 1024 + 1), true),
        ("a redirect inside", status(302).with("location", "http://169.254.169.254/"), true),
        ("a redirect to another host", status(301).with("location", WEB_CLIENT), true),
        ("a redirect to itself", status(307).with("location", CLIENT), true),
        ("204", status(204), true),
        ("206", status(206), true),
        ("HTML", sound.clone().with("content-type", "text/html"), true),
        ("plain text", sound.clone().with("content-type", "text/plain"), true),
        ("packed", sound.clone().with("content-encoding", "gzip"), true),
        ("another client_id", changed("client_id", json!(format!("{CLIENT}/"))), true),
        (
            "in other letters",
            changed("client_id", json!("https://OTHER.example/client.json")),
            true,
        ),
        (
            "with the port",
            changed("client_id", json!("https://other.example:443/client.json")),
            true,
        ),
        ("a secret", changed("client_secret", json!("s")), true),
        (
            "a shared-secret method",
            changed("token_endpoint_auth_method", json!("client_secret_post")),
            true,
        ),
        ("a burnt key", changed("jwks", json!({"keys": [{"kty": "RSA", "d": "x"}]})), true),
        ("no redirect URIs", changed("redirect_uris", json!([])), true),
        ("an array", Reply::json("[]"), true),
        ("a member twice", Reply::json(duplicate), true),
    ] {
        world.web.set(CLIENT, reply);
        world.deps.egress.forget(CLIENT, salver_server::flow::client::DOCUMENT);
        let page = browser.get(&authorize(CLIENT, CALLBACK, &[])).await;
        let expected = if refused { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        assert_eq!(page.status, expected, "{why}: {}", page.text);
        assert!(!page.headers.contains_key("location"), "{why}");
    }
}

#[tokio::test]
async fn cimd_c_2_c_3_a_failure_is_not_remembered_and_a_success_is() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let ask = authorize(CLIENT, CALLBACK, &[]);
    world.web.set(CLIENT, Reply { status: 404, ..document(CLIENT, &[CALLBACK]) });
    assert_eq!(browser.get(&ask).await.status, StatusCode::BAD_REQUEST);
    world.web.set(CLIENT, document(CLIENT, &[CALLBACK]));
    for _ in 0..3 {
        assert_eq!(browser.get(&ask).await.status, StatusCode::OK);
    }
    assert_eq!(world.web.hits(CLIENT), 2);
}

#[tokio::test]
async fn a_page_about_a_failed_fetch_tells_a_category_and_nothing_that_was_read() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(CLIENT, Reply { status: 500, ..Reply::json("INTERNAL-SECRET") });
    let page = browser.get(&authorize(CLIENT, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    for secret in ["INTERNAL-SECRET", "127.0.0.1", "500"] {
        assert!(!page.text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn design_7_2_inside_addresses_get_no_connection() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let port = world.web.address().port();
    for client_id in [
        format!("https://127.0.0.1:{port}/client.json"),
        format!("https://localhost:{port}/client.json"),
        format!("https://[::1]:{port}/client.json"),
        format!("https://127.1:{port}/client.json"),
        format!("https://2130706433:{port}/client.json"),
        format!("https://0x7f.1:{port}/client.json"),
        format!("https://native.example:{port}/client.json"),
        "https://printer.local/client.json".to_owned(),
        "https://metadata.internal/client.json".to_owned(),
    ] {
        let page = browser.get(&authorize(&client_id, CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{client_id}");
    }
    assert_eq!(world.web.all_hits(), 0);
}

#[tokio::test]
async fn attack_8_a_thousand_requests_for_one_document_are_one_fetch() {
    let world = World::new().await;
    let browser = world.user("alice").await;
    let ask = authorize(WEB_CLIENT, WEB_CALLBACK, &[]);
    let asked = (0..200).map(|_| {
        let (mut browser, ask) = (browser.clone(), ask.clone());
        tokio::spawn(async move { browser.get(&ask).await.status })
    });
    for status in asked.collect::<Vec<_>>() {
        assert_eq!(status.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(world.web.hits(WEB_CLIENT), 1);
}

#[tokio::test]
async fn design_4_5_the_token_endpoint_fetches_only_for_whom_a_live_code_or_family_names() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let tokens = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let before = world.web.all_hits();
    for (client_id, error) in [
        ("https://slow.example/client.json", (401, "invalid_client".to_owned())),
        (NATIVE_CLIENT, (400, "invalid_grant".to_owned())),
    ] {
        for token in ["slvr_rt_x", "slvr_ac_x"] {
            let refresh = world.refresh(client_id, token).await;
            assert_eq!(crate::world::refused(&refresh), error, "{client_id}");
            let code = world.redeem(client_id, token, &[]).await;
            assert_eq!(crate::world::refused(&code), error, "{client_id}");
        }
    }
    // Another client's family names another client.
    let foreign = world.refresh("https://slow.example/client.json", &tokens.refresh).await;
    assert_eq!(crate::world::refused(&foreign), (401, "invalid_client".to_owned()));
    assert_eq!(world.web.all_hits(), before);
}

#[tokio::test]
async fn a_document_on_a_host_for_everybody_vouches_for_nothing() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let client = "https://raw.githubusercontent.com/someone/app/main/client.json";
    world.web.set(client, document(client, &[CALLBACK]));
    let page = browser.get(&authorize(client, CALLBACK, &[])).await;
    assert!(
        page.text.contains("proof-self-declared") && page.text.contains(client),
        "{}",
        page.text
    );
}
