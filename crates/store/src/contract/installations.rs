//! Promises about installations: rotation of refresh tokens and late facts of use.

use std::sync::Arc;

use super::{
    race,
    samples::{
        adding, advance, at, code, digest, install, installation, installation_id,
        one_installation, scope,
    },
};
use crate::{
    Outcome, Store,
    record::{Installation, RedeemCode, RevocationReason, Subject, UsedInstallation},
};

/// Installation 1.
async fn load(store: &Arc<dyn Store>) -> Installation {
    store.find_installation(installation_id(1)).await.unwrap().unwrap().0
}

/// With its grant; an unknown one is not found.
pub async fn an_installation_comes_back_as_it_was(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    let started = Installation {
        scope: scope("read write"),
        client_key: Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".into()),
        instance_key: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".into()),
        generation: 3,
        previous: Some(digest(9)),
        used_generation: Some(2),
        ..installation(2, grant)
    };
    assert_eq!(store.add_code(adding(code(2, grant))).await.unwrap(), Outcome::Applied);
    let redeem = RedeemCode { code: digest(2), installation: started.clone() };
    assert_eq!(store.redeem_code(redeem).await.unwrap(), Outcome::Applied);
    let (found, below) = store.find_installation(installation_id(2)).await.unwrap().unwrap();
    assert_eq!((found, below.id), (started, grant));
    assert!(store.find_installation(installation_id(3)).await.unwrap().is_none());
}

/// Everything that moves, and nothing else.
pub async fn rotation_moves_one_generation(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    install(&store, 2, grant).await;
    let step = advance(1, 0, 100);
    assert_eq!(store.advance_installation(step.clone()).await.unwrap(), Outcome::Applied);
    let expected = Installation {
        generation: 1,
        current: step.current,
        previous: Some(step.previous),
        rotated_at: at(100),
        last_used_at: at(100),
        expires_at: step.expires_at,
        ..installation(1, grant)
    };
    assert_eq!(load(&store).await, expected);
    let (sibling, _) = store.find_installation(installation_id(2)).await.unwrap().unwrap();
    assert_eq!(sibling, installation(2, grant));
}

/// To the key presented with the rotation; a public installation stays one.
pub async fn the_key_of_an_installation_moves_along(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    let keyed = Installation { client_key: Some("a".into()), ..installation(2, grant) };
    assert_eq!(store.add_code(adding(code(2, grant))).await.unwrap(), Outcome::Applied);
    let redeem = RedeemCode { code: digest(2), installation: keyed };
    assert_eq!(store.redeem_code(redeem).await.unwrap(), Outcome::Applied);
    for (number, generation, presented, expected) in [
        (2, 0, None, Some("a")),
        (2, 1, Some("b"), Some("b")),
        (1, 0, Some("b"), None),
        (1, 1, None, None),
    ] {
        let mut step = advance(number, generation, 100);
        step.client_key = presented.map(Into::into);
        assert_eq!(store.advance_installation(step).await.unwrap(), Outcome::Applied);
        let (after, _) = store.find_installation(installation_id(number)).await.unwrap().unwrap();
        assert_eq!(after.client_key.as_deref(), expected, "{number} {generation}");
    }
}

/// One behind and one ahead are lost, and change nothing.
pub async fn rotation_needs_the_expected_generation(store: Arc<dyn Store>) {
    one_installation(&store).await;
    assert_eq!(store.advance_installation(advance(1, 0, 100)).await.unwrap(), Outcome::Applied);
    let before = load(&store).await;
    for expected in [0, 2] {
        assert_eq!(
            store.advance_installation(advance(1, expected, 101)).await.unwrap(),
            Outcome::Lost
        );
    }
    assert_eq!(load(&store).await, before);
    assert_eq!(store.advance_installation(advance(1, 1, 101)).await.unwrap(), Outcome::Applied);
}

/// Lost when expired, ended, below a revoked grant, or unknown.
pub async fn rotation_needs_a_live_installation(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    let end = load(&store).await.expires_at.seconds_since(at(0));
    for number in [2, 3] {
        install(&store, number, grant).await;
    }
    assert_eq!(store.advance_installation(advance(1, 0, end)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.advance_installation(advance(1, 0, end - 1)).await.unwrap(), Outcome::Applied);
    store
        .revoke(Subject::Installation(installation_id(2)), RevocationReason::Client, at(5))
        .await
        .unwrap();
    assert_eq!(store.advance_installation(advance(2, 0, 6)).await.unwrap(), Outcome::Lost);
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    assert_eq!(store.advance_installation(advance(3, 0, 6)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.advance_installation(advance(4, 0, 6)).await.unwrap(), Outcome::Lost);
}

/// A race for a generation has one winner, whose token is the current one.
pub async fn of_many_who_rotate_one_generation_one_succeeds(store: Arc<dyn Store>) {
    one_installation(&store).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let mut step = advance(1, 0, 100);
        step.current = digest(2000 + u32::from(racer));
        let current = step.current;
        async move { (store.advance_installation(step).await.unwrap(), current) }
    })
    .await;
    let winners: Vec<_> =
        answers.into_iter().filter(|(outcome, _)| *outcome == Outcome::Applied).collect();
    let after = load(&store).await;
    assert_eq!(winners, [(Outcome::Applied, after.current)]);
    assert_eq!(after.generation, 1);
}

/// Whoever comes first: after both, the installation is ended.
pub async fn rotating_against_revoking_leaves_nothing_alive(store: Arc<dyn Store>) {
    let grant = one_installation(&store).await;
    for number in 2..=u32::from(super::RACERS) {
        install(&store, number, grant).await;
    }
    let revoking = Arc::clone(&store);
    let revoking = tokio::spawn(async move {
        revoking.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    });
    let rotated =
        race(|racer| {
            let store = Arc::clone(&store);
            async move {
                store.advance_installation(advance(1 + u32::from(racer), 0, 100)).await.unwrap()
            }
        })
        .await;
    revoking.await.unwrap();
    let mut generations = 0;
    for number in 1..=u32::from(super::RACERS) {
        let (installation, _) =
            store.find_installation(installation_id(number)).await.unwrap().unwrap();
        assert_eq!(installation.ended_at, Some(at(5)));
        assert_eq!(
            store
                .advance_installation(advance(number, installation.generation, 101))
                .await
                .unwrap(),
            Outcome::Lost
        );
        generations += installation.generation;
    }
    let applied = rotated.iter().filter(|outcome| **outcome == Outcome::Applied).count();
    assert_eq!(u32::try_from(applied), Ok(generations));
}

/// Each fact counts for itself; older ones, repeated ones and those about nobody change nothing.
pub async fn late_facts_of_use_are_merged(store: Arc<dyn Store>) {
    const STEPS: &[(&str, u32, i64, u32, i64)] = &[
        ("the first fact", 2, 50, 2, 50),
        ("the same again", 2, 50, 2, 50),
        ("older in both", 1, 40, 2, 50),
        ("a newer time, an older generation", 1, 60, 2, 60),
        ("a newer generation, an older time", 3, 55, 3, 60),
        ("newer in both", 4, 70, 4, 70),
    ];
    let grant = one_installation(&store).await;
    install(&store, 2, grant).await;
    let used = |number, generation, seconds| UsedInstallation {
        id: installation_id(number),
        generation,
        at: at(seconds),
    };
    for (why, generation, seconds, expected_generation, expected_seconds) in STEPS {
        store.record_use(vec![used(9, 1, 1), used(1, *generation, *seconds)]).await.unwrap();
        let after = load(&store).await;
        assert_eq!(
            (after.used_generation, after.last_used_at),
            (Some(*expected_generation), at(*expected_seconds)),
            "{why}"
        );
    }
    store.record_use(vec![used(1, 0, 65), used(1, 6, 80), used(1, 5, 90)]).await.unwrap();
    let after = load(&store).await;
    assert_eq!((after.used_generation, after.last_used_at, after.generation), (Some(6), at(90), 0));
    store.record_use(Vec::new()).await.unwrap();
    store.record_use(vec![used(2, 0, -5)]).await.unwrap();
    let (sibling, _) = store.find_installation(installation_id(2)).await.unwrap().unwrap();
    assert_eq!((sibling.used_generation, sibling.last_used_at), (Some(0), at(1)));
}
