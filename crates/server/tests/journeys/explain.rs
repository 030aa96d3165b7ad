//! What is explained is what a login comes to, and explaining leaves nothing behind.

use http::StatusCode;
use salver_oauth::{
    Timestamp,
    client::{id::ClientId, substance::substance},
};
use salver_policy::{
    evidence::{Evidence, EvidenceKind},
    judge::Outcome,
    rules::PolicySection,
};
use salver_server::flow::{
    client::{self, Reach},
    explain::{Asking, ExplainRefusal, Explained, Question, explain},
};
use salver_store::record::{Audience, NewApproval};
use salver_testkit::web::Reply;
use serde_json::json;

use crate::world::{
    BAN_REASON, ENTERED_CLIENT, NATIVE_CALLBACK, NATIVE_CLIENT, RESOURCE, WEB_CALLBACK, WEB_CLIENT,
    World, authorize, policy,
};

const RULES: &str = r#"
preset = "none"
[hosts]
keys = ["web.example"]
[[rules]]
name = "staff"
sentence = "Staff may try what they like."
when = { group = ["staff"] }
then = "allow"
[[rules]]
name = "web"
sentence = "The web app may read."
when = { document = ["https://web.example/client.json", "https://web.example/keys.json"] }
then = "allow"
limits = { scopes = "notes:read" }
[[rules]]
name = "native"
sentence = "Somebody looks at programs first."
when = { redirect = ["loopback"] }
then = "review"
"#;

fn set_rules(world: &World) {
    let section: PolicySection = toml::from_str(RULES).unwrap();
    let rules = policy(&section).rules.clone();
    world.deps.policy.set_rules(&rules);
}

fn asking(client: &str) -> Question<'_> {
    Question {
        client: Asking::ClientId(client),
        redirect_uri: None,
        resource: Some("notes"),
        user: None,
        scopes: Some("notes:read notes:write"),
        pushed: None,
    }
}

fn outcome(explained: &Explained) -> (&str, Option<&str>) {
    let verdict = &explained.outcome.as_ref().unwrap().verdict;
    (verdict.outcome.kind().id(), verdict.rule.as_deref())
}

#[tokio::test]
async fn it_says_what_a_login_comes_to() {
    let world = World::new().await;
    set_rules(&world);
    let mut alice = world.user("alice").await;
    for (client, callback, verdict, page) in [
        (WEB_CLIENT, WEB_CALLBACK, ("allow", Some("web")), "/authorize/consent"),
        (NATIVE_CLIENT, NATIVE_CALLBACK, ("review", Some("native")), "A reviewer decides first"),
        (
            ENTERED_CLIENT,
            "http://localhost:1/oauth/callback",
            ("review", Some("native")),
            "A reviewer decides first",
        ),
    ] {
        let question = Question { redirect_uri: Some(callback), ..asking(client) };
        let explained = explain(&world.deps, &question).await.unwrap();
        assert_eq!(explained.iter().map(outcome).collect::<Vec<_>>(), [verdict], "{client}");
        let login = alice.get(&authorize(client, callback, &[])).await;
        assert_eq!(login.status, StatusCode::OK);
        assert!(login.text.contains(page), "{page} in {}", login.text);
    }
    let text = explain(&world.deps, &asking(WEB_CLIENT)).await.unwrap()[0].to_string();
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn each_redirect_uri_is_explained_unless_one_is_named() {
    let world = World::new().await;
    set_rules(&world);
    let all = explain(&world.deps, &asking(NATIVE_CLIENT)).await.unwrap();
    let uris: Vec<&str> = all.iter().map(|one| &*one.redirect_uri).collect();
    assert_eq!(uris, ["http://127.0.0.1/callback", "http://localhost/callback"]);
    let other = Question { redirect_uri: Some("https://evil.example/"), ..asking(NATIVE_CLIENT) };
    let other = explain(&world.deps, &other).await.unwrap();
    assert!(other[0].outcome.is_err());
    assert!(other[0].to_string().starts_with("the login ends on a page: "), "{}", other[0]);
}

#[tokio::test]
async fn a_person_brings_their_groups_and_what_was_approved_for_them() {
    let world = World::new().await;
    set_rules(&world);
    for name in ["alice", "bob"] {
        world.user(name).await;
    }
    let store = &world.deps.store;
    let id = |name: &'static str| async move {
        store.find_user_by_name(name).await.unwrap().unwrap().id
    };
    let (alice, bob) = (id("alice").await, id("bob").await);
    let _ = store.set_groups(alice, vec!["staff".into()]).await.unwrap();
    let native = ClientId::parse(NATIVE_CLIENT).unwrap();
    let found = client::find(&world.deps, &native, Reach::Look).await.unwrap().unwrap();
    let approval = NewApproval {
        case: None,
        client_id: NATIVE_CLIENT.into(),
        recipient: "loopback".into(),
        substance: substance(&found.metadata),
        resource: Some(RESOURCE.into()),
        audience: Audience::User(bob),
        until: None,
        by: "an administrator".into(),
        at: Timestamp::from_unix(0),
    };
    store.add_approval(approval).await.unwrap();
    for (user, resource, verdict, reason) in [
        (None, "notes", ("review", Some("native")), "rule"),
        (Some("alice"), "notes", ("allow", Some("staff")), "rule"),
        (Some("bob"), "notes", ("allow", Some("native")), "approved"),
        (Some("bob"), "other", ("review", Some("native")), "rule"),
    ] {
        let question = Question { user, resource: Some(resource), ..asking(NATIVE_CLIENT) };
        let explained = explain(&world.deps, &question).await.unwrap();
        assert_eq!(outcome(&explained[0]), verdict, "{user:?} at {resource}");
        let explanation = explained[0].outcome.as_ref().unwrap();
        assert_eq!(explanation.verdict.reason.id(), reason);
        let shown = explanation.facts.iter().find(|fact| fact.label == "user").unwrap();
        assert_eq!(shown.value, user.unwrap_or("nobody who is named"));
    }
}

#[tokio::test]
async fn a_document_need_not_be_published_yet() {
    let world = World::new().await;
    set_rules(&world);
    let keys = |uri: &str| {
        json!({
            "client_id": "https://web.example/keys.json", "client_name": "App",
            "redirect_uris": [WEB_CALLBACK], "jwks_uri": uri,
            "token_endpoint_auth_method": "private_key_jwt",
        })
        .to_string()
    };
    for (uri, refused) in
        [("https://web.example/jwks", None), ("https://other.example/jwks", Some("other.example"))]
    {
        let document = keys(uri);
        let client = Asking::Document(document.as_bytes());
        let explained = explain(&world.deps, &Question { client, ..asking("") }).await.unwrap();
        assert_eq!(outcome(&explained[0]), ("allow", Some("web")));
        assert_eq!(explained[0].refused_key_host.as_deref(), refused);
        let last = explained[0].to_string().lines().last().unwrap().to_owned();
        assert_eq!(last.ends_with("which is not listed: deny"), refused.is_some(), "{last}");
    }
}

#[tokio::test]
async fn a_ban_is_told_and_nothing_is_left_behind() {
    let world = World::new().await;
    let store = &world.deps.store;
    world.ban("domain", "web.example").await;
    world.deps.bans.refresh(&**store).await.unwrap();
    let explained = explain(&world.deps, &asking(WEB_CLIENT)).await.unwrap();
    let verdict = &explained[0].outcome.as_ref().unwrap().verdict;
    assert_eq!((&verdict.outcome, verdict.reason.id()), (&Outcome::Deny, "ban"));
    assert!(explained[0].to_string().contains(&format!("ban 1: {BAN_REASON}")));
    assert_eq!(store.count_verdicts().await.unwrap(), 0);
    assert!(store.list_versions(WEB_CLIENT).await.unwrap().is_empty());
    assert_eq!(store.find_first_seen(WEB_CLIENT).await.unwrap(), None);
}

#[tokio::test]
async fn what_comes_to_no_verdict_is_refused() {
    let world = World::new().await;
    world.user("carol").await;
    let carol = world.deps.store.find_user_by_name("carol").await.unwrap().unwrap();
    let _ = world.deps.store.disable_user(carol.id, world.clock.now()).await.unwrap();
    world.web.set("https://other.example/c", Reply { status: 404, ..Reply::json("") });
    let long = " ".repeat(6_000);
    let document = |text| Question { client: Asking::Document(text), ..asking("") };
    let refused = |question| async {
        let question = question;
        explain(&world.deps, &question).await.unwrap_err()
    };
    assert!(matches!(refused(asking("nobody")).await, ExplainRefusal::Login(_)));
    assert!(matches!(refused(asking("https://other.example/c")).await, ExplainRefusal::Login(_)));
    assert!(matches!(refused(asking("http://web.example/c")).await, ExplainRefusal::Login(_)));
    assert!(matches!(refused(document(long.as_bytes())).await, ExplainRefusal::TooLong(6_000)));
    assert!(matches!(refused(document(b"{}")).await, ExplainRefusal::NoUrl));
    let question = Question { resource: None, ..asking(WEB_CLIENT) };
    assert!(matches!(refused(question).await, ExplainRefusal::Request(_)), "two resources");
    let question = Question { resource: Some("none"), ..asking(WEB_CLIENT) };
    assert!(matches!(refused(question).await, ExplainRefusal::NoResource(_)));
    let question = Question { user: Some("dave"), ..asking(WEB_CLIENT) };
    assert!(matches!(refused(question).await, ExplainRefusal::NoUser(_)));
    let question = Question { user: Some("carol"), ..asking(WEB_CLIENT) };
    assert!(matches!(refused(question).await, ExplainRefusal::Disabled(_)));
}

#[tokio::test]
async fn how_the_request_comes_is_judged_as_it_would_be() {
    let section: PolicySection = toml::from_str(
        r#"
[[rules]]
name = "attested"
sentence = "Programs have to be attested."
when = { redirect = ["loopback"] }
unless = { rung = "attested" }
then = "deny"
"#,
    )
    .unwrap();
    let shown = |kind: EvidenceKind| Some(Evidence::from(kind));
    for requires_push in [false, true] {
        let world = World::told(|settings| settings.pushed_requests.required = requires_push).await;
        world.deps.policy.set_rules(&policy(&section).rules);
        for (pushed, expected) in [
            (None, "deny"),
            (Some(Evidence::NONE), "deny"),
            (shown(EvidenceKind::UserAttested), "deny"),
            (shown(EvidenceKind::DeviceKey), "allow"),
        ] {
            let question = Question { pushed, ..asking(NATIVE_CLIENT) };
            let explained = explain(&world.deps, &question).await;
            if requires_push && pushed.is_none() {
                let refused = explained.unwrap_err().to_string();
                assert!(refused.ends_with("the request was not pushed"), "PAR-3: {refused}");
                continue;
            }
            let explained = explained.unwrap();
            assert_eq!(outcome(&explained[0]).0, expected, "{pushed:?}");
            let text = explained[0].to_string();
            let fact =
                if pushed.is_some() { "pushed request   yes" } else { "pushed request   no" };
            assert!(text.contains(fact), "{text}");
        }
    }
}
