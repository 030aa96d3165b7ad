//! Promises about authorization codes (OAuth 2.1 §4.1.3: good once).

use std::sync::Arc;

use salver_oauth::GrantId;

use super::{
    race,
    samples::{
        add_people, adding, at, bytes, code, consent, digest, installation, installation_id,
        record, scope,
    },
};
use crate::{
    Outcome, Store,
    record::{RedeemCode, RevocationReason, Subject},
};

/// The redemption of code `number` by an installation of the same number.
fn redeem(number: u32, grant: GrantId) -> RedeemCode {
    RedeemCode { code: digest(number), installation: installation(number, grant) }
}

/// A code added under a grant on record, and an unknown one.
pub async fn a_code_comes_back_as_it_was(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    let mut code = code(2, grant);
    code.scope = scope("read notes:write");
    code.pushed_by = Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".into());
    code.instance_key = Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".into());
    code.redirect_uri = "https://a.example/cb?x=%20&y=ä".into();
    // A ticket that a page has spent is no matter here.
    code.ticket = bytes(1);
    assert_eq!(store.add_code(adding(code.clone())).await.unwrap(), Outcome::Applied);
    let (found, below) = store.find_code(digest(2)).await.unwrap().unwrap();
    assert_eq!((found, below.id), (code, grant));
    assert_eq!(store.find_code(digest(3)).await.unwrap(), None);
}

/// None under a revoked or an unknown grant.
pub async fn a_code_needs_a_live_grant(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    assert_eq!(store.add_code(adding(code(2, grant))).await.unwrap(), Outcome::Applied);
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    assert_eq!(store.add_code(adding(code(3, grant))).await.unwrap(), Outcome::Lost);
    assert_eq!(
        store.add_code(adding(code(4, GrantId::from_bytes(bytes(99))))).await.unwrap(),
        Outcome::Lost
    );
    assert_eq!(store.find_code(digest(3)).await.unwrap(), None);
    assert_eq!(store.find_code(digest(4)).await.unwrap(), None);
}

/// The second redemption is lost, starts nothing, and the code names who was first.
pub async fn a_code_is_redeemed_once(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    assert_eq!(store.find_code(digest(1)).await.unwrap().unwrap().0.redeemed_by, None);
    assert_eq!(store.redeem_code(redeem(1, grant)).await.unwrap(), Outcome::Applied);
    let second = RedeemCode { code: digest(1), installation: installation(2, grant) };
    assert_eq!(store.redeem_code(second).await.unwrap(), Outcome::Lost);
    assert_eq!(
        store.find_code(digest(1)).await.unwrap().unwrap().0.redeemed_by,
        Some(installation_id(1))
    );
    assert!(store.find_installation(installation_id(1)).await.unwrap().is_some());
    assert!(store.find_installation(installation_id(2)).await.unwrap().is_none());
    assert_eq!(store.redeem_code(redeem(9, grant)).await.unwrap(), Outcome::Lost);
}

/// A race for a code has one winner, and one installation.
pub async fn of_many_who_redeem_one_code_one_succeeds(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let redeem = RedeemCode {
            code: digest(1),
            installation: installation(100 + u32::from(racer), grant),
        };
        async move { store.redeem_code(redeem).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Outcome::Applied).count(), 1);
    let applications = store.list_applications(super::samples::user_id(1)).await.unwrap();
    let installations: usize = applications
        .iter()
        .flat_map(|application| &application.grants)
        .map(|(_, installations)| installations.len())
        .sum();
    assert_eq!(installations, 1);
}

/// The code stays unspent: it was never good.
pub async fn a_code_under_a_revoked_grant_is_lost(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    assert_eq!(store.redeem_code(redeem(1, grant)).await.unwrap(), Outcome::Lost);
    assert!(store.find_installation(installation_id(1)).await.unwrap().is_none());
    let (code, grant) = store.find_code(digest(1)).await.unwrap().unwrap();
    assert_eq!((code.redeemed_by, grant.revoked_at), (None, Some(at(5))));
}

/// An installation below another grant is lost, and the code is still good.
pub async fn a_code_gives_only_under_its_own_grant(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    let other = record(&store, consent(2, "zed")).await;
    assert_eq!(store.redeem_code(redeem(1, other)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.redeem_code(redeem(1, grant)).await.unwrap(), Outcome::Applied);
}

/// Whoever comes first: after both, no installation lives below the revoked grant.
pub async fn redeeming_against_revoking_leaves_nothing_alive(store: Arc<dyn Store>) {
    add_people(&store).await;
    for number in 1..=u32::from(super::RACERS) {
        let grant = record(&store, consent(number, &format!("client{number}"))).await;
        let (ours, theirs) = (Arc::clone(&store), Arc::clone(&store));
        let redeeming =
            tokio::spawn(async move { ours.redeem_code(redeem(number, grant)).await.unwrap() });
        let revoking = tokio::spawn(async move {
            theirs.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
        });
        let redeemed = redeeming.await.unwrap();
        revoking.await.unwrap();
        let installation = store.find_installation(installation_id(number)).await.unwrap();
        assert_eq!(installation.is_some(), redeemed == Outcome::Applied);
        assert!(installation.is_none_or(|(installation, _)| installation.ended_at == Some(at(5))));
    }
}
