//! What is signed, for whom, and what is not.

use std::time::Duration;

use salver_jose::{
    Algorithm, Ask, Checked, ExpectedAttestation, ExpectedStatement, KeySet, Signer as _,
    SigningKey, UnverifiedAssertion, UnverifiedAttestation, UnverifiedStatement,
};
use salver_oauth::Timestamp;

use super::world::{ISSUER, NOW, World, issuer, key, signed};
use crate::{CommandKey, Hook, Signing};

#[tokio::test]
async fn at_r_5_each_thing_is_signed_for_one_server_one_key_and_minutes() {
    let world = World::new(|_| {}).await;
    let device = world.enrolled("alice").await;
    let published = world.send("GET", "/oauth/jwks.json", "").await;
    let keys = KeySet::parse(published.said.to_string().as_bytes()).unwrap();
    let (now, server, other) =
        (Timestamp::from_unix(NOW), issuer(ISSUER), issuer("https://other.example"));

    let instance = key();
    let ask = Ask::Attestation { issuer: server.clone(), key: instance.public_key().clone() };
    let told = world.ask(&device, ask).await;
    let compact = told.said["attestation"].as_str().unwrap();
    let judged = |audience, longest_seconds| {
        let algorithms = &Algorithm::ALL;
        let expected = ExpectedAttestation { audience, algorithms, longest_seconds, now };
        UnverifiedAttestation::decode(compact).unwrap().verify(&keys, &expected)
    };
    let attestation = judged(&server, 300).unwrap();
    assert_eq!(attestation.thumbprint.as_ref(), instance.public_key().thumbprint());
    assert_eq!(attestation.checked, Some(Checked::DeviceKey));
    assert!(judged(&other, 300).is_err());
    assert!(judged(&server, 200).is_err());

    let told = world.ask(&device, Ask::Statement(server.clone())).await;
    let compact = told.said["software_statement"].as_str().unwrap();
    let judged = |audience| {
        let expected = ExpectedStatement {
            audience,
            algorithms: &Algorithm::ALL,
            longest_seconds: 300,
            type_name: Some("software-statement+jwt"),
            now,
        };
        UnverifiedStatement::decode(compact).unwrap().verify(&keys, &expected)
    };
    let statement = judged(&server).unwrap();
    assert_eq!(statement.issuer.as_ref(), "https://app.example");
    assert_eq!(statement.claims["client_name"], "App");
    assert_eq!(statement.claims["installation_check"], "device_key");
    // SW-2: a server demands them all.
    for name in ["iss", "aud", "iat", "exp", "software_id", "software_version", "redirect_uris"] {
        assert!(statement.claims.contains_key(name), "{name}");
    }
    assert!(statement.id.is_some() && !statement.claims.contains_key("client_id"));
    assert!(judged(&other).is_err());

    let told = world.ask(&device, Ask::Assertion(server.clone())).await;
    let compact = told.said["client_assertion"].as_str().unwrap();
    let judged =
        |audience| UnverifiedAssertion::decode(compact).unwrap().verify(&keys, audience, now);
    let assertion = judged(&server).unwrap();
    assert_eq!(assertion.expires_at, now.plus_seconds(60));
    assert!(judged(&other).is_err());
}

#[tokio::test]
async fn what_is_not_signed() {
    let world = World::new(|settings| {
        settings.audiences = crate::Audiences::parse(&["https://as.example".to_owned()]).unwrap();
    })
    .await;
    let (device, revoked) = (world.enrolled("alice").await, world.enrolled("bob").await);
    let id = revoked.key_id().to_owned();
    assert_eq!(world.vendor.store.revoke(&id, world.vendor.now()).await.unwrap(), 1);
    let statement = |of: &str| Ask::Statement(issuer(of));
    let remembered = world.enrolled("carol").await;
    let asked = world.ask(&remembered, Ask::Statement(issuer(ISSUER))).await;
    assert_eq!(asked.status, 200);
    let id = remembered.key_id().to_owned();
    assert_eq!(world.vendor.store.revoke(&id, world.vendor.now()).await.unwrap(), 1);
    let used = world.challenge();
    let replayed = signed(&device, &used, statement(ISSUER));
    assert_eq!(world.send("POST", "/installations", &replayed).await.status, 200);
    let fresh = || world.challenge();
    let stale = fresh();
    world.later(300);
    let for_another_service = {
        let request =
            salver_jose::InstallationRequest { challenge: fresh().into(), ask: statement(ISSUER) };
        let (signer, public) = (device.clone(), device.public_key());
        let service = "https://other.example/installations";
        salver_jose::sign_installation_request(signer, public, service, &request).unwrap()
    };
    for (why, body, expected) in [
        ("sound", signed(&device, &fresh(), statement(ISSUER)), "200"),
        ("replayed, whole", replayed, "400 use_challenge"),
        (
            "its challenge again",
            signed(&device, &used, Ask::Assertion(issuer(ISSUER))),
            "400 use_challenge",
        ),
        ("a stale challenge", signed(&device, &stale, statement(ISSUER)), "400 use_challenge"),
        ("a challenge of its own", signed(&device, "AAAA", statement(ISSUER)), "400 use_challenge"),
        (
            "another's audience",
            signed(&device, &fresh(), statement("https://evil.example")),
            "403 invalid_issuer",
        ),
        (
            "a stranger's key",
            signed(&key(), &fresh(), statement(ISSUER)),
            "401 unknown_installation",
        ),
        (
            "a revoked installation",
            signed(&revoked, &fresh(), statement(ISSUER)),
            "401 unknown_installation",
        ),
        (
            "one that was signed for before it was revoked",
            signed(&remembered, &fresh(), statement(ISSUER)),
            "401 unknown_installation",
        ),
        ("for another service", for_another_service, "400 invalid_request"),
        ("no request", "x".to_owned(), "400 invalid_request"),
        ("too long", "x".repeat(70_000), "413"),
    ] {
        assert_eq!(world.send("POST", "/installations", &body).await.short(), expected, "{why}");
    }
    let told = world.send("POST", "/installations", "x").await;
    assert!(told.said["challenge"].is_string(), "the next challenge comes with every answer");
}

#[tokio::test]
async fn a_flood_gets_429_and_nobody_else_does() {
    let world = World::new(|settings| {
        settings.limits.requests = 40;
        settings.limits.per_installation = 2;
        settings.limits.per_account = 3;
    })
    .await;
    let (first, second) = (world.enrolled("alice").await, world.enrolled("alice").await);
    let other = world.enrolled("bob").await;
    for (device, expected) in [
        (&first, "200"),
        (&first, "200"),
        (&first, "429 slow_down"),
        (&second, "200"),
        (&second, "429 slow_down"),
        (&other, "200"),
    ] {
        let told = world.ask(device, Ask::Statement(issuer(ISSUER))).await;
        assert_eq!(told.short(), expected);
        assert_eq!(told.retry_after.is_some(), told.status == 429);
    }
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(world.send("POST", "/installations/challenge", "").await.status);
    }
    assert!(answers.contains(&200) && answers.ends_with(&[429]), "{answers:?}");
    let elsewhere = world.send_from("198.51.100.1:1", "POST", "/installations/challenge", "").await;
    assert_eq!(elsewhere.status, 200);
    assert_eq!(world.send("GET", "/oauth/client.json", "").await.status, 200);
    world.later(3_600);
    assert_eq!(world.ask(&first, Ask::Statement(issuer(ISSUER))).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_one_request_sent_twice_at_once_one_is_answered() {
    let world = World::new(|_| {}).await;
    let device = world.enrolled("alice").await;
    for _ in 0..10 {
        let body = signed(&device, &world.challenge(), Ask::Statement(issuer(ISSUER)));
        let send = || world.send("POST", "/installations", &body);
        let (one, other) = tokio::join!(send(), send());
        let mut told = [one.short(), other.short()];
        told.sort();
        assert_eq!(told, ["200", "400 use_challenge"]);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signing_command_that_fails_is_told_and_all_else_is_answered() {
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let signature = folder.path().join("signature");
    // Whoever starts has it sign this word; nothing else was signed beforehand.
    std::fs::write(&signature, key.sign(b"salver").unwrap()).unwrap();
    let command = [
        "/bin/sh".to_owned(),
        "-c".to_owned(),
        format!("cat >/dev/null; cat '{}'", signature.display()),
    ];
    let hook = Hook::new(&command, Duration::from_secs(20), 1024).unwrap();
    let published: KeySet = std::iter::once(key.public_key().clone()).collect();
    let command = CommandKey::new(hook, key.key_id(), published).unwrap();
    let world = World::signing_with(Signing::Command(Box::new(command)), |_| {}).await;
    let device = world.enrolled("alice").await;
    let told = world.ask(&device, Ask::Statement(issuer(ISSUER))).await;
    assert_eq!(told.short(), "503 temporarily_unavailable");
    for path in ["/oauth/client.json", "/oauth/jwks.json"] {
        assert_eq!(world.send("GET", path, "").await.status, 200, "{path}");
    }
}
