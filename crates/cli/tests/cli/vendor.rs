//! `salver client serve`, `installations`, `keys`, `enrol` and `attest`: a vendor's service over TLS, and what an installation would show to a server.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a service that does not run fails the test"
)]

use std::{fs, net::TcpListener, path::Path};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

use crate::salver::{Running, json as told_as_json, run, salver, told, write_secret};

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `ca.pem`, and `cert.pem` with `key.pem` for `localhost`.
pub(crate) fn certificates(folder: &Path) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let certificate = authority.self_signed(&authority_key).unwrap();
    fs::write(folder.join("ca.pem"), certificate.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let names = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    write_secret(&folder.join("key.pem"), &key.serialize_pem());
}

/// The service of a client on this port, which signs for these servers.
pub(crate) fn service(folder: &Path, port: u16, more: &str) {
    let base = format!("https://localhost:{port}");
    let document = json!({
        "client_id": format!("{base}/client.json"), "client_name": "App",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": format!("{base}/jwks.json"),
    });
    fs::write(folder.join("client.json"), document.to_string()).unwrap();
    let file = format!(
        "document = \"client.json\"\ndata = \"vendor\"\nlisten = [\"127.0.0.1:{port}\"]\n{more}\n"
    );
    fs::write(folder.join("vendor.toml"), file).unwrap();
}

pub(crate) const TLS: &str = "[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n";
pub(crate) const SERVE: [&str; 4] = ["client", "serve", "--config", "vendor.toml"];

fn code(folder: &Path) -> String {
    let arguments = [
        "client",
        "installations",
        "code",
        "--account",
        "alice",
        "--config",
        "vendor.toml",
        "--json",
    ];
    told_as_json(folder, &arguments)[0]["code"].as_str().unwrap().to_owned()
}

#[test]
fn an_installation_enrols_shows_what_was_signed_and_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    certificates(folder);
    let server = Running::start(
        folder,
        &[
            "serve",
            "--protect",
            "http://127.0.0.1:9/mcp",
            "--listen",
            "127.0.0.1:0",
            "--data",
            "as",
        ],
    );
    let (issuer, port) = (server.text("issuer"), free_port());
    service(folder, port, &format!("audiences = [\"https://*\", \"{issuer}\"]\n{TLS}"));
    let vendor = Running::start(folder, &SERVE);
    let at = vendor.text("service");
    assert_eq!(at, format!("https://localhost:{port}/installations"));

    let enrol = ["client", "enrol", "--service", &at, "--ca", "ca.pem", "--json"];
    let device_key = told_as_json(folder, &enrol)[0]["device_key"].clone();
    let code = code(folder);
    let by_code = |code| [&enrol[..], &["--by", "code", "--with", code]].concat();
    let enrolled = told_as_json(folder, &by_code(&code));
    assert_eq!(
        enrolled[0],
        json!({ "installation": device_key, "installation_check": "device_key" })
    );
    assert!(run(folder, &by_code(&code)).contains("the code is wrong, has been used"));

    let attest = |kind: &str| {
        let arguments =
            ["client", "attest", "--issuer", &issuer, "--ca", "ca.pem", "--kind", kind, "--json"];
        told_as_json(folder, &arguments)[0].clone()
    };
    let names = |said: &Value, of: &str| {
        said[of].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    for (kind, headers, parameters) in [
        ("attestation", "oauth-client-attestation oauth-client-attestation-pop", ""),
        ("dpop", "dpop oauth-client-attestation", ""),
        ("assertion", "", "client_assertion client_assertion_type"),
        ("statement", "", "software_statement"),
    ] {
        let said = attest(kind);
        assert_eq!(said["endpoint"], format!("{issuer}/par"));
        assert_eq!(
            (names(&said, "headers"), names(&said, "parameters")),
            (headers.to_owned(), parameters.to_owned())
        );
    }
    let elsewhere = ["client", "attest", "--issuer", "https://localhost:1", "--ca", "ca.pem"];
    assert!(run(folder, &elsewhere).starts_with("exit code 1"));

    let list = ["client", "installations", "list", "--config", "vendor.toml", "--json"];
    assert_eq!(told_as_json(folder, &list)[0]["account"], "alice");
    let id = device_key.as_str().unwrap();
    let revoke = ["client", "installations", "revoke", id, "--config", "vendor.toml"];
    assert!(run(folder, &revoke).starts_with("exit code 0"));
    assert!(run(folder, &revoke).starts_with("exit code 1"));
    let refused = run(folder, &["client", "attest", "--issuer", &issuer, "--ca", "ca.pem"]);
    assert!(refused.contains("401 unknown_installation"), "{refused}");

    let log = ["client", "installations", "log", "--config", "vendor.toml", "--json"];
    let events: Vec<Value> =
        told_as_json(folder, &log).iter().map(|line| line["event"].clone()).collect();
    let expected =
        ["code", "enrolled", "attestation", "attestation", "assertion", "statement", "revoked"];
    assert_eq!(events, expected);

    assert!(
        run(folder, &["client", "keys", "rotate", "--config", "vendor.toml"])
            .starts_with("exit code 0")
    );
    let keys =
        told_as_json(folder, &["client", "keys", "list", "--config", "vendor.toml", "--json"]);
    let states: Vec<&Value> = keys.iter().map(|key| &key["state"]).collect();
    assert_eq!(states, ["retiring", "published"]);
    #[cfg(unix)]
    assert_eq!(vendor.stop(), Some(0));
}

#[test]
fn a_service_that_cannot_sign_or_be_understood_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let port = free_port();
    fs::write(folder.join("keys.json"), r#"{"keys":[]}"#).unwrap();
    let started = |more: &str| {
        service(folder, port, more);
        let output = salver(folder, &SERVE).output().unwrap();
        told(folder, &output).replace(&port.to_string(), "[port]")
    };
    let mut notes = vec![
        started("listen_on = 1"),
        started("audiences = [\"*\"]\n[lives]\nattestation_seconds = 86400"),
        started(
            "audiences = [\"*\"]\n[codes]\naccepted = false\n[sign_in]\nissuer = \"https://login.example\"\nclient_id = \"a\"\nkeys_url = \"http://login.example/jwks\"",
        ),
        started(
            "[signing]\ncommand = [\"/nowhere/sign\"]\nkeys = \"keys.json\"\nkey_id = \"2026\"",
        ),
        started("[signing]\ncommand = [\"/nowhere/sign\"]"),
        started("[signing]\nkey_id = \"2026\""),
        started("[tls]\ncertificate = \"missing.pem\"\nkey = \"missing.pem\""),
        run(folder, &["client", "serve", "--config", "missing.toml"]),
    ];
    // A master key that was lost, and one that is another: the sealed key opens with neither.
    service(folder, port, "");
    drop(Running::start(folder, &SERVE));
    let (key, other) =
        (folder.join("vendor/master.key"), "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    fs::remove_file(&key).unwrap();
    notes.push(started(""));
    write_secret(&key, other);
    notes.push(started(""));
    fs::write(folder.join("keys.json"), "{}").unwrap();
    notes.push(started(
        "[signing]\ncommand = [\"/bin/true\"]\nkeys = \"keys.json\"\nkey_id = \"2026\"",
    ));
    fs::write(folder.join("vendor/salver.db"), [b'x'; 4096]).unwrap();
    notes.push(started(""));
    insta::assert_snapshot!(notes.join("\n"));
}
