//! Promises about signing keys.

use std::sync::Arc;

use super::samples::at;
use crate::{
    Store,
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
