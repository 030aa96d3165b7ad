//! What must not work on the pages of developers and reviewers: other people's applications, deciding on one's own, skipping steps, forged and stale forms, and
//! text that is more than text.

use http::StatusCode;
use salver_store::record::{ClientState, Role};
use salver_testkit::{browser::Browser, form::Form};

use crate::{
    developer::{
        Fields, SOUND, approve, change, done, enter, filled, form, on_record, rule, send_new, step,
    },
    world::World,
};

async fn dora(world: &World) -> Browser {
    world.account("dora", Role::Developer).await
}

#[tokio::test]
async fn who_has_not_the_role_finds_no_page() {
    let world = World::new().await;
    let (mut dora, mut alice) = (dora(&world).await, world.user("alice").await);
    let id = enter(&mut dora, SOUND).await;
    let pages = ["", "/new", &format!("/{id}"), &format!("/{id}/edit"), &format!("/{id}/delete")];
    for page in pages {
        let path = format!("/developer{page}");
        assert_eq!(alice.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        let sent_off = Browser::new(world.router.clone()).get(&path).await;
        assert_eq!(sent_off.location(), format!("/account/sign-in?continue={path}"));
        assert_eq!(dora.get(&path).await.status, StatusCode::OK, "{path}");
    }
    assert!(!alice.get("/account").await.text.contains("/developer"));
    assert!(dora.get("/account").await.text.contains("href=\"/developer\""));
    let path = format!("/admin/applications/{id}");
    assert_eq!(dora.get(&path).await.status, StatusCode::NOT_FOUND, "no reviewer");
}

#[tokio::test]
async fn another_developers_application_is_not_there() {
    let world = World::new().await;
    let mut dora = dora(&world).await;
    let mut eve = world.account("eve", Role::Developer).await;
    let (doras, eves) = (enter(&mut dora, SOUND).await, enter(&mut eve, SOUND).await);
    assert!(!eve.get("/developer").await.text.contains(&doras));
    let path = format!("/developer/{eves}");
    let page = eve.get(&path).await;
    let edit = form(&mut eve, &format!("{path}/edit")).await;
    let delete = form(&mut eve, &format!("{path}/delete")).await;
    let forms = Form::all(&page.text).into_iter().chain([edit, delete]);
    let mut sent = 0;
    for form in forms.filter(|form| form.action.contains(&eves)) {
        let theirs = Form { action: form.action.replace(&eves, &doras), ..form };
        let answer = eve.submit(&theirs.with("step", "submit").with("name", "Evil")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", theirs_action(&answer.text));
        sent += 1;
    }
    assert_eq!(sent, 4, "steps, secrets, edit and delete");
    for page in ["", "/edit", "/delete", "/test"] {
        let answer = eve.get(&format!("/developer/{doras}{page}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}");
    }
    let client = on_record(&world, &doras).await;
    assert_eq!((client.revision, client.content.state), (0, ClientState::Draft));
}

fn theirs_action(text: &str) -> &str {
    text.get(..200).unwrap_or(text)
}

#[tokio::test]
async fn nobody_decides_on_their_own_not_even_an_administrator() {
    for role in [Role::Reviewer, Role::Administrator] {
        let world = World::new().await;
        let mut rita = world.account("rita", role).await;
        let mut dora = dora(&world).await;
        let (own, other) = (enter(&mut rita, SOUND).await, enter(&mut dora, SOUND).await);
        done(&step(&mut rita, &own, "submit").await);
        done(&step(&mut dora, &other, "submit").await);
        let page = rita.get(&format!("/admin/applications/{own}")).await;
        assert!(page.text.contains("It is yours"), "{}", page.text);
        let good = form(&mut rita, &format!("/admin/applications/{other}")).await;
        for deed in ["take", "approve", "return", "refuse", "suspend", "resume", "keep"] {
            let action = good.action.replace(&other, &own);
            let forged = Form { action, ..good.clone() }.with("deed", deed).with("note", "x");
            let answer = rita.submit(&forged).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{deed}: {}", answer.text);
            assert!(answer.text.contains("Nobody decides on their own"), "{}", answer.text);
        }
        assert_eq!(on_record(&world, &own).await.content.state, ClientState::Submitted);
    }
}

#[tokio::test]
async fn nobody_skips_a_step() {
    let world = World::new().await;
    let mut dora = dora(&world).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = enter(&mut dora, SOUND).await;
    let before = form(&mut dora, &format!("/developer/{id}")).await;
    done(&step(&mut dora, &id, "submit").await);
    for deed in ["approve", "return", "refuse", "resume", "suspend"] {
        let page = rule(&mut carol, &id, &[("deed", deed), ("note", "x")]).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{deed}: {}", page.text);
    }
    let now = on_record(&world, &id).await.revision.to_string();
    for wish in ["submit", "publish"] {
        let forged = before.clone().with("revision", &now).with("step", wish);
        let page = dora.submit(&forged).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{wish}: {}", page.text);
    }
    let unknown = before.with("step", "approve");
    assert_eq!(dora.submit(&unknown).await.status, StatusCode::BAD_REQUEST);
    let odd = rule(&mut carol, &id, &[("deed", "publish")]).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    assert_eq!(on_record(&world, &id).await.content.state, ClientState::Submitted);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_does_its_work_once() {
    let world = World::new().await;
    let mut dora = dora(&world).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let page = dora.get("/developer/new").await;
    let new = filled(Form::to(&page.text, "/developer/new"), SOUND);
    let (first, second) = (dora.submit(&new).await, dora.submit(&new).await);
    assert_eq!(first.location(), second.location());
    let id = first.location().rsplit('/').next().unwrap().to_owned();
    let edit = form(&mut dora, &format!("/developer/{id}/edit")).await.with("name", "Other");
    for _ in 0..2 {
        done(&dora.submit(&edit).await);
    }
    assert_eq!(on_record(&world, &id).await.revision, 1);
    let submit = form(&mut dora, &format!("/developer/{id}")).await.with("step", "submit");
    done(&dora.submit(&submit).await);
    assert_eq!(dora.submit(&submit).await.status, StatusCode::CONFLICT);
    done(&rule(&mut carol, &id, &[("deed", "take")]).await);
    let path = format!("/admin/applications/{id}");
    let approve = form(&mut carol, &path).await.with("deed", "approve");
    done(&carol.submit(&approve).await);
    assert_eq!(carol.submit(&approve).await.status, StatusCode::CONFLICT);
    let events = world.deps.store.list_client_events(&id).await.unwrap();
    assert_eq!(events.len(), 5, "{events:?}");
}

#[tokio::test]
async fn a_form_of_somebody_else_or_of_another_purpose_does_nothing() {
    let world = World::new().await;
    let mut dora = dora(&world).await;
    let mut eve = world.account("eve", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = enter(&mut dora, SOUND).await;
    let own = form(&mut dora, &format!("/developer/{id}")).await;
    let token =
        |form: &Form| form.fields.iter().find(|(name, _)| name == "form_token").unwrap().1.clone();
    let edit = form(&mut dora, &format!("/developer/{id}/edit")).await;
    let foreign = token(&form(&mut eve, "/developer/new").await);
    for forged in [foreign, token(&edit), String::new(), "AAAA".into()] {
        let page =
            dora.submit(&own.clone().with("form_token", &forged).with("step", "submit")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{forged}: {}", page.text);
    }
    let page = dora.submit(&edit.with("form_token", &token(&own))).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    done(&step(&mut dora, &id, "submit").await);
    let ruling = form(&mut carol, &format!("/admin/applications/{id}")).await;
    let page = carol.submit(&ruling.with("form_token", &token(&own)).with("deed", "take")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(on_record(&world, &id).await.content.state, ClientState::Submitted);
}

#[tokio::test]
async fn a_stale_page_says_so_and_shows_both_texts() {
    let world = World::new().await;
    let mut dora = dora(&world).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = enter(&mut dora, SOUND).await;
    let path = format!("/developer/{id}/edit");
    let stale = form(&mut dora, &path).await;
    done(&change(&mut dora, &id, &[("name", "First Name")]).await);
    let page = dora.submit(&stale.with("name", "Second Name")).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert!(page.text.contains("First Name") && page.text.contains("Second Name"), "{}", page.text);
    assert!(page.text.contains("nothing was saved"), "{}", page.text);
    done(&dora.submit(&Form::to(&page.text, &path)).await);
    let written = on_record(&world, &id).await.content.draft;
    assert!(written.contains("Second Name"), "who saves again has seen both: {written}");

    // What a reviewer approves is what they were shown.
    done(&step(&mut dora, &id, "submit").await);
    done(&rule(&mut carol, &id, &[("deed", "take")]).await);
    let seen = form(&mut carol, &format!("/admin/applications/{id}")).await;
    done(&step(&mut dora, &id, "withdraw").await);
    done(&change(&mut dora, &id, &[("redirect_uris", "https://evil.example/cb")]).await);
    done(&step(&mut dora, &id, "submit").await);
    let mut ruth = world.account("ruth", Role::Reviewer).await;
    done(&rule(&mut ruth, &id, &[("deed", "take")]).await);
    let page = carol.submit(&seen.with("deed", "approve")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("evil.example"), "as it stands now: {}", page.text);
    assert_eq!(on_record(&world, &id).await.content.in_force, None);
}

#[tokio::test]
async fn a_name_that_belongs_to_somebody_is_shown_to_developer_and_reviewer() {
    for (name, words) in [
        ("Claude Code", "a name that belongs to"),
        ("Cl\u{430}ude Code", "which looks like"),
        ("Notes App", ""),
    ] {
        let world = World::new().await;
        let mut dora = dora(&world).await;
        let mut carol = world.account("carol", Role::Reviewer).await;
        let fields = [SOUND, &[("name", name)]].concat();
        let id = enter(&mut dora, &fields).await;
        done(&step(&mut dora, &id, "submit").await);
        let own = dora.get(&format!("/developer/{id}")).await;
        let review = carol.get(&format!("/admin/applications/{id}")).await;
        for page in [own, review] {
            assert!(page.text.contains(words), "{name}: {}", page.text);
            let is_marked = page.text.contains("This is not that application.");
            assert_eq!(is_marked, !words.is_empty(), "{name}");
        }
    }
}

#[tokio::test]
async fn redirect_uris_with_tricks_are_refused_beside_what_was_typed() {
    let world = World::new().await;
    let mut dora = dora(&world).await;
    for (uri, words) in [
        ("http://evil", "plain http to another computer"),
        ("http://127.0.0.1.evil.example/", "plain http to another computer"),
        ("https://user@evil.example/", "user name or password"),
        ("https://a.example/#frag", "has a fragment"),
        ("https://*.a.example/", "has a wildcard"),
        ("javascript:alert(1)", "scheme that no answer"),
        ("data:text/html,x", "scheme that no answer"),
        ("//evil.example/", "no whole address"),
        ("https://evil.example\\@a.example/", "no whole address"),
        ("http://localhost:8080/cb", "an address of this server"),
        ("http://[::1]:8080/cb", "an address of this server"),
        ("https://a.example/cb\nhttps://a.example/cb", "is there twice"),
    ] {
        let page = send_new(&mut dora, &[SOUND, &[("redirect_uris", uri)]].concat()).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{uri}");
        assert!(page.text.contains(words), "{uri}: {}", page.text);
        let again = Form::to(&page.text, "/developer/new");
        let typed = again.fields.iter().find(|(name, _)| name == "redirect_uris").unwrap();
        assert_eq!(typed.1, uri, "nothing that was typed is lost");
        let name = again.fields.iter().find(|(name, _)| name == "name").unwrap();
        assert_eq!(name.1, "Notes App");
    }
    let many: Vec<_> = (0..1_000).map(|number| format!("https://a.example/{number}")).collect();
    let page = send_new(&mut dora, &[SOUND, &[("redirect_uris", &many.join("\n"))]].concat()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("There are 1000 redirect URIs"), "{}", page.text);
    let flood = "x".repeat(70_000);
    let page = send_new(&mut dora, &[SOUND, &[("description", &flood)]].concat()).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(dora.get("/developer").await.text.contains("You have entered none."));
}

#[tokio::test]
async fn text_in_any_field_is_text_on_every_page() {
    const HOSTILE: &str = "\"'><script>alert(1)</script></textarea>";
    let world = World::new().await;
    let mut dora = dora(&world).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let every: Fields<'_> = &[
        ("name", HOSTILE),
        ("description", HOSTILE),
        ("site", HOSTILE),
        ("contacts", HOSTILE),
        ("redirect_uris", HOSTILE),
        ("jwks_uri", HOSTILE),
        ("jwks", HOSTILE),
        ("kind", HOSTILE),
        ("authentication", HOSTILE),
        ("refreshes", HOSTILE),
    ];
    let page = send_new(&mut dora, every).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(!page.text.contains("<script") && page.text.contains("&#60;script"), "{}", page.text);
    let stored: Fields<'_> = &[
        ("name", HOSTILE),
        ("description", HOSTILE),
        ("contacts", HOSTILE),
        ("redirect_uris", "http://127.0.0.1/%3Cscript%3E?a=\"'"),
        ("authentication", "secret"),
    ];
    let id = enter(&mut dora, stored).await;
    approve(&mut dora, &mut carol, &id).await;
    let why = [("deed", "suspend"), ("note", HOSTILE)];
    done(&rule(&mut carol, &id, &why).await);
    let mut seen = 0;
    let own = ["", &format!("/{id}"), &format!("/{id}/test"), &format!("/{id}/delete")]
        .map(|page| format!("/developer{page}"));
    let reviewers = ["/admin/review".to_owned(), format!("/admin/applications/{id}")];
    for path in own.into_iter().chain(reviewers) {
        let is_review = path.starts_with("/admin");
        let page = if is_review { carol.get(&path).await } else { dora.get(&path).await };
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text.contains("<script"), "{path}: {}", page.text);
        seen += usize::from(page.text.contains("&#60;script"));
    }
    assert_eq!(seen, 5, "all but the test show its name");
}
