//! `salver catalogue`: where it comes from, what is signed for it, what waits, and what a running server makes of it.

#![expect(clippy::unwrap_used, reason = "a world that cannot be made fails the test")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use salver_testkit::web::{FakeWeb, Reply};
use serde_json::{Value, json};

use crate::{
    http::Browser,
    login::{Login, form},
    salver::{Running, json as told_json, run, write_secret},
};

const URL: &str = "https://catalogues.example/mcp.jws";
const CLIENT: &str = "https://app.example/client.json";
const CALLBACK: &str = "http://127.0.0.1:51004/callback";
const WITH: &[&str] = &["--config", "salver.toml"];

fn document(name: &str, redirect_uris: &[&str]) -> String {
    json!({
        "client_id": CLIENT, "client_name": name, "redirect_uris": redirect_uris, "token_endpoint_auth_method": "none",
    })
    .to_string()
}

fn pin(document: &str) -> String {
    format!("[[pin]]\nurl = \"{CLIENT}\"\nfetched = \"2026-01-01\"\ndocument = '{document}'\n")
}

/// A catalogue with an entry of its own, and more lines.
fn catalogue(number: u64, more: &str) -> String {
    format!(
        "format = 1\nnumber = {number}\nissued = \"2026-01-01\"\nexpires = \"2999-12-31\"\n\
         [[client]]\nname = \"Ours\"\npublisher = \"app.example\"\nnames = [\"Ours\"]\ndocuments = [\"{CLIENT}\"]\n\
         seen = \"2026-01-01\"\nsource = \"we made it\"\n{more}"
    )
}

/// An issuer with a key, a web, and a folder with a configuration that believes the key.
struct World {
    web: FakeWeb,
    folder: tempfile::TempDir,
}

impl World {
    async fn new(more: &str) -> Self {
        let web = FakeWeb::start().await;
        let folder = tempfile::tempdir().unwrap();
        let world = Self { web, folder };
        for name in ["key.pem", "other.pem"] {
            let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
            write_secret(&world.path().join(name), &key.serialize_pem());
        }
        fs::write(world.path().join("ca.pem"), world.web.authority_pem()).unwrap();
        let (_, jwk) = world.sign(&catalogue(1, ""), "key.pem");
        fs::write(world.path().join("issuer.jwk"), jwk).unwrap();
        let to = world.web.address();
        let file = format!(
            r#"
listen = ["127.0.0.1:0"]
data = "data"
resources = [{{ name = "Notes", path = "/mcp", upstream = "http://127.0.0.1:9/mcp" }}]
{more}
[development]
extra_ca = "ca.pem"
connect = {{ "catalogues.example:443" = "{to}", "app.example:443" = "{to}" }}
"#
        );
        fs::write(world.path().join("salver.toml"), file).unwrap();
        world
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The signed text, and the public key as it is told.
    fn sign(&self, text: &str, key: &str) -> (String, String) {
        let file = self.path().join("issued.toml");
        fs::write(&file, text).unwrap();
        let arguments = ["catalogue", "sign", "issued.toml", "--key", key];
        let output = crate::salver::salver(self.path(), &arguments).output().unwrap();
        let talk = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{talk}");
        let jwk = talk.lines().last().unwrap().to_owned();
        (String::from_utf8(output.stdout).unwrap(), jwk)
    }

    fn issue(&self, text: &str, key: &str) {
        let (signed, _) = self.sign(text, key);
        self.web.set(URL, Reply::json(signed).with("content-type", "application/jose"));
    }

    fn run(&self, arguments: &[&str]) -> String {
        run(self.path(), &[&["catalogue"], arguments, WITH].concat())
    }

    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        told_json(self.path(), &[&["catalogue"], arguments, &["--json"], WITH].concat())
    }

    /// What `list` tells of the client of these tests.
    fn listed(&self) -> Option<Value> {
        self.json(&["list"]).into_iter().find(|line| line["name"] == "Ours")
    }
}

const ISSUED: &str =
    "catalogue = { url = \"https://catalogues.example/mcp.jws\", key_file = \"issuer.jwk\" }";

fn facts(lines: &[Value]) -> Vec<String> {
    let fact = |line: &Value| match line["number"].as_u64() {
        Some(number) => format!("{number}: {}", line["words"].as_str().unwrap()),
        None => line["words"].as_str().unwrap().to_owned(),
    };
    lines.iter().map(fact).collect()
}

/// Waits for what another process does.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn design_4_6_what_is_signed_is_taken_over_and_what_opens_waits() {
    let world = World::new(ISSUED).await;
    world.issue(&catalogue(1, ""), "key.pem");
    tokio::task::spawn_blocking(move || {
        let at_once = ["The client Ours is new.", "Ours gains the name \"Ours\"."];
        let waits = "1: Ours gains the document https://app.example/client.json";
        let all = [&at_once[..], &[waits]].concat();
        assert_eq!(facts(&world.json(&["update", "--check"])), all);
        assert!(!world.path().join("data").exists() && world.listed().is_none(), "only a look");
        let early = world.run(&["update", "--accept", "all"]);
        assert!(early.starts_with("exit code 1") && early.contains("nothing was taken over"));

        assert_eq!(facts(&world.json(&["update"])), all);
        assert_eq!(world.listed().unwrap()["documents"], json!([]));
        assert_eq!(facts(&world.json(&["update"])), [waits], "the same is no news");
        let list = world.run(&["list"]);
        assert!(list.contains("note: one part of it wait"), "{list}");
        let none = world.run(&["update", "--accept", "7"]);
        assert!(none.contains("no part with the number 7 waits"), "{none}");
        let accepted = world.json(&["update", "--accept", "1"]);
        assert_eq!(facts(&accepted), [waits.trim_start_matches("1: ")]);
        assert_eq!(world.listed().unwrap()["documents"], json!([CLIENT]));

        // What comes later is not accepted by numbers of before.
        world.issue(&catalogue(2, &pin(&document("App", &[CALLBACK]))), "key.pem");
        let (signed, _) = world.sign(&catalogue(3, ""), "key.pem");
        fs::write(world.path().join("three.jws"), signed).unwrap();
        let told = world.run(&["update"]);
        assert!(told.contains("  1  The pinned copy is new: "), "{told}");
        assert!(world.json(&["update", "--from", "three.jws"]).is_empty(), "from a file");
        let old = world.run(&["update"]);
        assert!(old.contains("its number is 2, and the current one is 3"), "{old}");
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn design_4_6_what_cannot_follow_is_refused_and_the_last_one_stays() {
    let world = World::new(ISSUED).await;
    world.issue(&catalogue(5, ""), "key.pem");
    tokio::task::spawn_blocking(move || {
        assert_eq!(world.json(&["update"]).len(), 3);
        let refused = |why: &str| {
            let told = world.run(&["update"]);
            assert!(told.starts_with("exit code 1") && told.contains(why), "{told}");
            assert!(told.contains("hint: "), "{told}");
            assert!(world.listed().is_some());
        };
        world.issue(&catalogue(6, ""), "other.pem");
        refused("it is not signed by the key of the configuration: signature does not fit");
        world.issue(&catalogue(4, ""), "key.pem");
        refused("its number is 4, and the current one is 5");
        world.web.set(URL, Reply::json("{}"));
        refused("it cannot be fetched");
        world.web.set(URL, Reply { status: 503, ..Reply::json("") });
        refused("it cannot be fetched: status 503");
        let (signed, _) = world.sign(&catalogue(6, ""), "key.pem");
        let unsigned = signed.replace(
            signed.split('.').next().unwrap(),
            "eyJhbGciOiJub25lIiwidHlwIjoic2FsdmVyLWNhdGFsb2d1ZStqd3MifQ",
        );
        world.web.set(URL, Reply::json(unsigned));
        refused("algorithm not allowed");
        // What nobody would take over is not signed either.
        for (change, why) in [
            (("expires = \"2999-12-31\"\n", ""), "does not say when it expires"),
            (("2999-12-31", "2026-01-02"), "it expired on 2026-01-02"),
            (("format = 1", "format = 2"), "cannot be used as a catalogue"),
        ] {
            let text = catalogue(7, "").replace(change.0, change.1);
            fs::write(world.path().join("issued.toml"), text).unwrap();
            let told = run(world.path(), &["catalogue", "sign", "issued.toml", "--key", "key.pem"]);
            assert!(told.starts_with("exit code 1") && told.contains(why), "{told}");
        }
        let told = run(world.path(), &["catalogue", "sign", "issued.toml", "--key", "ca.pem"]);
        assert!(told.starts_with("exit code 1"), "{told}");
    })
    .await
    .unwrap();
}

fn login(server: &Running, password: &str) -> Login {
    Login {
        issuer: server.text("issuer"),
        resource: server.text("mcp_url"),
        client_id: CLIENT.to_owned(),
        redirect_uri: CALLBACK.to_owned(),
        username: "alice".to_owned(),
        password: password.to_owned(),
    }
}

fn password(folder: &Path) -> String {
    let arguments = [&["admin", "user", "add", "alice", "--json"], WITH].concat();
    let told = told_json(folder, &arguments).remove(0);
    told.get("password").and_then(Value::as_str).unwrap().to_owned()
}

fn start(world: &World) -> Running {
    Running::start(world.path(), &[&["serve"], WITH].concat())
}

/// The page that a signed-in person gets to see.
fn page(login: &Login, browser: &mut Browser) -> String {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("code_challenge", &"c".repeat(43)),
        ("code_challenge_method", "S256"),
        ("resource", &login.resource),
    ]);
    login.sign_in(browser, &format!("{}/authorize?{query}", login.issuer)).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_looks_by_itself_and_takes_note_of_what_is_accepted() {
    let world = World::new(ISSUED).await;
    world.issue(&catalogue(1, ""), "key.pem");
    world.web.set(CLIENT, Reply { status: 503, ..Reply::json("") });
    tokio::task::spawn_blocking(move || {
        let password = password(world.path());
        let server = start(&world);
        until("the server has looked", || world.listed().is_some());
        let (login, mut browser) = (login(&server, &password), Browser::default());
        assert!(!page(&login, &mut browser).contains("warning-pinned-copy"));
        world.issue(&catalogue(2, &pin(&document("App", &[CALLBACK]))), "key.pem");
        world.json(&["update"]);
        assert!(!page(&login, &mut browser).contains("warning-pinned-copy"), "it waits");
        world.json(&["update", "--accept", "all"]);
        let browser = std::cell::RefCell::new(browser);
        until("the server takes note", || {
            page(&login, &mut browser.borrow_mut()).contains("warning-pinned-copy")
        });
        drop(server); // killed
        assert_eq!(world.listed().unwrap()["pins"][0]["url"], CLIENT, "what was accepted stays");
        let again = start(&world);
        let login =
            Login { issuer: again.text("issuer"), resource: again.text("mcp_url"), ..login };
        assert!(page(&login, &mut Browser::default()).contains("warning-pinned-copy"));
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_ones_own_extends_or_replaces_and_its_faults_stop_the_start() {
    let world = World::new("catalogue = { file = \"own.toml\" }").await;
    tokio::task::spawn_blocking(move || {
        let own = world.path().join("own.toml");
        fs::write(&own, catalogue(9, &pin(&document("App", &[CALLBACK])))).unwrap();
        let lines = world.json(&["list"]);
        assert!(lines.iter().any(|line| line["name"] == "Zed") && world.listed().is_some());
        let config = world.path().join("salver.toml");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text.replace("own.toml\"", "own.toml\", replace = true")).unwrap();
        assert_eq!(world.json(&["list"]).len(), 1);
        let check = run(world.path(), &["config", "check", "salver.toml"]);
        assert!(check.contains("note: the catalogue that came with salver is left out"), "{check}");
        fs::write(&own, catalogue(9, &pin("{}"))).unwrap();
        insta::assert_snapshot!(run(world.path(), &[&["serve"], WITH].concat()));
        let update = world.run(&["update"]);
        assert!(update.starts_with("exit code 1"), "{update}");
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_pinned_as_it_is_served_and_drift_is_told() {
    let world = World::new("catalogue = { file = \"own.toml\" }").await;
    let says = |name, uris: &[&str]| Reply::json(format!(" {}\n", document(name, uris)));
    world.web.set(CLIENT, says("App", &[CALLBACK]));
    fs::write(world.path().join("own.toml"), "format = 1\nnumber = 1\nissued = \"2026-01-01\"\n")
        .unwrap();
    tokio::task::spawn_blocking(move || {
        let told = world.run(&["pin", CLIENT]);
        let served_text = format!("document = '''\n {}\n'''", document("App", &[CALLBACK]));
        assert!(told.starts_with("exit code 0") && told.contains(&served_text), "{told}");
        let written = world.run(&["pin", CLIENT, "--into", "own.toml"]);
        assert!(written.starts_with("exit code 0"), "{written}");
        let alone = |world: &World| world.json(&["list"]).pop().unwrap()["pins"][0].clone();
        assert_eq!(
            (&alone(&world)["url"], &alone(&world)["drift"]),
            (&json!(CLIENT), &json!(null))
        );

        let password = password(world.path());
        let server = start(&world);
        let other = "http://127.0.0.1:51005/other";
        world.web.set(CLIENT, says("App", &[other]));
        let login = Login { redirect_uri: other.to_owned(), ..login(&server, &password) };
        login.redeem(&login.code(&mut Browser::default(), "mcp"));
        assert_eq!(alone(&world)["drift"], "taken_back");
        let list = world.run(&["list"]);
        assert!(list.contains("differs)") && list.contains("hint: look at it"), "{list}");
        // Copied again, it agrees again.
        assert!(world.run(&["pin", CLIENT, "--into", "own.toml"]).starts_with("exit code 0"));
        assert_eq!(alone(&world)["drift"], json!(null));
        assert!(fs::read_to_string(world.path().join("own.toml")).unwrap().contains("number = 3"));
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_let_a_client_in_is_not_pinned() {
    let world = World::new("").await;
    let keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
    let keyed = json!({
        "client_id": CLIENT, "client_name": "App", "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
    });
    let cases = [
        (Reply { status: 404, ..Reply::json("") }, "answers 404"),
        (Reply::json("{}"), "cannot be used"),
        (
            Reply::json(document("App", &[CALLBACK])).with("content-type", "text/html"),
            "not served as JSON",
        ),
        (Reply::json(keyed.to_string()), "keys are never pinned"),
        (Reply { status: 503, ..Reply::json("") }, "answers 503"),
    ];
    for (reply, why) in cases {
        world.web.set(CLIENT, reply);
        let told = world.run(&["pin", CLIENT, "--into", "own.toml"]);
        assert!(told.starts_with("exit code 1") && told.contains(why), "{told}");
    }
    assert!(!world.path().join("own.toml").exists());
}
