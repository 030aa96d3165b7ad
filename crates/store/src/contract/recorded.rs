//! Promises about clients that people have entered.

use std::sync::Arc;

use salver_oauth::GrantId;

use super::{
    race,
    samples::{
        add_people, at, bytes, client_event as event, consent, digest, draft, enter, install,
        installation_id, record, user, user_id,
    },
};
use crate::{
    Outcome, Store,
    record::{
        ChangeClient, ClientContent, ClientSecret, ClientState, ClientUse, NewClientSecret,
        NewUser, OwnDocument, Recorded, RecordedClient, RenewStem, RevocationReason, Sharing,
        Subject, UserAdded,
    },
    retention,
};

fn approved(of: &RecordedClient, seconds: i64) -> ChangeClient {
    ChangeClient {
        client_id: of.client_id.clone(),
        expected_revision: of.revision,
        content: ClientContent {
            state: ClientState::Approved,
            in_force: Some(of.content.draft.clone()),
            vetted: true,
            ..of.content.clone()
        },
        ends: None,
        event: event("approved", seconds),
    }
}

/// Whole, and under nobody else's name.
pub async fn a_client_is_found_as_it_was_entered_and_listed_by_its_owner(store: Arc<dyn Store>) {
    add_people(&store).await;
    let (mine, theirs) = (draft(1, Some(user_id(1))), draft(2, Some(user_id(2))));
    let nobodys = draft(3, None);
    for client in [&theirs, &nobodys, &mine] {
        assert_eq!(enter(&store, client.clone()).await, Outcome::Applied);
    }
    assert_eq!(enter(&store, mine.clone()).await, Outcome::Lost, "the name is taken");
    assert_eq!(store.find_recorded_client("app_1").await.unwrap(), Some(mine.clone()));
    assert_eq!(store.find_recorded_client("APP_1").await.unwrap(), None);
    let of = |owner| store.list_recorded_clients(owner);
    assert_eq!(of(Some(user_id(1))).await.unwrap(), std::slice::from_ref(&mine));
    assert_eq!(of(None).await.unwrap(), [mine, theirs, nobodys]);
    let events = store.list_client_events("app_1").await.unwrap();
    let events: Vec<_> = events.into_iter().map(|one| one.event).collect();
    assert_eq!(events, [event("entered", 1)]);
}

/// Whoever has proven that a document is theirs is the only one; who has not keeps nobody out.
pub async fn a_document_is_held_by_one_and_what_changes_of_it_counts(store: Arc<dyn Store>) {
    add_people(&store).await;
    let by = |number, held| {
        let client = draft(number, Some(user_id(number)));
        let document = Some(OwnDocument { url: "https://app.example/c".into(), held });
        RecordedClient { content: ClientContent { document, ..client.content }, ..client }
    };
    let of_bans = store.bans_number().await.unwrap();
    for client in [by(1, false), by(2, false)] {
        assert_eq!(enter(&store, client).await, Outcome::Applied);
    }
    assert_eq!(store.bans_number().await.unwrap(), of_bans, "nobody looks at either");
    let change = |of: &RecordedClient, content: ClientContent| ChangeClient {
        client_id: of.client_id.clone(),
        expected_revision: of.revision,
        content,
        ends: None,
        event: event("document_proven", 5),
    };
    let (first, second) = (by(1, true), by(2, true));
    let prove = |one: &RecordedClient| change(one, one.content.clone());
    assert_eq!(store.change_recorded_client(prove(&first)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.change_recorded_client(prove(&second)).await.unwrap(), Outcome::Lost);
    assert_eq!(
        enter(&store, RecordedClient { client_id: "app_9".into(), ..first.clone() }).await,
        Outcome::Lost
    );
    let held = store.list_document_clients().await.unwrap();
    let ids: Vec<_> = held.iter().map(|one| (&*one.client_id, one.login_id())).collect();
    assert_eq!(ids, [("app_1", "https://app.example/c")]);
    assert_eq!(store.bans_number().await.unwrap(), of_bans + 1);
    let gone = ClientContent { state: ClientState::Deleted, ..first.content.clone() };
    let delete = ChangeClient { expected_revision: 1, ..change(&first, gone) };
    assert_eq!(store.change_recorded_client(delete).await.unwrap(), Outcome::Applied);
    assert_eq!(store.bans_number().await.unwrap(), of_bans + 2);
    assert_eq!(store.change_recorded_client(prove(&second)).await.unwrap(), Outcome::Applied);
}

/// Deleted ones do not count.
pub async fn who_is_disabled_unknown_or_has_too_many_enters_none(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(enter(&store, draft(1, Some(user_id(9)))).await, Outcome::Lost);
    assert_eq!(store.disable_user(user_id(2), at(1)).await.unwrap(), Outcome::Applied);
    assert_eq!(enter(&store, draft(1, Some(user_id(2)))).await, Outcome::Lost);
    for number in 0..retention::RECORDED_CLIENTS {
        assert_eq!(enter(&store, draft(number, Some(user_id(1)))).await, Outcome::Applied);
    }
    assert_eq!(enter(&store, draft(1_000, Some(user_id(1)))).await, Outcome::Lost);
    assert_eq!(enter(&store, draft(1_000, None)).await, Outcome::Applied);
    let mut delete = approved(&draft(0, Some(user_id(1))), 5);
    delete.content.state = ClientState::Deleted;
    assert_eq!(store.change_recorded_client(delete).await.unwrap(), Outcome::Applied);
    assert_eq!(enter(&store, draft(1_001, Some(user_id(1)))).await, Outcome::Applied);
}

/// So a page that is stale changes nothing.
pub async fn a_change_needs_the_revision_that_it_was_decided_on(store: Arc<dyn Store>) {
    add_people(&store).await;
    let entered = draft(1, Some(user_id(1)));
    assert_eq!(enter(&store, entered.clone()).await, Outcome::Applied);
    let change = approved(&entered, 7);
    for expected in [Outcome::Applied, Outcome::Lost] {
        assert_eq!(store.change_recorded_client(change.clone()).await.unwrap(), expected);
    }
    let found = store.find_recorded_client("app_1").await.unwrap().unwrap();
    assert_eq!(found.content, change.content);
    assert_eq!((found.revision, found.changed_at, found.created_at), (1, at(7), at(1)));
    assert_eq!(store.list_client_events("app_1").await.unwrap().len(), 2);
    let unknown = ChangeClient { client_id: "app_2".into(), ..change };
    assert_eq!(store.change_recorded_client(unknown).await.unwrap(), Outcome::Lost);
}

/// Grants that people gave, and the stem of tokens without a person; those of other clients live.
pub async fn what_ends_with_a_change_is_in_the_feed(store: Arc<dyn Store>) {
    add_people(&store).await;
    let entered = draft(7, Some(user_id(1)));
    assert_eq!(enter(&store, entered.clone()).await, Outcome::Applied);
    for (number, client_id) in [(1, "app_7"), (2, "app_8")] {
        let mut yes = consent(number, client_id);
        yes.grant.client_id = client_id.into();
        let recorded = store.record_consent(yes).await.unwrap();
        assert!(matches!(recorded, Recorded::Under(_)), "{recorded:?}");
    }
    let mut change = approved(&entered, 7);
    assert_eq!(store.change_recorded_client(change.clone()).await.unwrap(), Outcome::Applied);
    assert!(store.list_revocations(0).await.unwrap().is_empty());
    change.expected_revision = 1;
    change.content.state = ClientState::Suspended;
    change.content.stem = GrantId::from_bytes(bytes(70));
    change.ends = Some(RevocationReason::Administrator);
    assert_eq!(store.change_recorded_client(change).await.unwrap(), Outcome::Applied);
    let ended: Vec<_> =
        store.list_revocations(0).await.unwrap().into_iter().map(|line| line.subject).collect();
    let grant = |number| Subject::Grant(GrantId::from_bytes(bytes(number)));
    assert_eq!(ended, [grant(1), grant(7)], "the stem that it had");
    assert_eq!(store.find_grants(user_id(1), "app_8").await.unwrap().len(), 1);
}

/// Once however often they said yes, and no more when they have ended it.
pub async fn who_has_let_a_client_in_is_counted(store: Arc<dyn Store>) {
    add_people(&store).await;
    let counted = async || store.count_client_use("app_7").await.unwrap();
    let is_let_in = async || store.is_let_in("app_7").await.unwrap();
    assert_eq!((counted().await, is_let_in().await), (ClientUse::default(), false));
    for (number, person, resource) in [(1, 1, "one"), (2, 1, "two"), (3, 2, "one")] {
        let mut yes = consent(number, "app_7");
        yes.grant.client_id = "app_7".into();
        yes.grant.user = user_id(person);
        yes.grant.resource = resource.into();
        let recorded = store.record_consent(yes).await.unwrap();
        assert!(matches!(recorded, Recorded::Under(_)), "{recorded:?}");
    }
    let all = counted().await;
    assert_eq!((all.people, all.connections), (2, 3));
    assert!(all.last_used_at.is_some());
    let third = Subject::Grant(GrantId::from_bytes(bytes(3)));
    store.revoke(third, RevocationReason::User, at(9)).await.unwrap();
    let left = counted().await;
    assert_eq!((left.people, left.connections, is_let_in().await), (1, 2, true));
    for number in [1, 2] {
        let grant = Subject::Grant(GrantId::from_bytes(bytes(number)));
        store.revoke(grant, RevocationReason::User, at(9)).await.unwrap();
    }
    assert_eq!((counted().await.people, is_let_in().await), (0, false));
    assert_eq!(store.count_client_use("app_8").await.unwrap(), ClientUse::default());
}

/// And whoever decided on the client as it was decides anew.
pub async fn a_stem_is_exchanged_once_and_is_in_the_feed(store: Arc<dyn Store>) {
    let entered = draft(7, None);
    assert_eq!(enter(&store, entered.clone()).await, Outcome::Applied);
    let renew = RenewStem {
        client_id: "app_7".into(),
        stem: entered.content.stem,
        next: GrantId::from_bytes(bytes(70)),
        reason: RevocationReason::Ban,
        now: at(9),
    };
    for expected in [Outcome::Applied, Outcome::Lost] {
        assert_eq!(store.renew_stem(renew.clone()).await.unwrap(), expected);
    }
    let unknown = RenewStem { client_id: "app_8".into(), ..renew.clone() };
    assert_eq!(store.renew_stem(unknown).await.unwrap(), Outcome::Lost);
    let ended: Vec<_> =
        store.list_revocations(0).await.unwrap().into_iter().map(|line| line.subject).collect();
    assert_eq!(ended, [Subject::Grant(entered.content.stem)]);
    let change = approved(&entered, 10);
    assert_eq!(store.change_recorded_client(change.clone()).await.unwrap(), Outcome::Lost);
    let found = store.find_recorded_client("app_7").await.unwrap().unwrap();
    assert_eq!((found.content.stem, found.changed_at), (renew.next, entered.changed_at));
    let mut delete = ChangeClient { expected_revision: found.revision, ..change };
    delete.content = ClientContent { state: ClientState::Deleted, ..found.content };
    assert_eq!(store.change_recorded_client(delete).await.unwrap(), Outcome::Applied);
    let late = RenewStem { stem: renew.next, next: renew.stem, ..renew };
    assert_eq!(store.renew_stem(late).await.unwrap(), Outcome::Lost, "it is gone");
}

/// Their owner has it anyway.
pub async fn a_client_is_shared_with_a_group_or_everybody_and_with_nobody_else(
    store: Arc<dyn Store>,
) {
    add_people(&store).await;
    for (number, shared_with) in
        [(1, None), (2, Some(Sharing::Group("notes".into()))), (3, Some(Sharing::Everybody))]
    {
        let mut client = draft(number, Some(user_id(1)));
        client.content.shared_with = shared_with;
        assert_eq!(enter(&store, client).await, Outcome::Applied);
    }
    for (person, groups, expected) in [
        (2, vec![], &["app_3"][..]),
        (2, vec!["other".into()], &["app_3"]),
        (2, vec!["other".into(), "notes".into()], &["app_2", "app_3"]),
        (1, vec!["notes".into()], &[]),
    ] {
        let shared = store.list_shared_clients(user_id(person), groups.clone()).await.unwrap();
        let ids: Vec<_> = shared.iter().map(|client| client.client_id.as_str()).collect();
        assert_eq!(ids, expected, "{person} {groups:?}");
    }
}

/// In the same unit: their secrets, and what they have let in. Its owner's stay, and those of whom it is shared with still.
pub async fn who_is_shared_with_no_longer_loses_what_they_have(store: Arc<dyn Store>) {
    add_people(&store).await;
    let cyn = NewUser { user: user(3, "cyn"), invitation: None };
    assert_eq!(store.add_user(cyn).await.unwrap(), UserAdded::Added);
    assert_eq!(store.set_groups(user_id(3), vec!["notes".into()]).await.unwrap(), Outcome::Applied);
    let mut client = draft(1, Some(user_id(1)));
    client.content.shared_with = Some(Sharing::Everybody);
    assert_eq!(enter(&store, client.clone()).await, Outcome::Applied);
    for number in 1..=3 {
        let mut yes = consent(number, "app_1");
        (yes.grant.user, yes.grant.client_id) = (user_id(number), "app_1".into());
        let grant = record(&store, yes).await;
        if number != 2 {
            install(&store, number, grant).await;
        }
        let secret = ClientSecret {
            id: installation_id(100 + number),
            client_id: "app_1".into(),
            holder: Some(user_id(number)),
            name: "laptop".into(),
            made_by: "somebody".into(),
            made_at: at(1),
            expires_at: None,
            last_used_at: None,
            ended_at: None,
            key: None,
        };
        let new = NewClientSecret { secret, digest: digest(100 + number) };
        assert_eq!(store.add_client_secret(new).await.unwrap(), Outcome::Applied);
    }
    let users = store.list_client_users("app_1").await.unwrap();
    let users: Vec<_> = users.iter().map(|one| (&*one.username, one.connections)).collect();
    assert_eq!(users, [("ada", 1), ("bob", 0), ("cyn", 1)]);
    let mut ended = Vec::new();
    for (shared_with, live) in
        [(Some(Sharing::Group("notes".into())), &[1, 3][..]), (None, &[1]), (None, &[1])]
    {
        client.content.shared_with = shared_with;
        let mut change = approved(&client, 7);
        change.content = client.content.clone();
        assert_eq!(store.change_recorded_client(change).await.unwrap(), Outcome::Applied);
        client.revision += 1;
        let secrets = store.list_client_secrets("app_1").await.unwrap();
        let secrets: Vec<_> = secrets.iter().filter(|one| one.is_live(at(8))).collect();
        let holders: Vec<_> = secrets.iter().filter_map(|one| one.holder).collect();
        let expected: Vec<_> = live.iter().map(|number| user_id(*number)).collect();
        assert_eq!(holders, expected);
        let users = store.list_client_users("app_1").await.unwrap();
        assert_eq!(users.iter().map(|one| one.user).collect::<Vec<_>>(), expected);
        ended.push(store.list_revocations(0).await.unwrap().len());
    }
    assert_eq!(ended, [2, 4, 4], "a line for the secret and one for the grant");
}

/// Its row says for a while that it is gone.
pub async fn a_deleted_client_never_changes_and_is_swept(store: Arc<dyn Store>) {
    add_people(&store).await;
    let entered = draft(1, Some(user_id(1)));
    assert_eq!(enter(&store, entered.clone()).await, Outcome::Applied);
    let mut change = approved(&entered, 7);
    change.content.state = ClientState::Deleted;
    assert_eq!(store.change_recorded_client(change.clone()).await.unwrap(), Outcome::Applied);
    change.expected_revision = 1;
    change.content.state = ClientState::Approved;
    assert_eq!(store.change_recorded_client(change).await.unwrap(), Outcome::Lost);
    assert!(store.list_recorded_clients(None).await.unwrap().is_empty());
    for (seconds, there) in
        [(7 + retention::DELETED_CLIENT - 1, true), (7 + retention::DELETED_CLIENT, false)]
    {
        store.sweep(at(seconds)).await.unwrap();
        assert_eq!(store.find_recorded_client("app_1").await.unwrap().is_some(), there);
    }
    assert!(store.list_client_events("app_1").await.unwrap().is_empty());
}

/// The others see what it has become, and decide anew.
pub async fn of_many_changes_at_once_one_is_made(store: Arc<dyn Store>) {
    add_people(&store).await;
    let entered = draft(1, Some(user_id(1)));
    assert_eq!(enter(&store, entered.clone()).await, Outcome::Applied);
    let answers = race(|racer| {
        let (store, mut change) = (Arc::clone(&store), approved(&entered, 7));
        change.content.draft = racer.to_string();
        async move { store.change_recorded_client(change).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Outcome::Applied).count(), 1);
}
