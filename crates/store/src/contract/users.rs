//! Promises about people.

use std::sync::Arc;

use super::{
    race,
    samples::{add_people, at, bytes, consent, digest, install, record, session, user, user_id},
};
use crate::{
    Outcome, Store, StoreError, group,
    record::{NewUser, Recorded, Role, Subject, UserAdded},
};

/// Found by id and by name in any letter case; not by another name.
pub async fn a_user_is_found_by_id_and_by_name_in_any_letter_case(store: Arc<dyn Store>) {
    let mut zoe = user(7, "Zoë");
    zoe.role = Role::Administrator;
    let added = store.add_user(NewUser { user: zoe, invitation: None }).await.unwrap();
    assert_eq!(added, UserAdded::Added);
    for name in ["Zoë", "zoë", "ZOË"] {
        let found = store.find_user_by_name(name).await.unwrap().unwrap();
        assert_eq!(
            (found.id, found.username.as_str(), found.role),
            (user_id(7), "Zoë", Role::Administrator)
        );
    }
    for name in ["zoe", "zoë ", ""] {
        assert!(store.find_user_by_name(name).await.unwrap().is_none(), "{name:?}");
    }
    let found = store.find_user(user_id(7)).await.unwrap().unwrap();
    assert_eq!(
        (found.password_hash.as_str(), found.created_at, found.disabled_at),
        ("$argon2id$Zoë", at(0), None)
    );
    assert!(store.find_user(user_id(8)).await.unwrap().is_none());
}

/// The second owner of a name is refused and leaves no trace.
pub async fn a_name_is_given_once_whatever_its_letter_case(store: Arc<dyn Store>) {
    add_people(&store).await;
    for (number, name, expected) in [
        (3, "ADA", UserAdded::NameTaken),
        (4, "Bob", UserAdded::NameTaken),
        (5, "ada2", UserAdded::Added),
    ] {
        let new = NewUser { user: user(number, name), invitation: None };
        assert_eq!(store.add_user(new).await.unwrap(), expected, "{name}");
        assert_eq!(
            store.find_user(user_id(number)).await.unwrap().is_some(),
            expected == UserAdded::Added
        );
    }
}

/// A race for a name has one winner.
pub async fn of_many_who_want_one_name_one_gets_it(store: Arc<dyn Store>) {
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let name = if racer % 2 == 0 { "eve" } else { "EVE" };
        let new = NewUser { user: user(100 + u32::from(racer), name), invitation: None };
        async move { store.add_user(new).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == UserAdded::Added).count(), 1);
    assert_eq!(store.list_users().await.unwrap().len(), 1);
}

/// By name, whatever the letter case.
pub async fn users_are_listed_by_name(store: Arc<dyn Store>) {
    for (number, name) in [(1, "bob"), (2, "Carol"), (3, "Ada")] {
        let new = NewUser { user: user(number, name), invitation: None };
        assert_eq!(store.add_user(new).await.unwrap(), UserAdded::Added);
    }
    let names: Vec<_> =
        store.list_users().await.unwrap().into_iter().map(|user| user.username).collect();
    assert_eq!(names, ["Ada", "bob", "Carol"]);
}

/// One user's, and lost for nobody.
pub async fn a_password_hash_is_replaced(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.set_password_hash(user_id(1), "new".into()).await.unwrap(), Outcome::Applied);
    assert_eq!(store.set_password_hash(user_id(9), "new".into()).await.unwrap(), Outcome::Lost);
    assert_eq!(store.find_user(user_id(1)).await.unwrap().unwrap().password_hash, "new");
    assert_eq!(store.find_user(user_id(2)).await.unwrap().unwrap().password_hash, "$argon2id$bob");
}

/// Sorted and each once, wherever the person is found; another's stay, and lost for nobody.
pub async fn a_person_is_in_the_groups_that_were_set_last(store: Arc<dyn Store>) {
    const STEPS: &[(&[&str], &[&str])] =
        &[(&["staff", "beta", "staff"], &["beta", "staff"]), (&["beta"], &["beta"]), (&[], &[])];
    let groups =
        |names: &[&str]| names.iter().map(|name| (*name).into()).collect::<Vec<Box<str>>>();
    add_people(&store).await;
    let mut carol = user(3, "carol");
    carol.groups = groups(&["staff", "beta"]);
    let added = store.add_user(NewUser { user: carol, invitation: None }).await.unwrap();
    assert_eq!(added, UserAdded::Added);
    let carol = store.find_user(user_id(3)).await.unwrap().unwrap();
    assert_eq!(carol.groups, groups(&["beta", "staff"]));

    store.add_session(session(1, 1)).await.unwrap();
    for (set, expected) in STEPS {
        assert_eq!(store.set_groups(user_id(1), groups(set)).await.unwrap(), Outcome::Applied);
        let by_id = store.find_user(user_id(1)).await.unwrap().unwrap();
        let by_name = store.find_user_by_name("ada").await.unwrap().unwrap();
        let (_, signed_in) = store.find_session(digest(1), at(1)).await.unwrap().unwrap();
        let listed = store.list_users().await.unwrap().into_iter().find(|user| user.id == by_id.id);
        for found in [by_id, by_name, signed_in, listed.unwrap()] {
            assert_eq!(found.groups, groups(expected));
        }
        assert!(store.find_user(user_id(2)).await.unwrap().unwrap().groups.is_empty());
    }
    assert_eq!(store.set_groups(user_id(9), groups(&["staff"])).await.unwrap(), Outcome::Lost);
}

/// Nothing is changed then ([`group::check`]).
pub async fn groups_that_break_the_rules_are_refused(store: Arc<dyn Store>) {
    add_people(&store).await;
    let many =
        |many: usize| (0..many).map(|number| format!("g{number}").into()).collect::<Vec<_>>();
    for broken in [vec!["two words".into()], vec!["".into()], many(group::MOST + 1)] {
        let refused = store.set_groups(user_id(1), broken.clone()).await;
        assert!(matches!(refused, Err(StoreError::Engine(_))), "{broken:?}");
        let mut carol = user(3, "carol");
        carol.groups = broken;
        let refused = store.add_user(NewUser { user: carol, invitation: None }).await;
        assert!(matches!(refused, Err(StoreError::Engine(_))));
    }
    assert!(store.find_user(user_id(1)).await.unwrap().unwrap().groups.is_empty());
    assert!(store.find_user(user_id(3)).await.unwrap().is_none());
    let all = store.set_groups(user_id(1), many(group::MOST)).await.unwrap();
    assert_eq!(all, Outcome::Applied);
    assert_eq!(store.find_user(user_id(1)).await.unwrap().unwrap().groups.len(), group::MOST);
}

/// Sessions, grants and installations end; another user's stay.
pub async fn disabling_ends_sessions_and_grants_and_enters_the_feed(store: Arc<dyn Store>) {
    add_people(&store).await;
    store.add_session(session(1, 1)).await.unwrap();
    store.add_session(session(2, 2)).await.unwrap();
    let first = record(&store, consent(1, "claude")).await;
    let second = record(&store, consent(2, "zed")).await;
    let mut of_bob = consent(3, "claude");
    of_bob.grant.user = user_id(2);
    let of_bob = record(&store, of_bob).await;
    install(&store, 1, first).await;
    install(&store, 3, of_bob).await;

    assert_eq!(store.disable_user(user_id(1), at(5)).await.unwrap(), Outcome::Applied);

    assert_eq!(store.find_user(user_id(1)).await.unwrap().unwrap().disabled_at, Some(at(5)));
    assert!(store.find_session(digest(1), at(6)).await.unwrap().is_none());
    assert!(store.find_session(digest(2), at(6)).await.unwrap().is_some());
    for grant in [first, second] {
        assert_eq!(store.find_grant(grant).await.unwrap().unwrap().revoked_at, Some(at(5)));
    }
    assert_eq!(store.find_grant(of_bob).await.unwrap().unwrap().revoked_at, None);
    for (number, ended_at) in [(1, Some(at(5))), (3, None)] {
        let (installation, _) = store
            .find_installation(super::samples::installation_id(number))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(installation.ended_at, ended_at);
    }
    let mut ended: Vec<_> =
        store.list_revocations(0).await.unwrap().into_iter().map(|line| line.subject).collect();
    ended.sort_by_key(|subject| *subject == Subject::Grant(second));
    assert_eq!(ended, [Subject::Grant(first), Subject::Grant(second)]);
}

/// Lost the second time, and for nobody.
pub async fn disabling_happens_once(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.disable_user(user_id(1), at(5)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.disable_user(user_id(1), at(6)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.disable_user(user_id(9), at(6)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.find_user(user_id(1)).await.unwrap().unwrap().disabled_at, Some(at(5)));
}

/// Sessions and grants stay ended; lost for who is not disabled.
pub async fn enabling_gives_nothing_back(store: Arc<dyn Store>) {
    add_people(&store).await;
    store.add_session(session(1, 1)).await.unwrap();
    let grant = record(&store, consent(1, "claude")).await;
    assert_eq!(store.enable_user(user_id(1)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.enable_user(user_id(9)).await.unwrap(), Outcome::Lost);
    assert_eq!(store.disable_user(user_id(1), at(5)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.enable_user(user_id(1)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.find_user(user_id(1)).await.unwrap().unwrap().disabled_at, None);
    assert!(store.find_session(digest(1), at(6)).await.unwrap().is_none());
    assert!(store.find_grant(grant).await.unwrap().unwrap().revoked_at.is_some());
}

/// A sign-in that overlaps the disabling gives no session, not even once the user is enabled again.
pub async fn a_session_that_comes_after_disabling_is_none(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.disable_user(user_id(1), at(5)).await.unwrap(), Outcome::Applied);
    store.add_session(session(1, 1)).await.unwrap();
    store.add_session(session(9, 9)).await.unwrap();
    assert!(store.find_session(digest(9), at(6)).await.unwrap().is_none());
    assert_eq!(store.enable_user(user_id(1)).await.unwrap(), Outcome::Applied);
    assert!(store.find_session(digest(1), at(6)).await.unwrap().is_none());
    store.add_session(session(2, 1)).await.unwrap();
    assert!(store.find_session(digest(2), at(6)).await.unwrap().is_some());
}

/// Nothing is granted by somebody disabled, and the ticket is not spent.
pub async fn a_consent_that_comes_after_disabling_is_refused(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.disable_user(user_id(1), at(5)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.record_consent(consent(1, "claude")).await.unwrap(), Recorded::UserDisabled);
    assert!(store.find_code(digest(1)).await.unwrap().is_none());
    let mut of_nobody = consent(2, "claude");
    of_nobody.grant.user = user_id(9);
    assert_eq!(store.record_consent(of_nobody).await.unwrap(), Recorded::UserDisabled);
    assert_eq!(store.enable_user(user_id(1)).await.unwrap(), Outcome::Applied);
    let again = consent(1, "claude");
    assert_eq!(again.code.ticket, bytes(1));
    record(&store, again).await;
}
