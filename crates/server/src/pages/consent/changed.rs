//! What has changed about a client since this person let it in? Each change in a sentence, strangers' words in quotes (DESIGN 4.7).

use std::fmt;

use askama::{Template, filters::HtmlSafe};
use salver_oauth::client::change::{Change, Swap};

use super::Untrusted;

/// A change, as a sentence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Changed {
    /// Answers may go to this address too.
    RedirectAdded(Untrusted),
    /// Answers can no longer go to this address.
    RedirectRemoved(Untrusted),
    /// It calls itself something else.
    Name {
        /// What it was called.
        before: Option<Untrusted>,
        /// What it is called.
        now: Option<Untrusted>,
    },
    /// It names another site of its developer.
    Developer,
    /// It has another picture.
    Logo,
    /// It may ask for other things.
    Scope,
    /// It proves itself with other keys.
    Keys,
    /// It proves itself in another way.
    Methods,
    /// Something that nobody here looks at.
    Other,
}

#[derive(Template)]
#[template(path = "changed.html")]
struct InWords<'a>(&'a Changed);

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&InWords(self), f)
    }
}

// Its display is the rendered template, in which every stranger's word is quoted.
impl HtmlSafe for Changed {}

impl Changed {
    /// The sentence for a change; none for what another sentence says already, or for what shows nothing.
    #[must_use]
    pub fn of(change: &Change) -> Option<Self> {
        let shown = |name: &Option<Box<str>>| name.as_deref().and_then(Untrusted::name);
        match change {
            Change::RedirectAdded(uri) => Untrusted::identifier(uri).map(Self::RedirectAdded),
            Change::RedirectRemoved(uri) => Untrusted::identifier(uri).map(Self::RedirectRemoved),
            Change::RecipientGone(_) => None,
            Change::Name(Swap { before, now }) => {
                Some(Self::Name { before: shown(before), now: shown(now) })
            }
            Change::Developer(_) => Some(Self::Developer),
            Change::Logo(_) => Some(Self::Logo),
            Change::Scope(_) => Some(Self::Scope),
            Change::KeysAdded { .. } | Change::KeysRemoved(_) | Change::KeysMoved(_) => {
                Some(Self::Keys)
            }
            Change::Methods(_) => Some(Self::Methods),
            Change::Other => Some(Self::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_words_stay_in_quotes() {
        let name = |text: &str| Some(text.into());
        let renamed = Change::Name(Swap { before: name("App"), now: name("<b>Claude</b>") });
        let shown = Changed::of(&renamed).unwrap().to_string();
        assert!(shown.contains("“<bdi>App</bdi>”") && !shown.contains("<b>"), "{shown}");
        let added = Changed::of(&Change::RedirectAdded("https://evil.example/cb".into())).unwrap();
        assert!(added.to_string().contains("“<bdi>https://evil.example/cb</bdi>”"));
    }
}
