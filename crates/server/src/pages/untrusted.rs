//! How does text that a stranger chose get onto a page? Cleaned, shortened, isolated and in quotes: as a claim (UI-6, DESIGN §7.5).
//!
//! Whether the claim is true is not decided here.

use askama::{Template, filters::HtmlSafe};
use salver_oauth::client::name::is_unseen;

/// Text from a stranger, fit to be shown. Renders in quotes, isolated from the direction of the text around it.
#[derive(Clone, Debug, Eq, PartialEq, Template)]
#[template(path = "untrusted.html")]
pub struct Untrusted {
    text: String,
}

// Its display is the rendered template, in which the text is escaped.
impl HtmlSafe for Untrusted {}

impl Untrusted {
    /// A name: at most 80 characters are shown. Nothing if nothing readable is left.
    #[must_use]
    pub fn name(raw: &str) -> Option<Self> {
        Self::with_limit(raw, 80)
    }

    /// An identifier or URL: at most 400 characters are shown.
    #[must_use]
    pub fn identifier(raw: &str) -> Option<Self> {
        Self::with_limit(raw, 400)
    }

    /// What a person wrote to another: at most 500 characters are shown.
    #[must_use]
    pub fn remark(raw: &str) -> Option<Self> {
        Self::with_limit(raw, 500)
    }

    /// What a developer wrote of an application: at most 2,000 characters are shown.
    #[must_use]
    pub fn description(raw: &str) -> Option<Self> {
        Self::with_limit(raw, 2_000)
    }

    fn with_limit(raw: &str, limit: usize) -> Option<Self> {
        if raw.len() <= limit && is_harmless(raw) {
            return Some(Self { text: raw.to_owned() });
        }
        let text = shortened(&cleaned(raw), limit);
        (!text.is_empty()).then_some(Self { text })
    }

    /// The cleaned text, without quotes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Plain text in which there is nothing to clean: most names and identifiers. A shorter way to what [`cleaned`] would answer.
fn is_harmless(raw: &str) -> bool {
    // No space at the beginning, after another, or at the end.
    let mut after_space = true;
    let is_plain = |byte: u8| match byte {
        b' ' => !std::mem::replace(&mut after_space, true),
        b'!' | b'#'..=b'~' => {
            after_space = false;
            true
        }
        _ => false,
    };
    raw.bytes().all(is_plain) && !after_space
}

/// Drops what cannot be seen or moves other text, folds white space, and takes the claim's own double quotes away.
fn cleaned(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len().min(LONGEST_READ));
    let mut marks = 0;
    for c in raw.chars().take(LONGEST_READ) {
        let c = if c.is_whitespace() || BLANK.contains(&c) { ' ' } else { c };
        marks = if is_mark(c) { marks + 1 } else { 0 };
        let again = c == ' ' && (text.is_empty() || text.ends_with(' '));
        if again || marks > MOST_MARKS || is_unseen(c) {
            continue;
        }
        text.push(if DOUBLE_QUOTES.contains(&c) { '\'' } else { c });
    }
    text.truncate(text.trim_end().len());
    text
}

fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
    }
}

/// Combining marks of the general blocks; piled up they would paint over other lines.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Drawn as empty space though not counted as white space.
const BLANK: [char; 1] = ['\u{2800}'];
/// What could seem to end our own quotation marks.
const DOUBLE_QUOTES: [char; 13] =
    ['"', '“', '”', '„', '‟', '«', '»', '″', '‶', '〝', '〞', '〟', '＂'];
/// As many marks on one letter as living scripts need.
const MOST_MARKS: usize = 2;
/// Text beyond this is not even looked at.
const LONGEST_READ: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_6_what_cannot_be_seen_or_moves_text_is_dropped() {
        for (why, raw, shown) in [
            ("plain text stays", "Claude Code", Some("Claude Code")),
            ("other scripts stay", "Клод – 克劳德 – क्लॉड", Some("Клод – 克劳德 – क्लॉड")),
            ("two marks on a letter stay", "e\u{323}\u{302}", Some("e\u{323}\u{302}")),
            ("… more do not", "e\u{323}\u{302}\u{301}\u{300}x", Some("e\u{323}\u{302}x")),
            ("right-to-left override", "edoC\u{202e} elcitsuoR", Some("edoC elcitsuoR")),
            ("isolates", "a\u{2066}b\u{2069}", Some("ab")),
            ("zero width", "Cla\u{200b}u\u{feff}de", Some("Claude")),
            ("tags", "A\u{e0041}B", Some("AB")),
            ("control characters", "A\u{0}\u{1b}[31mB\u{85}C", Some("A[31mB C")),
            ("white space folds", "  A \n\t\u{2003} B\u{2028}", Some("A B")),
            ("quotes cannot end ours", "x” is proven. “y", Some("x' is proven. 'y")),
            ("nothing readable", "\u{200b}\u{3164} \u{2800}", None),
            ("nothing", "", None),
        ] {
            assert_eq!(Untrusted::name(raw).as_ref().map(Untrusted::text), shown, "{why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_shorter_way_answers_the_same(raw in "[ -~\t\u{200b}\u{fc}“]{0,20}") {
            if is_harmless(&raw) {
                proptest::prop_assert_eq!(cleaned(&raw), raw);
            }
        }
    }

    #[test]
    fn ui_6_length_is_limited_by_characters() {
        assert_eq!(Untrusted::name(&"ü".repeat(80)).unwrap().text(), "ü".repeat(80));
        assert_eq!(
            Untrusted::name(&"ü".repeat(81)).unwrap().text(),
            format!("{}…", "ü".repeat(80))
        );
    }

    #[test]
    fn it_renders_escaped_and_as_a_claim() {
        let shown = Untrusted::name("<b>&'").unwrap().to_string();
        assert_eq!(shown, "<span class=\"claim\">“<bdi>&#60;b&#62;&#38;&#39;</bdi>”</span>");
    }
}
