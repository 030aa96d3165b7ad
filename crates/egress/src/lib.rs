//! The only door outwards: guarded, bounded HTTP requests to URLs that somebody else chose.
//!
//! ```no_run
//! use salver_egress::{Check, ChosenBy, Egress, Fetch, FetchError, Purpose, Settings, Source, Standing};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let egress = Egress::new(Settings::default())?;
//! let fetched: Result<_, FetchError> = egress
//!     .fetch(Fetch {
//!         url: "https://app.example.com/client.json",
//!         chosen_by: ChosenBy::Stranger,
//!         purpose: Purpose::new("client_metadata"),
//!         source: Source::User([7; 16]),
//!         standing: Standing::FirstSight,
//!         limit: 5 * 1024,
//!         accept: "application/json",
//!         check: Check::new(|candidate| candidate.body.starts_with(b"{")),
//!     })
//!     .await;
//! # drop(fetched);
//! # Ok(())
//! # }
//! ```
//!
//! Two doors: [`Egress::fetch`] for strangers' URLs (GET, nothing shared), and `upstream` for origins that the operator or
//! the person at the keyboard chose. Behind both stand the same judges, [`url_gate`] and [`address`], which are pure
//! functions. This crate knows no OAuth.

pub mod address;
mod backoff;
mod bounded;
mod budget;
mod chosen_by;
mod clock;
mod copies;
mod dial;
mod door;
mod error;
mod exchange;
mod fetch;
mod flight;
mod kept;
mod ledger;
mod metered;
mod mode;
mod purpose;
mod resolver;
mod settings;
mod surroundings;
mod tls;
pub mod upstream;
pub mod url_gate;

pub use address::AddressRefusal;
pub use chosen_by::ChosenBy;
pub use clock::{Clock, SystemClock};
pub use door::{Egress, Texts};
pub use error::{
    AnswerRefusal, BudgetKind, Category, DialError, FetchError, NotNow, Phase, SetupError,
};
pub use fetch::{Candidate, Check, Fetch, Fetched, Freshness};
pub use ledger::{Event, Family, Mark, Reading};
pub use mode::{ForwardProxy, Mode, ProxyAuthorization, ProxyResolving};
pub use purpose::{Purpose, Source, Standing, network_of};
pub use resolver::{DnsResolver, Resolve, ResolveError};
pub use settings::{BackOff, Bounds, Budgets, Development, Exception, Keeping, Reach, Settings};
pub use url_gate::{Target, TargetHost, UrlRefusal};
