//! Which words make no other name? Praise, kinds of programs, platforms, company forms, endings of domains, versions.
//!
//! `Code`, `Agent Mode`, `Studio` are not among them: with such words products are told apart.

use std::{collections::HashSet, sync::LazyLock};

use salver_names::{NameSkeleton, Word, name_skeleton};

/// The skeleton of a name without such words.
pub(super) fn core(name: &NameSkeleton) -> String {
    let words = name.words().iter().filter(|word| !is_empty(word));
    words.map(|word| word.skeleton.as_str()).collect()
}

/// Whether a name spells this skeleton once some of its empty words are left out.
pub(super) fn spell(name: &NameSkeleton, skeleton: &str) -> bool {
    let mut rest = skeleton;
    for word in name.words() {
        match rest.strip_prefix(word.skeleton.as_str()) {
            Some(after) => rest = after,
            None if is_empty(word) => {}
            None => return false,
        }
    }
    rest.is_empty()
}

/// What is left of a skeleton without such words at its ends, where nothing tells words apart: one of them, then two, and so on.
pub(super) fn without_ends(skeleton: &str) -> impl Iterator<Item = &str> {
    fn shorter<'s>(rest: &&'s str) -> Option<&'s str> {
        let stripped = |word: &String| {
            rest.strip_suffix(word.as_str()).or_else(|| rest.strip_prefix(word.as_str()))
        };
        LONGEST_FIRST.iter().filter_map(stripped).find(|rest| !rest.is_empty())
    }
    std::iter::successors(shorter(&skeleton), shorter).take(MOST_ENDS)
}

fn is_empty(word: &Word) -> bool {
    SKELETONS.contains(&word.skeleton) || is_version(&word.plain)
}

/// `2`, `v2`, `v10`, but not `42`, which is a name.
fn is_version(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (word.len() == 1 && digits(word)) || word.strip_prefix('v').is_some_and(digits)
}

static SKELETONS: LazyLock<HashSet<String>> =
    LazyLock::new(|| EMPTY.iter().map(|word| name_skeleton(word).squashed()).collect());

/// Those that are not so short that other words begin or end with them by chance.
static LONGEST_FIRST: LazyLock<Vec<String>> = LazyLock::new(|| {
    let long = EMPTY.iter().filter(|word| word.len() >= SHORTEST_END);
    let mut words: Vec<String> = long.map(|word| name_skeleton(word).squashed()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
});

const SHORTEST_END: usize = 3;
const MOST_ENDS: usize = 3;

const EMPTY: &[&str] = &[
    // praise and assurance
    "official",
    "genuine",
    "real",
    "original",
    "authentic",
    "verified",
    "certified",
    "trusted",
    "secure",
    "safe",
    "authorized",
    "authorised",
    "approved",
    "new",
    "the",
    "latest",
    "beta",
    "preview",
    "pro",
    "plus",
    "premium",
    "enterprise",
    // kinds of programs
    "app",
    "apps",
    "application",
    "client",
    "desktop",
    "mobile",
    "web",
    "webapp",
    "cli",
    "mcp",
    "connector",
    "connectors",
    "integration",
    "plugin",
    "extension",
    "addon",
    "agent",
    "assistant",
    "login",
    "signin",
    "auth",
    "oauth",
    "sso",
    "software",
    "program",
    "for",
    "by",
    // platforms
    "windows",
    "win",
    "mac",
    "macos",
    "os",
    "i",
    "osx",
    "linux",
    "android",
    "ios",
    "iphone",
    "ipad",
    // company forms, and people who seem to call
    "inc",
    "llc",
    "ltd",
    "limited",
    "gmbh",
    "corp",
    "corporation",
    "company",
    "co",
    "pbc",
    "bv",
    "sa",
    "ag",
    "support",
    "team",
    "help",
    "helpdesk",
    "service",
    "services",
    // endings of domains
    "com",
    "net",
    "org",
    "io",
    "ai",
    "dev",
    "so",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores() {
        for (name, left) in [
            ("Claude Desktop", "claude"),
            ("The Official Claude App for macOS (v2)", "claude"),
            ("Official", ""),
            ("Claude Code", "claudecode"),
            ("Zed 2", "zed"),
            ("Zed 42", "zeda2"),
            ("Zed 0ff1cial", "zed"),
        ] {
            assert_eq!(core(&name_skeleton(name)), left, "{name}");
        }
    }

    #[test]
    fn names_with_empty_words_of_their_own() {
        let spells = |name, other| spell(&name_skeleton(name), &name_skeleton(other).squashed());
        for (name, spelled) in [
            ("MCP Inspector", true),
            ("Official MCP Inspector App", true),
            ("mcp inspector client", true),
            ("Inspector", false),
            ("Inspector MCP", false),
            ("MCP Code Inspector", false),
        ] {
            assert_eq!(spells(name, "MCP Inspector"), spelled, "{name}");
        }
    }

    #[test]
    fn ends_come_off_one_by_one() {
        let rests = |name: &str| {
            let skeleton = name_skeleton(name).squashed();
            without_ends(&skeleton).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(rests("zedofficialapp"), ["zedofflclal", "zed"]);
        assert_eq!(rests("officialzed"), ["zed"]);
        assert_eq!(rests("zebra"), [""; 0]);
        assert_eq!(rests("app"), [""; 0]);
        assert_eq!(rests("appappappappapp").len(), MOST_ENDS);
    }
}
