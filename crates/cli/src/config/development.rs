//! What does a developer's machine need that a real one must not have? Issue by issue: never a general off switch.

use std::{collections::BTreeMap, net::SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{egress::authorities, problem::Problems};

/// `[development]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DevelopmentSection {
    /// PEM file with certificate authorities of your own, believed when metadata documents are fetched.
    pub(crate) extra_ca: Option<String>,
    /// Hosts inside, as HOST:PORT, from which metadata documents may be fetched nevertheless.
    pub(crate) exceptions: Vec<String>,
    /// Where to connect instead, as "HOST:PORT" = "ADDRESS:PORT"; name and certificate are still those of the host.
    pub(crate) connect: BTreeMap<String, String>,
}

/// Settings for one machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct DevelopmentSettings {
    /// More certificate authorities, in PEM form.
    pub(crate) extra_ca: Option<Vec<u8>>,
    /// Opened hosts.
    pub(crate) exceptions: Vec<(String, u16)>,
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
        let connect = self
            .connect
            .iter()
            .map(|((host, port), address)| format!("{host}:{port} is looked for at {address}"));
        ca.chain(exceptions).chain(connect).collect()
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
        ..DevelopmentSettings::default()
    };
    for (position, text) in section.exceptions.iter().enumerate() {
        settings.exceptions.extend(host_and_port(
            &format!("development.exceptions[{position}]"),
            text,
            problems,
        ));
    }
    for (from, to) in &section.connect {
        let key = super::check::join("development.connect", from);
        let from = host_and_port(&key, from, problems);
        let to = problems.accept(
            &key,
            to.parse::<SocketAddr>().map_err(|_| format!("\"{to}\" is not ADDRESS:PORT")),
            "write it like \"127.0.0.1:8443\"",
        );
        settings.connect.extend(from.zip(to));
    }
    settings
}

fn host_and_port(key: &str, text: &str, problems: &mut Problems) -> Option<(String, u16)> {
    let parsed = text
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok().filter(|port| *port != 0)?)));
    // A host is written as URLs write it: what a parser would change would never match.
    let sound = parsed.filter(|(host, _)| {
        url::Url::parse(&format!("https://{host}/")).is_ok_and(|url| url.host_str() == Some(*host))
    });
    if sound.is_none() {
        problems.refuse(
            key,
            format!("\"{text}\" is not HOST:PORT"),
            "write it like \"claude.ai:443\", the host in lower case",
        );
    }
    sound.map(|(host, port)| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(exceptions: &[&str], connect: &[(&str, &str)]) -> DevelopmentSection {
        DevelopmentSection {
            extra_ca: None,
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
        let settings = resolve(
            &section(&["localhost:1"], &[("claude.ai:443", "127.0.0.1:1")]),
            false,
            &mut problems,
        );
        assert!(settings.connect.is_empty() && settings.exceptions.is_empty());
        assert_eq!(
            problems.into_list().into_iter().map(|problem| problem.key).collect::<Vec<_>>(),
            ["development.exceptions", "development.connect"]
        );
        let mut problems = Problems::default();
        resolve(&DevelopmentSection::default(), false, &mut problems);
        assert_eq!(problems.count(), 0);
    }
}
