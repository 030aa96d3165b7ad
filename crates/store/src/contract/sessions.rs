//! Promises about sessions.

use std::sync::Arc;

use super::samples::{add_people, at, digest, session, user_id};
use crate::{Store, record::Session};

/// Found with its user until the second before its end, and only by its token.
pub async fn a_session_lasts_until_its_time(store: Arc<dyn Store>) {
    add_people(&store).await;
    let session = Session { expires_at: at(100), ..session(1, 2) };
    store.add_session(session).await.unwrap();
    let (found, user) = store.find_session(digest(1), at(99)).await.unwrap().unwrap();
    assert_eq!((found, user.id, user.username.as_str()), (session, user_id(2), "bob"));
    assert!(store.find_session(digest(1), at(100)).await.unwrap().is_none());
    assert!(store.find_session(digest(2), at(99)).await.unwrap().is_none());
}

/// Also twice, and where there is none.
pub async fn an_ended_session_is_gone_and_no_other(store: Arc<dyn Store>) {
    add_people(&store).await;
    store.add_session(session(1, 1)).await.unwrap();
    store.add_session(session(2, 1)).await.unwrap();
    for token in [1, 1, 9] {
        store.end_session(digest(token)).await.unwrap();
    }
    assert!(store.find_session(digest(1), at(1)).await.unwrap().is_none());
    assert!(store.find_session(digest(2), at(1)).await.unwrap().is_some());
}
