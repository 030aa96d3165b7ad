//! Which tokens count? RFC 9068 §4, MCP-RS-4, MCP-RS-5; and that what was verified once is remembered only as long as it may be.

use http::HeaderValue;
use salver_jose::{IdentityTokenClaims, IdentityTokenSigner};
use salver_oauth::{Issuer, ResourceId};

use crate::world::{PING, World, call, challenge, json, key, sign_with};

#[tokio::test]
async fn at_4_a_token_counts_by_signature_issuer_audience_and_time() {
    let world = World::new().await;
    let good = world.claims("notes:read");
    let changed = |change: &dyn Fn(&mut salver_jose::AccessTokenClaims)| {
        let mut claims = good.clone();
        change(&mut claims);
        world.sign(&claims)
    };
    let tokens = [
        ("good", world.sign(&good), true),
        ("another resource", changed(&|c| c.audience = id("https://mcp.example/other")), false),
        (
            "the resource with a slash",
            changed(&|c| c.audience = id("https://mcp.example/mcp/")),
            false,
        ),
        (
            "another issuer",
            changed(&|c| c.issuer = Issuer::parse("https://other.example").unwrap()),
            false,
        ),
        ("expired", changed(&|c| c.expires_at = world.now().plus_seconds(-60)), false),
        ("from the future", changed(&|c| c.issued_at = world.now().plus_seconds(60)), false),
        ("another key", sign_with(&key(), &good), false),
        ("damaged", format!("{}A", world.sign(&good)), false),
        ("not a JWT", "opaque".to_owned(), false),
        ("another form", "a b".to_owned(), false),
    ];
    for (what, token, counts) in tokens {
        let response = world.post(&token, PING).await;
        assert_eq!(response.status(), if counts { 200 } else { 401 }, "{what}");
        if !counts {
            assert_eq!(
                challenge(&response),
                "Bearer resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\", \
                 scope=\"notes:read\", error=\"invalid_token\", \
                 error_description=\"The token is expired, revoked or not for this server\""
            );
            let body = json(response).await;
            assert_eq!(body["error"], "invalid_token");
            assert_eq!(body["incident"], "INCIDENT");
        }
        assert_eq!(world.seen().len(), usize::from(counts), "{what}");
    }
}

#[tokio::test]
async fn an_identity_statement_is_no_access_token_even_signed_by_the_same_key() {
    let world = World::new().await;
    let key = key();
    world.replace_keys(&key);
    let claims = world.claims("notes:read");
    let statement = IdentityTokenSigner::new(key.clone() as _)
        .issue(&IdentityTokenClaims {
            issuer: claims.issuer.clone(),
            audience: claims.audience.as_str().into(),
            subject: claims.subject,
            name: Some("ada".into()),
            client_id: claims.client_id.as_str().into(),
            client_name: None,
            scope: claims.scope.clone(),
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
        })
        .unwrap();
    assert_eq!(world.post(&statement, PING).await.status(), 401);
    assert_eq!(world.post(&sign_with(&key, &claims), PING).await.status(), 200);
}

#[tokio::test]
async fn two_authorization_headers_are_refused_even_if_both_are_good() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let mut request = call(&token, PING);
    request
        .headers_mut()
        .append("authorization", HeaderValue::try_from(format!("Bearer {token}")).unwrap());
    assert_eq!(world.send(request).await.status(), 400);
    assert_eq!(world.post(&token, PING).await.status(), 200);
}

#[tokio::test]
async fn a_remembered_token_ends_with_its_time_and_with_its_key() {
    let world = World::new().await;
    let token = world.token("notes:read");
    assert_eq!(world.post(&token, PING).await.status(), 200);
    world.pass_time(599);
    assert_eq!(world.post(&token, PING).await.status(), 200);
    world.pass_time(60);
    assert_eq!(world.post(&token, PING).await.status(), 401, "expired");

    let token = world.token("notes:read");
    assert_eq!(world.post(&token, PING).await.status(), 200);
    world.replace_keys(&key());
    assert_eq!(world.post(&token, PING).await.status(), 401, "its key counts no more");
}

fn id(text: &str) -> ResourceId {
    ResourceId::parse(text).unwrap()
}
