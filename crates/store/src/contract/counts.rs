//! Promises about how far clients get.

use std::sync::Arc;

use salver_oauth::Timestamp;

use super::{race, samples::at};
use crate::{
    Store, StoreError,
    record::{Counted, FunnelStep},
    retention,
};

const DAY: i64 = 86_400;

fn counted(days: i64, application: Option<&str>, step: FunnelStep, number: u64) -> Counted {
    let day = Timestamp::from_unix(at(days * DAY).as_unix() / DAY * DAY);
    let application = application.map(Into::into);
    Counted { day, application, method: "dynamic".into(), step, number }
}

/// For the same day, application, method and step, and no other; by however many.
pub async fn numbers_are_added_to_those_that_are_there(store: Arc<dyn Store>) {
    use FunnelStep as S;
    let first = [
        counted(0, Some("entry Claude"), S::Registered, 3),
        counted(0, Some("entry Claude"), S::Used, 1),
        counted(0, None, S::Registered, 40),
    ];
    store.count(first.to_vec()).await.unwrap();
    let second = [
        counted(0, Some("entry Claude"), S::Registered, 2),
        counted(1, Some("entry Claude"), S::Registered, 5),
        Counted { method: "metadata_document".into(), ..counted(0, None, S::Registered, 6) },
    ];
    store.count(second.to_vec()).await.unwrap();
    let mut expected = vec![
        counted(0, Some("entry Claude"), S::Registered, 5),
        counted(0, Some("entry Claude"), S::Used, 1),
        counted(0, None, S::Registered, 40),
        second[2].clone(),
        second[1].clone(),
    ];
    expected.sort();
    let mut found = store.list_counts(at(-DAY)).await.unwrap();
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(store.list_counts(second[1].day).await.unwrap(), [second[1].clone()]);
    race(|_| {
        let store = Arc::clone(&store);
        async move { store.count(vec![counted(1, None, S::Used, 2)]).await.unwrap() }
    })
    .await;
    let found = store.list_counts(second[1].day).await.unwrap();
    let numbers: Vec<u64> = found.iter().map(|found| found.number).take(1).collect();
    assert_eq!(numbers, [2 * u64::from(super::RACERS)], "nothing is lost");
}

/// Each of the known ones, and no other; one that is unknown takes the others along.
pub async fn a_count_is_of_a_known_method(store: Arc<dyn Store>) {
    for method in [
        "preregistered",
        "user_registered",
        "dynamic",
        "metadata_document",
        "hosted",
        "local_development",
    ] {
        let one = Counted { method: method.into(), ..counted(0, None, FunnelStep::Used, 1) };
        store.count(vec![one]).await.unwrap();
    }
    let before = store.list_counts(at(-DAY)).await.unwrap();
    let unknown = Counted { method: "magic".into(), ..counted(0, None, FunnelStep::Used, 1) };
    let both = vec![counted(0, None, FunnelStep::Used, 1), unknown];
    assert!(matches!(store.count(both).await, Err(StoreError::Engine(_))));
    assert_eq!(store.list_counts(at(-DAY)).await.unwrap(), before);
}

/// From the first second of its day.
pub async fn a_count_stays_ninety_days(store: Arc<dyn Store>) {
    let one = counted(0, None, FunnelStep::Used, 1);
    store.count(vec![one.clone()]).await.unwrap();
    let end = one.day.plus_seconds(retention::COUNT);
    for (seconds, left) in [(-1, 1), (0, 0)] {
        store.sweep(end.plus_seconds(seconds)).await.unwrap();
        assert_eq!(store.list_counts(at(-DAY)).await.unwrap().len(), left);
    }
}
