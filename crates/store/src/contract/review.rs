//! Promises about what waits for a reviewer, and who asked.

use std::{slice, sync::Arc};

use salver_oauth::CaseId;

use super::{
    race,
    samples::{add_people, at, bytes, digest, user_id},
};
use crate::{
    Outcome, Store,
    record::{
        AccessRequest, Approval, Asked, Audience, CaseDecision, CaseKind, CaseState,
        NewAccessRequest, NewApproval, ReviewCase,
    },
    retention,
};

const DAY: i64 = 86_400;

fn case_id(number: u32) -> CaseId {
    CaseId::from_bytes(bytes(number))
}

/// A user asks for a client, in a case of this number if one has to be opened.
fn asking(case: u32, user: u32, client: &str) -> NewAccessRequest {
    NewAccessRequest {
        case: case_id(case),
        client_id: format!("https://{client}.example/client.json"),
        fingerprint: format!("document {client}"),
        label: client.into(),
        recipient: "loopback".into(),
        resource: "https://as.example/mcp".into(),
        facts: format!(r#"{{"case":{case}}}"#),
        substance: digest(case),
        user: user_id(user),
        reason: format!("{user} needs it"),
        request: format!("client_id={client}&state=%20{user}"),
        asked_at: at(0),
    }
}

fn asking_at(seconds: i64, case: u32, user: u32, client: &str) -> NewAccessRequest {
    NewAccessRequest { asked_at: at(seconds), ..asking(case, user, client) }
}

fn waiting(case: u32, opened: bool) -> Asked {
    Asked::Waiting { case: case_id(case), opened }
}

async fn ask(store: &Arc<dyn Store>, request: NewAccessRequest) -> Asked {
    store.ask_access(request).await.unwrap()
}

/// An approval of what was asked for there, for everybody.
fn approval(client: &str) -> NewApproval {
    let NewAccessRequest { client_id, recipient, resource, .. } = asking(0, 1, client);
    NewApproval {
        case: None,
        client_id,
        recipient,
        substance: digest(7),
        resource: Some(resource),
        audience: Audience::Everybody,
        until: None,
        by: "ada".into(),
        at: at(9),
    }
}

fn decision(case: u32, approval: Option<NewApproval>) -> CaseDecision {
    let note = Some("looked at it".into());
    CaseDecision { case: case_id(case), by: "ada".into(), note, at: at(9), approval }
}

/// Everything comes back as it went in.
pub async fn asking_opens_a_case(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.find_case(case_id(1)).await.unwrap(), None);
    let asked = asking(1, 2, "claude");
    assert_eq!(ask(&store, asked.clone()).await, waiting(1, true));
    let case = ReviewCase {
        id: case_id(1),
        kind: CaseKind::Access,
        client_id: asked.client_id,
        fingerprint: asked.fingerprint,
        label: asked.label,
        recipient: asked.recipient,
        resource: asked.resource,
        facts: asked.facts,
        substance: asked.substance,
        state: CaseState::Open,
        opened_at: at(0),
        decided_at: None,
        decided_by: None,
        note: None,
    };
    let request = AccessRequest {
        case: case_id(1),
        user: user_id(2),
        reason: asked.reason,
        request: asked.request,
        asked_at: at(0),
        seen_at: None,
    };
    assert_eq!(store.find_case(case_id(1)).await.unwrap(), Some(case.clone()));
    assert_eq!(store.list_cases(true).await.unwrap(), [(case.clone(), 1)]);
    let of_case = store.list_access_requests(case_id(1)).await.unwrap();
    assert_eq!(of_case, slice::from_ref(&request));
    let of_bob = store.list_access_requests_of(user_id(2)).await.unwrap();
    assert_eq!(of_bob, [(request, case)]);
    assert!(store.list_access_requests_of(user_id(1)).await.unwrap().is_empty());
    assert!(store.list_access_requests(case_id(2)).await.unwrap().is_empty());
}

/// Client, recipient and resource each make a case of their own; the rest does not, and leaves the case as it was opened.
pub async fn what_opens_another_case(store: Arc<dyn Store>) {
    type Change = fn(&mut NewAccessRequest);
    const CHANGES: &[(&str, Change, bool)] = &[
        ("another person", |asked| asked.user = user_id(2), false),
        ("another label", |asked| asked.label = "Claude".into(), false),
        ("another fingerprint", |asked| asked.fingerprint = "another".into(), false),
        ("other facts", |asked| asked.facts = "{}".into(), false),
        ("another version", |asked| asked.substance = digest(9), false),
        ("another client_id", |asked| asked.client_id.push('2'), true),
        (
            "a client_id in other letter case",
            |asked| asked.client_id = asked.client_id.to_uppercase(),
            true,
        ),
        ("another recipient", |asked| asked.recipient = "https://claude.ai".into(), true),
        ("another resource", |asked| asked.resource.push('2'), true),
    ];
    add_people(&store).await;
    assert_eq!(ask(&store, asking(1, 1, "claude")).await, waiting(1, true));
    let first = store.find_case(case_id(1)).await.unwrap();
    for (number, (what, change, another)) in (2..).zip(CHANGES) {
        let mut asked = asking(number, 1, "claude");
        change(&mut asked);
        let case = if *another { number } else { 1 };
        assert_eq!(ask(&store, asked).await, waiting(case, *another), "{what}");
        assert_eq!(store.find_case(case_id(1)).await.unwrap(), first, "{what}");
    }
}

/// Their own wish is replaced, and nobody else's.
pub async fn asking_again_replaces_ones_own_wish(store: Arc<dyn Store>) {
    add_people(&store).await;
    for (case, user) in [(1, 1), (2, 2)] {
        assert_eq!(ask(&store, asking(case, user, "claude")).await, waiting(1, case == 1));
    }
    let reason = "it is urgent".to_owned();
    let request = "client_id=claude".to_owned();
    let again = NewAccessRequest {
        reason: reason.clone(),
        request: request.clone(),
        ..asking_at(5, 3, 1, "claude")
    };
    assert_eq!(ask(&store, again).await, waiting(1, false));
    let requests = store.list_access_requests(case_id(1)).await.unwrap();
    let users: Vec<_> = requests.iter().map(|request| request.user).collect();
    assert_eq!(users, [user_id(2), user_id(1)]);
    assert_eq!(requests.first().unwrap().reason, "2 needs it");
    let mine = requests.last().unwrap();
    assert_eq!((&mine.reason, &mine.request, mine.asked_at), (&reason, &request, at(5)));
    assert_eq!(store.list_cases(true).await.unwrap().first().unwrap().1, 2);
}

/// The next wish after a decision opens another case.
pub async fn a_decided_case_is_not_joined(store: Arc<dyn Store>) {
    add_people(&store).await;
    for (number, approval) in [(1, None), (2, Some(approval("claude")))] {
        assert_eq!(ask(&store, asking(number, 1, "claude")).await, waiting(number, true));
        let decided = store.decide_case(decision(number, approval)).await.unwrap();
        assert_eq!(decided, Outcome::Applied);
    }
    assert_eq!(ask(&store, asking(3, 1, "claude")).await, waiting(3, true));
    let mine = store.list_access_requests_of(user_id(1)).await.unwrap();
    let states: Vec<_> = mine.into_iter().map(|(_, case)| case.state).collect();
    assert_eq!(states, [CaseState::Refused, CaseState::Approved, CaseState::Open]);
}

/// What waits already may be asked again, and what was decided counts no more.
pub async fn a_person_waits_for_so_much_and_no_more(store: Arc<dyn Store>) {
    add_people(&store).await;
    for number in 1..=retention::OPEN_REQUESTS {
        let client = format!("client{number}");
        assert_eq!(ask(&store, asking(number, 1, &client)).await, waiting(number, true));
    }
    assert_eq!(ask(&store, asking(99, 2, "other")).await, waiting(99, true));
    for client in ["another", "other"] {
        assert_eq!(ask(&store, asking(100, 1, client)).await, Asked::TooMany, "{client}");
    }
    assert_eq!(store.find_case(case_id(100)).await.unwrap(), None);
    assert_eq!(ask(&store, asking(100, 1, "client1")).await, waiting(1, false));
    assert_eq!(store.decide_case(decision(1, None)).await.unwrap(), Outcome::Applied);
    assert_eq!(ask(&store, asking(100, 1, "other")).await, waiting(99, false));
    assert_eq!(ask(&store, asking(101, 1, "another")).await, Asked::TooMany);
}

/// Nor is anything asked by somebody unknown.
pub async fn a_disabled_person_asks_for_nothing(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.disable_user(user_id(1), at(5)).await.unwrap(), Outcome::Applied);
    for user in [1, 9] {
        assert_eq!(ask(&store, asking(1, user, "claude")).await, Asked::UserDisabled, "{user}");
    }
    assert!(store.list_cases(false).await.unwrap().is_empty());
    assert_eq!(store.enable_user(user_id(1)).await.unwrap(), Outcome::Applied);
    assert_eq!(ask(&store, asking(1, 1, "claude")).await, waiting(1, true));
}

/// The first decision stands; lost for a case that is not there. Only an approval lets anybody in.
pub async fn a_case_is_decided_once(store: Arc<dyn Store>) {
    add_people(&store).await;
    for (number, client) in [(1, "claude"), (2, "zed")] {
        assert_eq!(ask(&store, asking(number, 1, client)).await, waiting(number, true));
    }
    // The case that is decided counts, whatever the approval says.
    let stray = NewApproval { case: Some(case_id(7)), ..approval("claude") };
    for (number, approval, expected) in [
        (1, Some(stray), Outcome::Applied),
        (1, None, Outcome::Lost),
        (1, Some(approval("claude")), Outcome::Lost),
        (2, None, Outcome::Applied),
        (2, Some(approval("zed")), Outcome::Lost),
        (3, Some(approval("codex")), Outcome::Lost),
    ] {
        assert_eq!(store.decide_case(decision(number, approval)).await.unwrap(), expected);
    }
    for (number, state) in [(1, CaseState::Approved), (2, CaseState::Refused)] {
        let case = store.find_case(case_id(number)).await.unwrap().unwrap();
        assert_eq!((case.state, case.decided_at), (state, Some(at(9))));
        assert_eq!(
            (case.decided_by.as_deref(), case.note.as_deref()),
            (Some("ada"), Some("looked at it"))
        );
    }
    let approvals = store.list_all_approvals().await.unwrap();
    let cases: Vec<_> = approvals.iter().map(|approval: &Approval| approval.case).collect();
    assert_eq!(cases, [Some(case_id(1))]);
}

/// Asking and deciding both count; those that are open can be listed alone.
pub async fn cases_are_listed_newest_activity_last(store: Arc<dyn Store>) {
    async fn labels(store: &Arc<dyn Store>, open_only: bool) -> Vec<(String, u64)> {
        let cases = store.list_cases(open_only).await.unwrap();
        cases.into_iter().map(|(case, requests)| (case.label, requests)).collect()
    }
    let named = |names: &[(&str, u64)]| {
        names.iter().map(|(name, requests)| ((*name).to_owned(), *requests)).collect::<Vec<_>>()
    };
    add_people(&store).await;
    for (number, client) in [(1, "claude"), (2, "zed"), (3, "codex")] {
        let asked = asking_at(i64::from(number), number, 1, client);
        assert_eq!(ask(&store, asked).await, waiting(number, true));
    }
    assert_eq!(labels(&store, true).await, named(&[("claude", 1), ("zed", 1), ("codex", 1)]));
    assert_eq!(ask(&store, asking_at(5, 9, 2, "claude")).await, waiting(1, false));
    assert_eq!(labels(&store, true).await, named(&[("zed", 1), ("codex", 1), ("claude", 2)]));
    assert_eq!(store.decide_case(decision(2, None)).await.unwrap(), Outcome::Applied);
    assert_eq!(labels(&store, false).await, named(&[("codex", 1), ("claude", 2), ("zed", 1)]));
    assert_eq!(labels(&store, true).await, named(&[("codex", 1), ("claude", 2)]));
}

/// By each for themselves, the first time; before there is a decision nothing is seen.
pub async fn a_decision_is_seen_by_who_asked(store: Arc<dyn Store>) {
    add_people(&store).await;
    for (case, user) in [(1, 1), (2, 2)] {
        assert_eq!(ask(&store, asking(case, user, "claude")).await, waiting(1, case == 1));
    }
    store.mark_seen(case_id(1), user_id(1), at(5)).await.unwrap();
    assert_eq!(store.decide_case(decision(1, None)).await.unwrap(), Outcome::Applied);
    let seen = async || {
        let requests = store.list_access_requests(case_id(1)).await.unwrap();
        requests.into_iter().map(|request| request.seen_at).collect::<Vec<_>>()
    };
    assert_eq!(seen().await, [None, None]);
    for seconds in [10, 11] {
        store.mark_seen(case_id(1), user_id(1), at(seconds)).await.unwrap();
        assert_eq!(seen().await, [Some(at(10)), None]);
    }
    store.mark_seen(case_id(2), user_id(2), at(12)).await.unwrap();
    assert_eq!(seen().await, [Some(at(10)), None]);
}

/// A race to ask opens one case, in which all wait.
pub async fn of_many_who_ask_one_opens_the_case(store: Arc<dyn Store>) {
    add_people(&store).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let racer = u32::from(racer);
        async move { ask(&store, asking(100 + racer, 1 + racer % 2, "claude")).await }
    })
    .await;
    let opened = |answer: &&Asked| matches!(answer, Asked::Waiting { opened: true, .. });
    assert_eq!(answers.iter().filter(opened).count(), 1);
    let requests: Vec<_> =
        store.list_cases(false).await.unwrap().into_iter().map(|(_, requests)| requests).collect();
    assert_eq!(requests, [2]);
}

/// A race to decide has one winner, and one approval at most.
pub async fn of_many_who_decide_one_case_one_is_heard(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(ask(&store, asking(1, 1, "claude")).await, waiting(1, true));
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let approval = (racer % 2 == 0).then(|| approval("claude"));
        async move { store.decide_case(decision(1, approval)).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Outcome::Applied).count(), 1);
    let state = store.find_case(case_id(1)).await.unwrap().unwrap().state;
    let approvals = store.list_all_approvals().await.unwrap();
    assert_eq!(approvals.len(), usize::from(state == CaseState::Approved));
}

/// A decided case half a year after the decision, an open one three months after somebody last asked; with all who asked.
pub async fn a_case_stays_until_nobody_waits(store: Arc<dyn Store>) {
    add_people(&store).await;
    for (number, client) in [(1, "decided"), (2, "open"), (3, "asked again")] {
        assert_eq!(ask(&store, asking(number, 1, client)).await, waiting(number, true));
    }
    assert_eq!(ask(&store, asking_at(5, 9, 2, "asked again")).await, waiting(3, false));
    assert_eq!(store.decide_case(decision(1, None)).await.unwrap(), Outcome::Applied);
    for (seconds, expected) in [
        (retention::OPEN_CASE - 1, vec![2, 3, 1]),
        (retention::OPEN_CASE, vec![3, 1]),
        (retention::OPEN_CASE + 4, vec![3, 1]),
        (retention::OPEN_CASE + 5, vec![1]),
        (9 + retention::DECIDED_CASE - 1, vec![1]),
        (9 + retention::DECIDED_CASE, vec![]),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        let left: Vec<_> =
            store.list_cases(false).await.unwrap().into_iter().map(|(case, _)| case.id).collect();
        assert_eq!(left, expected.into_iter().map(case_id).collect::<Vec<_>>(), "{seconds}");
    }
    for number in 1..=3 {
        assert!(store.list_access_requests(case_id(number)).await.unwrap().is_empty(), "{number}");
    }
    // It can be asked for once more.
    assert_eq!(ask(&store, asking_at(400 * DAY, 4, 1, "open")).await, waiting(4, true));
}
