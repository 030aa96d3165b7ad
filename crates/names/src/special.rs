//! May the public name system answer for this name, or is it kept for a special use?
//!
//! Implements: the IANA registry of special-use domain names (RFC 6761 and the documents in each row), and
//! CIMD-F-11 (single labels and trailing dots besides). Leaves out: the addresses behind a name.

/// A name kept for a special use, together with all names below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The name without dots around it.
    pub name: &'static str,
    /// Where a look-up of it leads.
    pub reach: Reach,
    /// The document that keeps it.
    pub source: &'static str,
}

/// Where a look-up of a special-use name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To this computer.
    ThisComputer,
    /// To the network at hand, whatever it happens to be.
    LocalNetwork,
    /// Into another name system or an overlay network.
    Overlay,
    /// To the plumbing of the Internet, where no web site lives.
    Infrastructure,
    /// Nowhere, by promise.
    Nowhere,
    /// To texts and samples; harmless, and it may even answer.
    Documentation,
}

/// Why a name is not an ordinary public one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecialUse {
    /// A row of [`RESERVED`] covers it.
    Reserved(&'static Reserved),
    /// One label only: a search list or a hosts file decides what it means.
    SingleLabel,
    /// Written with the dot of the root, which makes it another string for the same name.
    TrailingDot,
}

/// The row, or the shape, that makes `name` special; letter case does not matter. Address literals are never special
/// here: their judge is elsewhere.
#[must_use]
pub fn special_use(name: &str) -> Option<SpecialUse> {
    let bare = name.strip_suffix('.').unwrap_or(name);
    if let Some(row) = RESERVED.iter().find(|row| is_at_or_below(bare, row.name)) {
        return Some(SpecialUse::Reserved(row));
    }
    if bare.len() != name.len() {
        return Some(SpecialUse::TrailingDot);
    }
    let single_label = !bare.contains(['.', ':']);
    single_label.then_some(SpecialUse::SingleLabel)
}

/// Whether a name must not be looked up for a stranger: every special use but documentation.
#[must_use]
pub fn is_special_use(name: &str) -> bool {
    match special_use(name) {
        Some(SpecialUse::Reserved(row)) => row.reach != Reach::Documentation || name.ends_with('.'),
        Some(SpecialUse::SingleLabel | SpecialUse::TrailingDot) => true,
        None => false,
    }
}

/// Whether a name is bound to this computer: `localhost` and all below it (RFC 6761 §6.3), with or without the root's dot.
/// The redirect rule R-3 knows the name `localhost` alone, and does not ask here.
#[must_use]
pub fn is_loopback_name(name: &str) -> bool {
    is_at_or_below(name.strip_suffix('.').unwrap_or(name), "localhost")
}

fn is_at_or_below(name: &str, parent: &str) -> bool {
    let (name, parent) = (name.as_bytes(), parent.as_bytes());
    let Some(start) = name.len().checked_sub(parent.len()) else {
        return false;
    };
    let (front, end) = name.split_at(start);
    end.eq_ignore_ascii_case(parent) && (front.is_empty() || front.ends_with(b"."))
}

const fn row(name: &'static str, reach: Reach, source: &'static str) -> Reserved {
    Reserved { name, reach, source }
}

/// The table; the longer of two names that cover the same stands first.
pub const RESERVED: &[Reserved] = &[
    row("localhost", Reach::ThisComputer, "RFC 6761 §6.3"),
    row("local", Reach::LocalNetwork, "RFC 6762 §3"),
    row("internal", Reach::LocalNetwork, "ICANN Board, 29 July 2024"),
    row("home.arpa", Reach::LocalNetwork, "RFC 8375 §4"),
    row("service.arpa", Reach::LocalNetwork, "RFC 9665"),
    row("resolver.arpa", Reach::LocalNetwork, "RFC 9462"),
    row("ipv4only.arpa", Reach::LocalNetwork, "RFC 8880"),
    row("arpa", Reach::Infrastructure, "RFC 3172 §2"),
    row("intranet", Reach::LocalNetwork, "RFC 6762 app. G"),
    row("private", Reach::LocalNetwork, "RFC 6762 app. G"),
    row("corp", Reach::LocalNetwork, "RFC 6762 app. G"),
    row("home", Reach::LocalNetwork, "RFC 6762 app. G"),
    row("lan", Reach::LocalNetwork, "RFC 6762 app. G"),
    row("onion", Reach::Overlay, "RFC 7686 §2"),
    row("alt", Reach::Overlay, "RFC 9476 §2"),
    row("test", Reach::Nowhere, "RFC 6761 §6.2"),
    row("invalid", Reach::Nowhere, "RFC 6761 §6.4"),
    row("example", Reach::Documentation, "RFC 6761 §6.5"),
    row("example.com", Reach::Documentation, "RFC 6761 §6.5"),
    row("example.net", Reach::Documentation, "RFC 6761 §6.5"),
    row("example.org", Reach::Documentation, "RFC 6761 §6.5"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: &[(&str, &str, bool)] = &[
        ("RFC 6761 §6.3 this computer", "localhost", true),
        ("… and below", "app.localhost", true),
        ("… in any case", "LocalHost", true),
        ("… with the root's dot", "localhost.", true),
        ("… but not as an ending", "notlocalhost.com", false),
        ("… nor as a front label", "localhost.com", false),
        ("RFC 6762 §3", "printer.local", true),
        ("… but a label in between is free", "local.shop.com", false),
        ("reserved for inside use", "mcp.corp.internal", true),
        ("RFC 8375 §4", "nas.home.arpa", true),
        ("RFC 3172 §2", "1.0.0.127.in-addr.arpa", true),
        ("RFC 7686 §2", "abc.onion", true),
        ("RFC 9476 §2", "x.alt", true),
        ("RFC 6761 §6.2", "x.test", true),
        ("RFC 6761 §6.4", "x.invalid", true),
        ("RFC 6761 §6.5 documentation is harmless", "as.example", false),
        ("… and may answer", "www.example.com", false),
        ("CIMD-F-11 a single label", "intranet", true),
        ("… of any kind", "mcp", true),
        ("… even a top-level domain", "ai", true),
        ("… but two labels are a name", "claude.ai", false),
        ("CIMD-F-11 trailing dot", "claude.ai.", true),
        ("nothing", "", true),
        ("an address has its own judge", "127.0.0.1", false),
        ("… in brackets too", "[::1]", false),
    ];

    #[test]
    fn names_that_no_stranger_may_have_us_look_up() {
        for (why, name, special) in NAMES {
            assert_eq!(is_special_use(name), *special, "{why}: {name:?}");
        }
    }

    #[test]
    fn every_row_is_found_by_its_own_name_and_below_it() {
        for row in RESERVED {
            for name in [
                row.name.to_owned(),
                format!("x.{}", row.name),
                format!("X.{}.", row.name.to_uppercase()),
            ] {
                assert_eq!(special_use(&name), Some(SpecialUse::Reserved(row)), "{name}");
            }
            assert!(!matches!(
                special_use(&format!("x{}.com", row.name)),
                Some(SpecialUse::Reserved(_))
            ));
        }
    }

    #[test]
    fn loopback_names() {
        for (name, loopback) in [
            ("localhost", true),
            ("a.LOCALHOST.", true),
            ("xlocalhost", false),
            ("local", false),
            ("", false),
        ] {
            assert_eq!(is_loopback_name(name), loopback, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_trailing_dot_never_frees_a_name(name in "[a-z.]{0,20}") {
            let dotted = format!("{name}.");
            prop_assert!(is_special_use(&dotted));
        }

        #[test]
        fn any_text_is_answered(text in ".{0,60}") {
            let _ = (special_use(&text), is_special_use(&text), is_loopback_name(&text));
        }
    }
}
