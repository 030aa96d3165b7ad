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

/// One line of the table.
pub(crate) struct Row {
    pub(crate) scenario: &'static Scenario,
    pub(crate) bare: Cost,
    pub(crate) ours: Cost,
}

/// What the process as a whole needs.
pub(crate) struct Whole {
    pub(crate) cold_start: Duration,
    pub(crate) idle: Resident,
    pub(crate) binary_bytes: u64,
}

/// Shows everything.
pub(crate) fn show(counter: Counter, rows: &[Row], whole: &Whole) -> Result<(), Fault> {
    let text = table(counter, rows, whole).map_err(|_| Fault::Unreadable("the numbers"))?;
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

fn table(counter: Counter, rows: &[Row], whole: &Whole) -> Result<String, std::fmt::Error> {
    let mut text = format!("Thousand instructions per operation ({}).\n\n", counter.describe());
    writeln!(text, "| operation | bare | salver | ratio | bound | holds | p50 / p99 |")?;
    writeln!(text, "|---|---|---|---|---|---|---|")?;
    for row in rows {
        let (name, bound) = (row.scenario.name, row.scenario.ratio());
        let bare = row.bare.instructions / 1000.0;
        write!(text, "| {name} | {bare:.1} | ")?;
        let ratio = row.ours.instructions / row.bare.instructions;
        let holds = if ratio <= bound { "yes" } else { "**no**" };
        let own = row.ours.instructions / 1000.0;
        let times = format!("{:.2?} / {:.2?}", row.ours.p50, row.ours.p99);
        writeln!(text, "{own:.1} | {ratio:.2} | {bound:.2} | {holds} | {times} |")?;
    }
    let mib = |bytes: u64| format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB);
    writeln!(text, "\n| of the whole | measured | goal |\n|---|---|---|")?;
    writeln!(text, "| cold start on an existing store | {:.0?} | 37 ms |", whole.cold_start)?;
    let (all, own) = (mib(whole.idle.all_kib * 1024), mib(whole.idle.own_kib * 1024));
    writeln!(text, "| idle memory, resident | {all}, of it {own} its own | 16 MiB |")?;
    writeln!(text, "| binary | {} | 40 MiB |", mib(whole.binary_bytes))?;
    Ok(text)
}

const MIB: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ALL;

    #[test]
    fn a_bound_is_a_ratio_to_the_bare_handler() {
        let cost = |instructions| Cost { instructions, p50: Duration::ZERO, p99: Duration::ZERO };
        let row = |ours| Row { scenario: &ALL[0], bare: cost(10_000.0), ours: cost(ours) };
        let whole =
            Whole { cold_start: Duration::ZERO, idle: Resident::default(), binary_bytes: 0 };
        let text = table(Counter::Perf, &[row(20_000.0), row(20_001.0)], &whole).unwrap();
        assert_eq!(text.matches("| yes |").count(), 1);
        assert_eq!(text.matches("| **no** |").count(), 1);
    }
}
