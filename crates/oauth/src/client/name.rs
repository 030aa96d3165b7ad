//! What can be read of a name that a stranger chose? UI-6.
//!
//! Characters that cannot be seen, or that move the text around them, make two names out of what people read as one.

/// A name without what cannot be seen, its white space folded; nothing if nothing is left.
#[must_use]
pub fn readable(raw: &str) -> Option<Box<str>> {
    let mut name = String::with_capacity(raw.len());
    for c in raw.chars() {
        let c = if c.is_whitespace() || c == BLANK { ' ' } else { c };
        let again = c == ' ' && (name.is_empty() || name.ends_with(' '));
        if !again && !is_unseen(c) {
            name.push(c);
        }
    }
    name.truncate(name.trim_end().len());
    (!name.is_empty()).then(|| name.into())
}

/// Control, bidirectional, zero-width, filler, annotation, variation, tag and private-use characters.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// Drawn as empty space though not counted as white space.
const BLANK: char = '\u{2800}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_6_one_name_to_people_is_one_name_here() {
        for (why, raw, name) in [
            ("plain", "Claude Code", Some("Claude Code")),
            ("other scripts stay", "Клод 克劳德", Some("Клод 克劳德")),
            ("zero width", "Cla\u{200b}u\u{feff}de", Some("Claude")),
            ("turned round", "\u{202e}edualC\u{202c}", Some("edualC")),
            ("space around and between", " Claude \u{a0}\t Code\n", Some("Claude Code")),
            ("something unseen between two spaces", "Claude \u{200b} Code", Some("Claude Code")),
            ("something unseen at the end", "Claude \u{200b}", Some("Claude")),
            ("control", "Claude\u{7}", Some("Claude")),
            ("nothing to read", "\u{200b}\u{3164} \u{2800}", None),
            ("nothing", "", None),
        ] {
            assert_eq!(readable(raw).as_deref(), name, "{why}: {raw:?}");
        }
    }
}
