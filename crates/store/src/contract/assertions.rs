//! Promises about assertions: each counts once.

use std::sync::Arc;

use super::{
    race,
    samples::{at, digest},
};
use crate::{Outcome, Store};

/// Lost until the second before its end; then free again. Another one is another one.
pub async fn an_assertion_is_spent_until_its_time(store: Arc<dyn Store>) {
    for (why, number, until, now, expected) in [
        ("the first time", 1, 100, 0, Outcome::Applied),
        ("again", 1, 100, 0, Outcome::Lost),
        ("again with another end", 1, 500, 99, Outcome::Lost),
        ("another one", 2, 100, 99, Outcome::Applied),
        ("when its time is past", 1, 200, 100, Outcome::Applied),
        ("and again", 1, 200, 199, Outcome::Lost),
    ] {
        let answer = store.spend_assertion(digest(number), at(until), at(now)).await.unwrap();
        assert_eq!(answer, expected, "{why}");
    }
}

/// A race for an assertion has one winner, also when it was spent before and its time is past.
pub async fn of_many_who_spend_one_assertion_one_is_believed(store: Arc<dyn Store>) {
    for (until, now) in [(100, 0), (200, 100)] {
        let answers = race(|_| {
            let store = Arc::clone(&store);
            async move { store.spend_assertion(digest(1), at(until), at(now)).await.unwrap() }
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| **answer == Outcome::Applied).count(), 1);
    }
}

/// Not before: otherwise a sweep would let it count twice.
pub async fn a_sweep_leaves_what_is_still_spent(store: Arc<dyn Store>) {
    assert_eq!(store.spend_assertion(digest(1), at(100), at(0)).await.unwrap(), Outcome::Applied);
    store.sweep(at(99)).await.unwrap();
    assert_eq!(store.spend_assertion(digest(1), at(100), at(0)).await.unwrap(), Outcome::Lost);
    store.sweep(at(100)).await.unwrap();
    assert_eq!(store.spend_assertion(digest(1), at(100), at(0)).await.unwrap(), Outcome::Applied);
}
