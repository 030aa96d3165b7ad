//! What does a developer's machine need that a real one must not have? Issue by issue: never a general off switch.

use std::{collections::BTreeMap, net::SocketAddr};

use salver_egress::TargetHost;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{egress::authorities, host_and_port, problem::Problems};

/// `[development]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DevelopmentSection {
    /// PEM file with certificate authorities of your own, to trust beside the others.
    pub(crate) extra_ca: Option<String>,
    /// Hosts inside, as HOST:PORT, from which metadata documents, keys and pictures of clients may be fetched nevertheless.
    pub(crate) exceptions: Vec<String>,
    /// Whether those may also lie on this computer's own loopback addresses, on any port; https all the same.
    pub(crate) loopback: bool,
    /// Where to connect instead, as "HOST:PORT" = "ADDRESS:PORT"; name and certificate are still those of the host.
    pub(crate) connect: BTreeMap<String, String>,
}

/// Settings for one machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct DevelopmentSettings {
    /// More certificate authorities, in PEM form.
    pub(crate) extra_ca: Option<Vec<u8>>,
    /// Opened hosts.
    pub(crate) exceptions: Vec<(TargetHost, u16)>,
    /// Whether strangers' URLs may lead to loopback (SPEC CIMD-F-6).
    pub(crate) loopback: bool,
    /// Where to connect instead.
    pub(crate) connect: BTreeMap<(String, u16), SocketAddr>,
}

impl DevelopmentSettings {
    /// What is announced at start, a line each.
    pub(crate) fn announcements(&self) -> Vec<String> {
        let ca =
            self.extra_ca.iter().map(|_| "an extra certificate authority is believed".to_owned());
        let exceptions = self.exceptions.iter().map(|(host, port)| {
            format!("documents may be fetched from {host}:{port}, although it is inside")
        });
        let loopback = self
            .loopback
            .then(|| "documents may be fetched from this computer's loopback addresses".to_owned());
        let connect = self
            .connect
            .iter()
            .map(|((host, port), address)| format!("{host}:{port} is looked for at {address}"));
        ca.chain(exceptions).chain(loopback).chain(connect).collect()
    }
}

/// What the section means. `loopback_only`: whether all listeners are loopback addresses.
pub(crate) fn resolve(
    section: &DevelopmentSection,
    loopback_only: bool,
    problems: &mut Problems,
) -> DevelopmentSettings {
    if !loopback_only {
        let keys = [
            ("development.extra_ca", section.extra_ca.is_some()),
            ("development.exceptions", !section.exceptions.is_empty()),
            ("development.loopback", section.loopback),
            ("development.connect", !section.connect.is_empty()),
        ];
        for (key, _) in keys.into_iter().filter(|(_, said)| *said) {
            problems.refuse(
                key,
                "is for servers that listen on loopback only",
                "listen on 127.0.0.1, or leave it out",
            );
        }
        return DevelopmentSettings::default();
    }
    let mut settings = DevelopmentSettings {
        extra_ca: section
            .extra_ca
            .as_ref()
            .and_then(|path| authorities("development.extra_ca", path, problems)),
        loopback: section.loopback,
        ..DevelopmentSettings::default()
    };
    for (position, text) in section.exceptions.iter().enumerate() {
        settings.exceptions.extend(host_and_port::read(
            &format!("development.exceptions[{position}]"),
            text,
            problems,
        ));
    }
    for (from, to) in &section.connect {
        let key = super::check::join("development.connect", from);
        let from = match host_and_port::read(&key, from, problems) {
            Some((TargetHost::Name(name), port)) => Some((name, port)),
            Some((TargetHost::Address(address), _)) => {
                problems.refuse(
                    &key,
                    format!("{address} is an address already"),
                    "name the host whose URLs are meant",
                );
                None
            }
            None => None,
        };
        let to = problems.accept(
            &key,
            to.parse::<SocketAddr>().map_err(|_| format!("\"{to}\" is not ADDRESS:PORT")),
            "write it like \"127.0.0.1:8443\"",
        );
        settings.connect.extend(from.zip(to));
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(exceptions: &[&str], connect: &[(&str, &str)]) -> DevelopmentSection {
        DevelopmentSection {
            extra_ca: None,
            loopback: false,
            exceptions: exceptions.iter().map(|text| (*text).to_owned()).collect(),
            connect: connect
                .iter()
                .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn each_rule_with_a_neighbour() {
        for (exceptions, connect, refused) in [
            (&["localhost:8443"][..], &[("claude.ai:443", "127.0.0.1:1")][..], None),
            (
                &["localhost"],
                &[],
                Some("development.exceptions[0]: \"localhost\" is not HOST:PORT"),
            ),
            (
                &["localhost:0"],
                &[],
                Some("development.exceptions[0]: \"localhost:0\" is not HOST:PORT"),
            ),
            (
                &["LOCALHOST:1"],
                &[],
                Some("development.exceptions[0]: \"LOCALHOST:1\" is not HOST:PORT"),
            ),
            (
                &["https://localhost:1"],
                &[],
                Some("development.exceptions[0]: \"https://localhost:1\" is not HOST:PORT"),
            ),
            (
                &[],
                &[("claude.ai", "127.0.0.1:1")],
                Some("development.connect.\"claude.ai\": \"claude.ai\" is not HOST:PORT"),
            ),
            (
                &[],
                &[("127.0.0.1:443", "127.0.0.1:1")],
                Some("development.connect.\"127.0.0.1:443\": 127.0.0.1 is an address already"),
            ),
            (
                &[],
                &[("claude.ai:443", "localhost:1")],
                Some("development.connect.\"claude.ai:443\": \"localhost:1\" is not ADDRESS:PORT"),
            ),
        ] {
            let mut problems = Problems::default();
            resolve(&section(exceptions, connect), true, &mut problems);
            let seen: Vec<String> = problems
                .into_list()
                .into_iter()
                .map(|problem| format!("{}: {}", problem.key, problem.why))
                .collect();
            assert_eq!(seen, refused.map(str::to_owned).into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_of_it_beyond_loopback() {
        let mut problems = Problems::default();
        let section = section(&["localhost:1"], &[("claude.ai:443", "127.0.0.1:1")]);
        let section = DevelopmentSection { loopback: true, ..section };
        let settings = resolve(&section, false, &mut problems);
        assert!(settings.connect.is_empty() && settings.exceptions.is_empty());
        assert!(!settings.loopback);
        assert_eq!(
            problems.into_list().into_iter().map(|problem| problem.key).collect::<Vec<_>>(),
            ["development.exceptions", "development.loopback", "development.connect"]
        );
        let mut problems = Problems::default();
        resolve(&DevelopmentSection::default(), false, &mut problems);
        assert_eq!(problems.count(), 0);
    }
}
