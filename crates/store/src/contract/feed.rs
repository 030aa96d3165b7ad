//! Promises about the revocation feed: who polls it misses nothing.

use std::sync::Arc;

use salver_oauth::TokenId;
use tokio::task::JoinSet;

use super::{
    RACERS,
    samples::{at, bytes},
};
use crate::{
    Store,
    record::{RevocationReason, Subject},
    retention,
};

/// A token's end.
fn token(number: u32) -> Subject {
    Subject::Token(TokenId::from_bytes(bytes(number)))
}

/// All after a number; none after the last.
pub async fn the_feed_is_read_from_where_one_stands(store: Arc<dyn Store>) {
    assert!(store.list_revocations(0).await.unwrap().is_empty());
    for number in 1..=3 {
        store.revoke(token(number), RevocationReason::Client, at(i64::from(number))).await.unwrap();
    }
    let all = store.list_revocations(0).await.unwrap();
    assert_eq!(
        all.iter().map(|line| line.subject).collect::<Vec<_>>(),
        [token(1), token(2), token(3)]
    );
    assert!(all.is_sorted_by(|left, right| left.number < right.number));
    let mut rest = all;
    while !rest.is_empty() {
        let first = rest.remove(0);
        assert_eq!(store.list_revocations(first.number).await.unwrap(), rest);
    }
}

/// While many revoke at once, each poll goes on from the number last seen; in the end everything was seen, once, in order.
pub async fn a_poller_misses_nothing(store: Arc<dyn Store>) {
    const EACH: u32 = 8;
    let expected = usize::from(RACERS) * 8;
    let mut writers = JoinSet::new();
    for racer in 0..u32::from(RACERS) {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for number in 0..EACH {
                store
                    .revoke(token(racer * EACH + number), RevocationReason::Client, at(1))
                    .await
                    .unwrap();
            }
        });
    }
    let mut seen = Vec::new();
    while seen.len() < expected {
        let finished = writers.is_empty();
        let last = seen.last().map_or(0, |line: &crate::record::Revocation| line.number);
        seen.extend(store.list_revocations(last).await.unwrap());
        assert!(
            !finished || seen.len() == expected,
            "{} of {expected} lines were seen",
            seen.len()
        );
        while writers.try_join_next().is_some() {}
    }
    assert_eq!(seen, store.list_revocations(0).await.unwrap());
    assert!(seen.is_sorted_by(|left, right| left.number < right.number));
}

/// Not even when the newest line was swept: a poller who stands there would miss the next one.
pub async fn a_number_is_never_given_twice(store: Arc<dyn Store>) {
    store.revoke(token(1), RevocationReason::Client, at(0)).await.unwrap();
    let last = store.list_revocations(0).await.unwrap().remove(0).number;
    store.sweep(at(retention::REVOCATION)).await.unwrap();
    assert!(store.list_revocations(0).await.unwrap().is_empty());
    store.revoke(token(2), RevocationReason::Client, at(retention::REVOCATION)).await.unwrap();
    let after = store.list_revocations(last).await.unwrap();
    assert_eq!(after.iter().map(|line| line.subject).collect::<Vec<_>>(), [token(2)]);
}
