//! Rules and bans, as people and clients meet them: at the page, at the token endpoint, and in what was let in before.

use http::StatusCode;
use salver_policy::rules::PolicySection;
use salver_server::flow::{ban, client::DOCUMENT};
use salver_store::record::VerdictOutcome;
use salver_testkit::web::Reply;
use serde_json::{Value, json};

use crate::{
    client_keys::claims,
    world::{
        ENTERED_CALLBACK, ENTERED_CLIENT, NATIVE_CALLBACK, NATIVE_CLIENT, RESOURCE, WEB_CALLBACK,
        WEB_CLIENT, World, authorize, policy, refused,
    },
};

/// A world under these rules.
async fn world(section: Value) -> World {
    let world = World::new().await;
    set_rules(&world, section);
    world
}

fn set_rules(world: &World, section: Value) {
    let section: PolicySection = serde_json::from_value(section).unwrap();
    world.deps.policy.set_rules(&policy(&section).rules);
}

fn is_wait_page(text: &str) -> bool {
    text.contains("action=\"/authorize/access\"")
}

/// The policy of issue "Who may come in": exactly four clients by their documents, all others to the reviewers.
fn our_four() -> Value {
    json!({
        "preset": "none",
        "rules": [
            {
                "name": "our-four",
                "sentence": "The four apps that we support.",
                "when": { "document": [
                    "https://vscode.dev/oauth/client-metadata.json",
                    "https://claude.ai/oauth/claude-code-client-metadata",
                    "https://claude.ai/oauth/mcp-oauth-client-metadata",
                    "https://chatgpt.com/oauth/client.json"
                ] },
                "then": "allow",
                "limits": {
                    "redirect_hosts": ["vscode.dev", "claude.ai", "chatgpt.com"],
                    "key_hosts": ["chatgpt.com"],
                    "picture_hosts": ["code.visualstudio.com", "claude.ai", "persistent.oaistatic.com"]
                }
            },
            { "name": "others", "sentence": "Others are looked at first.", "then": "review" }
        ]
    })
}

#[tokio::test]
async fn one_short_policy_lets_in_exactly_four_and_sends_others_to_the_reviewers() {
    let world = world(our_four()).await;
    let mut browser = world.user("alice").await;
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/clients");
    for (file, callback, waits) in [
        ("vscode", "http://127.0.0.1:33418/", false),
        ("vscode", "https://vscode.dev/redirect", false),
        ("claude-code", "http://localhost:54545/callback", false),
        ("claude", "https://claude.ai/api/mcp/auth_callback", false),
        ("chatgpt", "https://chatgpt.com/connector_platform_oauth_redirect", false),
        ("zed", "http://127.0.0.1:50507/callback", true),
        ("opencode", "http://127.0.0.1:19876/callback", true),
        ("codex", "http://127.0.0.1:39123/callback", true),
    ] {
        let document = std::fs::read(format!("{fixtures}/{file}.json")).unwrap();
        let members: Value = serde_json::from_slice(&document).unwrap();
        let client_id = members["client_id"].as_str().unwrap();
        world.web.set(client_id, Reply::json(document));
        let page = browser.get(&authorize(client_id, callback, &[])).await;
        assert_eq!(page.status, StatusCode::OK, "{file}: {}", page.text);
        assert_eq!(is_wait_page(&page.text), waits, "{file}: {}", page.text);
        if !waits {
            let tokens = world.login(&mut browser, client_id, callback, "notes:read").await;
            assert_eq!(tokens.scope, "notes:read", "{file}");
        }
    }
}

#[tokio::test]
async fn a_rule_that_denies_is_a_page_with_its_sentence_and_never_a_redirect() {
    let rules = json!({ "preset": "open", "rules": [{
        "name": "no-web", "sentence": "That vendor is not for us.",
        "when": { "publisher": ["web.example"] }, "then": "deny"
    }] });
    let world = world(rules).await;
    let mut browser = world.user("alice").await;
    let page = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("That vendor is not for us."), "{}", page.text);
    assert!(!page.headers.contains_key("location"));
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::OK, "its neighbour");
    let kept = world.deps.store.list_verdicts(0, 10).await.unwrap();
    assert_eq!(kept.len(), 1, "what ends at the page is kept, and what was not answered is not");
    assert_eq!((kept[0].outcome, kept[0].rule.as_str()), (VerdictOutcome::Deny, "no-web"));
}

#[tokio::test]
async fn a_warning_of_the_operator_stands_on_the_page() {
    let rules = json!({ "preset": "open", "rules": [{
        "name": "try-out", "sentence": "Anything on this computer.",
        "when": { "redirect": ["loopback"] }, "then": "warn", "warn": "Only with test data."
    }] });
    let world = world(rules).await;
    let mut browser = world.user("alice").await;
    for (client, callback, warned) in
        [(NATIVE_CLIENT, NATIVE_CALLBACK, true), (WEB_CLIENT, WEB_CALLBACK, false)]
    {
        let page = browser.get(&authorize(client, callback, &[])).await;
        assert_eq!(page.text.contains("Only with test data."), warned, "{client}");
    }
}

#[tokio::test]
async fn ceilings_narrow_and_say_so_and_refuse_only_if_nothing_is_left() {
    let world = world(json!({ "ceilings": { "published": { "scopes": "notes:read" } } })).await;
    let mut browser = world.user("alice").await;
    let both = [("scope", "notes:read notes:write")];
    let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &both)).await;
    assert!(page.text.contains("What it asked for and does not get"), "{}", page.text);
    let tokens =
        world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read notes:write").await;
    assert_eq!(tokens.scope, "notes:read");
    assert_eq!(claims(&tokens.access)["scope"], "notes:read");
    let tokens =
        world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read notes:write").await;
    assert_eq!(tokens.scope, "notes:read notes:write", "anchored: another rung");
    let page =
        browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[("scope", "notes:write")])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
}

#[tokio::test]
async fn terms_of_a_rule_reach_the_tokens() {
    let rules = json!({ "rules": [{
        "name": "short", "sentence": "Not for long.",
        "when": { "publisher": ["web.example"] }, "then": "allow",
        "limits": { "access_token_seconds": 60, "refresh_unused_days": 2, "grant_days": 5 }
    }] });
    let world = world(rules).await;
    let mut browser = world.user("alice").await;
    let tokens = world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let said = claims(&tokens.access);
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 60);
    let other = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let said = claims(&other.access);
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 600);

    let mut last = tokens.refresh;
    for day in 1..=4 {
        world.clock.advance(86_400);
        world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
        let page = world.refresh(WEB_CLIENT, &last).await;
        assert_eq!(page.status, StatusCode::OK, "day {day}: {}", page.text);
        last = crate::world::tokens(&page).refresh;
    }
    world.clock.advance(86_400 + 1);
    world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
    assert_eq!(
        refused(&world.refresh(WEB_CLIENT, &last).await),
        (400, "invalid_grant".to_owned()),
        "the grant is over, however often it was used"
    );
}

#[tokio::test]
async fn consent_every_time_asks_where_a_yes_would_be_remembered() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let ask = authorize(WEB_CLIENT, WEB_CALLBACK, &[("scope", "notes:read")]);
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    assert_eq!(browser.get(&ask).await.status, StatusCode::SEE_OTHER);
    set_rules(
        &world,
        json!({ "rules": [{
            "name": "always", "sentence": "Asked each time.", "then": "allow",
            "limits": { "consent": "every_time" }
        }] }),
    );
    assert_eq!(browser.get(&ask).await.status, StatusCode::OK);
}

#[tokio::test]
async fn design_4_2_no_rule_takes_the_question_away_where_others_could_sit() {
    let rules = json!({ "preset": "none", "rules": [
        { "name": "all", "sentence": "Everybody.", "then": "allow" }
    ] });
    let world = world(rules).await;
    let mut browser = world.user("alice").await;
    for _ in 0..2 {
        let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::OK, "asked each time");
        world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    }
}

#[tokio::test]
async fn what_a_rule_requires_and_nobody_brings_ends_the_login() {
    for (requirement, words) in [("dpop", "DPoP"), ("attestation", "attest this very installation")]
    {
        let rules = json!({ "rules": [{
            "name": "strict", "sentence": "Strict.", "then": "allow",
            "limits": { "require": [requirement] }
        }] });
        let world = world(rules).await;
        let mut browser = world.user("alice").await;
        let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.text.contains(words), "{requirement}: {}", page.text);
    }
}

#[tokio::test]
async fn the_lists_of_hosts_are_apart() {
    let keyed = |jwks: &str| {
        Reply::json(
            json!({
                "client_id": WEB_CLIENT, "client_name": "App", "redirect_uris": [WEB_CALLBACK],
                "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": jwks,
            })
            .to_string(),
        )
    };
    // A publisher that is listed is not thereby a place for keys or answers.
    let hosts =
        |list: &str, hosts: Value| json!({ "hosts": { "identity": ["web.example"], list: hosts } });
    for (list, listed, jwks, refused) in [
        ("keys", json!(["web.example"]), "https://web.example/jwks", false),
        ("keys", json!([".other.example"]), "https://web.example/jwks", true),
        ("redirect", json!(["web.example"]), "https://web.example/jwks", false),
        ("redirect", json!(["other.example"]), "https://web.example/jwks", true),
        ("pictures", json!(["other.example"]), "https://web.example/jwks", false),
    ] {
        let world = world(hosts(list, listed.clone())).await;
        let mut browser = world.user("alice").await;
        world.web.set(WEB_CLIENT, keyed(jwks));
        let page = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
        let expected = if refused { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(page.status, expected, "{list} {listed}: {}", page.text);
    }
}

#[tokio::test]
async fn a_document_beats_its_domain() {
    let rules = json!({ "preset": "none", "rules": [
        { "name": "domain", "sentence": "Not from there.", "when": { "publisher": ["web.example"] }, "then": "deny" },
        { "name": "document", "sentence": "But this one.", "when": { "document": [WEB_CLIENT] }, "then": "allow" }
    ] });
    let world = world(rules).await;
    let mut browser = world.user("alice").await;
    assert_eq!(browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await.status, StatusCode::OK);
    let other = "https://web.example/other.json";
    world.web.set(other, crate::world::document(other, &[WEB_CALLBACK]));
    assert_eq!(
        browser.get(&authorize(other, WEB_CALLBACK, &[])).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn design_4_8_a_ban_shuts_out_and_ends_what_was_let_in() {
    for (kind, value) in [
        ("document", NATIVE_CLIENT),
        ("domain", "native.example"),
        ("name", "app*"),
        ("application", &*format!("document {NATIVE_CLIENT}")),
    ] {
        let world = World::new().await;
        let mut browser = world.user("alice").await;
        let tokens = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
        let neighbour =
            world.login(&mut browser, ENTERED_CLIENT, ENTERED_CALLBACK, "notes:read").await;
        assert!(world.is_active(&tokens.access).await);
        world.ban(kind, value).await;
        ban::follow(&world.deps).await.unwrap();
        assert!(!world.is_active(&tokens.access).await, "{kind}");
        let refresh = refused(&world.refresh(NATIVE_CLIENT, &tokens.refresh).await);
        assert!(refresh.0 >= 400, "{kind}: {refresh:?}");
        let page = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{kind}: {}", page.text);
        assert!(page.text.contains("It sends our notes elsewhere."), "{kind}: {}", page.text);
        assert!(!page.headers.contains_key("location"));
        assert!(world.is_active(&neighbour.access).await, "{kind}");
        let page = world.refresh(ENTERED_CLIENT, &neighbour.refresh).await;
        assert_eq!(page.status, StatusCode::OK, "{kind}: {}", page.text);
    }
}

#[tokio::test]
async fn a_banned_client_is_unknown_at_the_token_endpoint() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let tokens = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let answered = world.allow(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let code = answered.answered("code").unwrap();
    world.ban("document", NATIVE_CLIENT).await;
    world.deps.bans.refresh(&*world.deps.store).await.unwrap();
    let unknown = (401, "invalid_client".to_owned());
    assert_eq!(refused(&world.redeem(NATIVE_CLIENT, &code, &[]).await), unknown);
    assert_eq!(refused(&world.refresh(NATIVE_CLIENT, &tokens.refresh).await), unknown);
}

#[tokio::test]
async fn an_answer_that_was_decided_before_a_ban_is_not_recorded() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let asked = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    // Another process bans; this one has not read of it yet.
    world.ban("document", NATIVE_CLIENT).await;
    let form = salver_testkit::form::Form::to(&asked.text, "/authorize/consent");
    let answered = browser.submit(&form.with("decision", "allow")).await;
    assert_eq!(answered.status, StatusCode::FORBIDDEN, "{}", answered.text);
    let user = world.deps.store.find_user_by_name("alice").await.unwrap().unwrap();
    assert!(world.deps.store.find_grants(user.id, NATIVE_CLIENT).await.unwrap().is_empty());

    // The same where a yes on record would have answered.
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    world.ban("redirect_host", "web.example").await;
    let ask = authorize(WEB_CLIENT, WEB_CALLBACK, &[("scope", "notes:read")]);
    assert_eq!(browser.get(&ask).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_lifted_ban_lets_in_again_and_what_it_ended_stays_ended() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let tokens = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let number = world.ban("document", NATIVE_CLIENT).await;
    ban::follow(&world.deps).await.unwrap();
    let lifted = world.deps.store.lift_ban(number, "ada".into(), world.clock.now()).await.unwrap();
    assert_eq!(lifted, salver_store::Outcome::Applied);
    ban::follow(&world.deps).await.unwrap();
    assert!(!world.is_active(&tokens.access).await);
    world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
}

#[tokio::test]
async fn verdicts_are_kept_with_the_grant_and_for_the_simulator() {
    let world = world(our_four()).await;
    let mut browser = world.user("alice").await;
    let claude = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let callback = "https://claude.ai/api/mcp/auth_callback";
    world.web.set(claude, crate::world::document(claude, &[callback]));
    world.deps.egress.forget(claude, DOCUMENT);
    world.login(&mut browser, claude, callback, "notes:read").await;
    world.login(&mut browser, claude, callback, "notes:read").await;
    let user = world.deps.store.find_user_by_name("alice").await.unwrap().unwrap();
    let grant = world.deps.store.find_grants(user.id, claude).await.unwrap().remove(0);
    let terms: Value = serde_json::from_str(&grant.verdict.unwrap()).unwrap();
    assert_eq!(
        (terms["rule"].as_str(), terms["outcome"].as_str()),
        (Some("our-four"), Some("allow"))
    );
    let version = world.deps.policy.get().rules.version().to_owned();
    assert_eq!(terms["rules"], version);
    let kept = world.deps.store.list_verdicts(0, 10).await.unwrap();
    assert_eq!(kept.len(), 2, "a login by an earlier yes too");
    for verdict in kept {
        assert_eq!(verdict.outcome, VerdictOutcome::Allow);
        assert_eq!((verdict.rule.as_str(), &verdict.rules_version), ("our-four", &version));
        assert!(verdict.facts.len() <= 300, "DESIGN 5: {} bytes", verdict.facts.len());
        let visit = salver_policy::visit::Visit::from_kept(&verdict.facts).unwrap();
        assert_eq!((&*visit.visit.client_id, &*visit.visit.resource), (claude, RESOURCE));
    }
}
