//! Which letters does a person see? Case, accents and what cannot be seen do not count, and a look-alike is what it looks like.
//!
//! Letters are read one by one: compatibility forms first (full-width, circled, mathematical), then the prototype of UTS #39 §4, then
//! lower case, then [`SUPPLEMENT`]. In that order, since an upper-case look-alike is not one in lower case (Cyrillic `В`).

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// A letter or digit as it is seen, in lower case, or a sign that stands for one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Letter {
    pub(super) seen: char,
    pub(super) upper: bool,
}

/// The letters of a text; nothing where words end. At most `most` of them, and whether that was all.
pub(super) fn letters(text: &str, most: usize) -> (Vec<Option<Letter>>, bool) {
    let mut found = Found(Vec::new());
    let seen = text.chars().take(super::LONGEST_READ).filter(|c| !is_unseen(*c));
    let mut rest = seen.nfkd().peekable();
    while let Some(c) = rest.next() {
        if found.0.len() >= most {
            return (found.0, false);
        }
        let before_letter = rest.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            'a'..='z' | '0'..='9' => found.letter(c, false),
            'A'..='Z' => found.letter(c.to_ascii_lowercase(), true),
            '!' | '@' if found.in_word() && before_letter => found.letter(c, false),
            '|' | '$' if found.in_word() || before_letter => found.letter(c, false),
            _ if c.is_ascii() => found.end_word(),
            _ if is_combining_mark(c) => found.mark(c),
            _ => found.look_alike(c),
        }
    }
    (found.0, true)
}

struct Found(Vec<Option<Letter>>);

impl Found {
    fn letter(&mut self, seen: char, upper: bool) {
        self.0.push(Some(Letter { seen, upper }));
    }

    fn end_word(&mut self) {
        if self.in_word() {
            self.0.push(None);
        }
    }

    fn in_word(&self) -> bool {
        matches!(self.0.last(), Some(Some(_)))
    }

    /// An accent makes no other letter of a Latin one, nor of what looks Latin.
    fn mark(&mut self, mark: char) {
        if matches!(self.0.last(), Some(Some(letter)) if !letter.seen.is_ascii()) {
            self.letter(mark, false);
        }
    }

    fn look_alike(&mut self, c: char) {
        let upper = c.is_uppercase();
        for prototype in unicode_security::skeleton(c.encode_utf8(&mut [0; 4])) {
            if is_combining_mark(prototype) {
                continue;
            }
            for lower in prototype.to_lowercase() {
                let seen = supplemented(lower);
                if seen.is_alphanumeric() { self.letter(seen, upper) } else { self.end_word() }
            }
        }
    }
}

/// Whether a character shows nothing: controls but white space, and what UTS #39 §4 leaves out of skeletons.
pub(super) fn is_unseen(c: char) -> bool {
    let is_empty = || unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).next().is_none();
    if c.is_ascii() { c.is_control() && !c.is_whitespace() } else { c.is_control() || is_empty() }
}

/// Appends a letter's class: of the letters, digits and signs that are easily taken for each other, one.
pub(super) fn push_class(class: &mut String, seen: char) {
    match seen {
        'm' => class.push_str("rn"),
        'v' if class.ends_with('v') => {
            class.pop();
            class.push('w');
        }
        '0' => class.push('o'),
        'i' | '1' | '!' | '|' => class.push('l'),
        '3' => class.push('e'),
        '4' | '@' => class.push('a'),
        '5' | '$' => class.push('s'),
        '6' | '8' => class.push('b'),
        '7' => class.push('t'),
        '9' => class.push('g'),
        other => class.push(other),
    }
}

/// What UTS #39 leaves apart: small capitals, letters in boxes, and letters of other scripts that people read as Latin ones.
fn supplemented(c: char) -> char {
    let boxed = |first: u32| {
        let number = u32::from(c).checked_sub(first).and_then(|number| u8::try_from(number).ok());
        number.filter(|number| *number < 26).map(|number| char::from(b'a' + number))
    };
    if let Some(letter) = BOXED.iter().find_map(|first| boxed(*first)) {
        return letter;
    }
    SUPPLEMENT.iter().find(|(from, _)| from.contains(c)).map_or(c, |(_, to)| *to)
}

/// The letter A of: negative circled, negative squared, regional indicators.
const BOXED: [u32; 3] = [0x1f150, 0x1f170, 0x1f1e6];

/// Prototypes in lower case, and what they are read as.
const SUPPLEMENT: &[(&str, char)] = &[
    ("ᴀ", 'a'),
    ("ʙß", 'b'),
    ("ᴅ", 'd'),
    ("ᴇꞓɛɜǝ", 'e'),
    ("ꜰ", 'f'),
    ("ɢ", 'g'),
    ("ʜ", 'h'),
    ("ᴊ", 'j'),
    ("ĸ", 'k'),
    ("ʟ", 'l'),
    ("ʍᴍ", 'm'),
    ("ɴᴎπ", 'n'),
    ("ᴘ", 'p'),
    ("ʀᴙ", 'r'),
    ("ᴛ", 't'),
    ("μ", 'u'),
    ("ω", 'w'),
    ("χ", 'x'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        letters(text, 64).0.iter().map(|letter| letter.map_or(' ', |letter| letter.seen)).collect()
    }

    #[test]
    fn uts39_4_letters_are_what_they_look_like() {
        for (why, text, seen) in [
            ("plain", "Zed", "zed"),
            ("Cyrillic", "\u{421}l\u{430}ud\u{435}", "claude"),
            ("Cyrillic capitals", "\u{412}\u{41d}\u{422}", "bht"),
            ("… and their small forms", "\u{432}\u{43d}\u{442}", "bht"),
            ("Greek", "\u{39d}\u{3bf}\u{3c4}\u{3b9}\u{3bf}\u{3b7}", "notion"),
            ("full-width", "\u{ff3a}\u{ff45}\u{ff44}", "zed"),
            ("mathematical", "\u{1d419}\u{1d41e}\u{1d41d}", "zed"),
            ("circled", "\u{24d2}\u{24de}", "co"),
            ("in black boxes", "\u{1f189}\u{1f174}", "ze"),
            ("flags without a country", "\u{1f1ff}\u{1f1ea}", "ze"),
            ("small capitals", "\u{1d22}\u{1d07}\u{1d05}", "zed"),
            ("accents", "Z\u{e9}d\u{323}\u{302}", "zed"),
            ("… of another script", "Z\u{5b4}ed", "zed"),
            ("… on letters of their own", "\u{939}\u{93f}", "\u{939}\u{93f}"),
            ("strokes", "\u{f8}\u{142}\u{111}", "old"),
            ("nothing seen", "Z\u{200b}e\u{ad}\u{202e}d\u{0}", "zed"),
            ("only accents", "\u{301}\u{302}", ""),
            ("signs in a word", "cl@u!d|e$x", "cl@u!d|e$x"),
            ("… but not at its edge", "@zed!", "zed "),
            ("words", "A-b \u{1f680} c", "a b c"),
        ] {
            assert_eq!(read(text), seen, "{why}");
        }
    }

    #[test]
    fn no_more_is_read_than_asked_for() {
        let (some, all) = letters("abcdef", 4);
        assert_eq!((some.len(), all), (4, false));
        let (some, all) = letters("abcd", 4);
        assert_eq!((some.len(), all), (4, true));
    }
}
