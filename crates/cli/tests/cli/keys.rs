//! `salver keys`: beside a running server, which follows.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be set up or read fails the test"
)]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    http::{Browser, Reply, connect, send, split},
    login::{Login, form},
    salver::{Running, json, run},
};

const CALLBACK: &str = "http://127.0.0.1:6274/callback";

#[test]
fn keys_are_rotated_with_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    let states = || -> Vec<String> {
        let keys = json(folder.path(), &["keys", "list", "--json"]);
        keys.iter()
            .map(|key| {
                format!("{} {}", key["use"].as_str().unwrap(), key["state"].as_str().unwrap())
            })
            .collect()
    };
    assert_eq!(states(), ["access tokens signing", "identities signing", "registrations sealing"]);
    assert!(run(folder.path(), &["keys", "rotate"]).starts_with("exit code 0"));
    let mut rotated = states();
    rotated.sort();
    assert_eq!(
        rotated,
        [
            "access tokens published",
            "access tokens retiring",
            "identities published",
            "identities retiring",
            "registrations sealing"
        ]
    );
    drop(server);
}

#[test]
fn keys_of_registrations_are_rotated_and_killed_and_one_always_seals() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    let states = || -> Vec<String> {
        let keys = json(folder.path(), &["keys", "list", "--json"]);
        let seals = keys.iter().filter(|key| key["use"] == "registrations");
        seals.map(|key| key["state"].as_str().unwrap().to_owned()).collect()
    };
    let keys = |words: &[&'static str]| run(folder.path(), &[&["keys"], words].concat());
    let rotated = keys(&["rotate", "--registrations"]);
    assert_eq!(states(), ["sealing", "opening"]);
    let killed = [keys(&["kill", "1"]), keys(&["kill", "1"]), keys(&["kill", "9"])];
    // The second does not seal yet, so that a third does.
    assert_eq!(states(), ["killed", "opening", "sealing"]);
    insta::assert_snapshot!([rotated].into_iter().chain(killed).collect::<Vec<_>>().join("\n"));
    drop(server);
}

/// A server behind the gateway whose streams never end by themselves.
fn endless() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 8192]).unwrap();
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
            stream.write_all(format!("{answer}data: {{}}\n\n").as_bytes()).unwrap();
            held.push(stream);
        }
    });
    url
}

/// An event stream through the gateway, from which something has come already.
fn stream(resource: &str, tokens: &Value) -> TcpStream {
    let (authority, path) = split(resource);
    let body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    let mut stream = connect(authority);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        tokens["access_token"].as_str().unwrap(),
        body.len(),
    );
    stream.write_all(head.as_bytes()).unwrap();
    let (mut said, mut part) = (String::new(), [0; 1024]);
    while !said.contains("data: {}") {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "{said}");
        said.push_str(&String::from_utf8_lossy(part.get(..read).unwrap()));
    }
    stream
}

/// A client that registers itself.
fn register(issuer: &str) -> String {
    let body = format!(
        "{{\"client_name\":\"App\",\"redirect_uris\":[{CALLBACK:?}],\"token_endpoint_auth_method\":\"none\"}}"
    );
    let headers = [("Content-Type", "application/json")];
    let reply = send("POST", &format!("{issuer}/register"), &headers, &body);
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["client_id"].as_str().unwrap().to_owned()
}

fn refreshed(login: &Login, tokens: &Value) -> Reply {
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("client_id", &login.client_id),
    ]);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    send("POST", &format!("{}/token", login.issuer), &headers, &body)
}

#[test]
fn a_key_is_killed_and_the_running_server_ends_what_it_gave_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let protect = format!("upstream = \"{}\"\n", endless());
    let head = "listen = [\"127.0.0.1:0\"]\ndata = \"data\"\n[[resources]]\nname = \"Notes\"\npath = \"/mcp\"\n";
    fs::write(folder.path().join("salver.toml"), format!("{head}{protect}")).unwrap();
    let server = Running::start(folder.path(), &["serve", "--config", "salver.toml"]);
    let add = ["admin", "user", "add", "alice", "--json", "--config", "salver.toml"];
    let made = json(folder.path(), &add);
    let login = |client_id| Login {
        issuer: server.text("issuer"),
        resource: server.text("mcp_url"),
        client_id,
        redirect_uri: CALLBACK.to_owned(),
        username: "alice".to_owned(),
        password: made[0]["password"].as_str().unwrap().to_owned(),
    };
    let app = login(register(&server.text("issuer")));
    let mut browser = Browser::default();
    let tokens = app.redeem(&app.code(&mut browser, "mcp"));
    let mut open = stream(&app.resource, &tokens);

    let killed = run(folder.path(), &["keys", "kill", "1", "--config", "salver.toml"]);
    assert!(killed.contains("1 connection has ended"), "{killed}");
    let began = Instant::now();
    open.read_to_end(&mut Vec::new()).unwrap();
    assert!(began.elapsed() <= Duration::from_secs(1), "{:?}", began.elapsed());
    // The same reading of the store that ended it says, a moment later, who is unknown.
    let mut unknown = browser.get(&app.request("mcp"));
    while unknown.status == 200 && began.elapsed() <= Duration::from_secs(1) {
        unknown = browser.get(&app.request("mcp"));
    }
    assert_eq!((unknown.status, unknown.header("location")), (400, None), "{}", unknown.body);
    let refused = refreshed(&app, &tokens);
    assert_eq!((refused.status, &refused.json()["error"]), (401, &"invalid_client".into()));

    let again = login(register(&server.text("issuer")));
    assert_ne!(again.client_id, app.client_id);
    let tokens = again.redeem(&again.code(&mut browser, "mcp"));
    drop(stream(&again.resource, &tokens));
}
