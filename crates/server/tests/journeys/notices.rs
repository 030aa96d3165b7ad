//! The webhook: who listens is told what waits and what was decided, over real sockets; and whoever does not listen harms nobody.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use http::StatusCode;
use salver_egress::{
    ChosenBy,
    upstream::{Upstream, UpstreamSettings},
};
use salver_server::notices::hook::Hook;
use salver_store::record::Role;
use salver_testkit::{browser::Browser, form::Form};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::mpsc,
};

use crate::{
    developer::{SOUND, done, enter, rule, step},
    review::{ask, waiting},
    world::{NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World},
};

const SECRET: &str = "a secret that both know";

/// A notice as it arrived.
struct Arrived {
    head: String,
    body: String,
}

/// Listens, and answers each request with the next of these; then hangs up without an answer.
async fn listen(answers: &'static [&'static str]) -> (String, mpsc::UnboundedReceiver<Arrived>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks/salver", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut answers = answers.iter();
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).await.unwrap();
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.unwrap().parse().unwrap()];
            stream.read_exact(&mut body).await.unwrap();
            tell.send(Arrived { head, body: String::from_utf8(body).unwrap() }).unwrap();
            if let Some(answer) = answers.next() {
                let answer =
                    format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    (url, told)
}

/// Delivers what this world has to tell to this address, with two more tries and no pause.
fn deliver(world: &World, url: &str) {
    let upstream = Upstream::new(ChosenBy::Operator, UpstreamSettings::default()).unwrap();
    let clock = Arc::clone(&world.deps.clock);
    let hook = Hook::new(upstream, (url, SECRET), &[Duration::ZERO; 2], clock).unwrap();
    let outbox = world.outbox.lock().unwrap().take().unwrap();
    tokio::spawn(async move { outbox.run(&hook).await });
}

impl Arrived {
    fn header(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&*start)).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether who knows the secret wrote it.
    fn is_signed(&self) -> bool {
        let (time, tag) = self.header("salver-signature").split_once(",v1=").unwrap();
        let signed = format!("{}.{}", time.strip_prefix("t=").unwrap(), self.body);
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let bytes =
            (0..tag.len()).step_by(2).map(|at| u8::from_str_radix(&tag[at..at + 2], 16).unwrap());
        hmac::verify(&key, signed.as_bytes(), &bytes.collect::<Vec<_>>()).is_ok()
    }
}

async fn decide(world: &World, carol: &mut Browser, decision: &str) -> StatusCode {
    let (case, _) = world.deps.store.list_cases(true).await.unwrap().pop().unwrap();
    let path = format!("/admin/review/{}", case.id);
    let form = Form::to(&carol.get(&path).await.text, &path);
    let form =
        form.with("decision", decision).with("whom", "everybody").with("note", "For a while.");
    carol.submit(&form).await.status
}

#[tokio::test]
async fn what_waits_and_what_was_decided_is_told_and_signed() {
    let (world, mut carol) = waiting().await;
    let (url, mut arrived) = listen(&["204 No Content", "200 OK"]).await;
    deliver(&world, &url);
    let (mut alice, mut bob) = (world.user("alice").await, world.user("bob").await);
    ask(&mut alice, (NATIVE_CLIENT, NATIVE_CALLBACK), "The weekly reports.").await;
    let opened = arrived.recv().await.unwrap();
    ask(&mut bob, (NATIVE_CLIENT, NATIVE_CALLBACK), "Me too.").await;
    assert_eq!(decide(&world, &mut carol, "approve").await, StatusCode::SEE_OTHER);
    let decided = arrived.recv().await.unwrap();
    for notice in [&opened, &decided] {
        assert!(notice.head.starts_with("POST /hooks/salver HTTP/1.1\r\n"), "{}", notice.head);
        assert_eq!(notice.header("content-type"), "application/json");
        assert!(notice.header("salver-signature").starts_with("t=1795000000,v1="));
        assert!(notice.is_signed());
        let told = notice.json();
        assert_eq!(told["case"]["client_id"], NATIVE_CLIENT);
        assert_eq!(told["case"]["recipient"], "loopback");
        let page = told["page"].as_str().unwrap();
        let page = carol.get(page.strip_prefix(told["issuer"].as_str().unwrap()).unwrap()).await;
        assert_eq!(page.status, StatusCode::OK);
        // The authorization request has secrets of the client's, and reasons are for reviewers.
        for kept in ["state", "code_challenge", "weekly", "token"] {
            assert!(!notice.body.contains(kept), "{kept}: {}", notice.body);
        }
    }
    let forged =
        Arrived { body: decided.body.replace("true", "false"), head: decided.head.clone() };
    assert!(!forged.is_signed());
    assert_eq!(opened.json()["type"], "case.opened");
    assert_eq!(
        opened.json()["people"],
        serde_json::json!(["alice"]),
        "who asks later opens nothing"
    );
    let decided = decided.json();
    assert_eq!(decided["type"], "case.decided");
    let mut people: Vec<&str> =
        decided["people"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    people.sort_unstable();
    assert_eq!(people, ["alice", "bob"]);
    assert_eq!(decided["decision"]["approved"], true);
    assert_eq!(decided["decision"]["by"], "carol");
    assert_eq!(decided["decision"]["approved_for"], "everybody");
    assert_eq!(decided["decision"]["note"], "For a while.");
    assert_eq!(decided["decision"]["until"], 1_795_000_000 + 90 * 86_400);
}

#[tokio::test]
async fn a_hook_that_fails_is_tried_again_and_then_given_up_and_harms_nobody() {
    let (world, mut carol) = waiting().await;
    let (url, mut arrived) =
        listen(&["503 Service Unavailable", "302 Found", "404 Not Found", "200 OK"]).await;
    deliver(&world, &url);
    let mut alice = world.user("alice").await;
    ask(&mut alice, (NATIVE_CLIENT, NATIVE_CALLBACK), "").await;
    let mut tries = Vec::new();
    for _ in 0..3 {
        tries.push(arrived.recv().await.unwrap().json());
    }
    assert!(tries.iter().all(|one| one["id"] == tries[0]["id"]), "one notice, one id");
    // It is given up; the next one is another.
    ask(&mut alice, (WEB_CLIENT, WEB_CALLBACK), "").await;
    let next = arrived.recv().await.unwrap().json();
    assert_eq!(next["case"]["client_id"], WEB_CLIENT);
    assert_ne!(next["id"], tries[0]["id"]);
    // From now on it hangs up; the decision stands all the same.
    assert_eq!(decide(&world, &mut carol, "approve").await, StatusCode::SEE_OTHER);
    for _ in 0..3 {
        assert_eq!(arrived.recv().await.unwrap().json()["type"], "case.decided");
    }
    let page = alice.get("/account/requests").await;
    assert!(page.text.contains("<strong>Approved</strong>"), "{}", page.text);
}

#[tokio::test]
async fn who_listens_is_told_of_applications_that_are_submitted_and_decided() {
    let (url, mut told) = listen(&["200 OK", "200 OK"]).await;
    let world = World::new().await;
    deliver(&world, &url);
    let mut dora = world.account("dora", Role::Developer).await;
    let mut carol = world.account("carol", Role::Reviewer).await;
    let id = enter(&mut dora, SOUND).await;
    done(&step(&mut dora, &id, "submit").await);
    let submitted = told.recv().await.unwrap();
    assert!(submitted.is_signed());
    let submitted = submitted.json();
    assert_eq!(submitted["type"], "application.submitted");
    assert_eq!(submitted["page"], format!("http://localhost:8080/admin/applications/{id}"));
    assert_eq!((&submitted["people"][0], &submitted["case"]), (&"dora".into(), &Value::Null));
    done(&rule(&mut carol, &id, &[("deed", "take")]).await);
    let why = [("deed", "return"), ("note", "Name a contact.")];
    done(&rule(&mut carol, &id, &why).await);
    let decided = told.recv().await.unwrap().json();
    assert_eq!(decided["type"], "application.decided");
    assert_eq!(
        decided["application"],
        serde_json::json!({ "client_id": id, "label": "Notes App", "state": "returned" })
    );
    assert_eq!(
        decided["decision"],
        serde_json::json!({ "approved": false, "by": "carol", "note": "Name a contact." })
    );
}
