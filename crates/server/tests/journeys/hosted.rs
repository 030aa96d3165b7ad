//! Documents that the server hosts for developers (decision 5).

use http::StatusCode;
use salver_oauth::{
    Issuer,
    client::hosted::{HostedId, HostedName},
};
use salver_store::{
    Outcome,
    record::{HostedAdded, HostedDocument},
};
use serde_json::{Value, json};

use crate::world::{ISSUER, World, authorize, json_of, refused, tokens};

/// An issuer whose own host the fake web would answer for.
const HTTPS: &str = "https://other.example";
const CALLBACK: &str = "http://127.0.0.1:51004/callback";

/// Lets alice, who is there already, host a document with these members on top.
async fn host(world: &World, name: &str, more: Value) -> String {
    let owner = world.deps.store.find_user_by_name("alice").await.unwrap().unwrap();
    let id = HostedId::new(&world.deps.settings.issuer, HostedName::parse(name).unwrap());
    let mut document = json!({
        "client_id": id.as_str(), "client_name": "App",
        "redirect_uris": ["http://127.0.0.1/callback", "https://other.example/cb", "http://localhost:8080/cb"],
    });
    for (member, value) in more.as_object().unwrap() {
        document[member] = value.clone();
    }
    let hosted = HostedDocument {
        name: name.to_owned(),
        owner: owner.id,
        document: document.to_string().into_bytes(),
        created_at: world.clock.now(),
    };
    let added = world.deps.store.add_hosted_document(hosted).await.unwrap();
    assert_eq!(added, HostedAdded::Added);
    id.as_str().to_owned()
}

#[tokio::test]
async fn cimd_v_1_it_logs_in_without_a_fetch_and_nobody_vouches_for_it() {
    for issuer in [ISSUER, HTTPS] {
        let world = World::at(issuer).await;
        let mut browser = world.user("alice").await;
        let client_id = host(&world, "try-out", json!({})).await;
        assert_eq!(client_id, format!("{issuer}/clients/try-out.json"));
        for _ in 0..2 {
            // Asked every time.
            let page = browser.get(&authorize(&client_id, CALLBACK, &[])).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            let hosted = "that the account <strong><bdi>alice</bdi></strong> put on this server";
            for shown in [hosted, client_id.as_str(), "proof-hosted"] {
                assert!(
                    page.text.contains(shown),
                    "{issuer}: {shown} is missing in\n{}",
                    page.text
                );
            }
            let answered = world.allow(&mut browser, &client_id, CALLBACK, "").await;
            let code = answered.answered("code").unwrap();
            let redeemed = world.redeem(&client_id, &code, &[("redirect_uri", CALLBACK)]).await;
            assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.text);
            let refreshed = world.refresh(&client_id, &tokens(&redeemed).refresh).await;
            assert_eq!(refreshed.status, StatusCode::OK, "{}", refreshed.text);
        }
        assert_eq!(world.web.all_hits(), 0, "{issuer}");
    }
}

#[tokio::test]
async fn our_host_vouches_for_nothing_whatever_the_document_says() {
    let world = World::at(HTTPS).await;
    let mut browser = world.user("alice").await;
    let keys = json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": { "keys": [{ "kty": "EC", "crv": "P-256", "x": "x", "y": "y" }] },
        "redirect_uris": ["https://else.example/cb"], "client_name": "Claude",
    });
    let client_id = host(&world, "keyed", keys).await;
    let page = browser.get(&authorize(&client_id, "https://else.example/cb", &[])).await;
    assert!(
        page.text.contains("proof-hosted") && page.text.contains("borrowed-name"),
        "{}",
        page.text
    );
    // An address of our own gets no answer, hosted or not (DESIGN §7.12).
    let client_id = host(&world, "own", json!({})).await;
    let page = browser.get(&authorize(&client_id, "https://other.example/cb", &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
}

#[tokio::test]
async fn anybody_may_read_it() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let client_id = host(&world, "app", json!({})).await;
    let page = browser.get("/clients/app.json").await;
    assert_eq!(
        (page.status, json_of(&page)["client_id"].as_str()),
        (StatusCode::OK, Some(client_id.as_str()))
    );
    assert_eq!(page.headers["content-type"], "application/json");
    for path in
        ["/clients/other.json", "/clients/app", "/clients/APP.json", "/clients/..%2fapp.json"]
    {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_removed_or_of_a_disabled_account_is_unknown() {
    for disabled in [false, true] {
        let world = World::new().await;
        let mut alice = world.user("alice").await;
        let mut bob = world.user("bob").await;
        let client_id = host(&world, "app", json!({})).await;
        let login = world.login(&mut bob, &client_id, CALLBACK, "").await;
        let owner = world.deps.store.find_user_by_name("alice").await.unwrap().unwrap().id;
        if disabled {
            let _ = world.deps.store.disable_user(owner, world.clock.now()).await.unwrap();
        } else {
            let _ = world.deps.store.remove_hosted_document(owner, "app").await.unwrap();
        }
        assert_eq!(alice.get("/clients/app.json").await.status, StatusCode::NOT_FOUND);
        let page = bob.get(&authorize(&client_id, CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
        let refreshed = world.refresh(&client_id, &login.refresh).await;
        assert_eq!(refused(&refreshed), (401, "invalid_client".to_owned()));
    }
}

#[tokio::test]
async fn of_another_server_it_is_no_hosted_document() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    host(&world, "app", json!({})).await;
    for client_id in
        ["http://localhost:9999/clients/app.json", "http://127.0.0.1:8080/clients/app.json"]
    {
        assert!(Issuer::parse(client_id).is_ok());
        let page = browser.get(&authorize(client_id, CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{client_id}: {}", page.text);
        assert!(page.text.contains("not known here"), "{}", page.text);
    }
}

#[tokio::test]
async fn design_4_7_a_replaced_document_is_a_changed_one() {
    for issuer in [ISSUER, HTTPS] {
        let world = World::at(issuer).await;
        let mut browser = world.user("alice").await;
        let client_id = host(&world, "app", json!({})).await;
        let login = world.login(&mut browser, &client_id, CALLBACK, "").await;
        let before = world.deps.store.find_hosted_document("app").await.unwrap().unwrap();
        let more = "\"redirect_uris\":[\"https://evil.example/cb\",";
        let changed = String::from_utf8(before.document.clone()).unwrap();
        let changed = changed.replace("\"redirect_uris\":[", more).into_bytes();
        let changed = HostedDocument { document: changed, ..before };
        let replaced = world.deps.store.replace_hosted_document(changed).await.unwrap();
        assert_eq!(replaced, Outcome::Applied);
        let refreshed = world.refresh(&client_id, &login.refresh).await;
        assert_eq!(refused(&refreshed), (400, "invalid_grant".to_owned()), "{issuer}");
        let again = world.login(&mut browser, &client_id, CALLBACK, "").await;
        assert_eq!(world.refresh(&client_id, &again.refresh).await.status, StatusCode::OK);
    }
}
