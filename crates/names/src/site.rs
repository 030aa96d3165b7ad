//! Which site does a host belong to, and are two hosts under one owner?
//!
//! Implements: the public suffix list's algorithm with its private section (DESIGN 4.2: `alice.github.io` and
//! `bob.github.io` are two sites). A suffix that the list does not know counts as its last label.
//! Leaves out: schemes and ports (that is origin), and hosts where anybody may put a file (the catalogue's list).

use crate::Host;

/// The registrable domain of `name`: the public suffix and one label more.
///
/// Nothing for a public suffix, a single label, an address literal, and for anything not in the form of
/// [`crate::DnsName`] (lower case, no trailing dot).
#[must_use]
pub fn registrable_domain(name: &str) -> Option<&str> {
    if !in_our_form(name) {
        return None;
    }
    psl::domain_str(name)
}

/// Whether `name` is itself a public suffix, under which anybody may register: `com`, `co.uk`, `github.io`; every
/// single label counts as one.
#[must_use]
pub fn is_public_suffix(name: &str) -> bool {
    in_our_form(name) && psl::suffix_str(name) == Some(name)
}

/// Whether two hosts belong to one site: the same host, or the same registrable domain. An address literal and a
/// public suffix share a site with themselves only.
#[must_use]
pub fn same_site(a: &Host, b: &Host) -> bool {
    a == b || a.registrable_domain().is_some_and(|site| b.registrable_domain() == Some(site))
}

fn in_our_form(name: &str) -> bool {
    let last_label_is_a_name =
        || name.rsplit('.').next().is_some_and(|l| l.bytes().any(|b| !b.is_ascii_digit()));
    !name.is_empty()
        && !name.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii() || b == b':' || b == b'[')
        && !name.split('.').any(str::is_empty)
        && last_label_is_a_name()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DOMAINS: &[(&str, Option<&str>)] = &[
        ("claude.ai", Some("claude.ai")),
        ("a.b.claude.ai", Some("claude.ai")),
        ("ai", None),
        ("shop.example.co.uk", Some("example.co.uk")),
        ("co.uk", None),
        ("alice.github.io", Some("alice.github.io")), // private section
        ("x.alice.github.io", Some("alice.github.io")),
        ("github.io", None),
        ("foo.city.kawasaki.jp", Some("city.kawasaki.jp")), // exception rule
        ("foo.bar.kawasaki.jp", Some("foo.bar.kawasaki.jp")), // wildcard rule
        ("bar.kawasaki.jp", None),
        ("www.xn--85x722f.com.cn", Some("xn--85x722f.com.cn")),
        ("as.unlisted", Some("as.unlisted")), // rule `*`
        ("localhost", None),
        ("127.0.0.1", None),
        ("[::1]", None),
        ("CLAUDE.ai", None),
        ("claude.ai.", None),
        ("a..ai", None),
        ("", None),
    ];

    #[test]
    fn registrable_domains() {
        for (name, expected) in DOMAINS {
            assert_eq!(registrable_domain(name), *expected, "{name}");
        }
    }

    #[test]
    fn public_suffixes_of_both_sections() {
        for (name, expected) in [
            ("com", true),
            ("github.io", true),
            ("vercel.app", true),
            ("example.com", false),
            ("alice.github.io", false),
            ("localhost", true),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_public_suffix(name), expected, "{name}");
        }
    }

    #[test]
    fn sites_meet_at_the_registrable_domain() {
        for (why, a, b, same) in [
            ("one host", "claude.ai", "claude.ai", true),
            ("host and sub-domain", "claude.ai", "api.claude.ai", true),
            ("siblings", "a.claude.ai", "b.claude.ai", true),
            ("another domain", "claude.ai", "claude.com", false),
            ("an ending is not a domain", "claude.ai", "notclaude.ai", false),
            ("two customers of one suffix", "a.github.io", "b.github.io", false),
            ("a suffix and its customer", "github.io", "a.github.io", false),
            ("a suffix is itself", "github.io", "github.io", true),
            ("one address", "10.0.0.1", "10.0.0.1", true),
            ("two addresses", "10.0.0.1", "20.0.0.1", false),
            ("localhost is itself", "localhost", "localhost", true),
        ] {
            let (a, b) = (Host::parse(a).unwrap(), Host::parse(b).unwrap());
            assert_eq!(same_site(&a, &b), same, "{why}");
            assert_eq!(same_site(&b, &a), same, "{why}, turned round");
        }
    }

    proptest! {
        #[test]
        fn a_registrable_domain_ends_the_name_at_a_dot_and_is_its_own(name in "[a-z]{1,6}(\\.[a-z]{1,6}){0,4}") {
            match registrable_domain(&name) {
                Some(site) => {
                    let dotted = format!(".{site}");
                    prop_assert!(name == site || name.ends_with(&dotted));
                    prop_assert_eq!(registrable_domain(site), Some(site));
                    prop_assert!(!is_public_suffix(&name));
                }
                None => prop_assert!(is_public_suffix(&name)),
            }
        }

        #[test]
        fn any_text_is_answered(text in ".{0,60}") {
            let _ = (registrable_domain(&text), is_public_suffix(&text));
        }
    }
}
