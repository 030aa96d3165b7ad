//! How is it read on a terminal? The one plain text of an explanation, with strangers' text made harmless.

use std::fmt;

use super::{Explanation, Fate};
use crate::{
    judge::{Outcome, Reason, Verdict},
    rules::Limits,
};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fact in &self.facts {
            writeln!(f, "{:<17}{}", fact.label, harmless(&fact.value))?;
        }
        writeln!(f, "\nrules {}", self.version)?;
        for (number, rule) in (1_usize..).zip(&self.rules) {
            writeln!(f, "{number:>3}. {} ({}): {}", rule.name, rule.then.id(), rule.fate)?;
        }
        write!(f, "\n{}", self.verdict)
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decides => f.write_str("decides"),
            Self::Differs { key, wants, found } => {
                write!(f, "{key} wants {wants}, found {}", harmless(found))
            }
            Self::Excepted => f.write_str("excepted by `unless`"),
            Self::Beaten { by } => write!(f, "matches by domain, but {by} names the document"),
            Self::PassedOver => f.write_str("passed over"),
            Self::NotAsked => f.write_str("not asked"),
        }
    }
}

impl Fate {
    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Decides => "decides",
            Self::Differs { .. } => "differs",
            Self::Excepted => "excepted",
            Self::Beaten { .. } => "beaten",
            Self::PassedOver => "passed_over",
            Self::NotAsked => "not_asked",
        }
    }
}

/// Outcome, reason and terms.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.outcome.kind().id(), self.reason)?;
        if let (Some(rule), Some(sentence)) = (&self.rule, &self.sentence) {
            write!(f, "\nrule {rule}: {sentence}")?;
        }
        match &self.outcome {
            Outcome::Deny => return Ok(()),
            Outcome::Warn(warning) => write!(f, "\nwarning: {warning}")?,
            Outcome::Allow | Outcome::Review => {}
        }
        write!(f, "\nscopes: {}{}", self.scopes, self.limits)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule => f.write_str("the rule says so"),
            Self::NoRule => f.write_str("no rule matches"),
            Self::Ban { number, reason } => write!(f, "ban {number}: {reason}"),
            Self::Approved { number, who } => {
                write!(f, "the rule wants a review, and approval {number} is for {who}")
            }
            Self::Lacks(requirement) => {
                write!(f, "the rule requires {}, which the request lacks", requirement.id())
            }
            Self::RedirectHost(host) => {
                write!(f, "answers must not go to {}, which is not listed", harmless(host))
            }
            Self::OtherResource => f.write_str("this resource is not for clients like this"),
            Self::NothingLeft => f.write_str("none of the scopes that are asked for can be given"),
            Self::UnlistedRedirect => f.write_str(
                "one of its redirect URIs is an https address that nobody has named (registration.listed)",
            ),
        }
    }
}

/// Each term on a line of its own, after a line break.
impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let hosts = [
            ("answers only to", &self.redirect_hosts),
            ("keys only from", &self.key_hosts),
            ("pictures only from", &self.picture_hosts),
        ];
        let terms = [
            ("access token seconds", number(self.access_token_seconds)),
            ("refresh unused days", number(self.refresh_unused_days)),
            ("grant days", number(self.grant_days)),
            ("consent", self.consent_every_time.then(|| "every time".to_owned())),
        ];
        for (label, value) in terms {
            if let Some(value) = value {
                write!(f, "\n{label}: {value}")?;
            }
        }
        for (label, hosts) in hosts {
            if let Some(hosts) = hosts {
                write!(f, "\n{label}: {hosts}")?;
            }
        }
        Ok(())
    }
}

/// Control characters, and those that turn the direction of text, as escapes.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let turns = matches!(
            letter,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        );
        if letter.is_control() || turns {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_text_moves_no_terminal() {
        for (text, shown) in [
            ("Bücher & Söhne", "Bücher & Söhne"),
            ("a\u{1b}[2Jb\nc", "a\\u{1b}[2Jb\\u{a}c"),
            ("\u{202e}gnp", "\\u{202e}gnp"),
        ] {
            assert_eq!(harmless(text), shown);
        }
    }
}
