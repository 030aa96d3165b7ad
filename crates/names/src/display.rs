//! How is a host shown to people, so that it cannot pass for another one?
//!
//! Implements: UI-1 (U-labels only where they cannot mislead, never cut off), UTS #39 §5.1 (single script), §3.1
//! (identifier profile) and §4 (skeletons), RFC 5891 §4.4 (what is shown must read back as the same A-labels).
//! Leaves out: whether a host looks like another one (`look`), and direction: pages put a host into `<bdi>`.

use std::ops::Range;

use unicode_security::{GeneralSecurityProfile, MixedScript};

use crate::Host;

/// A host as people should see it, in three parts, so that a page can stress the one that tells the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayHost {
    text: String,
    site: Option<Range<usize>>,
}

/// The form in which `host` is shown: U-labels if every label is in one script, reads back unchanged and looks like no
/// ASCII name, otherwise A-labels throughout.
#[must_use]
pub fn display_host(host: &Host) -> DisplayHost {
    let Some(ascii) = host.as_name() else {
        return DisplayHost { text: host.to_string(), site: None };
    };
    let site = host.registrable_domain();
    let Some(text) = honest_unicode(ascii) else {
        let start = site.map(|site| ascii.len() - site.len());
        return DisplayHost { text: ascii.to_owned(), site: start.map(|start| start..ascii.len()) };
    };
    let labels = site.map(|site| site.split('.').count());
    let site = labels.and_then(|count| {
        text.rmatch_indices('.').nth(count - 1).map_or(Some(0), |(dot, _)| Some(dot + 1))
    });
    DisplayHost { site: site.map(|start| start..text.len()), text }
}

impl DisplayHost {
    /// The whole host.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes of the registrable domain in [`DisplayHost::as_str`]; nothing for addresses, single labels and public suffixes.
    #[must_use]
    pub fn site_range(&self) -> Option<Range<usize>> {
        self.site.clone()
    }

    /// The text before the registrable domain, its dot included; everything if there is no such domain.
    #[must_use]
    pub fn before_site(&self) -> &str {
        self.site
            .as_ref()
            .map_or(Some(self.as_str()), |site| self.text.get(..site.start))
            .unwrap_or_default()
    }

    /// The registrable domain, or nothing.
    #[must_use]
    pub fn site(&self) -> &str {
        self.site.as_ref().and_then(|site| self.text.get(site.clone())).unwrap_or_default()
    }
}

impl std::fmt::Display for DisplayHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// The name in U-labels, or nothing where it has none or they could mislead.
fn honest_unicode(ascii: &str) -> Option<String> {
    if !ascii.split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let (unicode, read) = idna::domain_to_unicode(ascii);
    let reads_back =
        read.is_ok() && idna::domain_to_ascii(&unicode).is_ok_and(|again| again == ascii);
    (reads_back && unicode.split('.').all(is_honest)).then_some(unicode)
}

fn is_honest(label: &str) -> bool {
    if label.is_ascii() {
        return true;
    }
    let looks_ascii = unicode_security::skeleton(label).all(|c| c.is_ascii()); // whole-script look-alikes, UTS #39 §4
    label.is_single_script()
        && label.chars().all(GeneralSecurityProfile::identifier_allowed)
        && !looks_ascii
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHOWN: &[(&str, &str, &str, &str)] = &[
        // why, host, before the site, the site
        ("the owner is stressed", "login.claude.ai", "login.", "claude.ai"),
        ("… also alone", "claude.ai", "", "claude.ai"),
        ("… in the private section", "x.alice.github.io", "x.", "alice.github.io"),
        ("a suffix has no owner", "github.io", "github.io", ""),
        ("a single label", "localhost", "localhost", ""),
        ("an address", "10.0.0.1", "10.0.0.1", ""),
        ("an IPv6 address", "::1", "[::1]", ""),
        ("UI-1 one script is shown", "www.bücher.de", "www.", "bücher.de"),
        ("… Cyrillic too", "президент.рф", "", "президент.рф"),
        ("… and Han with kana", "日本の.jp", "", "日本の.jp"),
        ("… mixed scripts are not", "p\u{430}ypal.com", "", "xn--pypal-4ve.com"),
        ("… nor one script that looks ASCII", "аррӏе.com", "", "xn--80ak6aa92e.com"),
        (
            "… and then no label is",
            "bücher.p\u{430}ypal.com",
            "xn--bcher-kva.",
            "xn--pypal-4ve.com",
        ),
    ];

    #[test]
    fn hosts_are_shown_without_deceit() {
        for (why, host, before, site) in SHOWN {
            let shown = display_host(&Host::parse(host).unwrap());
            assert_eq!((shown.before_site(), shown.site()), (*before, *site), "{why}");
            assert_eq!(shown.as_str(), format!("{before}{site}"), "{why}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(text in "[a-zа-яäöü0-9]{1,8}(\\.[a-zа-яäöü]{1,6}){0,3}") {
            if let Ok(host) = Host::parse(&text) {
                let shown = display_host(&host);
                prop_assert_eq!(Host::parse(shown.as_str()), Ok(host));
                let parts = format!("{}{}", shown.before_site(), shown.site());
                prop_assert_eq!(shown.as_str(), parts);
            }
        }
    }
}
