//! A client that nobody here has met, where it has to show keys (DESIGN 4.5): its first push is in vain, a person's look leaves its keys at hand, and the next push gets in.

use http::StatusCode;
use salver_jose::Checked;
use salver_policy::rules::PolicySection;
use salver_server::{
    flow::ban,
    settings::{Resource, Resources},
};
use salver_testkit::browser::Page;
use serde_json::{Value, json};

use crate::{
    attestation::{Installation, JWKS, Vendor, allow, publish, push, signing_key},
    pushed::{on, request_uri},
    world::{
        NATIVE_CALLBACK, NATIVE_CLIENT, RESOURCE, World, authorize, policy, refused, resource,
    },
};

fn set_rules(world: &World, rules: &Value) {
    let section: PolicySection = serde_json::from_value(json!({ "rules": rules })).unwrap();
    world.deps.policy.set_rules(&policy(&section).rules);
}

/// A rule for programs on a computer.
fn loopback(then: &str, more: &[(&str, Value)]) -> Value {
    let mut rule = json!({
        "name": "loopback-attested", "sentence": "Programs have to be attested.",
        "when": { "redirect": ["loopback"] }, "then": then,
    });
    for (name, value) in more {
        rule[*name] = value.clone();
    }
    json!([rule])
}

async fn world(requires_push: bool, methods: &Value) -> (World, Vendor, Installation) {
    let world = World::told(|settings| {
        let notes = Resource { requires_push, ..resource("notes", RESOURCE) };
        settings.resources = Resources::new(vec![notes]);
    })
    .await;
    let vendor = Vendor { key: signing_key() };
    publish(&world, methods, &vendor);
    (world, vendor, Installation { key: signing_key() })
}

/// A page that says what is missing and what to do.
fn asks_for_an_attestation(page: &Page) -> bool {
    page.status == StatusCode::FORBIDDEN
        && ["Programs have to be attested.", "attest this very installation", "Start again from"]
            .iter()
            .all(|words| page.text.contains(words))
}

fn is_sent_back(page: &Page) -> bool {
    page.status == StatusCode::SEE_OTHER
        && page.answered("error").as_deref() == Some("invalid_request")
}

fn waits(page: &Page) -> bool {
    page.text.contains("action=\"/authorize/access\"")
}

#[tokio::test]
async fn design_4_5_who_comes_again_gets_in_by_an_attestation() {
    type Told = fn(&Page) -> bool;
    let require = || loopback("allow", &[("limits", json!({ "require": ["attestation"] }))]);
    let unless = |then| loopback(then, &[("unless", json!({ "rung": "attested" }))]);
    let both = || {
        loopback("allow", &[("limits", json!({ "require": ["pushed_request", "attestation"] }))])
    };
    for (why, rules, requires_push, told) in [
        ("a rule lets in who is attested", require(), false, asks_for_an_attestation as Told),
        ("a rule refuses who is not", unless("deny"), false, asks_for_an_attestation),
        ("a rule lets others wait", unless("review"), false, waits),
        ("a rule wants a push too", both(), false, is_sent_back),
        ("the resource wants a push", unless("deny"), true, is_sent_back),
    ] {
        for methods in [json!(["attest_jwt_client_auth"]), json!(["none"])] {
            let (world, vendor, installation) = world(requires_push, &methods).await;
            set_rules(&world, &rules);
            let attestation = vendor.says(&world, &installation, |_| {});
            let by = (&*attestation, &installation);
            let first = push(&world, by).await;
            assert_eq!(refused(&first), (401, "invalid_client".to_owned()), "{why}");
            assert!(first.text.contains("send it to the authorization endpoint"), "{}", first.text);
            assert_eq!(world.web.all_hits(), 0, "{why}");

            let mut alice = world.user("alice").await;
            let plain = alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
            assert!(told(&plain), "{why}, {methods}: {} {}", plain.status, plain.text);
            assert_eq!(world.web.hits(JWKS), 1, "{why}, {methods}");
            let hits = world.web.all_hits();
            let uri = request_uri(&push(&world, by).await);
            assert_eq!(world.web.all_hits(), hits, "{why}: what is at hand is enough");
            let asked = alice.get(&on(NATIVE_CLIENT, &uri)).await;
            assert!(asked.text.contains("for this very copy of it"), "{why}: {}", asked.text);
            allow(&mut alice, &asked).await;
        }
    }
}

#[tokio::test]
async fn design_4_5_no_keys_are_fetched_of_whom_they_would_not_help() {
    let unless_attested = || loopback("deny", &[("unless", json!({ "rung": "attested" }))]);
    let key_hosts = json!([
        {
            "name": "attested", "sentence": "Attested ones come in.", "when": { "rung": "attested" },
            "then": "allow", "limits": { "key_hosts": ["other.example"] },
        },
        { "name": "rest", "sentence": "No.", "then": "deny" },
    ]);
    let (elsewhere, here) = ("https://other.example/client.json", NATIVE_CLIENT);
    for (why, rules, banned, helps) in [
        ("who is not attested is refused", unless_attested(), elsewhere, true),
        ("… everybody is", loopback("deny", &[]), elsewhere, false),
        ("… keys may not come from there", key_hosts, elsewhere, false),
        ("… it is banned", unless_attested(), here, false),
    ] {
        let (world, _, _) = world(false, &json!(["attest_jwt_client_auth"])).await;
        set_rules(&world, &rules);
        world.ban("document", banned).await;
        ban::follow(&world.deps).await.unwrap();
        let mut alice = world.user("alice").await;
        let page = alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{why}: {}", page.text);
        let is_told = page.text.contains("attest this very installation");
        assert_eq!((is_told, world.web.hits(JWKS)), (helps, usize::from(helps)), "{why}");
    }
}

#[tokio::test]
async fn design_4_2_who_shows_only_that_the_person_was_signed_in_is_told_so() {
    let (world, vendor, installation) = world(false, &json!(["none"])).await;
    set_rules(&world, &loopback("deny", &[("unless", json!({ "rung": "attested" }))]));
    let mut alice = world.user("alice").await;
    alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    let attestation = vendor.attests(&world, &installation, Checked::User);
    let uri = request_uri(&push(&world, (&*attestation, &installation)).await);
    let page = alice.get(&on(NATIVE_CLIENT, &uri)).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert!(page.text.contains("not that the program is theirs"), "{}", page.text);
}
