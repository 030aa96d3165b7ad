use super::super::tests::{STATED, entry, text};
use super::*;

/// Line and rule of every problem.
fn problems(lines: &str) -> Vec<(usize, &'static str)> {
    let error = read(&text(1, lines)).err();
    let problems = error.into_iter().flat_map(|error| error.problems);
    problems.map(|problem| (problem.line, problem.rule.id())).collect()
}

fn client(more: &str) -> String {
    entry("App", "app.example", more)
}

const DOCUMENT: &str = "documents = [\"https://app.example/c\"]";

#[test]
fn what_an_entry_must_be_with_a_neighbour_each() {
    // The head has four lines; the entry begins on line 5, its addresses on line 10.
    for (why, lines, expected) in [
        ("a document is enough", client(DOCUMENT), vec![]),
        ("so is a redirect URI", client("redirect_uris = [\"http://localhost/cb\"]"), vec![]),
        ("so is the software of a statement", client(STATED), vec![]),
        ("nothing is not", client(""), vec![(5, "unbound")]),
        ("unknown members", client(&format!("{DOCUMENT}\nlogo = \"x\"")), vec![(11, "form")]),
        ("a segment may be open", client("documents = [\"https://app.example/{id}/c\"]"), vec![]),
        (
            "a host may not",
            client("documents = [\"https://{id}.example/c\"]"),
            vec![(10, "pattern")],
        ),
        (
            "plain http",
            client("redirect_uris = [\"http://app.example/cb\"]"),
            vec![(10, "pattern")],
        ),
        (
            "named twice",
            client(&format!("{DOCUMENT}\nnames = [\"App\", \"aPP\"]")),
            vec![(11, "twice")],
        ),
        (
            "no host name",
            client(&format!("{DOCUMENT}\nlogo_hosts = [\"https://a.example\"]")),
            vec![(11, "host")],
        ),
        ("a host name", client(&format!("{DOCUMENT}\nlogo_hosts = [\"a.example\"]")), vec![]),
        ("upper case", entry("App", "App.example", DOCUMENT), vec![(7, "host")]),
        (
            "a day without its month",
            client(&format!("{DOCUMENT}\n")).replace("2026-10-01", "2026-13-01"),
            vec![(8, "form")],
        ),
        ("seen tomorrow", client(DOCUMENT).replace("2026-10-01", "2026-11-02"), vec![(8, "order")]),
        ("seen today", client(DOCUMENT).replace("2026-10-01", "2026-11-01"), vec![]),
        ("empty text", client(DOCUMENT).replace("a test", " "), vec![(9, "text")]),
        ("a control character", client(DOCUMENT).replace("a test", "a\\u0007"), vec![(9, "text")]),
        (
            "a long recovery",
            client(&format!("{DOCUMENT}\nrecovery = \"{}\"", "r".repeat(501))),
            vec![(11, "size")],
        ),
        (
            "as long as may be",
            client(&format!("{DOCUMENT}\nrecovery = \"{}\"", "r".repeat(500))),
            vec![],
        ),
    ] {
        assert_eq!(problems(&lines), expected, "{why}");
    }
}

#[test]
fn entries_take_nothing_from_each_other() {
    let other = |name, more: &str| client(DOCUMENT) + &entry(name, "other.example", more);
    for (why, lines, expected) in [
        ("two entries", other("Other", "documents = [\"https://other.example/c\"]"), vec![]),
        (
            "one name",
            other("APP", "documents = [\"https://other.example/c\"]"),
            vec![(12, "twice")],
        ),
        ("one document", other("Other", DOCUMENT), vec![(16, "twice")]),
        (
            "one redirect URI, which programs do share",
            other("Other", "redirect_uris = [\"http://localhost/cb\"]"),
            vec![],
        ),
    ] {
        assert_eq!(problems(&lines), expected, "{why}");
    }
    let names = client(&format!("{DOCUMENT}\nnames = [\"One\"]"))
        + &entry(
            "Other",
            "other.example",
            "redirect_uris = [\"http://localhost/cb\"]\nnames = [\"one\"]",
        );
    assert_eq!(problems(&names), [(18, "twice")], "a name of two publishers");
}

#[test]
fn statements_name_one_software_of_one_issuer_with_a_neighbour_each() {
    let stated = |issuer: &str, software_id: &str| {
        client(&format!(
            "statements = [\n{{ issuer = \"{issuer}\", software_id = \"{software_id}\" }},\n]"
        ))
    };
    let of = |software_id: &str| stated("https://vendor.example", software_id);
    let many = |number: usize| {
        let one = |n| format!("{{ issuer = \"https://vendor.example\", software_id = \"{n}\" }}");
        let list: Vec<String> = (0..number).map(one).collect();
        client(&format!("statements = [{}]", list.join(",")))
    };
    let other = |more: &str| client(STATED) + &entry("Other", "other.example", more);
    for (why, lines, expected) in [
        ("sound", of("com.acme.desktop"), vec![]),
        ("a path", stated("https://vendor.example/mcp", "a"), vec![]),
        ("plain http", stated("http://vendor.example", "a"), vec![(11, "issuer")]),
        ("a host", stated("vendor.example", "a"), vec![(11, "issuer")]),
        ("all hosts below", stated("https://*.vendor.example", "a"), vec![(11, "issuer")]),
        ("as long as a statement may say", of(&"s".repeat(256)), vec![]),
        ("longer", of(&"s".repeat(257)), vec![(11, "size")]),
        ("longer in bytes", of(&"\u{e9}".repeat(129)), vec![(11, "size")]),
        ("nothing", of(""), vec![(11, "text")]),
        ("outer space", of(" a"), vec![(11, "text")]),
        ("a control character", of("a\\u0007"), vec![(11, "text")]),
        ("as many as may be", many(64), vec![]),
        ("more", many(65), vec![(10, "size")]),
        (
            "unknown members",
            client(&STATED.replace(" }", ", jwks_uri = \"x\" }")),
            vec![(10, "form")],
        ),
        (
            "no issuer",
            client("statements = [{ software_id = \"com.acme.desktop\" }]"),
            vec![(10, "form")],
        ),
        ("of two entries", other(STATED), vec![(16, "twice")]),
        ("another of two entries", other(&STATED.replace("desktop", "phone")), vec![]),
        (
            "the same of another issuer",
            other(&STATED.replace("vendor.example", "other.example")),
            vec![],
        ),
        (
            "twice in one",
            client(&STATED.replace(
                '[',
                "[{ issuer = \"https://vendor.example\", software_id = \"com.acme.desktop\" },\n",
            )),
            vec![(11, "twice")],
        ),
    ] {
        assert_eq!(problems(&lines), expected, "{why}");
    }
    let error = read(&text(1, &other(STATED))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 16: Other: \"https://vendor.example com.acme.desktop\" is already taken by App"
    );
}

#[test]
fn cimd_s_7_no_whole_domain_by_accident_where_anybody_may_put_files() {
    let on = |head: &str, more: &str| format!("{head}{}", client(more));
    let (gitlab, said) = ("shared_hosts = [\"gitlab.example\"]\n", "\nshared_host = true");
    let exact = "documents = [\"https://gitlab.example/app/c\"]";
    let open = "documents = [\"https://gitlab.example/app/{id}\"]";
    for (why, lines, expected) in [
        ("listed, and said", on(gitlab, &format!("{exact}{said}")), vec![]),
        ("listed, not said", on(gitlab, exact), vec![(6, "shared-host-unsaid")]),
        ("open", on(gitlab, &format!("{open}{said}")), vec![(11, "open-on-shared-host")]),
        (
            "open, said by the entry alone",
            on("", &format!("{open}{said}")),
            vec![(10, "open-on-shared-host")],
        ),
        ("open on its own host", on("", open), vec![]),
        (
            "a redirect URI",
            on(gitlab, "redirect_uris = [\"https://gitlab.example/{id}\"]"),
            vec![(11, "open-on-shared-host")],
        ),
    ] {
        assert_eq!(problems(&lines), expected, "{why}");
    }
}

fn pin(url: &str, members: &str) -> String {
    format!(
        "[[pin]]\nurl = \"{url}\"\nfetched = \"2026-10-01\"\ndocument = '{{\"client_id\":\"https://app.example/c\",{members}}}'\n"
    )
}

#[test]
fn pins_are_sound_documents_of_their_urls_without_keys() {
    let (url, uris) = ("https://app.example/c", "\"redirect_uris\":[\"http://localhost/cb\"]");
    let with = |more: &str| pin(url, &format!("{uris}{more}"));
    let keyed = ",\"token_endpoint_auth_method\":\"private_key_jwt\"";
    let entry = |redirect_uri: &str| {
        client(&format!("{DOCUMENT}\nredirect_uris = [\"{redirect_uri}\"]")) + &with("")
    };
    for (why, lines, expected) in [
        ("sound", with(""), vec![]),
        ("of another URL", pin("https://app.example/d", uris), vec![(5, "pin")]),
        ("no URL of a document", pin("https://app.example/c?x", uris), vec![(5, "pin")]),
        ("without redirect URIs", pin(url, "\"client_name\":\"App\""), vec![(5, "pin")]),
        ("a secret", with(",\"client_secret\":\"s\""), vec![(5, "pin")]),
        (
            "keys elsewhere",
            with(&format!("{keyed},\"jwks_uri\":\"https://app.example/k\"")),
            vec![],
        ),
        ("keys inside", with(&format!("{keyed},\"jwks\":{{\"keys\":[]}}")), vec![(5, "pin")]),
        ("keys inside that nobody asked for", with(",\"jwks\":{\"keys\":[]}"), vec![(5, "pin")]),
        ("twice", with("") + &with(""), vec![(10, "twice")]),
        ("copied tomorrow", with("").replace("2026-10-01", "2026-11-02"), vec![(7, "order")]),
        (
            "too long",
            with(&format!(",\"client_name\":\"{}\"", "a".repeat(5_100))),
            vec![(8, "size")],
        ),
        ("in step with its entry", entry("http://localhost:8000/cb"), vec![]),
        ("out of step", entry("http://127.0.0.1/cb"), vec![(12, "pin")]),
    ] {
        assert_eq!(problems(&lines), expected, "{why}");
    }
}

#[test]
fn the_head_and_the_lists() {
    for (why, file, expected) in [
        ("the least", "format = 1\nnumber = 1\nissued = \"2026-11-01\"", vec![]),
        ("another format", "format = 2\nnumber = 1\nissued = \"2026-11-01\"", vec![(1, "format")]),
        ("… whose members are unknown", "new = 1\nformat = 2", vec![(2, "format")]),
        ("no number", "format = 1\nissued = \"2026-11-01\"", vec![(1, "form")]),
        ("number 0", "format = 1\nnumber = 0\nissued = \"2026-11-01\"", vec![(2, "number")]),
        ("no TOML", "format = 1\nnumber = 1 1", vec![(2, "form")]),
        (
            "expired when issued",
            "format = 1\nnumber = 1\nissued = \"2026-11-01\"\nexpires = \"2026-10-31\"",
            vec![(4, "order")],
        ),
        (
            "unknown",
            "format = 1\nnumber = 1\nissued = \"2026-11-01\"\nclients = []",
            vec![(4, "form")],
        ),
    ] {
        let error = read(file).err();
        let found: Vec<_> = error
            .iter()
            .flat_map(|error| &error.problems)
            .map(|problem| (problem.line, problem.rule.id()))
            .collect();
        assert_eq!(found, expected, "{why}");
    }
    for (why, lines, expected) in [
        ("a relay", "relays = [\"https://a.example/r\"]", vec![]),
        (
            "a relay twice",
            "relays = [\"https://a.example/r\", \"https://a.example/r\"]",
            vec![(5, "twice")],
        ),
        ("a relay on this computer", "relays = [\"http://localhost/r\"]", vec![(5, "host")]),
        ("a relay without an address", "relays = [\"r\"]", vec![(5, "pattern")]),
        ("a shared host and all below", "shared_hosts = [\"a.example\", \".a.example\"]", vec![]),
        ("everything", "shared_hosts = [\".example\"]", vec![(5, "host")]),
        ("a star", "shared_hosts = [\"*.a.example\"]", vec![(5, "host")]),
    ] {
        assert_eq!(problems(lines), expected, "{why}");
    }
    let large = "#".repeat(MAX_FILE_BYTES + 1);
    assert_eq!(read(&large).unwrap_err().problems[0].rule.id(), "size");
}

#[test]
fn a_problem_names_line_entry_rule_and_remedy() {
    let error = read(&text(1, &client("documents = [\"https://app.example/*\"]"))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 10: App: \"https://app.example/*\" cannot be used: only one whole path segment can be left open, as {id}"
    );
    assert!(error.problems[0].rule.remedy().contains("{id}"));
}
