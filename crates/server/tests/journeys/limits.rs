//! Limits without victims (DESIGN §9, decision 10): floods wait, whoever is known does not, and guessing stops nobody else.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Method, Request, StatusCode, header};
use salver_oauth::limit::TooMany;
use salver_server::{
    flow::register::{RawRegistration, RegisterRefusal, register},
    network::Network,
    throttle::Wait,
};
use salver_testkit::browser::{Page, send};
use serde_json::{Value, json};

use crate::{
    recorded::basic,
    service_clients::with_secret,
    world::{World, json_of, refused},
};

const CALLBACK: &str = "http://127.0.0.1:51004/callback";

/// A request of a program from this address.
async fn post(world: &World, from: &str, path: &str, (kind, body): (&str, String)) -> Page {
    sent(world, from, path, (kind, body), None).await
}

async fn sent(
    world: &World,
    from: &str,
    path: &str,
    (kind, body): (&str, String),
    authorization: Option<String>,
) -> Page {
    let mut request = Request::builder().method(Method::POST).uri(path);
    request = request.header(header::CONTENT_TYPE, kind);
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let mut request = request.body(Body::from(body)).unwrap();
    let address = SocketAddr::new(from.parse().unwrap(), 40_000);
    request.extensions_mut().insert(ConnectInfo(address));
    send(&world.router, request).await
}

async fn registers(world: &World, from: &str, body: &Value) -> Page {
    post(world, from, "/register", ("application/json", body.to_string())).await
}

fn native(name: &str) -> Value {
    json!({
        "client_name": name,
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
    })
}

fn raw(network: Network, body: &str) -> RawRegistration<'_> {
    RawRegistration { body: body.as_bytes(), bearer: None, network }
}

fn retry_after(page: &Page) -> &str {
    page.headers[header::RETRY_AFTER].to_str().unwrap()
}

#[tokio::test]
async fn design_9_a_flood_from_one_network_stops_nobody_who_is_known_and_nobody_elsewhere() {
    let world = World::new().await;
    // Before the flood, somebody has let in an app that is in no catalogue.
    let own = registers(&world, "198.51.100.1", &native("Our App")).await;
    let own = json_of(&own)["client_id"].as_str().unwrap().to_owned();
    let mut ada = world.user("ada").await;
    world.login(&mut ada, &own, CALLBACK, "notes:read").await;

    for number in 0..20_u8 {
        let from = format!("192.0.2.{number}");
        let page = registers(&world, &from, &native(&format!("App {number}"))).await;
        assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    }
    world.clock.advance(12);
    let page = registers(&world, "192.0.2.250", &native("App 20")).await;
    assert_eq!(refused(&page), (429, "too_many_requests".into()), "{}", page.text);
    assert_eq!(retry_after(&page), "48");
    let told = json_of(&page)["error_description"].as_str().unwrap().to_owned();
    assert!(told.contains("20 different clients within a minute"), "{told}");
    assert!(told.contains("try again in 48 s"), "{told}");
    for (why, from, body) in [
        ("of the catalogue", "192.0.2.7", native("Claude Code")),
        ("let in before", "192.0.2.7", native("Our App")),
        ("taken within the minute", "192.0.2.7", native("App 3")),
        ("another network", "192.0.3.7", native("App 20")),
        ("another network", "2001:db8:1::7", native("App 20")),
    ] {
        let page = registers(&world, from, &body).await;
        assert_eq!(page.status, StatusCode::CREATED, "{why}: {}", page.text);
    }
    // What is wrong is told, whoever says it.
    let wrong = registers(&world, "192.0.2.7", &json!({ "client_name": "App 21" })).await;
    assert_eq!(refused(&wrong), (400, "invalid_redirect_uri".into()));
    world.clock.advance(48);
    let page = registers(&world, "192.0.2.250", &native("App 20")).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
}

#[tokio::test]
async fn what_another_process_has_recorded_is_known_after_the_next_reading() {
    let world = World::told(|settings| settings.registration.bounds.per_network = 1).await;
    let own = registers(&world, "192.0.2.1", &native("Our App")).await;
    let own = json_of(&own)["client_id"].as_str().unwrap().to_owned();
    let mut ada = world.user("ada").await;
    world.login(&mut ada, &own, CALLBACK, "notes:read").await;
    // As a server that has just started, or another node.
    let other = salver_server::met::MetClients::default();
    let fingerprint = "dynamic http://127.0.0.1/callback = our app";
    assert!(!other.contains(fingerprint));
    other.refresh(&*world.deps.store).await.unwrap();
    assert!(other.contains(fingerprint) && world.deps.met.contains(fingerprint));
    assert!(!other.contains("dynamic http://127.0.0.1/callback = our other app"));
}

#[tokio::test]
async fn a_flood_from_a_hundred_thousand_networks_takes_a_bounded_number_and_lets_the_known_pass() {
    let world = World::new().await;
    let known = native("Claude Code").to_string();
    let (mut taken, mut known_taken) = (0, 0);
    for number in 0..100_000_u32 {
        let [_, a, b, c] = number.to_be_bytes();
        let network = Network::of([a, b, c, 1].into());
        let body = native(&format!("App {number}")).to_string();
        match register(&world.deps, raw(network, &body)).await {
            Ok(_) => taken += 1,
            Err(RegisterRefusal::TooMany(TooMany::Registrations, Wait(1))) => {}
            Err(other) => panic!("{other:?}"),
        }
        if number % 1_000 == 0 {
            known_taken += u32::from(register(&world.deps, raw(network, &known)).await.is_ok());
        }
        if number % 10_000 == 9_999 {
            world.clock.advance(1);
        }
    }
    assert_eq!((taken, known_taken), (10 * 100, 100), "a hundred in each of ten seconds");
    // A second later everybody is taken again.
    let page = registers(&world, "203.0.113.9", &native("One more")).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
}

#[tokio::test]
async fn guessing_a_clients_secret_is_slowed_where_it_comes_from_and_nowhere_else() {
    let world = World::new().await;
    let body = {
        let mut body = native("App");
        body["token_endpoint_auth_method"] = json!("client_secret_post");
        body
    };
    let mine = json_of(&registers(&world, "198.51.100.1", &body).await);
    let other = json_of(&registers(&world, "198.51.100.1", &body).await);
    let text = |answer: &Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let (client, secret) = (text(&mine, "client_id"), text(&mine, "client_secret"));
    let mut ada = world.user("ada").await;
    let answered = world.allow(&mut ada, &client, CALLBACK, "notes:read").await;
    let code = answered.answered("code").unwrap();
    let form = |secret: &str| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", client.as_str()),
            ("client_secret", secret),
            ("code", &code),
            ("code_verifier", crate::world::VERIFIER),
            ("redirect_uri", CALLBACK),
        ];
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        ("application/x-www-form-urlencoded", form.extend_pairs(fields).finish())
    };
    for number in 0..5 {
        let page = post(&world, "192.0.2.1", "/token", form(&format!("guess {number}"))).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()));
    }
    // Right or wrong: nobody learns which, from there.
    for presented in ["guess 5", &text(&other, "client_secret"), &secret] {
        let page = post(&world, "192.0.2.99", "/token", form(presented)).await;
        assert_eq!(refused(&page), (429, "too_many_requests".into()), "{}", page.text);
        assert_eq!(retry_after(&page), "1");
        assert!(page.text.contains("wrong secrets"), "{}", page.text);
    }
    let page = post(&world, "192.0.3.1", "/token", form(&secret)).await;
    assert_eq!(page.status, StatusCode::OK, "a right one from another network: {}", page.text);
    // The same at the revocation endpoint, and of another client nothing is said.
    let refresh = text(&json_of(&page), "refresh_token");
    let revoke = |secret: &str| {
        let fields = [("token", &*refresh), ("client_id", &client), ("client_secret", secret)];
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        ("application/x-www-form-urlencoded", form.extend_pairs(fields).finish())
    };
    let page = post(&world, "192.0.2.1", "/revoke", revoke(&secret)).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.text);
    world.clock.advance(1);
    let page = post(&world, "192.0.2.1", "/revoke", revoke(&secret)).await;
    assert_eq!(page.status, StatusCode::OK, "its time has come: {}", page.text);
}

#[tokio::test]
async fn guessing_a_services_secret_is_slowed_where_it_comes_from_and_for_it_alone() {
    let world = World::new().await;
    let ((mine, secret), (other, others)) = (with_secret(&world).await, with_secret(&world).await);
    let asks = async |from, client: &str, secret: &str| {
        let form = ("application/x-www-form-urlencoded", "grant_type=client_credentials".into());
        sent(&world, from, "/token", form, Some(basic(client, secret))).await
    };
    let (mine, other) = (mine.client_id.as_str(), other.client_id.as_str());
    for number in 0..5 {
        let page = asks("192.0.2.1", mine, &format!("guess {number}")).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()), "guess {number}");
    }
    // Right or wrong, and by either way of sending it: nobody learns which, from there.
    for presented in ["guess 5", &others, &secret] {
        let page = asks("192.0.2.99", mine, presented).await;
        assert_eq!(refused(&page), (429, "too_many_requests".into()), "{}", page.text);
        assert_eq!(retry_after(&page), "1");
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let fields = [("client_id", mine), ("client_secret", &secret)];
    let form = form.extend_pairs(fields).append_pair("grant_type", "client_credentials").finish();
    let page =
        post(&world, "192.0.2.1", "/token", ("application/x-www-form-urlencoded", form)).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.text);
    for (why, from, client, secret) in [
        ("from another network", "192.0.3.1", mine, &secret),
        ("another service from there", "192.0.2.1", other, &others),
    ] {
        let page = asks(from, client, secret).await;
        assert_eq!(page.status, StatusCode::OK, "{why}: {}", page.text);
    }
    world.clock.advance(1);
    let page = asks("192.0.2.1", mine, &secret).await;
    assert_eq!(page.status, StatusCode::OK, "its time has come: {}", page.text);
}

#[tokio::test]
async fn guessing_a_resource_servers_secret_is_slowed_too() {
    let world = World::new().await;
    let asks = async |from: &str, name: &str, secret: &str| {
        let basic = format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")));
        let body = ("application/x-www-form-urlencoded", "token=x".to_owned());
        sent(&world, from, "/introspect", body, Some(basic)).await.status
    };
    for _ in 0..4 {
        assert_eq!(asks("192.0.2.1", "notes", "guess").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(asks("192.0.2.1", "notes", "secret").await, StatusCode::OK);
    for _ in 0..5 {
        assert_eq!(asks("192.0.2.1", "notes", "guess").await, StatusCode::UNAUTHORIZED);
    }
    for (from, name, secret, status) in [
        ("192.0.2.1", "notes", "secret", StatusCode::TOO_MANY_REQUESTS),
        ("192.0.2.1", "other", "secret", StatusCode::OK),
        ("192.0.2.1", "nobody", "secret", StatusCode::UNAUTHORIZED),
        ("192.0.9.1", "notes", "secret", StatusCode::OK),
    ] {
        assert_eq!(asks(from, name, secret).await, status, "{from} {name}");
    }
}
