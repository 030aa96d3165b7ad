//! Promises about initial access tokens (RFC 7591 §3).

use std::sync::Arc;

use super::{
    race,
    samples::{at, digest},
};
use crate::{
    Outcome, Store, StoreError,
    record::{NewRegistrationToken, RegistrationToken, UsedRegistrationToken},
    retention,
};

/// The token of this number, without an end.
fn token(number: u32) -> NewRegistrationToken {
    NewRegistrationToken {
        token: digest(number),
        holder: format!("Partner {number}"),
        made_by: "ada".into(),
        made_at: at(0),
        expires_at: None,
    }
}

/// The same, as it is kept.
fn kept(number: i64, new: NewRegistrationToken) -> RegistrationToken {
    let NewRegistrationToken { token, holder, made_by, made_at, expires_at } = new;
    RegistrationToken {
        number,
        token,
        holder,
        made_by,
        made_at,
        expires_at,
        revoked_at: None,
        revoked_by: None,
        uses: 0,
        last_used_at: None,
    }
}

fn used(number: i64, uses: u64, seconds: i64) -> UsedRegistrationToken {
    UsedRegistrationToken { number, uses, last_used_at: at(seconds) }
}

/// Oldest first; no token is there twice, whoever holds it.
pub async fn a_registration_token_comes_back_as_it_was(store: Arc<dyn Store>) {
    assert!(store.list_registration_tokens().await.unwrap().is_empty());
    let tokens = [token(1), NewRegistrationToken { expires_at: Some(at(60)), ..token(2) }];
    let mut expected = Vec::new();
    for (number, token) in (1..).zip(tokens) {
        assert_eq!(store.add_registration_token(token.clone()).await.unwrap(), number);
        expected.push(kept(number, token));
    }
    let twice = NewRegistrationToken { token: digest(1), ..token(3) };
    assert!(matches!(store.add_registration_token(twice).await, Err(StoreError::Engine(_))));
    assert_eq!(store.list_registration_tokens().await.unwrap(), expected);
    for (seconds, in_force) in [(59, [true, true]), (60, [true, false])] {
        let found: Vec<_> = expected.iter().map(|token| token.is_in_force(at(seconds))).collect();
        assert_eq!(found, in_force, "{seconds}");
    }
}

/// The first time stands; lost for one that has ended by itself, or is not there.
pub async fn a_registration_token_is_revoked_once_and_while_it_is_in_force(store: Arc<dyn Store>) {
    let ends = |seconds| NewRegistrationToken { expires_at: Some(at(seconds)), ..token(2) };
    for token in [token(1), ends(10), NewRegistrationToken { token: digest(3), ..ends(11) }] {
        store.add_registration_token(token).await.unwrap();
    }
    for (number, by, expected) in [
        (1, "bob", Outcome::Applied),
        (1, "ada", Outcome::Lost),
        (2, "bob", Outcome::Lost),
        (3, "bob", Outcome::Applied),
        (4, "bob", Outcome::Lost),
    ] {
        let revoked = store.revoke_registration_token(number, by.into(), at(10)).await.unwrap();
        assert_eq!(revoked, expected, "{number} {by}");
    }
    let all = store.list_registration_tokens().await.unwrap();
    let revoked: Vec<_> =
        all.iter().map(|token| (token.revoked_at, token.revoked_by.as_deref())).collect();
    let by_bob = (Some(at(10)), Some("bob"));
    assert_eq!(revoked, [by_bob, (None, None), by_bob]);
    assert!(all.iter().all(|token| !token.is_in_force(at(10))));
}

/// Whoever counts, and in whatever order; also of one that has ended meanwhile, and of none that is gone.
pub async fn uses_of_registration_tokens_are_added(store: Arc<dyn Store>) {
    for number in 1..=2 {
        store.add_registration_token(token(number)).await.unwrap();
    }
    store.count_registration_tokens(vec![used(1, 3, 50), used(9, 1, 50)]).await.unwrap();
    let revoked = store.revoke_registration_token(1, "bob".into(), at(60)).await.unwrap();
    assert_eq!(revoked, Outcome::Applied);
    store.count_registration_tokens(vec![used(1, 2, 40)]).await.unwrap();
    race(|_| {
        let store = Arc::clone(&store);
        async move { store.count_registration_tokens(vec![used(2, 2, 70)]).await.unwrap() }
    })
    .await;
    let all = store.list_registration_tokens().await.unwrap();
    let counted: Vec<_> = all.iter().map(|token| (token.uses, token.last_used_at)).collect();
    assert_eq!(counted, [(5, Some(at(50))), (2 * u64::from(super::RACERS), Some(at(70)))]);
}

/// After it was revoked, or after its own end; one in force for good. No number is given twice.
pub async fn an_ended_registration_token_stays_ninety_days(store: Arc<dyn Store>) {
    let ends = NewRegistrationToken { expires_at: Some(at(20)), ..token(3) };
    for token in [token(1), token(2), ends] {
        store.add_registration_token(token).await.unwrap();
    }
    let revoked = store.revoke_registration_token(1, "bob".into(), at(10)).await.unwrap();
    assert_eq!(revoked, Outcome::Applied);
    for (seconds, expected) in [
        (10 + retention::ENDED_REGISTRATION_TOKEN - 1, vec![1, 2, 3]),
        (10 + retention::ENDED_REGISTRATION_TOKEN, vec![2, 3]),
        (20 + retention::ENDED_REGISTRATION_TOKEN, vec![2]),
        (900 * 86_400, vec![2]),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        let all = store.list_registration_tokens().await.unwrap();
        let left: Vec<_> = all.iter().map(|token| token.number).collect();
        assert_eq!(left, expected, "{seconds}");
    }
    assert_eq!(store.add_registration_token(token(4)).await.unwrap(), 4);
}
