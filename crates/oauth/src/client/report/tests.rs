use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::client::id::ClientId;

const URL: &str = "https://app.example/client.json";

fn seen(body: &[u8]) -> Seen<'_> {
    let response = Response { status: 200, content_type: Some("application/json") };
    Seen { url: URL, response: Some(response), body: Some(body) }
}

fn sound() -> serde_json::Value {
    json!({
        "client_id": URL,
        "client_name": "App",
        "redirect_uris": ["https://app.example/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

fn told(body: &[u8]) -> Vec<(&'static str, Fact)> {
    let findings = report(&seen(body), Profile::Mcp).findings;
    let told = findings.into_iter().filter(|finding| finding.verdict != Verdict::Pass);
    told.map(|finding| (finding.rule, finding.what)).collect()
}

fn failures(report: &Report) -> Vec<&Fact> {
    let failed = report.findings.iter().filter(|finding| finding.verdict == Verdict::Fail);
    failed.map(|finding| &finding.what).collect()
}

#[test]
fn a_plain_document_keeps_every_rule_here_and_elsewhere() {
    let body = sound().to_string();
    let report = report(&seen(body.as_bytes()), Profile::Mcp);
    assert_eq!(told(body.as_bytes()), []);
    assert_eq!(report.elsewhere, []);
    assert!(report.is_sound() && report.metadata.is_some());
}

#[test]
fn every_rule_that_is_broken_is_told_and_not_only_the_first() {
    let body = json!({
        "client_id": "https://app.example/other.json",
        "client_secret": "s",
        "redirect_uris": ["javascript:x"],
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_post",
        "jwks": {"keys": [{"kty": "oct", "k": "x"}]},
        "jwks_uri": 1,
    })
    .to_string();
    let report = report(&seen(body.as_bytes()), Profile::Mcp);
    let failed: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
        .map(|finding| finding.rule)
        .collect();
    let expected = [
        "CIMD-D-3",
        "MCP-AS-13",
        "CIMD-D-8",
        "CIMD-D-6",
        "CIMD-D-7",
        "CIMD-D-11",
        "CIMD-D-5",
        "CIMD-D-12",
        "CIMD-D-13",
    ];
    assert_eq!(failed, expected);
}

#[test]
fn notes_with_a_neighbour_each() {
    let with = |name: &str, value: serde_json::Value| {
        let mut document = sound();
        document[name] = value;
        document.to_string()
    };
    let left_out = |member, value: &str| Advice::LeftOut { member, value: value.into() };
    let grants = ["authorization_code", "refresh_token", "urn:x"];
    for (rule, body, expected) in [
        ("CIMD-D-12", with("grant_types", json!(grants)), left_out("grant_types", "urn:x")),
        (
            "CIMD-D-8",
            with("redirect_uris", json!(["http://a.example/", "https://app.example/cb"])),
            Advice::RedirectUri {
                uri: "http://a.example/".into(),
                why: RedirectUriError::PlainHttp,
            },
        ),
        (
            "CIMD-D-8",
            with("redirect_uris", json!(["com.example:/cb", "https://app.example/cb"])),
            Advice::AppScheme("com.example:/cb".into()),
        ),
        ("CIMD-D-13", with("scope", json!("a\"b")), left_out("scope", "a\"b")),
        (
            "CIMD-D-14",
            with("logo_uri", json!("data:image/png,x")),
            Advice::NotHttps { member: "logo_uri", value: "data:image/png,x".into() },
        ),
        (
            "CIMD-D-4",
            with("client_id_expires_at", json!(1)),
            Advice::Ignored("client_id_expires_at"),
        ),
        ("CIMD-K-4", with("token_endpoint_auth_method", json!(null)), Advice::NoMethod),
        (
            "CIMD-K-4",
            with("token_endpoint_auth_methods_supported", json!(["none", "none"])),
            Advice::NoMethod,
        ),
        (
            "CIMD-K-5",
            with("token_endpoint_auth_methods_supported", json!(["none", "new"])),
            left_out("token_endpoint_auth_methods_supported", "new"),
        ),
        (
            "CIMD-K-5",
            with("token_endpoint_auth_methods_supported", json!(["none", "private_key_jwt"])),
            Advice::NoKeys,
        ),
    ] {
        let told = told(body.as_bytes());
        let expected = (rule, Fact::Advice(expected));
        // The one neighbour that breaks nothing: the one method stands in the list.
        let nothing = body.contains("[\"none\",\"none\"]");
        assert_eq!(told, if nothing { vec![] } else { vec![expected] }, "{body}");
    }
}

#[test]
fn cimd_d_1_d_2_and_f_8_are_judged_where_they_were_seen() {
    let body = sound().to_string();
    let long = format!("{body}{}", " ".repeat(MAX_DOCUMENT_BYTES));
    let judge = |status, content_type, body| {
        let response = Some(Response { status, content_type });
        report(&Seen { url: URL, response, body }, Profile::Mcp)
    };
    let text = Some("text/plain");
    let cases = [
        (judge(200, Some("application/cimd+json"), Some(body.as_bytes())), None),
        (judge(404, None, None), Some(Fact::Status(404))),
        (judge(200, text, Some(body.as_bytes())), Some(Fact::MediaType(text.map(Into::into)))),
        (
            judge(200, Some("application/json"), Some(long.as_bytes())),
            Some(Fact::Length { bytes: long.len() }),
        ),
        (
            report(&Seen { url: URL, response: None, body: Some(body.as_bytes()) }, Profile::Mcp),
            None,
        ),
    ];
    for (report, expected) in &cases {
        assert_eq!(failures(report), expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn other_servers_demand_more() {
    use Demand as D;
    use Server as S;
    let with = |name: &str, value: serde_json::Value| {
        let mut document = sound();
        document[name] = value;
        document
    };
    let loopback = "http://127.0.0.1/cb";
    let there = "https://b.example/cb";
    let (grant, logo) = ("urn:x", "https://cdn.example/l.png");
    for (document, expected) in [
        (with("client_name", json!(null)), vec![(S::Mcp, D::Name)]),
        (with("redirect_uris", json!([there])), vec![(S::Keycloak, D::SameHost(there.into()))]),
        (
            with("redirect_uris", json!([loopback])),
            vec![(S::ExactStrings, D::ExactPort(loopback.into())), (S::OidcProvider, D::Native)],
        ),
        (
            with("redirect_uris", json!(["http://127.0.0.1:8080/cb"])),
            vec![(S::OidcProvider, D::Native)],
        ),
        (with("token_endpoint_auth_method", json!(null)), vec![(S::Rfc7591, D::Method)]),
        (
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            vec![(S::PublicOnly, D::NoneAlone)],
        ),
        (with("jwks", json!({"keys": []})), vec![(S::Auth0, D::KeysByUrl)]),
        (
            with("logo_uri", json!(logo)),
            vec![(S::Keycloak, D::LogoOnSameHost("cdn.example".into()))],
        ),
        (with("grant_types", json!(["authorization_code"])), vec![(S::Rfc7591, D::RefreshGrant)]),
        (
            with("grant_types", json!(["authorization_code", "refresh_token", grant])),
            vec![(S::Keycloak, D::KnownGrant(grant.into()))],
        ),
    ] {
        let body = document.to_string();
        let expected: Vec<_> =
            expected.into_iter().map(|(server, demand)| Elsewhere { server, demand }).collect();
        assert_eq!(report(&seen(body.as_bytes()), Profile::Mcp).elsewhere, expected, "{body}");
    }
    let body = sound().to_string();
    let long = format!("https://app.example/{}", "x".repeat(101));
    for (url, content_type, server, demand) in [
        ("https://app.example:8443/c", "application/json", S::Atproto, D::NoPort),
        ("https://app.example/", "application/json", S::OidcProvider, D::Path),
        (URL, "application/x+json", S::Atproto, D::PlainJson),
        (&long, "application/json", S::Auth0, D::ShortUrl { bytes: 121, at_most: 120 }),
    ] {
        let response = Response { status: 200, content_type: Some(content_type) };
        let seen = Seen { url, response: Some(response), body: Some(body.as_bytes()) };
        let told = report(&seen, Profile::Mcp).elsewhere;
        assert_eq!(told, [Elsewhere { server, demand }], "{url}");
    }
}

/// Values that some member might have, sound and unsound.
fn value() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(1)),
        Just(json!("")),
        Just(json!(URL)),
        Just(json!("http://app.example/x")),
        Just(json!("none")),
        Just(json!("private_key_jwt")),
        Just(json!("client_secret_basic")),
        Just(json!([])),
        Just(json!([1])),
        Just(json!(["none", "private_key_jwt"])),
        Just(json!(["brand_new"])),
        Just(json!(["none", "client_secret_post"])),
        Just(json!(["authorization_code"])),
        Just(json!(["code", "token"])),
        Just(json!(["http://localhost/cb", "javascript:x"])),
        Just(json!(["http://a.example/"])),
        Just(json!({"keys": []})),
        Just(json!({"keys": [{"kty": "EC", "d": "x"}]})),
    ]
}

const MEMBERS: [&str; 13] = [
    "client_id",
    "client_name",
    "redirect_uris",
    "grant_types",
    "response_types",
    "client_uri",
    "scope",
    "jwks",
    "jwks_uri",
    "client_secret",
    "token_endpoint_auth_method",
    "token_endpoint_auth_methods_supported",
    "logo_uri",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_a_login_refuses_fails_here_and_nothing_else_does(
        changes in prop::collection::vec((0..MEMBERS.len(), value()), 0..4),
        mcp: bool,
    ) {
        let mut document = sound();
        for (member, value) in changes {
            document[MEMBERS[member]] = value;
        }
        let body = document.to_string();
        let profile = if mcp { Profile::Mcp } else { Profile::Ietf };
        let url = MetadataUrl::parse(URL).unwrap();
        let decided = document::parse(body.as_bytes(), &url, profile);
        let report = report(&seen(body.as_bytes()), profile);
        let failures = failures(&report);
        match decided {
            Ok(metadata) => {
                prop_assert!(failures.is_empty(), "{body}: {failures:?}");
                prop_assert_eq!(report.metadata, Some(metadata));
            }
            Err(error) => prop_assert!(failures.contains(&&Fact::Document(error.clone())), "{body}: {error:?} is not in {failures:?}"),
        }
    }

    #[test]
    fn bytes_that_are_no_document_fail_too(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let url = MetadataUrl::parse(URL).unwrap();
        let error = document::parse(&bytes, &url, Profile::Mcp).unwrap_err();
        prop_assert!(failures(&report(&seen(&bytes), Profile::Mcp)).contains(&&Fact::Document(error)));
    }

    #[test]
    fn what_is_no_client_id_fails_here_and_nothing_else_does(
        raw in "(https://|https://|HTTPS://|http://|)(u@)?(app\\.example|App\\.example|127\\.0\\.0\\.1|\\[::1\\]|localhost|ä\\.example|)(:|:0|:443|:8443)?(/|/a|/\\.\\./a|/%2e/a|/a\\\\b)?(\\?|\\?x=1)?(#|#a)?",
    ) {
        let decided = matches!(ClientId::parse(&raw), Ok(ClientId::Document(_)));
        let report = report(&Seen { url: &raw, response: None, body: None }, Profile::Mcp);
        prop_assert_eq!(report.is_sound(), decided, "{}: {:?}", raw, report.findings);
    }
}
