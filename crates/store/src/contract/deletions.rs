//! Promises about registrations that are deleted (RFC 7592 §2.3): what lived ends, and is not forgotten as long as it could come back.

use std::sync::Arc;

use super::{
    keys::key,
    samples::{
        add_people, adding, at, code, consent, digest, install, installation_id, record, user_id,
    },
};
use crate::{
    Outcome, Store,
    record::{Consent, Deletion, KeyUse, NewDeletion, Recorded, RevocationReason, Subject},
};

/// Of the client of this number, whose registration has that digest.
fn deletion(number: u32, seconds: i64) -> NewDeletion {
    NewDeletion {
        client_id: format!("https://client{number}.example/client.json"),
        registration: digest(number),
        sealed_by: "1".into(),
        at: at(seconds),
    }
}

fn of_client(number: u32, client: u32) -> Consent {
    consent(number, &format!("client{client}"))
}

async fn deleted(store: &Arc<dyn Store>, after: i64) -> Vec<Deletion> {
    store.list_deletions(after).await.unwrap()
}

/// With all its grants and what is below them; another client's go on. Once.
pub async fn deleting_a_registration_ends_what_was_let_in(store: Arc<dyn Store>) {
    add_people(&store).await;
    let mine = record(&store, of_client(1, 1)).await;
    install(&store, 1, mine).await;
    let mut bobs = of_client(2, 1);
    bobs.grant.user = user_id(2);
    let bobs = record(&store, bobs).await;
    let others = record(&store, of_client(3, 2)).await;
    for (seconds, expected) in [(5, Outcome::Applied), (6, Outcome::Lost)] {
        assert_eq!(store.delete_registration(deletion(1, seconds)).await.unwrap(), expected);
    }
    assert_eq!(deleted(&store, 0).await, [Deletion { number: 1, registration: digest(1) }]);
    assert_eq!(store.bans_number().await.unwrap(), 1, "it shuts out");
    for (grant, ended) in [(mine, Some(at(5))), (bobs, Some(at(5))), (others, None)] {
        assert_eq!(store.find_grant(grant).await.unwrap().unwrap().revoked_at, ended);
    }
    let (installation, _) = store.find_installation(installation_id(1)).await.unwrap().unwrap();
    assert_eq!(installation.ended_at, Some(at(5)));
    let mut feed: Vec<_> =
        store.list_revocations(0).await.unwrap().into_iter().map(|line| line.subject).collect();
    feed.sort_by_key(|subject| *subject != Subject::Grant(mine));
    assert_eq!(feed, [Subject::Grant(mine), Subject::Grant(bobs)]);
    assert_eq!(store.add_code(adding(code(9, mine))).await.unwrap(), Outcome::Lost);
}

/// Nobody had let it in: nothing is written, and nobody is judged anew. Whoever was let in once is remembered, whatever has become of the grant.
pub async fn a_registration_that_nobody_let_in_leaves_no_row(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, of_client(1, 1)).await;
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(1)).await.unwrap();
    store.sweep(at(900 * 86_400)).await.unwrap();
    assert!(store.find_grant(grant).await.unwrap().is_none());
    assert_eq!(store.delete_registration(deletion(2, 5)).await.unwrap(), Outcome::Lost);
    assert_eq!((deleted(&store, 0).await, store.bans_number().await.unwrap()), (vec![], 0));
    assert_eq!(store.delete_registration(deletion(1, 5)).await.unwrap(), Outcome::Applied);
    assert_eq!((deleted(&store, 0).await.len(), store.bans_number().await.unwrap()), (1, 1));
}

/// In the order in which they came, from where one stands.
pub async fn deletions_are_read_from_where_one_stands(store: Arc<dyn Store>) {
    add_people(&store).await;
    for number in 1..=3 {
        record(
            &store,
            Consent { judged_under: i64::from(number) - 1, ..of_client(number, number) },
        )
        .await;
        let deleted = store.delete_registration(deletion(number, 5)).await.unwrap();
        assert_eq!(deleted, Outcome::Applied);
    }
    for (after, expected) in [(0, &[1, 2, 3][..]), (1, &[2, 3]), (3, &[]), (99, &[])] {
        let news: Vec<_> = deleted(&store, after).await.iter().map(|news| news.number).collect();
        assert_eq!(news, expected, "{after}");
    }
}

/// A killed key opens nothing anyway. Numbers are never given twice.
pub async fn a_deletion_is_remembered_as_long_as_its_key_lives(store: Arc<dyn Store>) {
    add_people(&store).await;
    for key_id in ["1", "2"] {
        store.add_key(key(key_id, KeyUse::Registration, 0), None).await.unwrap();
    }
    for (number, sealed_by) in [(1, "1"), (2, "2")] {
        record(
            &store,
            Consent { judged_under: i64::from(number) - 1, ..of_client(number, number) },
        )
        .await;
        let deletion = NewDeletion { sealed_by: sealed_by.into(), ..deletion(number, 5) };
        assert_eq!(store.delete_registration(deletion).await.unwrap(), Outcome::Applied);
    }
    store.sweep(at(900 * 86_400)).await.unwrap();
    assert_eq!(deleted(&store, 0).await.len(), 2);
    assert_eq!(store.kill_key("2", at(900 * 86_400)).await.unwrap(), Outcome::Applied);
    store.sweep(at(900 * 86_400)).await.unwrap();
    assert_eq!(deleted(&store, 0).await, [Deletion { number: 1, registration: digest(1) }]);
    record(&store, Consent { judged_under: 3, ..of_client(3, 3) }).await;
    assert_eq!(store.delete_registration(deletion(3, 5)).await.unwrap(), Outcome::Applied);
    assert_eq!(deleted(&store, 1).await, [Deletion { number: 3, registration: digest(3) }]);
}

/// Whoever comes first: what was recorded ends with the registration, and what comes later is judged anew.
pub async fn consenting_against_deleting_leaves_nothing_alive(store: Arc<dyn Store>) {
    add_people(&store).await;
    for number in 1..=u32::from(super::RACERS) {
        let known = i64::from(number) - 1;
        let first = Consent { judged_under: known, ..of_client(number, number) };
        record(&store, first).await;
        let mut bobs = Consent { judged_under: known, ..of_client(1000 + number, number) };
        bobs.grant.user = user_id(2);
        let (ours, theirs) = (Arc::clone(&store), Arc::clone(&store));
        let consenting = tokio::spawn(async move { ours.record_consent(bobs).await.unwrap() });
        let deleting =
            tokio::spawn(async move { theirs.delete_registration(deletion(number, 5)).await });
        let recorded = consenting.await.unwrap();
        assert_eq!(deleting.await.unwrap().unwrap(), Outcome::Applied);
        assert!(matches!(recorded, Recorded::Under(_) | Recorded::JudgedAnew), "{recorded:?}");
        assert!(store.list_live_grants(None, 10).await.unwrap().is_empty());
    }
}
