//! Does a rule let in what a ban shuts out? Value by value: the ban wins, so the rule promises something that will not happen.

use salver_names::registrable_domain;
use salver_oauth::Timestamp;

use super::Found;
use crate::{
    ban::{Ban, BanKind, Bans},
    rules::{Condition, Rule, Then},
};

pub(super) fn by(rule: &Rule, bans: &Bans, now: Timestamp) -> Vec<Found> {
    if rule.then == Then::Deny {
        return Vec::new();
    }
    let in_force: Vec<&Ban> = bans.all().iter().filter(|ban| ban.is_in_force(now)).collect();
    let mut found = Vec::new();
    for (value, names) in rule.when.iter().flat_map(values) {
        let shuts_out = |ban: &&&Ban| {
            names.iter().any(|(kind, name)| {
                ban.subject.kind() == *kind && ban.subject.value() == name.as_str()
            })
        };
        if let Some(ban) = in_force.iter().find(shuts_out) {
            found.push(Found::ShutOut { value: value.into(), ban: ban.number });
        }
    }
    found
}

/// What a condition names, each with the bans that would shut out all of it.
fn values(condition: &Condition) -> Vec<(String, Vec<(BanKind, String)>)> {
    let domain = |host: &str| Some((BanKind::Domain, registrable_domain(host)?.to_owned()));
    match condition {
        Condition::Document(documents) => {
            let exact = documents.exact.iter().map(|url| {
                let mut names = vec![
                    (BanKind::Document, url.to_string()),
                    (BanKind::Application, format!("document {url}")),
                ];
                names.extend(host_of(url).and_then(domain));
                (url.to_string(), names)
            });
            let open = documents.open.iter().map(|pattern| {
                (pattern.to_string(), pattern.host().and_then(domain).into_iter().collect())
            });
            exact.chain(open).collect()
        }
        Condition::Publisher { hosts, .. } => hosts
            .exact()
            .chain(hosts.with_names_below())
            .map(|host| (host.to_owned(), domain(host).into_iter().collect()))
            .collect(),
        Condition::RedirectHost(hosts) => {
            let exact = hosts.exact().map(|host| {
                let names = [(BanKind::RedirectHost, host.to_owned())];
                (host.to_owned(), names.into_iter().chain(domain(host)).collect())
            });
            let below = hosts
                .with_names_below()
                .map(|host| (host.to_owned(), domain(host).into_iter().collect()));
            exact.chain(below).collect()
        }
        Condition::Key(keys) => same(BanKind::Key, keys),
        Condition::StatementIssuer(issuers) => same(BanKind::StatementIssuer, issuers),
        _ => Vec::new(),
    }
}

fn same<'t>(
    kind: BanKind,
    texts: impl IntoIterator<Item = &'t Box<str>>,
) -> Vec<(String, Vec<(BanKind, String)>)> {
    texts.into_iter().map(|text| (text.to_string(), vec![(kind, text.to_string())])).collect()
}

fn host_of(url: &str) -> Option<&str> {
    url.strip_prefix("https://")?.split(['/', ':']).next()
}
