//! Promises about the domains that owners of clients have proven.

use std::sync::Arc;

use super::samples::{add_people, at, client_event, draft, enter, user_id};
use crate::{
    Outcome, Store,
    record::{ChangeClient, ClientContent, ClientState, DomainProof, ProofMethod},
    retention,
};

fn proof(domain: &str, checked: i64) -> DomainProof {
    DomainProof {
        client_id: "app_1".into(),
        domain: domain.into(),
        method: ProofMethod::Dns,
        proven_at: at(1),
        checked_at: at(checked),
        failing_since: None,
    }
}

/// The newest look stands; who was looked at longest ago is due first.
pub async fn a_domain_is_proven_for_one_client_and_looked_at_again(store: Arc<dyn Store>) {
    add_people(&store).await;
    let keep = |proof| store.keep_domain_proof(proof);
    assert_eq!(keep(proof("a.example", 1)).await.unwrap(), Outcome::Lost, "no such client");
    assert_eq!(enter(&store, draft(1, Some(user_id(1)))).await, Outcome::Applied);
    for (domain, checked) in [("b.example", 5), ("a.example", 9), ("c.example", 3)] {
        assert_eq!(keep(proof(domain, checked)).await.unwrap(), Outcome::Applied);
    }
    let failing = DomainProof {
        method: ProofMethod::File,
        failing_since: Some(at(12)),
        ..proof("c.example", 12)
    };
    assert_eq!(keep(failing.clone()).await.unwrap(), Outcome::Applied);
    let listed = store.list_domain_proofs("app_1").await.unwrap();
    assert_eq!(listed, [proof("a.example", 9), proof("b.example", 5), failing]);
    assert!(store.list_domain_proofs("app_2").await.unwrap().is_empty());
    for (before, limit, expected) in [
        (5, 9, &[][..]),
        (6, 9, &["b.example"]),
        (13, 9, &["b.example", "a.example", "c.example"]),
        (13, 1, &["b.example"]),
    ] {
        let due = store.list_due_domain_proofs(at(before), limit).await.unwrap();
        let domains: Vec<_> = due.iter().map(|proof| proof.domain.as_str()).collect();
        assert_eq!(domains, expected, "{before} {limit}");
    }
    for expected in [Outcome::Applied, Outcome::Lost] {
        let removed = store.remove_domain_proof("app_1", "a.example").await.unwrap();
        assert_eq!(removed, expected);
    }
}

/// When it is deleted and its time is over.
pub async fn proofs_go_with_their_client(store: Arc<dyn Store>) {
    add_people(&store).await;
    let client = draft(1, Some(user_id(1)));
    assert_eq!(enter(&store, client.clone()).await, Outcome::Applied);
    let kept = store.keep_domain_proof(proof("a.example", 1)).await.unwrap();
    assert_eq!(kept, Outcome::Applied);
    let change = ChangeClient {
        client_id: client.client_id.clone(),
        expected_revision: 0,
        content: ClientContent { state: ClientState::Deleted, ..client.content },
        ends: None,
        event: client_event("deleted", 2),
    };
    assert_eq!(store.change_recorded_client(change).await.unwrap(), Outcome::Applied);
    store.sweep(at(2 + retention::DELETED_CLIENT)).await.unwrap();
    assert!(store.list_domain_proofs("app_1").await.unwrap().is_empty());
    assert_eq!(store.find_recorded_client("app_1").await.unwrap(), None);
}
