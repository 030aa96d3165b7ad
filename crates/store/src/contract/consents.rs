//! Promises about grants, and how consents make and widen them.

use std::{collections::HashSet, slice, sync::Arc};

use salver_oauth::GrantId;

use super::{
    race,
    samples::{add_people, at, bytes, consent, digest, home, record, scope, user_id},
};
use crate::{
    Store,
    record::{
        Audience, ClientStanding, Consent, Grant, NewApproval, Recorded, RevocationReason, Subject,
    },
    retention,
};

/// Everything comes back as it went in.
pub async fn a_consent_makes_a_grant_and_its_code(store: Arc<dyn Store>) {
    add_people(&store).await;
    let consent = consent(1, "claude");
    let Consent { grant, code, .. } = consent.clone();
    assert_eq!(record(&store, consent).await, grant.id);
    assert_eq!(store.find_grant(grant.id).await.unwrap(), Some(grant.clone()));
    assert_eq!(
        store.find_grants(grant.user, &grant.client_id).await.unwrap(),
        slice::from_ref(&grant)
    );
    assert_eq!(store.find_code(digest(1)).await.unwrap(), Some((code, grant)));
}

/// Scope is added, the rest is the newest; the code keeps the scope of its own login and hangs below the grant in use.
pub async fn a_second_consent_widens_the_grant(store: Arc<dyn Store>) {
    add_people(&store).await;
    let first = record(&store, consent(1, "claude")).await;
    let mut second = consent(2, "claude");
    second.grant.scope = scope("write");
    second.grant.assessment = r#"{"rung":"anchored"}"#.into();
    second.grant.verdict = None;
    second.grant.created_at = at(50);
    second.grant.consented_at = at(50);
    second.code.scope = scope("write");
    assert_eq!(record(&store, second.clone()).await, first);

    let (code, grant) = store.find_code(digest(2)).await.unwrap().unwrap();
    assert_eq!((code.grant, code.scope), (first, scope("write")));
    assert_eq!(grant.scope, scope("read write"));
    assert_eq!((grant.created_at, grant.consented_at), (at(0), at(50)));
    assert_eq!((grant.assessment.as_str(), grant.verdict), (r#"{"rung":"anchored"}"#, None));
    assert_eq!(store.find_grant(second.grant.id).await.unwrap(), None);

    let mut narrower = consent(3, "claude");
    narrower.grant.scope = scope("read");
    record(&store, narrower).await;
    assert_eq!(store.find_grant(first).await.unwrap().unwrap().scope, scope("read write"));
}

/// User, client, recipient, resource and attested installation each make a grant of their own; the rest does not.
pub async fn what_makes_another_grant(store: Arc<dyn Store>) {
    type Change = fn(&mut Grant);
    const CHANGES: &[(&str, Change, bool)] = &[
        ("another user", |grant| grant.user = user_id(2), true),
        ("another client_id", |grant| grant.client_id.push('2'), true),
        (
            "a client_id in other letter case",
            |grant| grant.client_id = grant.client_id.to_uppercase(),
            true,
        ),
        ("another recipient", |grant| grant.recipient = "https://claude.ai".into(), true),
        ("another resource", |grant| grant.resource.push('2'), true),
        ("an attested installation", |grant| grant.instance = Some("k".into()), true),
        ("another one", |grant| grant.instance = Some("l".into()), true),
        ("more scope", |grant| grant.scope = scope("read write"), false),
        ("another assessment", |grant| grant.assessment = "{}".into(), false),
    ];
    add_people(&store).await;
    let first = record(&store, consent(1, "claude")).await;
    for (number, (what, change, another)) in (2..).zip(CHANGES) {
        let mut consent = consent(number, "claude");
        change(&mut consent.grant);
        assert_eq!(record(&store, consent).await != first, *another, "{what}");
    }
}

/// Racing consents end in one grant with all their scope.
pub async fn of_many_consents_for_one_purpose_one_makes_the_grant(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grants: HashSet<_> = race(|racer| {
        let store = Arc::clone(&store);
        let mut consent = consent(100 + u32::from(racer), "claude");
        consent.grant.scope = scope(&format!("s{racer}"));
        async move { record(&store, consent).await }
    })
    .await
    .into_iter()
    .collect();
    assert_eq!(grants.len(), 1);
    let client_id = consent(1, "claude").grant.client_id;
    let found = store.find_grants(user_id(1), &client_id).await.unwrap();
    assert_eq!(
        found.iter().map(|grant| grant.scope.iter().count()).collect::<Vec<_>>(),
        [usize::from(super::RACERS)]
    );
}

/// The next consent makes a new grant, with only its own scope.
pub async fn a_revoked_grant_is_not_widened(store: Arc<dyn Store>) {
    add_people(&store).await;
    let mut wide = consent(1, "claude");
    wide.grant.scope = scope("read write");
    let first = record(&store, wide).await;
    store.revoke(Subject::Grant(first), RevocationReason::User, at(5)).await.unwrap();
    let second = record(&store, consent(2, "claude")).await;
    assert_ne!(first, second);
    assert_eq!(store.find_grant(first).await.unwrap().unwrap().revoked_at, Some(at(5)));
    assert_eq!(store.find_grant(second).await.unwrap().unwrap().scope, scope("read"));
}

/// The second answer changes nothing: no code, no scope.
pub async fn a_ticket_is_spent_once(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    let mut again = consent(2, "claude");
    again.code.ticket = bytes(1);
    again.grant.scope = scope("admin");
    assert_eq!(store.record_consent(again).await.unwrap(), Recorded::TicketSpent);
    assert_eq!(store.find_code(digest(2)).await.unwrap(), None);
    assert_eq!(store.find_grant(grant).await.unwrap().unwrap().scope, scope("read"));
}

/// A double click gives one code.
pub async fn of_many_who_answer_one_page_one_is_heard(store: Arc<dyn Store>) {
    add_people(&store).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let mut consent = consent(100 + u32::from(racer), "claude");
        consent.code.ticket = bytes(1);
        async move { store.record_consent(consent).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer != Recorded::TicketSpent).count(), 1);
}

/// A page answered long ago is still answered after its code was swept, for as long as promised.
pub async fn a_ticket_stays_spent_when_its_code_is_gone(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, consent(1, "claude")).await;
    for (seconds, expected) in [(retention::TICKET - 1, false), (retention::TICKET, true)] {
        store.sweep(at(seconds)).await.unwrap();
        assert_eq!(store.find_code(digest(1)).await.unwrap(), None);
        let again = store.record_consent(consent(1, "claude")).await.unwrap();
        assert_eq!(again != Recorded::TicketSpent, expected, "{seconds}");
    }
}

/// Two clients with one fingerprint share the application, under the newest label; another fingerprint is another one.
pub async fn one_fingerprint_is_one_application(store: Arc<dyn Store>) {
    add_people(&store).await;
    let first = record(&store, consent(1, "claude")).await;
    let mut same = consent(2, "claude-desktop");
    same.grant.fingerprint = consent(1, "claude").grant.fingerprint;
    same.home = home("document claude", "Claude");
    let same = record(&store, same).await;
    let other = record(&store, consent(3, "zed")).await;
    let mut applications = Vec::new();
    for grant in [first, same, other] {
        applications.push(store.find_grant(grant).await.unwrap().unwrap().application);
    }
    assert!(applications.windows(2).map(|pair| pair.first() == pair.last()).eq([true, false]));
    let mut labels: Vec<_> = store
        .list_applications(user_id(1))
        .await
        .unwrap()
        .into_iter()
        .map(|found| (found.label, found.grants.len()))
        .collect();
    labels.sort();
    assert_eq!(labels, [("Claude".to_owned(), 2), ("zed".to_owned(), 1)]);
}

/// Live grants of one user for one `client_id`, byte for byte.
pub async fn grants_are_found_by_the_exact_client_oldest_first(store: Arc<dyn Store>) {
    add_people(&store).await;
    let mut expected = Vec::new();
    for (number, resource, seconds) in [
        (3, "https://as.example/c", 0),
        (2, "https://as.example/b", 1),
        (1, "https://as.example/a", 2),
    ] {
        let mut consent = consent(number, "claude");
        consent.grant.resource = resource.into();
        consent.grant.created_at = at(seconds);
        expected.push(record(&store, consent).await);
    }
    let client_id = consent(1, "claude").grant.client_id;
    let ids = |grants: Vec<Grant>| grants.into_iter().map(|grant| grant.id).collect::<Vec<_>>();
    assert_eq!(ids(store.find_grants(user_id(1), &client_id).await.unwrap()), expected);
    for (user, client_id) in
        [(2, client_id.clone()), (1, client_id.to_uppercase()), (1, format!("{client_id}2"))]
    {
        assert!(store.find_grants(user_id(user), &client_id).await.unwrap().is_empty());
    }
    let first = expected.remove(0);
    store.revoke(Subject::Grant(first), RevocationReason::User, at(5)).await.unwrap();
    assert_eq!(ids(store.find_grants(user_id(1), &client_id).await.unwrap()), expected);
}

/// By anybody, anywhere; also when all its grants are revoked and swept. Of a client that was refused nothing is known.
pub async fn when_a_client_was_first_let_in_is_never_forgotten(store: Arc<dyn Store>) {
    add_people(&store).await;
    let client_id = consent(1, "claude").grant.client_id;
    let mut refused = consent(1, "claude");
    refused.judged_under = 1;
    assert_eq!(store.record_consent(refused).await.unwrap(), Recorded::JudgedAnew);
    assert_eq!(store.find_first_seen(&client_id).await.unwrap(), None);
    for (number, user, seconds, expected) in [(1, 1, 20, 20), (2, 2, 30, 20), (3, 2, 10, 10)] {
        let mut consent = consent(number, "claude");
        consent.grant.user = user_id(user);
        consent.grant.resource = format!("https://as.example/{number}");
        consent.grant.created_at = at(seconds);
        let grant = record(&store, consent).await;
        store.revoke(Subject::Grant(grant), RevocationReason::User, at(40)).await.unwrap();
        assert_eq!(store.find_first_seen(&client_id).await.unwrap(), Some(at(expected)));
        let standing = store.find_standing(user_id(user), &client_id, at(40)).await.unwrap();
        assert_eq!((standing.first_seen, standing.grants), (Some(at(expected)), vec![]));
    }
    store.sweep(at(900 * 86_400)).await.unwrap();
    assert!(store.find_grant(GrantId::from_bytes(bytes(1))).await.unwrap().is_none());
    assert_eq!(store.find_first_seen(&client_id).await.unwrap(), Some(at(10)));
    assert_eq!(store.find_first_seen(&client_id.to_uppercase()).await.unwrap(), None);
}

/// One question answers what four would.
pub async fn a_standing_is_what_the_single_questions_say(store: Arc<dyn Store>) {
    add_people(&store).await;
    let client_id = consent(1, "claude").grant.client_id;
    let user = user_id(1);
    let ask = || store.find_standing(user, &client_id, at(50));
    assert_eq!(ask().await.unwrap(), ClientStanding::default());
    record(&store, consent(1, "claude")).await;
    record(&store, consent(2, "other")).await;
    let approval = |client_id: &str, until| NewApproval {
        case: None,
        client_id: client_id.to_owned(),
        recipient: "loopback".into(),
        substance: digest(7),
        resource: None,
        audience: Audience::Everybody,
        until,
        by: "ada".into(),
        at: at(0),
    };
    store.add_approval(approval(&client_id, None)).await.unwrap();
    store.add_approval(approval(&client_id, Some(at(50)))).await.unwrap();
    store.add_approval(approval("https://other.example/client.json", None)).await.unwrap();
    let standing = ask().await.unwrap();
    assert_eq!(standing.grants, store.find_grants(user, &client_id).await.unwrap());
    assert_eq!(standing.grants.len(), 1);
    let newest = store.find_newest_version(&client_id).await.unwrap();
    assert_eq!(standing.newest, newest.map(|version| version.digest));
    assert_eq!(standing.first_seen, store.find_first_seen(&client_id).await.unwrap());
    assert_eq!(standing.approvals, store.list_approvals(&client_id, at(50)).await.unwrap());
    assert_eq!(standing.approvals.len(), 1);
    let stranger = store.find_standing(user_id(2), &client_id, at(50)).await.unwrap();
    assert_eq!((stranger.grants.len(), stranger.first_seen), (0, standing.first_seen));
}
