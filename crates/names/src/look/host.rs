//! Could this host be taken for one that is protected?
//!
//! What is protected are sites, by their registrable domains: a host on a protected site is never a look-alike of anything. Two sites under
//! different suffixes are not alike (`notion.so`, `notion.com`): that is told by the one who reads the suffix, which pages stress.

use std::collections::{HashMap, HashSet};

use super::letters::{letters, push_class};
use crate::{Host, registrable_domain};

/// Why a host could be taken for a protected one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HostLikeness {
    /// Its registrable domain looks the same: other letters, digits for letters, hyphens more or less.
    OtherLetters,
    /// It carries the protected domain where that tells nothing: `claude.ai.evil.example`, `claude-ai.example`, `claudeai.example`.
    Carries,
}

/// Protected sites, found by how they look.
#[derive(Clone, Debug, Default)]
pub struct ProtectedHosts {
    sites: Vec<Box<str>>,
    known: HashSet<Box<str>>,
    /// By the look of the labels, without hyphens.
    looks: HashMap<String, usize>,
    /// By the look of what stands between dots and hyphens.
    parts: HashMap<String, usize>,
    /// By the look of everything in one label.
    squashed: HashMap<String, usize>,
    most_parts: usize,
}

impl ProtectedHosts {
    /// Protects the site of this host. What has no registrable domain is not protected: addresses, single labels, public suffixes.
    pub fn protect(&mut self, host: &str) {
        let Some(site) = registrable_domain(host).filter(|site| !self.known.contains(*site)) else {
            return;
        };
        self.known.insert(site.into());
        let number = self.sites.len();
        self.sites.push(site.into());
        let seen = Seen::of(site);
        self.looks.entry(seen.labels.join(".")).or_insert(number);
        if seen.is_telling() {
            self.squashed.entry(seen.labels.concat()).or_insert(number);
            self.most_parts = self.most_parts.max(seen.parts.len());
            self.parts.entry(seen.parts.join(".")).or_insert(number);
        }
    }

    /// Whether the host is on a protected site.
    #[must_use]
    pub fn is_on_site(&self, host: &str) -> bool {
        registrable_domain(host).is_some_and(|site| self.known.contains(site))
    }

    /// The protected site that the host could be taken for, and why.
    #[must_use]
    pub fn look_alike(&self, host: &str) -> Option<(&str, HostLikeness)> {
        let host = Host::parse(host).ok()?;
        let (name, site) = (host.as_name()?, host.registrable_domain()?);
        if self.known.contains(site) {
            return None;
        }
        let whole = Seen::of(name);
        let own = whole.labels.len().checked_sub(site.split('.').count())?;
        let own = whole.labels.get(own..).unwrap_or_default().join(".");
        let same = self.looks.get(&own).map(|number| (*number, HostLikeness::OtherLetters));
        let carried = || self.carried(&whole).map(|number| (number, HostLikeness::Carries));
        let (number, why) = same.or_else(carried)?;
        self.sites.get(number).map(|site| (&**site, why))
    }

    fn carried(&self, seen: &Seen) -> Option<usize> {
        let in_one_label = seen.labels.iter().find_map(|label| self.squashed.get(label));
        let in_parts = || {
            (0..seen.parts.len()).find_map(|begin| {
                (begin + 2..=begin + self.most_parts).find_map(|end| {
                    let run = seen.parts.get(begin..end)?;
                    self.parts.get(&run.join("."))
                })
            })
        };
        in_one_label.or_else(in_parts).copied()
    }
}

/// A name as it looks.
struct Seen {
    labels: Vec<String>,
    parts: Vec<String>,
}

impl Seen {
    fn of(name: &str) -> Self {
        let (unicode, read) = idna::domain_to_unicode(name);
        let shown = if read.is_ok() { unicode.as_str() } else { name };
        let parts = shown.split('.').map(|label| label.split('-').map(part).collect::<Vec<_>>());
        let parts: Vec<Vec<String>> = parts.collect();
        Self { labels: parts.iter().map(|label| label.concat()).collect(), parts: parts.concat() }
    }

    /// Short names turn up by chance in the middle of others.
    fn is_telling(&self) -> bool {
        self.labels.iter().map(String::len).sum::<usize>() >= SHORTEST_TELLING
    }
}

fn part(text: &str) -> String {
    let mut class = String::with_capacity(text.len());
    for letter in letters(text, text.len()).0.into_iter().flatten() {
        push_class(&mut class, letter.seen);
    }
    class
}

/// `zed.dev` without its dot, and no less.
const SHORTEST_TELLING: usize = 6;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn protected() -> ProtectedHosts {
        let mut protected = ProtectedHosts::default();
        let hosts = [
            "claude.ai",
            "app.notion.com",
            "zed.dev",
            "x.ai",
            "goose-docs.ai",
            "alice.github.io",
            "localhost",
            "10.0.0.1",
            "github.io",
        ];
        for host in hosts {
            protected.protect(host);
        }
        protected
    }

    type TakenFor = Option<(&'static str, HostLikeness)>;

    const LOOKS: &[(&str, &str, TakenFor)] = &[
        // why, host, taken for
        ("itself", "claude.ai", None),
        ("below it", "a.b.claude.ai", None),
        ("… even under a name that looks like another's", "zed-dev.claude.ai", None),
        ("its site, where only a host is listed", "www.notion.com", None),
        ("Cyrillic", "cl\u{430}ude.ai", Some(("claude.ai", HostLikeness::OtherLetters))),
        (
            "… all of it",
            "\u{441}l\u{430}ud\u{435}.ai",
            Some(("claude.ai", HostLikeness::OtherLetters)),
        ),
        ("… and below", "login.cl\u{430}ude.ai", Some(("claude.ai", HostLikeness::OtherLetters))),
        ("an accent", "cl\u{e1}ude.ai", Some(("claude.ai", HostLikeness::OtherLetters))),
        ("a digit", "c1aude.ai", Some(("claude.ai", HostLikeness::OtherLetters))),
        ("l for i in the suffix", "claude.al", Some(("claude.ai", HostLikeness::OtherLetters))),
        ("r and n for m", "notion.corn", Some(("notion.com", HostLikeness::OtherLetters))),
        ("a hyphen more", "clau-de.ai", Some(("claude.ai", HostLikeness::OtherLetters))),
        ("a hyphen less", "goosedocs.ai", Some(("goose-docs.ai", HostLikeness::OtherLetters))),
        ("another suffix", "claude.com", None),
        ("another letter", "clause.ai", None),
        ("an ending is another domain", "notclaude.ai", None),
        ("as front labels", "claude.ai.evil.example", Some(("claude.ai", HostLikeness::Carries))),
        (
            "… in the middle",
            "my.claude.ai.evil.example",
            Some(("claude.ai", HostLikeness::Carries)),
        ),
        (
            "… in other letters",
            "c1aude.ai.evil.example",
            Some(("claude.ai", HostLikeness::Carries)),
        ),
        ("with a hyphen", "claude-ai.example", Some(("claude.ai", HostLikeness::Carries))),
        (
            "… and more words",
            "login-claude-ai-app.example",
            Some(("claude.ai", HostLikeness::Carries)),
        ),
        ("in one label", "claudeai.example", Some(("claude.ai", HostLikeness::Carries))),
        ("… of a host", "claudeai.evil.example", Some(("claude.ai", HostLikeness::Carries))),
        ("… but no part of a label", "claudeaid.example", None),
        ("the name alone", "claude.example", None),
        ("the name with another word", "claude-fans.example", None),
        (
            "a hyphen in the protected one",
            "goose-docs-ai.example",
            Some(("goose-docs.ai", HostLikeness::Carries)),
        ),
        (
            "the private section",
            "alice-github-io.example",
            Some(("alice.github.io", HostLikeness::Carries)),
        ),
        ("… another customer", "bob.github.io", None),
        ("short names are carried by chance", "x-ai.example", None),
        ("… but still have look-alikes", "\u{445}.ai", Some(("x.ai", HostLikeness::OtherLetters))),
        ("an address", "10.0.0.1", None),
        ("this computer", "localhost", None),
        ("no host", "claude.ai/", None),
        ("nothing", "", None),
    ];

    #[test]
    fn hosts_that_could_be_taken_for_protected_ones() {
        let protected = protected();
        for (why, host, taken_for) in LOOKS {
            assert_eq!(protected.look_alike(host), *taken_for, "{why}: {host}");
        }
    }

    #[test]
    fn sites_are_known() {
        for (host, known) in [
            ("claude.ai", true),
            ("a.notion.com", true),
            ("github.io", false),
            ("x.example", false),
        ] {
            assert_eq!(protected().is_on_site(host), known, "{host}");
        }
    }

    proptest! {
        #[test]
        fn nothing_below_a_protected_site_is_a_look_alike(front in "[a-z0-9]{1,8}([.-][a-z0-9]{1,8}){0,4}") {
            let (protected, host) = (protected(), format!("{front}.claude.ai"));
            prop_assert_eq!(protected.look_alike(&host), None);
        }

        #[test]
        fn a_protected_site_in_front_of_another_is_always_found(back in "[b-z]{3,8}\\.(com|example|co\\.uk)") {
            let (protected, host) = (protected(), format!("claude.ai.{back}"));
            prop_assert_eq!(protected.look_alike(&host), Some(("claude.ai", HostLikeness::Carries)));
        }

        #[test]
        fn any_text_is_answered(text in ".{0,60}") {
            let _ = protected().look_alike(&text);
        }
    }
}
