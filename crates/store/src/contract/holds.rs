//! Promises about what a new version of a metadata document does to grants: it holds them, ends them, or carries them along (DESIGN 4.7).

use std::sync::Arc;

use super::samples::{
    add_people, adding, advance, at, code, consent, digest, install, installation, installation_id,
    record, user_id,
};
use super::versions::{CLIENT, applied, ended, feed, held_at, hold, install_keyed, new, on};
use crate::{
    Outcome, Store,
    record::{Effect, Noted, Recorded, RedeemCode, RevocationReason, Subject},
    retention,
};

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

    assert_eq!(store.add_code(adding(code(5, grant))).await.unwrap(), Outcome::Lost);
    assert_eq!(store.advance_installation(advance(3, 0, 10)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.add_code(adding(code(6, sibling))).await.unwrap(), Outcome::Applied);
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
