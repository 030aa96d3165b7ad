//! Promises about what time ends, and what it does not ([`crate::retention`]).

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{
    keys::key,
    samples::{
        add_people, advance, at, consent, digest, install, installation_id, one_installation,
        record, session, user_id,
    },
};
use crate::{
    Outcome, Store,
    record::{Invitation, KeyUse, RevocationReason, Role, Session, Subject},
    retention,
};

const DAY: i64 = 86_400;

/// Whether a code, a session, an invitation and a key with end are there.
async fn presence(store: &Arc<dyn Store>) -> [bool; 4] {
    [
        store.find_code(digest(1)).await.unwrap().is_some(),
        store.find_session(digest(1), at(0)).await.unwrap().is_some(),
        store.find_invitation(digest(1), at(0)).await.unwrap().is_some(),
        store.list_keys().await.unwrap().iter().any(|key| key.key_id == "old"),
    ]
}

/// To the second, and each for itself.
pub async fn a_sweep_deletes_what_time_has_ended(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, consent(1, "claude")).await;
    store.add_session(Session { expires_at: at(2000), ..session(1, 1) }).await.unwrap();
    let invitation =
        Invitation { token: digest(1), role: Role::User, created_at: at(0), expires_at: at(3000) };
    store.add_invitation(invitation).await.unwrap();
    store.add_key(key("old", KeyUse::AccessToken, 0), None).await.unwrap();
    store.add_key(key("new", KeyUse::AccessToken, 1), Some(at(4000))).await.unwrap();
    for (seconds, expected) in [
        (60 + retention::CODE - 1, [true, true, true, true]),
        (60 + retention::CODE, [false, true, true, true]),
        (1999, [false, true, true, true]),
        (2000, [false, false, true, true]),
        (2999, [false, false, true, true]),
        (3000, [false, false, false, true]),
        (3999, [false, false, false, true]),
        (4000, [false, false, false, false]),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        assert_eq!(presence(&store).await, expected, "{seconds}");
    }
    assert_eq!(store.list_keys().await.unwrap().len(), 1);
    assert_eq!(store.list_users().await.unwrap().len(), 2);
}

/// The end moves with every rotation, also to an earlier one.
pub async fn a_rotated_installation_outlives_its_first_end(store: Arc<dyn Store>) {
    one_installation(&store).await;
    assert_eq!(
        store.advance_installation(advance(1, 0, 80 * DAY)).await.unwrap(),
        Outcome::Applied
    );
    for seconds in [90 * DAY, 170 * DAY - 1] {
        store.sweep(at(seconds)).await.unwrap();
        assert!(store.find_installation(installation_id(1)).await.unwrap().is_some(), "{seconds}");
    }
    let mut shorter = advance(1, 1, 160 * DAY);
    shorter.expires_at = at(161 * DAY);
    assert_eq!(store.advance_installation(shorter).await.unwrap(), Outcome::Applied);
    store.sweep(at(161 * DAY - 1)).await.unwrap();
    assert!(store.find_installation(installation_id(1)).await.unwrap().is_some());
    store.sweep(at(161 * DAY)).await.unwrap();
    assert!(store.find_installation(installation_id(1)).await.unwrap().is_none());
}

/// One that is ended stays a day, but no longer than it would have lived.
pub async fn an_ended_installation_stays_a_day(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    install(&store, 2, grant).await;
    store
        .revoke(Subject::Installation(installation_id(1)), RevocationReason::Client, at(5))
        .await
        .unwrap();
    store
        .revoke(
            Subject::Installation(installation_id(2)),
            RevocationReason::Client,
            at(90 * DAY - 5),
        )
        .await
        .unwrap();
    for (seconds, expected) in [
        (5 + retention::ENDED_INSTALLATION - 1, [true, true]),
        (5 + retention::ENDED_INSTALLATION, [false, true]),
        (90 * DAY - 1, [false, true]),
        (90 * DAY, [false, false]),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        for (number, there) in [1, 2].into_iter().zip(expected) {
            let found = store.find_installation(installation_id(number)).await.unwrap();
            assert_eq!(found.is_some(), there, "{number} {seconds}");
        }
    }
}

/// A consent on record is never swept.
pub async fn a_revoked_grant_stays_thirty_days_a_live_one_for_good(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    let live = record(&store, consent(2, "zed")).await;
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    for (seconds, expected) in [
        (5 + retention::REVOKED_GRANT - 1, true),
        (5 + retention::REVOKED_GRANT, false),
        (900 * DAY, false),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        assert_eq!(store.find_grant(grant).await.unwrap().is_some(), expected, "{seconds}");
        assert!(store.find_grant(live).await.unwrap().is_some());
    }
    assert_eq!(store.list_applications(user_id(1)).await.unwrap().len(), 1);
}

/// Also when there is more than an engine deletes at a time.
pub async fn a_sweep_takes_everything_however_much(store: Arc<dyn Store>) {
    const MANY: u32 = 1200;
    add_people(&store).await;
    let mut adding = JoinSet::new();
    for number in 0..MANY {
        let store = Arc::clone(&store);
        adding.spawn(async move { store.add_session(session(number, 1)).await.unwrap() });
    }
    adding.join_all().await;
    store.add_session(Session { expires_at: at(31 * DAY), ..session(MANY, 1) }).await.unwrap();
    store.sweep(at(30 * DAY)).await.unwrap();
    for number in 0..=MANY {
        let found = store.find_session(digest(number), at(0)).await.unwrap();
        assert_eq!(found.is_some(), number == MANY, "{number}");
    }

    let grant = record(&store, consent(1, "claude")).await;
    let mut installing = JoinSet::new();
    for number in 0..MANY {
        let store = Arc::clone(&store);
        installing.spawn(async move { install(&store, number, grant).await });
    }
    installing.join_all().await;
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    store.sweep(at(31 * DAY)).await.unwrap();
    assert!(store.find_grant(grant).await.unwrap().is_none());
    assert!(store.find_installation(installation_id(MANY - 1)).await.unwrap().is_none());
}
