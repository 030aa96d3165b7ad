//! How is a point in time written? Once for people, once for machines; in UTC, since the server does not know the reader's zone.

use askama::{Template, filters::HtmlSafe};
use salver_oauth::Timestamp;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// A time on a page.
#[derive(Clone, Debug, Eq, PartialEq, Template)]
#[template(path = "when.html")]
pub struct When {
    machine: String,
    people: String,
}

// Its display is the rendered template, in which both texts are escaped.
impl HtmlSafe for When {}

impl When {
    /// This time, to the minute.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        let date = OffsetDateTime::from_unix_timestamp(time.as_unix())
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let written = |format| date.format(format).unwrap_or_default();
        Self { machine: written(MACHINE), people: written(PEOPLE) }
    }
}

const MACHINE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]Z");
const PEOPLE: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_twice() {
        let shown = When::at(Timestamp::from_unix(1_790_000_000)).to_string();
        assert_eq!(
            shown,
            "<time datetime=\"2026-09-21T14:13Z\">21 September 2026, 14:13 UTC</time>"
        );
    }
}
