//! Promises about what is compared with bans, and what a ban ends.

use std::sync::Arc;

use salver_oauth::GrantId;

use super::samples::{
    add_people, adding, at, bytes, code, consent, digest, install, installation, installation_id,
    one_installation, record, user_id,
};
use crate::{
    Outcome, Store,
    record::{
        Installation, LiveGrant, RedeemCode, Revocation, RevocationReason, Subject,
        UsedInstallation,
    },
};

/// Everybody's, whole, with application, keys and use; what has ended is not there.
pub async fn live_grants_are_listed_with_what_is_below_them(store: Arc<dyn Store>) {
    let first = one_installation(&store).await;
    for (number, key) in [(2, "b"), (3, "a"), (4, "b"), (5, "gone")] {
        let added = store.add_code(adding(code(number, first))).await.unwrap();
        assert_eq!(added, Outcome::Applied);
        let client_key = Some(key.into());
        let installation = Installation { client_key, ..installation(number, first) };
        let redeem = RedeemCode { code: digest(number), installation };
        assert_eq!(store.redeem_code(redeem).await.unwrap(), Outcome::Applied);
    }
    let gone = Subject::Installation(installation_id(5));
    store.revoke(gone, RevocationReason::Client, at(5)).await.unwrap();
    let used = UsedInstallation { id: installation_id(3), generation: 0, at: at(50) };
    store.record_use(vec![used]).await.unwrap();
    let mut of_bob = consent(6, "zed");
    of_bob.grant.user = user_id(2);
    let of_bob = record(&store, of_bob).await;
    let revoked = record(&store, consent(7, "codex")).await;
    store.revoke(Subject::Grant(revoked), RevocationReason::User, at(5)).await.unwrap();

    let expected = [
        LiveGrant {
            grant: store.find_grant(first).await.unwrap().unwrap(),
            application_key: "document claude".into(),
            label: "claude".into(),
            name: "claude".into(),
            keys: vec!["a".into(), "b".into()],
            installations: [1, 2, 3, 4].map(installation_id).to_vec(),
            last_used_at: at(50),
        },
        LiveGrant {
            grant: store.find_grant(of_bob).await.unwrap().unwrap(),
            application_key: "document zed".into(),
            label: "zed".into(),
            name: "zed".into(),
            keys: Vec::new(),
            installations: Vec::new(),
            last_used_at: at(0),
        },
    ];
    assert_eq!(store.list_live_grants(None, 10).await.unwrap(), expected);
}

/// In the order of ids, whatever the order of consents; each page begins behind the last one.
pub async fn live_grants_are_read_in_pages(store: Arc<dyn Store>) {
    add_people(&store).await;
    let mut expected = Vec::new();
    for number in [3, 1, 5, 2, 4] {
        let grant = record(&store, consent(number, &format!("client{number}"))).await;
        install(&store, number, grant).await;
        expected.push(grant);
    }
    expected.sort();
    let (mut found, mut after): (Vec<GrantId>, _) = (Vec::new(), None);
    for length in [2, 2, 1, 0] {
        let page = store.list_live_grants(after, 2).await.unwrap();
        assert_eq!(page.len(), length);
        assert!(page.iter().all(|found| found.installations.len() == 1));
        found.extend(page.iter().map(|found| found.grant.id));
        after = found.last().copied();
    }
    assert_eq!(found, expected);
    assert!(store.list_live_grants(None, 0).await.unwrap().is_empty());
}

/// Named ones and no others, each with a line in the feed; what was ended before, or named twice, or is not there, counts nothing.
pub async fn grants_are_revoked_together(store: Arc<dyn Store>) {
    let first = one_installation(&store).await;
    install(&store, 2, first).await;
    let mut of_bob = consent(3, "zed");
    of_bob.grant.user = user_id(2);
    let of_bob = record(&store, of_bob).await;
    install(&store, 3, of_bob).await;
    let other = record(&store, consent(4, "codex")).await;
    let ended = record(&store, consent(5, "gone")).await;
    store.revoke(Subject::Grant(ended), RevocationReason::User, at(4)).await.unwrap();

    let unknown = GrantId::from_bytes(bytes(99));
    let named = vec![first, of_bob, first, ended, unknown];
    let revoked = store.revoke_grants(named.clone(), RevocationReason::Ban, at(5)).await.unwrap();
    assert_eq!(revoked, (2, 3));
    for (grant, expected) in
        [(first, Some(at(5))), (of_bob, Some(at(5))), (other, None), (ended, Some(at(4)))]
    {
        assert_eq!(store.find_grant(grant).await.unwrap().unwrap().revoked_at, expected);
    }
    let feed = store.list_revocations(0).await.unwrap();
    let feed: Vec<_> = feed.into_iter().map(|Revocation { subject, .. }| subject).collect();
    assert_eq!(feed, [ended, first, of_bob].map(Subject::Grant));

    let again = store.revoke_grants(named, RevocationReason::Ban, at(6)).await.unwrap();
    assert_eq!(again, (0, 0));
    let none = store.revoke_grants(Vec::new(), RevocationReason::Ban, at(6)).await.unwrap();
    assert_eq!(none, (0, 0));
}
