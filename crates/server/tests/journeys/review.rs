//! The review queue: somebody asks, somebody decides, and the person goes on where they were.

use http::StatusCode;
use salver_policy::rules::PolicySection;
use salver_server::flow::{ban, client::DOCUMENT};
use salver_store::record::{Approval, CaseState, ReviewCase, Role};
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
    web::Reply,
};
use serde_json::json;

use crate::world::{
    NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World, authorize, document, policy,
};

const DAY: i64 = 86_400;

/// A world in which everybody waits, with a reviewer's browser.
pub(crate) async fn waiting() -> (World, Browser) {
    let world = World::new().await;
    let section: PolicySection = serde_json::from_value(json!({
        "preset": "none",
        "rules": [{ "name": "others", "sentence": "Others are looked at first.", "then": "review" }]
    }))
    .unwrap();
    world.deps.policy.set_rules(&policy(&section).rules);
    let carol = world.account("carol", Role::Reviewer).await;
    (world, carol)
}

pub(crate) fn is_wait_page(page: &Page) -> bool {
    page.text.contains("action=\"/authorize/access\"")
}

pub(crate) fn is_consent_page(page: &Page) -> bool {
    page.text.contains("action=\"/authorize/consent\"")
}

/// Comes to the page of a login that waits, and asks for access.
pub(crate) async fn ask(
    browser: &mut Browser,
    (client, callback): (&str, &str),
    reason: &str,
) -> Page {
    let page = browser.get(&authorize(client, callback, &[])).await;
    assert!(is_wait_page(&page), "{}", page.text);
    browser.submit(&Form::to(&page.text, "/authorize/access").with("reason", reason)).await
}

const NATIVE: (&str, &str) = (NATIVE_CLIENT, NATIVE_CALLBACK);
const WEB: (&str, &str) = (WEB_CLIENT, WEB_CALLBACK);

async fn cases(world: &World) -> Vec<ReviewCase> {
    let cases = world.deps.store.list_cases(false).await.unwrap();
    cases.into_iter().map(|(case, _)| case).collect()
}

/// The only case.
async fn case(world: &World) -> ReviewCase {
    let mut cases = cases(world).await;
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

async fn approvals(world: &World) -> Vec<Approval> {
    world.deps.store.list_all_approvals().await.unwrap()
}

/// The form of the newest case.
async fn form(world: &World, reviewer: &mut Browser) -> Form {
    let id = cases(world).await.pop().unwrap().id;
    let page = reviewer.get(&format!("/admin/review/{id}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    Form::to(&page.text, &format!("/admin/review/{id}"))
}

/// Decides the newest case.
async fn decide(world: &World, reviewer: &mut Browser, fields: &[(&str, &str)]) -> Page {
    let form = form(world, reviewer).await;
    let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
    reviewer.submit(&form).await
}

pub(crate) async fn approve(world: &World, reviewer: &mut Browser, whom: &str, days: &str) {
    let fields = [("decision", "approve"), ("whom", whom), ("days", days)];
    let page = decide(world, reviewer, &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let shown = reviewer.get(page.location()).await;
    assert!(shown.text.contains("Approved by"), "{}", shown.text);
}

pub(crate) async fn set_groups(world: &World, name: &str, groups: &[&str]) {
    let user = world.deps.store.find_user_by_name(name).await.unwrap().unwrap();
    let groups = groups.iter().map(|group| (*group).into()).collect();
    let set = world.deps.store.set_groups(user.id, groups).await.unwrap();
    assert_eq!(set, salver_store::Outcome::Applied);
}

#[tokio::test]
async fn two_people_and_two_wishes_make_one_case() {
    let (world, mut carol) = waiting().await;
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    assert!(carol.get("/admin/review").await.text.contains("Nothing waits."));
    let first = ask(&mut alice, NATIVE, "The weekly reports.").await;
    assert!(first.text.contains("Your request waits for a reviewer"), "{}", first.text);
    world.clock.advance(60);
    ask(&mut bob, NATIVE, "Me too.").await;
    world.clock.advance(60);
    ask(&mut alice, NATIVE, "The monthly reports.").await;
    let queue = carol.get("/admin/review").await;
    assert!(queue.text.contains("2 people, first on"), "{}", queue.text);
    let id = case(&world).await.id;
    let page = carol.get(&format!("/admin/review/{id}")).await;
    for words in
        ["alice", "The monthly reports.", "bob", "Me too.", "<b>native.example</b>", "others"]
    {
        assert!(page.text.contains(words), "{words} is missing in\n{}", page.text);
    }
    assert!(!page.text.contains("weekly"), "their newest reason counts");
    ask(&mut alice, WEB, "").await;
    assert_eq!(cases(&world).await.len(), 2, "another client, another case");
}

#[tokio::test]
async fn who_is_approved_goes_on_with_the_same_request_and_is_asked() {
    for (whom, alice_in, bob_in) in [
        ("user:alice", true, false),
        ("user:bob", false, true),
        ("group:staff", true, false),
        ("everybody", true, true),
    ] {
        let (world, mut carol) = waiting().await;
        let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
        set_groups(&world, "alice", &["staff"]).await;
        ask(&mut alice, NATIVE, "").await;
        ask(&mut bob, NATIVE, "").await;
        approve(&world, &mut carol, whom, "").await;
        for (browser, is_in) in [(&mut alice, alice_in), (&mut bob, bob_in)] {
            let home = browser.get("/account").await;
            assert!(home.text.contains("1 of your"), "{whom}: {}", home.text);
            let requests = browser.get("/account/requests").await;
            assert_eq!(requests.text.contains(">Continue</a>"), is_in, "{whom}: {}", requests.text);
            assert!(requests.text.contains(">new</strong>"), "{}", requests.text);
            let again = browser.get("/account/requests").await;
            assert!(!again.text.contains(">new</strong>"), "{}", again.text);
            assert!(!browser.get("/account").await.text.contains("1 of your"));
            let way_on = requests.text.split("href=\"").find(|link| link.starts_with("/authorize"));
            let way_on = way_on.unwrap().split('"').next().unwrap().replace("&#38;", "&");
            let page = browser.get(&way_on).await;
            assert_eq!(is_consent_page(&page), is_in, "{whom}: {}", page.text);
            if is_in {
                let form = Form::to(&page.text, "/authorize/consent").with("decision", "allow");
                let answered = browser.submit(&form).await;
                assert!(answered.location().starts_with(NATIVE_CALLBACK));
                assert_eq!(answered.answered("state").as_deref(), Some("a b+c"));
            } else {
                assert!(page.text.contains("does not cover this"), "{}", page.text);
            }
        }
    }
}

#[tokio::test]
async fn an_approval_is_over_after_its_days() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, NATIVE, "").await;
    approve(&world, &mut carol, "user:alice", "7").await;
    let asked = authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[]);
    world.clock.advance(7 * DAY - 1);
    assert!(is_consent_page(&alice.get(&asked).await));
    world.clock.advance(1);
    let page = alice.get(&asked).await;
    assert!(is_wait_page(&page), "{}", page.text);
    assert!(page.text.contains("that is over"), "{}", page.text);
    let again = alice.submit(&Form::to(&page.text, "/authorize/access")).await;
    assert!(again.text.contains("Your request waits"), "{}", again.text);
    assert_eq!(cases(&world).await.len(), 2, "it can be asked for once more");
}

#[tokio::test]
async fn an_approval_that_is_ended_lets_nobody_in() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, NATIVE, "").await;
    approve(&world, &mut carol, "everybody", "").await;
    let page = carol.get("/admin/approvals").await;
    let form = Form::to(&page.text, "/admin/approvals");
    for _ in 0..2 {
        let ended = carol.submit(&form).await;
        assert_eq!(ended.location(), "/admin/approvals?ended=1");
        let page = carol.get(ended.location()).await;
        assert!(page.text.contains("Approval 1 has ended."), "{}", page.text);
        assert!(page.text.contains("Nothing is approved."));
    }
    assert!(is_wait_page(&alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await));
    let foreign = carol.submit(&form.with("form_token", "AAAA")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_refusal_is_told_with_its_note_and_can_be_asked_again() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, NATIVE, "").await;
    let fields = [("decision", "refuse"), ("note", " Use the other one. ")];
    let refused = decide(&world, &mut carol, &fields).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER, "{}", refused.text);
    assert_eq!(case(&world).await.note.as_deref(), Some("Use the other one."));
    assert!(approvals(&world).await.is_empty());
    let requests = alice.get("/account/requests").await;
    assert!(requests.text.contains("Use the other one."), "{}", requests.text);
    let page = alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert!(page.text.contains("A reviewer has said no"), "{}", page.text);
    assert!(page.text.contains("Use the other one."), "{}", page.text);
    ask(&mut alice, NATIVE, "It has changed.").await;
    let id = cases(&world).await.pop().unwrap().id;
    let page = carol.get(&format!("/admin/review/{id}")).await;
    assert!(page.text.contains("What was decided of it before"), "{}", page.text);
}

#[tokio::test]
async fn an_approval_is_for_one_recipient_one_client_and_one_resource() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    let other_client = "https://native.example/other.json";
    world.web.set(other_client, document(other_client, &["http://127.0.0.1/callback"]));
    let both = ["http://127.0.0.1/callback", "https://native.example/callback"];
    world.web.set(NATIVE_CLIENT, document(NATIVE_CLIENT, &both));
    ask(&mut alice, NATIVE, "").await;
    approve(&world, &mut carol, "everybody", "").await;
    let other = ("resource", "http://localhost:8080/other");
    for (why, client, callback, more, is_in) in [
        ("the same", NATIVE_CLIENT, NATIVE_CALLBACK, None, true),
        ("another port", NATIVE_CLIENT, "http://127.0.0.1:9/callback", None, true),
        ("another recipient", NATIVE_CLIENT, "https://native.example/callback", None, false),
        ("another client", other_client, NATIVE_CALLBACK, None, false),
        ("another resource", NATIVE_CLIENT, NATIVE_CALLBACK, Some(other), false),
    ] {
        let more: Vec<_> = more.into_iter().collect();
        let page = alice.get(&authorize(client, callback, &more)).await;
        assert_eq!(is_consent_page(&page), is_in, "{why}: {}", page.text);
        assert_eq!(is_wait_page(&page), !is_in, "{why}");
    }
}

#[tokio::test]
async fn an_approval_can_be_for_every_resource() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, NATIVE, "").await;
    let fields = [("decision", "approve"), ("whom", "everybody"), ("where", "anywhere")];
    decide(&world, &mut carol, &fields).await;
    let other = [("resource", "http://localhost:8080/other")];
    let page = alice.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &other)).await;
    assert!(is_consent_page(&page), "{}", page.text);
    assert!(carol.get("/admin/approvals").await.text.contains("every MCP server"));
}

#[tokio::test]
async fn an_approval_is_for_the_client_as_it_was_looked_at() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, WEB, "").await;
    approve(&world, &mut carol, "everybody", "").await;
    for (why, name, more, is_in) in [
        ("the same", "App", json!({}), true),
        ("another picture", "App", json!({ "logo_uri": "https://web.example/l.png" }), true),
        ("another name", "Claude", json!({}), false),
        (
            "another proof",
            "App",
            json!({
                "token_endpoint_auth_method": "private_key_jwt",
                "jwks_uri": "https://web.example/jwks"
            }),
            false,
        ),
    ] {
        let mut document = json!({ "client_id": WEB_CLIENT, "client_name": name, "redirect_uris": [WEB_CALLBACK] });
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.web.set(WEB_CLIENT, Reply::json(document.to_string()));
        world.deps.egress.forget(WEB_CLIENT, DOCUMENT);
        let page = alice.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
        assert_eq!(is_consent_page(&page), is_in, "{why}: {}", page.text);
        assert_eq!(is_wait_page(&page), !is_in, "{why}");
    }
}

#[tokio::test]
async fn a_decision_counts_for_what_was_shown() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, WEB, "").await;
    let form = form(&world, &mut carol).await.with("decision", "approve").with("whom", "everybody");
    let named = |name: &str| json!({ "client_id": WEB_CLIENT, "client_name": name, "redirect_uris": [WEB_CALLBACK] });
    world.web.set(WEB_CLIENT, Reply::json(named("Claude").to_string()));
    world.deps.egress.forget(WEB_CLIENT, DOCUMENT);
    let page = carol.submit(&form).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    for words in [
        "has changed since this page was shown",
        "borrowed-name",
        "claude.ai",
        "has changed since it was first",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(approvals(&world).await.is_empty());
    // What is shown now can be approved.
    approve(&world, &mut carol, "everybody", "").await;
    assert!(is_consent_page(&alice.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await));
}

#[tokio::test]
async fn what_cannot_be_looked_at_can_only_be_refused() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, WEB, "").await;
    let before =
        form(&world, &mut carol).await.with("decision", "approve").with("whom", "everybody");
    for reply in [
        Reply { status: 404, ..document(WEB_CLIENT, &[WEB_CALLBACK]) },
        document(WEB_CLIENT, &["https://web.example/elsewhere"]),
    ] {
        world.web.set(WEB_CLIENT, reply);
        world.deps.egress.forget(WEB_CLIENT, DOCUMENT);
        let page = carol.submit(&before).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
        assert!(
            page.text.contains("can only be refused") || page.text.contains("It can be refused"),
            "{}",
            page.text
        );
        assert!(!page.text.contains("value=\"approve\""), "{}", page.text);
        assert!(approvals(&world).await.is_empty());
    }
    let refused = decide(&world, &mut carol, &[("decision", "refuse")]).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER, "{}", refused.text);
    assert_eq!(case(&world).await.state, CaseState::Refused);
}

#[tokio::test]
async fn an_approval_lifts_no_ban() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, NATIVE, "").await;
    approve(&world, &mut carol, "everybody", "").await;
    ask(&mut alice, WEB, "").await;
    world.ban("document", NATIVE_CLIENT).await;
    let number = world.ban("document", WEB_CLIENT).await;
    ban::follow(&world.deps).await.unwrap();
    let asked = authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[]);
    assert_eq!(alice.get(&asked).await.status, StatusCode::FORBIDDEN);
    let id = cases(&world).await.into_iter().find(|case| case.client_id == WEB_CLIENT).unwrap().id;
    let page = carol.get(&format!("/admin/review/{id}")).await;
    assert!(page.text.contains("An approval would change nothing"), "{}", page.text);

    let mut ada = world.account("ada", Role::Administrator).await;
    let page = ada.get("/admin/bans").await;
    for words in
        ["It sends our notes elsewhere.", "native.example/client.json", "salver admin ban "]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(page.text.contains(&format!("salver admin unban {number}")), "{}", page.text);
}

#[tokio::test]
async fn four_eyes_decide_unless_they_run_this_server() {
    for (role, alone, decides) in [
        (Role::Reviewer, true, false),
        (Role::Reviewer, false, true),
        (Role::Administrator, true, true),
    ] {
        let (world, mut carol) = waiting().await;
        let mut dave = world.account("dave", role).await;
        ask(&mut dave, NATIVE, "For myself.").await;
        if !alone {
            ask(&mut world.user("alice").await, NATIVE, "").await;
        }
        let id = case(&world).await.id;
        let page = dave.get(&format!("/admin/review/{id}")).await;
        assert_eq!(page.text.contains("value=\"approve\""), decides, "{role:?} {alone}");
        // Whatever the page offers, the decision is judged.
        let theirs = form(&world, &mut carol).await;
        let token = if decides {
            form(&world, &mut dave).await.fields.into_iter().find(|(name, _)| name == "form_token")
        } else {
            None
        };
        if let Some((name, token)) = token {
            let form =
                theirs.with(&name, &token).with("decision", "approve").with("whom", "user:dave");
            assert_eq!(dave.submit(&form).await.status, StatusCode::SEE_OTHER);
        } else {
            assert!(page.text.contains("Nobody but you asks for this"), "{}", page.text);
            approve(&world, &mut carol, "user:dave", "").await;
        }
    }
}

#[tokio::test]
async fn a_disabled_person_is_not_a_second_pair_of_eyes() {
    let (world, _) = waiting().await;
    let mut dave = world.account("dave", Role::Reviewer).await;
    let mut alice = world.user("alice").await;
    ask(&mut dave, NATIVE, "").await;
    ask(&mut alice, NATIVE, "").await;
    let mine = form(&world, &mut dave).await.with("decision", "approve");
    let user = world.deps.store.find_user_by_name("alice").await.unwrap().unwrap();
    let disabled = world.deps.store.disable_user(user.id, world.clock.now()).await.unwrap();
    assert_eq!(disabled, salver_store::Outcome::Applied);
    let page = dave.submit(&mine.clone().with("whom", "user:dave")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert!(page.text.contains("Nobody but you asks for this"), "{}", page.text);
    assert!(page.text.contains("disabled"), "{}", page.text);
    assert!(approvals(&world).await.is_empty());
    // Nor is anything approved for them.
    let mut bob = world.user("bob").await;
    ask(&mut bob, NATIVE, "").await;
    let page = dave.submit(&mine.with("whom", "user:alice")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("no such account"), "{}", page.text);
}

#[tokio::test]
async fn forms_that_say_nothing_sound_are_shown_again_as_they_were_filled_in() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    set_groups(&world, "alice", &["staff"]).await;
    ask(&mut alice, NATIVE, "").await;
    for (whom, days, words) in [
        ("", "7", "Choose for whom"),
        ("alice", "7", "Choose for whom"),
        ("user:nobody", "7", "no such account"),
        ("group:Not A Group", "7", "cannot be the name of a group"),
        ("group:staff", "0", "Write the days"),
        ("group:staff", "a week", "Write the days"),
        ("group:staff", "3651", "Write the days"),
    ] {
        let fields =
            [("decision", "approve"), ("whom", whom), ("days", days), ("note", "A <note>")];
        let page = decide(&world, &mut carol, &fields).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{whom} {days}");
        assert!(page.text.contains(words), "{whom} {days}: {}", page.text);
        assert!(page.text.contains(&format!("value=\"{days}\"")), "{whom} {days}: {}", page.text);
        assert!(page.text.contains("A &#60;note&#62;</textarea>"), "{}", page.text);
        assert!(approvals(&world).await.is_empty());
    }
    let page = decide(&world, &mut carol, &[("decision", "perhaps")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(case(&world).await.state, CaseState::Open);
}

#[tokio::test]
async fn foreign_and_late_forms_decide_nothing() {
    let (world, mut carol) = waiting().await;
    let mut dave = world.account("dave", Role::Reviewer).await;
    let mut alice = world.user("alice").await;
    ask(&mut alice, NATIVE, "").await;
    let approval = |form: Form| form.with("decision", "approve").with("whom", "everybody");
    let carols = approval(form(&world, &mut carol).await);
    let daves = form(&world, &mut dave).await.with("decision", "refuse");
    let foreign = dave.submit(&carols).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "another session's token");
    let other = Form::to(&carol.get("/account").await.text, "/account/sign-out");
    let token = other.fields.iter().find(|(name, _)| name == "form_token").unwrap();
    let foreign = carol.submit(&carols.clone().with("form_token", &token.1)).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "another form's token");
    assert_eq!(case(&world).await.state, CaseState::Open);
    assert_eq!(carol.submit(&carols).await.status, StatusCode::SEE_OTHER);
    for (browser, form) in [(&mut dave, &daves), (&mut carol, &carols)] {
        let late = browser.submit(form).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("Somebody else has decided meanwhile"), "{}", late.text);
        assert!(late.text.contains("Approved by <bdi>carol</bdi>"), "{}", late.text);
    }
    assert_eq!(approvals(&world).await.len(), 1);
    world.clock.advance(13 * 3_600);
    ask(&mut alice, WEB, "").await;
    let page = carol.submit(&Form { action: carols.action.clone(), ..carols }).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "a page of yesterday");
}

#[tokio::test]
async fn whoever_has_not_the_role_is_told_nothing() {
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    let mut dora = world.account("dora", Role::Developer).await;
    ask(&mut alice, NATIVE, "").await;
    let case = format!("/admin/review/{}", case(&world).await.id);
    let decision = form(&world, &mut carol).await.with("decision", "refuse");
    let everybodys = ["/admin", "/admin/review", case.as_str(), "/admin/approvals"];
    let administrators = ["/admin/bans", "/admin/anchors", "/admin/explain"];
    for path in everybodys.into_iter().chain(administrators) {
        for browser in [&mut alice, &mut dora] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            assert!(page.text.contains("There is no such page"), "{path}");
            assert!(!page.text.contains("native"), "{path}");
        }
        let nobody = Browser::new(world.router.clone()).get(path).await;
        assert_eq!(nobody.location(), format!("/account/sign-in?continue={path}"));
    }
    for path in everybodys {
        assert_eq!(carol.get(path).await.status, StatusCode::OK, "{path}");
    }
    for path in administrators
        .into_iter()
        .chain(["/admin/review/AAAAAAAAAAAAAAAAAAAAAA", "/admin/review/x"])
    {
        assert_eq!(carol.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(alice.submit(&decision).await.status, StatusCode::NOT_FOUND);
    let end = [("number", "1"), ("form_token", "x")];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(end).finish();
    assert_eq!(alice.post("/admin/approvals", body).await.status, StatusCode::NOT_FOUND);
    for (browser, links) in [(&mut alice, false), (&mut dora, false), (&mut carol, true)] {
        assert_eq!(browser.get("/account").await.text.contains("href=\"/admin\""), links);
    }
}

#[tokio::test]
async fn hostile_names_and_reasons_are_harmless() {
    const HOSTILE: &str = "\"><script>alert(1)</script>\u{202e}</textarea>";
    let (world, mut carol) = waiting().await;
    let mut alice = world.user("alice").await;
    let hostile =
        json!({ "client_id": WEB_CLIENT, "client_name": HOSTILE, "redirect_uris": [WEB_CALLBACK] });
    world.web.set(WEB_CLIENT, Reply::json(hostile.to_string()));
    let reason = format!("{HOSTILE}{}", "x".repeat(5_000));
    ask(&mut alice, WEB, &reason).await;
    let requests = world.deps.store.list_access_requests(case(&world).await.id).await.unwrap();
    assert_eq!(requests[0].reason.chars().count(), 500);
    let id = case(&world).await.id;
    let mut pages = vec![
        carol.get("/admin/review").await,
        carol.get(&format!("/admin/review/{id}")).await,
        alice.get("/account/requests").await,
    ];
    decide(&world, &mut carol, &[("decision", "refuse"), ("note", &reason)]).await;
    pages.push(carol.get(&format!("/admin/review/{id}")).await);
    pages.push(carol.get("/admin/review").await);
    pages.push(alice.get("/account/requests").await);
    pages.push(alice.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await);
    for page in pages {
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("<script"), "{}", page.text);
        assert!(!page.text.contains('\u{202e}'), "{}", page.text);
        assert!(page.text.contains("&#60;script"), "{}", page.text);
        assert!(
            page.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none'")
        );
    }
}

#[tokio::test]
async fn administrators_are_told_the_way_through_the_rules() {
    let (world, _) = waiting().await;
    let mut ada = world.account("ada", Role::Administrator).await;
    let empty = ada.get("/admin/explain").await;
    assert!(!empty.text.contains("The way through the rules"), "{}", empty.text);
    let query = |client: &str, user: &str| {
        let pairs = [
            ("client_id", client),
            ("redirect", ""),
            ("resource", "http://localhost:8080/mcp"),
            ("user", user),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("/admin/explain?{}", query.extend_pairs(pairs).finish())
    };
    let page = ada.get(&query(NATIVE_CLIENT, "ada")).await;
    for words in [
        "<strong>review</strong>: the rule says so",
        "step-decides",
        "others",
        "Others are looked at first.",
        "published",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert_eq!(page.text.matches("Answers to").count(), 2, "each of its addresses");
    for (client, user, words) in [
        (NATIVE_CLIENT, "nobody", "no account of this name"),
        ("nobody", "", "is not registered here, or not any more"),
        ("https://web.example/none.json", "", "could not be fetched"),
    ] {
        let page = ada.get(&query(client, user)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(world.deps.store.list_verdicts(0, 10).await.unwrap().is_empty(), "nothing is kept");
}
