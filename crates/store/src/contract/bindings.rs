//! Promises about the labels under which people see clients (DESIGN 4.4).

use std::sync::Arc;

use salver_oauth::ApplicationId;

use super::samples::{add_people, at, bytes, consent, home, install, record, user_id};
use crate::{
    Outcome, Store,
    record::{
        Binding, Consent, Grant, Home, MetApplication, MetClient, NewBinding, NewHome, Recorded,
    },
};

const CLAUDE: &str = "document claude";
const DYNAMIC: &str = "dynamic claude";

fn id(number: u32) -> ApplicationId {
    ApplicationId::from_bytes(bytes(number))
}

/// A client that registered itself as Claude, as the user of this number lets it in.
fn dynamic(number: u32, user: u32) -> Consent {
    let mut consent = consent(number, "claude");
    consent.grant.user = user_id(user);
    consent.grant.client_id = "slv_claude".into();
    consent.grant.fingerprint = DYNAMIC.into();
    consent.home = home(DYNAMIC, "Claude?");
    consent.name = "Claude?".into();
    consent
}

fn binding(fingerprint: &str, application: Home) -> NewBinding {
    let proposed = id(100);
    NewBinding {
        fingerprint: fingerprint.into(),
        application,
        proposed,
        by: "ada".into(),
        at: at(5),
    }
}

async fn labels(store: &Arc<dyn Store>, user: u32) -> Vec<(String, usize)> {
    let listed = store.list_applications(user_id(user)).await.unwrap();
    let mut labels: Vec<_> =
        listed.into_iter().map(|found| (found.label, found.grants.len())).collect();
    labels.sort();
    labels
}

fn counted(labels: &[(&str, usize)]) -> Vec<(String, usize)> {
    labels.iter().map(|(label, grants)| ((*label).to_owned(), *grants)).collect()
}

/// Everybody's grants, those to come too; what they say but for the label stays, and so do installations.
pub async fn a_binding_moves_all_grants_and_undoing_it_brings_them_back(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, consent(1, "claude")).await;
    let grant = record(&store, dynamic(2, 1)).await;
    install(&store, 2, grant).await;
    record(&store, dynamic(3, 2)).await;
    let apart = counted(&[("Claude?", 1), ("claude", 1)]);
    assert_eq!(labels(&store, 1).await, apart);
    let before = store.find_grant(grant).await.unwrap().unwrap();

    let bound = store.bind_client(binding(DYNAMIC, home(CLAUDE, "ignored"))).await.unwrap();
    assert_eq!(bound, Outcome::Applied);
    assert_eq!(labels(&store, 1).await, counted(&[("claude", 2)]));
    assert_eq!(labels(&store, 2).await, counted(&[("claude", 1)]));
    let after = store.find_grant(grant).await.unwrap().unwrap();
    assert_ne!(after.application, before.application);
    assert_eq!(Grant { application: before.application, ..after }, before, "nothing but the label");
    // A new consent changes nothing of it.
    let mut again = dynamic(4, 2);
    (again.grant.resource, again.judged_under) = ("https://as.example/other".into(), 1);
    record(&store, again).await;
    assert_eq!(labels(&store, 2).await, counted(&[("claude", 2)]));

    assert_eq!(store.unbind_client(DYNAMIC).await.unwrap(), Outcome::Applied);
    assert_eq!(labels(&store, 1).await, apart);
    assert_eq!(labels(&store, 2).await, counted(&[("Claude?", 2)]));
    assert_eq!(store.find_grant(grant).await.unwrap().unwrap(), before);
}

/// The grants of a user under one label end together, whatever their clients, and nobody else's.
pub async fn what_is_bound_is_revoked_together(store: Arc<dyn Store>) {
    add_people(&store).await;
    let document = record(&store, consent(1, "claude")).await;
    let bound = record(&store, dynamic(2, 1)).await;
    let of_bob = record(&store, dynamic(3, 2)).await;
    let _: Outcome = store.bind_client(binding(DYNAMIC, home(CLAUDE, "claude"))).await.unwrap();
    let application = store.find_grant(bound).await.unwrap().unwrap().application;
    assert_eq!(store.revoke_application(user_id(1), application, at(6)).await.unwrap(), (2, 0));
    for (grant, ended) in [(document, true), (bound, true), (of_bob, false)] {
        let grant = store.find_grant(grant).await.unwrap().unwrap();
        assert_eq!(grant.revoked_at.is_some(), ended);
    }
}

/// A client that nobody has met can be bound, to an application that nobody has met; another binding replaces it, the same one does not.
pub async fn a_binding_is_one_and_may_come_first(store: Arc<dyn Store>) {
    add_people(&store).await;
    let entry = || home("entry Claude", "Claude");
    for (application, expected) in [
        (home(CLAUDE, "claude"), Outcome::Applied),
        (entry(), Outcome::Applied),
        (entry(), Outcome::Lost),
    ] {
        let mut new = binding(DYNAMIC, application);
        new.proposed = id(if new.application.key == CLAUDE { 100 } else { 101 });
        assert_eq!(store.bind_client(new).await.unwrap(), expected);
    }
    let kept = Binding {
        fingerprint: DYNAMIC.into(),
        application: id(101),
        key: "entry Claude".into(),
        by: "ada".into(),
        at: at(5),
    };
    assert_eq!(store.list_bindings().await.unwrap(), [kept]);
    let mut first = dynamic(2, 1);
    first.judged_under = 2;
    record(&store, first).await;
    assert_eq!(labels(&store, 1).await, counted(&[("Claude", 1)]));
    let met = MetClient {
        fingerprint: DYNAMIC.into(),
        name: "Claude?".into(),
        home: DYNAMIC.into(),
        application: id(101),
    };
    assert_eq!(store.list_met_clients().await.unwrap(), [met]);

    assert_eq!(store.unbind_client(DYNAMIC).await.unwrap(), Outcome::Applied);
    assert_eq!(store.unbind_client(DYNAMIC).await.unwrap(), Outcome::Lost);
    assert_eq!(store.unbind_client(CLAUDE).await.unwrap(), Outcome::Lost);
    assert_eq!(labels(&store, 1).await, counted(&[("Claude?", 1)]));
}

/// A ban of the application shuts out whoever is bound to it: what was judged before a binding is judged anew.
pub async fn a_binding_is_a_change_of_who_is_shut_out(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, dynamic(1, 1)).await;
    let new = || binding(DYNAMIC, home(CLAUDE, "claude"));
    let _: Outcome = store.bind_client(new()).await.unwrap();
    assert_eq!(store.bans_number().await.unwrap(), 1);
    let recorded = store.record_consent(dynamic(2, 2)).await.unwrap();
    assert_eq!(recorded, Recorded::JudgedAnew);
    // What changes nothing is none.
    let _: Outcome = store.bind_client(new()).await.unwrap();
    assert_eq!(store.bans_number().await.unwrap(), 1);
    for expected in [2, 2] {
        let _: Outcome = store.unbind_client(DYNAMIC).await.unwrap();
        assert_eq!(store.bans_number().await.unwrap(), expected);
    }
}

/// By a consent, or since the catalogue has changed; a client that is bound stays where it is, and goes to its new home when it is unbound.
pub async fn a_client_gets_another_home(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, consent(1, "claude")).await;
    record(&store, dynamic(2, 1)).await;
    let _: Outcome = store.bind_client(binding(DYNAMIC, home("other", "Other"))).await.unwrap();
    let homes = || {
        [(CLAUDE, 7), (DYNAMIC, 8), ("document unmet", 9)].map(|(fingerprint, number)| NewHome {
            fingerprint: fingerprint.into(),
            home: home("entry Claude", "Claude"),
            proposed: id(number),
        })
    };
    assert_eq!(store.settle_homes(homes().into(), at(6)).await.unwrap(), 2);
    assert_eq!(labels(&store, 1).await, counted(&[("Claude", 1), ("Other", 1)]));
    let number = store.bans_number().await.unwrap();
    assert_eq!(store.settle_homes(homes().into(), at(7)).await.unwrap(), 0);
    assert_eq!(store.bans_number().await.unwrap(), number, "nothing has changed");
    assert_eq!(store.unbind_client(DYNAMIC).await.unwrap(), Outcome::Applied);
    assert_eq!(labels(&store, 1).await, counted(&[("Claude", 2)]));

    let mut back = consent(3, "claude");
    back.judged_under = store.bans_number().await.unwrap();
    record(&store, back).await;
    assert_eq!(labels(&store, 1).await, counted(&[("Claude", 1), ("claude", 1)]));
    assert!(store.bans_number().await.unwrap() > number, "somebody else may be shut out now");
}

/// It stays whatever clients call themselves, until it is taken back.
pub async fn an_administrators_name_of_an_application_stays(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    let application = store.find_grant(grant).await.unwrap().unwrap().application;
    let rename = |label: Option<&str>| store.rename_application(application, label.map(Into::into));
    assert_eq!(rename(Some("Assistant")).await.unwrap(), Outcome::Applied);
    let mut renamed = consent(2, "claude");
    (renamed.name, renamed.home.label) = ("Claude 2".into(), "Claude 2".into());
    record(&store, renamed).await;
    assert_eq!(labels(&store, 1).await, counted(&[("Assistant", 1)]));
    let live = store.list_live_grants(None, 9).await.unwrap().remove(0);
    assert_eq!((&*live.label, &*live.name), ("Assistant", "Claude 2"));
    let met = MetApplication {
        id: application,
        key: CLAUDE.into(),
        label: "Assistant".into(),
        own_label: "Claude 2".into(),
        created_at: at(0),
    };
    assert_eq!(store.list_met_applications().await.unwrap(), [met]);
    assert_eq!(rename(None).await.unwrap(), Outcome::Applied);
    assert_eq!(labels(&store, 1).await, counted(&[("Claude 2", 1)]));
    let unknown = store.rename_application(id(99), Some("x".into())).await.unwrap();
    assert_eq!(unknown, Outcome::Lost);
}

/// Whichever comes first, everything of the client is under one label in the end.
pub async fn consenting_against_binding_leaves_nothing_behind(store: Arc<dyn Store>) {
    add_people(&store).await;
    for number in 1..=u32::from(super::RACERS) {
        let (ours, theirs) = (Arc::clone(&store), Arc::clone(&store));
        let mut consent = dynamic(number, 1);
        consent.grant.fingerprint = format!("dynamic {number}");
        consent.home.key = format!("dynamic {number}");
        consent.grant.client_id = format!("slv_{number}");
        consent.judged_under = i64::from(number) - 1;
        let mut new = binding(&format!("dynamic {number}"), home("entry Claude", "Claude"));
        new.proposed = id(1000);
        let consenting = tokio::spawn(async move { ours.record_consent(consent).await.unwrap() });
        let binding = tokio::spawn(async move { theirs.bind_client(new).await.unwrap() });
        let (recorded, bound) = (consenting.await.unwrap(), binding.await.unwrap());
        assert_eq!(bound, Outcome::Applied);
        if let Recorded::Under(grant) = recorded {
            assert_eq!(store.find_grant(grant).await.unwrap().unwrap().application, id(1000));
        }
    }
}

/// In pages, each client once, also one that is let in again or bound; a binding alone meets nobody.
pub async fn fingerprints_are_read_from_where_one_stands(store: Arc<dyn Store>) {
    add_people(&store).await;
    let entry = home("entry Claude", "Claude");
    let unmet = binding("document unmet", entry);
    assert_eq!(store.bind_client(unmet).await.unwrap(), Outcome::Applied);
    assert!(store.list_fingerprints(0, 10).await.unwrap().is_empty());
    for (number, client) in [(1, "b"), (2, "a"), (3, "b"), (4, "c")] {
        let again = Consent { judged_under: 1, ..consent(number, client) };
        record(&store, again).await;
    }
    let all = store.list_fingerprints(0, 10).await.unwrap();
    let names: Vec<&str> = all.iter().map(|(_, fingerprint)| fingerprint.as_str()).collect();
    assert_eq!(names, ["document b", "document a", "document c"]);
    let numbers: Vec<i64> = all.iter().map(|(number, _)| *number).collect();
    let &[first, second, last] = &*numbers else { unreachable!("{numbers:?}") };
    assert!(0 < first && first < second && second < last, "{numbers:?}");
    for (after, limit, expected) in [
        (0, 2, vec![first, second]),
        (second, 2, vec![last]),
        (first, 1, vec![second]),
        (last, 9, vec![]),
    ] {
        let found = store.list_fingerprints(after, limit).await.unwrap();
        let found: Vec<i64> = found.into_iter().map(|(number, _)| number).collect();
        assert_eq!(found, expected, "{after} {limit}");
    }
}
