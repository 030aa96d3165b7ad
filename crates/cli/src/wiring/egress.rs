//! What may leave? The operator's settings in the words of the guarded door, with what follows from the rest of the configuration.

use std::{path::Path, sync::Arc, time::Duration};

use salver_egress::{
    Development, Egress, Exception, Reach, Settings as Door, SetupError,
    upstream::{SetupError as UpstreamSetupError, Upstream, UpstreamSettings},
};
use url::{Host, Url};

use crate::{
    config::{Settings, egress::PurposeName, problem::Problem},
    failure::Failure,
};

/// The way out.
pub(crate) fn open(settings: &Settings) -> Result<Egress, Failure> {
    door_of(door(settings))
}

/// The door with these settings.
pub(crate) fn door_of(settings: Door) -> Result<Egress, Failure> {
    Egress::new(settings).map_err(|error| refused(&error))
}

/// The way to the MCP servers behind the gateway: the same DNS servers and authorities, and always direct (decision 4).
pub(super) fn upstream(settings: &Settings, egress: &Egress) -> Result<Upstream, Failure> {
    let shared = UpstreamSettings::sharing(egress.settings()).map_err(|error| refused(&error))?;
    let UpstreamSettings { extra_roots, dns_servers, .. } = shared;
    let settings =
        UpstreamSettings { extra_roots, dns_servers, ..settings.egress.upstream.clone() };
    Upstream::new(salver_egress::ChosenBy::Operator, settings).map_err(|error| match error {
        UpstreamSetupError::Resolver(error) => refused(&error),
        other => Failure::Setup { part: "the way to MCP servers", why: other.to_string() },
    })
}

/// The way to the operator's webhook: the same as to MCP servers, with little patience.
pub(super) fn to_webhook(settings: &Settings) -> Result<Upstream, Failure> {
    let shared = UpstreamSettings::sharing(&door(settings)).map_err(|error| refused(&error))?;
    let settings = UpstreamSettings { header_time_limit: HOOK_TIME_LIMIT, ..shared };
    let door = Upstream::new(salver_egress::ChosenBy::Operator, settings);
    door.map_err(|error| Failure::Setup { part: "the way to the webhook", why: error.to_string() })
}

/// The way to what the person at this computer names: the vendor's service of an installation, and authorization servers.
pub(crate) fn users_way_out(ca: Option<&Path>) -> Result<Arc<Upstream>, Failure> {
    let read = |path: &Path| {
        let failed = |error| Failure::File { path: path.to_owned(), error };
        std::fs::read(path).map_err(failed)
    };
    let extra_roots_pem = ca.map(read).transpose()?;
    let shared = UpstreamSettings::sharing(&Door { extra_roots_pem, ..Door::default() });
    let settings = UpstreamSettings {
        header_time_limit: USERS_TIME_LIMIT,
        ..shared.map_err(|error| refused(&error))?
    };
    let door = Upstream::new(salver_egress::ChosenBy::User, settings);
    door.map(Arc::new)
        .map_err(|error| Failure::Setup { part: "the way out", why: error.to_string() })
}

fn door(settings: &Settings) -> Door {
    let development = &settings.development;
    let (own_names, own_addresses) = own(settings);
    let mut door = settings.egress.door.clone();
    door.own_names = own_names;
    door.own_addresses.extend(own_addresses);
    door.exceptions.extend(development.exceptions.iter().map(|(host, port)| Exception {
        host: host.clone(),
        port: *port,
        purposes: PurposeName::ALL.map(PurposeName::purpose).to_vec(),
    }));
    door.extra_roots_pem = both(door.extra_roots_pem, development.extra_ca.as_deref());
    door.development =
        Development { connect: development.connect.clone(), loopback: development.loopback };
    door.reach =
        if settings.server.is_loopback_only() { Reach::LoopbackOnly } else { Reach::Anywhere };
    door
}

/// The operator's authorities, and those for development, one after the other.
pub(crate) fn both(mut pem: Option<Vec<u8>>, development: Option<&[u8]>) -> Option<Vec<u8>> {
    if let Some(more) = development {
        let all = pem.get_or_insert_default();
        all.push(b'\n');
        all.extend_from_slice(more);
    }
    pem
}

/// Names and addresses that lead to us: no stranger may make us knock on our own door.
fn own(settings: &Settings) -> (Vec<String>, Vec<std::net::IpAddr>) {
    let urls = settings
        .resources
        .iter()
        .map(|resource| resource.id.as_str())
        .chain([settings.server.issuer.as_str()]);
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for url in urls.filter_map(|url| Url::parse(url).ok()) {
        match url.host() {
            // Loopback is refused to strangers anyway.
            Some(Host::Domain(name)) if name != "localhost" => names.push(name.to_owned()),
            Some(Host::Ipv4(address)) => addresses.push(address.into()),
            Some(Host::Ipv6(address)) => addresses.push(address.into()),
            _ => {}
        }
    }
    names.sort();
    names.dedup();
    (names, addresses)
}

/// What only this computer knows at start, in terms of the key that helps. All else was refused when the file was read.
fn refused(error: &SetupError) -> Failure {
    let (key, hint) = match error {
        SetupError::Resolver(_) => {
            ("egress.dns_servers".to_owned(), "name DNS servers, like [\"192.0.2.53:53\"]")
        }
        SetupError::Tls(_) => (
            "egress.extra_ca".to_owned(),
            "install the system's certificate authorities (often the package ca-certificates), or name a PEM file",
        ),
        SetupError::ExtraRoots => {
            ("egress.extra_ca".to_owned(), "name a PEM file with certificates")
        }
        SetupError::DevelopmentBeyondLoopback => {
            ("development".to_owned(), "listen on 127.0.0.1, or leave the section out")
        }
        SetupError::OutOfRange(name) => {
            (format!("egress.{name}"), "`salver config reference` says what it takes")
        }
    };
    let why = format!("is needed or wrong: {error}");
    Failure::Configuration(vec![Problem { place: None, key, why, hint: hint.to_owned() }])
}

/// How long somebody waits for an answer at a terminal.
const USERS_TIME_LIMIT: Duration = Duration::from_secs(30);

/// How long a webhook may take to answer.
const HOOK_TIME_LIMIT: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Layers};

    fn settings(text: &str) -> Settings {
        let layers = Layers {
            table: text.parse().unwrap(),
            origins: crate::config::problem::Origins::default(),
            protect: None,
            master_key: None,
        };
        Settings::resolve(&layers, &Environment::new()).unwrap()
    }

    #[test]
    fn our_own_names_and_addresses_are_known_to_the_door() {
        let door = door(&settings(
            r#"
issuer = "https://as.example/login"
listen = ["0.0.0.0:8080"]
data = "/nowhere"
tls.ended_by_proxy = true
egress.own_addresses = ["198.51.100.7"]
resources = [
    { name = "A", path = "/a", upstream = "http://127.0.0.1:1/" },
    { name = "B", url = "https://mcp.example/b", upstream = "http://127.0.0.1:2/" },
    { name = "C", url = "https://203.0.113.9/c", upstream = "http://127.0.0.1:3/" },
]
"#,
        ));
        assert_eq!(door.own_names, ["as.example", "mcp.example"]);
        let addresses: Vec<String> = door.own_addresses.iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["198.51.100.7", "203.0.113.9"]);
        assert_eq!(door.reach, Reach::Anywhere);
        assert!(!door.development.is_used());
    }

    #[test]
    fn cimd_f_6_loopback_is_opened_by_name_on_loopback_only() {
        let on = door(&settings("data = \"/nowhere\"\ndevelopment.loopback = true"));
        assert!(on.development.loopback);
        assert_eq!(on.reach, Reach::LoopbackOnly);
        let off = door(&settings("data = \"/nowhere\""));
        assert!(!off.development.is_used());
    }
}
