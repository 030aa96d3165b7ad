//! What may leave? The operator's settings in the words of the guarded door.

use salver_egress::{Development, Egress, Exception, Reach, Settings as Door, TargetHost};
use salver_server::flow::client::DOCUMENT;
use url::{Host, Url};

use crate::{config::Settings, failure::Failure};

/// The way out.
pub(super) fn open(settings: &Settings) -> Result<Egress, Failure> {
    let development = &settings.development;
    let exceptions = development.exceptions.iter().filter_map(|(host, port)| {
        let host = TargetHost::read(host)?;
        Some(Exception { host, port: *port, purposes: vec![DOCUMENT] })
    });
    let door = Door {
        dns_servers: settings.egress.dns_servers.clone(),
        exceptions: exceptions.collect(),
        extra_roots_pem: authorities(settings),
        own_names: own_names(settings),
        development: Development { connect: development.connect.clone(), ..Development::default() },
        reach: if settings.server.is_loopback_only() {
            Reach::LoopbackOnly
        } else {
            Reach::Anywhere
        },
        ..Door::default()
    };
    Egress::new(door)
        .map_err(|error| Failure::Setup { part: "the way out", why: error.to_string() })
}

/// The operator's authorities, and those for development, one after the other.
fn authorities(settings: &Settings) -> Option<Vec<u8>> {
    let files = [&settings.egress.extra_ca, &settings.development.extra_ca];
    let all: Vec<u8> =
        files.into_iter().flatten().flat_map(|pem| [pem.as_slice(), b"\n"].concat()).collect();
    (!all.is_empty()).then_some(all)
}

/// Names that lead to us: no stranger may make us knock on our own door.
fn own_names(settings: &Settings) -> Vec<String> {
    let urls = settings
        .resources
        .iter()
        .map(|resource| resource.id.as_str())
        .chain([settings.server.issuer.as_str()]);
    let mut names: Vec<String> = urls
        .filter_map(|url| match Url::parse(url).ok()?.host()? {
            Host::Domain(name) if name != "localhost" => Some(name.to_owned()),
            // Loopback is refused to strangers anyway, and addresses are no names.
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}
