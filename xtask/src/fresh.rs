//! Is what was generated still what its source says? The tables of special-purpose addresses follow the data file, line by line.
//!
//! Compared without white space and closing commas, which are the formatter's business. `cargo xtask generate` writes them anew.

use std::{fmt::Write as _, fs, net::Ipv6Addr};

use crate::{Obstacle, Report};

const DATA: &str = "crates/egress/data/iana-special-purpose.tsv";
const TABLE: &str = "crates/egress/src/address/table.rs";
/// What stands before the tables, and is written by hand.
const BEGIN: &str = "/// Special-purpose IPv4 blocks";

/// Compares.
pub(crate) fn check() -> Result<Report, Obstacle> {
    let mut report = Report::default();
    let (data, table) = (read(DATA)?, read(TABLE)?);
    let (_, kept) = split(&table);
    if bare(kept) == bare(&tables(&data)) {
        report.note(format!("fresh: {TABLE} says what {DATA} says"));
    } else {
        report.fault(format!(
            "{TABLE} is not what {DATA} says; run: cargo xtask generate && cargo fmt"
        ));
    }
    Ok(report)
}

/// Writes the tables anew.
pub(crate) fn generate() -> Result<Report, Obstacle> {
    let (data, table) = (read(DATA)?, read(TABLE)?);
    let text = format!("{}{}", split(&table).0, tables(&data));
    fs::write(TABLE, text).map_err(|error| Obstacle::Unreadable(TABLE.to_owned(), error))?;
    let mut report = Report::default();
    report.note(format!("{TABLE} is written; run cargo fmt"));
    Ok(report)
}

fn read(path: &str) -> Result<String, Obstacle> {
    fs::read_to_string(path).map_err(|error| Obstacle::Unreadable(path.to_owned(), error))
}

fn split(table: &str) -> (&str, &str) {
    table.split_at(table.find(BEGIN).unwrap_or(table.len()))
}

fn bare(text: &str) -> String {
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    dense.replace(",}", "}").replace(",]", "]").replace(",)", ")")
}

fn tables(data: &str) -> String {
    let rows: Vec<[&str; 3]> = data
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .filter_map(|line| {
            let mut cells = line.split('\t').map(|cell| cell.trim_matches('"'));
            Some([cells.next()?, cells.next()?, cells.next()?])
        })
        .collect();
    let mut text = String::new();
    for (version, family) in [("4", '.'), ("6", ':')] {
        let lines = rows.iter().filter(|[block, ..]| block.contains(family));
        text.push_str(&table(version, lines));
    }
    text
}

fn table<'r>(version: &str, rows: impl Iterator<Item = &'r [&'r str; 3]>) -> String {
    let mut text = format!(
        "/// Special-purpose IPv{version} blocks, in the order of the registry.\npub(super) const V{version}: &[Block<Ipv{version}Net>] = &[\n"
    );
    for [block, name, rfc] in rows {
        let (address, prefix) = block.split_once('/').unwrap_or((block, ""));
        let numbers = match address.parse::<Ipv6Addr>() {
            Ok(v6) => v6.segments().map(number).join(", "),
            Err(_) => address.replace('.', ", "),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "Block {{ network: Ipv{version}Net::new_assert(Ipv{version}Addr::new({numbers}), {prefix}), name: {name:?}, rfc: {rfc:?} }},"
        );
    }
    text.push_str("];\n\n");
    text
}

fn number(segment: u16) -> String {
    if segment == 0 { "0".to_owned() } else { format!("{segment:#x}") }
}
