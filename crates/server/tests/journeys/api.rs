//! Programs of administrators manage clients over HTTP, with a token and with nothing else.

use axum::body::Body;
use http::{Method, Request, header};
use salver_oauth::{Timestamp, client::recorded::Purpose};
use salver_server::flow::api::{self, TokenWish};
use salver_store::{
    Outcome,
    record::{ClientContent, ClientState},
};
use salver_testkit::browser::{Page, send};
use serde_json::{Value, json};

use crate::{
    recorded::{basic, change, confidential, enter},
    world::{RESOURCE, World, json_of},
};

pub(crate) async fn token(world: &World, may_change: bool, lives: i64) -> String {
    let deps = &world.deps;
    let now: Timestamp = world.clock.now();
    let wish =
        TokenWish { name: "deploy", may_change, by: "ada", expires_at: now.plus_seconds(lives) };
    let tools = (&*deps.store, &deps.secrets, &*deps.chance);
    api::make(tools, wish, now).await.unwrap().1.to_string()
}

/// Asks with a token; `null` sends no body.
pub(crate) async fn ask(
    world: &World,
    token: &str,
    (method, path): (Method, &str),
    body: Value,
) -> Page {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/clients{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    send(&world.router, request.body(body).unwrap()).await
}

fn refused(page: &Page) -> (u16, String) {
    let body = json_of(page);
    for member in ["error", "where", "why", "remedy", "incident"] {
        assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {body}");
    }
    (page.status.as_u16(), body["error"].as_str().unwrap().to_owned())
}

fn service() -> Value {
    json!({ "purpose": "service", "metadata": { "client_name": "Nightly", "resources": [RESOURCE], "scope": "notes:read" } })
}

#[tokio::test]
async fn a_client_goes_through_its_life_by_programs_alone() {
    let world = World::new().await;
    let token = token(&world, true, 100).await;
    let page = ask(&world, &token, (Method::POST, ""), service()).await;
    assert_eq!(page.status, 201, "{}", page.text);
    let made = json_of(&page);
    let id = made["client_id"].as_str().unwrap();
    let secret = made["client_secret"].as_str().unwrap();
    let fields = [("grant_type", "client_credentials")];
    let first = world.form_with("/token", &fields, Some(&basic(id, secret))).await;
    let first = json_of(&first)["access_token"].as_str().unwrap().to_owned();
    assert!(world.is_active(&first).await);
    let path = |verb: &str| format!("/{id}{verb}");
    let suspended =
        ask(&world, &token, (Method::POST, &path("/suspend")), json!({ "note": "x" })).await;
    assert_eq!(json_of(&suspended)["state"], "suspended", "{}", suspended.text);
    assert!(!world.is_active(&first).await, "here it is known at once");
    let revision = json_of(&suspended)["revision"].as_u64().unwrap();
    let stale =
        ask(&world, &token, (Method::POST, &path("/resume")), json!({ "revision": revision - 1 }))
            .await;
    assert_eq!(refused(&stale), (409, "stale".into()));
    let resumed =
        ask(&world, &token, (Method::POST, &path("/resume")), json!({ "revision": revision }))
            .await;
    assert_eq!(json_of(&resumed)["state"], "approved");
    let rotated =
        ask(&world, &token, (Method::POST, &path("/rotate")), json!({ "overlap_seconds": 60 }))
            .await;
    assert_eq!(rotated.status, 201);
    assert_ne!(json_of(&rotated)["client_secret"], secret);
    let shown = ask(&world, &token, (Method::GET, &path("")), Value::Null).await;
    assert!(!shown.text.contains(secret), "{}", shown.text);
    let shown = json_of(&shown);
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 2);
    assert!(shown["history"].as_array().unwrap().iter().all(|event| event["by"] == "deploy"));
    let listed = ask(&world, &token, (Method::GET, ""), Value::Null).await;
    assert_eq!(json_of(&listed)["clients"][0]["client_id"], id);
    let deleted = ask(&world, &token, (Method::DELETE, &path("")), Value::Null).await;
    assert_eq!(json_of(&deleted)["state"], "deleted");
    let gone = ask(&world, &token, (Method::GET, &path("")), Value::Null).await;
    assert_eq!(refused(&gone), (404, "unknown_client".into()));
}

#[tokio::test]
async fn what_an_owner_has_written_is_approved() {
    let world = World::new().await;
    drop(world.user("ada").await);
    let token = token(&world, true, 100).await;
    let mut client =
        enter(&world, Purpose::Application, "ada", (&confidential("Notes App"), false)).await;
    let submitted = ClientContent {
        state: ClientState::Submitted,
        draft: confidential("Other App").to_string(),
        ..client.content.clone()
    };
    change(&world, &mut client, submitted).await;
    let path = format!("/{}/approve", client.client_id);
    let approved = ask(&world, &token, (Method::POST, &path), Value::Null).await;
    let approved = json_of(&approved);
    assert_eq!(
        (&approved["in_force"]["client_name"], &approved["vetted"], &approved["owner"]),
        (&json!("Other App"), &json!(true), &json!("ada"))
    );
    let again = ask(&world, &token, (Method::POST, &path), Value::Null).await;
    assert_eq!(refused(&again), (409, "state".into()));
    let own = enter(&world, Purpose::Personal, "ada", (&confidential("Mine"), false)).await;
    for (verb, expected) in [("rotate", "no_secret"), ("approve", "personal")] {
        let path = format!("/{}/{verb}", own.client_id);
        let page = ask(&world, &token, (Method::POST, &path), Value::Null).await;
        assert_eq!(refused(&page), (422, expected.into()), "{verb}");
    }
}

#[tokio::test]
async fn only_a_token_of_an_administrator_opens_and_says_what_it_opens() {
    let world = World::new().await;
    let (reads, changes) = (token(&world, false, 100).await, token(&world, true, 200).await);
    let mut ada = world.account("ada", salver_store::record::Role::Administrator).await;
    let page = ada.get("/api/clients").await;
    assert_eq!(refused(&page), (401, "unauthorized".into()), "a cookie is no token");
    assert!(page.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    assert!(page.headers.get("access-control-allow-origin").is_none());
    let login = world
        .login(&mut ada, crate::world::WEB_CLIENT, crate::world::WEB_CALLBACK, "notes:read")
        .await;
    for (why, with, expected) in [
        ("nothing", "", (401, "unauthorized")),
        ("made up", "slva_AAAA", (401, "unauthorized")),
        ("an access token", &login.access, (401, "unauthorized")),
        ("read only", &reads, (403, "read_only")),
    ] {
        let page = ask(&world, with, (Method::POST, ""), service()).await;
        let (status, code) = refused(&page);
        assert_eq!((status, &*code), expected, "{why}");
    }
    assert_eq!(ask(&world, &reads, (Method::GET, ""), Value::Null).await.status, 200);
    let all = world.deps.store.list_api_tokens().await.unwrap();
    assert!(all[0].last_used_at.is_some() && all[1].last_used_at.is_none());
    world.clock.advance(100);
    let page = ask(&world, &reads, (Method::GET, ""), Value::Null).await;
    assert_eq!(refused(&page), (401, "token_ended".into()));
    assert_eq!(ask(&world, &changes, (Method::GET, ""), Value::Null).await.status, 200);
    let ended = world.deps.store.end_api_token(all[1].number, world.clock.now()).await.unwrap();
    assert_eq!(ended, Outcome::Applied);
    let page = ask(&world, &changes, (Method::GET, ""), Value::Null).await;
    assert_eq!(refused(&page), (401, "token_ended".into()));
}

#[tokio::test]
async fn each_rule_of_what_is_entered_with_its_remedy() {
    let world = World::new().await;
    drop(world.user("ada").await);
    let token = token(&world, true, 100).await;
    let with = |name: &str, value: Value| {
        let mut new = service();
        new[name] = value;
        new
    };
    let metadata = |name: &str, value: Value| {
        let mut new = service();
        new["metadata"][name] = value;
        new
    };
    let application =
        |uri: &str| json!({ "purpose": "application", "metadata": { "redirect_uris": [uri] } });
    for (why, body, expected) in [
        ("sound", service(), (201, "")),
        ("its owner", with("owner", json!("ada")), (201, "")),
        ("nobody", with("owner", json!("bob")), (422, "owner")),
        ("somebody's own", with("purpose", json!("personal")), (400, "malformed")),
        ("an unknown member", with("x", json!(1)), (400, "malformed")),
        ("no list", json!([]), (400, "malformed")),
        ("nowhere", metadata("resources", json!([])), (422, "metadata")),
        (
            "elsewhere",
            metadata("resources", json!(["https://a.example/"])),
            (422, "unknown_resource"),
        ),
        ("no scope of it", metadata("scope", json!("admin")), (422, "unknown_scope")),
        ("an application", application("http://localhost/cb"), (201, "")),
        ("at plain http", application("http://a.example/cb"), (422, "metadata")),
        ("at our own address", application("http://localhost:8080/cb"), (422, "metadata")),
    ] {
        let page = ask(&world, &token, (Method::POST, ""), body).await;
        if expected.0 == 201 {
            assert_eq!(page.status, 201, "{why}: {}", page.text);
        } else {
            let (status, code) = refused(&page);
            assert_eq!((status, &*code), expected, "{why}: {}", page.text);
        }
    }
    let unknown = "/app_AAAAAAAAAAAAAAAAAAAAAA";
    for (method, verb) in [
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::POST, "/approve"),
        (Method::POST, "/rotate"),
    ] {
        let page = ask(&world, &token, (method, &format!("{unknown}{verb}")), Value::Null).await;
        assert_eq!(refused(&page), (404, "unknown_client".into()), "{verb}");
    }
}
