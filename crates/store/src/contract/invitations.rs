//! Promises about invitations.

use std::sync::Arc;

use super::{
    race,
    samples::{add_people, at, digest, user, user_id},
};
use crate::{
    Store,
    record::{Invitation, NewUser, Role, UserAdded},
};

/// A quarter of an hour for a developer.
fn invitation() -> Invitation {
    Invitation { token: digest(1), role: Role::Developer, created_at: at(0), expires_at: at(900) }
}

/// A newcomer with the invitation of this number, at this time.
fn newcomer(number: u32, name: &str, token: u32, seconds: i64) -> NewUser {
    let mut user = user(number, name);
    user.created_at = at(seconds);
    NewUser { user, invitation: Some(digest(token)) }
}

/// Found until the second before its end, and only by its token.
pub async fn an_invitation_works_until_its_time(store: Arc<dyn Store>) {
    store.add_invitation(invitation()).await.unwrap();
    assert_eq!(store.find_invitation(digest(1), at(899)).await.unwrap(), Some(invitation()));
    assert_eq!(store.find_invitation(digest(1), at(900)).await.unwrap(), None);
    assert_eq!(store.find_invitation(digest(2), at(1)).await.unwrap(), None);
}

/// The second newcomer is refused.
pub async fn an_invitation_is_spent_once(store: Arc<dyn Store>) {
    store.add_invitation(invitation()).await.unwrap();
    assert_eq!(store.add_user(newcomer(5, "eve", 1, 10)).await.unwrap(), UserAdded::Added);
    assert_eq!(store.find_invitation(digest(1), at(11)).await.unwrap(), None);
    assert_eq!(
        store.add_user(newcomer(6, "fay", 1, 11)).await.unwrap(),
        UserAdded::InvitationSpent
    );
    assert!(store.find_user(user_id(6)).await.unwrap().is_none());
}

/// A race for an invitation has one winner.
pub async fn of_many_who_spend_one_invitation_one_gets_in(store: Arc<dyn Store>) {
    store.add_invitation(invitation()).await.unwrap();
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let new = newcomer(100 + u32::from(racer), &format!("user{racer}"), 1, 10);
        async move { store.add_user(new).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == UserAdded::Added).count(), 1);
    assert_eq!(store.list_users().await.unwrap().len(), 1);
}

/// Who chose a taken name may choose another.
pub async fn a_taken_name_leaves_the_invitation_unspent(store: Arc<dyn Store>) {
    add_people(&store).await;
    store.add_invitation(invitation()).await.unwrap();
    assert_eq!(store.add_user(newcomer(5, "Ada", 1, 10)).await.unwrap(), UserAdded::NameTaken);
    assert_eq!(store.add_user(newcomer(5, "eve", 1, 11)).await.unwrap(), UserAdded::Added);
}

/// Late, or with a token that was never given out.
pub async fn an_invitation_past_its_time_or_unknown_lets_nobody_in(store: Arc<dyn Store>) {
    store.add_invitation(invitation()).await.unwrap();
    assert_eq!(
        store.add_user(newcomer(5, "eve", 1, 900)).await.unwrap(),
        UserAdded::InvitationSpent
    );
    assert_eq!(
        store.add_user(newcomer(5, "eve", 2, 10)).await.unwrap(),
        UserAdded::InvitationSpent
    );
    assert!(store.list_users().await.unwrap().is_empty());
    assert_eq!(store.add_user(newcomer(5, "eve", 1, 899)).await.unwrap(), UserAdded::Added);
}
