//! Sharing inside an organisation: one `client_id`, each member with a secret of their own.

use http::StatusCode;
use salver_store::Outcome;
use salver_testkit::{browser::Browser, form::Form};

use crate::{
    own_clients::{CALLBACK, at, code, form, form_of, make, term},
    recorded::{redeem, refresh, user_id},
    world::{World, refused, tokens},
};

pub(crate) async fn join(world: &World, name: &str, groups: &[&str]) {
    let groups = groups.iter().map(|group| (*group).into()).collect();
    let joined = world.deps.store.set_groups(user_id(world, name).await, groups).await.unwrap();
    assert_eq!(joined, Outcome::Applied);
}

pub(crate) async fn share(browser: &mut Browser, id: &str, whom: &str) -> StatusCode {
    let form = form_of(browser, id, "/sharing").await;
    browser.submit(&form.with("whom", whom)).await.status
}

/// Makes one's own secret on one's own page.
pub(crate) async fn own_secret(browser: &mut Browser, id: &str, name: &str) -> String {
    let form = form_of(browser, id, "/secrets").await.with("name", name).with("overlap", "keep");
    let page = browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(term(&page, "Client ID").as_deref(), Some(id));
    term(&page, "Client secret").unwrap()
}

#[tokio::test]
async fn two_members_have_one_client_id_and_secrets_of_their_own_and_one_is_ended() {
    let world = World::new().await;
    let (mut ada, mut bob, mut cyn) =
        (world.user("ada").await, world.user("bob").await, world.user("cyn").await);
    for name in ["ada", "bob", "cyn"] {
        join(&world, name, &["notes"]).await;
    }
    let (id, adas) = make(&mut ada, "Team App").await;
    assert_eq!(bob.get(&at(&id, "")).await.status, StatusCode::NOT_FOUND, "not yet");
    assert_eq!(share(&mut ada, &id, "group:notes").await, StatusCode::SEE_OTHER);
    let list = bob.get("/account/clients").await;
    assert!(
        list.text.contains("Shared with me") && list.text.contains("Team App"),
        "{}",
        list.text
    );
    let bobs = own_secret(&mut bob, &id, "bob's desk").await;
    let cyns = own_secret(&mut cyn, &id, "cyn's desk").await;
    assert!(bobs != cyns && bobs != adas);

    let code_of_bob = code(&world, &mut bob, &id).await;
    for others in [&cyns, &adas] {
        let page = redeem(&world, (&id, others), &code_of_bob).await;
        assert_eq!(refused(&page), (400, "invalid_grant".into()), "another person's");
    }
    let of_bob = tokens(&redeem(&world, (&id, &bobs), &code_of_bob).await);
    let code_of_cyn = code(&world, &mut cyn, &id).await;
    let of_cyn = tokens(&redeem(&world, (&id, &cyns), &code_of_cyn).await);

    // Each sees their own; the owner sees who has one, and none of them.
    let (seen_by_bob, seen_by_ada) = (bob.get(&at(&id, "")).await, ada.get(&at(&id, "")).await);
    assert!(seen_by_bob.text.contains("bob&#39;s desk") && !seen_by_bob.text.contains("cyn"));
    for words in
        ["bob&#39;s desk", "cyn&#39;s desk", "<bdi>bob</bdi></strong>: 1 running connection,"]
    {
        assert!(seen_by_ada.text.contains(words), "{words}: {}", seen_by_ada.text);
    }
    for page in [&seen_by_bob, &seen_by_ada] {
        assert!([&adas, &bobs, &cyns].iter().all(|secret| !page.text.contains(secret.as_str())));
    }

    // The owner ends bob's, and his alone.
    let (_, rest) = seen_by_ada.text.split_once("bob&#39;s desk").unwrap();
    let end = Form::to(rest, &at(&id, "/end"));
    assert_eq!(ada.submit(&end).await.status, StatusCode::SEE_OTHER);
    assert!(!world.is_active(&of_bob.access).await);
    assert!(world.is_active(&of_cyn.access).await);
    let page = refresh(&world, (&id, &bobs), &of_bob.refresh).await;
    assert!(page.status.is_client_error(), "{}", page.text);
    let of_cyn = tokens(&refresh(&world, (&id, &cyns), &of_cyn.refresh).await);
    assert!(world.is_active(&of_cyn.access).await);
    // Cyn ends hers herself.
    let end = form_of(&mut cyn, &id, "/end").await;
    assert_eq!(cyn.submit(&end).await.status, StatusCode::SEE_OTHER);
    assert!(!world.is_active(&of_cyn.access).await);
}

#[tokio::test]
async fn what_is_withdrawn_ends_and_what_is_left_is_refused() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    join(&world, "ada", &["notes"]).await;
    join(&world, "bob", &["notes"]).await;
    let (id, adas) = make(&mut ada, "Team App").await;
    for (whom, status) in [
        ("group:staff", StatusCode::BAD_REQUEST),
        ("group:", StatusCode::BAD_REQUEST),
        ("x", StatusCode::BAD_REQUEST),
        ("everybody", StatusCode::SEE_OTHER),
        ("group:notes", StatusCode::SEE_OTHER),
    ] {
        assert_eq!(share(&mut ada, &id, whom).await, status, "{whom}");
    }
    let bobs = own_secret(&mut bob, &id, "desk").await;
    let code_of_bob = code(&world, &mut bob, &id).await;
    let of_bob = tokens(&redeem(&world, (&id, &bobs), &code_of_bob).await);

    // Who leaves the group is refused; who comes back goes on.
    join(&world, "bob", &[]).await;
    assert_eq!(bob.get(&at(&id, "")).await.status, StatusCode::NOT_FOUND);
    let page = refresh(&world, (&id, &bobs), &of_bob.refresh).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{}", page.text);
    join(&world, "bob", &["notes"]).await;
    let of_bob = tokens(&refresh(&world, (&id, &bobs), &of_bob.refresh).await);

    // What was withdrawn does not come back when it is shared again.
    let code_of_ada = code(&world, &mut ada, &id).await;
    let of_ada = tokens(&redeem(&world, (&id, &adas), &code_of_ada).await);
    let form =
        form_of(&mut bob, &id, "/secrets").await.with("name", "next").with("overlap", "keep");
    assert_eq!(share(&mut ada, &id, "nobody").await, StatusCode::SEE_OTHER);
    assert!(!world.is_active(&of_bob.access).await);
    assert!(world.is_active(&of_ada.access).await);
    assert_eq!(bob.submit(&form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(share(&mut ada, &id, "everybody").await, StatusCode::SEE_OTHER);
    let page = refresh(&world, (&id, &bobs), &of_bob.refresh).await;
    assert!(page.status.is_client_error(), "{}", page.text);
    let code_of_bob = code(&world, &mut bob, &id).await;
    let page = redeem(&world, (&id, &bobs), &code_of_bob).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
    assert!(page.text.contains("was ended"), "{}", page.text);
}

#[tokio::test]
async fn a_member_does_nothing_that_is_the_owners() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let (id, _) = make(&mut ada, "Team App").await;
    assert_eq!(share(&mut ada, &id, "everybody").await, StatusCode::SEE_OTHER);
    let page = bob.get(&at(&id, "")).await;
    let actions: Vec<_> = Form::all(&page.text).into_iter().map(|form| form.action).collect();
    assert_eq!(actions, ["/account/sign-out".to_owned(), at(&id, "/secrets"), at(&id, "/keys")]);
    let sent =
        form(&mut bob).await.with("revision", "1").with("name", "Mine").with("whom", "nobody");
    for rest in ["/edit", "/span", "/sharing", "/delete"] {
        let form = Form { action: at(&id, rest), ..sent.clone() };
        assert_eq!(bob.submit(&form).await.status, StatusCode::NOT_FOUND, "{rest}");
    }
    assert_eq!(bob.get(&at(&id, "/delete")).await.status, StatusCode::NOT_FOUND);
    let adas = &world.deps.store.list_client_secrets(&id).await.unwrap()[0];
    let end = Form { action: at(&id, "/end"), ..sent }.with("secret", &adas.id.to_string());
    let page = bob.submit(&end).await;
    assert!(page.text.contains("has ended already"), "like one that is unknown: {}", page.text);
    let adas = &world.deps.store.list_client_secrets(&id).await.unwrap()[0];
    assert!(adas.is_live(world.clock.now()));
}

#[tokio::test]
async fn a_client_without_a_secret_is_shared_with_what_to_enter() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.user("ada").await, world.user("bob").await);
    let form = form(&mut ada).await.with("name", "Team App").with("method", "none");
    let page = ada.submit(&form).await;
    let id = term(&page, "Client ID").unwrap();
    assert_eq!(term(&page, "Client secret"), None);
    assert_eq!(share(&mut ada, &id, "everybody").await, StatusCode::SEE_OTHER);
    let page = bob.get(&at(&id, "")).await;
    assert!(page.text.contains("npx mcp-remote"), "{}", page.text);
    let sent = crate::own_clients::form(&mut bob).await.with("name", "x").with("overlap", "keep");
    let page = bob.submit(&Form { action: at(&id, "/secrets"), ..sent }).await;
    assert!(page.text.contains("takes no secret"), "{}", page.text);
    let issued = world.login(&mut bob, &id, CALLBACK, "notes:read").await;
    assert_eq!(share(&mut ada, &id, "nobody").await, StatusCode::SEE_OTHER);
    assert!(!world.is_active(&issued.access).await);
    let page = world.refresh(&id, &issued.refresh).await;
    assert!(page.status.is_client_error(), "{}", page.text);
}
