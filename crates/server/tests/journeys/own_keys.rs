//! Keys of people's own for one `client_id`: beside secrets, each good for its holder alone.

use http::StatusCode;
use salver_jose::SigningKey;
use salver_oauth::client::recorded::Purpose;
use salver_server::flow::ban;
use salver_store::Outcome;
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
};
use serde_json::{Value, json};

use crate::{
    client_keys::{JWT_BEARER, assertion_named, assertion_of, key},
    own_clients::{CALLBACK, at, code, form_of, make, term},
    pushed::{on, push, request_uri},
    recorded as secrets,
    recorded::{confidential, enter, user_id},
    shared_clients::{join, own_secret, share},
    world::{VERIFIER, World, refused, tokens},
};

fn jwk(key: &SigningKey, id: Option<&str>) -> Value {
    let mut jwk = Value::Object(key.public_key().to_jwk());
    match id {
        Some(id) => jwk["kid"] = json!(id),
        None => drop(jwk.as_object_mut().unwrap().remove("kid")),
    }
    jwk
}

async fn paste(browser: &mut Browser, id: &str, (name, pasted): (&str, &str)) -> Page {
    let form = form_of(browser, id, "/keys").await.with("span", "365").with("overlap", "keep");
    browser.submit(&form.with("name", name).with("key", pasted)).await
}

/// Puts a key under one's own name; answers what assertions call it.
async fn own_key(browser: &mut Browser, id: &str, (name, jwk): (&str, &Value)) -> String {
    let page = paste(browser, id, (name, &jwk.to_string())).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(term(&page, "Client ID").as_deref(), Some(id));
    assert_eq!(term(&page, "Client secret"), None);
    let (_, rest) = page.text.split_once("<dt>Key ID</dt>").unwrap();
    let (_, rest) = rest.split_once("<bdi>").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

async fn redeem(world: &World, code: &str, jwt: &str) -> Page {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    post(world, &fields, jwt).await
}

async fn refresh(world: &World, token: &str, jwt: &str) -> Page {
    post(world, &[("grant_type", "refresh_token"), ("refresh_token", token)], jwt).await
}

async fn post(world: &World, fields: &[(&str, &str)], jwt: &str) -> Page {
    let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", jwt)];
    world.form("/token", &[fields, &proof].concat()).await
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".into())
}

fn invalid_client() -> (u16, String) {
    (401, "invalid_client".into())
}

#[tokio::test]
async fn one_member_has_a_secret_and_another_a_key_and_each_is_good_for_its_holder_alone() {
    let world = World::new().await;
    let (mut ada, mut bob, mut cyn) =
        (world.user("ada").await, world.user("bob").await, world.user("cyn").await);
    for name in ["ada", "bob", "cyn"] {
        join(&world, name, &["notes"]).await;
    }
    let (id, adas) = make(&mut ada, "Team App").await;
    assert_eq!(share(&mut ada, &id, "group:notes").await, StatusCode::SEE_OTHER);
    let bobs = own_secret(&mut bob, &id, "bob's desk").await;
    let (cyns, strangers) = (key(), key());
    let name = own_key(&mut cyn, &id, ("cyn's desk", &jwk(&cyns, Some("desk")))).await;
    assert_eq!(name, "desk");
    let signed = |key| assertion_named(&world, &id, key, Some("desk"));

    // The key of another, or none of theirs: the code stays good.
    let code_of_bob = code(&world, &mut bob, &id).await;
    let page = redeem(&world, &code_of_bob, &signed(&cyns)).await;
    assert_eq!(refused(&page), invalid_grant(), "cyn's key for bob's code: {}", page.text);
    let page = redeem(&world, &code_of_bob, &signed(&strangers)).await;
    assert_eq!(refused(&page), invalid_client(), "{}", page.text);
    let unnamed = assertion_named(&world, &id, &cyns, None);
    let page = redeem(&world, &code_of_bob, &unnamed).await;
    assert_eq!(refused(&page), invalid_client(), "without a kid nobody else's keys are tried");
    let of_bob = tokens(&secrets::redeem(&world, (&id, &bobs), &code_of_bob).await);
    let code_of_cyn = code(&world, &mut cyn, &id).await;
    for others in [&bobs, &adas] {
        let page = secrets::redeem(&world, (&id, others), &code_of_cyn).await;
        assert_eq!(refused(&page), invalid_grant());
    }
    let used = signed(&cyns);
    let of_cyn = tokens(&redeem(&world, &code_of_cyn, &used).await);
    assert!(world.is_active(&of_cyn.access).await);
    let page = refresh(&world, &of_cyn.refresh, &used).await;
    assert_eq!(refused(&page), invalid_client(), "an assertion is good once");
    let page = refresh(&world, &of_bob.refresh, &signed(&cyns)).await;
    assert_eq!(refused(&page), invalid_grant(), "a refresh token of another's");
    let of_cyn = tokens(&refresh(&world, &of_cyn.refresh, &signed(&cyns)).await);

    // The owner sees that there is a key, and not which; nobody else even that.
    let x = jwk(&cyns, None)["x"].as_str().unwrap().to_owned();
    let (seen_by_ada, seen_by_bob) = (ada.get(&at(&id, "")).await, bob.get(&at(&id, "")).await);
    assert!(
        seen_by_ada.text.contains("cyn&#39;s desk</bdi>”</span> (a key)"),
        "{}",
        seen_by_ada.text
    );
    assert!(!seen_by_ada.text.contains(&x) && !seen_by_bob.text.contains("cyn"));
    let kept = world.deps.store.list_client_secrets(&id).await.unwrap();
    let kept = kept.iter().find(|one| one.key.is_some()).unwrap();
    assert_eq!((&*kept.made_by, kept.holder), ("cyn", Some(user_id(&world, "cyn").await)));
    assert_eq!(kept.expires_at, Some(world.clock.now().plus_seconds(365 * 86_400)));
    assert!(world.deps.usage.take_secrets().iter().any(|(one, _)| *one == kept.id));

    // The owner ends it, and it alone; put here again it stays ended.
    let (_, rest) = seen_by_ada.text.split_once("cyn&#39;s desk").unwrap();
    let end = Form::to(rest, &at(&id, "/end"));
    assert_eq!(ada.submit(&end).await.status, StatusCode::SEE_OTHER);
    assert!(!world.is_active(&of_cyn.access).await);
    let page = refresh(&world, &of_cyn.refresh, &signed(&cyns)).await;
    assert!(page.status.is_client_error(), "{}", page.text);
    let code_of_cyn = code(&world, &mut cyn, &id).await;
    let page = redeem(&world, &code_of_cyn, &signed(&cyns)).await;
    assert_eq!(refused(&page), invalid_client());
    assert!(page.text.contains("was ended or has expired"), "{}", page.text);
    let page = paste(&mut cyn, &id, ("again", &jwk(&cyns, Some("other")).to_string())).await;
    assert!(page.text.contains("put that key here before"), "{}", page.text);
    let of_bob = tokens(&secrets::refresh(&world, (&id, &bobs), &of_bob.refresh).await);
    assert!(world.is_active(&of_bob.access).await);
}

#[tokio::test]
async fn keys_of_one_name_are_told_apart_and_one_without_a_name_is_its_holders() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let (id, _) = make(&mut ada, "Team App").await;
    assert_eq!(share(&mut ada, &id, "everybody").await, StatusCode::SEE_OTHER);
    let (adas, bobs) = (key(), key());
    // Whoever puts another's public key under their own name is in nobody's way.
    own_key(&mut ada, &id, ("bob's", &jwk(&bobs, Some("k")))).await;
    own_key(&mut ada, &id, ("mine", &jwk(&adas, Some("k")))).await;
    own_key(&mut bob, &id, ("mine", &jwk(&bobs, Some("k")))).await;
    for (why, key, key_id, expected) in [
        ("ada's for bob", &adas, Some("k"), invalid_grant()),
        ("… which names no key", &adas, None, invalid_client()),
        ("bob's by another name", &bobs, Some("j"), invalid_client()),
    ] {
        let code = code(&world, &mut bob, &id).await;
        let jwt = assertion_named(&world, &id, key, key_id);
        assert_eq!(refused(&redeem(&world, &code, &jwt).await), expected, "{why}");
        let jwt = assertion_named(&world, &id, &bobs, key_id.filter(|id| *id == "k"));
        tokens(&redeem(&world, &code, &jwt).await);
    }
    let end = form_of(&mut bob, &id, "/end").await;
    assert_eq!(bob.submit(&end).await.status, StatusCode::SEE_OTHER);
    let code_of_bob = code(&world, &mut bob, &id).await;
    for key_id in [Some("k"), None] {
        let page = redeem(&world, &code_of_bob, &assertion_named(&world, &id, &bobs, key_id)).await;
        assert!(page.text.contains("was ended or has expired"), "his, not ada's: {}", page.text);
    }
}

#[tokio::test]
async fn whoever_leaves_loses_their_key() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    join(&world, "ada", &["notes"]).await;
    join(&world, "bob", &["notes"]).await;
    let (id, _) = make(&mut ada, "Team App").await;
    assert_eq!(share(&mut ada, &id, "group:notes").await, StatusCode::SEE_OTHER);
    let bobs = key();
    own_key(&mut bob, &id, ("desk", &jwk(&bobs, None))).await;
    let signed = || assertion_of(&world, &id, &bobs);
    let code_of_bob = code(&world, &mut bob, &id).await;
    let of_bob = tokens(&redeem(&world, &code_of_bob, &signed()).await);
    let sent = form_of(&mut bob, &id, "/keys").await;
    let sent = sent.with("name", "next").with("key", &jwk(&key(), None).to_string());

    join(&world, "bob", &[]).await;
    let page = refresh(&world, &of_bob.refresh, &signed()).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED, "out of the group: {}", page.text);
    assert_eq!(bob.submit(&sent).await.status, StatusCode::NOT_FOUND);
    join(&world, "bob", &["notes"]).await;
    let of_bob = tokens(&refresh(&world, &of_bob.refresh, &signed()).await);
    assert_eq!(share(&mut ada, &id, "nobody").await, StatusCode::SEE_OTHER);
    assert!(!world.is_active(&of_bob.access).await);
    assert_eq!(share(&mut ada, &id, "everybody").await, StatusCode::SEE_OTHER);
    let code_of_bob = code(&world, &mut bob, &id).await;
    let page = redeem(&world, &code_of_bob, &signed()).await;
    assert!(page.text.contains("was ended or has expired"), "no longer shared with: {}", page.text);
    let next = key();
    own_key(&mut bob, &id, ("next", &jwk(&next, None))).await;
    let of_bob = tokens(&redeem(&world, &code_of_bob, &assertion_of(&world, &id, &next)).await);
    let bob_id = user_id(&world, "bob").await;
    let disabled = world.deps.store.disable_user(bob_id, world.clock.now()).await.unwrap();
    assert_eq!(disabled, Outcome::Applied);
    let page = refresh(&world, &of_bob.refresh, &assertion_of(&world, &id, &next)).await;
    assert!(page.status.is_client_error(), "disabled: {}", page.text);
}

#[tokio::test]
async fn what_is_pasted_is_one_public_key_and_two_work_beside_two_secrets() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let (id, secret) = make(&mut ada, "App").await;
    let (one, two, three) = (key(), key(), key());
    let mut private = jwk(&one, None);
    private["d"] = json!("cHJpdmF0ZSBoYWxm");
    for (name, pasted, words) in [
        ("x", private.to_string(), "That is a private key"),
        ("x", json!({ "keys": [private] }).to_string(), "That is a private key"),
        (
            "x",
            json!({ "keys": [jwk(&one, None), jwk(&two, None)] }).to_string(),
            "one key at a time",
        ),
        ("x", json!({ "kty": "EC", "crv": "P-521" }).to_string(), "No key in it can be used"),
        ("x", "https://a.example/jwks.json".to_owned(), "Paste a public key"),
        ("", jwk(&one, None).to_string(), "1 to 60"),
    ] {
        let page = paste(&mut ada, &id, (name, &pasted)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.contains(words), "{pasted}: {}", page.text);
        assert!(!page.text.contains("cHJpdmF0ZSBoYWxm"), "nothing private is shown again");
    }
    for (field, value) in [("span", "7"), ("overlap", "year")] {
        let form = form_of(&mut ada, &id, "/keys").await.with("span", "365");
        let form = form.with("overlap", "keep").with("key", &jwk(&one, None).to_string());
        let page = ada.submit(&form.with("name", "x").with(field, value)).await;
        assert!(page.text.contains("Choose one of the times"), "{field}: {}", page.text);
    }
    let form = form_of(&mut ada, &id, "/keys").await.with("span", "30").with("name", "first");
    let form = form.with("key", &json!({ "keys": [jwk(&one, None)] }).to_string());
    assert_eq!(ada.submit(&form).await.status, StatusCode::OK);
    let again = ada.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    own_key(&mut ada, &id, ("second", &jwk(&two, None))).await;
    let page = paste(&mut ada, &id, ("third", &jwk(&three, None).to_string())).await;
    assert!(page.text.contains("Two of your keys"), "{}", page.text);
    own_secret(&mut ada, &id, "another secret").await;

    // In place of the secret, beside it, and after its time no more.
    let code_of_ada = code(&world, &mut ada, &id).await;
    let issued = tokens(&redeem(&world, &code_of_ada, &assertion_of(&world, &id, &one)).await);
    let issued = tokens(&secrets::refresh(&world, (&id, &secret), &issued.refresh).await);
    world.clock.advance(30 * 86_400);
    let page = refresh(&world, &issued.refresh, &assertion_of(&world, &id, &one)).await;
    assert_eq!(refused(&page), invalid_client(), "{}", page.text);
    tokens(&refresh(&world, &issued.refresh, &assertion_of(&world, &id, &two)).await);
}

#[tokio::test]
async fn a_key_is_no_secret_and_stands_in_for_nothing_else() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let (id, _) = make(&mut ada, "App").await;
    let adas = key();
    own_key(&mut ada, &id, ("desk", &jwk(&adas, None))).await;
    let code_of_ada = code(&world, &mut ada, &id).await;
    let holder = user_id(&world, "ada").await;
    let thumbprint = adas.public_key().thumbprint().to_owned();
    for guess in [format!("{id} {holder} {thumbprint}"), jwk(&adas, None).to_string(), thumbprint] {
        let page = secrets::redeem(&world, (&id, &guess), &code_of_ada).await;
        assert_eq!(refused(&page), invalid_client(), "what is kept of a key is no secret");
    }
    let others = assertion_of(&world, "own_BwcHBwcHBwcHBwcHBwcHBw", &adas);
    let page = redeem(&world, &code_of_ada, &others).await;
    assert_eq!(refused(&page), invalid_grant(), "for another client");
    // A ban of the key shuts it out, and nothing else of hers.
    world.ban("key", adas.public_key().thumbprint()).await;
    ban::follow(&world.deps).await.unwrap();
    let page = redeem(&world, &code_of_ada, &assertion_of(&world, &id, &adas)).await;
    assert_eq!(refused(&page), invalid_client(), "{}", page.text);
    let next = key();
    own_key(&mut ada, &id, ("next", &jwk(&next, None))).await;
    tokens(&redeem(&world, &code_of_ada, &assertion_of(&world, &id, &next)).await);

    // Clients of developers have secrets and keys of their own.
    let app = enter(&world, Purpose::Application, "ada", (&confidential("App"), true)).await;
    let app = app.client_id.as_str();
    let code_of_app = code(&world, &mut ada, app).await;
    let page = redeem(&world, &code_of_app, &assertion_of(&world, app, &next)).await;
    assert_eq!(refused(&page), invalid_client(), "{}", page.text);
}

#[tokio::test]
async fn par_1_a_request_is_pushed_with_a_key_of_ones_own() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let (id, _) = make(&mut ada, "Team App").await;
    assert_eq!(share(&mut ada, &id, "everybody").await, StatusCode::SEE_OTHER);
    let (bobs, strangers) = (key(), key());
    own_key(&mut bob, &id, ("desk", &jwk(&bobs, Some("desk")))).await;
    let mine = assertion_named(&world, &id, &bobs, Some("desk"));
    for (why, jwt, taken) in [
        ("no key of anybody's", assertion_named(&world, &id, &strangers, Some("desk")), false),
        ("nobody can say whose", assertion_named(&world, &id, &bobs, None), false),
        ("it is one of the client's", mine.clone(), true),
        ("it is spent", mine, false),
    ] {
        let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
        let page = push(&world, &id, CALLBACK, &proof).await;
        assert_eq!(page.status == StatusCode::CREATED, taken, "{why}: {}", page.text);
        if taken {
            let asked = bob.get(&on(&id, &request_uri(&page))).await;
            let form = Form::to(&asked.text, "/authorize/consent").with("decision", "allow");
            let code = bob.submit(&form).await.answered("code").unwrap();
            let again = assertion_named(&world, &id, &bobs, Some("desk"));
            assert!(world.is_active(&tokens(&redeem(&world, &code, &again).await).access).await);
        }
    }
}
