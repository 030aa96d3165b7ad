//! Promises about documents that this server hosts for developers.

use std::sync::Arc;

use super::{
    race,
    samples::{add_people, at, user_id},
};
use crate::{
    Outcome, Store,
    record::{HostedAdded, HostedDocument},
    retention,
};

fn hosted(owner: u32, name: &str) -> HostedDocument {
    HostedDocument {
        name: name.into(),
        owner: user_id(owner),
        document: format!("{owner} {name}").into_bytes(),
        created_at: at(1),
    }
}

async fn add(store: &Arc<dyn Store>, owner: u32, name: &str) -> HostedAdded {
    store.add_hosted_document(hosted(owner, name)).await.unwrap()
}

/// Byte for byte, as it was last said; and listed by its owner.
pub async fn a_hosted_document_is_found_by_its_name(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.find_hosted_document("app").await.unwrap(), None);
    for (owner, name) in [(1, "b"), (1, "app"), (2, "c")] {
        assert_eq!(add(&store, owner, name).await, HostedAdded::Added);
    }
    assert_eq!(store.find_hosted_document("app").await.unwrap(), Some(hosted(1, "app")));
    for name in ["App", "app/", ""] {
        assert_eq!(store.find_hosted_document(name).await.unwrap(), None, "{name}");
    }
    let listed = store.list_hosted_documents(user_id(1)).await.unwrap();
    assert_eq!(listed, [hosted(1, "app"), hosted(1, "b")]);

    let newer = HostedDocument { document: b"newer".to_vec(), created_at: at(2), ..hosted(1, "b") };
    assert_eq!(store.replace_hosted_document(newer.clone()).await.unwrap(), Outcome::Applied);
    assert_eq!(store.find_hosted_document("b").await.unwrap(), Some(newer));
    for (owner, name) in [(2, "b"), (1, "c"), (1, "d")] {
        let lost = store.replace_hosted_document(hosted(owner, name)).await.unwrap();
        assert_eq!(lost, Outcome::Lost, "{owner} {name}");
    }
}

/// Also when its document is gone: somebody else's would inherit the trust of those who let the client in.
pub async fn a_name_stays_its_owners(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(add(&store, 1, "app").await, HostedAdded::Added);
    assert_eq!(add(&store, 1, "app").await, HostedAdded::NameTaken);
    assert_eq!(add(&store, 2, "app").await, HostedAdded::NameTaken);
    for (owner, expected) in [(2, Outcome::Lost), (1, Outcome::Applied), (1, Outcome::Lost)] {
        assert_eq!(
            store.remove_hosted_document(user_id(owner), "app").await.unwrap(),
            expected,
            "{owner}"
        );
    }
    assert_eq!(store.find_hosted_document("app").await.unwrap(), None);
    assert!(store.list_hosted_documents(user_id(1)).await.unwrap().is_empty());
    assert_eq!(store.replace_hosted_document(hosted(1, "app")).await.unwrap(), Outcome::Lost);
    assert_eq!(add(&store, 2, "app").await, HostedAdded::NameTaken);
    assert_eq!(add(&store, 1, "app").await, HostedAdded::Added);
    assert_eq!(store.find_hosted_document("app").await.unwrap(), Some(hosted(1, "app")));
}

/// At once, and names in all; a name of before is none more.
pub async fn a_person_hosts_so_many_documents_and_no_more(store: Arc<dyn Store>) {
    add_people(&store).await;
    for number in 0..retention::HOSTED_NAMES {
        if number >= retention::HOSTED_DOCUMENTS {
            assert_eq!(add(&store, 1, &number.to_string()).await, HostedAdded::TooMany);
            let oldest = (number - retention::HOSTED_DOCUMENTS).to_string();
            let removed = store.remove_hosted_document(user_id(1), &oldest).await.unwrap();
            assert_eq!(removed, Outcome::Applied);
        }
        assert_eq!(add(&store, 1, &number.to_string()).await, HostedAdded::Added, "{number}");
    }
    let last = (retention::HOSTED_NAMES - 1).to_string();
    let removed = store.remove_hosted_document(user_id(1), &last).await.unwrap();
    assert_eq!(removed, Outcome::Applied);
    assert_eq!(add(&store, 1, "another").await, HostedAdded::TooMany);
    assert_eq!(add(&store, 2, "another").await, HostedAdded::Added);
    assert_eq!(add(&store, 1, "0").await, HostedAdded::Added);
}

/// Until enabled again; and nobody hosts for who is not there.
pub async fn a_disabled_person_hosts_nothing(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(add(&store, 1, "app").await, HostedAdded::Added);
    assert_eq!(store.disable_user(user_id(1), at(5)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.find_hosted_document("app").await.unwrap(), None);
    for (owner, name) in [(1, "other"), (9, "other")] {
        assert_eq!(add(&store, owner, name).await, HostedAdded::UserDisabled);
    }
    assert_eq!(add(&store, 2, "app").await, HostedAdded::NameTaken);
    assert_eq!(store.enable_user(user_id(1)).await.unwrap(), Outcome::Applied);
    assert!(store.find_hosted_document("app").await.unwrap().is_some());
}

/// A race for a name has one winner.
pub async fn of_many_who_want_one_hosted_name_one_gets_it(store: Arc<dyn Store>) {
    add_people(&store).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        async move { add(&store, 1 + u32::from(racer % 2), "app").await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == HostedAdded::Added).count(), 1);
}

/// A race against the bound stops at it.
pub async fn of_many_documents_at_once_no_more_than_allowed_are_hosted(store: Arc<dyn Store>) {
    add_people(&store).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        async move { add(&store, 1, &racer.to_string()).await }
    })
    .await;
    let added = answers.iter().filter(|answer| **answer == HostedAdded::Added).count();
    assert_eq!(u32::try_from(added), Ok(retention::HOSTED_DOCUMENTS));
}
