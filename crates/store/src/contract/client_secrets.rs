//! Promises about the secrets of clients on record.

use std::sync::Arc;

use salver_oauth::{InstallationId, UserId};

use super::{
    race,
    samples::{
        add_people, at, client_event, code, consent, digest, draft, enter, installation,
        installation_id, user, user_id,
    },
};
use crate::{
    Outcome, Store,
    record::{
        ChangeClient, ClientContent, ClientKey, ClientSecret, NewClientSecret, NewUser, Recorded,
        RecordedClient, RedeemCode, RevocationReason, Sharing, Subject, UserAdded, secret_key,
    },
    retention,
};

fn secret(number: u32, holder: Option<UserId>) -> NewClientSecret {
    NewClientSecret {
        secret: ClientSecret {
            id: installation_id(number),
            client_id: "app_1".into(),
            holder,
            name: format!("laptop {number}"),
            made_by: "ada".into(),
            made_at: at(i64::from(number)),
            expires_at: None,
            last_used_at: None,
            ended_at: None,
            key: None,
        },
        digest: digest(number),
    }
}

fn key(number: u32, holder: u32, id: &str) -> NewClientSecret {
    let mut new = secret(number, Some(user_id(holder)));
    new.secret.key = Some(ClientKey { id: id.into(), jwk: format!("{{\"n\":{number}}}") });
    new
}

async fn client(store: &Arc<dyn Store>) {
    add_people(store).await;
    assert_eq!(enter(store, shared(Some(Sharing::Everybody))).await, Outcome::Applied);
}

async fn with_cyn(store: &Arc<dyn Store>) {
    client(store).await;
    let cyn = NewUser { user: user(3, "cyn"), invitation: None };
    assert_eq!(store.add_user(cyn).await.unwrap(), UserAdded::Added);
}

fn shared(shared_with: Option<Sharing>) -> RecordedClient {
    let client = draft(1, Some(user_id(1)));
    RecordedClient { content: ClientContent { shared_with, ..client.content }, ..client }
}

async fn add(store: &Arc<dyn Store>, new: NewClientSecret) -> Outcome {
    store.add_client_secret(new).await.unwrap()
}

async fn end(store: &Arc<dyn Store>, client_id: &str, id: InstallationId) -> Outcome {
    store.end_client_secret(client_id, id, at(50)).await.unwrap()
}

/// Of a client that is there, and listed under it.
pub async fn a_secret_is_found_by_its_digest_alone(store: Arc<dyn Store>) {
    client(&store).await;
    let (own, ones) = (secret(1, None), secret(2, Some(user_id(2))));
    for new in [&own, &ones] {
        assert_eq!(add(&store, new.clone()).await, Outcome::Applied);
    }
    let mut stray = secret(3, None);
    stray.secret.client_id = "app_2".into();
    assert_eq!(add(&store, stray).await, Outcome::Lost);
    let again = NewClientSecret { digest: digest(4), ..own.clone() };
    assert_eq!(add(&store, again).await, Outcome::Lost, "made already");
    assert_eq!(store.find_client_secret(digest(2)).await.unwrap(), Some(ones.secret.clone()));
    assert_eq!(store.find_client_secret(digest(3)).await.unwrap(), None);
    assert_eq!(store.list_client_secrets("app_1").await.unwrap(), [own.secret, ones.secret]);
    assert!(store.list_client_secrets("app_2").await.unwrap().is_empty());
}

/// One in use and the next; what has ended makes room.
pub async fn so_many_secrets_live_for_one_holder_and_no_more(store: Arc<dyn Store>) {
    client(&store).await;
    let mut short = secret(1, None);
    short.secret.expires_at = Some(at(9));
    assert_eq!(add(&store, short).await, Outcome::Applied);
    assert_eq!(add(&store, secret(2, None)).await, Outcome::Applied);
    assert_eq!(add(&store, secret(3, None)).await, Outcome::Lost);
    assert_eq!(add(&store, secret(4, Some(user_id(1)))).await, Outcome::Applied, "another holder");
    assert_eq!(add(&store, secret(9, None)).await, Outcome::Applied, "the first has expired");
    assert_eq!(add(&store, secret(10, None)).await, Outcome::Lost);
    assert_eq!(end(&store, "app_1", installation_id(2)).await, Outcome::Applied);
    assert_eq!(add(&store, secret(11, None)).await, Outcome::Applied);
}

/// Refresh tokens and tokens without a person; what was begun with another secret goes on.
pub async fn ending_a_secret_ends_what_was_begun_with_it(store: Arc<dyn Store>) {
    client(&store).await;
    for number in [1, 2] {
        assert_eq!(add(&store, secret(number, None)).await, Outcome::Applied);
    }
    for (number, begun_with) in [(11, 1), (12, 2)] {
        let mut yes = consent(number, "app");
        (yes.grant.client_id, yes.grant.recipient) = ("app_1".into(), number.to_string());
        let grant = yes.grant.id;
        assert!(matches!(store.record_consent(yes).await.unwrap(), Recorded::Under(_)));
        let mut begun = installation(number, grant);
        begun.client_key = Some(secret_key(installation_id(begun_with)));
        let redeem = RedeemCode { code: code(number, grant).code, installation: begun };
        assert_eq!(store.redeem_code(redeem).await.unwrap(), Outcome::Applied);
    }
    for (client_id, id, expected) in [
        ("app_2", 1, Outcome::Lost),
        ("app_1", 3, Outcome::Lost),
        ("app_1", 1, Outcome::Applied),
        ("app_1", 1, Outcome::Lost),
    ] {
        assert_eq!(end(&store, client_id, installation_id(id)).await, expected, "{client_id} {id}");
    }
    let ended: Vec<_> =
        store.list_revocations(0).await.unwrap().into_iter().map(|line| line.subject).collect();
    assert_eq!(ended, [11, 1].map(|number| Subject::Installation(installation_id(number))));
    let (other, _) = store.find_installation(installation_id(12)).await.unwrap().unwrap();
    assert_eq!(other.ended_at, None);
    let found = store.find_client_secret(digest(1)).await.unwrap().unwrap();
    assert_eq!((found.ended_at, found.is_live(at(51))), (Some(at(50)), false));
    store
        .revoke(Subject::Installation(installation_id(12)), RevocationReason::User, at(60))
        .await
        .unwrap();
    store.sweep(at(50 + retention::ENDED_SECRET)).await.unwrap();
    assert_eq!(store.find_client_secret(digest(1)).await.unwrap(), None);
    assert!(store.find_client_secret(digest(2)).await.unwrap().is_some());
}

/// By its holder, and by its name, among those of the same name their own first; never by its digest, which nobody has to keep.
pub async fn a_key_is_found_by_its_name_or_by_its_holder(store: Arc<dyn Store>) {
    with_cyn(&store).await;
    let new = [
        key(1, 1, "k"),
        key(2, 2, "k"),
        key(3, 2, "other"),
        secret(4, Some(user_id(2))),
        key(5, 3, "k"),
    ];
    for new in new {
        assert_eq!(add(&store, new).await, Outcome::Applied);
    }
    assert_eq!(end(&store, "app_1", installation_id(5)).await, Outcome::Applied);
    for (client_id, key_id, holder, expected) in [
        ("app_1", Some("k"), 1, &[1, 2, 5][..]),
        ("app_1", Some("k"), 2, &[2, 1, 5]),
        ("app_1", Some("k"), 3, &[5, 2, 1]),
        ("app_1", Some("other"), 1, &[3]),
        ("app_1", Some("none"), 1, &[]),
        ("app_1", None, 1, &[1]),
        ("app_1", None, 2, &[3, 2]),
        ("app_2", Some("k"), 1, &[]),
        ("app_2", None, 1, &[]),
    ] {
        let found = store.find_client_keys(client_id, key_id, user_id(holder)).await.unwrap();
        let found: Vec<_> = found.iter().map(|one| one.id).collect();
        let expected: Vec<_> = expected.iter().copied().map(installation_id).collect();
        assert_eq!(found, expected, "{client_id} {key_id:?} {holder}");
    }
    assert_eq!(store.find_client_secret(digest(1)).await.unwrap(), None);
    assert!(store.find_client_secret(digest(4)).await.unwrap().is_some());
}

/// Two of each; the same key comes once, however it is called.
pub async fn keys_are_counted_beside_secrets(store: Arc<dyn Store>) {
    with_cyn(&store).await;
    let same = NewClientSecret { digest: digest(1), ..key(2, 2, "b") };
    for (new, expected) in [
        (key(1, 2, "a"), Outcome::Applied),
        (same, Outcome::Lost),
        (key(3, 2, "a"), Outcome::Applied),
        (key(4, 2, "c"), Outcome::Lost),
        (secret(5, Some(user_id(2))), Outcome::Applied),
        (secret(6, Some(user_id(2))), Outcome::Applied),
        (secret(7, Some(user_id(2))), Outcome::Lost),
        (key(8, 3, "a"), Outcome::Applied),
    ] {
        let id = new.secret.id;
        assert_eq!(add(&store, new).await, expected, "{id}");
    }
    assert_eq!(end(&store, "app_1", installation_id(1)).await, Outcome::Applied);
    assert_eq!(add(&store, key(9, 2, "c")).await, Outcome::Applied);
}

/// So that nobody makes one while the sharing is withdrawn.
pub async fn a_secret_is_made_for_its_owner_or_whom_it_is_shared_with(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.set_groups(user_id(2), vec!["notes".into()]).await.unwrap(), Outcome::Applied);
    let group = |name: &str| Some(Sharing::Group(name.into()));
    let mut seen = shared(None);
    assert_eq!(enter(&store, seen.clone()).await, Outcome::Applied);
    for (number, shared_with, expected) in [
        (1, None, Outcome::Lost),
        (2, group("note"), Outcome::Lost),
        (3, group("notes"), Outcome::Applied),
        (4, Some(Sharing::Everybody), Outcome::Applied),
    ] {
        seen.content.shared_with = shared_with;
        let change = ChangeClient {
            client_id: seen.client_id.clone(),
            expected_revision: seen.revision,
            content: seen.content.clone(),
            ends: None,
            event: client_event("shared", 1),
        };
        assert_eq!(store.change_recorded_client(change).await.unwrap(), Outcome::Applied);
        seen.revision += 1;
        assert_eq!(add(&store, secret(number, Some(user_id(2)))).await, expected, "{number}");
    }
    assert_eq!(add(&store, secret(5, Some(user_id(1)))).await, Outcome::Applied, "its owner");
    assert_eq!(add(&store, secret(6, Some(user_id(9)))).await, Outcome::Lost, "nobody");
}

/// Not once it has passed.
pub async fn the_end_of_a_secret_can_be_moved_while_it_lives(store: Arc<dyn Store>) {
    client(&store).await;
    assert_eq!(add(&store, secret(1, None)).await, Outcome::Applied);
    let id = installation_id(1);
    for (now, until, expected) in [
        (10, Some(at(20)), Outcome::Applied),
        (19, Some(at(30)), Outcome::Applied),
        (30, None, Outcome::Lost),
    ] {
        let moved = store.expire_client_secret("app_1", id, until, at(now)).await.unwrap();
        assert_eq!(moved, expected, "{now}");
    }
    let found = store.find_client_secret(digest(1)).await.unwrap().unwrap();
    assert_eq!((found.is_live(at(29)), found.is_live(at(30))), (true, false));
}

/// In whatever order facts come.
pub async fn the_newest_use_of_a_secret_stands(store: Arc<dyn Store>) {
    client(&store).await;
    assert_eq!(add(&store, secret(1, None)).await, Outcome::Applied);
    for seconds in [5, 9, 7] {
        let used = vec![(installation_id(1), at(seconds)), (installation_id(8), at(1))];
        store.note_secret_use(used).await.unwrap();
    }
    let found = store.find_client_secret(digest(1)).await.unwrap().unwrap();
    assert_eq!(found.last_used_at, Some(at(9)));
}

/// A race against the bound stops at it.
pub async fn of_many_secrets_at_once_no_more_than_allowed_live(store: Arc<dyn Store>) {
    client(&store).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        async move { add(&store, secret(100 + u32::from(racer), None)).await }
    })
    .await;
    let added = answers.iter().filter(|answer| **answer == Outcome::Applied).count();
    assert_eq!(u32::try_from(added), Ok(retention::LIVE_SECRETS));
}
