//! Where does a copy go in a catalogue that a person has written? In the place of the one with its URL, or at the end. It is a new issue: the
//! number rises, and it is issued today. Comments and everything else stay.

use std::ops::Range;

use salver_policy::catalogue::Date;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A catalogue with this copy alone.
pub(super) fn first(block: &str, today: Date) -> String {
    format!("format = 1\nnumber = 1\nissued = \"{today}\"\n\n{block}")
}

/// The text with the copy in it; `None` where a person has written it in a form that is not looked through.
pub(super) fn into(text: &str, (url, block): (&str, &str), today: Date) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    let table = table.get_ref();
    let mut edits = vec![raised(table, text)?, issued(table, today)?];
    if let Some(pin) = find(table, url) {
        edits.push((lines(text, pin)?, block.to_owned()));
    } else {
        let end = text.len();
        let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
        edits.push((end..end, format!("{gap}{block}")));
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut after = text.to_owned();
    for (range, with) in edits.into_iter().rev() {
        after.replace_range(range, &with);
    }
    Some(after)
}

/// A piece of the text, and what takes its place.
type Edit = (Range<usize>, String);

fn raised(table: &DeTable<'_>, text: &str) -> Option<Edit> {
    let span = table.get("number")?.span();
    let number: u64 = text.get(span.clone())?.parse().ok()?;
    Some((span, number.checked_add(1)?.to_string()))
}

fn issued(table: &DeTable<'_>, today: Date) -> Option<Edit> {
    let issued = table.get("issued")?;
    let before = Date::parse(issued.get_ref().as_str()?).ok()?;
    Some((issued.span(), format!("\"{}\"", before.max(today))))
}

/// The members of the pin with this URL.
fn find<'t>(table: &'t DeTable<'t>, url: &str) -> Option<&'t DeTable<'t>> {
    let pins = table.get("pin")?.get_ref().as_array()?;
    pins.iter()
        .filter_map(|pin| pin.get_ref().as_table())
        .find(|pin| pin.get("url").and_then(|value| value.get_ref().as_str()) == Some(url))
}

/// The lines of a pin, from its heading to its last member.
fn lines(text: &str, pin: &DeTable<'_>) -> Option<Range<usize>> {
    let keys = pin.iter().map(|(key, _)| key.span().start);
    let values = pin.iter().map(|(_, value): (_, &Spanned<DeValue<'_>>)| value.span().end);
    let (first, last) = (keys.min()?, values.max()?);
    let begin = text.get(..first)?.rfind("[[pin]]")?;
    // Between heading and members stand only white space and comments.
    let between = text.get(begin + "[[pin]]".len()..first)?;
    let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if !between.lines().all(is_empty) {
        return None;
    }
    let rest = text.get(last..)?;
    Some(begin..last + rest.find('\n').map_or(rest.len(), |end| end + 1))
}

#[cfg(test)]
mod tests {
    use salver_policy::catalogue::{Catalogue, pin_block};

    use super::*;

    const URL: &str = "https://app.example/c";
    const OTHER: &str = "https://other.example/c";

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn block(url: &str, name: &str, on: &str) -> String {
        let document = format!(
            "{{\n  \"client_id\": \"{url}\",\n  \"client_name\": \"{name}\",\n  \"redirect_uris\": [\"http://localhost/cb\"]\n}}\n"
        );
        pin_block(url, day(on), &document)
    }

    #[test]
    fn a_copy_takes_the_place_of_the_one_before_or_goes_to_the_end() {
        let today = day("2026-11-28");
        let one = first(&block(URL, "One", "2026-11-01"), day("2026-11-01"));
        let one = format!("# ours\n{one}# between\n\n");
        let two = into(&one, (OTHER, &block(OTHER, "Other", "2026-11-28")), today).unwrap();
        let again = into(&two, (URL, &block(URL, "Two", "2026-11-28")), today).unwrap();
        assert!(again.starts_with("# ours\n") && again.contains("# between\n"), "{again}");
        let catalogue = Catalogue::parse(&again).unwrap();
        assert_eq!((catalogue.number(), catalogue.issued()), (3, today));
        let names: Vec<bool> = [(URL, "Two"), (OTHER, "Other")]
            .iter()
            .map(|(url, name)| catalogue.pin(url).unwrap().document.contains(name))
            .collect();
        assert_eq!((catalogue.pins().len(), names), (2, vec![true, true]));
        assert!(!again.contains("One"));
        // A file without a last line end, and one that was issued later than today.
        let bare =
            into(one.trim_end(), (OTHER, &block(OTHER, "Other", "2026-11-28")), day("2026-10-01"));
        let bare = bare.unwrap();
        assert!(bare.contains("issued = \"2026-11-01\"") && bare.contains("# between\n\n[[pin]]"));
    }

    #[test]
    fn forms_that_are_not_looked_through_are_left_to_the_person() {
        let inline = format!(
            "format = 1\nnumber = 1\nissued = \"2026-11-01\"\npin = [{{ url = \"{URL}\", fetched = \"2026-11-01\", document = '{{}}' }}]\n"
        );
        for text in [&*inline, "number = 1", "= 1", ""] {
            assert_eq!(into(text, (URL, "[[pin]]\n"), day("2026-11-28")), None, "{text}");
        }
    }
}
