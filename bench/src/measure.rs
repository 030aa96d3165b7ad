//! How does a run go? Start the bare server and ours, and for each operation warm both up, count, drive, and set them side by side.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::counter::Counter;
use crate::fault::Fault;
use crate::load;
use crate::report::{self, Cost, Row};
use crate::scenario::{self, Operation, Operations};
use crate::subject::{BareLine, Subject};
use crate::upstream;

/// What is asked of a run.
pub(crate) struct Plan {
    pub(crate) salver: Option<PathBuf>,
    pub(crate) counter: Option<Counter>,
    pub(crate) only: Option<String>,
    pub(crate) operations: u32,
}

/// A server, where it answers, and what can be asked of it.
struct Side {
    subject: Subject,
    address: SocketAddr,
    operations: Operations,
}

/// Measures everything that the plan names, and shows it.
pub(crate) async fn run(plan: &Plan) -> Result<(), Fault> {
    let counter = plan.counter.unwrap_or_else(Counter::of_this_machine);
    report::talk(&format!("counting with {}", counter.describe()));
    let behind = upstream::serve().await?;
    let folder = tempfile::tempdir().map_err(|error| Fault::Io("make a folder", error))?;
    let bare = start_bare(counter, folder.path().as_os_str(), behind).await?;
    let wanted = |name: &str| {
        plan.only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    };
    let mut rows = Vec::new();
    for (place, scenario) in scenario::ALL.iter().enumerate() {
        let Some(Some(operation)) = bare.operations.get(place) else {
            continue;
        };
        if wanted(scenario.name) {
            report::talk(&format!("measuring {}", scenario.name));
            let bare = cost(&bare, operation, plan.operations).await?;
            rows.push(Row {
                scenario,
                bare,
                ours: None,
            });
        }
    }
    drop(bare);
    report::show(counter, &rows, None)
}

async fn start_bare(counter: Counter, data: &OsStr, behind: SocketAddr) -> Result<Side, Fault> {
    let program = std::env::current_exe().map_err(|error| Fault::Io("find this program", error))?;
    let behind = behind.to_string();
    let arguments = [OsStr::new("bare"), data, OsStr::new(&behind)];
    let (subject, line) = Subject::start::<BareLine>(counter, &program, &arguments).await?;
    Ok(Side {
        subject,
        address: line.address,
        operations: scenario::bare::operations(),
    })
}

async fn cost(side: &Side, operation: &Arc<dyn Operation>, operations: u32) -> Result<Cost, Fault> {
    load::drive(side.address, operation, operations / 10 + 100).await?;
    let count = side.subject.count()?;
    let times = load::drive(side.address, operation, operations).await?;
    let instructions = count.end()?;
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let instructions = instructions as f64 / f64::from(operations);
    Ok(Cost {
        instructions,
        p50: times.within(50),
        p99: times.within(99),
    })
}
