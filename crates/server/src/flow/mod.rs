//! The journeys. Each goes one way: gather facts from store and egress, let the core decide, apply the outcome as one unit of
//! work, answer with a value that `web/` turns into HTTP.

pub mod account;
pub mod admin;
pub mod anchors;
pub mod api;
pub mod application;
mod asked;
pub mod authorize;
pub mod ban;
pub mod client;
pub mod client_authentication;
pub mod consent;
pub mod developer;
pub mod domain;
mod ending;
pub mod entered;
pub mod explain;
pub mod funnel;
pub mod hosted;
pub mod introspect;
pub mod judgement;
pub mod keys_at;
pub mod killed;
pub mod logo;
pub mod own_document;
mod own_key;
mod pin;
pub mod product;
pub mod push;
pub mod recorded;
pub mod refusal;
pub mod register;
pub mod registrar;
mod registration;
pub mod registration_access;
pub mod review;
pub mod revoke;
mod secret;
pub mod service;
pub mod stated;
pub mod statement;
pub mod terms;
pub mod token;
pub mod version;

use salver_store::record::{Session, User};

/// A person whose browser is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Their session.
    pub session: Session,
    /// Who they are.
    pub user: User,
}
