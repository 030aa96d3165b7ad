//! Applications (DESIGN 4.4): one label for many clients, which people see, count, ban and revoke by, and which lets nobody do anything.

use http::StatusCode;
use salver_oauth::{ApplicationId, GrantId, Scope};
use salver_policy::{catalogue::Catalogue, rules::PolicySection};
use salver_server::{
    flow::{application, ban},
    upkeep,
};
use salver_store::{
    Outcome,
    record::{Code, Consent, Counted, FunnelStep, Grant, Home, NewBinding, Recorded},
};
use salver_testkit::{browser::Browser, form::Form};
use serde_json::json;

use crate::world::{
    NATIVE_CALLBACK, NATIVE_CLIENT, RESOURCE, WEB_CALLBACK, WEB_CLIENT, World, authorize, policy,
    refused, tokens,
};

const CODE: &str = "https://claude.ai/oauth/claude-code-client-metadata";
const LIKE_CODE: &str = "dynamic http://127.0.0.1/callback http://localhost/callback = claude code";
/// Another client whose answers reach its publisher alone.
const OTHER_CLIENT: &str = "https://other.example/client.json";
const OTHER_CALLBACK: &str = "https://other.example/callback";

async fn bind(world: &World, client_id: &str, application: &str) {
    let binding = NewBinding {
        fingerprint: format!("document {client_id}"),
        application: Home { key: application.into(), label: "Bound".into() },
        proposed: ApplicationId::from_bytes(world.deps.random()),
        by: "ada".into(),
        at: world.clock.now(),
    };
    assert_eq!(world.deps.store.bind_client(binding).await.unwrap(), Outcome::Applied);
    ban::follow(&world.deps).await.unwrap();
}

async fn unbind(world: &World, client_id: &str) {
    let fingerprint = format!("document {client_id}");
    assert_eq!(world.deps.store.unbind_client(&fingerprint).await.unwrap(), Outcome::Applied);
    ban::follow(&world.deps).await.unwrap();
}

async fn ban_application(world: &World, key: &str) {
    world.ban("application", key).await;
    ban::follow(&world.deps).await.unwrap();
}

/// What is on record once the person has let in somebody who registered under the name and the addresses of Claude Code.
async fn registered_like_code(world: &World, username: &str) {
    let user = world.deps.store.find_user_by_name(username).await.unwrap().unwrap();
    let now = world.clock.now();
    let scope: Scope = "notes:read".parse().unwrap();
    let grant = Grant {
        id: GrantId::from_bytes([8; 16]),
        user: user.id,
        application: ApplicationId::from_bytes([8; 16]),
        fingerprint: LIKE_CODE.into(),
        client_id: "slv_AQABc29tZXRoaW5n".into(),
        recipient: "loopback".into(),
        resource: RESOURCE.into(),
        instance: None,
        scope: scope.clone(),
        assessment: json!({ "rung": "self_declared" }).to_string(),
        metadata: [8; 32],
        verdict: None,
        created_at: now,
        consented_at: now,
        held_at: None,
        revoked_at: None,
    };
    let code = Code {
        code: [8; 32],
        ticket: [8; 16],
        grant: grant.id,
        metadata: [8; 32],
        redirect_uri: "http://localhost:1/callback".into(),
        code_challenge: crate::world::CHALLENGE.into(),
        scope,
        pushed_by: None,
        instance_key: None,
        auth_time: now,
        created_at: now,
        expires_at: now.plus_seconds(60),
        redeemed_by: None,
    };
    let home = application::home(LIKE_CODE, "Claude Code", Catalogue::embedded());
    let (document, newest, verdict) = (None, None, None);
    let judged_under = world.deps.store.bans_number().await.unwrap();
    let name = "Claude Code".into();
    let consent =
        Consent { grant, name, home, code, document, newest, judged_under, verdict, pushed: None };
    let recorded = world.deps.store.record_consent(consent).await.unwrap();
    assert!(matches!(recorded, Recorded::Under(_)), "{recorded:?}");
}

/// The cards of the Connected apps page, as plain text.
async fn cards(browser: &mut Browser) -> Vec<String> {
    let page = browser.get("/account/apps").await.text;
    page.split("<li class=\"card app\">").skip(1).map(plain).collect()
}

fn plain(html: &str) -> String {
    let text = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    text.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_catalogue_shows_a_stranger_in_the_group_and_says_so() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(CODE, crate::world::document(CODE, &["http://localhost/callback"]));
    world.login(&mut browser, CODE, "http://localhost:4/callback", "notes:read").await;
    let one = cards(&mut browser).await;
    assert_eq!(one.len(), 1, "{one:?}");
    assert!(one[0].contains("“Claude Code”"), "the catalogue's name, not the client's: {one:?}");
    assert!(one[0].contains("claude.ai document"), "{one:?}");
    assert!(!one[0].contains("Careful"), "{one:?}");

    registered_like_code(&world, "alice").await;
    let both = cards(&mut browser).await;
    assert_eq!(both.len(), 1, "{both:?}");
    let mark = "It registered itself under this name; it is not proven to be “Claude Code”.";
    assert_eq!(both[0].matches(mark).count(), 1, "{both:?}");
    assert!(both[0].contains("registered itself"), "{both:?}");
    // One click ends both.
    let form = Form::to(&browser.get("/account/apps").await.text, "/account/apps");
    let receipt = browser.submit(&form).await;
    assert!(receipt.text.contains("2 connections ended"), "{}", receipt.text);
}

#[tokio::test]
async fn who_registered_alone_poses_as_nobody() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.deps.policy.set_catalogue(&std::sync::Arc::new(Catalogue::empty()));
    registered_like_code(&world, "alice").await;
    // It was met under another catalogue: it is brought home.
    let catalogue = world.deps.policy.get().catalogue.clone();
    assert!(cards(&mut browser).await[0].contains("Careful"));
    assert_eq!(application::settle(&world.deps, &catalogue).await.unwrap(), 1);
    assert_eq!(application::settle(&world.deps, &catalogue).await.unwrap(), 0);
    let alone = cards(&mut browser).await;
    assert!(alone[0].contains("registered itself") && !alone[0].contains("Careful"), "{alone:?}");
}

#[tokio::test]
async fn an_administrators_binding_moves_the_label_and_undoing_it_restores_it() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let native = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let web = world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    assert_eq!(cards(&mut browser).await.len(), 2);
    bind(&world, WEB_CLIENT, &format!("document {NATIVE_CLIENT}")).await;
    let bound = cards(&mut browser).await;
    assert_eq!(bound.len(), 1, "{bound:?}");
    assert!(bound[0].contains("web.example") && bound[0].contains("native.example"), "{bound:?}");
    assert!(!bound[0].contains("Careful"), "the administrator vouches for it: {bound:?}");
    for (client, tokens) in [(NATIVE_CLIENT, &native), (WEB_CLIENT, &web)] {
        assert!(world.is_active(&tokens.access).await);
        let page = world.refresh(client, &tokens.refresh).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    unbind(&world, WEB_CLIENT).await;
    assert_eq!(cards(&mut browser).await.len(), 2);
}

#[tokio::test]
async fn design_4_4_grouping_never_confers_trust() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(OTHER_CLIENT, crate::world::document(OTHER_CLIENT, &[OTHER_CALLBACK]));
    bind(&world, OTHER_CLIENT, &format!("document {WEB_CLIENT}")).await;
    let everything = "notes:read notes:write";
    let web = world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, everything).await;
    let remembered = |client, callback| authorize(client, callback, &[("scope", "notes:read")]);
    let page = browser.get(&remembered(WEB_CLIENT, WEB_CALLBACK)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "its own yes is remembered");

    // No consent: the other one of the group is asked about, as one that was never let in.
    let asked = browser.get(&remembered(OTHER_CLIENT, OTHER_CALLBACK)).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.text.contains("have not let this application in before"), "{}", asked.text);
    // No address: neither may use the other's.
    let page = browser.get(&authorize(OTHER_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(!page.headers.contains_key("location"));
    // No code, and no refresh token.
    let answered = world.allow(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let code = answered.answered("code").unwrap();
    let redeemed = world.redeem(OTHER_CLIENT, &code, &[("redirect_uri", WEB_CALLBACK)]).await;
    assert_eq!(refused(&redeemed), (400, "invalid_grant".to_owned()));
    let rotated = world.refresh(OTHER_CLIENT, &web.refresh).await;
    assert_eq!(refused(&rotated), (400, "invalid_grant".to_owned()));
    assert!(world.is_active(&web.access).await, "and trying ends nothing of the other's");
    // No scope: what it gets is what it was given.
    let other = world.login(&mut browser, OTHER_CLIENT, OTHER_CALLBACK, "notes:read").await;
    assert_eq!(other.scope, "notes:read");
    let page =
        browser.get(&authorize(OTHER_CLIENT, OTHER_CALLBACK, &[("scope", everything)])).await;
    assert_eq!(page.status, StatusCode::OK, "asked for what the other one was given");
    // No ending of its own: revoking one leaves the other.
    world.form("/revoke", &[("client_id", OTHER_CLIENT), ("token", &web.refresh)]).await;
    let page = world.refresh(WEB_CLIENT, &web.refresh).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(world.is_active(&tokens(&page).access).await);
}

#[tokio::test]
async fn design_4_4_rules_and_rungs_look_at_the_client_and_never_at_the_group() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    bind(&world, NATIVE_CLIENT, &format!("document {WEB_CLIENT}")).await;
    let section: PolicySection = serde_json::from_value(json!({ "preset": "none", "rules": [
        { "name": "web", "sentence": "That one.", "when": { "document": [WEB_CLIENT] }, "then": "allow" },
        { "name": "others", "sentence": "Others are looked at first.", "then": "review" }
    ] }))
    .unwrap();
    world.deps.policy.set_rules(&policy(&section).rules);
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert!(page.text.contains("action=\"/authorize/access\""), "it waits: {}", page.text);
}

#[tokio::test]
async fn design_4_8_a_ban_of_an_application_shuts_out_all_that_is_bound_to_it() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let group = format!("document {NATIVE_CLIENT}");
    bind(&world, WEB_CLIENT, &group).await;
    let web = world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let native = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    ban_application(&world, &group).await;
    let clients = [(WEB_CLIENT, WEB_CALLBACK, &web), (NATIVE_CLIENT, NATIVE_CALLBACK, &native)];
    for (client, callback, tokens) in clients {
        assert!(!world.is_active(&tokens.access).await, "{client}");
        let page = browser.get(&authorize(client, callback, &[])).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{client}: {}", page.text);
    }
    // Unbound, it is another application.
    unbind(&world, WEB_CLIENT).await;
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn design_4_8_a_binding_to_what_is_banned_takes_effect_at_once() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    ban_application(&world, "entry Unwanted").await;
    let web = world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let native = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let answered = world.allow(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let code = answered.answered("code").unwrap();
    bind(&world, WEB_CLIENT, "entry Unwanted").await;
    assert!(!world.is_active(&web.access).await);
    assert!(world.is_active(&native.access).await, "its neighbour stays");
    let unknown = (401, "invalid_client".to_owned());
    assert_eq!(refused(&world.redeem(WEB_CLIENT, &code, &[]).await), unknown);
}

#[tokio::test]
async fn known_applications_are_counted_step_by_step_and_all_others_as_one() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(CODE, crate::world::document(CODE, &["http://localhost/callback"]));
    world.login(&mut browser, CODE, "http://localhost:4/callback", "notes:read").await;
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    world.allow(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    upkeep::merge_counts(&world.deps).await;
    upkeep::merge_counts(&world.deps).await;
    let day = salver_server::counters::day(world.clock.now());
    let counted = |application: Option<&str>, step, number| Counted {
        day,
        application: application.map(Into::into),
        method: "metadata_document".into(),
        step,
        number,
    };
    let mut found = world.deps.store.list_counts(day).await.unwrap();
    found.sort();
    assert_eq!(
        found,
        [
            counted(None, FunnelStep::Approved, 2),
            counted(None, FunnelStep::Used, 1),
            counted(Some("entry Claude Code"), FunnelStep::Approved, 1),
            counted(Some("entry Claude Code"), FunnelStep::Used, 1),
        ]
    );
}
