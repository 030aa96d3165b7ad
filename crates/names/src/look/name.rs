//! Which words is a name made of, and what do they look like?

use unicode_normalization::UnicodeNormalization as _;

use super::{
    LONGEST_READ,
    letters::{Letter, is_unseen, letters, push_class},
};

/// A name as it looks, word by word.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NameSkeleton {
    words: Vec<Word>,
}

/// A word of a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// As it is read: lower case, look-alikes told apart no more, digits as they are.
    pub plain: String,
    /// What is compared: of letters and digits that are easily taken for each other, one.
    pub skeleton: String,
}

/// Reads a name. Words end at space, signs, and where small letters turn into capitals. What comes after the first 256 letters is left
/// out, with the word that it cuts.
#[must_use]
pub fn name_skeleton(name: &str) -> NameSkeleton {
    let (letters, all) = letters(name, MOST_LETTERS);
    let mut words = Vec::new();
    let mut begin = 0;
    for end in 0..=letters.len() {
        if ends_word(&letters, end) {
            words.extend(letters.get(begin..end).and_then(Word::of));
            begin = end;
        }
    }
    if !all && matches!(letters.last(), Some(Some(_))) {
        words.pop();
    }
    NameSkeleton { words }
}

/// Whether a word ends before this place: at a gap, at a capital after a small letter, or at one before a small letter (`MCPJam`).
fn ends_word(letters: &[Option<Letter>], place: usize) -> bool {
    let at = |place: usize| letters.get(place).copied().flatten();
    let Some(here) = at(place) else { return true };
    let Some(before) = place.checked_sub(1).and_then(at) else { return true };
    let is_small = |letter: Letter| !letter.upper && letter.seen.is_alphabetic();
    here.upper && (is_small(before) || at(place + 1).is_some_and(is_small))
}

impl Word {
    fn of(letters: &[Option<Letter>]) -> Option<Self> {
        let plain: String = letters.iter().flatten().map(|letter| letter.seen).collect();
        let mut skeleton = String::with_capacity(plain.len());
        plain.chars().for_each(|seen| push_class(&mut skeleton, seen));
        (!plain.is_empty()).then_some(Self { plain, skeleton })
    }
}

impl NameSkeleton {
    /// The words, in their order.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// All words in one. Nothing is left of a name without letters.
    #[must_use]
    pub fn squashed(&self) -> String {
        self.words.iter().map(|word| word.skeleton.as_str()).collect()
    }
}

/// A name without what makes no other name to anybody: letter case, what is not seen, outer and doubled space, the spelling of accents.
#[must_use]
pub fn folded_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len().min(LONGEST_READ));
    let seen = name.chars().take(LONGEST_READ).filter(|c| !is_unseen(*c));
    for c in seen.nfc() {
        if !c.is_whitespace() {
            folded.extend(c.to_lowercase());
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The name as it is drawn where a right-to-left override (U+202E) is obeyed; nothing for a name without one.
#[must_use]
pub fn as_drawn(name: &str) -> Option<String> {
    let (before, turned) = name.split_once('\u{202e}')?;
    let (turned, after) = turned.split_once('\u{202c}').unwrap_or((turned, ""));
    let turned: Vec<char> = turned.chars().take(LONGEST_READ).collect();
    Some(before.chars().chain(turned.into_iter().rev()).chain(after.chars()).collect())
}

/// More than a page shows of a name.
const MOST_LETTERS: usize = 256;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(name: &str) -> Vec<String> {
        name_skeleton(name).words().iter().map(|word| word.plain.clone()).collect()
    }

    #[test]
    fn words_end_where_people_see_it() {
        for (name, expected) in [
            ("Claude Code", &["claude", "code"][..]),
            ("ClaudeCode", &["claude", "code"]),
            ("MCPJam", &["mcp", "jam"]),
            ("VS-Code_v2", &["vs", "code", "v2"]),
            ("OpenAI", &["open", "ai"]),
            ("C0DEX 42", &["c0dex", "42"]),
            (" !? ", &[]),
            ("", &[]),
        ] {
            assert_eq!(words(name), expected, "{name:?}");
        }
    }

    const ALIKE: &[(&str, &str, &str, bool)] = &[
        // why, one name, another, alike?
        ("letter case", "Claude", "cLAUDE", true),
        ("space and signs", "VS Code", "vs-code", true),
        ("Cyrillic", "Claude", "\u{421}laud\u{435}", true),
        ("capital i for l", "Claude", "CIaude", true),
        ("one for l", "Claude", "C1aude", true),
        ("l for i", "Notion", "Notlon", true),
        ("digits for letters", "opencode", "0p3nc0d3", true),
        ("… in whole words", "Claude.ai", "Claude 41", true),
        ("signs for letters", "Claude", "Cl@ude", true),
        ("r and n for m", "Gemini", "Gernini", true),
        ("two v for w", "Web", "vveb", true),
        ("letter by letter", "Claude", "C.l.a u d e", true),
        ("another letter", "Claude", "Clause", false),
        ("one letter more", "Claude", "Claudes", false),
        ("other marks in a script of its own", "\u{915}\u{93f}", "\u{915}\u{940}", false),
    ];

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (why, one, other, alike) in ALIKE {
            let same = name_skeleton(one).squashed() == name_skeleton(other).squashed();
            assert_eq!(same, *alike, "{why}: {one:?} {other:?}");
        }
    }

    #[test]
    fn folded_names_differ_if_people_see_a_difference() {
        for (why, name, same) in [
            ("case and space", "  CLAUDE\u{a0} code", true),
            ("nothing seen", "Cl\u{200d}aude\u{2060} \u{202e}Code", true),
            ("other letters", "\u{421}laude Code", false),
            ("no space", "ClaudeCode", false),
        ] {
            assert_eq!(folded_name(name) == "claude code", same, "{why}");
        }
        assert_eq!(folded_name("Caf\u{e9}"), folded_name("CAFE\u{301}"));
    }

    #[test]
    fn an_override_turns_what_is_drawn() {
        assert_eq!(as_drawn("\u{202e}edualC").as_deref(), Some("Claude"));
        assert_eq!(as_drawn("My \u{202e}edualC\u{202c} 2").as_deref(), Some("My Claude 2"));
        assert_eq!(as_drawn("Claude"), None);
    }

    #[test]
    fn what_is_read_is_bounded() {
        let long = format!("Zed {}", "official ".repeat(1000));
        let read = words(&long);
        assert_eq!(read.first().map(String::as_str), Some("zed"));
        assert!(read.len() < 40 && read.iter().skip(1).all(|word| word == "official"));
        assert_eq!(words(&"a".repeat(10_000)), [""; 0]);
        assert_eq!(words(&"\u{301}".repeat(10_000)), [""; 0]);
        assert!(words(&"\u{fdfa}".repeat(10_000)).concat().chars().count() <= MOST_LETTERS);
    }

    proptest! {
        #[test]
        fn any_name_is_read(name in "\\PC{0,80}|.{0,80}") {
            let read = name_skeleton(&name);
            prop_assert!(read.words().iter().all(|word| !word.plain.is_empty() && !word.skeleton.is_empty()));
            prop_assert_eq!(name_skeleton(&format!("\u{200b}{name}\u{feff}")), read);
            prop_assert_eq!(folded_name(&folded_name(&name)), folded_name(&name));
        }

        #[test]
        fn ascii_case_never_matters(name in "[ -~]{0,40}") {
            let squashed = |name: &str| name_skeleton(name).squashed();
            prop_assert_eq!(squashed(&name.to_ascii_uppercase()), squashed(&name.to_ascii_lowercase()));
        }
    }
}
