//! Tests: when memory answers, and when it must not.

use std::cell::Cell;

use salver_oauth::{
    GrantId, InstallationId, Issuer, ResourceId, Scope, Timestamp, TokenId, UserId,
    client::id::ClientId, token::subject::TokenSubject,
};

use super::*;
use crate::{AccessTokenSigner, Algorithm, Signer, SigningKey};

const NOW: i64 = 1_800_000_000;

struct Scene {
    signer: AccessTokenSigner,
    keys: Arc<KeySet>,
    issuer: Issuer,
    resource: ResourceId,
    seen: SeenTokens<()>,
    /// How many tokens were verified.
    verified: Cell<u32>,
}

impl Scene {
    fn new() -> Self {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        Self {
            keys: Arc::new([key.public_key().clone()].into_iter().collect()),
            signer: AccessTokenSigner::new(Arc::new(key) as Arc<dyn Signer>),
            issuer: Issuer::parse("https://as.example").unwrap(),
            resource: ResourceId::parse("https://mcp.example/mcp").unwrap(),
            seen: SeenTokens::new(100),
            verified: Cell::new(0),
        }
    }

    fn token(&self, number: u8) -> String {
        let claims = AccessTokenClaims {
            issuer: self.issuer.clone(),
            audience: self.resource.clone(),
            subject: TokenSubject::Person(UserId::from_bytes([1; 16])),
            client_id: ClientId::parse("https://app.example/client.json").unwrap(),
            issued_at: Timestamp::from_unix(NOW),
            expires_at: Timestamp::from_unix(NOW + 600),
            token_id: TokenId::from_bytes([number; 16]),
            scope: Scope::empty(),
            grant: GrantId::from_bytes([2; 16]),
            installation: InstallationId::from_bytes([3; 16]),
            generation: 0,
        };
        self.signer.issue(&claims).unwrap()
    }

    fn expected(&self, seconds: i64) -> Expected<'_> {
        let now = Timestamp::from_unix(NOW + seconds);
        Expected { issuer: &self.issuer, audience: Audience::Only(&self.resource), now }
    }

    /// Whether the token is good, and whether memory answered.
    fn ask(&self, token: &str, keys: &Arc<KeySet>, expected: &Expected<'_>) -> (bool, bool) {
        let before = self.verified.get();
        let count = |_: &AccessTokenClaims| self.verified.set(before + 1);
        let good = self.seen.verify(token.as_bytes(), keys, expected, count).is_ok();
        (good, good && self.verified.get() == before)
    }
}

#[test]
fn a_token_is_verified_once_until_it_ends() {
    let scene = Scene::new();
    let (first, second) = (scene.token(1), scene.token(2));
    for (token, seconds, expected) in [
        (&first, 0, (true, false)),
        (&first, 599, (true, true)),
        (&second, 0, (true, false)),
        (&first, 600 + crate::LEEWAY_SECONDS, (false, false)),
    ] {
        let seen = scene.ask(token, &scene.keys, &scene.expected(seconds));
        assert_eq!(seen, expected, "{seconds}");
    }
}

#[test]
fn a_changed_key_set_counts_for_everything_seen() {
    let scene = Scene::new();
    let token = scene.token(1);
    let again = Arc::new(KeySet::clone(&scene.keys));
    let others = Arc::new(KeySet::default());
    for (keys, expected) in [
        (&scene.keys, (true, false)),
        (&scene.keys, (true, true)),
        (&again, (true, false)),
        (&others, (false, false)),
        (&again, (true, true)),
    ] {
        assert_eq!(scene.ask(&token, keys, &scene.expected(0)), expected);
    }
}

#[test]
fn the_same_end_is_not_the_same_token() {
    let scene = Scene::new();
    let token = scene.token(1);
    assert_eq!(scene.ask(&token, &scene.keys, &scene.expected(0)), (true, false));
    let (_, signature) = token.rsplit_once('.').unwrap();
    let other = scene.token(2);
    let (said, _) = other.rsplit_once('.').unwrap();
    let forged = format!("{said}.{signature}");
    assert_eq!(scene.ask(&forged, &scene.keys, &scene.expected(0)), (false, false));
    assert_eq!(scene.ask(&token, &scene.keys, &scene.expected(0)), (true, true), "still known");
}

#[test]
fn memory_answers_at_the_tokens_own_place_only() {
    let scene = Scene::new();
    let token = scene.token(1);
    assert_eq!(scene.ask(&token, &scene.keys, &scene.expected(0)), (true, false));
    let elsewhere = ResourceId::parse("https://other.example/mcp").unwrap();
    let other_issuer = Issuer::parse("https://other.example").unwrap();
    let expected = scene.expected(0);
    for (expected, result) in [
        (Expected { audience: Audience::Only(&elsewhere), ..expected }, (false, false)),
        (Expected { issuer: &other_issuer, ..expected }, (false, false)),
        (Expected { audience: Audience::Any, ..expected }, (true, true)),
        (expected, (true, true)),
    ] {
        assert_eq!(scene.ask(&token, &scene.keys, &expected), result, "{expected:?}");
    }
}
