//! What does it look like? A name or a host beside the protected one that it may be taken for, letter by letter where the letters differ.

use salver_policy::warning::Warning as Fact;

use crate::pages::{HostName, Untrusted};

/// A name or host beside another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LookAlike {
    /// Names.
    Name {
        /// The name, as the client claims it.
        claimed: Untrusted,
        /// The protected name.
        protected: String,
        /// Whose that is.
        owner: HostName,
        /// The letters of the claimed name that are not plain, as characters and code points.
        letters: Vec<Letter>,
    },
    /// Hosts.
    Host {
        /// This one.
        host: HostName,
        /// The protected site.
        protected: HostName,
    },
}

/// A letter that is not plain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Letter {
    /// The letter, if it can be seen.
    pub shown: Option<Untrusted>,
    /// `U+0430`.
    pub code: String,
}

impl LookAlike {
    /// What a warning says of likeness, if it does.
    #[must_use]
    pub fn of(fact: &Fact) -> Option<Self> {
        match fact {
            Fact::BorrowedName { name, owner } => Self::name(name, name, owner),
            Fact::LooksLikeName { name, owner, protected } => Self::name(name, protected, owner),
            Fact::LooksLikeHost { host, protected } => Some(Self::Host {
                host: HostName::of_text(host),
                protected: HostName::of_text(protected),
            }),
            Fact::Operator { .. }
            | Fact::LoopbackOnly
            | Fact::OtherRecipientHost { .. }
            | Fact::FirstSight
            | Fact::LostDomain { .. }
            | Fact::MixedScripts { .. }
            | Fact::StaleCopy { .. }
            | Fact::PinnedCopy { .. } => None,
        }
    }

    fn name(claimed: &str, protected: &str, owner: &str) -> Option<Self> {
        Some(Self::Name {
            letters: letters(claimed),
            claimed: Untrusted::name(claimed)?,
            protected: protected.to_owned(),
            owner: HostName::of_text(owner),
        })
    }
}

/// Each once, in their order; the first ones only.
fn letters(name: &str) -> Vec<Letter> {
    let mut found: Vec<char> = Vec::new();
    for c in name.chars().filter(|c| !c.is_ascii()) {
        if found.len() < MOST_LETTERS && !found.contains(&c) {
            found.push(c);
        }
    }
    let letter = |c: char| Letter {
        shown: Untrusted::name(&c.to_string()),
        code: format!("U+{:04X}", u32::from(c)),
    };
    found.into_iter().map(letter).collect()
}

const MOST_LETTERS: usize = 12;

#[cfg(test)]
impl LookAlike {
    pub(in crate::pages) fn filled_with(text: &str) -> Vec<Self> {
        use crate::pages::tests::untrusted;
        let letter = Letter { shown: Some(untrusted(text)), code: text.into() };
        vec![
            Self::Name {
                claimed: untrusted(text),
                protected: text.into(),
                owner: HostName::made_of(text),
                letters: vec![letter],
            },
            Self::Host { host: HostName::made_of(text), protected: HostName::made_of(text) },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_not_plain_are_told_by_their_code() {
        for (name, codes) in [
            ("Claude", &[][..]),
            ("Cl\u{430}ude", &["U+0430"]),
            ("Cl\u{430}ude Cl\u{430}ud\u{435}", &["U+0430", "U+0435"]),
            ("Cla\u{200b}ude", &["U+200B"]),
            ("\u{1d402}laude", &["U+1D402"]),
        ] {
            let found: Vec<String> = letters(name).into_iter().map(|letter| letter.code).collect();
            assert_eq!(found, codes, "{name}");
        }
        assert_eq!(letters("Cla\u{200b}ude").first().unwrap().shown, None, "nothing to be seen");
        let many: String = (0x410..0x450).filter_map(char::from_u32).collect();
        assert_eq!(letters(&many).len(), MOST_LETTERS);
    }
}
