//! The gate: each rule with an accepted and a refused neighbour, and properties of whatever is accepted.

use proptest::prelude::*;

use super::*;

const OK: Option<UrlRefusal> = None;

/// Why, the URL, and the refusal for a stranger.
const STRANGERS: &[(&str, &str, Option<UrlRefusal>)] = &[
    ("CIMD-U-1 https", "https://app.example.com/client.json", OK),
    ("… not http", "http://app.example.com/", Some(UrlRefusal::Scheme)),
    ("… in lower case", "HTTPS://app.example.com/", Some(UrlRefusal::Scheme)),
    ("… and no other", "ftp://app.example.com/", Some(UrlRefusal::Scheme)),
    ("… nor a file", "file:///etc/passwd", Some(UrlRefusal::Scheme)),
    ("… with both slashes", "https:/app.example.com/", Some(UrlRefusal::Scheme)),
    ("CIMD-U-2 no user name", "https://user@app.example.com/", Some(UrlRefusal::Userinfo)),
    ("… nor an empty one", "https://@app.example.com/", Some(UrlRefusal::Userinfo)),
    ("… nor to hide the host", "https://app.example.com:443@evil.com/", Some(UrlRefusal::Userinfo)),
    ("… but in the path it is a letter", "https://app.example.com/@user", OK),
    ("CIMD-U-3 a path", "https://app.example.com/", OK),
    ("… not none", "https://app.example.com", Some(UrlRefusal::NotCanonical)),
    ("… nor a query in its place", "https://app.example.com?x", Some(UrlRefusal::NotCanonical)),
    ("CIMD-U-4 no dot segments", "https://app.example.com/a/../b", Some(UrlRefusal::NotCanonical)),
    ("… encoded", "https://app.example.com/a/%2e%2E/b", Some(UrlRefusal::NotCanonical)),
    ("… half", "https://app.example.com/a/.%2e/b", Some(UrlRefusal::NotCanonical)),
    ("… single", "https://app.example.com/./b", Some(UrlRefusal::NotCanonical)),
    ("… but dots in a segment", "https://app.example.com/.well-known/a..b", OK),
    ("CIMD-U-5 no fragment", "https://app.example.com/#a", Some(UrlRefusal::Fragment)),
    ("… even an empty one", "https://app.example.com/#", Some(UrlRefusal::Fragment)),
    ("CIMD-U-6 a query is the caller's question", "https://app.example.com/?a=b", OK),
    (
        "CIMD-U-7 the default port is not written",
        "https://app.example.com:443/",
        Some(UrlRefusal::NotCanonical),
    ),
    (
        "… another is not allowed",
        "https://app.example.com:8443/",
        Some(UrlRefusal::Port { port: 8443 }),
    ),
    ("… nor none after the colon", "https://app.example.com:/", Some(UrlRefusal::HostForm)),
    ("… nor zero", "https://app.example.com:0/", Some(UrlRefusal::Port { port: 0 })),
    ("… nor one too large", "https://app.example.com:65536/", Some(UrlRefusal::Malformed)),
    ("… nor with a leading zero", "https://app.example.com:08443/", Some(UrlRefusal::NotCanonical)),
    ("CIMD-U-8 lower case host", "https://App.example.com/", Some(UrlRefusal::HostForm)),
    ("… percent in the host", "https://app%2eexample.com/", Some(UrlRefusal::HostForm)),
    ("… space", "https://app.example.com/a b", Some(UrlRefusal::ForbiddenByte { byte: b' ' })),
    (
        "… backslash",
        "https://app.example.com\\@evil.com/",
        Some(UrlRefusal::ForbiddenByte { byte: b'\\' }),
    ),
    ("… tab", "https://app.example\t.com/", Some(UrlRefusal::ForbiddenByte { byte: b'\t' })),
    ("… newline", "https://app.example.com/\n", Some(UrlRefusal::ForbiddenByte { byte: b'\n' })),
    ("… beyond ASCII", "https://app.éxample.com/", Some(UrlRefusal::ForbiddenByte { byte: 0xc3 })),
    (
        "… full-width dot",
        "https://app。example.com/",
        Some(UrlRefusal::ForbiddenByte { byte: 0xe3 }),
    ),
    ("… A-labels", "https://xn--bcher-kva.example.com/", OK),
    ("… that mean something", "https://xn--a.example.com/", Some(UrlRefusal::Malformed)),
    (
        "… a byte to encode",
        "https://app.example.com/\"",
        Some(UrlRefusal::ForbiddenByte { byte: b'"' }),
    ),
    ("… an encoded one", "https://app.example.com/%22", OK),
    (
        "… a quote in the query is encoded by the parser",
        "https://app.example.com/?'",
        Some(UrlRefusal::NotCanonical),
    ),
    ("CIMD-F-11 no trailing dot", "https://app.example.com./", Some(UrlRefusal::HostForm)),
    ("… no empty label", "https://app..example.com/", Some(UrlRefusal::HostForm)),
    ("… no host", "https:///path", Some(UrlRefusal::HostForm)),
    ("… no address", "https://198.41.0.4/", Some(UrlRefusal::AddressAsHost)),
    ("… as a number", "https://3324575748/", Some(UrlRefusal::NotCanonical)),
    ("… octal", "https://0306.051.0.04/", Some(UrlRefusal::NotCanonical)),
    ("… hexadecimal", "https://0xc6290004/", Some(UrlRefusal::NotCanonical)),
    ("… short", "https://127.1/", Some(UrlRefusal::NotCanonical)),
    ("… almost one", "https://1.2.3.4.5/", Some(UrlRefusal::Malformed)),
    ("… at the end", "https://app.0x1/", Some(UrlRefusal::Malformed)),
    ("… but digits before it", "https://1.2.3.4.example.com/", OK),
    ("… IPv6", "https://[2001:503:ba3e::2:30]/", Some(UrlRefusal::AddressAsHost)),
    ("… with a zone", "https://[fe80::1%25eth0]/", Some(UrlRefusal::Malformed)),
    ("… mapped", "https://[::ffff:7f00:1]/", Some(UrlRefusal::AddressAsHost)),
    ("… no single label", "https://intranet/", Some(UrlRefusal::SpecialUseName)),
    ("… no localhost", "https://localhost/", Some(UrlRefusal::SpecialUseName)),
    ("… nor below it", "https://app.localhost/", Some(UrlRefusal::SpecialUseName)),
    ("… but beside it", "https://localhost.example.com/", OK),
    ("… no local name", "https://printer.local/", Some(UrlRefusal::SpecialUseName)),
    ("… no inside name", "https://metadata.google.internal/", Some(UrlRefusal::SpecialUseName)),
    ("… no home", "https://nas.home.arpa/", Some(UrlRefusal::SpecialUseName)),
    ("… no onion", "https://abcdef.onion/", Some(UrlRefusal::SpecialUseName)),
    ("… no test", "https://app.test/", Some(UrlRefusal::SpecialUseName)),
    ("… an underscore is no host name", "https://app_1.example.com/", Some(UrlRefusal::HostForm)),
    ("not a URL", "app.example.com", Some(UrlRefusal::Scheme)),
    ("nothing", "", Some(UrlRefusal::Scheme)),
];

#[test]
fn strangers_urls() {
    for (why, url, refusal) in STRANGERS {
        assert_eq!(judge(url, ChosenBy::Stranger).err(), *refusal, "{why}: {url}");
    }
}

#[test]
fn length_has_a_bound() {
    let url = |length: usize| format!("{:x<length$}", "https://app.example.com/");
    assert!(judge(&url(MAX_URL), ChosenBy::Stranger).is_ok());
    assert_eq!(judge(&url(MAX_URL + 1), ChosenBy::Stranger), Err(UrlRefusal::TooLong));
    let label = "a".repeat(63);
    assert!(judge(&format!("https://{label}.com/"), ChosenBy::Stranger).is_ok());
    let long = judge(&format!("https://{label}a.com/"), ChosenBy::Stranger);
    assert_eq!(long, Err(UrlRefusal::HostForm));
}

#[test]
fn users_and_operators_may_name_more_but_nothing_that_deceives() {
    // URL, user, operator.
    for (url, user, operator) in [
        ("https://app.example.com", true, true),
        ("https://mcp.internal:8443/mcp", true, true),
        ("https://192.168.1.1/", true, true),
        ("http://localhost:3000", true, true),
        ("http://127.0.0.1:3000/mcp", true, true),
        ("http://[::1]:3000/mcp", true, true),
        ("http://192.168.1.1/", false, true),
        ("http://mcp.internal/", false, true),
        ("http://app.example.com/", false, true),
        ("https://user:pass@app.example.com/", false, false),
        ("https://app.example.com/#a", false, false),
        ("https://127.1/", false, false),
        ("https://App.example.com/", false, false),
        ("https://app.example.com/a/../b", false, false),
        ("file:///etc/passwd", false, false),
    ] {
        let verdicts = [ChosenBy::User, ChosenBy::Operator].map(|who| judge(url, who).is_ok());
        assert_eq!(verdicts, [user, operator], "{url}");
    }
}

#[test]
fn a_target_says_what_goes_on_the_wire() {
    let target = judge("http://[::1]:3000/a?b=c", ChosenBy::Operator).unwrap();
    assert_eq!(target.authority(), "[::1]:3000");
    assert_eq!(target.path_and_query(), "/a?b=c");
    assert_eq!((target.port(), target.is_https()), (3000, false));
    assert_eq!(*target.host(), TargetHost::Address("::1".parse().unwrap()));
    let bare = judge("https://app.example.com", ChosenBy::Operator).unwrap();
    assert_eq!((bare.authority(), bare.path_and_query()), ("app.example.com", "/"));
}

#[test]
fn hosts_are_read_from_settings() {
    for (text, expected) in [
        ("Wiki.Internal", Some("wiki.internal")),
        ("127.0.0.1", Some("127.0.0.1")),
        ("::1", Some("[::1]")),
        ("[::1]", Some("[::1]")),
        ("a/b", None),
        ("a:1", None),
        ("", None),
    ] {
        let read = TargetHost::read(text).map(|host| host.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    }
}

/// Strings that look like URLs, most of them crooked.
fn any_url() -> impl Strategy<Value = String> {
    let scheme =
        proptest::sample::select(vec!["https://", "https:/", "HTTPS://", "http://", "https:\\\\"]);
    let host = prop_oneof![
        "[a-z0-9-]{1,8}(\\.[a-z0-9-]{1,8}){1,3}",
        "[a-zA-Z0-9._%@:\\[\\]-]{0,20}",
        "(0x)?[0-9a-f]{1,8}(\\.[0-9]{1,3}){0,3}",
        "xn--[a-z0-9-]{1,8}\\.com",
    ];
    let rest = prop_oneof!["(/[a-z0-9.%_~-]{0,6}){0,4}", "[ -~]{0,20}", "\\PC{0,6}"];
    (scheme, host, rest).prop_map(|(scheme, host, rest)| format!("{scheme}{host}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_accepted_from_strangers_prints_back_and_keeps_every_rule(url in any_url()) {
        if let Ok(target) = judge(&url, ChosenBy::Stranger) {
            prop_assert_eq!(target.as_str(), &url);
            prop_assert!(target.is_https());
            prop_assert_eq!(target.port(), 443);
            let parsed = Url::parse(&url).unwrap();
            prop_assert_eq!(parsed.username(), "");
            prop_assert!(parsed.password().is_none() && parsed.fragment().is_none());
            let TargetHost::Name(name) = target.host() else { return Err(TestCaseError::fail("an address")) };
            prop_assert_eq!(parsed.domain(), Some(name.as_str()));
            prop_assert!(name.contains('.') && !name.ends_with('.'));
            prop_assert!(!salver_names::is_special_use(name));
            let whole = format!("https://{}{}", target.authority(), target.path_and_query());
            prop_assert_eq!(whole, url);
        }
    }

    #[test]
    fn nobody_gets_a_url_through_that_a_parser_would_read_otherwise(url in any_url()) {
        for chosen_by in [ChosenBy::User, ChosenBy::Operator] {
            if let Ok(target) = judge(&url, chosen_by) {
                let printed = target.as_str();
                prop_assert!(printed == url || printed.strip_suffix('/') == Some(url.as_str()));
            }
        }
    }
}
