//! Is somebody shut out? DESIGN 4.8: a ban goes before every rule, and is asked at register, authorize and token.
//!
//! Where bans are kept, and what becomes of grants that lived when one was made, is not settled here.

mod facts;
mod name;
mod subject;

use std::collections::HashMap;

use salver_oauth::Timestamp;

pub(crate) use self::subject::is_thumbprint;
pub use self::{
    facts::BanFacts,
    name::{NameFault, NamePattern},
    subject::{BanFault, BanKind, BanSubject},
};

/// A ban.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ban {
    /// Its number, by which it is called.
    pub number: i64,
    /// Whom it shuts out.
    pub subject: BanSubject,
    /// Why it was made, in the words of whoever made it.
    pub reason: Box<str>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends, if it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// All bans, found by what they name.
#[derive(Clone, Debug, Default)]
pub struct Bans {
    /// In the order of their numbers.
    list: Vec<Ban>,
    /// By kind and value: places in the list.
    by_value: HashMap<(BanKind, Box<str>), Vec<usize>>,
    /// Those by a pattern for names.
    by_name: Vec<usize>,
    /// Whether any is of somebody who signs.
    of_signers: bool,
}

impl Ban {
    /// Whether it holds at this time.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

impl Bans {
    /// These bans.
    #[must_use]
    pub fn new(mut bans: Vec<Ban>) -> Self {
        bans.sort_by_key(|ban| ban.number);
        let (mut by_value, mut by_name) = (HashMap::<_, Vec<usize>>::new(), Vec::new());
        for (place, ban) in bans.iter().enumerate() {
            match &ban.subject {
                BanSubject::Name(_) => by_name.push(place),
                subject => {
                    by_value
                        .entry((subject.kind(), subject.value().into()))
                        .or_default()
                        .push(place);
                }
            }
        }
        let of_signers = bans.iter().any(|ban| ban.subject.kind().is_of_a_signer());
        Self { list: bans, by_value, by_name, of_signers }
    }

    /// All of them, those that have expired included.
    #[must_use]
    pub fn all(&self) -> &[Ban] {
        &self.list
    }

    /// Whether nobody is banned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether it matters who has signed for a client: some ban is of an issuer, a software or a key.
    #[must_use]
    pub fn are_of_signers(&self) -> bool {
        self.of_signers
    }

    /// The oldest ban in force that shuts out whoever these facts are of.
    #[must_use]
    pub fn find(&self, facts: &BanFacts<'_>, now: Timestamp) -> Option<&Ban> {
        if self.is_empty() {
            return None;
        }
        let by_value = facts.values().filter_map(|(kind, value)| {
            self.by_value.get(&(kind, value.into())).map(Vec::as_slice)
        });
        let by_name = self
            .by_name
            .iter()
            .filter(|place| self.list.get(**place).is_some_and(|ban| ban.subject.matches(facts)));
        by_value
            .flatten()
            .chain(by_name)
            .filter(|place| self.list.get(**place).is_some_and(|ban| ban.is_in_force(now)))
            .min()
            .and_then(|place| self.list.get(*place))
    }
}

#[cfg(test)]
mod tests;
