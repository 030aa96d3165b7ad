//! Promises about keys.

use std::sync::Arc;

use super::samples::at;
use crate::{
    Outcome, Store,
    record::{KeyUse, StoredKey},
};

/// A key of this name, made at this time.
pub(super) fn key(key_id: &str, key_use: KeyUse, seconds: i64) -> StoredKey {
    StoredKey {
        key_id: key_id.into(),
        key_use,
        algorithm: "ES256".into(),
        sealed: vec![0, 255, 7],
        created_at: at(seconds),
        signs_from: at(seconds + 60),
        retires_at: None,
    }
}

/// Each as it was.
pub async fn keys_are_listed_oldest_first(store: Arc<dyn Store>) {
    assert!(store.list_keys().await.unwrap().is_empty());
    let older = key("b", KeyUse::Identity, 1);
    let newer = key("a", KeyUse::AccessToken, 2);
    store.add_key(newer.clone(), None).await.unwrap();
    store.add_key(older.clone(), None).await.unwrap();
    assert_eq!(store.list_keys().await.unwrap(), [older, newer]);
}

/// Not those of another use, nor those that retire already; and none if no time is given.
pub async fn a_new_key_retires_the_others_of_its_use(store: Arc<dyn Store>) {
    store.add_key(key("a", KeyUse::AccessToken, 1), None).await.unwrap();
    store.add_key(key("i", KeyUse::Identity, 2), None).await.unwrap();
    store.add_key(key("b", KeyUse::AccessToken, 3), Some(at(100))).await.unwrap();
    store.add_key(key("c", KeyUse::AccessToken, 4), Some(at(200))).await.unwrap();
    store.add_key(key("d", KeyUse::AccessToken, 5), None).await.unwrap();
    let ends: Vec<_> =
        store.list_keys().await.unwrap().into_iter().map(|key| key.retires_at).collect();
    assert_eq!(ends, [Some(at(100)), None, Some(at(200)), None, None]);
}

/// Only one that seals registrations; it stays, and counts as a change of bans.
pub async fn a_key_is_killed_once_and_stays(store: Arc<dyn Store>) {
    store.add_key(key("1", KeyUse::Registration, 1), None).await.unwrap();
    store.add_key(key("2", KeyUse::Registration, 2), None).await.unwrap();
    store.add_key(key("a", KeyUse::AccessToken, 3), None).await.unwrap();
    for (key_id, expected) in
        [("a", Outcome::Lost), ("3", Outcome::Lost), ("1", Outcome::Applied), ("1", Outcome::Lost)]
    {
        assert_eq!(store.kill_key(key_id, at(9)).await.unwrap(), expected, "{key_id}");
    }
    assert_eq!(store.bans_number().await.unwrap(), 1);
    store.sweep(at(900 * 86_400)).await.unwrap();
    let ends: Vec<_> =
        store.list_keys().await.unwrap().into_iter().map(|key| key.retires_at).collect();
    assert_eq!(ends, [Some(at(9)), None, None]);
}
