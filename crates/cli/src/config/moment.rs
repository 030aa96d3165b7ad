//! At what time? A day or a second of UTC, as RFC 3339 writes them: `2027-03-01`, `2027-03-01T12:00:00Z`.

use std::fmt;

use salver_oauth::Timestamp;
use salver_policy::catalogue::Date;

/// A text is neither.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct NoMoment;

impl fmt::Display for NoMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is no date, and no time in UTC")
    }
}

/// The time that a text names; of a day, the first second.
pub(super) fn parse(text: &str) -> Result<Timestamp, NoMoment> {
    let (day, second) = match text.split_once('T') {
        None => (text, 0),
        Some((day, time)) => (day, second_of_day(time).ok_or(NoMoment)?),
    };
    Ok(Date::parse(day).map_err(|_| NoMoment)?.begin().plus_seconds(second))
}

fn second_of_day(time: &str) -> Option<i64> {
    let mut parts = time.strip_suffix('Z')?.split(':');
    let mut part = |below: i64| {
        let digits = parts.next()?;
        let sound = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| sound && *number < below)
    };
    let (hour, minute, second) = (part(24)?, part(60)?, part(60)?);
    parts.next().is_none().then_some(hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_days_and_seconds_of_utc() {
        for (text, expected) in [
            ("2027-03-01", Some(1_803_859_200)),
            ("2027-03-01T00:00:00Z", Some(1_803_859_200)),
            ("2027-03-01T23:59:59Z", Some(1_803_945_599)),
            ("2027-02-29", None),
            ("2027-03-01T24:00:00Z", None),
            ("2027-03-01T12:60:00Z", None),
            ("2027-03-01T12:00Z", None),
            ("2027-03-01T12:00:00:00Z", None),
            ("2027-03-01T12:00:00", None),
            ("2027-03-01T12:00:00+02:00", None),
            ("2027-03-01T+1:00:00Z", None),
            ("2027-03-01 12:00:00Z", None),
            ("1 March 2027", None),
            ("", None),
        ] {
            assert_eq!(parse(text).ok().map(Timestamp::as_unix), expected, "{text:?}");
        }
    }
}
