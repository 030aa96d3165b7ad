//! Promises about versions of metadata documents, and about what new ones do to grants (DESIGN 4.7).

use std::sync::Arc;

use salver_oauth::GrantId;

use super::{
    race,
    samples::{
        add_people, adding, at, bytes, code, consent, digest, installation, installation_id,
        record, user_id,
    },
};
use crate::{
    Outcome, Store,
    record::{
        Consent, Digest, Effect, NewVersion, Noted, Recorded, RedeemCode, Revocation,
        RevocationReason, Subject, Version,
    },
    retention,
};

pub(super) const CLIENT: &str = "https://claude.example/client.json";

/// The document of this version.
pub(super) fn document(version: u32) -> Vec<u8> {
    format!("version {version}").into_bytes()
}

/// A consent to this version, decided when another one was the newest.
pub(super) fn on(number: u32, version: u32, newest: Option<u32>) -> Consent {
    let mut consent = consent(number, "claude");
    // One grant for each number.
    consent.grant.resource = format!("https://as.example/{number}");
    consent.grant.metadata = digest(version);
    consent.code.metadata = digest(version);
    consent.document = Some(document(version));
    consent.newest = newest.map(digest);
    consent
}

/// A version after another one, at a time of the same number.
pub(super) fn new(version: u32, after: u32, effects: Vec<Effect>) -> NewVersion {
    NewVersion {
        client_id: CLIENT.into(),
        digest: digest(version),
        document: document(version),
        seen_at: at(i64::from(version)),
        after: digest(after),
        effects,
    }
}

pub(super) fn hold(version: u32) -> Effect {
    Effect::Hold { consented: digest(version), recipient: None }
}

pub(super) fn applied(held: u64, ended: u64, installations: u64) -> Noted {
    Noted::Applied { held, ended, installations }
}

/// Digests in the order listed, and the newest.
pub(super) async fn versions(store: &Arc<dyn Store>) -> (Vec<Digest>, Option<Digest>) {
    let listed = store.list_versions(CLIENT).await.unwrap();
    let newest = store.find_newest_version(CLIENT).await.unwrap();
    assert_eq!(listed.iter().find(|version| version.newest), newest.as_ref());
    (listed.iter().map(|version| version.digest).collect(), newest.map(|version| version.digest))
}

pub(super) async fn held_at(store: &Arc<dyn Store>, grant: GrantId) -> Option<i64> {
    let grant = store.find_grant(grant).await.unwrap().unwrap();
    grant.held_at.map(|held_at| held_at.seconds_since(at(0)))
}

pub(super) async fn feed(store: &Arc<dyn Store>) -> Vec<Subject> {
    let lines = store.list_revocations(0).await.unwrap();
    lines.into_iter().map(|Revocation { subject, .. }| subject).collect()
}

/// An installation that authenticated with this key.
pub(super) async fn install_keyed(store: &Arc<dyn Store>, number: u32, grant: GrantId, key: &str) {
    let code = crate::record::Code {
        code: digest(20_000 + number),
        ticket: bytes(20_000 + number),
        ..code(number, grant)
    };
    let mut redeem = RedeemCode { code: code.code, installation: installation(number, grant) };
    redeem.installation.client_key = Some(key.into());
    assert_eq!(store.add_code(adding(code)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.redeem_code(redeem).await.unwrap(), Outcome::Applied);
}

pub(super) async fn ended(
    store: &Arc<dyn Store>,
    numbers: impl IntoIterator<Item = u32>,
) -> Vec<u32> {
    let mut ended = Vec::new();
    for number in numbers {
        let (installation, _) =
            store.find_installation(installation_id(number)).await.unwrap().unwrap();
        if installation.ended_at.is_some() {
            ended.push(number);
        }
    }
    ended
}

/// It is the newest; a second consent on it keeps nothing twice; without a document nothing is kept.
pub async fn the_first_consent_keeps_the_document(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(versions(&store).await, (Vec::new(), None));
    record(&store, on(1, 7, None)).await;
    record(&store, on(2, 7, Some(7))).await;
    let expected =
        Version { digest: digest(7), document: document(7), seen_at: at(0), newest: true };
    assert_eq!(store.find_newest_version(CLIENT).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.find_version(CLIENT, digest(7)).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.list_versions(CLIENT).await.unwrap(), [expected]);
    assert_eq!(store.find_version(CLIENT, digest(8)).await.unwrap(), None);
    for other in [CLIENT.to_uppercase(), format!("{CLIENT}/")] {
        assert_eq!(store.find_newest_version(&other).await.unwrap(), None);
        assert_eq!(store.find_version(&other, digest(7)).await.unwrap(), None);
    }
    let entered = consent(3, "entered");
    let client_id = entered.grant.client_id.clone();
    record(&store, entered).await;
    assert!(store.list_versions(&client_id).await.unwrap().is_empty());
}

/// Nothing happens, and the page can be answered anew.
pub async fn a_consent_decided_on_another_newest_version_is_outdated(store: Arc<dyn Store>) {
    add_people(&store).await;
    let outdated = store.record_consent(on(1, 1, Some(1))).await.unwrap();
    assert_eq!(outdated, Recorded::Outdated, "there was none");
    record(&store, on(1, 1, None)).await;
    for newest in [None, Some(2)] {
        let outdated = store.record_consent(on(2, 1, newest)).await.unwrap();
        assert_eq!(outdated, Recorded::Outdated, "{newest:?}");
    }
    assert!(store.find_code(digest(2)).await.unwrap().is_none());
    assert_eq!(store.find_grants(user_id(1), CLIENT).await.unwrap().len(), 1);
    record(&store, on(2, 1, Some(1))).await;
}

/// What was consented to can be looked up, and the newest is what the host said last.
pub async fn a_copy_that_is_not_the_newest_is_kept_beside_it(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, on(1, 5, None)).await;
    let grant = record(&store, on(2, 3, Some(5))).await;
    assert_eq!(versions(&store).await, (vec![digest(3), digest(5)], Some(digest(5))));
    assert_eq!(store.find_grant(grant).await.unwrap().unwrap().metadata, digest(3));
}

/// At the time of its return; its document is there once.
pub async fn a_version_seen_before_becomes_the_newest_again(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, on(1, 1, None)).await;
    assert_eq!(store.note_version(new(2, 1, Vec::new())).await.unwrap(), applied(0, 0, 0));
    assert_eq!(versions(&store).await, (vec![digest(1), digest(2)], Some(digest(2))));
    let mut back = new(1, 2, Vec::new());
    back.seen_at = at(30);
    assert_eq!(store.note_version(back).await.unwrap(), applied(0, 0, 0));
    assert_eq!(versions(&store).await, (vec![digest(2), digest(1)], Some(digest(1))));
    assert_eq!(store.find_newest_version(CLIENT).await.unwrap().unwrap().seen_at, at(30));
}

/// Lost after another one and where there is none; then nothing happens.
pub async fn a_version_is_noted_after_the_expected_one_only(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.note_version(new(2, 1, Vec::new())).await.unwrap(), Noted::Lost);
    let grant = record(&store, on(1, 1, None)).await;
    assert_eq!(store.note_version(new(2, 2, vec![hold(1)])).await.unwrap(), Noted::Lost);
    assert_eq!(versions(&store).await, (vec![digest(1)], Some(digest(1))));
    assert_eq!(held_at(&store, grant).await, None);
}

/// A race has one winner.
pub async fn of_many_who_note_one_version_one_does(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, on(1, 1, None)).await;
    let answers = race(|_| {
        let store = Arc::clone(&store);
        async move { store.note_version(new(2, 1, vec![hold(1)])).await.unwrap() }
    })
    .await;
    let winners: Vec<_> = answers.into_iter().filter(|noted| *noted != Noted::Lost).collect();
    assert_eq!(winners, [applied(1, 0, 0)]);
}

/// Only those of that version; a held one stays held.
pub async fn a_version_carries_grants_along(store: Arc<dyn Store>) {
    add_people(&store).await;
    let first = record(&store, on(1, 1, None)).await;
    let second = record(&store, on(2, 2, Some(1))).await;
    let gone = record(&store, on(3, 1, Some(1))).await;
    store.revoke(Subject::Grant(gone), RevocationReason::User, at(1)).await.unwrap();
    store.note_version(new(3, 1, vec![hold(1)])).await.unwrap();
    let carry = Effect::Carry { consented: digest(1) };
    assert_eq!(store.note_version(new(4, 3, vec![carry])).await.unwrap(), applied(0, 0, 0));
    for (grant, version, held) in [(first, 4, Some(3)), (second, 2, None), (gone, 1, None)] {
        let metadata = store.find_grant(grant).await.unwrap().unwrap().metadata;
        assert_eq!((metadata, held_at(&store, grant).await), (digest(version), held));
    }
}

/// The first stays, and the newest; of the others the oldest go, but those that a live grant hangs on go last.
pub async fn versions_are_thinned(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, on(1, 1, None)).await;
    store.note_version(new(2, 1, Vec::new())).await.unwrap();
    let grant = record(&store, on(2, 2, Some(2))).await;
    for version in 3..=retention::VERSIONS + 5 {
        let noted = store.note_version(new(version, version - 1, Vec::new())).await.unwrap();
        assert_eq!(noted, applied(0, 0, 0), "{version}");
    }
    let (kept, newest) = versions(&store).await;
    let expected: Vec<_> =
        [1, 2].into_iter().chain(8..=retention::VERSIONS + 5).map(digest).collect();
    assert_eq!((kept, newest), (expected, Some(digest(retention::VERSIONS + 5))));
    assert_eq!(held_at(&store, grant).await, None);
}
