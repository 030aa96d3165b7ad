//! Which product may this be, and how does a person get out of a broken login there? DESIGN 4.8: by what the request says of itself, so nothing of it is proven.

use salver_oauth::{client::id::ClientId, form::Form};

use crate::deps::Deps;

/// A product of the catalogue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Product {
    /// What people call it.
    pub name: Box<str>,
    /// The way out, if its makers have told one.
    pub recovery: Option<Box<str>>,
}

/// What the client of this authorization request may be; however broken the rest of the request is. Nothing if it may be too many things: programs on the
/// user's computer share addresses.
#[must_use]
pub fn candidates(deps: &Deps, raw: &str) -> Vec<Product> {
    let form = Form::parse(raw);
    let one = |name| form.one(name).ok().flatten();
    let client_id = one("client_id").and_then(|raw| ClientId::parse(&raw).ok());
    let redirect_uri = one("redirect_uri");
    let catalogue = &deps.policy.get().catalogue;
    let found = catalogue.candidates(client_id.as_ref(), redirect_uri.as_deref());
    if found.len() > MOST {
        return Vec::new();
    }
    found
        .into_iter()
        .map(|client| Product { name: client.name.clone(), recovery: client.recovery.clone() })
        .collect()
}

/// More than a person wants to read through.
const MOST: usize = 6;
