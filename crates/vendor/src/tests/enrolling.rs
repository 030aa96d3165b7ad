//! Who becomes known, and as whose.

use std::{sync::Arc, time::Duration};

use salver_jose::{Algorithm, Ask, EnrolBy, KeySet, Signer as _, SigningKey};
use salver_store::sqlite::vendor::Checked;
use salver_testkit::web::Reply;
use serde_json::{Value, json};

use super::world::{ISSUER, NOW, World, by_code, issuer, key, signed};
use crate::{Hook, SignIn};

#[tokio::test]
async fn a_code_is_good_once_and_guessing_ends_soon() {
    let world = World::new(|_| {}).await;
    let (alices, late) = (world.code("alice").await, world.code("alice").await);
    let device = key();
    let lower = alices.to_lowercase().replace('-', "");
    let whole = signed(&device, &world.challenge(), by_code(&lower));
    for expected in ["200", "403 enrolment_refused"] {
        assert_eq!(world.send("POST", "/installations", &whole).await.short(), expected);
    }
    assert_eq!(world.ask(&key(), by_code(&alices)).await.short(), "403 enrolment_refused");
    world.later(900);
    assert_eq!(world.ask(&key(), by_code(&late)).await.short(), "403 enrolment_refused");
    let mut told = Vec::new();
    for number in 0..6 {
        let guess = format!("0000-0000-{number:04}");
        told.push(world.ask(&key(), by_code(&guess)).await.short());
    }
    assert_eq!(told.last().map(String::as_str), Some("429 slow_down"), "{told:?}");
    let right = world.code("alice").await;
    assert_eq!(world.ask(&key(), by_code(&right)).await.short(), "429 slow_down");
    let others = signed(&key(), &world.challenge(), by_code(&world.code("bob").await));
    let elsewhere = world.send_from("198.51.100.1:1", "POST", "/installations", &others).await;
    assert_eq!(elsewhere.short(), "200", "another network has guessed nothing");
    world.later(60);
    assert_eq!(world.ask(&key(), by_code(&right)).await.short(), "200");
}

#[tokio::test]
async fn a_device_key_is_one_accounts_and_an_account_has_so_many() {
    let world = World::new(|settings| settings.limits.installations = 1).await;
    let device = world.enrolled("alice").await;
    let enrol = async |device: &Arc<SigningKey>, account: &str| {
        let code = world.code(account).await;
        world.ask(device, by_code(&code)).await.short()
    };
    assert_eq!(enrol(&device, "alice").await, "200", "once more the same");
    assert_eq!(enrol(&device, "bob").await, "403 key_in_use");
    assert_eq!(enrol(&key(), "alice").await, "403 too_many_installations");
    world.vendor.store.revoke(device.key_id(), world.vendor.now()).await.unwrap();
    assert_eq!(enrol(&device, "alice").await, "403 key_in_use", "a revoked key stays revoked");
    assert_eq!(enrol(&key(), "alice").await, "200");
}

#[tokio::test]
async fn ways_that_are_not_set_up_are_refused() {
    let world = World::new(|settings| settings.codes = false).await;
    for by in [
        EnrolBy::Code("ABCD".into()),
        EnrolBy::IdToken("a.b.c".into()),
        EnrolBy::Evidence(Value::Null),
    ] {
        assert_eq!(world.ask(&key(), Ask::Enrol(by)).await.short(), "403 enrolment_refused");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_vendors_command_judges_the_platforms_evidence() {
    for (script, expected) in [
        ("cat >/dev/null; echo alice", "200 alice"),
        ("cat >/dev/null", "200 itself"),
        (r#"grep -q '"evidence":{"quote":"good"}'"#, "200 itself"),
        (r#"grep -q '"evidence":{"quote":"other"}'"#, "403 enrolment_refused"),
        ("exit 1", "403 enrolment_refused"),
        ("kill -9 $$", "403 enrolment_refused"),
        ("exec cat /dev/zero", "403 enrolment_refused"),
        ("printf 'a\\nb'", "403 enrolment_refused"),
        ("exec sleep 600", "403 enrolment_refused"),
    ] {
        let command = ["/bin/sh", "-c", script].map(str::to_owned);
        let hook = Hook::new(&command, Duration::from_secs(1), 4096);
        let world = World::new(|settings| settings.platform = hook).await;
        let device = key();
        let evidence = json!({ "quote": "good" });
        let told = world.ask(&device, Ask::Enrol(EnrolBy::Evidence(evidence))).await;
        let known = world.vendor.store.find_installation(device.key_id()).await.unwrap();
        let account = known.map(|known| {
            assert_eq!(known.checked, Checked::Platform);
            let itself = known.account == device.key_id();
            if itself { " itself".to_owned() } else { format!(" {}", known.account) }
        });
        assert_eq!(
            format!("{}{}", told.short(), account.unwrap_or_default()),
            expected,
            "{script}"
        );
    }
}

#[tokio::test]
async fn the_vendors_sign_in_names_the_account_and_gives_no_more_than_user() {
    let world = World::new(|settings| {
        settings.sign_in = Some(SignIn {
            issuer: "https://login.example".into(),
            client_id: "desktop".into(),
            keys_url: "https://login.example/jwks".into(),
        });
    })
    .await;
    let provider = SigningKey::generate(Algorithm::Es256).unwrap();
    let set: KeySet = std::iter::once(provider.public_key().clone()).collect();
    let unreachable = world.ask(&key(), Ask::Enrol(EnrolBy::IdToken("a.b.c".into()))).await;
    assert_eq!(unreachable.short(), "503 temporarily_unavailable");
    world.web.set("https://login.example/jwks", Reply::json(set.to_json()));
    world.later(60);
    let device = key();
    let token = |nonce: &str| id_token(&provider, nonce);
    for (nonce, expected) in [
        (key().key_id(), "403 enrolment_refused"),
        (device.key_id(), "200"),
        (device.key_id(), "200"),
    ] {
        let told = world.ask(&device, Ask::Enrol(EnrolBy::IdToken(token(nonce).into()))).await;
        assert_eq!(told.short(), expected);
    }
    let known = world.vendor.store.find_installation(device.key_id()).await.unwrap().unwrap();
    assert_eq!((known.account.as_str(), known.checked), ("alice", Checked::User));

    // The provider rotates its keys: who names one that nobody has seen makes us ask it, at most once a minute.
    let next = SigningKey::generate(Algorithm::Es256).unwrap();
    let set: KeySet = std::iter::once(next.public_key().clone()).collect();
    world.web.set("https://login.example/jwks", Reply::json(set.to_json()));
    for (why, seconds, signer, expected) in [
        ("they were asked for just now", 0, &next, "403 enrolment_refused"),
        ("a minute later", 60, &next, "200"),
        ("the old one is gone", 0, &provider, "403 enrolment_refused"),
    ] {
        world.later(seconds);
        let token = id_token(signer, device.key_id());
        let told = world.ask(&device, Ask::Enrol(EnrolBy::IdToken(token.into()))).await;
        assert_eq!(told.short(), expected, "{why}");
    }
    let told = world.ask(&device, Ask::Statement(issuer(ISSUER))).await;
    let statement = told.said["software_statement"].as_str().unwrap();
    let payload = base64::Engine::decode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        statement.split('.').nth(1).unwrap(),
    );
    let claims: Value = serde_json::from_slice(&payload.unwrap()).unwrap();
    assert_eq!(claims["installation_check"], "user");
}

fn id_token(provider: &SigningKey, nonce: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
    let claims = json!({
        "iss": "https://login.example", "aud": "desktop", "sub": "alice",
        "nonce": nonce, "iat": NOW, "exp": NOW + 600,
    });
    let header = json!({ "alg": "ES256", "kid": provider.key_id() });
    let input = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    format!("{input}.{}", B64.encode(provider.sign(input.as_bytes()).unwrap()))
}
