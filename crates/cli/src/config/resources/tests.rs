//! Each refusal of a resource, with an accepted neighbour.

use super::{entry::protect, *};

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
    resolve("resources", entries, &Issuer::parse(issuer).unwrap(), &variables(), &mut problems);
    problems
        .into_list()
        .into_iter()
        .map(|problem| format!("{}: {}", problem.key, problem.why))
        .collect()
}

fn variables() -> Environment {
    [("STRONG", "0123456789abcdef0123456789abcdef"), ("WEAK", "short")]
        .map(|(name, value)| (name.into(), value.into()))
        .into()
}

/// Key, reason and, before them, what an entry says besides name, path and upstream; `; ` stands for a new line.
type Case = (&'static str, &'static str);

fn check(issuer: &str, cases: &[Case]) {
    for (text, refused) in cases {
        let expected: Vec<String> =
            refused.split_terminator('\n').map(|why| format!("resources[0].{why}")).collect();
        let text = text.replace("; ", "\n");
        assert_eq!(refusals(issuer, &[entry(&text)]), expected, "{issuer} {text}");
    }
}

const ON_LOOPBACK: &[Case] = &[
    ("", ""),
    ("path = '/a/b'", ""),
    ("path = '/token'", "path: collides with /token, which is ours"),
    ("path = '/.well-known/x'", "path: collides with /.well-known, which is ours"),
    ("path = '/'", "path: collides with /authorize, which is ours"),
    ("path = 'mcp'", "path: does not begin with a slash"),
    ("path = '/mcp/'", "path: is not in the plain form that clients and we compare"),
    ("path = '/a/../mcp'", "path: is not in the plain form that clients and we compare"),
    ("path = '//mcp'", "path: is not in the plain form that clients and we compare"),
    ("path = '/mcp?x'", "path: is not in the plain form that clients and we compare"),
    ("path = '/%6dcp'", "path: is not in the plain form that clients and we compare"),
    ("path = '(none)'", "path: is missing"),
    ("url = 'http://localhost:8080/x'", "url: is there beside `path`"),
    ("path = '(none)'; url = 'http://127.0.0.1:8080/mcp'", ""),
    (
        "path = '(none)'; url = 'http://mcp.example/mcp'",
        "url: is plain http, which is for loopback hosts only",
    ),
];

const ON_THE_WEB: &[Case] = &[
    ("path = '/as/token'", "path: collides with /as/token, which is ours"),
    ("path = '/token'", ""),
    ("path = '(none)'; url = 'https://mcp.example/mcp'", ""),
    ("path = '(none)'; url = 'https://mcp.example'", ""),
    ("path = '(none)'; url = 'https://mcp.example/as/token'", ""),
    (
        "path = '(none)'; url = 'https://mcp.example/.well-known/x'",
        "url: collides with /.well-known, which is ours",
    ),
    (
        "path = '(none)'; url = 'https://as.example/as/token'",
        "url: collides with /as/token, which is ours",
    ),
    (
        "path = '(none)'; url = 'https://MCP.example/mcp'",
        "url: is not in the plain form that clients and we compare",
    ),
    (
        "path = '(none)'; url = 'https://mcp.example:443/mcp'",
        "url: is not in the plain form that clients and we compare",
    ),
    ("path = '(none)'; url = 'http://mcp.example/mcp'", "url: is http although the issuer is not"),
];

#[test]
fn public_addresses() {
    check("http://localhost:8080", ON_LOOPBACK);
    check("https://as.example/as", ON_THE_WEB);
}

const OTHER_KEYS: &[Case] = &[
    ("name = ' '", "name: is empty"),
    ("upstream = 'https://inside.example/mcp'", ""),
    ("upstream = 'ftp://inside.example/mcp'", "upstream: is a ftp URL"),
    ("upstream = '127.0.0.1:9000'", "upstream: is not a URL: relative URL without a base"),
    (
        "upstream = 'http://u:p@127.0.0.1:9000'",
        "upstream: has a user name, password, query or fragment",
    ),
    (
        "upstream = 'http://127.0.0.1:9000/?x'",
        "upstream: has a user name, password, query or fragment",
    ),
    ("default_scope = ['mcp']", ""),
    ("default_scope = ['mpc']", "default_scope: \"mpc\" is no scope of this resource"),
    ("default_scope = []", "default_scope: is empty, so a token without any right would do"),
    ("rules = [{ tool = 'add', scopes = ['mcp'] }]", ""),
    ("rules = [{ tool = 'notes_*', scopes = ['mcp'] }]", ""),
    ("rules = [{ tool = '*', scopes = ['mcp'] }]", ""),
    ("rules = [{ tool = '', scopes = ['mcp'] }]", "rules[0]: has the pattern \"\""),
    ("rules = [{ tool = 'a*b', scopes = ['mcp'] }]", "rules[0]: has the pattern \"a*b\""),
    ("rules = [{ tool = 'a**', scopes = ['mcp'] }]", "rules[0]: has the pattern \"a**\""),
    (
        "rules = [{ tool = 'a', scopes = ['write'] }]",
        "rules[0].scopes: \"write\" is no scope of this resource",
    ),
    (
        "rules = [{ tool = 'a', scopes = [] }]",
        "rules[0].scopes: is empty, so a token without any right would do",
    ),
    ("rules = [{ scopes = ['mcp'] }]", "rules[0]: names 0 things"),
    ("rules = [{ tool = 'a', method = 'b', scopes = ['mcp'] }]", "rules[0]: names 2 things"),
    ("introspection_secret_env = 'STRONG'", ""),
    (
        "introspection_secret_env = 'WEAK'",
        "introspection_secret_env: is too weak: fewer than 32 characters, or spaces and the like among them",
    ),
    (
        "introspection_secret_env = 'ABSENT'",
        "introspection_secret_env: names ABSENT, which is not set",
    ),
    ("allowed_origins = ['https://app.example']", ""),
    (
        "allowed_origins = ['https://app.example/']",
        "allowed_origins[0]: \"https://app.example/\" is not a web origin",
    ),
    ("allowed_origins = ['*']", "allowed_origins[0]: \"*\" is not a web origin"),
];

#[test]
fn everything_else() {
    check("http://localhost:8080", OTHER_KEYS);
}

#[test]
fn resources_do_not_stand_in_each_others_way() {
    for (second, refused) in [
        ("name = \"B\"\npath = \"/mcp2\"", None),
        ("name = \"A\"\npath = \"/mcp2\"", Some("resources[1].name: \"A\" is there twice")),
        (
            "name = \"B\"\npath = \"/mcp\"",
            Some("resources[1].path: collides with https://as.example/mcp of \"A\""),
        ),
        (
            "name = \"B\"\npath = \"/mcp/b\"",
            Some("resources[1].path: collides with https://as.example/mcp of \"A\""),
        ),
        ("name = \"B\"\npath = \"(none)\"\nurl = \"https://mcp.example/mcp\"", None),
    ] {
        let seen = refusals("https://as.example", &[entry(""), entry(second)]);
        assert_eq!(seen, refused.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{second}");
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
            &[entry(&format!("introspection_secret_file = {:?}", path.to_str().unwrap()))],
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
        assert_eq!(refusals("http://localhost:8080", &[protect(upstream)]), Vec::<String>::new());
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
        problems.into_list().into_iter().map(|problem| problem.key).collect::<Vec<_>>(),
        ["--protect.upstream"]
    );
}
