//! Where requests have to be pushed (PAR-3, ATP-16; RFC 9126 §5, §6): the server, a resource, a rule, or the client's own metadata say so.

use http::StatusCode;
use salver_policy::rules::PolicySection;
use salver_server::settings::{Resource, Resources, Settings};
use salver_testkit::{browser::Browser, web::Reply};
use serde_json::{Value, json};

use crate::{
    pushed::{on, push, request_uri},
    register::{id, native, register, with},
    world::{
        ENTERED_CALLBACK, ENTERED_CLIENT, NATIVE_CALLBACK, NATIVE_CLIENT, RESOURCE, World,
        authorize, json_of, policy, resource,
    },
};

/// A plain request is told by redirect to push, and a pushed one comes to the question.
async fn must_push(world: &World, client: &str, why: &str) {
    let mut browser = world.user("alice").await;
    let told = browser.get(&authorize(client, NATIVE_CALLBACK, &[])).await;
    assert_eq!(told.answered("error").as_deref(), Some("invalid_request"), "{why}");
    let description = told.answered("error_description").unwrap();
    assert!(description.contains("pushed_authorization_request_endpoint"), "{why}: {description}");
    let uri = request_uri(&push(world, client, NATIVE_CALLBACK, &[]).await);
    let asked = browser.get(&on(client, &uri)).await;
    assert_eq!(asked.status, StatusCode::OK, "{why}: {}", asked.text);
}

async fn need_not(world: &World, client: &str, why: &str) {
    let mut browser = world.user("bob").await;
    let asked = browser.get(&authorize(client, NATIVE_CALLBACK, &[])).await;
    assert_eq!(asked.status, StatusCode::OK, "{why}: {}", asked.text);
}

#[tokio::test]
async fn par_3_a_server_may_take_no_others() {
    let world = World::told(|settings| settings.pushed_requests.required = true).await;
    must_push(&world, NATIVE_CLIENT, "the server").await;
    need_not(&World::new().await, NATIVE_CLIENT, "another one").await;
    // O21-13: whose address an administrator wrote down hears of it at once, others once somebody has signed in.
    let mut stranger = Browser::new(world.router.clone());
    let told = stranger.get(&authorize(ENTERED_CLIENT, ENTERED_CALLBACK, &[])).await;
    assert_eq!(told.answered("error").as_deref(), Some("invalid_request"));
    let page = stranger.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::OK, "the sign-in page");
}

#[tokio::test]
async fn par_3_atp_16_metadata_say_where_to_push_and_whether_one_must() {
    for required in [true, false] {
        let world = World::told(|settings| settings.pushed_requests.required = required).await;
        let mut browser = Browser::new(world.router.clone());
        let page = browser.get("/.well-known/oauth-authorization-server").await;
        let metadata = json_of(&page);
        assert_eq!(metadata["pushed_authorization_request_endpoint"], "http://localhost:8080/par");
        assert_eq!(metadata["require_pushed_authorization_requests"], required);
    }
}

#[tokio::test]
async fn par_3_a_resource_may_demand_it() {
    let demanding = |name: &'static str| {
        move |settings: &mut Settings| {
            let ours = [("notes", RESOURCE), ("other", "http://localhost:8080/other")];
            let demanding =
                |(this, url)| Resource { requires_push: this == name, ..resource(this, url) };
            settings.resources = Resources::new(ours.map(demanding).into());
        }
    };
    must_push(&World::told(demanding("notes")).await, NATIVE_CLIENT, "this resource").await;
    need_not(&World::told(demanding("other")).await, NATIVE_CLIENT, "another one").await;
}

#[tokio::test]
async fn par_3_a_rule_may_demand_it() {
    let world = World::new().await;
    let rules = |name: &str| -> PolicySection {
        let rules: Value = json!({ "rules": [{
            "name": "strict", "sentence": "Strict.", "when": { "publisher": [name] },
            "then": "allow", "limits": { "require": ["pushed_request"] }
        }] });
        serde_json::from_value(rules).unwrap()
    };
    world.deps.policy.set_rules(&policy(&rules("native.example")).rules);
    must_push(&world, NATIVE_CLIENT, "a rule").await;
    world.deps.policy.set_rules(&policy(&rules("other.example")).rules);
    need_not(&world, NATIVE_CLIENT, "a rule for others").await;
}

#[tokio::test]
async fn par_3_a_client_may_demand_it_of_itself() {
    let world = World::new().await;
    for (required, client) in [(true, NATIVE_CLIENT), (false, NATIVE_CLIENT)] {
        let document = json!({
            "client_id": client, "client_name": "App",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "require_pushed_authorization_requests": required,
        });
        world.web.set(client, Reply::json(document.to_string()));
        world.deps.egress.forget(client, salver_server::flow::client::DOCUMENT);
        if required {
            must_push(&world, client, "its document").await;
        } else {
            need_not(&world, client, "its document").await;
        }
    }
    let world = World::new().await;
    let demanding = with(native("Notes"), "require_pushed_authorization_requests", json!(true));
    let registered = register(&world, &demanding).await;
    assert_eq!(registered["require_pushed_authorization_requests"], true);
    must_push(&world, &id(&registered), "its registration").await;
    let plain = register(&world, &native("Notes")).await;
    need_not(&world, &id(&plain), "a registration without").await;
}
