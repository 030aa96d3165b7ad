//! What is known of a login, line by line: what is proven, and what is only claimed under a label that says so.

use super::Fact;
use crate::{
    assessment::Publisher,
    catalogue::Date,
    rules::{View, first_seen, yes},
    visit::Visit,
};

pub(super) fn of(view: &View<'_>) -> Vec<Fact> {
    let visit = view.visit;
    let publisher = match &visit.publisher {
        Publisher::Domain(host) => host.to_string(),
        Publisher::ExactUrl(url) => format!("nobody but the exact URL {url}"),
        Publisher::Hosted(url) => format!("nobody; hosted here as {url}"),
        Publisher::Signer(issuer) => format!("the statements of {issuer}"),
        Publisher::Nobody => "nobody".to_owned(),
        Publisher::Account(account) => format!("the account {account}"),
        Publisher::Administrator => "an administrator".to_owned(),
    };
    let first = match visit.first_seen {
        None => "now".to_owned(),
        Some(at) => format!("{}, {}", Date::of(at), first_seen(visit, view)),
    };
    let looks_like = visit.look_alike.as_ref().map(|name| match &*name.owner {
        "" => format!("nobody's, but {} mixes scripts", name.shown),
        owner => format!("{}, which belongs to {owner}", name.shown),
    });
    let optional = [
        ("bound to", visit.bound_to.as_deref().map(str::to_owned)),
        ("redirect hosts", Some(visit.redirect_hosts.join(", "))),
        ("catalogue entry", visit.entry.as_deref().map(str::to_owned)),
        ("statement issuer", visit.statement_issuer.as_deref().map(str::to_owned)),
        ("software_id", visit.software_id.as_deref().map(str::to_owned)),
        ("keys", Some(visit.keys.join(", "))),
        ("keys from", visit.key_host.as_deref().map(str::to_owned)),
        ("claimed name", visit.name.as_deref().map(str::to_owned)),
        ("looks like", looks_like),
        ("groups", Some(visit.groups.join(", "))),
    ];
    let certain = [
        ("client_id", visit.client_id.to_string()),
        ("application", visit.application.to_string()),
        ("method", visit.method.to_string()),
        ("publisher", publisher),
        ("answer goes to", answer_goes_to(visit, view)),
        ("resource", visit.resource.to_string()),
        ("scopes", visit.scopes.to_string()),
        ("user", visit.user.to_string()),
    ];
    let last = [
        ("first seen", first),
        ("vetted", yes(visit.vetted).to_owned()),
        ("pushed request", yes(visit.pushed).to_owned()),
        ("DPoP", yes(visit.dpop).to_owned()),
        ("evidence", visit.evidence.to_string()),
        ("rung", visit.rung.to_string()),
    ];
    let optional = optional.into_iter().filter_map(|(label, value)| Some((label, value?)));
    certain
        .into_iter()
        .chain(optional.filter(|(_, value)| !value.is_empty()))
        .chain(last)
        .map(|(label, value)| Fact { label, value })
        .collect()
}

/// The recipient, and its class where that says more.
fn answer_goes_to(visit: &Visit, view: &View<'_>) -> String {
    let (recipient, class) = (visit.recipient.to_string(), view.class.to_string());
    if recipient == class { class } else { format!("{recipient} ({class})") }
}
