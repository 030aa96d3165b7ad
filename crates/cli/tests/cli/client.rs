//! `salver client`: the documents of real clients, documents over real sockets, and new ones.

use salver_testkit::web::{FakeWeb, Reply};
use serde_json::{Value, json};

use crate::{
    http::Browser,
    login::Login,
    salver::{Running, json, run, salver, told},
};

const CLIENTS: &[&str] =
    &["chatgpt", "claude", "claude-code", "codex", "opencode", "vscode", "zed"];

fn fixture(name: &str) -> String {
    format!("{}/../../tests/fixtures/clients/{name}.json", env!("CARGO_MANIFEST_DIR"))
}

fn texts<'v>(value: &'v Value, members: &[&str]) -> Vec<&'v str> {
    members.iter().map(|member| value[member].as_str().unwrap_or_default()).collect()
}

#[test]
fn documents_of_real_clients_break_no_rule_and_their_notes_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let mut notes = Vec::new();
    for name in CLIENTS {
        let told = json(folder.path(), &["client", "check", &fixture(name), "--json"]);
        assert_eq!(told[0]["sound"], true, "{name}: {}", told[0]);
        notes.push((*name).to_owned());
        let findings = told[0]["findings"].as_array().unwrap();
        for finding in findings.iter().filter(|finding| finding["verdict"] != "ok") {
            notes.push(format!("  {}", texts(finding, &["rule", "verdict", "what"]).join(" | ")));
        }
        for line in told[0]["elsewhere"].as_array().unwrap() {
            notes.push(format!("  {}", texts(line, &["server", "what"]).join(" | ")));
        }
    }
    insta::assert_snapshot!(notes.join("\n"));
}

#[test]
fn what_a_developer_reads() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(run(folder.path(), &["client", "check", &fixture("claude-code")]));
}

#[test]
fn what_people_would_see_is_told_for_the_address_that_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let told = |client: &str, uri: &str| {
        let arguments = ["client", "check", &fixture(client), "--json", "--redirect", uri];
        let told = json(folder.path(), &arguments);
        told[0]["consent"][0].clone()
    };
    let used = told("claude-code", "http://localhost:51004/callback");
    assert_eq!(used["recipient"], "a program on this computer, port 51004");
    assert_eq!((&used["rung"], &used["asked_every_time"]), (&json!("published"), &json!(true)));
    let anchored = told("claude", "https://claude.ai/api/mcp/auth_callback");
    assert_eq!(
        (&anchored["rung"], &anchored["asked_every_time"]),
        (&json!("anchored"), &json!(false))
    );
    let relay = told("vscode", "https://vscode.dev/redirect");
    assert_eq!((&relay["rung"], &relay["asked_every_time"]), (&json!("published"), &json!(true)));
    let other = told("claude", "https://evil.example/");
    assert_eq!(other["refusal"], "refused: the document does not list it");
}

#[test]
fn names_and_hosts_that_pass_for_others_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let entered = "[[clients]]\nclient_id = \"crm\"\nclient_name = \"Acme CRM\"\nredirect_uris = [\"http://localhost/cb\"]\n";
    std::fs::write(folder.path().join("salver.toml"), entered).unwrap();
    for (host, name, warnings) in [
        ("app.example", "App", &["first-sight"][..]),
        ("app.example", "Cl\u{430}ude Desktop", &["looks-like-name", "first-sight"]),
        ("app.example", "Acme CRM", &["borrowed-name", "first-sight"]),
        ("app.example", "Ab\u{430}cus", &["mixed-scripts", "first-sight"]),
        ("claude-ai.example", "App", &["looks-like-host", "first-sight"]),
    ] {
        let (id, callback) = (format!("https://{host}/c"), format!("https://{host}/cb"));
        let document = json!({ "client_id": id, "client_name": name, "redirect_uris": [callback] });
        let file = folder.path().join("document.json");
        std::fs::write(&file, document.to_string()).unwrap();
        let file = file.to_str().unwrap();
        let arguments = ["client", "check", file, "--json", "--config", "salver.toml"];
        let told = json(folder.path(), &arguments);
        let told = told[0]["consent"][0]["warnings"].as_array().unwrap();
        let told: Vec<&str> = told.iter().map(|warning| warning["id"].as_str().unwrap()).collect();
        assert_eq!(told, warnings, "{name} at {host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_fetched_as_at_a_login_and_the_exit_code_says_whether_it_is_good() {
    let web = FakeWeb::start().await;
    let at = |path: &str| format!("https://app.example/{path}");
    let document = |path: &str| {
        json!({ "client_id": at(path), "client_name": "App", "redirect_uris": [at("cb")] })
            .to_string()
    };
    web.set(&at("good"), Reply::json(document("good")));
    web.set(&at("text"), Reply::json(document("text")).with("content-type", "text/plain"));
    web.set(&at("other"), Reply::json(document("good")));
    let moved = Reply { status: 302, ..Reply::json("") }.with("location", &at("good"));
    web.set(&at("moved"), moved);
    web.set(&at("long"), Reply::json(" ".repeat(6_000)));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), web.authority_pem()).unwrap();
    let connect = format!("\"app.example:443\" = \"{}\"", web.address());
    let file = format!("[development]\nextra_ca = \"ca.pem\"\n[development.connect]\n{connect}\n");
    std::fs::write(folder.path().join("salver.toml"), file).unwrap();
    let told = tokio::task::spawn_blocking(move || {
        let check = |url: &str| {
            let arguments = ["client", "check", url, "--json", "--config", "salver.toml"];
            let output = salver(folder.path(), &arguments).output().unwrap();
            let told: Value = serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|_| panic!("{}", told(folder.path(), &output)));
            let failed: Vec<String> = told["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|finding| finding["verdict"] == "fail")
                .map(|finding| finding["rule"].as_str().unwrap().to_owned())
                .collect();
            format!("{url} exit code {} {}", output.status.code().unwrap(), failed.join(" "))
        };
        let urls = ["good", "text", "other", "moved", "missing", "long"].map(at);
        let urls = urls.iter().map(String::as_str);
        let never =
            ["http://app.example/good", "https://127.0.0.1/good", "https://app.example:8443/good"];
        urls.chain(never).map(check).collect::<Vec<_>>().join("\n")
    })
    .await
    .unwrap();
    insta::assert_snapshot!(told);
    assert_eq!(web.hits(&at("good")), 1);
}

#[test]
fn a_new_document_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let url = "https://app.example/oauth/client.json";
    let new = |kind: &str, out: &str| {
        let arguments =
            ["client", "new", "--name", "App", "--url", url, "--kind", kind, "--out", out];
        run(folder.path(), &arguments)
    };
    let made = [new("native", "native.json"), new("web", "web.json"), new("web", "web.json")];
    insta::assert_snapshot!(made.join("\n"));
    for file in ["native.json", "web.json"] {
        let told = json(folder.path(), &["client", "check", file, "--json"]);
        assert_eq!(told[0]["url"], url);
        let findings = told[0]["findings"].as_array().unwrap();
        assert!(findings.iter().all(|finding| finding["verdict"] == "ok"), "{file}: {}", told[0]);
    }
    insta::assert_snapshot!(std::fs::read_to_string(folder.path().join("native.json")).unwrap());
    // Nobody sits at a terminal here, so what is missing is named.
    let output = salver(folder.path(), &["client", "new", "--name", "App"]).output().unwrap();
    insta::assert_snapshot!(told(folder.path(), &output));
}

#[test]
fn a_new_key_is_written_beside_the_document() {
    let folder = tempfile::tempdir().unwrap();
    let url = "https://app.example/c.json";
    let arguments =
        ["client", "new", "--name", "App", "--url", url, "--kind", "web", "--keys", "--json"];
    let made = json(folder.path(), &arguments);
    assert_eq!(made[0]["client_id"], url);
    let key_set = std::fs::read(folder.path().join(made[0]["key_set"].as_str().unwrap())).unwrap();
    let key_set: Value = serde_json::from_slice(&key_set).unwrap();
    assert_eq!((&key_set["keys"][0]["kty"], key_set["keys"][0].get("d")), (&json!("EC"), None));
    assert!(folder.path().join(made[0]["private_key"].as_str().unwrap()).exists());
    assert!(run(folder.path(), &["client", "check", "c.json"]).starts_with("exit code 0"));
}

#[test]
fn decision_5_a_document_without_a_web_host_logs_in() {
    let folder = tempfile::tempdir().unwrap();
    let made = json(folder.path(), &["admin", "user", "add", "alice", "--json"]);
    let new = ["client", "new", "--name", "App", "--kind", "native", "--host", "app", "--account"];
    let new = |account, more: &[&'static str]| [&new[..], &[account], more].concat();
    let too_early = run(folder.path(), &new("alice", &[]));
    let arguments = ["serve", "--protect", "http://127.0.0.1:9/mcp", "--listen", "127.0.0.1:0"];
    let server = Running::start(folder.path(), &arguments);
    let issuer = server.text("issuer");
    let client_id = format!("{issuer}/clients/app.json");
    let hosted = json(folder.path(), &new("alice", &["--json"]));
    assert_eq!(hosted[0]["client_id"], client_id);
    let refused = [
        too_early,
        run(folder.path(), &new("alice", &[])),
        run(folder.path(), &new("bob", &[])),
        run(folder.path(), &["client", "new", "--host", "App", "--account", "alice"]),
        run(folder.path(), &["client", "new", "--host", "app"]),
    ];
    insta::assert_snapshot!(refused.join("\n"));
    assert!(run(folder.path(), &new("alice", &["--replace"])).starts_with("exit code 0"));

    let mut browser = Browser::default();
    let page = browser.get(&client_id);
    assert_eq!((page.status, page.header("content-type")), (200, Some("application/json")));
    let login = Login {
        issuer,
        resource: server.text("mcp_url"),
        client_id,
        redirect_uri: "http://127.0.0.1:51735/callback".to_owned(),
        username: "alice".to_owned(),
        password: made[0]["password"].as_str().unwrap().to_owned(),
    };
    assert_eq!(login.redeem(&login.code(&mut browser, "mcp"))["scope"], "mcp");

    let list = json(folder.path(), &["client", "hosted", "list", "alice", "--json"]);
    assert_eq!((list.len(), &list[0]["client_id"]), (1, &json!(login.client_id)));
    let removed = [
        run(folder.path(), &["client", "hosted", "remove", "alice", "app"]),
        run(folder.path(), &["client", "hosted", "remove", "alice", "app"]),
        run(folder.path(), &["client", "hosted", "list", "alice"]),
    ];
    insta::assert_snapshot!(removed.join("\n"));
    assert_eq!(browser.get(&login.client_id).status, 404);
}
