//! Promises about versions of metadata documents, and about what new ones do to grants (DESIGN 4.7).

use std::sync::Arc;

use salver_oauth::GrantId;

use super::{
    race,
    samples::{
        add_people, advance, at, bytes, code, consent, digest, install, installation,
        installation_id, record, user_id,
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

const CLIENT: &str = "https://claude.example/client.json";

/// The document of this version.
fn document(version: u32) -> Vec<u8> {
    format!("version {version}").into_bytes()
}

/// A consent to this version, decided when another one was the newest.
fn on(number: u32, version: u32, newest: Option<u32>) -> Consent {
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
fn new(version: u32, after: u32, effects: Vec<Effect>) -> NewVersion {
    NewVersion {
        client_id: CLIENT.into(),
        digest: digest(version),
        document: document(version),
        seen_at: at(i64::from(version)),
        after: digest(after),
        effects,
    }
}

fn hold(version: u32) -> Effect {
    Effect::Hold { consented: digest(version), recipient: None }
}

fn applied(held: u64, ended: u64, installations: u64) -> Noted {
    Noted::Applied { held, ended, installations }
}

/// Digests in the order listed, and the newest.
async fn versions(store: &Arc<dyn Store>) -> (Vec<Digest>, Option<Digest>) {
    let listed = store.list_versions(CLIENT).await.unwrap();
    let newest = store.find_newest_version(CLIENT).await.unwrap();
    assert_eq!(listed.iter().find(|version| version.newest), newest.as_ref());
    (listed.iter().map(|version| version.digest).collect(), newest.map(|version| version.digest))
}

async fn held_at(store: &Arc<dyn Store>, grant: GrantId) -> Option<i64> {
    let grant = store.find_grant(grant).await.unwrap().unwrap();
    grant.held_at.map(|held_at| held_at.seconds_since(at(0)))
}

async fn feed(store: &Arc<dyn Store>) -> Vec<Subject> {
    let lines = store.list_revocations(0).await.unwrap();
    lines.into_iter().map(|Revocation { subject, .. }| subject).collect()
}

/// An installation that authenticated with this key.
async fn install_keyed(store: &Arc<dyn Store>, number: u32, grant: GrantId, key: &str) {
    let code = crate::record::Code {
        code: digest(20_000 + number),
        ticket: bytes(20_000 + number),
        ..code(number, grant)
    };
    let mut redeem = RedeemCode { code: code.code, installation: installation(number, grant) };
    redeem.installation.client_key = Some(key.into());
    assert_eq!(store.add_code(code).await.unwrap(), Outcome::Applied);
    assert_eq!(store.redeem_code(redeem).await.unwrap(), Outcome::Applied);
}

async fn ended(store: &Arc<dyn Store>, numbers: impl IntoIterator<Item = u32>) -> Vec<u32> {
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

/// By version and recipient; only the client's, and only what lives. What is held already keeps its time.
pub async fn a_version_holds_the_grants_it_names(store: Arc<dyn Store>) {
    add_people(&store).await;
    let old = record(&store, on(1, 1, None)).await;
    let mut elsewhere = on(2, 1, Some(1));
    elsewhere.grant.recipient = "https://claude.ai".into();
    let elsewhere = record(&store, elsewhere).await;
    let gone = record(&store, on(3, 1, Some(1))).await;
    store.revoke(Subject::Grant(gone), RevocationReason::User, at(1)).await.unwrap();
    let other = record(&store, consent(4, "zed")).await;
    let mut of_bob = on(5, 1, Some(1));
    of_bob.grant.user = user_id(2);
    let of_bob = record(&store, of_bob).await;

    assert_eq!(store.note_version(new(2, 1, vec![hold(3)])).await.unwrap(), applied(0, 0, 0));
    let newer = record(&store, on(6, 2, Some(2))).await;
    let recipient = Some("https://claude.ai".to_owned());
    let there = Effect::Hold { consented: digest(1), recipient };
    assert_eq!(store.note_version(new(3, 2, vec![there])).await.unwrap(), applied(1, 0, 0));
    let step = new(4, 3, vec![hold(1), hold(1)]);
    assert_eq!(store.note_version(step).await.unwrap(), applied(2, 0, 0));
    for (why, grant, expected) in [
        ("of that version", old, Some(4)),
        ("held before", elsewhere, Some(3)),
        ("another user's", of_bob, Some(4)),
        ("revoked", gone, None),
        ("another client's", other, None),
        ("of another version", newer, None),
    ] {
        assert_eq!(held_at(&store, grant).await, expected, "{why}");
    }
    assert_eq!(feed(&store).await, [Subject::Grant(gone)]);
    let found = store.find_grants(user_id(1), CLIENT).await.unwrap();
    assert_eq!(found.iter().filter(|grant| grant.held_at.is_some()).count(), 2);
}

/// But a login that had its code goes on to its end; and everything that there is can still be ended.
pub async fn a_held_grant_gives_no_codes_and_no_rotations(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, on(1, 1, None)).await;
    let sibling = record(&store, on(2, 2, Some(1))).await;
    install(&store, 3, grant).await;
    install(&store, 4, sibling).await;
    store.note_version(new(3, 1, vec![hold(1)])).await.unwrap();

    assert_eq!(store.add_code(code(5, grant)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.advance_installation(advance(3, 0, 10)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.add_code(code(6, sibling)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.advance_installation(advance(4, 0, 10)).await.unwrap(), Outcome::Applied);
    let begun = RedeemCode { code: digest(1), installation: installation(7, grant) };
    assert_eq!(store.redeem_code(begun).await.unwrap(), Outcome::Applied);
    assert_eq!(store.advance_installation(advance(7, 0, 10)).await.unwrap(), Outcome::Lost);
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(11)).await.unwrap();
    assert_eq!(ended(&store, [3, 4, 7]).await, [3, 7]);
}

/// With the version that it was about; what was installed before works again.
pub async fn a_consent_lets_a_held_grant_go_on(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, on(1, 1, None)).await;
    install(&store, 2, grant).await;
    store.note_version(new(2, 1, vec![hold(1)])).await.unwrap();
    let mut again = on(3, 2, Some(2));
    again.grant.resource = on(1, 1, None).grant.resource;
    assert_eq!(record(&store, again).await, grant);
    let found = store.find_grant(grant).await.unwrap().unwrap();
    assert_eq!((found.held_at, found.metadata), (None, digest(2)));
    assert_eq!(store.advance_installation(advance(2, 0, 10)).await.unwrap(), Outcome::Applied);
}

/// Grants with their installations, and installations by their keys; each has a line in the feed.
pub async fn a_version_ends_what_it_names(store: Arc<dyn Store>) {
    add_people(&store).await;
    let first = record(&store, on(1, 1, None)).await;
    let second = record(&store, on(2, 2, Some(1))).await;
    let other = record(&store, consent(3, "zed")).await;
    install(&store, 10, first).await;
    install(&store, 20, second).await;
    for (number, grant, key) in [
        (11, first, "a"),
        (21, second, "a"),
        (22, second, "b"),
        (23, second, "A"),
        (31, other, "a"),
    ] {
        install_keyed(&store, number, grant, key).await;
    }
    let all = [10, 11, 20, 21, 22, 23, 31];
    let by_key = new(3, 1, vec![Effect::EndKey("a".into()), Effect::EndKey("c".into())]);
    assert_eq!(store.note_version(by_key).await.unwrap(), applied(0, 0, 2));
    assert_eq!(ended(&store, all).await, [11, 21]);
    assert_eq!(
        store.note_version(new(4, 3, vec![Effect::EndKeyed])).await.unwrap(),
        applied(0, 0, 2)
    );
    assert_eq!(ended(&store, all).await, [11, 21, 22, 23]);
    let whole = new(5, 4, vec![Effect::End { consented: digest(1) }, hold(1), hold(2)]);
    assert_eq!(store.note_version(whole).await.unwrap(), applied(1, 1, 0));
    assert_eq!(ended(&store, all).await, [10, 11, 21, 22, 23]);
    let lines = feed(&store).await;
    for number in [11, 21, 22, 23] {
        assert!(lines.contains(&Subject::Installation(installation_id(number))), "{number}");
    }
    assert_eq!((lines.len(), lines.last()), (5, Some(&Subject::Grant(first))));
}

/// All of the client's, as consented to on the newest version; none if another one is the newest.
pub async fn an_administrator_lets_held_grants_go_on(store: Arc<dyn Store>) {
    add_people(&store).await;
    let held = record(&store, on(1, 1, None)).await;
    let never_held = record(&store, on(2, 2, Some(1))).await;
    let gone = record(&store, on(3, 1, Some(1))).await;
    store.note_version(new(3, 1, vec![hold(1)])).await.unwrap();
    store.revoke(Subject::Grant(gone), RevocationReason::User, at(5)).await.unwrap();
    for newest in [1, 2, 9] {
        assert_eq!(store.release_grants(CLIENT, digest(newest)).await.unwrap(), 0, "{newest}");
    }
    let other = consent(4, "zed").grant.client_id;
    assert_eq!(store.release_grants(&other, digest(3)).await.unwrap(), 0);
    assert!(held_at(&store, held).await.is_some());
    assert_eq!(store.release_grants(CLIENT, digest(3)).await.unwrap(), 1);
    assert_eq!(store.release_grants(CLIENT, digest(3)).await.unwrap(), 0);
    for (grant, version) in [(held, 3), (never_held, 2)] {
        let grant = store.find_grant(grant).await.unwrap().unwrap();
        assert_eq!((grant.held_at, grant.metadata), (None, digest(version)));
    }
}

/// Those whose key is not in the set; public ones and other clients' stay.
pub async fn installations_of_lost_keys_end(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, on(1, 1, None)).await;
    let other = record(&store, consent(2, "zed")).await;
    install(&store, 10, grant).await;
    for (number, grant, key) in [(11, grant, "a"), (12, grant, "b"), (21, other, "b")] {
        install_keyed(&store, number, grant, key).await;
    }
    let end = |keys: &[&str], seconds| {
        let (store, kept) = (Arc::clone(&store), keys.iter().map(ToString::to_string).collect());
        async move { store.end_lost_keys(CLIENT, kept, at(seconds)).await.unwrap() }
    };
    assert_eq!(end(&["a", "b", "c"], 5).await, 0);
    assert_eq!(end(&["a", "B"], 6).await, 1);
    assert_eq!(end(&["a"], 7).await, 0);
    assert_eq!(ended(&store, [10, 11, 12, 21]).await, [12]);
    assert_eq!(end(&[], 8).await, 1);
    assert_eq!(ended(&store, [10, 11, 12, 21]).await, [11, 12]);
    assert_eq!(feed(&store).await.len(), 2);
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

/// When live grants hang on so many versions that one of them is forgotten.
pub async fn a_grant_whose_version_is_forgotten_is_held(store: Arc<dyn Store>) {
    add_people(&store).await;
    let mut grants = vec![record(&store, on(1, 1, None)).await];
    for version in 2..=retention::VERSIONS {
        store.note_version(new(version, version - 1, Vec::new())).await.unwrap();
        grants.push(record(&store, on(version, version, Some(version))).await);
    }
    let last = retention::VERSIONS + 1;
    let noted = store.note_version(new(last, last - 1, Vec::new())).await.unwrap();
    assert_eq!(noted, applied(1, 0, 0));
    let mut held = Vec::new();
    for (number, grant) in (1..).zip(grants) {
        if held_at(&store, grant).await.is_some() {
            held.push(number);
        }
    }
    assert_eq!(held, [2]);
}

/// Whoever comes first: after both, no grant of the old version goes on.
pub async fn consenting_against_noting_lets_nothing_slip_through(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, on(1, 1, None)).await;
    for step in 1..=u32::from(super::RACERS) {
        let (ours, theirs) = (Arc::clone(&store), Arc::clone(&store));
        let number = 100 + step;
        let consenting = tokio::spawn(async move {
            ours.record_consent(on(number, step, Some(step))).await.unwrap()
        });
        let noting = tokio::spawn(async move {
            theirs.note_version(new(step + 1, step, vec![hold(step)])).await.unwrap()
        });
        let recorded = consenting.await.unwrap();
        assert!(matches!(noting.await.unwrap(), Noted::Applied { .. }));
        match recorded {
            Recorded::Under(grant) => assert!(held_at(&store, grant).await.is_some()),
            recorded => assert_eq!(recorded, Recorded::Outdated),
        }
    }
}

/// Whoever comes first: after the hold, nothing rotates.
pub async fn rotating_against_holding_lets_nothing_slip_through(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, on(1, 1, None)).await;
    install(&store, 2, grant).await;
    let rotating = Arc::clone(&store);
    let rotating = tokio::spawn(async move {
        let mut generation = 0;
        let step = |generation: u32| advance(2, generation, 10 + i64::from(generation));
        while generation < 1000
            && rotating.advance_installation(step(generation)).await.unwrap() == Outcome::Applied
        {
            generation += 1;
        }
        generation
    });
    store.note_version(new(2, 1, vec![hold(1)])).await.unwrap();
    let (frozen, _) = store.find_installation(installation_id(2)).await.unwrap().unwrap();
    assert_eq!(rotating.await.unwrap(), frozen.generation);
    let next = advance(2, frozen.generation, 5000);
    assert_eq!(store.advance_installation(next).await.unwrap(), Outcome::Lost);
}
