//! Which product may this be, and how does a person get out of a broken login there? DESIGN 4.8: by what the client has registered, or by what the request says of
//! itself, so nothing of it is proven.

use salver_oauth::{client::id::ClientId, form::Form};
use salver_policy::{
    application::{entry_in_key, fingerprint},
    catalogue::{Catalogue, Client},
};

use super::registration;
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
    let registered = client_id.as_ref().and_then(|id| registered(deps, catalogue, id));
    let found = match registered {
        Some(client) => vec![client],
        None => catalogue.candidates(client_id.as_ref(), redirect_uri.as_deref()),
    };
    if found.len() > MOST {
        return Vec::new();
    }
    found
        .into_iter()
        .map(|client| Product { name: client.name.clone(), recovery: client.recovery.clone() })
        .collect()
}

/// The product whose application a client belongs to that registered itself, whether or not it is let in.
fn registered<'c>(
    deps: &Deps,
    catalogue: &'c Catalogue,
    client_id: &ClientId,
) -> Option<&'c Client> {
    let ClientId::Sealed(id) = client_id else {
        return None;
    };
    let client = registration::ever(deps, id)?.metadata(client_id.clone());
    let application = deps.bans.get().bindings.of(&fingerprint(&client), catalogue)?;
    catalogue.client(entry_in_key(&application)?)
}

/// More than a person wants to read through.
const MOST: usize = 6;
