//! `salver admin registration-token`, beside a server that follows.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::{
    http::{Reply, send},
    salver::{Running, json, run},
};

const PLACE: [&str; 2] = ["--config", "salver.toml"];
const BODY: &str = r#"{"client_name":"App","redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none"}"#;

fn register(server: &Running, token: Option<&str>) -> Reply {
    let authorization = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(authorization.as_deref().map(|value| ("Authorization", value)));
    send("POST", &format!("{}/register", server.text("issuer")), &headers, BODY)
}

/// The arguments of a command beside it.
fn admin<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["admin", "registration-token"], arguments, &PLACE].concat()
}

/// Registers until the answer is this one; a server follows within a second, and gets ten here.
fn until(status: u16, server: &Running, token: &str) {
    let begun = Instant::now();
    while register(server, Some(token)).status != status {
        assert!(begun.elapsed() < Duration::from_secs(10), "it does not follow");
    }
}

#[cfg(unix)]
#[test]
fn a_token_lets_clients_register_beside_a_running_server_until_it_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = "listen = [\"127.0.0.1:0\"]\ndata = \"data\"\n[registration]\ndynamic = \"invited\"\n\
        new_per_second = 10_000\n";
    fs::write(folder.join("salver.toml"), file).unwrap();
    let server = Running::start(folder, &["serve", "--config", "salver.toml"]);
    assert_eq!(register(&server, None).status, 401);
    let made = json(folder, &admin(&["create", "--for", "Partner", "--expires", "7d", "--json"]));
    let token = made[0]["token"].as_str().unwrap();
    assert!(token.starts_with("slvr_it_") && token.len() == 8 + 43, "{token}");
    until(201, &server, token);
    let other = json(folder, &admin(&["create", "--for", "Somebody else", "--json"]));
    assert_eq!((&other[0]["number"], &other[0]["expires_at"]), (&2.into(), &().into()));
    let revoked = run(folder, &admin(&["revoke", "1"]));
    until(401, &server, token);
    let again = run(folder, &admin(&["revoke", "1"]));
    assert_eq!(server.stop(), Some(0));
    insta::assert_snapshot!([revoked, again].join("\n"));

    let listed = json(folder, &admin(&["list", "--json"]));
    assert_eq!((&listed[0]["for"], &listed[0]["state"]), (&"Partner".into(), &"revoked".into()));
    assert!(listed[0]["uses"].as_u64() >= Some(1), "{listed:?}");
    assert_eq!((&listed[1]["state"], &listed[1]["uses"]), (&"in force".into(), &0.into()));
    let all = format!("{listed:?}{}", run(folder, &admin(&["list"])));
    assert!(all.contains("Somebody else") && !all.contains("slvr_it_"), "{all}");
}

#[test]
fn whoever_makes_a_token_hears_whether_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut told = Vec::new();
    for dynamic in ["open", "off"] {
        let file = format!("data = \"data\"\n[registration]\ndynamic = \"{dynamic}\"\n");
        fs::write(folder.join("salver.toml"), file).unwrap();
        let made = run(folder, &admin(&["create", "--for", "Partner"]));
        let start = made.find("slvr_it_").unwrap();
        let end = start + made[start..].find('\n').unwrap();
        told.push(made.replace(&made[start..end], "[token]"));
    }
    let nobody = ["admin", "registration-token", "create", "--for", " ", "--data", "data"];
    told.push(run(folder, &nobody));
    insta::assert_snapshot!(told.join("\n"));
}
