//! The resource side: challenges, token checks, and proxying to MCP servers that know nothing of OAuth.
//!
//! A call climbs a ladder: a visitor that is no browser page, an origin that may ask, a token that is believed and still
//! stands, a body that can be read in one way only, scopes for everything it asks for; only then does it go up, without
//! credentials and with a signed account of the caller. What comes back passes by a list of what may pass.
//!
//! [`Gateway::new`] takes [`ResourceSettings`] and [`Parts`]; [`Gateway::metadata`], [`Gateway::find`] and
//! [`Gateway::serve`] are the three questions of whoever accepts connections. Whether a grant is revoked, which keys count,
//! who a person is and what time it is are asked through traits and closures of our own.
//!
//! Leaves out: connections and the check of `Host` (the caller's), tokens themselves (`salver-jose`), the store.

mod agreement;
mod body;
mod call;
mod challenge;
mod forward;
mod gateway;
mod identity;
mod message;
mod origin;
mod refusal;
mod resource;
mod rules;
mod scopes;
mod settings;
mod standing;
mod stream;
mod token;
mod visitor;

pub use gateway::{Gateway, Keys, Parts};
pub use identity::{Caller, Callers, CallersError};
pub use resource::Resource;
pub use settings::{Limits, ResourceSettings, Rule, RuleSubject, ScopeSettings, SettingsError};
pub use standing::{Standing, TokenNames, Verdict};
