//! `salver serve`: the first link, hosts, heads, TLS, and how it ends.

use std::{fs, io::Read as _, net::TcpListener, path::Path, sync::Arc};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::aws_lc_rs::default_provider,
};
use salver_testkit::form::Form;

use crate::{
    http::{Browser, connect, exchange, send, split},
    salver::{Running, run, write_secret},
};

fn start(folder: &Path) -> Running {
    Running::start(
        folder,
        &[
            "serve",
            "--protect",
            "http://127.0.0.1:9/mcp",
            "--listen",
            "127.0.0.1:0",
            "--data",
            "data",
        ],
    )
}

#[test]
fn the_first_account_is_made_by_a_link_that_works_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let (issuer, link) = (server.text("issuer"), server.text("setup_url"));
    assert!(link.starts_with(&format!("{issuer}/account/setup/")), "{link}");

    let mut browser = Browser::default();
    let page = browser.get(&link);
    assert_eq!(page.status, 200, "{page:?}");
    let path = split(&link).1;
    let filled = Form::to(&page.body, path)
        .with("username", "alice")
        .with("password", "violet tram on thursday");
    let made = browser.post(&link, &filled.body());
    assert_eq!(made.status, 303, "{made:?}");
    assert_eq!(Browser::default().get(&link).status, 404);
    drop(server);

    let again = start(folder.path());
    assert!(again.said["setup_url"].is_null(), "there is an account now");
}

#[test]
fn what_it_says_when_it_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let issuer = server.text("issuer");
    assert_eq!(server.text("mcp_url"), format!("{issuer}/mcp"));
    assert_eq!(send("GET", &format!("{issuer}/readyz"), &[], "").status, 200);
    let described =
        send("GET", &format!("{issuer}/.well-known/oauth-protected-resource/mcp"), &[], "");
    assert_eq!(described.json()["resource"], server.said["mcp_url"]);
    assert_eq!(described.json()["authorization_servers"][0], server.said["issuer"]);
}

#[test]
fn a_host_that_is_not_ours_gets_421_and_a_request_that_is_none_gets_400() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let issuer = server.text("issuer");
    let authority = split(&issuer).0;
    let ours = format!("Host: {authority}\r\n");
    for (target, host, expected) in [
        ("/jwks".to_owned(), ours.as_str(), 200),
        (format!("{issuer}/jwks"), &ours, 200),
        ("/jwks".to_owned(), "Host: evil.example\r\n", 421),
        ("/jwks".to_owned(), "Host: 127.0.0.1\r\n", 421),
        ("/mcp".to_owned(), "Host: evil.example\r\n", 421),
        ("http://evil.example/jwks".to_owned(), "Host: evil.example\r\n", 421),
        ("http://evil.example/jwks".to_owned(), &ours, 400),
        ("/jwks".to_owned(), "", 400),
        ("/jwks".to_owned(), &format!("{ours}{ours}"), 400),
        (format!("/jwks?{}", "x".repeat(16 * 1024)), &ours, 414),
        ("/jwks".to_owned(), &format!("{ours}X: {}\r\n", "x".repeat(64 * 1024)), 431),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
        let reply = exchange(&mut connect(authority), &request).map(|reply| reply.status);
        assert_eq!(reply, Some(expected), "{}", request.chars().take(80).collect::<String>());
    }
}

#[test]
fn a_visitor_that_says_nothing_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("salver.toml"), "[limits]\nhead_seconds = 1\n").unwrap();
    let server = Running::start(
        folder.path(),
        &["serve", "--config", "salver.toml", "--listen", "127.0.0.1:0", "--data", "data"],
    );
    let issuer = server.text("issuer");
    let mut silent = connect(split(&issuer).0);
    assert_eq!(silent.read_to_end(&mut Vec::new()).ok(), Some(0));
    let mut slow = connect(split(&issuer).0);
    let reply = exchange(&mut slow, "GET /jwks HTTP/1.1\r\nHost:");
    assert!(reply.is_none_or(|reply| reply.status == 408));
}

#[test]
#[cfg(unix)]
fn told_to_stop_it_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(start(folder.path()).stop(), Some(0));
}

#[test]
fn it_speaks_tls_with_the_certificate_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["as.example".to_owned()]).unwrap();
    fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    write_secret(&folder.path().join("key.pem"), &made.signing_key.serialize_pem());
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = format!(
        "issuer = \"https://as.example\"\nlisten = [\"127.0.0.1:{port}\"]\ndata = \"data\"\n[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n"
    );
    fs::write(folder.path().join("salver.toml"), file).unwrap();
    let server = Running::start(folder.path(), &["serve", "--config", "salver.toml"]);
    assert_eq!(server.text("issuer"), "https://as.example");

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connection =
        ClientConnection::new(Arc::new(config), "as.example".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, connect(&format!("127.0.0.1:{port}")));
    let request = "GET /.well-known/openid-configuration HTTP/1.1\r\nHost: as.example\r\nConnection: close\r\n\r\n";
    let reply = exchange(&mut stream, request).unwrap();
    assert_eq!((reply.status, &reply.json()["issuer"]), (200, &server.said["issuer"]));
}

#[test]
fn a_port_that_is_taken_is_named_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = run(folder.path(), &["serve", "--listen", &address, "--data", "data"]);
    insta::assert_snapshot!(told.replace(&address, "[address]"));
}

#[test]
fn what_protect_cannot_protect_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let not_http = run(folder.path(), &["serve", "--protect", "ftp://127.0.0.1/mcp"]);
    let not_a_path = run(folder.path(), &["serve", "--protect", "http://127.0.0.1:9000/token"]);
    insta::assert_snapshot!(format!("{not_http}\n{not_a_path}"));
}
