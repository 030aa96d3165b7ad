//! Clients that are on record here (SPEC 8.3, DESIGN 4.1): the same pipeline, other evidence; secrets that belong to somebody.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use salver_oauth::{UserId, client::recorded::Purpose};
use salver_server::flow::registrar::{
    Act, Entry, EntryRefusal, Registrar, SecretRefusal, SecretWish,
};
use salver_store::{
    Outcome,
    record::{ClientContent, ClientState, RecordedClient, Sharing},
};
use salver_testkit::browser::{Browser, Page};
use serde_json::{Value, json};

use crate::world::{RESOURCE, VERIFIER, World, authorize, refused, tokens};

pub(crate) const CALLBACK: &str = "http://127.0.0.1:51004/callback";

/// Metadata of a client that has a secret.
pub(crate) fn confidential(name: &str) -> Value {
    json!({
        "client_name": name,
        "redirect_uris": ["http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_basic",
    })
}

pub(crate) async fn user_id(world: &World, name: &str) -> UserId {
    world.deps.store.find_user_by_name(name).await.unwrap().unwrap().id
}

pub(crate) fn registrar(world: &World) -> Registrar<'_> {
    Registrar {
        store: &*world.deps.store,
        secrets: &world.deps.secrets,
        chance: &*world.deps.chance,
        now: world.clock.now(),
    }
}

const ACT: Act<'_> = Act { by: "ada", what: "changed", note: "" };

/// Enters a client that is in force at once.
pub(crate) async fn enter(
    world: &World,
    purpose: Purpose,
    owner: &str,
    (metadata, vetted): (&Value, bool),
) -> RecordedClient {
    let entry = Entry {
        purpose,
        owner: Some(user_id(world, owner).await),
        metadata: &metadata.to_string(),
        state: ClientState::Approved,
        vetted,
        expires_at: None,
        document: None,
    };
    registrar(world).enter(entry, &world.deps.own_origins, ACT).await.unwrap()
}

pub(crate) async fn change(world: &World, client: &mut RecordedClient, content: ClientContent) {
    let changed = registrar(world).change(client, content, ACT).await.unwrap();
    assert_eq!(changed, Outcome::Applied);
    *client = world.deps.store.find_recorded_client(&client.client_id).await.unwrap().unwrap();
}

/// Gives a client a secret; answers it.
pub(crate) async fn secret(world: &World, client: &RecordedClient, holder: Option<&str>) -> String {
    let holder = match holder {
        Some(name) => Some(user_id(world, name).await),
        None => None,
    };
    let expires_at = Some(world.clock.now().plus_seconds(86_400));
    let wish = SecretWish { holder, name: "laptop", by: "ada", expires_at };
    registrar(world).make_secret(client, wish).await.unwrap().text.to_string()
}

pub(crate) fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

async fn code(world: &World, browser: &mut Browser, client_id: &str) -> String {
    world.allow(browser, client_id, CALLBACK, "notes:read").await.answered("code").unwrap()
}

pub(crate) async fn redeem(world: &World, (client_id, secret): (&str, &str), code: &str) -> Page {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    world.form_with("/token", &fields, Some(&basic(client_id, secret))).await
}

pub(crate) async fn refresh(world: &World, (client_id, secret): (&str, &str), token: &str) -> Page {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    world.form_with("/token", &fields, Some(&basic(client_id, secret))).await
}

#[tokio::test]
async fn who_is_on_record_logs_in_with_a_secret_and_the_page_says_whose_word_it_is() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    for (purpose, vetted, said) in [
        (Purpose::Application, true, "An administrator of"),
        (Purpose::Application, false, "The account <strong><bdi>ada</bdi></strong>"),
        (Purpose::Personal, false, "The account <strong><bdi>ada</bdi></strong>"),
    ] {
        let client = enter(&world, purpose, "ada", (&confidential("Notes App"), vetted)).await;
        let holder = (purpose == Purpose::Personal).then_some("ada");
        let own = secret(&world, &client, holder).await;
        let other = enter(&world, purpose, "ada", (&confidential("Other"), vetted)).await;
        let others = secret(&world, &other, holder).await;
        let id = client.client_id.as_str();
        let asked = ada.get(&authorize(id, CALLBACK, &[])).await;
        assert!(asked.text.contains(said), "{purpose:?}: {}", asked.text);
        let code = code(&world, &mut ada, id).await;
        let page = redeem(&world, (id, &others), &code).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()), "another client's secret");
        let page = world.redeem(id, &code, &[("redirect_uri", CALLBACK)]).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()), "none");
        let both = [("client_secret", own.as_str()), ("client_id", id), ("code", &code)];
        let page = world.form_with("/token", &both, Some(&basic(id, &own))).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "O21-35: {}", page.text);
        let issued = tokens(&redeem(&world, (id, &own), &code).await);
        assert!(world.is_active(&issued.access).await);
        let page = world.refresh(id, &issued.refresh).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()), "no downgrade");
        let next = tokens(&refresh(&world, (id, &own), &issued.refresh).await);
        assert!(world.is_active(&next.access).await);
    }
}

#[tokio::test]
async fn a_personal_client_and_its_secrets_are_good_for_their_person_alone() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let metadata = confidential("Team App");
    let mut client = enter(&world, Purpose::Personal, "ada", (&metadata, false)).await;
    let id = client.client_id.clone();
    let adas = secret(&world, &client, Some("ada")).await;
    let page = bob.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "whatever they know");
    assert!(page.text.contains("registered by somebody else"), "{}", page.text);

    let shared = ClientContent { shared_with: Some(Sharing::Everybody), ..client.content.clone() };
    change(&world, &mut client, shared).await;
    let bobs = secret(&world, &client, Some("bob")).await;
    let code = code(&world, &mut bob, &id).await;
    let page = redeem(&world, (&id, &adas), &code).await;
    assert_eq!(refused(&page), (400, "invalid_grant".into()), "{}", page.text);
    assert!(page.text.contains("another person"), "{}", page.text);
    let issued = tokens(&redeem(&world, (&id, &bobs), &code).await);
    let page = refresh(&world, (&id, &adas), &issued.refresh).await;
    assert_eq!(refused(&page), (400, "invalid_grant".into()), "{}", page.text);
    let next = tokens(&refresh(&world, (&id, &bobs), &issued.refresh).await);

    let bob_id = user_id(&world, "bob").await;
    let join = |groups| world.deps.store.set_groups(bob_id, groups);
    assert_eq!(join(vec!["notes".into()]).await.unwrap(), Outcome::Applied);
    let of_a_group = Some(Sharing::Group("notes".into()));
    let group = ClientContent { shared_with: of_a_group, ..client.content.clone() };
    change(&world, &mut client, group).await;
    assert_eq!(join(Vec::new()).await.unwrap(), Outcome::Applied);
    let page = refresh(&world, (&id, &bobs), &next.refresh).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED, "who leaves loses theirs: {}", page.text);
    assert_eq!(join(vec!["notes".into()]).await.unwrap(), Outcome::Applied);
    let again = refresh(&world, (&id, &bobs), &next.refresh).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    drop(ada.get("/account").await);
}

#[tokio::test]
async fn a_secret_that_has_ended_says_so_and_what_it_began_is_over() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let client = enter(&world, Purpose::Personal, "ada", (&confidential("Notes App"), false)).await;
    let id = client.client_id.as_str();
    let old = secret(&world, &client, Some("ada")).await;
    let new = secret(&world, &client, Some("ada")).await;
    let (with_old, with_new) = (code(&world, &mut ada, id).await, code(&world, &mut ada, id).await);
    let with_old = tokens(&redeem(&world, (id, &old), &with_old).await);
    let with_new = tokens(&redeem(&world, (id, &new), &with_new).await);
    let kept = world.deps.store.list_client_secrets(id).await.unwrap();
    let digest = world.deps.secrets.digest(&old);
    let ended = world.deps.store.find_client_secret(digest).await.unwrap().unwrap();
    assert_eq!(kept.len(), 2);
    let now = world.clock.now();
    let done = world.deps.store.end_client_secret(id, ended.id, now).await.unwrap();
    assert_eq!(done, Outcome::Applied);
    world.deps.revocations.refresh(&*world.deps.store, now).await.unwrap();
    assert!(!world.is_active(&with_old.access).await);
    let page = refresh(&world, (id, &old), &with_old.refresh).await;
    assert_eq!(refused(&page), (400, "invalid_grant".into()), "its installation has ended");
    let page = refresh(&world, (id, &old), &with_new.refresh).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
    assert!(page.text.contains("was ended or has expired"), "{}", page.text);
    let next = tokens(&refresh(&world, (id, &new), &with_new.refresh).await);
    world.clock.advance(86_400);
    world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
    let page = refresh(&world, (id, &new), &next.refresh).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()), "it has expired");
}

#[tokio::test]
async fn a_client_that_is_suspended_lets_nobody_in_and_what_it_had_ends() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let metadata = confidential("Notes App");
    let mut client = enter(&world, Purpose::Application, "ada", (&metadata, true)).await;
    let id = client.client_id.clone();
    let own = secret(&world, &client, None).await;
    let code_of_it = code(&world, &mut ada, &id).await;
    let issued = tokens(&redeem(&world, (&id, &own), &code_of_it).await);
    let content = client.content.clone();
    let suspended = ClientContent { state: ClientState::Suspended, ..content.clone() };
    change(&world, &mut client, suspended).await;
    world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
    assert!(!world.is_active(&issued.access).await);
    let page = ada.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let page = refresh(&world, (&id, &own), &issued.refresh).await;
    assert!(page.status.is_client_error(), "{}", page.text);

    // What waits for a reviewer is not in force; what was approved is.
    let written = confidential("Another Name").to_string();
    let submitted =
        ClientContent { state: ClientState::Submitted, draft: written, ..content.clone() };
    change(&world, &mut client, submitted).await;
    let page = ada.get(&authorize(&id, CALLBACK, &[])).await;
    assert!(
        page.text.contains("Notes App") && !page.text.contains("Another Name"),
        "{}",
        page.text
    );
    let draft = ClientContent { state: ClientState::Draft, in_force: None, ..content };
    change(&world, &mut client, draft).await;
    let page = ada.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "a draft is nobody");
}

#[tokio::test]
async fn what_changes_in_a_client_is_asked_about_again() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let callback = "https://app.example/cb";
    let at = |name: &str| {
        let mut metadata = confidential(name);
        metadata["redirect_uris"] = json!([callback]);
        metadata
    };
    let mut client = enter(&world, Purpose::Application, "ada", (&at("Notes App"), true)).await;
    let id = client.client_id.clone();
    let again = authorize(&id, callback, &[("scope", "notes:read")]);
    world.allow(&mut ada, &id, callback, "notes:read").await;
    assert_eq!(ada.get(&again).await.status, StatusCode::SEE_OTHER, "anchored: a yes counts");
    let written = at("Other App").to_string();
    let changed =
        ClientContent { draft: written.clone(), in_force: Some(written), ..client.content.clone() };
    change(&world, &mut client, changed).await;
    assert_eq!(ada.get(&again).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_breaks_a_rule_is_not_entered_and_a_third_secret_is_not_made() {
    let world = World::new().await;
    drop(world.user("ada").await);
    let ada = user_id(&world, "ada").await;
    let registrar = registrar(&world);
    let to = |uris: Value| {
        let mut metadata = confidential("App");
        metadata["redirect_uris"] = uris;
        metadata.to_string()
    };
    for (why, owner, metadata, refused) in [
        ("plain http", ada, to(json!(["http://app.example/cb"])), "redirect URI 0"),
        (
            "our own",
            ada,
            to(json!(["https://a.example/", "http://localhost:8080/x"])),
            "URI 1 is an address of this server",
        ),
        ("none", ada, to(json!([])), "no redirect_uris"),
        ("nobody", UserId::from_bytes([9; 16]), to(json!(["http://localhost/cb"])), "its owner"),
    ] {
        let entry = Entry {
            purpose: Purpose::Personal,
            owner: Some(owner),
            metadata: &metadata,
            state: ClientState::Approved,
            vetted: false,
            expires_at: None,
            document: None,
        };
        let refusal: EntryRefusal =
            registrar.enter(entry, &world.deps.own_origins, ACT).await.unwrap_err();
        assert!(refusal.to_string().contains(refused), "{why}: {refusal}");
    }
    for (scope, refused) in [
        ("notes:read elsewhere", false),
        ("", false),
        ("notes:\"read", true),
        (&*"notes:read ".repeat(50), true),
    ] {
        let mut metadata = confidential("App");
        metadata["scope"] = json!(scope);
        let entry = Entry {
            purpose: Purpose::Application,
            owner: Some(ada),
            metadata: &metadata.to_string(),
            state: ClientState::Approved,
            vetted: false,
            expires_at: None,
            document: None,
        };
        let entered = registrar.enter(entry, &world.deps.own_origins, ACT).await;
        let of_scope = matches!(entered, Err(EntryRefusal::Scope));
        assert_eq!((entered.is_err(), of_scope), (refused, refused), "{scope}");
    }
    let client = enter(&world, Purpose::Personal, "ada", (&confidential("App"), false)).await;
    for (name, refused) in
        [("", Some("its name")), ("laptop", None), ("work", None), ("third", Some("two secrets"))]
    {
        let wish = SecretWish { holder: Some(ada), name, by: "ada", expires_at: None };
        let made: Result<_, SecretRefusal> = registrar.make_secret(&client, wish).await;
        let told = made.as_ref().err().map(ToString::to_string);
        assert_eq!(told.is_some(), refused.is_some(), "{name}: {told:?}");
        assert!(told.is_none_or(|told| told.contains(refused.unwrap())), "{name}");
    }
}

#[tokio::test]
async fn an_address_that_the_operator_has_not_let_in_needs_a_reviewer() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let mut metadata = confidential("Notes App");
    metadata["redirect_uris"] = json!(["zapp://callback"]);
    for (purpose, vetted, let_in) in [
        (Purpose::Application, true, true),
        (Purpose::Application, false, false),
        (Purpose::Personal, false, false),
    ] {
        let client = enter(&world, purpose, "ada", (&metadata, vetted)).await;
        let page = ada.get(&authorize(&client.client_id, "zapp://callback", &[])).await;
        assert_eq!(page.status.is_success(), let_in, "{purpose:?} {vetted}: {}", page.text);
    }
}

#[tokio::test]
async fn who_is_for_one_server_is_for_none_when_that_is_gone() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    for (resource, error) in
        [("", None), (RESOURCE, None), ("http://localhost:8080/gone", Some("invalid_target"))]
    {
        let mut metadata = confidential("App");
        metadata["resource"] = json!(resource);
        let client = enter(&world, Purpose::Application, "ada", (&metadata, true)).await;
        let page = ada.get(&authorize(&client.client_id, CALLBACK, &[])).await;
        match error {
            None => assert_eq!(page.status, StatusCode::OK, "{resource}: {}", page.text),
            Some(error) => assert_eq!(page.answered("error").as_deref(), Some(error)),
        }
    }
}

#[tokio::test]
async fn decision_12_of_a_disabled_owner_only_what_others_have_looked_at_goes_on() {
    for (purpose, vetted) in
        [(Purpose::Application, true), (Purpose::Application, false), (Purpose::Personal, false)]
    {
        let world = World::new().await;
        drop(world.user("ada").await);
        let mut bob = world.user("bob").await;
        let mut client = enter(&world, purpose, "ada", (&confidential("App"), vetted)).await;
        let holder = (purpose == Purpose::Personal).then_some("bob");
        if holder.is_some() {
            let shared_with = Some(Sharing::Everybody);
            let shared = ClientContent { shared_with, ..client.content.clone() };
            change(&world, &mut client, shared).await;
        }
        let (id, own) = (client.client_id.clone(), secret(&world, &client, holder).await);
        let authorization = code(&world, &mut bob, &id).await;
        let issued = tokens(&redeem(&world, (&id, &own), &authorization).await);
        let ada = user_id(&world, "ada").await;
        let now = world.clock.now();
        assert_eq!(world.deps.store.disable_user(ada, now).await.unwrap(), Outcome::Applied);
        let page = bob.get(&authorize(&id, CALLBACK, &[])).await;
        let status = if vetted { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(page.status, status, "{purpose:?} {vetted}: {}", page.text);
        assert_eq!(page.text.contains("is disabled"), !vetted, "{purpose:?}: {}", page.text);
        let page = refresh(&world, (&id, &own), &issued.refresh).await;
        let status = if vetted { 200 } else { 401 };
        assert_eq!(page.status.as_u16(), status, "{purpose:?} {vetted}: {}", page.text);
    }
}
