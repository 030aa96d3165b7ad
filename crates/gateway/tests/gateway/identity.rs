//! What does the server behind learn of the caller? A statement that it can verify, anew for every half minute.

use std::sync::atomic::Ordering;

use salver_jose::{
    AccessTokenClaims, ExpectedIdentity, IdentityTokenClaims, TokenError, verify_identity_token,
};
use salver_oauth::{client::id::ClientId, token::subject::TokenSubject};

use crate::world::{ISSUER, PING, World};

fn read(world: &World, audience: &str) -> Result<IdentityTokenClaims, TokenError> {
    let seen = world.seen();
    let statement = seen[0].headers["salver-identity"].to_str().unwrap();
    let expected = ExpectedIdentity { issuer: ISSUER, audience, now: world.now() };
    verify_identity_token(statement, &world.identity_keys, &expected)
}

#[tokio::test]
async fn person_client_and_scopes_go_up_in_a_signed_statement_for_that_server_alone() {
    let world = World::new().await;
    let token = world.token("notes:admin");
    world.post(&token, PING).await;
    let claims = read(&world, &world.upstream_url).unwrap();
    assert_eq!(claims.subject, world.claims("").subject);
    assert_eq!(
        (claims.name.as_deref(), &*claims.client_id),
        (Some("ada"), "https://client.example/document.json")
    );
    assert_eq!(claims.client_name.as_deref(), Some("Testing"));
    assert_eq!(
        claims.scope.to_string(),
        "notes:admin notes:read notes:write",
        "with what is implied"
    );
    assert_eq!(claims.expires_at.seconds_since(claims.issued_at), 60);

    world.post(&token, PING).await;
    assert_eq!(read(&world, "http://other.example/mcp"), Err(TokenError::WrongAudience));
}

#[tokio::test]
async fn o21_41_of_a_service_the_server_behind_learns_no_person() {
    let world = World::new().await;
    let client_id = ClientId::parse("svc_AQEBAQEBAQEBAQEBAQEBAQ").unwrap();
    let subject: TokenSubject = client_id.as_str().parse().unwrap();
    let token = world.sign(&AccessTokenClaims {
        subject,
        client_id: client_id.clone(),
        ..world.claims("notes:read")
    });
    assert_eq!(world.post(&token, PING).await.status(), 200);
    let claims = read(&world, &world.upstream_url).unwrap();
    assert_eq!((claims.subject, claims.name), (subject, None));
    assert_eq!(&*claims.client_id, client_id.as_str());
}

#[tokio::test]
async fn a_statement_is_used_again_until_half_of_its_life_is_over() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let mut made_at = Vec::new();
    for _ in 0..4 {
        world.post(&token, PING).await;
        made_at.push(read(&world, &world.upstream_url).unwrap().issued_at);
        world.pass_time(15);
    }
    assert!(made_at[0] == made_at[1] && made_at[1] < made_at[2] && made_at[2] == made_at[3]);
    assert_eq!(world.people.described.load(Ordering::Relaxed), 2);

    // Another token of the same person has its own.
    world.post(&world.token("notes:read notes:write"), PING).await;
    assert_eq!(world.people.described.load(Ordering::Relaxed), 3);
}
