//! How do requests leave? Whom do we ask for addresses, and which certificate authorities count beside the platform's?

use std::net::{IpAddr, SocketAddr};

use rustls_pki_types::{CertificateDer, pem::PemObject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{problem::Problems, tls::cannot_read};

/// `[egress]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EgressSection {
    /// PEM file with certificate authorities to trust beside the platform's, for whatever salver connects to.
    pub(crate) extra_ca: Option<String>,
    /// DNS servers to ask instead of the system's, as ADDRESS or ADDRESS:PORT.
    pub(crate) dns_servers: Vec<String>,
}

/// How requests leave.
#[derive(Clone, Debug, Default)]
pub(crate) struct EgressSettings {
    /// More certificate authorities, in PEM form.
    pub(crate) extra_ca: Option<Vec<u8>>,
    /// DNS servers to ask.
    pub(crate) dns_servers: Vec<SocketAddr>,
}

/// What the section means.
pub(crate) fn resolve(section: &EgressSection, problems: &mut Problems) -> EgressSettings {
    let extra_ca =
        section.extra_ca.as_ref().and_then(|path| authorities("egress.extra_ca", path, problems));
    let mut dns_servers = Vec::new();
    for (position, text) in section.dns_servers.iter().enumerate() {
        match text
            .parse()
            .or_else(|_| text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53)))
        {
            Ok(address) => dns_servers.push(address),
            Err(_) => problems.refuse(
                format!("egress.dns_servers[{position}]"),
                format!("\"{text}\" is not an address"),
                "write it like 192.0.2.53 or [2001:db8::53]:53",
            ),
        }
    }
    EgressSettings { extra_ca, dns_servers }
}

/// The bytes of a PEM file with at least one certificate.
pub(crate) fn authorities(key: &str, path: &str, problems: &mut Problems) -> Option<Vec<u8>> {
    let path = problems.origins().resolve(key, path);
    let pem = problems.accept(
        key,
        std::fs::read(&path).map_err(|error| cannot_read(&path, &error)),
        "name a file that salver may read",
    )?;
    let sound = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .is_ok_and(|found| !found.is_empty());
    if !sound {
        problems.refuse(
            key,
            "holds no certificate in PEM form",
            "it begins with -----BEGIN CERTIFICATE-----",
        );
        return None;
    }
    Some(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dns_servers_are_addresses() {
        for (text, expected) in [
            ("192.0.2.53", Some("192.0.2.53:53")),
            ("192.0.2.53:5353", Some("192.0.2.53:5353")),
            ("2001:db8::1", Some("[2001:db8::1]:53")),
            ("dns.example", None),
        ] {
            let mut problems = Problems::default();
            let settings = resolve(
                &EgressSection { dns_servers: vec![text.to_owned()], ..EgressSection::default() },
                &mut problems,
            );
            assert_eq!(
                settings.dns_servers.first().map(ToString::to_string).as_deref(),
                expected,
                "{text}"
            );
            assert_eq!(problems.count(), usize::from(expected.is_none()));
        }
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        for path in ["/nowhere/ca.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            let mut problems = Problems::default();
            resolve(
                &EgressSection { extra_ca: Some(path.to_owned()), ..EgressSection::default() },
                &mut problems,
            );
            assert_eq!(problems.count(), 1, "{path}");
        }
    }
}
