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
    let mut found: Vec<Option<Letter>> = Vec::new();
    let mut rest = text.chars().take(super::LONGEST_READ).nfkd().peekable();
    while let Some(c) = rest.next() {
        if found.len() >= most {
            return (found, false);
        }
        let after_letter = matches!(found.last(), Some(Some(_)));
        let before_letter = rest.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            'a'..='z' | '0'..='9' => found.push(Some(Letter { seen: c, upper: false })),
            'A'..='Z' => {
                found.push(Some(Letter { seen: c.to_ascii_lowercase(), upper: true }));
            }
            '!' | '|' | '@' if after_letter && before_letter => {
                found.push(Some(Letter { seen: c, upper: false }));
            }
            '$' if before_letter => found.push(Some(Letter { seen: c, upper: false })),
            _ if c.is_ascii_control() && !c.is_ascii_whitespace() => {}
            _ if c.is_ascii() => found.push(None),
            _ if is_combining_mark(c) => {
                // An accent makes no other letter of a Latin one, nor of what looks Latin.
                let kept =
                    found.last().is_some_and(|last| last.is_some_and(|l| !l.seen.is_ascii()));
                found.extend(kept.then_some(Some(Letter { seen: c, upper: false })));
            }
            _ => push_prototype(c, &mut found),
        }
    }
    (found, true)
}

fn push_prototype(c: char, found: &mut Vec<Option<Letter>>) {
    let upper = c.is_uppercase();
    for prototype in unicode_security::skeleton(c.encode_utf8(&mut [0; 4])) {
        if is_combining_mark(prototype) || prototype.is_control() {
            continue;
        }
        for lower in prototype.to_lowercase() {
            let seen = supplemented(lower);
            found.push(seen.is_alphanumeric().then_some(Letter { seen, upper }));
        }
    }
}

/// Whether a character shows nothing: controls but white space, and what UTS #39 §4 leaves out of skeletons.
pub(super) fn is_unseen(c: char) -> bool {
    let is_empty = || unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).next().is_none();
    if c.is_ascii() { c.is_control() && !c.is_whitespace() } else { c.is_control() || is_empty() }
}

/// Appends a letter's class: of those that are easily taken for each other, one. `digits` says whether digits stand for letters.
pub(super) fn push_class(class: &mut String, seen: char, digits: bool) {
    let of_digit = match seen {
        _ if !digits => None,
        '0' => Some('o'),
        '1' => Some('l'),
        '3' => Some('e'),
        '4' => Some('a'),
        '5' => Some('s'),
        '6' | '8' => Some('b'),
        '7' => Some('t'),
        '9' => Some('g'),
        _ => None,
    };
    match of_digit.unwrap_or(seen) {
        'i' | '!' | '|' => class.push('l'),
        '@' => class.push('a'),
        '$' => class.push('s'),
        'm' => class.push_str("rn"),
        'v' if class.ends_with('v') => {
            class.pop();
            class.push('w');
        }
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
            ("… but not at its edge", "@zed!", " zed "),
            ("words", "A-b c", "a b c"),
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
