//! Does a client find its way in? The bare challenge on every method, and the metadata that it points to.

use http::{HeaderMap, Request};
use http_body_util::Full;

use crate::world::{RESOURCE, World, challenge, json};

#[tokio::test]
async fn mcp_rs_2_and_3_whoever_brings_no_token_is_told_where_to_get_one() {
    let world = World::new().await;
    for method in ["GET", "POST", "DELETE"] {
        for authorization in [None, Some("Basic dTpw"), Some("Bearer"), Some("DPoP x")] {
            let mut request = Request::builder().method(method).uri("/mcp");
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            let response = world.send(request.body(Full::default()).unwrap()).await;
            assert_eq!(response.status(), 401, "{method} {authorization:?}");
            assert_eq!(
                challenge(&response),
                "Bearer resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\", \
                 scope=\"notes:read\""
            );
            assert_eq!(json(response).await["error"], "unauthorized");
        }
    }
    assert!(world.seen().is_empty());
}

#[tokio::test]
async fn rfc_6750_2_3_a_token_in_the_query_is_no_credential_and_does_not_go_up() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let uri = format!("/mcp?access_token={token}&x=1");
    let without = Request::get(&uri).body(Full::default()).unwrap();
    let response = world.send(without).await;
    assert_eq!(response.status(), 401);
    assert!(!challenge(&response).contains("error"), "as if there were none");

    let with = Request::get(&uri).header("authorization", format!("Bearer {token}"));
    let response = world.send(with.body(Full::default()).unwrap()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(world.seen()[0].uri.query(), Some("x=1"));
}

#[tokio::test]
async fn rfc_9728_metadata_is_at_the_path_form_and_the_root_form() {
    let world = World::new().await;
    for (path, status) in [
        ("/.well-known/oauth-protected-resource/mcp", 200),
        ("/.well-known/oauth-protected-resource", 200),
        ("/.well-known/oauth-protected-resource/other", 404),
        ("/.well-known/oauth-authorization-server", 404),
    ] {
        let request = Request::get(path).header("origin", "https://stranger.example");
        let response = world.send(request.body(Full::default()).unwrap()).await;
        assert_eq!(response.status(), status, "{path}");
        if status == 200 {
            assert_eq!(response.headers()["access-control-allow-origin"], "*");
            assert_eq!(response.headers()["content-type"], "application/json");
            let document = json(response).await;
            assert_eq!(
                document,
                serde_json::json!({
                    "resource": RESOURCE,
                    "authorization_servers": ["https://as.example"],
                    "scopes_supported": ["notes:read"],
                    "bearer_methods_supported": ["header"],
                    "resource_name": "Notes",
                })
            );
        }
    }
}

#[tokio::test]
async fn browser_clients_may_send_the_protocol_version_for_metadata() {
    let world = World::new().await;
    let path = "/.well-known/oauth-protected-resource/mcp";
    let request = Request::options(path)
        .header("origin", "https://stranger.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "mcp-protocol-version");
    let response = world.send(request.body(Full::default()).unwrap()).await;
    assert_eq!(response.status(), 204);
    let allowed = text(response.headers(), "access-control-allow-headers");
    assert!(allowed.contains("MCP-Protocol-Version"), "{allowed}");
    assert_eq!(text(response.headers(), "access-control-allow-origin"), "*");

    let response = world.send(Request::post(path).body(Full::default()).unwrap()).await;
    assert_eq!(response.status(), 405);
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}
