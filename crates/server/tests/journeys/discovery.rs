//! What anybody may read, and who may read it from a browser.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use salver_testkit::browser::send;

use crate::world::{ISSUER, World, json_of};

async fn get(world: &World, path: &str) -> salver_testkit::browser::Page {
    send(
        &world.router,
        Request::get(path).header("host", "evil.example").body(Body::empty()).unwrap(),
    )
    .await
}

#[tokio::test]
async fn mcp_as_2_both_documents_say_the_same_and_nothing_comes_from_the_host_header() {
    let world = World::new().await;
    let [oauth, openid] =
        ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
    let (oauth, openid) = (get(&world, oauth).await, get(&world, openid).await);
    assert_eq!(oauth.text, openid.text);
    assert_eq!(oauth.headers["content-type"], "application/json");
    assert_eq!(json_of(&oauth)["issuer"], ISSUER);
    assert!(!oauth.text.contains("evil"));
}

#[tokio::test]
async fn key_sets_hold_public_keys_only_and_the_two_have_no_key_in_common() {
    let world = World::new().await;
    let (access, identity) = (get(&world, "/jwks").await, get(&world, "/identity/jwks").await);
    for set in [&access, &identity] {
        let keys = json_of(set)["keys"].as_array().unwrap().clone();
        assert_eq!(keys.len(), 1);
        assert!(keys[0].get("d").is_none());
    }
    assert_ne!(json_of(&access)["keys"][0]["kid"], json_of(&identity)["keys"][0]["kid"]);
}

#[tokio::test]
async fn o21_12_scripts_may_read_what_programs_call_and_never_the_authorization_endpoint() {
    let world = World::new().await;
    for (path, open) in [
        ("/.well-known/oauth-authorization-server", true),
        ("/jwks", true),
        ("/token", true),
        ("/revoke", true),
        ("/authorize", false),
        ("/introspect", false),
        ("/account", false),
    ] {
        let request = Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", "https://app.example");
        let request = request
            .header("access-control-request-headers", "mcp-protocol-version")
            .body(Body::empty())
            .unwrap();
        let page = send(&world.router, request).await;
        assert_eq!(page.headers.contains_key("access-control-allow-origin"), open, "{path}");
        if open {
            assert!(page.status.is_success(), "{path}: {}", page.status);
            let allowed =
                page.headers["access-control-allow-headers"].to_str().unwrap().to_ascii_lowercase();
            assert!(allowed.contains("mcp-protocol-version"), "{path}");
        }
    }
}

#[tokio::test]
async fn an_unknown_well_known_document_is_not_there() {
    let world = World::new().await;
    assert_eq!(get(&world, "/.well-known/openid-federation").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn mcp_as_8_an_issuer_with_a_path_is_found_in_all_three_places_and_serves_below_its_path() {
    let issuer = "http://localhost:8080/team";
    let world = World::at(issuer).await;
    for place in [
        "/.well-known/oauth-authorization-server/team",
        "/.well-known/openid-configuration/team",
        "/team/.well-known/openid-configuration",
    ] {
        let document = json_of(&get(&world, place).await);
        assert_eq!(document["issuer"], issuer, "{place}");
        assert_eq!(document["token_endpoint"], format!("{issuer}/token"), "{place}");
    }
    assert_eq!(get(&world, "/team/jwks").await.status, StatusCode::OK);
    assert_eq!(get(&world, "/jwks").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        get(&world, "/.well-known/oauth-authorization-server").await.status,
        StatusCode::NOT_FOUND
    );
}
