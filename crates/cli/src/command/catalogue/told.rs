//! How is a difference between two catalogues told? In a sentence, or as a line of JSON; what waits has a number.

use salver_policy::catalogue::update::Difference;
use serde_json::{Value, json};

use crate::{catalogue::Waiting, output};

/// A line of JSON; `number` for what waits and can be accepted.
pub(super) fn line(difference: &Difference, waits: bool, number: Option<usize>) -> Value {
    let mut line = json!({
        "client": difference.client, "part": difference.part, "change": difference.change,
        "value": difference.value, "words": difference.to_string(), "waits": waits,
    });
    if let (Some(members), Some(number)) = (line.as_object_mut(), number) {
        members.insert("number".to_owned(), number.into());
    }
    line
}

/// Sentences below a heading; nothing where there are none.
pub(super) fn list(heading: &str, differences: &[Difference]) {
    if !differences.is_empty() {
        output::data(heading);
    }
    for difference in differences {
        output::data(&format!("  {difference}"));
    }
}

/// What waits, each with its number.
pub(super) fn waiting(heading: &str, waiting: &[Waiting]) {
    if !waiting.is_empty() {
        output::data(heading);
    }
    for Waiting { number, difference } in waiting {
        output::data(&format!("  {number:>3}  {difference}"));
    }
}
