//! What do many registrations leave behind? Nothing in the store but a count, and no more memory than before (DESIGN 4.3): a server on a
//! folder of its own, without a counter, and a thousand bodies again and again.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::attested::Attested;
use crate::counter::Counter;
use crate::document::Documents;
use crate::fault::Fault;
use crate::load::{self, Connection};
use crate::measure;
use crate::report::{self, Registrations};
use crate::scenario::ours::world::{self, Line};
use crate::scenario::{Done, Operation, registration};
use crate::subject::{Bench, Resident, Subject};

/// Registers so many times.
pub(crate) async fn run(
    program: &Path,
    folder: &Path,
    documents: &Documents,
    number: u32,
) -> Result<Registrations, Fault> {
    report::talk(&format!("registering {number} times"));
    let folder = folder.join("registrations");
    std::fs::create_dir_all(&folder).map_err(|error| Fault::Io("make a folder", error))?;
    // No tool is called.
    let behind = SocketAddr::from(([127, 0, 0, 1], 9));
    let configuration = world::configure(&folder, behind, documents, &Attested::new()?)?;
    // Each body once first: what the store counts has its row from then on.
    register(program, &configuration, BODIES).await?;
    let bytes_before = store_bytes(&folder)?;
    let (memory_before, memory_after) = register(program, &configuration, number).await?;
    let bytes_after = store_bytes(&folder)?;
    Ok(Registrations { number, bytes_before, bytes_after, memory_before, memory_after })
}

/// Starts the server, registers so many times, and ends it; its memory before and after.
async fn register(
    program: &Path,
    configuration: &Path,
    number: u32,
) -> Result<(Resident, Resident), Fault> {
    let bench = Bench { counter: Counter::Perf, dumps: std::env::temp_dir() };
    let arguments = measure::arguments(configuration);
    let (subject, line) = Subject::start::<Line>(&bench, program, &arguments).await?;
    let (authority, address) = line.place()?;
    tokio::time::sleep(measure::SETTLED).await;
    let before = subject.resident()?;
    let operation: Arc<dyn Operation> = Arc::new(Made { authority, next: AtomicU32::new(0) });
    load::drive(address, &operation, number).await?;
    let after = subject.resident()?;
    subject.end()?;
    Ok((before, after))
}

struct Made {
    authority: String,
    next: AtomicU32,
}

impl Operation for Made {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let body = registration::made(self.next.fetch_add(1, Ordering::Relaxed) % BODIES);
            registration::post(connection, &self.authority, body).await
        })
    }
}

/// All files of a store that nobody has open.
fn store_bytes(folder: &Path) -> Result<u64, Fault> {
    let unlisted = |error| Fault::Io("list the store's files", error);
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder.join("state")).map_err(unlisted)? {
        bytes += entry.and_then(|entry| entry.metadata()).map_err(unlisted)?.len();
    }
    Ok(bytes)
}

/// Distinct ones.
const BODIES: u32 = 1_000;
