//! How are times written on the command line, and read back to people?

use salver_oauth::Timestamp;
use salver_policy::catalogue::Date;

/// Seconds, from a number with `s`, `m`, `h` or `d` after it; at most 90 days.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let unit = match text.bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => return Err("write a number and a unit, like 15m, 24h or 7d".to_owned()),
    };
    let number: i64 = text
        .get(..text.len() - 1)
        .and_then(|digits| digits.parse().ok())
        .ok_or("write a number and a unit, like 15m, 24h or 7d")?;
    let seconds = number.saturating_mul(unit);
    if (1..=90 * 86_400).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("between 1s and 90d".to_owned())
    }
}

/// A time span in words.
pub(super) fn words(seconds: i64) -> String {
    let (number, unit) = match seconds {
        whole if whole % 86_400 == 0 => (whole / 86_400, "day"),
        whole if whole % 3_600 == 0 => (whole / 3_600, "hour"),
        whole if whole % 60 == 0 => (whole / 60, "minute"),
        whole => (whole, "second"),
    };
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

/// The day of a time in UTC, as ISO 8601 writes it.
pub(super) fn date(at: Timestamp) -> String {
    Date::of(at).to_string()
}

/// A time in UTC to the second, to be read by people.
pub(super) fn moment(at: Timestamp) -> String {
    let second = at.as_unix().rem_euclid(86_400);
    format!("{} {:02}:{:02}:{:02}", date(at), second / 3_600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit_and_within_bounds() {
        for (text, expected) in [
            ("15m", Some(900)),
            ("24h", Some(86_400)),
            ("7d", Some(604_800)),
            ("1s", Some(1)),
            ("90d", Some(7_776_000)),
        ] {
            assert_eq!(parse(text).ok(), expected, "{text}");
        }
        for text in [
            "",
            "15",
            "m",
            "-1m",
            "0s",
            "91d",
            "1w",
            "99999999999999999999d",
            "9223372036854775807d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        for (seconds, expected) in [
            (900, "15 minutes"),
            (86_400, "1 day"),
            (3_600, "1 hour"),
            (90, "90 seconds"),
            (604_800, "7 days"),
        ] {
            assert_eq!(words(seconds), expected);
        }
    }

    #[test]
    fn moments_are_told_to_the_second() {
        assert_eq!(moment(Timestamp::from_unix(1_767_225_599)), "2025-12-31 23:59:59");
        assert_eq!(moment(Timestamp::from_unix(0)), "1970-01-01 00:00:00");
    }

    #[test]
    fn days_have_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_767_225_599, "2025-12-31"),
            (4_107_542_400, "2100-03-01"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date(Timestamp::from_unix(seconds)), expected);
        }
    }
}
