//! A pushed request that has to wait for a reviewer (PAR-3): reviewers take longer than a `request_uri` is good, and what was pushed has to stay pushed.

use http::StatusCode;
use salver_jose::Checked;
use salver_policy::{assessment::Rung, rules::PolicySection, visit::Visit};
use salver_store::record::Role;
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
};
use serde_json::json;

use crate::{
    attestation::{Installation, Vendor, allow, code_fields, post, publish, signing_key},
    pushed::{fields, on, push, request_uri},
    review::{approve, is_consent_page, is_wait_page},
    statements,
    world::{NATIVE_CALLBACK, NATIVE_CLIENT, World, authorize, policy, refused},
};

const DAY: i64 = 86_400;

/// A world that takes pushed requests alone, in which everybody waits who comes from now on; with a reviewer's browser.
async fn waiting() -> (World, Browser) {
    let world = World::told(|settings| settings.pushed_requests.required = true).await;
    let carol = everybody_waits(&world).await;
    (world, carol)
}

async fn everybody_waits(world: &World) -> Browser {
    let section: PolicySection = serde_json::from_value(json!({
        "preset": "none",
        "rules": [{ "name": "others", "sentence": "Others are looked at first.", "then": "review" }]
    }))
    .unwrap();
    world.deps.policy.set_rules(&policy(&section).rules);
    world.account("carol", Role::Reviewer).await
}

async fn ask(browser: &mut Browser, page: &Page) -> Page {
    assert!(is_wait_page(page), "{}", page.text);
    browser.submit(&Form::to(&page.text, "/authorize/access")).await
}

/// The first way to the authorization endpoint on a page.
fn way_on(page: &Page) -> String {
    let link = page.text.split("href=\"").find(|link| link.starts_with("/authorize?"));
    link.unwrap().split('"').next().unwrap().replace("&#38;", "&")
}

/// A day later, as the revocation feed has to be fresh.
async fn next_day(world: &World) {
    world.clock.advance(DAY);
    world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
}

#[tokio::test]
async fn par_3_what_was_pushed_is_still_pushed_after_a_review() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    let plain = alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert_eq!(plain.answered("error").as_deref(), Some("invalid_request"), "{}", plain.text);
    let uri = request_uri(&push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[]).await);
    let page = alice.get(&on(NATIVE_CLIENT, &uri)).await;
    let waits = ask(&mut alice, &page).await;
    next_day(&world).await;
    let over = alice.get(&on(NATIVE_CLIENT, &uri)).await;
    assert!(over.text.contains("This took too long"), "PAR-2: {}", over.text);
    let again = alice.get(&way_on(&waits)).await;
    assert!(is_wait_page(&again), "the page can be looked at again: {}", again.text);
    approve(&world, &mut carol, "user:alice", "").await;

    let requests = alice.get("/account/requests").await;
    let way_on = way_on(&requests);
    let asked = alice.get(&way_on).await;
    assert!(is_consent_page(&asked), "{} {}", asked.status, asked.text);
    let mut other = Browser::new(world.router.clone());
    let strange = other.get(&way_on.replace("native.example", "web.example")).await;
    assert!(strange.text.contains("not known here"), "for its client alone: {}", strange.text);
    let answered =
        alice.submit(&Form::to(&asked.text, "/authorize/consent").with("decision", "allow")).await;
    assert_eq!(answered.answered("state").as_deref(), Some("a b+c"), "{}", answered.text);
    let verdicts = world.deps.store.list_verdicts(0, 9).await.unwrap();
    let last = Visit::from_kept(&verdicts.last().unwrap().facts).unwrap().visit;
    assert!(last.pushed);
    let spent = alice.get(&way_on).await;
    assert!(spent.text.contains("answered already"), "for one code: {}", spent.text);
}

#[tokio::test]
async fn a_request_that_waits_is_good_for_three_months() {
    let (world, _) = waiting().await;
    let mut alice = world.user("alice").await;
    let uri = request_uri(&push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[]).await);
    let page = alice.get(&on(NATIVE_CLIENT, &uri)).await;
    let asked = ask(&mut alice, &page).await;
    let shown_again = alice.get(&on(NATIVE_CLIENT, &uri)).await;
    let way_on = way_on(&asked);
    assert!(shown_again.text.contains(&way_on.replace('&', "&#38;")), "one number for all pages");
    for (days, is_good) in [(89, true), (2, false)] {
        world.clock.advance(days * DAY);
        let mut alice = Browser::new(world.router.clone());
        let page = alice.get(&way_on).await;
        assert_eq!(page.status == StatusCode::OK, is_good, "{days}: {}", page.text);
    }
}

#[tokio::test]
async fn design_4_2_what_an_installation_has_proven_is_judged_and_has_to_be_proven_again() {
    let world = World::told(|settings| settings.pushed_requests.required = true).await;
    let (vendor, installation) =
        (Vendor { key: signing_key() }, Installation { key: signing_key() });
    publish(&world, &json!(["none", "attest_jwt_client_auth"]), &vendor);
    let mut alice = world.user("alice").await;
    let usual = fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[]);
    let first = request_uri(&world.form("/par", &usual).await);
    let asked = alice.get(&on(NATIVE_CLIENT, &first)).await;
    allow(&mut alice, &asked).await;
    let mut carol = everybody_waits(&world).await;
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let pushed = post(&world, "/par", &usual, (&*attestation, &installation)).await;
    let page = alice.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await;
    ask(&mut alice, &page).await;
    next_day(&world).await;
    let (case, _) = world.deps.store.list_cases(true).await.unwrap().remove(0);
    let seen = carol.get(&format!("/admin/review/{}", case.id)).await;
    assert!(seen.text.contains("for this very copy of it"), "as it came: {}", seen.text);
    approve(&world, &mut carol, "user:alice", "").await;

    let requests = alice.get("/account/requests").await;
    let asked = alice.get(&way_on(&requests)).await;
    assert!(asked.text.contains("for this very copy of it"), "{}", asked.text);
    let code = allow(&mut alice, &asked).await;
    let verdicts = world.deps.store.list_verdicts(0, 9).await.unwrap();
    let last = Visit::from_kept(&verdicts.last().unwrap().facts).unwrap().visit;
    assert_eq!((last.pushed, last.rung), (true, Rung::Attested));
    let bare = world.form("/token", &code_fields(&code)).await;
    assert_eq!(refused(&bare), (401, "invalid_client_attestation".to_owned()), "ABCA-10");
    let over = post(&world, "/token", &code_fields(&code), (&*attestation, &installation)).await;
    assert_eq!(refused(&over), (400, "use_fresh_attestation".to_owned()));
    let fresh = vendor.attests(&world, &installation, Checked::DeviceKey);
    let given = post(&world, "/token", &code_fields(&code), (&*fresh, &installation)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
}

#[tokio::test]
async fn sw_14_a_statement_of_somebody_who_is_not_believed_any_more_counts_no_more() {
    for (is_still_trusted, evidence) in
        [(true, "domain_document, statement, user_attested"), (false, "domain_document")]
    {
        let (world, mut carol) = waiting().await;
        let vendor = statements::Vendor::new();
        vendor.is_trusted(&world, |_| {});
        let mut alice = world.user("alice").await;
        let statement = vendor.statement(
            &world,
            &[
                ("client_id", json!(NATIVE_CLIENT)),
                ("client_name", json!(null)),
                ("redirect_uris", json!(null)),
                ("installation_check", json!("user")),
            ],
        );
        let first = request_uri(&push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &[]).await);
        alice.get(&on(NATIVE_CLIENT, &first)).await;
        let beside = [("software_statement", &*statement)];
        let pushed = push(&world, NATIVE_CLIENT, NATIVE_CALLBACK, &beside).await;
        let page = alice.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await;
        ask(&mut alice, &page).await;
        approve(&world, &mut carol, "user:alice", "").await;
        if !is_still_trusted {
            world.deps.anchors.set(Vec::new());
        }
        let requests = alice.get("/account/requests").await;
        let asked = alice.get(&way_on(&requests)).await;
        allow(&mut alice, &asked).await;
        let verdicts = world.deps.store.list_verdicts(0, 9).await.unwrap();
        let last = Visit::from_kept(&verdicts.last().unwrap().facts).unwrap().visit;
        assert_eq!((last.pushed, &*last.evidence.to_string()), (true, evidence));
    }
}
