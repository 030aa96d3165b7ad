//! Proofs of domains: a value that only an owner is told, published where only they can put it; looked at again every day.

use std::time::Duration;

use http::StatusCode;
use salver_oauth::client::recorded::Purpose;
use salver_server::{
    flow::domain::{self, ProofRefusal},
    settings::LostDomain,
};
use salver_store::{
    Outcome,
    record::{ClientState, DomainProof, ProofMethod, RecordedClient, Role},
};
use salver_testkit::{form::Form, web::Reply};

use crate::{
    developer,
    recorded::{CALLBACK, confidential, enter},
    world::{World, authorize},
};

const DOMAIN: &str = "other.example";
const FILE: &str = "https://other.example/.well-known/salver-verification";
const DAY: i64 = 86_400;

fn publish(world: &World, text: &str) {
    let reply = Reply::json(text).with("content-type", "text/plain");
    world.web.set(FILE, reply);
}

fn value(world: &World, client: &RecordedClient) -> String {
    domain::places(&world.deps.secrets, &client.client_id, client.owner.unwrap(), DOMAIN).value
}

async fn proofs(world: &World, client: &RecordedClient) -> Vec<DomainProof> {
    world.deps.store.list_domain_proofs(&client.client_id).await.unwrap()
}

#[tokio::test]
async fn a_domain_is_proven_by_the_value_of_this_client_and_owner_alone() {
    let world = World::new().await;
    drop((world.user("ada").await, world.user("bob").await));
    let metadata = confidential("App");
    let client = enter(&world, Purpose::Application, "ada", (&metadata, false)).await;
    let same_owner = enter(&world, Purpose::Application, "ada", (&metadata, false)).await;
    let foreign = enter(&world, Purpose::Application, "bob", (&metadata, false)).await;
    let own = value(&world, &client);
    assert_ne!(own, value(&world, &same_owner));
    assert_ne!(own, value(&world, &foreign));
    let file = (DOMAIN, ProofMethod::File);
    for (why, text) in [
        ("nothing", String::new()),
        ("another client's", value(&world, &same_owner)),
        ("another person's", value(&world, &foreign)),
        ("a part of it", own.chars().take(30).collect()),
        ("within another word", format!("x{own}")),
    ] {
        publish(&world, &text);
        let refusal = domain::prove(&world.deps, &client, file).await.unwrap_err();
        assert!(matches!(refusal, ProofRefusal::NotThere), "{why}: {refusal}");
    }
    assert!(proofs(&world, &client).await.is_empty());
    publish(&world, &format!("# for salver\n{}\n {own} \n", value(&world, &foreign)));
    domain::prove(&world.deps, &client, file).await.unwrap();
    let proven = proofs(&world, &client).await;
    assert_eq!(proven.len(), 1);
    assert!(domain::counts(&proven[0], world.clock.now()));
    for number in 1..10 {
        let another = DomainProof { domain: format!("{number}.example"), ..proven[0].clone() };
        assert_eq!(world.deps.store.keep_domain_proof(another).await.unwrap(), Outcome::Applied);
    }
    world.way_out_clock.forward(Duration::from_mins(2));
    domain::prove(&world.deps, &client, file).await.unwrap();
    let more = ("web.example", ProofMethod::File);
    let refusal = domain::prove(&world.deps, &client, more).await.unwrap_err();
    assert!(matches!(refusal, ProofRefusal::TooMany), "{refusal}");
}

#[tokio::test]
async fn a_proof_that_is_missing_for_a_week_counts_no_more_and_says_so_in_the_history() {
    let world = World::new().await;
    drop(world.user("ada").await);
    let client = enter(&world, Purpose::Application, "ada", (&confidential("App"), false)).await;
    let own = value(&world, &client);
    publish(&world, &own);
    domain::prove(&world.deps, &client, (DOMAIN, ProofMethod::File)).await.unwrap();
    for (day, there, counts) in [
        (1, true, true),
        (2, false, true),
        (3, true, true),
        (4, false, true),
        (10, false, true),
        (11, false, false),
        (12, false, false),
        (13, true, true),
    ] {
        let elapsed = world.clock.now().as_unix() - client.created_at.as_unix();
        world.clock.advance(day * (DAY + 120) - elapsed);
        world.way_out_clock.forward(Duration::from_mins(2));
        publish(&world, if there { &own } else { "gone" });
        domain::follow(&world.deps).await.unwrap();
        let proven = proofs(&world, &client).await;
        assert_eq!(domain::counts(&proven[0], world.clock.now()), counts, "day {day}");
        assert_eq!(proven[0].failing_since.is_none(), there, "day {day}");
        assert_eq!(proven[0].checked_at, world.clock.now(), "day {day}");
        world.clock.advance(60);
        publish(&world, "not looked at so soon");
        domain::follow(&world.deps).await.unwrap();
        assert_eq!(proofs(&world, &client).await, proven, "day {day}: once a day");
    }
    let events = world.deps.store.list_client_events(&client.client_id).await.unwrap();
    let lost = events.iter().filter(|one| one.event.what == "domain_lost");
    assert_eq!(lost.map(|one| one.event.note.as_str()).collect::<Vec<_>>(), [DOMAIN]);
}

#[test]
fn what_is_no_domain_of_ones_own_is_told() {
    for (typed, expected) in [
        ("app.example.org", Ok("app.example.org")),
        (" Example.ORG. ", Ok("example.org")),
        ("b\u{fc}cher.example.org", Ok("xn--bcher-kva.example.org")),
        ("com", Err("it is no domain")),
        ("co.uk", Err("anybody may have")),
        ("github.io", Err("anybody may have")),
        ("alice.github.io", Ok("alice.github.io")),
        ("localhost", Err("it is no domain")),
        ("nas.local", Err("it is no domain")),
        ("10.0.0.1", Err("it is no domain")),
        ("0x7f.1", Err("it is no domain")),
        ("[::1]", Err("it is no domain")),
        ("example.org:8443", Err("it is no domain")),
        ("example.org/x", Err("it is no domain")),
        ("ada@example.org", Err("it is no domain")),
        ("", Err("it is no domain")),
    ] {
        let read = domain::domain(typed).map_err(|refusal| refusal.to_string());
        match (&read, expected) {
            (Ok(read), Ok(expected)) => assert_eq!(read, expected),
            (Err(told), Err(expected)) => assert!(told.contains(expected), "{typed}: {told}"),
            _ => panic!("{typed}: {read:?}"),
        }
    }
}

#[tokio::test]
async fn a_developer_proves_a_domain_on_the_page_and_the_reviewer_sees_it() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut eve = world.account("eve", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = developer::enter(&mut dora, developer::SOUND).await;
    let path = format!("/developer/{id}/domains");
    for (typed, told) in [("co.uk", "Anybody may have"), ("10.0.0.1", "no domain name")] {
        let page = dora.get(&format!("{path}?domain={typed}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.contains(told), "{typed}: {}", page.text);
    }
    let asked = dora.get(&format!("{path}?domain={DOMAIN}")).await.text;
    let value = value(&world, &developer::on_record(&world, &id).await);
    assert!(asked.contains(&value) && asked.contains("_salver."), "{asked}");
    let proving = |form: &Form| form.action.ends_with(&path) && form.body().contains("form_token");
    let form = Form::all(&asked).into_iter().find(proving).unwrap().with("deed", "file");
    publish(&world, "nothing yet");
    let page = dora.submit(&form).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("does not stand there"), "{}", page.text);
    publish(&world, &value);
    assert_eq!(eve.submit(&form).await.status, StatusCode::FORBIDDEN, "another session's form");
    assert_eq!(eve.get(&path).await.status, StatusCode::NOT_FOUND);
    developer::done(&dora.submit(&form).await);
    assert!(dora.get(&path).await.text.contains("by a file"));
    developer::done(&developer::step(&mut dora, &id, "submit").await);
    let dossier = format!("/admin/applications/{id}");
    assert!(carol.get(&dossier).await.text.contains(DOMAIN));
    let page = dora.get(&path).await;
    let removing = |form: &Form| form.fields.contains(&("deed".into(), "remove".into()));
    let form = Form::all(&page.text).into_iter().find(removing).unwrap();
    developer::done(&dora.submit(&form).await);
    assert!(!carol.get(&dossier).await.text.contains(DOMAIN));
}

#[tokio::test]
async fn a_week_without_a_proof_has_the_consequence_that_is_set_and_six_days_have_none() {
    for (setting, days, is_marked, is_let_in) in [
        (LostDomain::Note, 8, true, true),
        (LostDomain::Warn, 7, true, true),
        (LostDomain::Warn, 8, false, true),
        (LostDomain::Suspend, 7, true, true),
        (LostDomain::Suspend, 8, false, false),
    ] {
        let why = format!("{setting:?} after {days} looks");
        let world = World::told(|settings| settings.developers.lost_domain = setting).await;
        let mut dora = world.account("dora", Role::Developer).await;
        let mut carol = world.account("carol", Role::Reviewer).await;
        let mut alice = world.user("alice").await;
        let id = developer::enter(&mut dora, developer::SOUND).await;
        developer::approve(&mut dora, &mut carol, &id).await;
        let client = developer::on_record(&world, &id).await;
        let own = value(&world, &client);
        publish(&world, &own);
        domain::prove(&world.deps, &client, (DOMAIN, ProofMethod::File)).await.unwrap();
        let look = async |text: &str| {
            world.clock.advance(DAY + 60);
            world.way_out_clock.forward(Duration::from_mins(2));
            publish(&world, text);
            domain::follow(&world.deps).await.unwrap();
        };
        // The first look that misses it begins the week.
        for _ in 0..days {
            look("gone").await;
        }
        let page = alice.get(&authorize(&id, CALLBACK, &[])).await;
        assert_eq!(page.status == StatusCode::OK, is_let_in, "{why}: {}", page.text);
        let marked = page.text.contains("An administrator of");
        assert_eq!(marked, is_marked, "{why}: {}", page.text);
        let warned = page.text.contains("warning-lost-domain");
        assert_eq!(warned, !is_marked && is_let_in, "{why}: {}", page.text);
        let is_lost = days == 8 && setting != LostDomain::Note;
        for page in [
            dora.get(&format!("/developer/{id}")).await,
            carol.get(&format!("/admin/applications/{id}")).await,
            carol.get("/admin/review").await,
        ] {
            assert_eq!(
                page.text.contains("missing for seven days"),
                is_lost,
                "{why}: {}",
                page.text
            );
        }
        look(&own).await;
        let page = alice.get(&authorize(&id, CALLBACK, &[])).await;
        assert!(page.text.contains("An administrator of"), "{why}, proven again: {}", page.text);
    }
}

#[tokio::test]
async fn what_a_reviewer_has_decided_is_not_undone_by_a_proof_nor_by_its_loss() {
    let world = World::told(|settings| settings.developers.lost_domain = LostDomain::Suspend).await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = developer::enter(&mut dora, developer::SOUND).await;
    developer::approve(&mut dora, &mut carol, &id).await;
    let client = developer::on_record(&world, &id).await;
    let own = value(&world, &client);
    publish(&world, &own);
    domain::prove(&world.deps, &client, (DOMAIN, ProofMethod::File)).await.unwrap();
    let look = async |text: &str, times: u32| {
        for _ in 0..times {
            world.clock.advance(DAY + 60);
            world.way_out_clock.forward(Duration::from_mins(2));
            publish(&world, text);
            domain::follow(&world.deps).await.unwrap();
        }
        developer::on_record(&world, &id).await.content.state
    };
    assert_eq!(look("gone", 8).await, ClientState::Suspended);
    developer::done(&developer::rule(&mut carol, &id, &[("deed", "resume")]).await);
    assert_eq!(look("gone", 2).await, ClientState::Approved, "it was decided");
    let stop = [("deed", "suspend"), ("note", "It was stolen.")];
    developer::done(&developer::rule(&mut carol, &id, &stop).await);
    assert_eq!(look(&own, 1).await, ClientState::Suspended, "it was decided");
}
