//! Which day? Dates of a catalogue, as ISO 8601 writes them: `2026-09-30`. Days are counted in UTC; there is no time of day.

use std::fmt;

use salver_oauth::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    /// Since 1970-01-01.
    days: i64,
}

/// A text is no date.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("it is not a date like 2026-09-30")]
pub struct DateError;

impl Date {
    /// Reads `2026-09-30`: four, two and two digits, and a day that exists.
    ///
    /// # Errors
    /// [`DateError`] for everything else.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let number = |digits: &str, length: usize| {
            let sound = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<i64>().ok().filter(|_| sound).ok_or(DateError)
        };
        let (year, rest) = text.split_once('-').ok_or(DateError)?;
        let (month, day) = rest.split_once('-').ok_or(DateError)?;
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let date = Self { days: days_from_civil(year, month, day) };
        // A day that does not exist comes back as another one.
        if date.civil() == (year, month, day) { Ok(date) } else { Err(DateError) }
    }

    /// The day of a time.
    #[must_use]
    pub const fn of(at: Timestamp) -> Self {
        Self { days: at.as_unix().div_euclid(SECONDS_PER_DAY) }
    }

    /// The first second of the day.
    #[must_use]
    pub const fn begin(self) -> Timestamp {
        Timestamp::from_unix(self.days.saturating_mul(SECONDS_PER_DAY))
    }

    /// How many days later than `earlier`; negative if before it.
    #[must_use]
    pub const fn days_since(self, earlier: Self) -> i64 {
        self.days.saturating_sub(earlier.days)
    }

    /// Year, month and day: eras of 400 years, years that begin in March.
    const fn civil(self) -> (i64, i64, i64) {
        let shifted = self.days.saturating_add(DAYS_BEFORE_EPOCH);
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        (era * 400 + year_of_era + if month <= 2 { 1 } else { 0 }, month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        Self::parse(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted_month = (month + 9).rem_euclid(12);
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - DAYS_BEFORE_EPOCH
}

const SECONDS_PER_DAY: i64 = 86_400;

/// From 0000-03-01 to 1970-01-01.
const DAYS_BEFORE_EPOCH: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_exist_and_their_neighbours() {
        for (text, days) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("2000-02-29", Some(11_016)),
            ("2026-09-30", Some(20_726)),
            ("2026-02-29", None),
            ("2026-13-01", None),
            ("2026-00-10", None),
            ("2026-09-31", None),
            ("2026-9-30", None),
            ("2026-09-30 ", None),
            ("+026-09-30", None),
            ("20260930", None),
            ("", None),
        ] {
            assert_eq!(Date::parse(text).ok().map(|date| date.days), days, "{text:?}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_reads_back() {
        for days in -10_000..136_097 {
            let date = Date { days };
            assert_eq!(Date::parse(&date.to_string()), Ok(date));
        }
    }

    #[test]
    fn the_day_of_a_time() {
        let date = Date::parse("2026-09-30").unwrap();
        assert_eq!(Date::of(date.begin()), date);
        assert_eq!(Date::of(date.begin().plus_seconds(86_399)), date);
        assert_eq!(Date::of(date.begin().plus_seconds(86_400)).days_since(date), 1);
    }
}
