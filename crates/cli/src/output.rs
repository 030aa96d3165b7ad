//! How do we speak? Standard output is data for programs, standard error is talk for people. Nothing else in this program prints.

use std::io::Write as _;

/// Data, with a line end after it. A reader that has gone away is no failure of ours.
pub(crate) fn data(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// A value as one line of JSON.
pub(crate) fn json(value: &serde_json::Value) {
    data(&value.to_string());
}

/// Talk.
pub(crate) fn talk(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Rows under a heading, in columns as wide as their widest cell.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(heading.get(column).map(|cell| cell.chars().count())).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    data(&line(&mut heading.iter().copied()));
    for row in rows {
        data(&line(&mut row.iter().map(String::as_str)));
    }
}
