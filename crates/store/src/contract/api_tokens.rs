//! Promises about tokens of administrators' programs.

use std::sync::Arc;

use super::samples::{at, digest};
use crate::{Outcome, Store, record::NewApiToken, retention};

fn token(number: u32, expires: i64) -> NewApiToken {
    NewApiToken {
        digest: digest(number),
        name: format!("script {number}"),
        may_change: number == 1,
        made_by: "ada".into(),
        made_at: at(0),
        expires_at: at(expires),
    }
}

/// Whole, in the order in which they were made.
pub async fn a_token_is_found_by_its_digest_and_ended_once(store: Arc<dyn Store>) {
    let first = store.add_api_token(token(1, 100)).await.unwrap();
    let second = store.add_api_token(token(2, 200)).await.unwrap();
    assert!(first < second);
    let found = store.find_api_token(digest(1)).await.unwrap().unwrap();
    assert_eq!((found.number, &found.content), (first, &token(1, 100)));
    assert_eq!((found.last_used_at, found.ended_at), (None, None));
    assert_eq!(store.find_api_token(digest(3)).await.unwrap(), None);
    for expected in [Outcome::Applied, Outcome::Lost] {
        assert_eq!(store.end_api_token(first, at(10)).await.unwrap(), expected);
    }
    assert_eq!(store.end_api_token(second, at(200)).await.unwrap(), Outcome::Lost, "it is over");
    assert_eq!(store.end_api_token(9, at(10)).await.unwrap(), Outcome::Lost);
    let all = store.list_api_tokens().await.unwrap();
    let seen: Vec<_> =
        all.iter().map(|one| (one.number, one.ended_at, one.is_live(at(11)))).collect();
    assert_eq!(seen, [(first, Some(at(10)), false), (second, None, true)]);
}

/// Older facts change nothing.
pub async fn the_use_of_a_token_is_noted(store: Arc<dyn Store>) {
    let number = store.add_api_token(token(1, 100)).await.unwrap();
    for (seconds, noted) in [(10, 10), (5, 10), (20, 20)] {
        store.note_api_token_use(number, at(seconds)).await.unwrap();
        let found = store.find_api_token(digest(1)).await.unwrap().unwrap();
        assert_eq!(found.last_used_at, Some(at(noted)));
    }
}

/// As long as somebody may ask why a program does not get in.
pub async fn an_ended_token_stays_a_while(store: Arc<dyn Store>) {
    store.add_api_token(token(1, 100)).await.unwrap();
    let second = store.add_api_token(token(2, 1000)).await.unwrap();
    assert_eq!(store.end_api_token(second, at(50)).await.unwrap(), Outcome::Applied);
    for (seconds, left) in [
        (50 + retention::ENDED_SECRET - 1, 2),
        (50 + retention::ENDED_SECRET, 1),
        (100 + retention::ENDED_SECRET, 0),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        assert_eq!(store.list_api_tokens().await.unwrap().len(), left, "{seconds}");
    }
}
