//! How does a run go? Start the bare server and ours, and for each operation warm both up, count, drive, and set them side by side.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::attested::Attested;
use crate::counter::Counter;
use crate::document::{self, Documents};
use crate::fault::Fault;
use crate::load;
use crate::registrations;
use crate::report::{self, Cost, Row, Whole};
use crate::scenario::assertion::Key;
use crate::scenario::ours::entered::Desk;
use crate::scenario::ours::world::{self, Line, World};
use crate::scenario::vendor::{self, Asking};
use crate::scenario::{self, Operation, Operations, Pairs, Scenario};
use crate::subject::{BareLine, Bench, Subject};
use crate::upstream;
use crate::vendor::{KEYS_FILE, Vendor};

/// What is asked of a run.
pub(crate) struct Plan {
    pub(crate) salver: Option<PathBuf>,
    pub(crate) counter: Option<Counter>,
    pub(crate) only: Option<String>,
    pub(crate) operations: u32,
    pub(crate) keep: Option<PathBuf>,
    pub(crate) registrations: Option<u32>,
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
    let program = find(plan.salver.as_deref())?;
    let behind = upstream::serve().await?;
    let documents = document::serve().await?;
    let folder = tempfile::tempdir().map_err(|error| Fault::Io("make a folder", error))?;
    let dumps = plan.keep.clone().unwrap_or_else(|| folder.path().to_owned());
    std::fs::create_dir_all(&dumps).map_err(|error| Fault::Io("make a folder", error))?;
    let bench = Bench { counter, dumps };
    let vendor = Vendor::new()?;
    std::fs::write(folder.path().join(KEYS_FILE), vendor.key_set())
        .map_err(|error| Fault::Io("write the vendor's keys", error))?;
    let attested = Arc::new(Attested::new()?);
    let configuration = world::configure(folder.path(), behind, (&documents, &vendor, &attested))?;
    let asking = Asking::new(folder.path())?;
    let key = Arc::new(Key::make(folder.path())?);
    let bare = start_bare(&bench, folder.path(), (behind, &documents), &key).await?;
    let desk =
        Desk { program: &program, configuration: &configuration, keys: folder.path().to_owned() };
    let (ours, world, pairs) = start_ours(&bench, &desk, &key).await?;
    let mut rows = Vec::new();
    let at_both = bare.operations.iter().zip(&ours.operations);
    for (scenario, (at_bare, at_ours)) in scenario::ALL.iter().zip(at_both) {
        if plan.names(scenario) {
            report::talk(&format!("measuring {}", scenario.name));
            let cost_at_bare = cost(&bare, at_bare, plan.operations).await?;
            let tls = if scenario.over_tls {
                let over_tls = scenario::bare::over_tls();
                let with = cost(&bare, &over_tls, plan.operations).await?;
                Some(with.instructions - cost_at_bare.instructions)
            } else {
                None
            };
            let ours = cost(&ours, at_ours, plan.operations).await?;
            rows.push(Row { scenario, bare: cost_at_bare, ours, tls });
        }
    }
    let mut in_pairs = Vec::new();
    for (scenario, pair) in scenario::PAIRS.iter().zip(&pairs) {
        if plan.names(scenario) {
            in_pairs.push(in_pair(&ours, (scenario, pair), plan.operations).await?);
        }
    }
    if plan.names(&scenario::VOUCHED) {
        rows.push(vouched((&bare, &ours), &world, &vendor, plan.operations).await?);
    }
    if scenario::ATTESTED.iter().any(|(scenario, _)| plan.names(scenario)) {
        rows.extend(with_attestation(plan, (&bare, &ours), (&world, &attested)).await?);
    }
    if plan.names(&vendor::ATTESTED) {
        let service = start_vendor(&bench, &program, folder.path(), &asking).await?;
        rows.push(by_vendor(plan, (&bare, &asking), &service).await?);
    }
    drop((bare, ours));
    let whole = whole(&program, &configuration).await?;
    let registrations = match plan.registrations {
        Some(number) => {
            Some(registrations::run(&program, folder.path(), &documents, number).await?)
        }
        None => None,
    };
    report::show(counter, (&rows, &in_pairs), &whole, registrations.as_ref())
}

impl Plan {
    /// Whether it names this operation.
    fn names(&self, scenario: &Scenario) -> bool {
        self.only.as_ref().is_none_or(|only| scenario.name.contains(only.as_str()))
    }
}

/// What something adds, at our server.
async fn in_pair(
    ours: &Side,
    (scenario, [without, with]): (&'static Scenario, &[Arc<dyn Operation>; 2]),
    operations: u32,
) -> Result<Row, Fault> {
    report::talk(&format!("measuring {}", scenario.name));
    let bare = cost(ours, without, operations).await?;
    Ok(Row { scenario, bare, ours: cost(ours, with, operations).await?, tls: None })
}

/// A registration with a statement, beside what it may cost.
async fn vouched(
    (bare, ours): (&Side, &Side),
    world: &Arc<World>,
    vendor: &Vendor,
    operations: u32,
) -> Result<Row, Fault> {
    let scenario = &scenario::VOUCHED;
    report::talk(&format!("measuring {}", scenario.name));
    let body = vendor.registration(&world.issuer)?;
    let [plain_at_bare, plain] = [bare, ours].map(|side| side.operations.get(REGISTRATION));
    let plain_at_bare = plain_at_bare.ok_or(Fault::Unreadable("an operation"))?;
    let plain = cost(ours, plain.ok_or(Fault::Unreadable("an operation"))?, operations).await?;
    let without = cost(bare, plain_at_bare, operations).await?;
    let with = cost(bare, &scenario::bare::vouched(body.clone()), operations).await?;
    let verification = with.instructions - without.instructions;
    report::talk(&format!(
        "a plain one needs {:.0}, a verification {verification:.0}",
        plain.instructions
    ));
    let allowed = Cost { instructions: plain.instructions + 1.3 * verification, ..plain };
    let ours = cost(ours, &scenario::ours::vouched(world, body), operations).await?;
    Ok(Row { scenario, bare: allowed, ours, tls: None })
}

/// What a pushed request costs with an attestation, beside a plain one of the same client and the signatures that have to be verified.
async fn with_attestation(
    plan: &Plan,
    (bare, ours): (&Side, &Side),
    (world, attested): (&Arc<World>, &Arc<Attested>),
) -> Result<Vec<Row>, Fault> {
    let [bare_push, new, again] = scenario::ours::attested::operations(world, attested);
    let once = cost(bare, &scenario::bare::verified(1), plan.operations).await?;
    let more = cost(bare, &scenario::bare::verified(11), plan.operations).await?;
    let verification = (more.instructions - once.instructions) / 10.0;
    let bare_push = cost(ours, &bare_push, plan.operations).await?;
    let mut rows = Vec::new();
    for ((scenario, verifications), operation) in scenario::ATTESTED.iter().zip([new, again]) {
        report::talk(&format!("measuring {}", scenario.name));
        let instructions = verification.mul_add(*verifications, bare_push.instructions);
        let beside = Cost { instructions, ..bare_push };
        let ours = cost(ours, &operation, plan.operations).await?;
        rows.push(Row { scenario, bare: beside, ours, tls: None });
    }
    Ok(rows)
}

/// The server to measure: the one that is named, or the one beside this program.
fn find(named: Option<&Path>) -> Result<PathBuf, Fault> {
    let this = std::env::current_exe().map_err(|error| Fault::Io("find this program", error))?;
    let program = named.map_or_else(|| this.with_file_name("salver"), Path::to_owned);
    if program.is_file() {
        Ok(program)
    } else {
        Err(Fault::NoServer(program.display().to_string()))
    }
}

async fn start_bare(
    bench: &Bench,
    data: &Path,
    (behind, documents): (SocketAddr, &Documents),
    key: &Arc<Key>,
) -> Result<Side, Fault> {
    let program = std::env::current_exe().map_err(|error| Fault::Io("find this program", error))?;
    let addresses = [behind, documents.address, documents.plain].map(|address| address.to_string());
    let addresses = addresses.iter().map(OsStr::new);
    let arguments: Vec<_> =
        [OsStr::new("bare"), data.as_os_str()].into_iter().chain(addresses).collect();
    let (subject, line) = Subject::start::<BareLine>(bench, &program, &arguments).await?;
    Ok(Side { subject, address: line.address, operations: scenario::bare::operations(key) })
}

async fn start_ours(
    bench: &Bench,
    desk: &Desk<'_>,
    key: &Arc<Key>,
) -> Result<(Side, Arc<World>, Pairs), Fault> {
    let arguments = arguments(desk.configuration);
    let (subject, line) = Subject::start::<Line>(bench, desk.program, &arguments).await?;
    let world = Arc::new(World::set_up(&line, desk, key).await?);
    let pairs = scenario::ours::pairs(&world);
    let operations = scenario::ours::operations(&world);
    Ok((Side { subject, address: world.address, operations }, world, pairs))
}

/// The service of a client's vendor, with an installation enrolled.
async fn start_vendor(
    bench: &Bench,
    program: &Path,
    folder: &Path,
    asking: &Arc<Asking>,
) -> Result<(Side, Arc<dyn Operation>), Fault> {
    let configuration = vendor::configure(folder)?;
    let arguments = ["client", "serve", "--json", "--config"].map(OsStr::new);
    let arguments = [&arguments[..], &[configuration.as_os_str()]].concat();
    let (subject, line) = Subject::start::<vendor::Line>(bench, program, &arguments).await?;
    let address = line.address()?;
    let code = vendor::code(program, &configuration)?;
    let operation = asking.enrolled(address, &code).await?;
    Ok((Side { subject, address, operations: Operations::new() }, operation))
}

/// What the service of a vendor asks for an attestation, beside a bare handler.
async fn by_vendor(
    plan: &Plan,
    (bare, asking): (&Side, &Arc<Asking>),
    (service, at_service): &(Side, Arc<dyn Operation>),
) -> Result<Row, Fault> {
    let scenario = &vendor::ATTESTED;
    report::talk(&format!("measuring {}", scenario.name));
    let at_bare = cost(bare, &asking.at_bare(), plan.operations).await?;
    let ours = cost(service, at_service, plan.operations).await?;
    Ok(Row { scenario, bare: at_bare, ours, tls: None })
}

/// How our server is started.
pub(crate) fn arguments(configuration: &Path) -> [&OsStr; 4] {
    [OsStr::new("serve"), OsStr::new("--json"), OsStr::new("--config"), configuration.as_os_str()]
}

async fn cost(side: &Side, operation: &Arc<dyn Operation>, operations: u32) -> Result<Cost, Fault> {
    load::drive(side.address, operation, operations / 10 + 100).await?;
    let count = side.subject.count()?;
    let times = load::drive(side.address, operation, operations).await?;
    let instructions = count.end()?;
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let instructions = instructions as f64 / f64::from(operations);
    Ok(Cost { instructions, p50: times.within(50), p99: times.within(99) })
}

/// Start, memory and size, without a counter, on the store that the run has left.
async fn whole(program: &Path, configuration: &Path) -> Result<Whole, Fault> {
    let dumps = std::env::temp_dir();
    let bench = Bench { counter: Counter::Perf, dumps };
    let (mut starts, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (subject, _) =
            Subject::start::<Line>(&bench, program, &arguments(configuration)).await?;
        starts.push(subject.started_in);
        tokio::time::sleep(SETTLED).await;
        idle.push(subject.resident()?);
    }
    starts.sort_unstable();
    idle.sort_unstable();
    let size =
        std::fs::metadata(program).map_err(|error| Fault::Io("read the server's size", error))?;
    Ok(Whole {
        cold_start: starts.get(STARTS / 2).copied().unwrap_or_default(),
        idle: idle.get(STARTS / 2).copied().unwrap_or_default(),
        binary_bytes: size.len(),
    })
}

/// The place of the plain registration in [`scenario::ALL`].
const REGISTRATION: usize = 1;
/// An odd number: the one in the middle is shown.
const STARTS: usize = 5;
/// How long a server is left alone before its memory is read.
pub(crate) const SETTLED: Duration = Duration::from_millis(500);
