//! Promises about units of work: all of it or nothing, and no unit harms another.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::samples::{add_people, bytes, consent, digest, record, user, user_id};
use crate::{
    Store, StoreError,
    record::{NewUser, UserAdded},
};

/// A consent that cannot be recorded (its proposed id belongs to another grant) neither spends the ticket nor leaves a code.
pub async fn a_unit_that_fails_leaves_no_trace(store: Arc<dyn Store>) {
    add_people(&store).await;
    let first = record(&store, consent(1, "claude")).await;
    let mut clash = consent(2, "zed");
    clash.grant.id = first;
    assert!(matches!(store.record_consent(clash).await, Err(StoreError::Engine(_))));
    assert_eq!(store.find_code(digest(2)).await.unwrap(), None);
    assert!(
        store.find_grants(user_id(1), &consent(2, "zed").grant.client_id).await.unwrap().is_empty()
    );
    assert_eq!(store.list_applications(user_id(1)).await.unwrap().len(), 1);
    let again = consent(2, "zed");
    assert_eq!(again.code.ticket, bytes(2));
    record(&store, again).await;
}

/// Failing and succeeding units at the same moment.
pub async fn a_unit_that_fails_fails_alone(store: Arc<dyn Store>) {
    add_people(&store).await;
    let mut tasks = JoinSet::new();
    for number in 0..u32::from(super::RACERS) {
        let store = Arc::clone(&store);
        // Every second one claims the id of somebody else.
        let clashes = number % 2 == 0;
        let user = user(if clashes { 1 } else { 100 + number }, &format!("user{number}"));
        tasks.spawn(
            async move { (clashes, store.add_user(NewUser { user, invitation: None }).await) },
        );
    }
    for (clashes, answer) in tasks.join_all().await {
        if clashes {
            assert!(matches!(answer, Err(StoreError::Engine(_))));
        } else {
            assert_eq!(answer.unwrap(), UserAdded::Added);
        }
    }
    assert_eq!(store.list_users().await.unwrap().len(), 2 + usize::from(super::RACERS) / 2);
}

/// A healthy engine, also twice.
pub async fn the_store_says_that_it_works(store: Arc<dyn Store>) {
    store.check().await.unwrap();
    store.check().await.unwrap();
}
