//! `salver admin review` and `salver admin approvals`, beside a server at which somebody asks.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a server that does not answer fails the test"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    sync::mpsc,
    thread,
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_testkit::form::Form;
use serde_json::Value;

use crate::{
    http::Browser,
    login::{Login, form},
    salver::{Running, json, run, salver, told, write_secret},
};

const CLIENT: &str = "reports";
const CALLBACK: &str = "http://127.0.0.1:51004/callback";

/// A server at which everybody waits, and a person who is signed in.
struct World {
    folder: tempfile::TempDir,
    server: Running,
    browser: Browser,
    login: Login,
}

impl World {
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = format!(
            "listen = [\"127.0.0.1:0\"]\ndata = \"data\"\n\
             [[resources]]\nname = \"Notes\"\npath = \"/mcp\"\nupstream = \"http://127.0.0.1:9/mcp\"\n\
             [[clients]]\nclient_id = \"{CLIENT}\"\nclient_name = \"Weekly reports\"\nredirect_uris = [\"http://127.0.0.1/callback\"]\n\
             [policy]\npreset = \"none\"\n\
             [[policy.rules]]\nname = \"others\"\nsentence = \"Others are looked at first.\"\nthen = \"review\"\n{more}"
        );
        fs::write(folder.path().join("salver.toml"), file).unwrap();
        write_secret(&folder.path().join("hook.secret"), "0123456789abcdef0123456789abcdef");
        let path = folder.path();
        let add = ["admin", "user", "add", "alice", "--role", "developer", "--json"];
        let made = json(path, &[&add[..], &["--config", "salver.toml"]].concat());
        let server = Running::start(path, &["serve", "--config", "salver.toml"]);
        let login = Login {
            issuer: server.text("issuer"),
            resource: server.text("mcp_url"),
            client_id: CLIENT.to_owned(),
            redirect_uri: CALLBACK.to_owned(),
            username: "alice".to_owned(),
            password: made[0]["password"].as_str().unwrap().to_owned(),
        };
        Self { folder, server, browser: Browser::default(), login }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The page that the client's request comes to.
    fn page(&mut self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, b"x"));
        let query = form(&[
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", CALLBACK),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", "kept"),
            ("resource", &self.login.resource),
        ]);
        let url = format!("{}/authorize?{query}", self.login.issuer);
        self.login.sign_in(&mut self.browser, &url).body
    }

    /// Asks for access.
    fn ask(&mut self, reason: &str) {
        let page = self.page();
        let wish = Form::to(&page, "/authorize/access").with("reason", reason);
        let url = format!("{}/authorize/access", self.login.issuer);
        let asked = self.browser.post(&url, &wish.body());
        assert!(asked.body.contains("Your request waits"), "{asked:?}");
    }

    fn admin(&self, arguments: &[&str]) -> String {
        let arguments = [&["admin"], arguments, &["--config", "salver.toml"]].concat();
        told(self.path(), &salver(self.path(), &arguments).output().unwrap())
    }

    fn admin_json(&self, arguments: &[&str]) -> Vec<Value> {
        json(self.path(), &[&["admin"], arguments, &["--json", "--config", "salver.toml"]].concat())
    }

    /// The id of the newest open case.
    fn case(&self) -> String {
        let cases = self.admin_json(&["review", "list"]);
        cases.last().unwrap()["case"].as_str().unwrap().to_owned()
    }

    /// What a command says, with what differs from run to run made equal.
    fn told(&self, text: &str, case: &str) -> String {
        let text = text.replace(case, "[case]").replace(&self.login.issuer, "[issuer]");
        let equal = |word: &str| {
            let shape: String =
                word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            match shape.trim_end_matches([',', ':']) {
                "0000-00-00" => "[day]".to_owned(),
                "00:00:00" => "[time]".to_owned(),
                _ => word.to_owned(),
            }
        };
        let lines =
            text.lines().map(|line| line.split(' ').map(equal).collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn a_case_is_listed_shown_approved_and_ended() {
    let mut world = World::new("");
    assert!(world.admin(&["review", "list"]).contains("Nothing waits."));
    world.ask("The weekly\u{1b}[2J reports.");
    let case = world.case();
    let list = world.admin(&["review", "list"]);
    let show = world.admin(&["review", "show", &case]);
    let approve = world.admin(&[
        "review",
        "approve",
        &case,
        "--for",
        "user:ALICE",
        "--days",
        "30",
        "--note",
        "For a month.",
    ]);
    let again = world.admin(&["review", "refuse", &case]);
    let after = world.admin(&["review", "show", &case]);
    let approvals = world.admin(&["approvals"]);
    let texts = [list, show, approve, again, after, approvals].map(|text| world.told(&text, &case));
    insta::assert_snapshot!(texts.join("\n"));

    let kept = world.admin_json(&["approvals"]);
    assert_eq!(
        (&kept[0]["for"], &kept[0]["by"]),
        (&"user:alice".into(), &"an administrator".into())
    );
    assert_eq!(kept[0]["until"].as_i64().unwrap() - kept[0]["at"].as_i64().unwrap(), 30 * 86_400);
    assert!(world.page().contains("action=\"/authorize/consent\""));
    let number = kept[0]["number"].to_string();
    assert!(world.admin(&["approvals", "--end", &number]).contains("has ended"));
    assert!(world.page().contains("action=\"/authorize/access\""));
    let twice = world.admin(&["approvals", "--end", &number]);
    assert!(twice.starts_with("exit code 1"), "{twice}");
    assert!(world.admin(&["approvals"]).contains("Nothing is approved."));
    drop(world.server);
}

#[test]
fn a_refusal_is_told_to_who_asked() {
    let mut world = World::new("");
    world.ask("");
    let case = world.case();
    let refused = world.admin(&["review", "refuse", &case, "--note", "Use the other one."]);
    assert!(refused.contains("Refused."), "{refused}");
    let page = world.page();
    assert!(
        page.contains("A reviewer has said no") && page.contains("Use the other one."),
        "{page}"
    );
    assert!(world.admin_json(&["review", "list"]).is_empty());
    let all = world.admin_json(&["review", "list", "--all"]);
    assert_eq!((&all[0]["state"], &all[0]["people"]), (&"refused".into(), &1.into()));
    let shown = world.admin_json(&["review", "show", &case]);
    assert_eq!(shown[0]["note"], "Use the other one.");
    assert_eq!(shown[0]["facts"]["publisher"], "administrator");
    assert_eq!(shown[0]["asking"][0]["username"], "alice");
}

#[test]
fn applications_of_developers_stand_in_the_same_list() {
    let mut world = World::new("");
    world.page();
    let pages = format!("{}/developer", world.login.issuer);
    let new = world.browser.get(&format!("{pages}/new"));
    let new = Form::to(&new.body, "/developer/new").with("name", "Notes \"App\"");
    let new = new.with("redirect_uris", "http://127.0.0.1/callback");
    let entered = world.browser.post(&format!("{pages}/new"), &new.body());
    let id = entered.header("location").unwrap().rsplit('/').next().unwrap().to_owned();
    assert!(world.admin(&["review", "list", "--all"]).contains("Nothing waits."), "a draft");
    let page = world.browser.get(&format!("{pages}/{id}"));
    let submit = Form::to(&page.body, &format!("/developer/{id}")).with("step", "submit");
    world.browser.post(&format!("{pages}/{id}"), &submit.body());
    let list = world.admin(&["review", "list"]);
    for word in [&*id, "submitted", "alice", "APPLICATION"] {
        assert!(list.contains(word), "{word}: {list}");
    }
    let listed = world.admin_json(&["review", "list"]);
    assert_eq!(listed[0]["kind"], "application");
    assert_eq!((&listed[0]["client_id"], &listed[0]["owner"]), (&(*id).into(), &"alice".into()));

    let submit = |world: &mut World| {
        let page = world.browser.get(&format!("{pages}/{id}"));
        let form = Form::to(&page.body, &format!("/developer/{id}")).with("step", "submit");
        world.browser.post(&format!("{pages}/{id}"), &form.body());
    };
    let state = |world: &World| {
        world.admin_json(&["review", "show", &id])[0]["state"].as_str().unwrap().to_owned()
    };
    for (arguments, words, after) in [
        (&["approve", &id, "--for", "everybody"][..], "leave --for", "submitted"),
        (&["approve", &id, "--by", "alice"], "own application", "submitted"),
        (&["refuse", &id], "--note", "submitted"),
        (&["return", &id, "--note", " "], "--note", "submitted"),
        (&["return", &id, "--note", "Say who you are."], "back with its developer", "returned"),
        (&["return", &id, "--note", "Again."], "nothing of the application waits", "returned"),
    ] {
        let told = world.admin(&[&["review"], arguments].concat());
        assert!(told.contains(words), "{arguments:?}: {told}");
        assert_eq!(state(&world), after, "{arguments:?}");
    }
    let page = world.browser.get(&format!("{pages}/{id}"));
    assert!(page.body.contains("Say who you are."), "{}", page.body);
    submit(&mut world);
    let told = world.admin(&["review", "refuse", &id, "--note", "Not here.", "--by", "carol"]);
    assert!(told.contains("Refused."), "{told}");
    assert_eq!(state(&world), "refused");
    assert!(world.admin(&["review", "approve", &id]).contains("is in force"));
    assert_eq!(state(&world), "approved");
    let shown = world.admin(&["review", "show", &id]);
    for word in ["Say who you are.", "carol", "returned", "approved"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn what_is_no_decision_says_so() {
    let mut world = World::new("");
    world.ask("");
    let case = world.case();
    for (arguments, words) in [
        (&["review", "show", "AAAAAAAAAAAAAAAAAAAAAA"][..], "there is no case"),
        (&["review", "show", "-x"], "there is no case"),
        (&["review", "approve", &case, "--for", "alice"], "names nobody"),
        (&["review", "approve", &case, "--for", "user:bob"], "no account that can sign in"),
        (&["review", "approve", &case, "--for", "group:Not A Group"], "cannot be a group"),
        (&["review", "approve", &case, "--for", "everybody", "--days", "0"], "0 is not in"),
        (&["review", "approve", &case], "--for"),
        (&["review", "return", &case, "--note", "x"], "approved or refused"),
        (&["approvals", "--end", "7"], "no approval of the number 7"),
    ] {
        let told = world.admin(arguments);
        assert!(!told.starts_with("exit code 0"), "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    assert_eq!(world.admin_json(&["review", "list"]).len(), 1);
    assert!(world.admin_json(&["approvals"]).is_empty());
}

#[test]
fn the_webhook_hears_of_commands_too() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).unwrap();
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.unwrap().parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            let answer = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            tell.send((head, serde_json::from_slice::<Value>(&body).unwrap())).unwrap();
        }
    });
    let mut world = World::new(&format!(
        "[review]\nwebhook = \"http://{address}/hook\"\nwebhook_secret_file = \"hook.secret\"\n"
    ));
    world.ask("");
    let (head, opened) = told.recv().unwrap();
    assert!(head.contains("salver-signature: t="), "{head}");
    assert_eq!((&opened["type"], &opened["people"][0]), (&"case.opened".into(), &"alice".into()));
    let case = world.case();
    world.admin(&["review", "approve", &case, "--for", "everybody"]);
    let (_, decided) = told.recv().unwrap();
    assert_eq!(decided["type"], "case.decided");
    assert_eq!(decided["decision"]["approved_for"], "everybody");
    assert_eq!(decided["page"], format!("{}/admin/review/{case}", world.login.issuer));
}

#[test]
fn a_webhook_without_a_secret_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[review]\nwebhook = \"https://chat.example/hook\"\n";
    fs::write(folder.path().join("salver.toml"), file).unwrap();
    insta::assert_snapshot!(run(folder.path(), &["config", "check", "salver.toml"]));
}
