//! The authorization server: people sign in and decide, clients get tokens.
//!
//! `web/` turns HTTP into questions, `flow/` answers them (gather → decide → apply → answer), `pages/` are what people see.

pub mod anchor;
pub mod bans;
mod challenge;
pub mod chance;
pub mod clock;
pub mod cookie;
pub mod counters;
pub mod deps;
pub mod documents;
pub mod drift;
pub mod flow;
pub mod form_token;
pub mod gone;
pub mod keyring;
pub mod logo;
pub mod met;
pub mod network;
pub mod noted_keys;
pub mod notices;
pub mod pages;
pub mod password;
pub mod policy;
mod pushed;
pub mod read_documents;
pub mod registration_limit;
pub mod registration_tokens;
pub mod revocations;
pub mod sealing;
pub mod secrets;
pub mod session;
pub mod settings;
pub mod throttle;
mod ticket;
pub mod upkeep;
pub mod usage;
pub mod web;
