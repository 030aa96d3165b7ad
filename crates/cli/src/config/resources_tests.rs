//! Each refusal of a resource, with an accepted neighbour.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn entry(text: &str) -> ResourceEntry {
    let mut table: toml::Table =
        toml::from_str("name = \"A\"\npath = \"/mcp\"\nupstream = \"http://127.0.0.1:9000/mcp\"")
            .unwrap();
    for (name, value) in toml::from_str::<toml::Table>(text).unwrap() {
        match value.as_str() {
            Some("(none)") => drop(table.remove(&name)),
            _ => drop(table.insert(name, value)),
        }
    }
    table.try_into().unwrap()
}

fn refusals(issuer: &str, entries: &[ResourceEntry]) -> Vec<String> {
    let mut problems = Problems::default();
    resolve(
        "resources",
        entries,
        &Issuer::parse(issuer).unwrap(),
        &variables(),
        &mut problems,
    );
    problems
        .into_list()
        .into_iter()
        .map(|problem| format!("{}: {}", problem.key, problem.why))
        .collect()
}

fn variables() -> Environment {
    [
        ("STRONG", "0123456789abcdef0123456789abcdef"),
        ("WEAK", "short"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into()
}

const FORM: &str = "is not in the plain form that clients and we compare";

#[test]
fn public_addresses() {
    for (issuer, text, refused) in [
        ("http://localhost:8080", "", None),
        ("http://localhost:8080", "path = \"/a/b\"", None),
        (
            "http://localhost:8080",
            "path = \"/token\"",
            Some("path: collides with /token, which is ours"),
        ),
        (
            "http://localhost:8080",
            "path = \"/.well-known/x\"",
            Some("path: collides with /.well-known, which is ours"),
        ),
        (
            "http://localhost:8080",
            "path = \"/\"",
            Some("path: collides with /authorize, which is ours"),
        ),
        (
            "https://as.example/as",
            "path = \"/as/token\"",
            Some("path: collides with /as/token, which is ours"),
        ),
        ("https://as.example/as", "path = \"/token\"", None),
        (
            "http://localhost:8080",
            "path = \"mcp\"",
            Some("path: does not begin with a slash"),
        ),
        ("http://localhost:8080", "path = \"/mcp/\"", Some(FORM)),
        ("http://localhost:8080", "path = \"/a/../mcp\"", Some(FORM)),
        ("http://localhost:8080", "path = \"//mcp\"", Some(FORM)),
        ("http://localhost:8080", "path = \"/mcp?x\"", Some(FORM)),
        ("http://localhost:8080", "path = \"/%6dcp\"", Some(FORM)),
        (
            "http://localhost:8080",
            "path = \"(none)\"",
            Some("path: is missing"),
        ),
        (
            "http://localhost:8080",
            "url = \"http://localhost:8080/x\"",
            Some("url: is there beside `path`"),
        ),
        (
            "https://as.example",
            "path = \"(none)\"\nurl = \"https://mcp.example/mcp\"",
            None,
        ),
        (
            "https://as.example",
            "path = \"(none)\"\nurl = \"https://mcp.example\"",
            None,
        ),
        (
            "https://as.example",
            "path = \"(none)\"\nurl = \"https://mcp.example/token\"",
            None,
        ),
        (
            "https://as.example",
            "path = \"(none)\"\nurl = \"https://as.example/token\"",
            Some("url: collides with /token, which is ours"),
        ),
        (
            "https://as.example",
            "path = \"(none)\"\nurl = \"https://MCP.example/mcp\"",
            Some(FORM),
        ),
        (
            "https://as.example",
            "path = \"(none)\"\nurl = \"http://mcp.example/mcp\"",
            Some("url: is http although the issuer is not"),
        ),
        (
            "http://localhost:8080",
            "path = \"(none)\"\nurl = \"http://mcp.example/mcp\"",
            Some("url: is plain http, which is for loopback hosts only"),
        ),
    ] {
        let seen = refusals(issuer, &[entry(text)]);
        let expected: Vec<String> = refused
            .map(|why| {
                if why == FORM {
                    format!("resources[0].path: {why}")
                } else {
                    format!("resources[0].{why}")
                }
            })
            .into_iter()
            .collect();
        let seen: Vec<String> = seen
            .into_iter()
            .map(|line| {
                if line.ends_with(FORM) {
                    line.replace(".url:", ".path:")
                } else {
                    line
                }
            })
            .collect();
        assert_eq!(seen, expected, "{issuer} {text}");
    }
}

#[test]
fn everything_else() {
    for (text, refused) in [
        ("upstream = \"https://inside.example/mcp\"", None),
        (
            "upstream = \"ftp://inside.example/mcp\"",
            Some("upstream: is a ftp URL"),
        ),
        (
            "upstream = \"127.0.0.1:9000\"",
            Some("upstream: is not a URL: relative URL without a base"),
        ),
        (
            "upstream = \"http://u:p@127.0.0.1:9000\"",
            Some("upstream: has a user name, password, query or fragment"),
        ),
        ("name = \" \"", Some("name: is empty")),
        ("default_scope = [\"mcp\"]", None),
        (
            "default_scope = [\"mpc\"]",
            Some("default_scope: \"mpc\" is no scope of this resource"),
        ),
        (
            "default_scope = []",
            Some("default_scope: is empty, so a token without any right would do"),
        ),
        ("rules = [{ tool = \"add\", scopes = [\"mcp\"] }]", None),
        (
            "rules = [{ tool = \"add\", scopes = [\"write\"] }]",
            Some("rules[0].scopes: \"write\" is no scope of this resource"),
        ),
        (
            "rules = [{ tool = \"add\", scopes = [] }]",
            Some("rules[0].scopes: is empty, so a token without any right would do"),
        ),
        (
            "rules = [{ scopes = [\"mcp\"] }]",
            Some("rules[0]: names 0 things"),
        ),
        (
            "rules = [{ tool = \"a\", method = \"b\", scopes = [\"mcp\"] }]",
            Some("rules[0]: names 2 things"),
        ),
        (
            "upstream = \"http://127.0.0.1:9000/?x\"",
            Some("upstream: has a user name, password, query or fragment"),
        ),
        ("rules = [{ tool = \"notes_*\", scopes = [\"mcp\"] }]", None),
        ("rules = [{ tool = \"*\", scopes = [\"mcp\"] }]", None),
        (
            "rules = [{ tool = \"\", scopes = [\"mcp\"] }]",
            Some("rules[0]: has the pattern \"\""),
        ),
        (
            "rules = [{ tool = \"a*b\", scopes = [\"mcp\"] }]",
            Some("rules[0]: has the pattern \"a*b\""),
        ),
        (
            "rules = [{ tool = \"a**\", scopes = [\"mcp\"] }]",
            Some("rules[0]: has the pattern \"a**\""),
        ),
        ("introspection_secret_env = \"STRONG\"", None),
        (
            "introspection_secret_env = \"WEAK\"",
            Some(
                "introspection_secret_env: is too weak: fewer than 32 characters, or spaces and the like among them",
            ),
        ),
        (
            "introspection_secret_env = \"ABSENT\"",
            Some("introspection_secret_env: names ABSENT, which is not set"),
        ),
        ("allowed_origins = [\"https://app.example\"]", None),
        (
            "allowed_origins = [\"https://app.example/\"]",
            Some("allowed_origins[0]: \"https://app.example/\" is not a web origin"),
        ),
        (
            "allowed_origins = [\"*\"]",
            Some("allowed_origins[0]: \"*\" is not a web origin"),
        ),
    ] {
        let expected: Vec<String> = refused
            .map(|why| format!("resources[0].{why}"))
            .into_iter()
            .collect();
        assert_eq!(
            refusals("http://localhost:8080", &[entry(text)]),
            expected,
            "{text}"
        );
    }
}

#[test]
fn resources_do_not_stand_in_each_others_way() {
    for (second, refused) in [
        ("name = \"B\"\npath = \"/mcp2\"", None),
        (
            "name = \"A\"\npath = \"/mcp2\"",
            Some("resources[1].name: \"A\" is there twice"),
        ),
        (
            "name = \"B\"\npath = \"/mcp\"",
            Some("resources[1].path: collides with https://as.example/mcp of \"A\""),
        ),
        (
            "name = \"B\"\npath = \"/mcp/b\"",
            Some("resources[1].path: collides with https://as.example/mcp of \"A\""),
        ),
        (
            "name = \"B\"\npath = \"(none)\"\nurl = \"https://mcp.example/mcp\"",
            None,
        ),
    ] {
        let seen = refusals("https://as.example", &[entry(""), entry(second)]);
        assert_eq!(
            seen,
            refused.map(str::to_owned).into_iter().collect::<Vec<_>>(),
            "{second}"
        );
    }
}

#[test]
#[cfg(unix)]
fn introspection_secrets_are_strong_and_kept_from_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let strong = "0123456789abcdef0123456789abcdef\n";
    for (text, mode, accepted) in [
        (strong, 0o600, true),
        (strong, 0o644, false),
        ("short", 0o600, false),
        ("0123456789abcdef 0123456789abcdef", 0o600, false),
    ] {
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let seen = refusals(
            "http://localhost:8080",
            &[entry(&format!(
                "introspection_secret_file = {:?}",
                path.to_str().unwrap()
            ))],
        );
        assert_eq!(seen.is_empty(), accepted, "{text:?} {mode:o}: {seen:?}");
    }
}

#[test]
fn what_protect_stands_for() {
    for (upstream, path) in [
        ("http://127.0.0.1:9000/mcp", "/mcp"),
        ("http://127.0.0.1:9000", "/mcp"),
        ("http://127.0.0.1:9000/a/b/", "/a/b"),
    ] {
        assert_eq!(protect(upstream).path.as_deref(), Some(path), "{upstream}");
        assert_eq!(
            refusals("http://localhost:8080", &[protect(upstream)]),
            Vec::<String>::new()
        );
    }
    let mut problems = Problems::default();
    resolve(
        "--protect",
        &[protect("127.0.0.1:9000")],
        &Issuer::parse("http://localhost:8080").unwrap(),
        &variables(),
        &mut problems,
    );
    assert_eq!(
        problems
            .into_list()
            .into_iter()
            .map(|problem| problem.key)
            .collect::<Vec<_>>(),
        ["--protect.upstream"]
    );
}
