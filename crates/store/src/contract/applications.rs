//! Promises about what Connected apps shows.

use std::sync::Arc;

use super::samples::{add_people, at, consent, install, installation_id, record, scope, user_id};
use crate::{
    Store,
    record::{RevocationReason, Subject, UsedInstallation},
};

/// The labels of a user's applications, in the order listed.
async fn labels(store: &Arc<dyn Store>, user: u32) -> Vec<String> {
    store
        .list_applications(user_id(user))
        .await
        .unwrap()
        .into_iter()
        .map(|found| found.label)
        .collect()
}

/// A consent, a redemption and a use each move an application up.
pub async fn applications_are_listed_last_used_first(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert!(labels(&store, 1).await.is_empty());
    let mut grants = Vec::new();
    for (number, name, seconds) in [(1, "claude", -30), (2, "zed", -20), (3, "codex", -10)] {
        let mut consent = consent(number, name);
        consent.grant.consented_at = at(seconds);
        grants.push((number, record(&store, consent).await));
    }
    assert_eq!(labels(&store, 1).await, ["codex", "zed", "claude"]);
    let (number, grant) = grants.remove(0);
    install(&store, number, grant).await;
    assert_eq!(labels(&store, 1).await, ["claude", "codex", "zed"]);
    let (number, grant) = grants.remove(0);
    install(&store, number, grant).await;
    let used = UsedInstallation { id: installation_id(number), generation: 0, at: at(50) };
    store.record_use(vec![used]).await.unwrap();
    assert_eq!(labels(&store, 1).await, ["zed", "claude", "codex"]);
    // A consent that widens counts as use, and of several grants the one used last.
    let mut wider = consent(4, "codex");
    wider.grant.consented_at = at(60);
    record(&store, wider).await;
    assert_eq!(labels(&store, 1).await, ["codex", "zed", "claude"]);
    let mut elsewhere = consent(5, "claude");
    elsewhere.grant.resource = "https://as.example/other".into();
    elsewhere.grant.created_at = at(70);
    elsewhere.grant.consented_at = at(70);
    record(&store, elsewhere).await;
    assert_eq!(labels(&store, 1).await, ["claude", "codex", "zed"]);
    assert!(labels(&store, 2).await.is_empty());
}

/// Only live grants with live installations, oldest first.
pub async fn what_has_ended_is_not_listed(store: Arc<dyn Store>) {
    add_people(&store).await;
    let first = record(&store, consent(1, "claude")).await;
    let mut second = consent(2, "claude");
    second.grant.resource = "https://as.example/other".into();
    second.grant.created_at = at(1);
    second.grant.scope = scope("write");
    let second = record(&store, second).await;
    let gone = record(&store, consent(3, "zed")).await;
    for (number, grant) in [(1, first), (2, first), (3, first), (4, gone)] {
        install(&store, number, grant).await;
    }
    store
        .revoke(Subject::Installation(installation_id(2)), RevocationReason::Client, at(5))
        .await
        .unwrap();
    store.revoke(Subject::Grant(gone), RevocationReason::User, at(5)).await.unwrap();

    let listed = store.list_applications(user_id(1)).await.unwrap();
    let outline: Vec<_> = listed
        .iter()
        .flat_map(|application| &application.grants)
        .map(|(grant, installations)| {
            (grant.id, installations.iter().map(|found| found.id).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        outline,
        [(first, vec![installation_id(1), installation_id(3)]), (second, Vec::new())]
    );
}
