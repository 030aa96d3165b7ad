//! Promises about bans, and that nothing is recorded that was decided before the newest of them (DESIGN 4.8).

use std::sync::Arc;

use super::{
    race,
    samples::{add_people, adding, at, code, consent, digest, record, user_id},
};
use crate::{
    Outcome, Store, StoreError,
    record::{AddCode, Ban, Consent, NewBan, Recorded},
};

/// A ban of a domain, made at a time of the same number.
fn ban(number: i64) -> NewBan {
    NewBan {
        kind: "domain".into(),
        value: format!("{number}.example"),
        reason: "it poses as another one".into(),
        made_by: "ada".into(),
        made_at: at(number),
        expires_at: None,
    }
}

/// The same, as it is kept.
fn kept(number: i64) -> Ban {
    let NewBan { kind, value, reason, made_by, made_at, expires_at } = ban(number);
    Ban {
        number,
        kind,
        value,
        reason,
        made_by,
        made_at,
        expires_at,
        lifted_at: None,
        lifted_by: None,
    }
}

fn judged_under(number: u32, judged_under: i64) -> Consent {
    Consent { judged_under, ..consent(number, &format!("client{number}")) }
}

/// All, those that were lifted or have expired too.
pub async fn bans_are_listed_oldest_first(store: Arc<dyn Store>) {
    assert!(store.list_bans().await.unwrap().is_empty());
    for number in 1..=2 {
        assert_eq!(store.add_ban(ban(number)).await.unwrap(), number);
    }
    let short = NewBan { expires_at: Some(at(4)), ..ban(3) };
    assert_eq!(store.add_ban(short).await.unwrap(), 3);
    assert_eq!(store.lift_ban(1, "bob".into(), at(9)).await.unwrap(), Outcome::Applied);
    store.sweep(at(900 * 86_400)).await.unwrap();
    let expected = [
        Ban { lifted_at: Some(at(9)), lifted_by: Some("bob".into()), ..kept(1) },
        kept(2),
        Ban { expires_at: Some(at(4)), ..kept(3) },
    ];
    assert_eq!(store.list_bans().await.unwrap(), expected);
}

/// Each of the known ones, and no other.
pub async fn a_ban_is_of_a_known_kind(store: Arc<dyn Store>) {
    const KINDS: &[(&str, bool)] = &[
        ("application", true),
        ("document", true),
        ("domain", true),
        ("redirect_host", true),
        ("name", true),
        ("key", true),
        ("software_id", true),
        ("statement_issuer", true),
        ("Domain", false),
        ("person", false),
        ("", false),
    ];
    for (kind, known) in KINDS {
        let before = store.bans_number().await.unwrap();
        let added = store.add_ban(NewBan { kind: (*kind).into(), ..ban(1) }).await;
        assert_eq!(added.is_ok(), *known, "{kind}");
        assert!(*known || matches!(added, Err(StoreError::Engine(_))), "{kind}");
        assert_eq!(store.bans_number().await.unwrap() - before, i64::from(*known), "{kind}");
    }
}

/// The first time stands; lost for one that is not there.
pub async fn a_ban_is_lifted_once(store: Arc<dyn Store>) {
    store.add_ban(ban(1)).await.unwrap();
    for (number, by, expected) in
        [(1, "ada", Outcome::Applied), (1, "bob", Outcome::Lost), (2, "ada", Outcome::Lost)]
    {
        assert_eq!(store.lift_ban(number, by.into(), at(9)).await.unwrap(), expected, "{by}");
    }
    let lifted = Ban { lifted_at: Some(at(9)), lifted_by: Some("ada".into()), ..kept(1) };
    assert_eq!(store.list_bans().await.unwrap(), [lifted]);
}

/// By one each, and by nothing else; no two changes are one.
pub async fn the_number_of_bans_rises_with_every_change(store: Arc<dyn Store>) {
    assert_eq!(store.bans_number().await.unwrap(), 0);
    store.add_ban(ban(1)).await.unwrap();
    assert_eq!(store.bans_number().await.unwrap(), 1);
    for _ in 0..2 {
        let _: Outcome = store.lift_ban(1, "ada".into(), at(9)).await.unwrap();
        assert_eq!(store.bans_number().await.unwrap(), 2);
    }
    store.sweep(at(900 * 86_400)).await.unwrap();
    assert_eq!(store.bans_number().await.unwrap(), 2);
    race(|_| {
        let store = Arc::clone(&store);
        async move { store.add_ban(ban(2)).await.unwrap() }
    })
    .await;
    assert_eq!(store.bans_number().await.unwrap(), 2 + i64::from(super::RACERS));
}

/// A ban that comes between page and answer: the ticket is not spent, and the answer counts once it was judged anew. So with a code
/// under a grant on record.
pub async fn what_was_judged_under_other_bans_is_judged_anew(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, judged_under(1, 0)).await;
    store.add_ban(ban(1)).await.unwrap();
    for (number, expected) in [(0, Recorded::JudgedAnew), (2, Recorded::JudgedAnew)] {
        let recorded = store.record_consent(judged_under(2, number)).await.unwrap();
        assert_eq!(recorded, expected, "{number}");
        let add = AddCode { judged_under: number, ..adding(code(3, grant)) };
        assert_eq!(store.add_code(add).await.unwrap(), Outcome::Lost, "{number}");
    }
    assert!(store.find_code(digest(2)).await.unwrap().is_none());
    assert!(store.find_code(digest(3)).await.unwrap().is_none());
    assert_eq!(store.list_applications(user_id(1)).await.unwrap().len(), 1);
    record(&store, judged_under(2, 1)).await;
    let add = AddCode { judged_under: 1, ..adding(code(3, grant)) };
    assert_eq!(store.add_code(add).await.unwrap(), Outcome::Applied);
    // Lifting is a change too.
    assert_eq!(store.lift_ban(1, "ada".into(), at(9)).await.unwrap(), Outcome::Applied);
    let recorded = store.record_consent(judged_under(4, 1)).await.unwrap();
    assert_eq!(recorded, Recorded::JudgedAnew);
}

/// Whoever comes first: a consent on record is seen by who looks after the ban, and what comes later is judged anew.
pub async fn consenting_against_banning_lets_nothing_slip_through(store: Arc<dyn Store>) {
    add_people(&store).await;
    for number in 1..=u32::from(super::RACERS) {
        let (ours, theirs) = (Arc::clone(&store), Arc::clone(&store));
        let known = i64::from(number) - 1;
        let consenting =
            tokio::spawn(
                async move { ours.record_consent(judged_under(number, known)).await.unwrap() },
            );
        let banning = tokio::spawn(async move {
            theirs.add_ban(ban(1)).await.unwrap();
            theirs.list_live_grants(None, 1000).await.unwrap()
        });
        let recorded = consenting.await.unwrap();
        let seen = banning.await.unwrap();
        match recorded {
            Recorded::Under(grant) => assert!(seen.iter().any(|seen| seen.grant.id == grant)),
            recorded => assert_eq!(recorded, Recorded::JudgedAnew),
        }
    }
}
