//! How are the numbers shown? As a table in Markdown on standard output; talk goes to standard error.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use crate::counter::Counter;
use crate::fault::Fault;
use crate::scenario::Scenario;
use crate::subject::Resident;

/// What one server needed for one operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Instructions per operation.
    pub(crate) instructions: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// One line of a table.
pub(crate) struct Row {
    pub(crate) scenario: &'static Scenario,
    /// What it is held against: the bare server, or ours without what is asked about.
    pub(crate) bare: Cost,
    pub(crate) ours: Cost,
    /// What of ours is TLS, which the bare handler does without.
    pub(crate) tls: Option<f64>,
}

/// What the process as a whole needs.
pub(crate) struct Whole {
    pub(crate) cold_start: Duration,
    pub(crate) idle: Resident,
    pub(crate) binary_bytes: u64,
}

/// What many registrations leave behind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registrations {
    pub(crate) number: u32,
    /// Of the store's files.
    pub(crate) bytes_before: u64,
    pub(crate) bytes_after: u64,
    pub(crate) memory_before: Resident,
    pub(crate) memory_after: Resident,
}

/// Shows everything.
pub(crate) fn show(
    counter: Counter,
    (rows, in_pairs): (&[Row], &[Row]),
    whole: &Whole,
    registrations: Option<&Registrations>,
) -> Result<(), Fault> {
    let mut text =
        table(counter, (rows, in_pairs), whole).map_err(|_| Fault::Unreadable("the numbers"))?;
    if let Some(registrations) = registrations {
        left_behind(&mut text, registrations).map_err(|_| Fault::Unreadable("the numbers"))?;
    }
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Fault::Io("print", error))
}

/// Says what is being done.
pub(crate) fn talk(line: &str) {
    // Nobody listens any more: the numbers still count.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says why nothing was measured.
pub(crate) fn failed(fault: &Fault) -> ExitCode {
    talk(&format!("error: {fault}"));
    ExitCode::FAILURE
}

fn table(
    counter: Counter,
    (rows, in_pairs): (&[Row], &[Row]),
    whole: &Whole,
) -> Result<String, std::fmt::Error> {
    let mut text = format!("Thousand instructions per operation ({}).\n\n", counter.describe());
    writeln!(text, "| operation | bare | salver | ratio | bound | holds | p50 / p99 |")?;
    writeln!(text, "|---|---|---|---|---|---|---|")?;
    rows.iter().try_for_each(|row| line(&mut text, row))?;
    if !in_pairs.is_empty() {
        writeln!(text, "\n| both at salver | one | other | ratio | bound | holds | p50 / p99 |")?;
        writeln!(text, "|---|---|---|---|---|---|---|")?;
        in_pairs.iter().try_for_each(|row| line(&mut text, row))?;
    }
    writeln!(text, "\n| of the whole | measured | goal |\n|---|---|---|")?;
    writeln!(text, "| cold start on an existing store | {:.0?} | 37 ms |", whole.cold_start)?;
    let (all, own) = (mib(whole.idle.all_kib * 1024), mib(whole.idle.own_kib * 1024));
    writeln!(text, "| idle memory, resident | {all}, of it {own} its own | 16 MiB |")?;
    writeln!(text, "| binary | {} | 40 MiB |", mib(whole.binary_bytes))?;
    Ok(text)
}

fn line(text: &mut String, row: &Row) -> std::fmt::Result {
    let (name, bound) = (row.scenario.name, row.scenario.ratio());
    let bare = row.bare.instructions / 1000.0;
    write!(text, "| {name}")?;
    if let Some(tls) = row.tls {
        write!(text, " (besides {:.1} for TLS)", tls / 1000.0)?;
    }
    write!(text, " | {bare:.1} | ")?;
    let own = (row.ours.instructions - row.tls.unwrap_or_default()) / 1000.0;
    let ratio = own / bare;
    let holds = if ratio <= bound { "yes" } else { "**no**" };
    let times = format!("{:.2?} / {:.2?}", row.ours.p50, row.ours.p99);
    writeln!(text, "{own:.1} | {ratio:.2} | {bound:.2} | {holds} | {times} |")
}

fn left_behind(text: &mut String, registrations: &Registrations) -> std::fmt::Result {
    let Registrations { number, bytes_before, bytes_after, .. } = registrations;
    writeln!(text, "\n| {number} registrations | before | after | goal |\n|---|---|---|---|")?;
    writeln!(text, "| bytes of the store's files | {bytes_before} | {bytes_after} | the same |")?;
    let memory = |memory: Resident| mib(memory.all_kib * 1024);
    let (before, after) = (memory(registrations.memory_before), memory(registrations.memory_after));
    writeln!(text, "| memory, resident | {before} | {after} | 40 MiB |")
}

fn mib(bytes: u64) -> String {
    format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB)
}

const MIB: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ALL;

    #[test]
    fn a_bound_is_a_ratio_to_the_bare_handler() {
        let cost = |instructions| Cost { instructions, p50: Duration::ZERO, p99: Duration::ZERO };
        let row =
            |ours, tls| Row { scenario: &ALL[0], bare: cost(10_000.0), ours: cost(ours), tls };
        let whole =
            Whole { cold_start: Duration::ZERO, idle: Resident::default(), binary_bytes: 0 };
        let rows = [
            row(20_000.0, None),
            row(20_001.0, None),
            row(25_000.0, Some(5_000.0)),
            row(25_000.0, Some(4_999.0)),
        ];
        let text = table(Counter::Perf, (&rows, &[]), &whole).unwrap();
        assert!(!text.contains("both at salver"));
        let in_pairs = [row(12_000.0, None)];
        assert!(table(Counter::Perf, (&[], &in_pairs), &whole).unwrap().contains("both at salver"));
        assert_eq!(text.matches("| yes |").count(), 2);
        assert_eq!(text.matches("| **no** |").count(), 2);
    }
}
