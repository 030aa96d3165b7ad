//! Promises about what revoking ends.

use std::sync::Arc;

use salver_oauth::{ApplicationId, GrantId, TokenId};

use super::{
    race,
    samples::{
        add_people, at, bytes, consent, install, installation_id, one_installation, record, user_id,
    },
};
use crate::{
    Store,
    record::{Revocation, RevocationReason, Subject},
};

/// Subjects and times in the feed.
async fn feed(store: &Arc<dyn Store>) -> Vec<(Subject, i64)> {
    let lines = store.list_revocations(0).await.unwrap();
    lines
        .into_iter()
        .map(|Revocation { subject, at: when, .. }| (subject, when.seconds_since(at(0))))
        .collect()
}

/// When an installation was ended, in seconds.
async fn ended_at(store: &Arc<dyn Store>, number: u32) -> Option<i64> {
    let (installation, _) =
        store.find_installation(installation_id(number)).await.unwrap().unwrap();
    installation.ended_at.map(|ended_at| ended_at.seconds_since(at(0)))
}

/// One line in the feed: the grant's.
pub async fn a_revoked_grant_takes_its_installations_along(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    install(&store, 2, grant).await;
    let other = record(&store, consent(3, "zed")).await;
    install(&store, 3, other).await;
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    assert_eq!(store.find_grant(grant).await.unwrap().unwrap().revoked_at, Some(at(5)));
    for (number, expected) in [(1, Some(5)), (2, Some(5)), (3, None)] {
        assert_eq!(ended_at(&store, number).await, expected, "{number}");
    }
    assert_eq!(store.find_grant(other).await.unwrap().unwrap().revoked_at, None);
    assert_eq!(feed(&store).await, [(Subject::Grant(grant), 5)]);
}

/// Its siblings and its grant live on.
pub async fn a_revoked_installation_leaves_its_siblings(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    install(&store, 2, grant).await;
    let subject = Subject::Installation(installation_id(1));
    store.revoke(subject, RevocationReason::Replay, at(5)).await.unwrap();
    assert_eq!((ended_at(&store, 1).await, ended_at(&store, 2).await), (Some(5), None));
    assert_eq!(store.find_grant(grant).await.unwrap().unwrap().revoked_at, None);
    assert_eq!(feed(&store).await, [(subject, 5)]);
}

/// Nothing else hangs on it.
pub async fn a_revoked_token_is_only_in_the_feed(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    let subject = Subject::Token(TokenId::from_bytes(bytes(7)));
    store.revoke(subject, RevocationReason::Client, at(5)).await.unwrap();
    assert_eq!(ended_at(&store, 1).await, None);
    assert_eq!(store.find_grant(grant).await.unwrap().unwrap().revoked_at, None);
    assert_eq!(feed(&store).await, [(subject, 5)]);
}

/// The first time stands, in the record and in the feed.
pub async fn naming_it_again_changes_nothing(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    let subjects = [
        Subject::Installation(installation_id(1)),
        Subject::Grant(grant),
        Subject::Token(TokenId::from_bytes(bytes(7))),
    ];
    let mut expected = Vec::new();
    for (subject, seconds) in subjects.into_iter().zip(5..) {
        expected.push((subject, seconds));
        for later in [0, 10, 20] {
            store.revoke(subject, RevocationReason::User, at(seconds + later)).await.unwrap();
        }
    }
    assert_eq!(feed(&store).await, expected);
    assert_eq!(ended_at(&store, 1).await, Some(5));
    assert_eq!(store.find_grant(grant).await.unwrap().unwrap().revoked_at, Some(at(6)));
}

/// Neither in the feed nor an error.
pub async fn what_does_not_exist_is_not_revoked(store: Arc<dyn Store>) {
    one_installation(&store).await;
    for subject in
        [Subject::Grant(GrantId::from_bytes(bytes(99))), Subject::Installation(installation_id(99))]
    {
        store.revoke(subject, RevocationReason::Client, at(5)).await.unwrap();
    }
    assert_eq!(feed(&store).await, []);
}

/// All its grants, under every `client_id`; nobody else's, and no other application's. Expired installations do not count.
pub async fn an_application_is_revoked_for_one_user(store: Arc<dyn Store>) {
    let first = one_installation(&store).await;
    let application = store.find_grant(first).await.unwrap().unwrap().application;
    let mut second = consent(2, "claude-desktop");
    second.grant.fingerprint = consent(1, "claude").grant.fingerprint;
    second.home = consent(1, "claude").home;
    let second = record(&store, second).await;
    let other = record(&store, consent(3, "zed")).await;
    let mut of_bob = consent(4, "claude");
    of_bob.grant.user = user_id(2);
    let of_bob = record(&store, of_bob).await;
    for (number, grant) in [(2, second), (3, second), (4, other), (5, of_bob)] {
        install(&store, number, grant).await;
    }
    store
        .revoke(Subject::Installation(installation_id(3)), RevocationReason::Client, at(4))
        .await
        .unwrap();

    assert_eq!(store.revoke_application(user_id(1), application, at(5)).await.unwrap(), (2, 2));
    for (number, expected) in [(1, Some(5)), (2, Some(5)), (3, Some(4)), (4, None), (5, None)] {
        assert_eq!(ended_at(&store, number).await, expected, "{number}");
    }
    let mut ended = feed(&store).await.split_off(1);
    ended.sort_by_key(|(subject, _)| *subject == Subject::Grant(second));
    assert_eq!(ended, [(Subject::Grant(first), 5), (Subject::Grant(second), 5)]);

    assert_eq!(store.revoke_application(user_id(1), application, at(6)).await.unwrap(), (0, 0));
    let unknown = ApplicationId::from_bytes(bytes(99));
    assert_eq!(store.revoke_application(user_id(1), unknown, at(6)).await.unwrap(), (0, 0));
    let late = at(91 * 86_400);
    assert_eq!(store.revoke_application(user_id(2), application, late).await.unwrap(), (1, 0));
}

/// A race to revoke enters the feed once.
pub async fn of_many_who_revoke_one_grant_one_line_remains(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    race(|racer| {
        let store = Arc::clone(&store);
        async move {
            store
                .revoke(Subject::Grant(grant), RevocationReason::User, at(i64::from(racer)))
                .await
                .unwrap();
        }
    })
    .await;
    let lines = feed(&store).await;
    let revoked_at = store.find_grant(grant).await.unwrap().unwrap().revoked_at.unwrap();
    assert_eq!(lines, [(Subject::Grant(grant), revoked_at.seconds_since(at(0)))]);
}
