//! Does a word mix scripts that nobody writes together? UTS #39 §5.1, and §5.2 "highly restrictive": Latin goes with Chinese, Japanese
//! and Korean.
//!
//! Words are judged one by one: a name in two languages has words of two scripts.

use unicode_security::mixed_script::AugmentedScriptSet;

use super::LONGEST_READ;

/// Whether one of the words is a mixture.
#[must_use]
pub fn mixes_scripts(name: &str) -> bool {
    if name.is_ascii() {
        return false;
    }
    let end = name.char_indices().nth(LONGEST_READ).map_or(name.len(), |(end, _)| end);
    let read = name.get(..end).unwrap_or_default();
    read.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation()).any(is_mixture)
}

fn is_mixture(word: &str) -> bool {
    if word.is_ascii() || !AugmentedScriptSet::for_str(word).is_empty() {
        return false;
    }
    let mut beside_latin = AugmentedScriptSet::default();
    for c in word.chars().filter(|c| !is_latin(*c)) {
        beside_latin.intersect_with(c.into());
    }
    !(beside_latin.hanb || beside_latin.jpan || beside_latin.kore)
}

/// Latin, or at home in any script.
fn is_latin(c: char) -> bool {
    let mut shared = AugmentedScriptSet::for_char('a');
    shared.intersect_with(c.into());
    !shared.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uts39_5_mixtures() {
        for (why, name, mixed) in [
            ("Latin", "Claude Code 2.0", false),
            ("… with accents", "Pok\u{e9}mon", false),
            ("… with the micro sign", "\u{b5}Torrent", false),
            ("one Cyrillic letter", "Cl\u{430}ude", true),
            ("one Greek letter", "N\u{3bf}tion", true),
            ("Cyrillic", "\u{41a}\u{43b}\u{43e}\u{434}", false),
            ("two words", "Claude \u{41a}\u{43b}\u{43e}\u{434}", false),
            ("… or two with a hyphen", "\u{3c0}-base", false),
            ("Latin with Han", "\u{5fae}\u{4fe1}Pay", false),
            ("Latin with kana", "LINE\u{30a2}\u{30d7}\u{30ea}", false),
            ("Latin with Hangul", "\u{ce74}\u{ce74}\u{c624}Talk", false),
            ("Cyrillic with Han", "\u{44f}\u{5fae}", true),
            ("Latin, Han and one Cyrillic letter", "\u{5fae}\u{4fe1}P\u{430}y", true),
            ("emoji", "Zed\u{1f680}", false),
            ("nothing", "", false),
        ] {
            assert_eq!(mixes_scripts(name), mixed, "{why}");
        }
        assert!(!mixes_scripts(&"\u{430}".repeat(10_000)));
    }
}
