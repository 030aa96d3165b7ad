//! May this text take the place of a source's last catalogue, and how much of it at once? DESIGN 4.6.
//!
//! For text whose signature has been verified. A source's catalogues follow each other: the number rises, and each says when it
//! expires. What protects applies at once; what binds something to a client, opens an address or takes a mark away waits for an
//! administrator. A stolen signing key can so take away, but not let anybody in.

mod difference;
mod settle;

use thiserror::Error;

pub use self::difference::{Change, Difference, Part};
use self::settle::Settlement;
use super::{Catalogue, CatalogueError, Date};

/// A later catalogue of a source, as far as it may be used.
#[derive(Clone, Debug)]
pub struct Update {
    /// The catalogue to use: the current one with what may apply.
    pub applied: Catalogue,
    /// What is different in it from the current one.
    pub changed: Vec<Difference>,
    /// What waits for an administrator.
    pub pending: Vec<Difference>,
}

/// Why a text does not follow the current catalogue.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum UpdateError {
    /// It is not a catalogue.
    #[error("{0}")]
    Catalogue(CatalogueError),
    /// An update must say how long it may be taken over.
    #[error("it does not say when it expires")]
    NoExpiry,
    /// It is too late to take it over.
    #[error("it expired on {0}")]
    Expired(Date),
    /// It was issued after today.
    #[error("it was issued on {0}, which is still to come")]
    IssuedLater(Date),
    /// Its number is not above the current one: it is old, or the same.
    #[error("its number is {offered}, and the current one is {current}")]
    NotRising {
        /// The number that is in use.
        current: u64,
        /// The number of the update.
        offered: u64,
    },
}

impl Update {
    /// Judges the verified text of an update against the current catalogue of the same source.
    ///
    /// # Errors
    /// [`UpdateError`] says why it cannot follow.
    pub fn judge(current: &Catalogue, text: &str, today: Date) -> Result<Self, UpdateError> {
        Self::judge_with(current, text, today, |_| false)
    }

    /// The same where an administrator has accepted some of what waits.
    ///
    /// # Errors
    /// [`UpdateError`] says why it cannot follow.
    pub fn judge_with(
        current: &Catalogue,
        text: &str,
        today: Date,
        is_accepted: impl Fn(&Difference) -> bool,
    ) -> Result<Self, UpdateError> {
        let offered = Catalogue::parse(text).map_err(UpdateError::Catalogue)?;
        let expires = offered.expires().ok_or(UpdateError::NoExpiry)?;
        if expires < today {
            return Err(UpdateError::Expired(expires));
        }
        if offered.issued().days_since(today) > CLOCK_SLACK_DAYS {
            return Err(UpdateError::IssuedLater(offered.issued()));
        }
        if offered.number() <= current.number() {
            let (current, offered) = (current.number(), offered.number());
            return Err(UpdateError::NotRising { current, offered });
        }
        Ok(Self::settle(current, &offered, is_accepted))
    }

    /// What comes of a catalogue that was taken over before, when an administrator has accepted more or less of it since. Neither its
    /// number nor its dates are judged again.
    #[must_use]
    pub fn settle(
        before: &Catalogue,
        taken_over: &Catalogue,
        is_accepted: impl Fn(&Difference) -> bool,
    ) -> Self {
        Settlement::of(before, taken_over, &is_accepted).into()
    }
}

impl Catalogue {
    /// What a file would change in this catalogue if it came as an update with all its parts accepted.
    #[must_use]
    pub fn differences(&self, offered: &Self) -> Vec<Difference> {
        Settlement::of(self, offered, &|_| true).changed
    }
}

/// Somewhere it is already tomorrow.
const CLOCK_SLACK_DAYS: i64 = 1;

#[cfg(test)]
mod tests;
