//! Promises about what reviewers approved.

use std::sync::Arc;

use salver_oauth::CaseId;

use super::samples::{add_people, at, bytes, digest, user_id};
use crate::{
    Outcome, Store,
    record::{Approval, Audience, NewApproval},
    retention,
};

fn client_id(client: &str) -> String {
    format!("https://{client}.example/client.json")
}

/// For everybody, at one resource, for good; unless changed.
fn approval(client: &str) -> NewApproval {
    NewApproval {
        case: None,
        client_id: client_id(client),
        recipient: "loopback".into(),
        substance: digest(7),
        resource: Some("https://as.example/mcp".into()),
        audience: Audience::Everybody,
        until: None,
        by: "ada".into(),
        at: at(0),
    }
}

/// The same, as it is kept.
fn kept(number: i64, approval: NewApproval) -> Approval {
    let NewApproval { case, client_id, recipient, substance, resource, audience, until, by, at } =
        approval;
    Approval {
        number,
        case,
        client_id,
        recipient,
        substance,
        resource,
        audience,
        until,
        by,
        at,
        ended_at: None,
        ended_by: None,
    }
}

/// The numbers of a client's approvals in force.
async fn live(store: &Arc<dyn Store>, client: &str, seconds: i64) -> Vec<i64> {
    let found = store.list_approvals(&client_id(client), at(seconds)).await.unwrap();
    found.into_iter().map(|approval| approval.number).collect()
}

/// Whoever it is for; and only under its own client, byte for byte.
pub async fn an_approval_comes_back_as_it_was(store: Arc<dyn Store>) {
    add_people(&store).await;
    let case = Some(CaseId::from_bytes(bytes(7)));
    let approvals = [
        approval("claude"),
        NewApproval { audience: Audience::User(user_id(2)), case, ..approval("claude") },
        NewApproval {
            audience: Audience::Group("staff".into()),
            resource: None,
            until: Some(at(60)),
            ..approval("claude")
        },
    ];
    let mut expected = Vec::new();
    for (number, approval) in (1..).zip(approvals) {
        assert_eq!(store.add_approval(approval.clone()).await.unwrap(), number);
        expected.push(kept(number, approval));
    }
    assert_eq!(store.list_approvals(&client_id("claude"), at(0)).await.unwrap(), expected);
    assert_eq!(store.add_approval(approval("zed")).await.unwrap(), 4);
    assert_eq!(live(&store, "claude", 0).await, [1, 2, 3]);
    assert!(live(&store, "CLAUDE", 0).await.is_empty());
    expected.push(kept(4, approval("zed")));
    assert_eq!(store.list_all_approvals().await.unwrap(), expected);
}

/// To the second; and what time has ended cannot be ended.
pub async fn an_approval_lasts_until_its_time(store: Arc<dyn Store>) {
    for until in [Some(at(60)), None] {
        store.add_approval(NewApproval { until, ..approval("claude") }).await.unwrap();
    }
    for (seconds, expected) in [(59, vec![1, 2]), (60, vec![2])] {
        assert_eq!(live(&store, "claude", seconds).await, expected, "{seconds}");
    }
    for (number, expected) in [(1, Outcome::Lost), (2, Outcome::Applied)] {
        let ended = store.end_approval(number, "bob".into(), at(60)).await.unwrap();
        assert_eq!(ended, expected, "{number}");
    }
}

/// The first time stands; lost for one that is not there.
pub async fn an_approval_is_ended_once(store: Arc<dyn Store>) {
    for _ in 0..2 {
        store.add_approval(approval("claude")).await.unwrap();
    }
    for (number, by, expected) in
        [(1, "bob", Outcome::Applied), (1, "ada", Outcome::Lost), (3, "bob", Outcome::Lost)]
    {
        let ended = store.end_approval(number, by.into(), at(5)).await.unwrap();
        assert_eq!(ended, expected, "{number} {by}");
    }
    assert_eq!(live(&store, "claude", 5).await, [2]);
    let ended = Approval {
        ended_at: Some(at(5)),
        ended_by: Some("bob".into()),
        ..kept(1, approval("claude"))
    };
    let all = store.list_all_approvals().await.unwrap();
    assert_eq!(all, [ended, kept(2, approval("claude"))]);
}

/// Half a year after it was ended, or after its own time, whichever is first; one in force for good. No number is given twice.
pub async fn an_ended_approval_stays_half_a_year(store: Arc<dyn Store>) {
    for until in [None, None, Some(at(20)), Some(at(30))] {
        store.add_approval(NewApproval { until, ..approval("claude") }).await.unwrap();
    }
    for number in [1, 4] {
        let ended = store.end_approval(number, "bob".into(), at(10)).await.unwrap();
        assert_eq!(ended, Outcome::Applied);
    }
    for (seconds, expected) in [
        (10 + retention::ENDED_APPROVAL - 1, vec![1, 2, 3, 4]),
        (10 + retention::ENDED_APPROVAL, vec![2, 3]),
        (20 + retention::ENDED_APPROVAL - 1, vec![2, 3]),
        (20 + retention::ENDED_APPROVAL, vec![2]),
        (900 * 86_400, vec![2]),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        let all = store.list_all_approvals().await.unwrap();
        let left: Vec<_> = all.into_iter().map(|approval| approval.number).collect();
        assert_eq!(left, expected, "{seconds}");
    }
    assert_eq!(store.add_approval(approval("claude")).await.unwrap(), 5);
}
