//! What did the operator say, and what does it mean? One file, environment variables over it, flags over both.
//!
//! The way of a setting: `layers` gathers what was said and remembers where; `schema` knows every key (it is made from the file
//! structs, and so is the reference); `check` refuses what is not understood; each concern's file turns its part into what it
//! means. Everything that is wrong is told at once, with place, key, reason and remedy.

pub(crate) mod catalogue;
pub(crate) mod check;
pub(crate) mod clients;
mod developers;
pub(crate) mod development;
pub(crate) mod documents;
pub(crate) mod egress;
pub(crate) mod file;
pub(crate) mod host_and_port;
pub(crate) mod layers;
pub(crate) mod limits;
pub(crate) mod log;
mod moment;
pub(crate) mod platform;
pub(crate) mod policy;
pub(crate) mod problem;
mod pushed;
pub(crate) mod reference;
mod registration;
pub(crate) mod reserved;
pub(crate) mod resources;
pub(crate) mod review;
pub(crate) mod schema;
pub(crate) mod scopes;
pub(crate) mod secret;
pub(crate) mod secret_file;
pub(crate) mod sections;
pub(crate) mod server;
pub(crate) mod settings;
mod statements;
pub(crate) mod store;
pub(crate) mod tls;
pub(crate) mod tokens;

pub(crate) use layers::{Environment, FILE_VARIABLE, Flags, Layers};
pub(crate) use settings::Settings;
