//! Applications that are registered by the URL of their document (CIMD-A-3): the document stays the source, and the review is ours.

use std::time::Duration;

use http::{Method, StatusCode};
use salver_server::flow::domain::{self, MEMBER};
use salver_store::record::{ClientState, DomainProof, ProofMethod, Role};
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
    web::Reply,
};
use serde_json::{Value, json};

use crate::{
    api,
    client_keys::{CALLBACK, CLIENT},
    developer::{done, on_record, rule, step},
    world::{World, authorize, json_of},
};

const HOST: &str = "other.example";

/// What the document says, with values of these developers.
fn publish(world: &World, redirect_uri: &str, values: &[String]) {
    let mut document = json!({
        "client_id": CLIENT, "client_name": "Notes App", "redirect_uris": [redirect_uri],
    });
    document[MEMBER] = json!(values);
    let short_lived = Reply::json(document.to_string()).with("cache-control", "max-age=60");
    world.web.set(CLIENT, short_lived);
    world.way_out_clock.forward(Duration::from_mins(3));
}

async fn register(developer: &mut Browser, url: &str) -> Page {
    let page = developer.get("/developer").await;
    let form = Form::to(&page.text, "/developer/document").with("document", url);
    developer.submit(&form).await
}

async fn registered(developer: &mut Browser) -> String {
    let sent = register(developer, CLIENT).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    sent.location().rsplit('/').next().unwrap().to_owned()
}

async fn prove(developer: &mut Browser, id: &str) -> Page {
    let path = format!("/developer/{id}/domains");
    let asked = developer.get(&format!("{path}?domain={HOST}")).await;
    assert!(asked.text.contains(MEMBER), "{}", asked.text);
    let proving = |form: &Form| form.action.ends_with(&path) && form.body().contains("form_token");
    let form = Form::all(&asked.text).into_iter().find(proving).unwrap();
    developer.submit(&form.with("deed", "document")).await
}

async fn value(world: &World, id: &str) -> String {
    let owner = on_record(world, id).await.owner.unwrap();
    domain::places(&world.deps.secrets, id, owner, HOST).value
}

async fn asked(browser: &mut Browser, callback: &str) -> Page {
    browser.get(&authorize(CLIENT, callback, &[])).await
}

/// Registered by this developer, proven, and approved.
async fn approved(world: &World, dora: &mut Browser, carol: &mut Browser) -> String {
    publish(world, CALLBACK, &[]);
    let id = registered(dora).await;
    publish(world, CALLBACK, &[value(world, &id).await]);
    done(&prove(dora, &id).await);
    done(&step(dora, &id, "submit").await);
    done(&rule(carol, &id, &[("deed", "take")]).await);
    done(&rule(carol, &id, &[("deed", "approve")]).await);
    id
}

#[tokio::test]
async fn cimd_a_3_a_document_is_whose_host_it_is_and_is_reviewed_once_that_is_proven() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut eve = world.account("eve", Role::Developer).await;
    let mut alice = world.user("alice").await;
    publish(&world, CALLBACK, &[]);
    let (id, squatted) = (registered(&mut dora).await, registered(&mut eve).await);
    assert_ne!(id, squatted, "who has proven nothing keeps nobody out");
    assert_eq!(registered(&mut dora).await, id, "sent twice, it is one");
    let page = asked(&mut alice, CALLBACK).await;
    assert_eq!(page.status, StatusCode::OK, "a draft is a document like any other");
    assert!(!page.text.contains("has approved it"), "{}", page.text);
    let under_another_name = alice.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(under_another_name.status, StatusCode::BAD_REQUEST);
    let page = dora.get(&format!("/developer/{id}")).await;
    assert!(page.text.contains(CLIENT) && page.text.contains("Prove that"), "{}", page.text);
    assert!(!page.text.contains("Submit for review"), "{}", page.text);

    let page = prove(&mut dora, &id).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
    publish(&world, CALLBACK, &[value(&world, &id).await, value(&world, &squatted).await]);
    done(&prove(&mut dora, &id).await);
    assert!(dora.get(&format!("/developer/{id}")).await.text.contains("Submit for review"));
    world.way_out_clock.forward(Duration::from_mins(3));
    let page = prove(&mut eve, &squatted).await;
    assert!(page.text.contains("Somebody else has proven"), "{}", page.text);
    assert!(on_record(&world, &squatted).await.content.held_document().is_none());
    world.clock.advance(86_400 + 60);
    world.way_out_clock.forward(Duration::from_mins(3));
    domain::follow(&world.deps).await.unwrap();
    let proofs = world.deps.store.list_domain_proofs(&squatted).await.unwrap();
    assert_eq!(proofs[0].checked_at, world.clock.now(), "of the domain alone, and once a day");
    let mut fay = world.account("fay", Role::Developer).await;
    let page = register(&mut fay, CLIENT).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
}

#[tokio::test]
async fn cimd_a_3_what_cannot_be_read_is_not_registered() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    for (url, answer, told) in [
        ("http://other.example/client.json", "{}", "no URL of a metadata document"),
        ("app_AAAAAAAAAAAAAAAAAAAAAA", "{}", "no URL of a metadata document"),
        (CLIENT, "{}", "breaks a rule"),
        ("https://10.0.0.1/client.json", "{}", "no URL of a metadata document"),
        ("https://nowhere.example/client.json", "{}", "cannot be fetched"),
    ] {
        world.web.set(CLIENT, Reply::json(answer));
        world.way_out_clock.forward(Duration::from_mins(3));
        let page = register(&mut dora, url).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{url}: {}", page.text);
        assert!(page.text.contains(told), "{url}: {}", page.text);
    }
    assert!(dora.get("/developer").await.text.contains("You have entered none."));
}

#[tokio::test]
async fn an_approved_document_has_the_mark_until_it_changes_and_is_then_reviewed_again() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let mut alice = world.user("alice").await;
    let id = approved(&world, &mut dora, &mut carol).await;
    let page = asked(&mut alice, CALLBACK).await;
    assert!(page.text.contains("has approved it"), "{}", page.text);
    let own = value(&world, &id).await;
    let elsewhere = "https://other.example/elsewhere";
    publish(&world, elsewhere, std::slice::from_ref(&own));
    let page = asked(&mut alice, elsewhere).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(!page.text.contains("has approved it"), "{}", page.text);
    let content = on_record(&world, &id).await.content;
    assert_eq!(content.state, ClientState::Submitted);
    assert!(content.draft.contains(elsewhere) && content.in_force.unwrap().contains(CALLBACK));
    assert!(carol.get("/admin/review").await.text.contains("Notes App"));
    let page = carol.get(&format!("/admin/applications/{id}")).await;
    assert!(page.text.contains("What would change"), "{}", page.text);
    publish(&world, CALLBACK, std::slice::from_ref(&own));
    let page = asked(&mut alice, CALLBACK).await;
    assert!(page.text.contains("has approved it"), "as it was approved: {}", page.text);
    publish(&world, elsewhere, &[own]);
    done(&rule(&mut carol, &id, &[("deed", "take")]).await);
    done(&rule(&mut carol, &id, &[("deed", "approve")]).await);
    let page = asked(&mut alice, elsewhere).await;
    assert!(page.text.contains("has approved it"), "{}", page.text);
}

#[tokio::test]
async fn a_document_that_reviewers_shut_out_lets_nobody_in_and_deleted_it_is_one_like_any_other() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let mut alice = world.user("alice").await;
    let id = approved(&world, &mut dora, &mut carol).await;
    let login = world.login(&mut alice, CLIENT, CALLBACK, "notes:read").await;
    done(&rule(&mut carol, &id, &[("deed", "suspend"), ("note", "It was stolen.")]).await);
    assert!(!world.is_active(&login.access).await);
    assert_eq!(asked(&mut alice, CALLBACK).await.status, StatusCode::BAD_REQUEST);
    let path = format!("/developer/{id}/delete");
    let page = dora.get(&path).await;
    let form = Form::to(&page.text, &path);
    let page = dora.submit(&form).await;
    assert_ne!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    done(&rule(&mut carol, &id, &[("deed", "resume")]).await);
    let login = world.login(&mut alice, CLIENT, CALLBACK, "notes:read").await;
    let page = dora.get(&path).await;
    done(&dora.submit(&Form::to(&page.text, &path)).await);
    assert!(world.is_active(&login.access).await, "it is a document like any other");
    let page = asked(&mut alice, CALLBACK).await;
    assert!(page.answered("code").is_some(), "{}", page.text);
    let mut bob = world.user("bob").await;
    let page = asked(&mut bob, CALLBACK).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(!page.text.contains("has approved it"), "{}", page.text);
}

#[tokio::test]
async fn the_proof_in_the_document_is_looked_at_every_day() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = approved(&world, &mut dora, &mut carol).await;
    let own = value(&world, &id).await;
    for (values, there) in [(vec![], false), (vec![own], true)] {
        publish(&world, CALLBACK, &values);
        world.clock.advance(86_400 + 60);
        domain::follow(&world.deps).await.unwrap();
        let proofs = world.deps.store.list_domain_proofs(&id).await.unwrap();
        let told: Vec<_> = proofs.iter().map(of).collect();
        assert_eq!(told, [(ProofMethod::Document, HOST, there)]);
    }
}

fn of(proof: &DomainProof) -> (ProofMethod, &str, bool) {
    (proof.method, &proof.domain, proof.failing_since.is_none())
}

#[tokio::test]
async fn a_program_of_an_administrator_registers_a_document_in_force_at_once() {
    let world = World::new().await;
    publish(&world, CALLBACK, &[]);
    let token = api::token(&world, true, 100).await;
    let enter =
        async |body: &Value| api::ask(&world, &token, (Method::POST, ""), body.clone()).await;
    let body = json!({ "purpose": "application", "document": CLIENT });
    let page = enter(&body).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    let told = json_of(&page);
    assert_eq!((&told["document"], &told["vetted"]), (&json!(CLIENT), &json!(true)));
    assert!(told.get("client_secret").is_none(), "CIMD-D-5: {told}");
    let mut alice = world.user("alice").await;
    let page = asked(&mut alice, CALLBACK).await;
    assert!(page.text.contains("has approved it"), "{}", page.text);
    let both = json!({ "purpose": "application", "document": CLIENT, "metadata": {} });
    for body in [body, both, json!({ "purpose": "application" })] {
        world.way_out_clock.forward(Duration::from_mins(3));
        let page = enter(&body).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    }
}
