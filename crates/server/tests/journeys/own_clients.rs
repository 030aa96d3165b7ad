//! Connect an app that asks for a client ID: people make clients for themselves, and what others try with them.

use http::StatusCode;
use salver_oauth::client::recorded::Purpose;
use salver_store::record::{ClientContent, RecordedClient};
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
};

use crate::{
    recorded::{confidential, enter, redeem, refresh, registrar},
    world::{RESOURCE, World, authorize, refused, tokens},
};

pub(crate) const CALLBACK: &str = "http://127.0.0.1:51004/callback";
const NEW: &str = "/account/clients/new";

/// The form for a new client, as it comes.
pub(crate) async fn form(browser: &mut Browser) -> Form {
    let page = browser.get(NEW).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let forms = Form::all(&page.text).into_iter();
    let mut posted = forms.filter(|form| form.fields.iter().any(|(name, _)| name == "form_token"));
    let form = posted.find(|form| form.action == NEW).unwrap();
    form.with("span", "90").with("redirect_uris", "http://127.0.0.1/callback")
}

/// What stands in a term of a page.
pub(crate) fn term(page: &Page, name: &str) -> Option<String> {
    let (_, rest) = page.text.split_once(&format!("<dt>{name}</dt><dd class=\"mono\">"))?;
    rest.split('<').next().map(str::to_owned)
}

/// Makes a client; answers its id and secret.
pub(crate) async fn make(browser: &mut Browser, name: &str) -> (String, String) {
    let form = form(browser).await.with("name", name);
    let page = browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    (term(&page, "Client ID").unwrap(), term(&page, "Client secret").unwrap())
}

pub(crate) fn at(id: &str, rest: &str) -> String {
    format!("/account/clients/{id}{rest}")
}

/// A form of a client's page.
pub(crate) async fn form_of(browser: &mut Browser, id: &str, rest: &str) -> Form {
    let page = browser.get(&at(id, "")).await;
    Form::to(&page.text, &at(id, rest))
}

pub(crate) async fn on_record(world: &World, id: &str) -> RecordedClient {
    world.deps.store.find_recorded_client(id).await.unwrap().unwrap()
}

async fn how_many(world: &World) -> usize {
    world.deps.store.list_recorded_clients(None).await.unwrap().len()
}

pub(crate) async fn code(world: &World, browser: &mut Browser, id: &str) -> String {
    world.allow(browser, id, CALLBACK, "notes:read").await.answered("code").unwrap()
}

#[tokio::test]
async fn an_app_of_the_catalogue_gets_an_id_and_a_secret_once() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    assert!(ada.get("/account").await.text.contains("href=\"/account/clients\""));
    let page = ada.get("/account/clients/new?app=Claude+Code").await;
    assert!(page.text.contains("http://localhost/callback\nhttp://127.0.0.1/callback"));
    assert!(page.text.contains("<option value=\"Claude Code\" selected>"), "{}", page.text);
    let forms = Form::all(&page.text).into_iter();
    let mut forms = forms.filter(|form| form.fields.iter().any(|(name, _)| name == "form_token"));
    let form = forms.find(|form| form.action == NEW).unwrap();
    let form = form
        .with("redirect_uris", "http://localhost/callback\r\nhttp://127.0.0.1/callback\r\n")
        .with("span", "90");
    let made = ada.submit(&form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    assert_eq!(made.headers["cache-control"], "no-store");
    let (id, secret) = (term(&made, "Client ID").unwrap(), term(&made, "Client secret").unwrap());
    assert!(made.text.contains(&format!("--client-id {id} --client-secret")), "{}", made.text);
    assert!(!made.text.contains("notice warn"), "nothing to warn of: {}", made.text);

    let again = ada.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("was sent before") && !again.text.contains(&secret));
    assert_eq!(how_many(&world).await, 1);
    assert_eq!(world.deps.store.list_client_secrets(&id).await.unwrap().len(), 1);
    let (list, own) = (ada.get("/account/clients").await, ada.get(&at(&id, "")).await);
    for page in [&list, &own] {
        assert!(page.text.contains("Claude Code of ada") && page.text.contains("First secret"));
        assert!(!page.text.contains(&secret));
    }
    let ends = on_record(&world, &id).await.content.expires_at.unwrap();
    assert_eq!(ends, world.clock.now().plus_seconds(90 * 86_400));

    let code = code(&world, &mut ada, &id).await;
    let issued = tokens(&redeem(&world, (&id, &secret), &code).await);
    assert!(world.is_active(&issued.access).await);
    let next = tokens(&refresh(&world, (&id, &secret), &issued.refresh).await);
    assert!(world.is_active(&next.access).await);
}

#[tokio::test]
async fn o21_17_forms_that_were_not_shown_to_this_session_do_nothing() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let (id, _) = make(&mut ada, "App").await;
    let of_bob = form(&mut bob).await.fields;
    let of_bob = of_bob.iter().find(|(name, _)| name == "form_token").unwrap().1.clone();
    let mut forms = vec![form(&mut ada).await.with("name", "Other")];
    for (rest, field, value) in [
        ("/secrets", "name", "laptop"),
        ("/span", "span", "never"),
        ("/sharing", "whom", "everybody"),
    ] {
        forms.push(form_of(&mut ada, &id, rest).await.with(field, value));
    }
    forms.push(form_of(&mut ada, &id, "/end").await);
    let preview = ada.get(&at(&id, "/delete")).await;
    forms.push(Form::to(&preview.text, "/delete"));
    let edit = form_of(&mut ada, &id, "/edit").await;
    forms.push(edit.with("name", "Another").with("redirect_uris", CALLBACK));
    for form in &forms {
        for token in ["", "forged", &of_bob] {
            let page = ada.submit(&form.clone().with("form_token", token)).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{} {token}", form.action);
        }
    }
    let stands = on_record(&world, &id).await;
    assert_eq!((how_many(&world).await, stands.revision), (1, 0));
    assert_eq!(world.deps.store.list_client_secrets(&id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn somebody_elses_client_is_none_at_all() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let (id, _) = make(&mut ada, "App").await;
    let unknown = "own_BwcHBwcHBwcHBwcHBwcHBw";
    for rest in ["", "/delete"] {
        let (theirs, none) = (bob.get(&at(&id, rest)).await, bob.get(&at(unknown, rest)).await);
        assert_eq!((theirs.status, none.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(
            theirs.text.replace(&sign_out(&theirs), ""),
            none.text.replace(&sign_out(&none), "")
        );
    }
    let token = form(&mut bob).await;
    for rest in ["/secrets", "/end", "/edit", "/span", "/sharing", "/delete"] {
        let form = Form { action: at(&id, rest), ..token.clone() }.with("revision", "0");
        assert_eq!(bob.submit(&form).await.status, StatusCode::NOT_FOUND, "{rest}");
    }
    for id in ["app_BwcHBwcHBwcHBwcHBwcHBw", "inspector", "x", "%00", "..%2f"] {
        assert_eq!(bob.get(&at(id, "")).await.status, StatusCode::NOT_FOUND, "{id}");
    }
    assert!(!bob.get("/account/clients").await.text.contains(&id));
    let page = bob.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let mut nobody = Browser::new(world.router.clone());
    assert_eq!(nobody.get(&at(&id, "")).await.status, StatusCode::SEE_OTHER);
}

fn sign_out(page: &Page) -> String {
    let forms = Form::all(&page.text);
    let token = forms.iter().flat_map(|form| &form.fields).find(|(name, _)| name == "form_token");
    token.map(|(_, value)| value.clone()).unwrap_or_default()
}

#[tokio::test]
async fn names_are_cleaned_and_escaped_and_borrowed_ones_are_told() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    for (why, typed, shown, warned) in [
        ("plain", "My App", "<bdi>My App</bdi>", false),
        ("bidi and zero width", "edoC\u{202e} e\u{200b}vil", "<bdi>edoC evil</bdi>", false),
        ("markup", "<script>x</script>", "<bdi>&#60;script&#62;x&#60;/script&#62;</bdi>", false),
        ("somebody's", "Claude Code", "belongs to", true),
        ("looks like somebody's", "Cl\u{430}ude", "belongs to", true),
        ("hidden in unseen characters", "Cla\u{200b}ude", "belongs to", true),
    ] {
        let (id, _) = make(&mut ada, typed).await;
        for path in [at(&id, ""), "/account/clients".to_owned(), at(&id, "/delete")] {
            let page = ada.get(&path).await;
            assert!(!page.text.contains("<script") && !page.text.contains('\u{202e}'), "{why}");
            if path == at(&id, "") {
                assert!(page.text.contains(shown), "{why}: {}", page.text);
                assert_eq!(
                    page.text.contains("whoever signs in with it is warned"),
                    warned,
                    "{why}"
                );
            }
        }
    }
    let nothing = form(&mut ada).await.with("name", "\u{200b}\u{2800}");
    let page = ada.submit(&nothing.with("keys", "kept <b>")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("Write a name that can be read"), "{}", page.text);
    assert!(page.text.contains("kept &#60;b&#62;"), "nothing that was typed is lost");
    let csp = page.headers["content-security-policy"].to_str().unwrap();
    assert!(csp.ends_with("form-action 'self'"), "{csp}");
}

#[tokio::test]
async fn each_fault_stands_beside_its_field_and_nothing_is_made() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let thousand = "http://localhost/callback\n".repeat(1_000);
    let long = format!("https://claude.ai/{}", "a".repeat(600));
    for (field, value, id, words) in [
        ("redirect_uris", "", "redirect_uris", "at least one"),
        ("redirect_uris", thousand.as_str(), "redirect_uris", "at most 32"),
        ("redirect_uris", "http://app.example/cb", "redirect_uris", "another computer"),
        ("redirect_uris", "https://a.example/cb#x", "redirect_uris", "behind #"),
        ("redirect_uris", "javascript:alert(1)", "redirect_uris", "no answer may be sent"),
        ("redirect_uris", "https://u@a.example/cb", "redirect_uris", "user name"),
        ("redirect_uris", "https://*.a.example/cb", "redirect_uris", "wildcard"),
        ("redirect_uris", "http://localhost:8080/cb", "redirect_uris", "of this server"),
        ("redirect_uris", "notes://cb", "redirect_uris", "not allowed here"),
        ("redirect_uris", &long, "redirect_uris", "512 bytes"),
        ("name", "", "name", "can be read"),
        ("method", "other", "method", "Choose one"),
        ("scope", "admin", "scopes", "Choose fewer"),
        ("resource", "http://localhost:8080/none", "resource", "one of the servers"),
        ("span", "7", "span", "Choose one"),
    ] {
        let form = form(&mut ada).await.with("name", "App").with(field, value);
        let page = ada.submit(&form).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{field} {words}");
        let (_, beside) = page.text.split_once(&format!("id=\"{id}-wrong\"")).unwrap();
        let beside = beside.split("</ul>").next().unwrap();
        assert!(beside.contains(words), "{field}: {beside}");
    }
    let both =
        form(&mut ada).await.with("name", "").with("redirect_uris", "x\nhttps://b.example/#");
    let page = ada.submit(&both).await;
    for words in ["can be read", "no whole address", "behind #"] {
        assert!(page.text.contains(words), "all at once: {words}");
    }
    assert_eq!(how_many(&world).await, 0);
    // The neighbour: what an operator lets administrators look at is made, and told.
    let listed = "https://claude.ai/api/mcp/auth_callback\nhttps://unlisted.example/cb";
    let form = form(&mut ada).await.with("name", "App").with("redirect_uris", listed);
    let page = ada.submit(&form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("https://unlisted.example/cb</bdi>”</span> is not among"));
    assert!(page.text.contains("an administrator may have to look"), "{}", page.text);
}

#[tokio::test]
async fn keys_are_pasted_or_pointed_to_and_never_private() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let public = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    let private = public.replace("\"kid\"", "\"d\":\"AAAA\",\"kid\"");
    for (keys, wrong) in [
        ("", Some("Paste the public keys")),
        ("{", Some("no JWK set")),
        ("{\"keys\":[]}", Some("no JWK set")),
        ("{\"keys\":[{\"kty\":\"oct\"}]}", Some("None of these keys")),
        (&private, Some("burnt")),
        ("http://a.example/jwks", Some("https address")),
        (public, None),
        ("https://a.example/jwks", None),
    ] {
        let form = form(&mut ada).await.with("name", "App").with("method", "keys");
        let page = ada.submit(&form.with("keys", keys)).await;
        match wrong {
            Some(words) => assert!(page.text.contains(words), "{keys}: {}", page.text),
            None => assert_eq!(page.status, StatusCode::OK, "{keys}: {}", page.text),
        }
        assert_eq!(term(&page, "Client secret"), None);
        if let Some(id) = term(&page, "Client ID") {
            let share =
                Form { action: at(&id, "/sharing"), ..form_of(&mut ada, &id, "/span").await };
            let page = ada.submit(&share.with("whom", "everybody")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST);
            assert!(page.text.contains("the same private key"), "{}", page.text);
        }
    }
}

#[tokio::test]
async fn what_its_owner_bounds_it_to_is_all_that_it_gets() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    for (bound, asked, given) in [
        ("notes:read", "notes:read notes:write", Some("notes:read")),
        ("notes:read", "notes:write", None),
        ("", "notes:read notes:write", Some("notes:read notes:write")),
    ] {
        let form = form(&mut ada).await.with("name", "App");
        let form = if bound.is_empty() { form } else { form.with("scope", bound) };
        let page = ada.submit(&form).await;
        let (id, secret) =
            (term(&page, "Client ID").unwrap(), term(&page, "Client secret").unwrap());
        let answered = world.allow(&mut ada, &id, CALLBACK, asked).await;
        match given {
            Some(given) => {
                let code = answered.answered("code").unwrap();
                let issued = tokens(&redeem(&world, (&id, &secret), &code).await);
                assert_eq!(issued.scope, given, "{bound}");
            }
            None => assert_eq!(answered.answered("error").as_deref(), Some("invalid_scope")),
        }
    }
}

#[tokio::test]
async fn who_is_for_one_server_asks_in_vain_at_another() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let form = form(&mut ada).await.with("name", "App");
    let page = ada.submit(&form.with("resource", "http://localhost:8080/other")).await;
    assert!(page.text.contains("npx mcp-remote http://localhost:8080/other"), "{}", page.text);
    let id = term(&page, "Client ID").unwrap();
    for (resource, error) in
        [(RESOURCE, Some("invalid_target")), ("http://localhost:8080/other", None)]
    {
        let asked = authorize(&id, CALLBACK, &[("resource", resource)]);
        let page = ada.get(&asked).await;
        match error {
            Some(error) => assert_eq!(page.answered("error").as_deref(), Some(error)),
            None => assert_eq!(page.status, StatusCode::OK, "{}", page.text),
        }
    }
    assert!(ada.get(&at(&id, "")).await.text.contains("<dt>Only at</dt><dd><bdi>other</bdi>"));
}

#[tokio::test]
async fn a_secret_is_changed_for_the_next_with_an_overlap_or_at_once() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let (id, first) = make(&mut ada, "App").await;
    let code_of_first = code(&world, &mut ada, &id).await;
    let issued = tokens(&redeem(&world, (&id, &first), &code_of_first).await);
    let rotate = |form: Form, overlap: &str| form.with("name", "next").with("overlap", overlap);

    let form = rotate(form_of(&mut ada, &id, "/secrets").await, "day");
    let page = ada.submit(&form).await;
    let second = term(&page, "Client secret").unwrap();
    let again = ada.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("was sent before") && !again.text.contains(&second));
    let third = rotate(form_of(&mut ada, &id, "/secrets").await, "now");
    let page = ada.submit(&third).await;
    assert!(page.text.contains("Two of your secrets"), "{}", page.text);
    let next = tokens(&refresh(&world, (&id, &first), &issued.refresh).await);
    world.clock.advance(86_400);
    let page = refresh(&world, (&id, &first), &next.refresh).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()), "the overlap is over");
    let next = tokens(&refresh(&world, (&id, &second), &next.refresh).await);

    let form = rotate(form_of(&mut ada, &id, "/secrets").await, "now");
    let page = ada.submit(&form).await;
    let third = term(&page, "Client secret").unwrap();
    let page = refresh(&world, (&id, &second), &next.refresh).await;
    assert!(page.status.is_client_error(), "ended with what it had begun: {}", page.text);
    let end = form_of(&mut ada, &id, "/end").await;
    let code_of_third = code(&world, &mut ada, &id).await;
    let issued = tokens(&redeem(&world, (&id, &third), &code_of_third).await);
    assert_eq!(ada.submit(&end).await.location(), at(&id, ""));
    assert!(!world.is_active(&issued.access).await);
    let page = ada.submit(&end).await;
    assert!(page.text.contains("has ended already"), "{}", page.text);
    for (name, overlap, words) in
        [("", "keep", "1 to 60"), (&"a".repeat(61), "keep", "1 to 60"), ("x", "year", "Choose one")]
    {
        let form = form_of(&mut ada, &id, "/secrets").await;
        let page = ada.submit(&form.with("name", name).with("overlap", overlap)).await;
        assert!(page.text.contains(words), "{name} {overlap}: {}", page.text);
    }
}

#[tokio::test]
async fn it_is_extended_written_anew_and_deleted_by_its_owner() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let (id, secret) = make(&mut ada, "App").await;
    let seen = on_record(&world, &id).await;
    let soon = Some(world.clock.now().plus_seconds(3_600));
    let content = ClientContent { expires_at: soon, ..seen.content.clone() };
    let act = salver_server::flow::registrar::Act { by: "ada", what: "changed", note: "" };
    let _applied = registrar(&world).change(&seen, content, act).await.unwrap();
    world.clock.advance(3_600);
    let page = ada.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("has expired"), "{}", page.text);
    assert!(ada.get(&at(&id, "")).await.text.contains("lets nobody in now"));
    let stale = form_of(&mut ada, &id, "/edit").await;
    let span = form_of(&mut ada, &id, "/span").await;
    for (value, status) in [("7", StatusCode::BAD_REQUEST), ("365", StatusCode::SEE_OTHER)] {
        assert_eq!(ada.submit(&span.clone().with("span", value)).await.status, status, "{value}");
    }
    let page = ada.submit(&span.with("span", "never")).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "a stale page changes nothing");
    let code_then = code(&world, &mut ada, &id).await;
    let issued = tokens(&redeem(&world, (&id, &secret), &code_then).await);

    let anew =
        |form: Form| form.with("name", "Renamed").with("redirect_uris", "http://localhost/cb");
    let page = ada.submit(&anew(stale)).await;
    assert!(page.text.contains("changed on another page"), "{}", page.text);
    let edit = anew(form_of(&mut ada, &id, "/edit").await);
    let page = ada.submit(&edit.clone().with("redirect_uris", "ftp://x y")).await;
    assert!(page.text.contains("no whole address") && page.text.contains("value=\"Renamed\""));
    assert_eq!(ada.submit(&edit).await.location(), at(&id, ""));
    let page = ada.get(&authorize(&id, "http://localhost/cb", &[])).await;
    assert!(page.text.contains("Renamed"), "{}", page.text);
    let page = ada.get(&authorize(&id, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "an address that it has no more");

    let preview = ada.get(&at(&id, "/delete")).await;
    assert!(preview.text.contains("1 running connection<") && preview.text.contains("1 secret<"));
    assert!(world.is_active(&issued.access).await, "a preview ends nothing");
    let delete = Form::to(&preview.text, "/delete");
    assert_eq!(ada.submit(&delete).await.location(), "/account/clients");
    assert!(!world.is_active(&issued.access).await);
    assert_eq!(ada.get(&at(&id, "")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.submit(&delete).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_one_form_sent_many_times_at_once_one_client_is_made_with_one_secret() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let form = form(&mut ada).await.with("name", "App");
    let send = || {
        let (mut browser, form) = (ada.clone(), form.clone());
        async move { browser.submit(&form).await }
    };
    let pages = futures_util::future::join_all((0..8).map(|_| send())).await;
    let made: Vec<_> = pages.iter().filter(|page| page.status == StatusCode::OK).collect();
    let rest = pages.iter().filter(|page| page.status == StatusCode::CONFLICT).count();
    assert_eq!((made.len(), rest, how_many(&world).await), (1, 7, 1));
    let id = term(made[0], "Client ID").unwrap();
    assert_eq!(world.deps.store.list_client_secrets(&id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_has_more_clients_than_one_person_may() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    for number in 1..salver_store::retention::RECORDED_CLIENTS {
        let name = format!("App {number}");
        enter(&world, Purpose::Personal, "ada", (&confidential(&name), false)).await;
    }
    let last = make(&mut ada, "The last").await.0;
    let form = form(&mut ada).await.with("name", "One more");
    let page = ada.submit(&form).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("as many clients as one person may"), "{}", page.text);
    let preview = ada.get(&at(&last, "/delete")).await;
    assert_eq!(ada.submit(&Form::to(&preview.text, "/delete")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.submit(&form).await.status, StatusCode::OK, "there is room again");
}
