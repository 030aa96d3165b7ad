//! A vendor's service whose file is changed while it runs.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a service that does not run fails the test")]

use std::{fs, path::Path, sync::Arc};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::aws_lc_rs::default_provider,
};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use salver_jose::{Algorithm, KeySet, Signer as _, SigningKey};

use crate::{
    http::{Reply, connect, exchange, send},
    salver::{Log, Running, run, salver},
    vendor::{SERVE, TLS, certificates, free_port, service},
};

/// What the service answers whoever trusts this authority; nothing to others.
fn fetch(authority: &Path, port: u16, path: &str) -> Option<Reply> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, connect(&format!("localhost:{port}")));
    let head = format!("Host: localhost:{port}\r\nConnection: close\r\n\r\n");
    exchange(&mut stream, &format!("GET {path} HTTP/1.1\r\n{head}"))
}

/// Changes something in a file.
fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// Has the file read again; what the log tells of it.
fn reread(vendor: &Running, log: &mut Log, last: &str) -> Vec<String> {
    vendor.signal("-HUP");
    log.until(last)
}

#[test]
fn settings_are_exchanged_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, next) = (folder.path(), folder.path().join("next"));
    fs::create_dir(&next).unwrap();
    certificates(folder);
    certificates(&next);
    let port = free_port();
    service(folder, port, &format!("software_version = \"1\"\n{TLS}"));
    let (vendor, mut log) = Running::with_log(salver(folder, &SERVE));
    let (file, document) = (folder.join("vendor.toml"), folder.join("client.json"));
    let (trusted, trusted_next) = (folder.join("ca.pem"), next.join("ca.pem"));
    let name = |trusted: &Path| {
        let reply = fetch(trusted, port, "/client.json")?;
        Some(reply.json()["client_name"].as_str().unwrap().to_owned())
    };
    assert_eq!(name(&trusted).as_deref(), Some("App"));

    // Each is changed together with something sound, and mended afterwards.
    let mut told = Vec::new();
    change(&document, "\"App\"", "\"Other\"");
    for (path, sound, broken) in [
        (&file, "document =", "documents ="),
        (&document, "\"client_id\"", "\"client\""),
        (&document, "/jwks.json", "/installations"),
        (&file, "\"key.pem\"", "\"next/key.pem\""),
        (&file, "software_version = \"1\"", "software_version = 1"),
    ] {
        change(path, sound, broken);
        told.extend(reread(&vendor, &mut log, "stays in force"));
        assert_eq!(name(&trusted).as_deref(), Some("App"), "{broken}");
        change(path, broken, sound);
    }

    change(&file, "cert.pem", "next/cert.pem");
    change(&file, "\"key.pem\"", "\"next/key.pem\"");
    change(&file, "[tls]", "[lives]\nattestation_seconds = 60\n[limits]\nconnections = 64\n[tls]");
    told.extend(reread(&vendor, &mut log, "wait for a start"));
    assert_eq!(name(&trusted_next).as_deref(), Some("Other"));
    assert_eq!(name(&trusted), None, "the certificate of before is shown no more");

    // Whoever speaks TLS does so until the next start.
    change(&file, "[tls]\ncertificate = \"next/cert.pem\"\nkey = \"next/key.pem\"\n", "");
    told.extend(reread(&vendor, &mut log, "wait for a start"));
    assert_eq!(name(&trusted_next).as_deref(), Some("Other"));
    assert_eq!(vendor.stop(), Some(0));

    let told: Vec<&String> = told.iter().filter(|line| !line.contains("serving")).collect();
    let told = told.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
    let told = told.replace(&*folder.to_string_lossy(), "[folder]");
    insta::assert_snapshot!(told.replace(&port.to_string(), "[port]"));
}

#[test]
fn a_file_is_judged_without_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let check = |more: &str| {
        service(folder, 8443, more);
        run(folder, &["config", "check", "--vendor", "vendor.toml"])
    };
    let told = [
        check("[development]\nloopback = true"),
        check("listen_on = 1\n[lives]\nattestation_seconds = 86400"),
        run(folder, &["config", "check", "--vendor"]),
    ];
    assert!(!folder.join("vendor").exists(), "nothing is made");
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_document_with_another_client_id_is_another_service() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, port) = (folder.path(), free_port());
    service(folder, port, "");
    let (vendor, mut log) = Running::with_log(salver(folder, &SERVE));
    let status =
        |path: &str| send("GET", &format!("http://localhost:{port}{path}"), &[], "").status;
    assert_eq!((status("/client.json"), status("/next.json")), (200, 404));
    change(&folder.join("client.json"), "/client.json", "/next.json");
    reread(&vendor, &mut log, "is in force");
    assert_eq!((status("/client.json"), status("/next.json")), (404, 200));
}

#[test]
fn a_key_behind_a_command_is_exchanged_while_the_service_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, port) = (folder.path(), free_port());
    let [old, new] = [(); 2].map(|()| SigningKey::generate(Algorithm::EdDsa).unwrap());
    // Whoever starts or exchanges a key has it sign this word.
    let signature = |key: &SigningKey| {
        fs::write(folder.join(key.key_id()), key.sign(b"salver").unwrap()).unwrap();
    };
    let publish = |keys: &[&SigningKey]| {
        let set: KeySet = keys.iter().map(|key| key.public_key().clone()).collect();
        fs::write(folder.join("keys.json"), set.to_json()).unwrap();
    };
    signature(&old);
    publish(&[&old]);
    let command = r#"["/bin/sh", "-c", "read key; cat >/dev/null; cat \"./$key\""]"#;
    let signing = format!(
        "[signing]\ncommand = {command}\nkeys = \"keys.json\"\nkey_id = \"{}\"",
        old.key_id()
    );
    service(folder, port, &signing);
    let (vendor, mut log) = Running::with_log(salver(folder, &SERVE));
    let published = || {
        let reply = send("GET", &format!("http://localhost:{port}/jwks.json"), &[], "");
        KeySet::parse(reply.body.as_bytes()).unwrap().iter().count()
    };
    assert_eq!(published(), 1);

    publish(&[&old, &new]);
    reread(&vendor, &mut log, "is in force");
    assert_eq!(published(), 2, "the next one is published before it signs");

    change(&folder.join("vendor.toml"), old.key_id(), new.key_id());
    publish(&[&new]);
    let told = reread(&vendor, &mut log, "stays in force").join("\n");
    assert!(told.contains("does not sign with the key"), "{told}");
    assert_eq!(published(), 2, "nothing is exchanged for a key that does not sign");

    signature(&new);
    reread(&vendor, &mut log, "is in force");
    assert_eq!(published(), 1);

    fs::write(folder.join("keys.json"), "[]").unwrap();
    reread(&vendor, &mut log, "stays in force");
    assert_eq!(published(), 1);
}
