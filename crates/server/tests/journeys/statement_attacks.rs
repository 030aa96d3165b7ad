//! What software statements do not open (issue list of bad input): other tokens in their place and they in others', another server, slow keys, and one software too many.

use std::time::Duration;

use http::StatusCode;
use salver_jose::Signer as _;
use salver_server::anchor::{Anchor, written::WrittenAnchor};
use salver_store::retention::STATED_CLIENTS;
use salver_testkit::{browser::Browser, web::Reply};
use serde_json::{Value, json};

use crate::{
    client_keys::{self, CLIENT, is_unproven},
    register::{id, post, register},
    statements::{VENDOR, Vendor, sent, told},
    world::{ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, World, json_of},
};

const KEYS_URL: &str = "https://native.example/mcp/jwks.json";
const INVALID: &str = "invalid_software_statement";

#[tokio::test]
async fn one_hundred_softwares_of_an_anchor_and_one_more() {
    let (world, vendor) = (World::new().await, Vendor::new());
    vendor.is_trusted(&world, |_| {});
    let of = |number: u32| [("software_id", json!(format!("software {number}")))];
    for number in 0..STATED_CLIENTS {
        register(&world, &sent(&vendor.statement(&world, &of(number)))).await;
    }
    let (code, description) = told(&world, &vendor.statement(&world, &of(STATED_CLIENTS))).await;
    assert_eq!(code, "unapproved_software_statement");
    assert!(description.contains(&STATED_CLIENTS.to_string()), "{description}");
    let known = register(&world, &sent(&vendor.statement(&world, &of(0)))).await;
    let client = id(&known);
    let gone = world.deps.store.remove_stated_clients(VENDOR, Some(&client)).await.unwrap();
    assert_eq!(gone, 1);
    register(&world, &sent(&vendor.statement(&world, &of(STATED_CLIENTS)))).await;
    let (code, _) = told(&world, &vendor.statement(&world, &of(0))).await;
    assert_eq!(code, "unapproved_software_statement", "its place is taken");
}

#[tokio::test]
async fn sw_4_a_statement_for_one_server_says_nothing_at_another() {
    let (world, vendor) = (World::new().await, Vendor::new());
    let other = World::at("https://other-as.example").await;
    for world in [&world, &other] {
        vendor.is_trusted(world, |_| {});
    }
    let statement = vendor.statement(&world, &[]);
    register(&world, &sent(&statement)).await;
    let (code, description) = told(&other, &statement).await;
    assert_eq!((&*code, description.contains("only aud")), (INVALID, true), "{description}");
}

#[tokio::test]
async fn rfc8725_3_11_our_own_access_tokens_are_no_statements_even_where_we_are_an_anchor() {
    let (world, vendor) = (World::new().await, Vendor::new());
    let mut ada = world.user("ada").await;
    let issued = world.login(&mut ada, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    for set in ["/jwks", "/identity/jwks"] {
        let keys = Browser::new(world.router.clone()).get(set).await.text;
        let written =
            WrittenAnchor { issuer: VENDOR.into(), keys: Some(keys), ..WrittenAnchor::default() };
        let anchor = Anchor { issuer: ISSUER.into(), ..written.read().unwrap() };
        world.deps.anchors.set(vec![anchor]);
        let (code, description) = told(&world, &issued.access).await;
        assert_eq!((&*code, description.contains("typ")), (INVALID, true), "{description}");
    }
    // And no statement is an access token, whoever signs it.
    vendor.is_trusted(&world, |_| {});
    let statement = vendor.statement(&world, &[("client_id", json!(NATIVE_CLIENT))]);
    assert!(!world.is_active(&statement).await);
}

#[tokio::test]
async fn rfc8725_3_11_assertions_and_statements_do_not_stand_for_each_other() {
    let vendor = Vendor::new();
    let key = vendor.key();
    let world = client_keys::world(Value::Null, &[&key]).await;
    // The same key signs statements and authenticates a client whose client_id is its issuer.
    vendor.is_trusted(&world, |written| written.issuer = CLIENT.into());
    for (kind, said) in [
        (Some("client-authentication+jwt"), "typ"),
        (Some("JWT"), "software_id"),
        (None, "software_id"),
    ] {
        let assertion = client_keys::typed_assertion(&world, &key, ("1", ISSUER), kind);
        let (code, description) = told(&world, &assertion).await;
        assert_eq!((&*code, description.contains(said)), (INVALID, true), "{kind:?} {description}");
    }
    let statement = vendor
        .statement(&world, &[("iss", json!(CLIENT)), ("sub", json!(CLIENT)), ("jti", json!("1"))]);
    assert_eq!(key.key_id(), key.public_key().thumbprint());
    let page = client_keys::refresh(&world, "slvr_rt_x", Some(&statement)).await;
    assert!(is_unproven(&page), "{}", page.text);
}

#[tokio::test]
async fn keys_that_are_slow_keep_nobody_and_vouch_for_nothing() {
    let world = World::with(ISSUER, |way_out| {
        way_out.bounds.total = Duration::from_millis(200);
    })
    .await;
    let vendor = Vendor::new();
    vendor.is_trusted(&world, |written| {
        (written.keys, written.keys_url) = (None, Some(KEYS_URL.into()));
    });
    world.web.set(KEYS_URL, Reply::json(vendor.key_set()));
    world.web.hold(KEYS_URL);
    let (code, description) = told(&world, &vendor.statement(&world, &[])).await;
    assert_eq!(code, INVALID);
    assert!(description.contains("keys of its issuer cannot be read"), "{description}");
    let plain = json!({
        "client_name": "App", "redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none",
    });
    let page = post(&world, plain.to_string()).await;
    assert_eq!(page.status, StatusCode::CREATED, "others go on: {}", json_of(&page));
}

/// A vendor whose keys are at a URL, good for an hour by its own word; one statement of it has been taken.
async fn world_at_url(vendor: &Vendor) -> World {
    let world = World::with(ISSUER, |way_out| {
        way_out.bounds.total = Duration::from_millis(500);
    })
    .await;
    vendor.is_trusted(&world, |written| {
        (written.keys, written.keys_url) = (None, Some(KEYS_URL.into()));
    });
    world.web.set(KEYS_URL, hour_long(vendor));
    register(&world, &sent(&vendor.statement(&world, &[]))).await;
    world.way_out_clock.forward(Duration::from_mins(1));
    world
}

fn hour_long(vendor: &Vendor) -> Reply {
    Reply::json(vendor.key_set()).with("cache-control", "max-age=3600")
}

#[tokio::test]
async fn sw_11_a_key_that_nobody_has_takes_no_good_ones_away_while_their_host_fails() {
    let failing = |status: u16| Reply { status, ..Reply::json("") };
    for (why, reply) in [
        ("down", Some(failing(502))),
        ("overloaded", Some(failing(429).with("retry-after", "3600"))),
        ("forbidden", Some(failing(403))),
        ("no key set", Some(Reply::json("[]"))),
        ("slow", None),
    ] {
        let (vendor, stranger, next) = (Vendor::new(), Vendor::new(), Vendor::new());
        let world = world_at_url(&vendor).await;
        match reply {
            Some(reply) => world.web.set(KEYS_URL, reply),
            None => world.web.hold(KEYS_URL),
        }
        for round in 0..20 {
            // Each time by another key: none of them is anybody's.
            let bogus = if round == 0 { &stranger } else { &Vendor::new() };
            let (code, _) = told(&world, &bogus.statement(&world, &[])).await;
            assert_eq!(code, INVALID, "{why}");
            register(&world, &sent(&vendor.statement(&world, &[]))).await;
        }
        assert_eq!(world.web.hits(KEYS_URL), 2, "{why}: asked once more, and in vain");
        world.web.release(KEYS_URL);
        world.web.set(KEYS_URL, hour_long(&next));
        // However long the host asked to be left in peace, our own bound is ten minutes and a half as much again.
        world.way_out_clock.forward(Duration::from_mins(16));
        register(&world, &sent(&next.statement(&world, &[]))).await;
        let (code, _) = told(&world, &vendor.statement(&world, &[])).await;
        assert_eq!(code, INVALID, "{why}: what was taken out signs nothing any more");
        assert_eq!(world.web.hits(KEYS_URL), 3, "{why}: and is not looked for at once");
    }
}

#[tokio::test]
async fn sw_11_keys_that_are_withdrawn_sign_nothing_from_when_that_is_seen() {
    let (vendor, stranger) = (Vendor::new(), Vendor::new());
    let world = world_at_url(&vendor).await;
    world.web.set(KEYS_URL, Reply { status: 410, ..Reply::json("") });
    register(&world, &sent(&vendor.statement(&world, &[]))).await;
    told(&world, &stranger.statement(&world, &[])).await;
    let (code, description) = told(&world, &vendor.statement(&world, &[])).await;
    assert_eq!(code, INVALID);
    assert!(description.contains("keys of its issuer cannot be read"), "{description}");
}

#[tokio::test]
async fn sw_11_many_strangers_at_once_make_one_question_of_a_slow_host() {
    let vendor = Vendor::new();
    let world = world_at_url(&vendor).await;
    world.web.hold(KEYS_URL);
    let strangers: Vec<_> = (0..50).map(|_| Vendor::new().statement(&world, &[])).collect();
    let all = strangers.iter().map(|statement| told(&world, statement));
    let good = sent(&vendor.statement(&world, &[]));
    let (all, _) = futures_util::join!(
        futures_util::future::join_all(all),
        register(&world, &good), // waits for nobody
    );
    assert!(all.iter().all(|(code, _)| code == INVALID));
    assert_eq!(world.web.hits(KEYS_URL), 2);
}
