//! Every protected name of the embedded catalogue, forged in every way we know.

use proptest::prelude::*;

use super::*;

const CYRILLIC: &[(char, char)] = &[
    ('a', 'а'),
    ('c', 'с'),
    ('d', 'ԁ'),
    ('e', 'е'),
    ('h', 'һ'),
    ('i', 'і'),
    ('j', 'ј'),
    ('o', 'о'),
    ('p', 'р'),
    ('q', 'ԛ'),
    ('s', 'ѕ'),
    ('w', 'ԝ'),
    ('x', 'х'),
    ('y', 'у'),
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('I', 'І'),
    ('J', 'Ј'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('S', 'Ѕ'),
    ('T', 'Т'),
    ('X', 'Х'),
];
const GREEK: &[(char, char)] = &[
    ('a', 'α'),
    ('i', 'ι'),
    ('k', 'κ'),
    ('n', 'η'),
    ('o', 'ο'),
    ('p', 'ρ'),
    ('t', 'τ'),
    ('u', 'υ'),
    ('v', 'ν'),
    ('y', 'γ'),
    ('x', 'χ'),
    ('e', 'ε'),
    ('A', 'Α'),
    ('B', 'Β'),
    ('E', 'Ε'),
    ('H', 'Η'),
    ('I', 'Ι'),
    ('K', 'Κ'),
    ('M', 'Μ'),
    ('N', 'Ν'),
    ('O', 'Ο'),
    ('P', 'Ρ'),
    ('T', 'Τ'),
    ('X', 'Χ'),
    ('Y', 'Υ'),
    ('Z', 'Ζ'),
];
const DIGITS: &[(char, char)] = &[
    ('o', '0'),
    ('i', '1'),
    ('l', '1'),
    ('e', '3'),
    ('a', '4'),
    ('s', '5'),
    ('t', '7'),
    ('b', '8'),
    ('O', '0'),
    ('I', '1'),
    ('A', '4'),
];
const ARMENIAN_AND_CHEROKEE: &[(char, char)] =
    &[('n', 'ո'), ('o', 'օ'), ('C', 'Ꮯ'), ('A', 'Ꭺ'), ('Z', 'Ꮓ'), ('H', 'Ꮋ'), ('S', 'Ꮪ')];
const SMALL_CAPITALS: &[(char, char)] = &[
    ('a', 'ᴀ'),
    ('b', 'ʙ'),
    ('c', 'ᴄ'),
    ('d', 'ᴅ'),
    ('e', 'ᴇ'),
    ('f', 'ꜰ'),
    ('g', 'ɢ'),
    ('h', 'ʜ'),
    ('i', 'ɪ'),
    ('j', 'ᴊ'),
    ('k', 'ᴋ'),
    ('l', 'ʟ'),
    ('m', 'ᴍ'),
    ('n', 'ɴ'),
    ('o', 'ᴏ'),
    ('p', 'ᴘ'),
    ('r', 'ʀ'),
    ('s', 'ꜱ'),
    ('t', 'ᴛ'),
    ('u', 'ᴜ'),
    ('v', 'ᴠ'),
    ('w', 'ᴡ'),
    ('y', 'ʏ'),
    ('z', 'ᴢ'),
];

fn swapped(name: &str, table: &[(char, char)]) -> String {
    let swap = |c| table.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    name.chars().map(swap).collect()
}

fn shifted(name: &str, small: u32, capital: u32) -> String {
    let shift =
        |c: char, from: char, to: u32| char::from_u32(u32::from(c) - u32::from(from) + to).unwrap();
    name.chars()
        .map(|c| match c {
            'a'..='z' => shift(c, 'a', small),
            'A'..='Z' => shift(c, 'A', capital),
            _ => c,
        })
        .collect()
}

fn with_between(name: &str, between: &str) -> String {
    name.chars().map(String::from).collect::<Vec<_>>().join(between)
}

/// Each with what it is called.
fn forgeries(name: &str) -> Vec<(&'static str, String)> {
    let reversed: String = name.chars().rev().collect();
    vec![
        ("Cyrillic", swapped(name, CYRILLIC)),
        ("Cyrillic capitals", swapped(&name.to_uppercase(), CYRILLIC)),
        ("Greek", swapped(name, GREEK)),
        ("Greek capitals", swapped(&name.to_uppercase(), GREEK)),
        ("Greek and Cyrillic", swapped(&swapped(name, GREEK), CYRILLIC)),
        ("Armenian and Cherokee", swapped(name, ARMENIAN_AND_CHEROKEE)),
        ("small capitals", swapped(&name.to_lowercase(), SMALL_CAPITALS)),
        ("digits", swapped(name, DIGITS)),
        ("capital I for l", name.replace('l', "I")),
        ("a bar for l", name.replace('l', "|")),
        ("l for i", name.replace('i', "l")),
        ("r and n for m", name.replace(['m', 'M'], "rn")),
        ("full-width", shifted(name, 0xff41, 0xff21)),
        ("mathematical bold", shifted(name, 0x1d41a, 0x1d400)),
        ("mathematical sans-serif", shifted(name, 0x1d5ba, 0x1d5a0)),
        ("circled", shifted(name, 0x24d0, 0x24b6)),
        ("boxed", shifted(&name.to_uppercase(), 0x1f170, 0x1f170)),
        ("regional indicators", shifted(&name.to_uppercase(), 0x1f1e6, 0x1f1e6)),
        ("zero-width spaces", with_between(name, "\u{200b}")),
        ("joiners", with_between(name, "\u{200d}")),
        ("soft hyphens", with_between(name, "\u{ad}")),
        ("accents", with_between(name, "\u{301}")),
        ("dots between", with_between(name, ".")),
        ("space between", with_between(name, " ")),
        ("a right-to-left override inside", with_between(name, "\u{202e}")),
        ("drawn from right to left", format!("\u{202e}{reversed}")),
        ("… with an end", format!("\u{202e}{reversed}\u{202c}")),
        ("a tag", format!("{name}\u{e0041}")),
        ("ten thousand unseen", format!("{name}{}", "\u{200b}".repeat(10_000))),
        ("three hundred signs before", format!("{}{name} App", "- ".repeat(300))),
        ("small letters", name.to_lowercase()),
        ("capitals", name.to_uppercase()),
        ("hyphens", name.replace(' ', "-")),
        ("no space", name.replace(' ', "")),
        ("official", format!("{name} Official")),
        ("official before", format!("Official {name}")),
        ("official in brackets", format!("{name} (official)")),
        ("official in small letters", format!("{}official", name.to_lowercase())),
        ("desktop", format!("{name} Desktop")),
        ("desktop, forged", swapped(&format!("{name} Desktop"), CYRILLIC)),
        ("app", format!("{name} App")),
        ("client", format!("{name} MCP Client")),
        ("company", format!("{name}, Inc.")),
        (
            "everything",
            format!("The Official {} App (v2) for macOS \u{1f389}", swapped(name, CYRILLIC)),
        ),
    ]
}

#[test]
fn every_protected_name_is_found_in_every_forgery() {
    let mut forged = 0;
    for client in Catalogue::embedded().clients() {
        for name in &client.names {
            for (how, forgery) in forgeries(name) {
                let taken = taken(&forgery).map(|(_, owner, _)| owner);
                assert_eq!(taken, Some(&*client.publisher), "{how}: {forgery:?} for {name}");
                forged += 1;
            }
        }
    }
    assert!(forged > 1000, "{forged}");
}

#[test]
fn names_beyond_measure_are_answered() {
    for name in [
        "a".repeat(10_000),
        "Claude ".repeat(2_000),
        "\u{301}".repeat(10_000),
        "\u{202e}".repeat(10_000),
        format!("\u{202e}{}", "\u{202c}\u{202e}a".repeat(5_000)),
        "\u{fdfa}".repeat(10_000),
        "app".repeat(4_000),
        "\u{1f1e6}".repeat(10_000),
        "v".repeat(10_000),
        "\u{430}a".repeat(5_000),
    ] {
        assert_eq!(taken(&name), None, "{}", name.chars().take(20).collect::<String>());
    }
}

proptest! {
    #[test]
    fn what_nobody_sees_changes_nothing(name in "\\PC{0,40}|[A-Za-z0-9 ]{0,20}", at in 0usize..40, unseen in "[\u{200b}\u{200d}\u{2060}\u{ad}\u{feff}]{1,3}") {
        let at = name.char_indices().nth(at).map_or(name.len(), |(at, _)| at);
        let (before, after) = name.split_at(at);
        prop_assert_eq!(taken(&format!("{before}{unseen}{after}")), taken(&name));
    }

    #[test]
    fn official_makes_no_other_name(name in "[A-Za-z]{1,8}( [A-Za-z]{1,8}){0,3}") {
        let owner = |name: &str| taken(name).map(|(_, owner, _)| owner);
        prop_assert_eq!(owner(&format!("{name} Official")), owner(&name));
    }
}
