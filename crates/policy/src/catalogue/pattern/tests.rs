use proptest::prelude::*;
use url::Url;

use super::*;

#[test]
fn what_can_be_written_with_a_neighbour_each() {
    use PatternError as E;
    let deep = |segments: usize| format!("https://a.example/{}{{id}}", "s/".repeat(segments));
    let (deepest, too_deep) = (deep(7), deep(8));
    for (text, expected) in [
        ("https://a.example/c.json", None),
        ("https://a.example/{id}", None),
        ("https://a.example/x/{id}/c.json", None),
        (&deepest, None),
        (&too_deep, Some(E::WildcardTooDeep)),
        ("https://{id}.example/c", Some(E::WildcardOutsidePath)),
        ("https://{id}/c", Some(E::WildcardOutsidePath)),
        ("https://{id}", Some(E::WildcardOutsidePath)),
        ("{id}", Some(E::WildcardOutsidePath)),
        ("https://a.example/x?y={id}", Some(E::WildcardOutsidePath)),
        ("https://a.example?/{id}", Some(E::WildcardOutsidePath)),
        ("https://a.example/x{id}/c", Some(E::StrayWildcard)),
        ("https://a.example/{id}x/c", Some(E::StrayWildcard)),
        ("https://a.example/{id}/{id}", Some(E::StrayWildcard)),
        ("https://a.example/{name}", Some(E::StrayWildcard)),
        ("https://a.example/{id", Some(E::StrayWildcard)),
        ("https://a.example/*", Some(E::StrayWildcard)),
        ("https://*.example/c", Some(E::StrayWildcard)),
        ("https://a.example/{id}/*", Some(E::StrayWildcard)),
        ("https://a.example", Some(E::Document(MetadataUrlError::NoPath))),
        ("https://a.example/../{id}", Some(E::Document(MetadataUrlError::DotSegment))),
        ("https://a.example:443/{id}", Some(E::Document(MetadataUrlError::NotCanonical))),
        ("http://a.example/c", Some(E::Document(MetadataUrlError::NotHttps))),
        ("http://a.example/{id}", Some(E::WildcardOutsidePath)),
    ] {
        assert_eq!(Pattern::document(text).err(), expected, "{text}");
    }
    assert_eq!(Pattern::document(&"a".repeat(2049)).err(), Some(E::TooLong));
}

#[test]
fn redirect_uris_take_other_schemes_but_open_segments_only_on_the_web() {
    use PatternError as E;
    for (text, expected) in [
        ("http://localhost/callback", None),
        ("http://127.0.0.1:33418/", None),
        ("cursor://anysphere.cursor-mcp/oauth/callback", None),
        ("https://a.example/oauth/{id}", None),
        ("https://a.example/oauth/{id}?from=a", None),
        ("https://A.example/oauth/callback", None),
        ("https://A.example/oauth/{id}", Some(E::NotCanonical)),
        ("http://localhost/{id}", Some(E::WildcardOutsidePath)),
        ("cursor://a/{id}", Some(E::WildcardOutsidePath)),
        ("https://u@a.example/{id}", Some(E::RedirectUri(RedirectUriError::Credentials))),
        ("http://a.example/cb", Some(E::RedirectUri(RedirectUriError::PlainHttp))),
        ("javascript:x", Some(E::RedirectUri(RedirectUriError::DangerousScheme))),
    ] {
        assert_eq!(Pattern::redirect_uri(text).err(), expected, "{text}");
    }
}

#[test]
fn what_a_pattern_means() {
    let longest = "i".repeat(128);
    let (taken, too_long) =
        (format!("https://a.example/x/{longest}/c"), format!("https://a.example/x/{longest}i/c"));
    for (pattern, address, expected) in [
        ("https://a.example/x/{id}/c", "https://a.example/x/1f-A_.~/c", true),
        ("https://a.example/x/{id}/c", taken.as_str(), true),
        ("https://a.example/x/{id}/c", too_long.as_str(), false),
        ("https://a.example/x/{id}/c", "https://a.example/x//c", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/c", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/../c", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/./c", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/.../c", true),
        ("https://a.example/x/{id}/c", "https://a.example/x/a/b/c", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/a%2fb/c", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/a?/c", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/a/c?", false),
        ("https://a.example/x/{id}/c", "https://a.example/x/{id}/c", false),
        ("https://a.example/x/{id}", "https://a.example/x/1", true),
        ("https://a.example/x/{id}", "https://a.example/x/1/", false),
        ("https://a.example/x/{id}", "https://a.example.evil.example/x/1", false),
        ("https://a.example/c", "https://a.example/c", true),
        ("https://a.example/c", "https://a.example/c/", false),
        ("http://localhost/cb", "http://localhost:1234/cb", true),
        ("http://localhost/cb", "http://127.0.0.1:1234/cb", false),
    ] {
        let pattern = Pattern::redirect_uri(pattern).unwrap();
        assert_eq!(pattern.matches(address), expected, "{pattern} and {address}");
    }
}

#[test]
fn a_look_up_tries_a_bounded_number_of_texts() {
    let long = format!("https://a.example/{}", "a/".repeat(900));
    assert_eq!(open_forms(&long).len(), MAX_OPEN_DEPTH);
    assert_eq!(
        open_forms("https://a.example/x/y?z=/w"),
        ["https://a.example/x/{id}?z=/w", "https://a.example/{id}/y?z=/w"]
    );
    for none in ["http://localhost/x", "app:/x", "https://a.example", "https://a.example?/x", ""] {
        assert_eq!(open_forms(none), Vec::<String>::new(), "{none}");
    }
}

/// The authority, read from the raw text by nobody's rules but RFC 3986's.
fn authority(address: &str) -> &str {
    address.strip_prefix("https://").unwrap().split(['/', '?', '#']).next().unwrap()
}

proptest! {
    #[test]
    fn a_pattern_never_means_another_host(
        path in "(/[a-z]{1,3}){0,2}",
        rest in "(/[a-z]{1,3}){0,2}",
        scheme in "https://|https://|http://|https:/",
        host in "a\\.example|a\\.example|a\\.example:8443|b\\.example|a\\.example\\.evil|a\\.examplex|u@a\\.example|a\\.example@b\\.example|A\\.example",
        segment in "[a-z0-9]{1,3}|[a-z./?#@%\\\\:]{0,6}",
    ) {
        let pattern = Pattern::redirect_uri(&format!("https://a.example{path}/{{id}}{rest}")).unwrap();
        let address = format!("{scheme}{host}{path}/{segment}{rest}");
        if pattern.matches(&address) {
            prop_assert_eq!(authority(&address), "a.example");
            let url = Url::parse(&address).unwrap();
            prop_assert_eq!(url.host_str(), Some("a.example"));
            // Nothing for a parser to tidy: what was compared is what is reached.
            prop_assert_eq!(url.as_str(), address.as_str());
        } else {
            // Only for a reason.
            prop_assert!(scheme != "https://" || host != "a.example" || !is_identifier(&segment));
        }
    }

    #[test]
    fn whatever_stands_for_the_segment_the_forms_find_the_pattern(
        path in "(/[a-z]{1,3}){0,3}",
        rest in "(/[a-z]{1,3}){0,2}(\\?[a-z/]{0,4})?",
        identifier in "[a-z0-9._~-]{1,12}",
    ) {
        let pattern = Pattern::redirect_uri(&format!("https://a.example{path}/{{id}}{rest}")).unwrap();
        let address = format!("https://a.example{path}/{identifier}{rest}");
        let found = open_forms(&address).iter().any(|form| form == pattern.as_str());
        prop_assert_eq!(found, pattern.matches(&address));
    }
}
