//! A developer enters an application, reviewers look at it, people let it in: from draft to token, on real pages.

use http::StatusCode;
use salver_store::record::{ClientState, RecordedClient, Role};
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
};

use crate::{
    recorded::{CALLBACK, redeem, refresh},
    review::set_groups,
    world::{World, authorize, refused, tokens},
};

/// What a form is filled in with beside what stands in it.
pub(crate) type Fields<'f> = &'f [(&'f str, &'f str)];

pub(crate) const SOUND: Fields<'_> = &[
    ("name", "Notes App"),
    ("description", "Reads the notes of whoever signs in."),
    ("redirect_uris", "http://127.0.0.1/callback"),
    ("authentication", "secret"),
];

pub(crate) fn filled(form: Form, fields: Fields<'_>) -> Form {
    fields.iter().fold(form, |form, (name, value)| form.with(name, value))
}

/// Sends the form for a new application.
pub(crate) async fn send_new(developer: &mut Browser, fields: Fields<'_>) -> Page {
    let page = developer.get("/developer/new").await;
    developer.submit(&filled(Form::to(&page.text, "/developer/new"), fields)).await
}

/// Enters an application; answers its `client_id`.
pub(crate) async fn enter(developer: &mut Browser, fields: Fields<'_>) -> String {
    let sent = send_new(developer, fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    sent.location().rsplit('/').next().unwrap().to_owned()
}

/// The form of one of an application's pages.
pub(crate) async fn form(browser: &mut Browser, path: &str) -> Form {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    Form::to(&page.text, path)
}

pub(crate) async fn change(developer: &mut Browser, id: &str, fields: Fields<'_>) -> Page {
    let form = form(developer, &format!("/developer/{id}/edit")).await;
    developer.submit(&filled(form, fields)).await
}

/// Presses one of the buttons that send an application on its way.
pub(crate) async fn step(developer: &mut Browser, id: &str, step: &str) -> Page {
    let form = form(developer, &format!("/developer/{id}")).await;
    developer.submit(&form.with("step", step)).await
}

/// A reviewer presses a button.
pub(crate) async fn rule(reviewer: &mut Browser, id: &str, fields: Fields<'_>) -> Page {
    let form = form(reviewer, &format!("/admin/applications/{id}")).await;
    reviewer.submit(&filled(form, fields)).await
}

pub(crate) fn done(page: &Page) {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

pub(crate) async fn on_record(world: &World, id: &str) -> RecordedClient {
    world.deps.store.find_recorded_client(id).await.unwrap().unwrap()
}

/// Submits, and a reviewer approves.
pub(crate) async fn approve(developer: &mut Browser, reviewer: &mut Browser, id: &str) {
    done(&step(developer, id, "submit").await);
    done(&rule(reviewer, id, &[("deed", "take")]).await);
    done(&rule(reviewer, id, &[("deed", "approve")]).await);
}

/// Makes a secret; answers it.
async fn make_secret(developer: &mut Browser, id: &str, fields: Fields<'_>) -> String {
    let page = send_secret(developer, id, fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let (_, rest) = page.text.split_once("<strong>slvs_").unwrap();
    format!("slvs_{}", rest.split('<').next().unwrap())
}

async fn send_secret(developer: &mut Browser, id: &str, fields: Fields<'_>) -> Page {
    let page = developer.get(&format!("/developer/{id}")).await;
    let forms = Form::all(&page.text);
    let making = |form: &&Form| form.fields.contains(&("deed".into(), "make".into()));
    let form = forms.iter().find(making).unwrap();
    developer.submit(&filled(form.clone(), fields)).await
}

#[tokio::test]
async fn from_draft_to_token_and_a_change_waits_while_the_approved_one_stays_in_force() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let mut alice = world.user("alice").await;
    let id = enter(&mut dora, SOUND).await;
    let asked = alice.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text.contains("nobody has approved it yet"), "{}", asked.text);
    assert!(carol.get("/admin/review").await.text.contains("Nothing waits."));
    let unseen = carol.get(&format!("/admin/applications/{id}")).await;
    assert_eq!(unseen.status, StatusCode::NOT_FOUND, "nobody has submitted it");

    done(&step(&mut dora, &id, "submit").await);
    let queue = carol.get("/admin/review").await;
    assert!(queue.text.contains("Notes App") && queue.text.contains("dora"), "{}", queue.text);
    assert!(carol.get("/admin").await.text.contains("1 case"));
    done(&rule(&mut carol, &id, &[("deed", "take")]).await);
    let silent = rule(&mut carol, &id, &[("deed", "return")]).await;
    assert_eq!(silent.status, StatusCode::BAD_REQUEST, "{}", silent.text);
    let why = [("deed", "return"), ("note", "Name a security contact.")];
    done(&rule(&mut carol, &id, &why).await);
    let page = dora.get(&format!("/developer/{id}")).await;
    assert!(page.text.contains("returned with remarks"), "{}", page.text);
    assert!(page.text.contains("Name a security contact."), "{}", page.text);

    done(&change(&mut dora, &id, &[("contacts", "security@app.example")]).await);
    approve(&mut dora, &mut carol, &id).await;
    let now = on_record(&world, &id).await.content;
    assert_eq!((now.state, now.vetted), (ClientState::Approved, true));
    let secret = make_secret(&mut dora, &id, &[("name", "server")]).await;
    let page = dora.get(&format!("/developer/{id}")).await;
    assert!(!page.text.contains(&secret), "it is shown once");
    assert!(page.text.contains("server"), "{}", page.text);

    let asked = alice.get(&authorize(&id, CALLBACK, &[])).await;
    assert!(asked.text.contains("An administrator of"), "{}", asked.text);
    let code = world.allow(&mut alice, &id, CALLBACK, "notes:read").await.answered("code").unwrap();
    let issued = tokens(&redeem(&world, (&id, &secret), &code).await);
    let next = tokens(&refresh(&world, (&id, &secret), &issued.refresh).await);
    assert!(world.is_active(&next.access).await);
    let page = dora.get(&format!("/developer/{id}")).await;
    assert!(page.text.contains("by 1 person, with 1 connection,"), "{}", page.text);

    let elsewhere = "http://127.0.0.1:51004/other";
    done(&change(&mut dora, &id, &[("redirect_uris", "http://127.0.0.1/other")]).await);
    let page = dora.get(&format!("/developer/{id}")).await;
    assert!(page.text.contains("in force, with changes that are not submitted"), "{}", page.text);
    done(&step(&mut dora, &id, "submit").await);
    for (callback, status) in [(CALLBACK, StatusCode::OK), (elsewhere, StatusCode::BAD_REQUEST)] {
        let page = alice.get(&authorize(&id, callback, &[])).await;
        assert_eq!(page.status, status, "{callback}: {}", page.text);
    }
    assert!(world.is_active(&next.access).await);
    let page = carol.get(&format!("/admin/applications/{id}")).await;
    assert!(page.text.contains("What would change"), "{}", page.text);
    done(&rule(&mut carol, &id, &[("deed", "take")]).await);
    done(&rule(&mut carol, &id, &[("deed", "approve")]).await);
    let page = alice.get(&authorize(&id, elsewhere, &[])).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
}

#[tokio::test]
async fn contacts_and_description_alone_need_no_review() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = enter(&mut dora, SOUND).await;
    approve(&mut dora, &mut carol, &id).await;
    for (field, value, state) in [
        ("description", "Reads notes, and nothing else.", ClientState::Approved),
        ("contacts", "security@app.example", ClientState::Approved),
        ("redirect_uris", "http://127.0.0.1:7777/callback", ClientState::Approved),
        ("name", "Another App", ClientState::Draft),
        ("name", "Notes App", ClientState::Approved),
        ("site", "https://app.example/", ClientState::Draft),
    ] {
        done(&change(&mut dora, &id, &[(field, value)]).await);
        let content = on_record(&world, &id).await.content;
        assert_eq!((content.state, content.vetted), (state, true), "{field} {value}");
        let is_in_force = content.in_force.as_ref() == Some(&content.draft);
        assert_eq!(is_in_force, state == ClientState::Approved, "{field} {value}");
    }
}

#[tokio::test]
async fn the_checklist_is_ticked_by_name_before_anything_is_approved() {
    let world = World::told(|settings| {
        settings.developers.checklist = vec!["Contract".into(), "Source <reviewed>".into()];
    })
    .await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let mut ruth = world.account("ruth", Role::Reviewer).await;
    let id = enter(&mut dora, SOUND).await;
    done(&step(&mut dora, &id, "submit").await);
    done(&rule(&mut carol, &id, &[("deed", "take")]).await);
    let page = rule(&mut carol, &id, &[("deed", "approve"), ("note", "Fine <by> me")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("Fine &#60;by&#62; me"), "what was typed stays: {}", page.text);
    done(&rule(&mut carol, &id, &[("deed", "keep"), ("tick", "Contract")]).await);
    let page = ruth.get(&format!("/admin/applications/{id}")).await;
    assert!(page.text.contains("looked at by <bdi>carol</bdi>"), "{}", page.text);
    let unknown = rule(&mut ruth, &id, &[("deed", "approve"), ("tick", "Identity")]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    done(&rule(&mut ruth, &id, &[("deed", "approve"), ("tick", "Source <reviewed>")]).await);
    let events = world.deps.store.list_client_events(&id).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|one| format!("{} {} {}", one.event.by, one.event.what, one.event.note))
        .collect();
    assert_eq!(
        told,
        [
            "dora entered ",
            "dora submitted ",
            "carol in review ",
            "carol checked Contract",
            "ruth checked Source <reviewed>",
            "ruth approved ",
        ]
    );
}

#[tokio::test]
async fn who_is_trusted_publishes_without_a_review_and_people_are_told() {
    let world = World::told(|settings| {
        settings.developers.publish_without_review = vec!["staff".into()];
    })
    .await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut alice = world.user("alice").await;
    let public = [&SOUND[..3], &[("authentication", "none")]].concat();
    let id = enter(&mut dora, &public).await;
    let page = step(&mut dora, &id, "publish").await;
    assert_eq!(page.status, StatusCode::CONFLICT, "not in the group: {}", page.text);
    set_groups(&world, "dora", &["staff"]).await;
    done(&step(&mut dora, &id, "publish").await);
    let content = on_record(&world, &id).await.content;
    assert_eq!((content.state, content.vetted), (ClientState::Approved, false));
    let page = alice.get(&authorize(&id, CALLBACK, &[])).await;
    assert!(page.text.contains("The account <strong><bdi>dora</bdi></strong>"), "{}", page.text);
    let app = [("name", "Other"), ("redirect_uris", "zapp://callback"), ("authentication", "none")];
    let app = enter(&mut dora, &app).await;
    let page = step(&mut dora, &app, "publish").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "R-2: any program claims a scheme");
    assert!(page.text.contains("only after a review"), "{}", page.text);
}

#[tokio::test]
async fn two_secrets_work_and_one_gives_way_to_the_next() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let mut alice = world.user("alice").await;
    let id = enter(&mut dora, SOUND).await;
    approve(&mut dora, &mut carol, &id).await;
    let old = make_secret(&mut dora, &id, &[("name", "old")]).await;
    for (fields, words) in [
        ([("name", ""), ("days", "")], "1 to 60 characters"),
        ([("name", "next"), ("days", "x")], "whole number"),
        ([("name", "next"), ("shown", "0")], "so none was made now"),
    ] {
        let page = send_secret(&mut dora, &id, &fields).await;
        assert!(page.status.is_client_error() && page.text.contains(words), "{}", page.text);
    }
    let secrets = world.deps.store.list_client_secrets(&id).await.unwrap();
    let instead = secrets.first().unwrap().id.to_string();
    let fields = [("name", "next"), ("instead_of", &*instead), ("overlap", "1")];
    let next = make_secret(&mut dora, &id, &fields).await;
    let full = send_secret(&mut dora, &id, &[("name", "third")]).await;
    assert_eq!(full.status, StatusCode::CONFLICT);
    assert!(full.text.contains("Two secrets work already."), "{}", full.text);
    for secret in [&old, &next] {
        let code = world.allow(&mut alice, &id, CALLBACK, "").await.answered("code").unwrap();
        tokens(&redeem(&world, (&id, secret), &code).await);
    }
    world.clock.advance(3_600);
    let code = world.allow(&mut alice, &id, CALLBACK, "").await.answered("code").unwrap();
    let page = redeem(&world, (&id, &old), &code).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()), "it gave way");
    tokens(&redeem(&world, (&id, &next), &code).await);

    let page = dora.get(&format!("/developer/{id}")).await;
    let ending = |form: &&Form| form.fields.contains(&("deed".into(), "end".into()));
    let form = Form::all(&page.text).into_iter().find(|form| ending(&form)).unwrap();
    for _ in 0..2 {
        done(&dora.submit(&form).await);
    }
    let code = world.allow(&mut alice, &id, CALLBACK, "").await.answered("code").unwrap();
    let page = redeem(&world, (&id, &next), &code).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()), "it was ended");
}

#[tokio::test]
async fn what_is_deleted_or_suspended_lets_nobody_in() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let mut alice = world.user("alice").await;
    let public = [&SOUND[..3], &[("authentication", "none")]].concat();
    let id = enter(&mut dora, &public).await;
    approve(&mut dora, &mut carol, &id).await;
    let issued = world.login(&mut alice, &id, CALLBACK, "notes:read").await;
    let why = [("deed", "suspend"), ("note", "Asked for passwords.")];
    done(&rule(&mut carol, &id, &why).await);
    assert!(!world.is_active(&issued.access).await);
    let asked = alice.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text.contains("and is suspended"), "{}", asked.text);
    let page = dora.get(&format!("/developer/{id}")).await;
    assert!(page.text.contains("suspended") && page.text.contains("Asked for passwords."));
    let edit = dora.get(&format!("/developer/{id}/edit")).await;
    assert_eq!(edit.status, StatusCode::SEE_OTHER, "it is not theirs to change now");
    done(&rule(&mut carol, &id, &[("deed", "resume")]).await);
    assert!(!world.is_active(&issued.access).await, "what ended stays ended");
    let issued = world.login(&mut alice, &id, CALLBACK, "notes:read").await;

    let page = dora.get(&format!("/developer/{id}/delete")).await;
    assert!(page.text.contains("1 connection of 1 person ends at once."), "{}", page.text);
    let delete = Form::to(&page.text, "/delete");
    let stale = dora.submit(&delete.clone().with("revision", "0")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let gone = dora.submit(&delete).await;
    assert!(dora.get(gone.location()).await.text.contains("The application is deleted"));
    assert!(!world.is_active(&issued.access).await);
    assert_eq!(alice.get(&authorize(&id, CALLBACK, &[])).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(dora.submit(&delete).await.status, StatusCode::NOT_FOUND, "a form sent twice");
}

#[tokio::test]
async fn a_login_is_tried_out_before_anybody_sees_it() {
    let world = World::new().await;
    let mut dora = world.account("dora", Role::Developer).await;
    let id = enter(&mut dora, SOUND).await;
    let page = dora.get(&format!("/developer/{id}/test")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("This is not in force"), "{}", page.text);
    assert!(page.text.contains("http://127.0.0.1/callback"), "{}", page.text);
    assert!(page.text.contains("and may let it in."), "{}", page.text);
    let nowhere = dora.get(&format!("/developer/{id}/test?resource=x%3C")).await;
    assert!(nowhere.text.contains("There is no such MCP server here."), "{}", nowhere.text);
}
