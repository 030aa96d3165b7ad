//! With which certificate do the listeners speak TLS, if they do?

use std::{path::Path, sync::Arc};

use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{problem::Problems, secret_file};

/// `[tls]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TlsSection {
    /// PEM file with the certificate and the chain above it.
    pub(crate) certificate: Option<String>,
    /// PEM file with the private key; nobody but its owner may be able to read it.
    pub(crate) key: Option<String>,
    /// Whether a proxy in front of the listeners ends TLS, so that they speak plain http beyond loopback.
    pub(crate) ended_by_proxy: bool,
}

/// How the listeners speak.
#[derive(Clone, Debug)]
pub(crate) enum Tls {
    /// Plain http: on loopback, or because a proxy in front ends TLS.
    Plain {
        /// Whether the operator says that a proxy in front ends TLS.
        ended_by_proxy: bool,
    },
    /// TLS by rustls, HTTP/2 and HTTP/1.1.
    Rustls(Arc<ServerConfig>),
}

impl Tls {
    /// Whether the listeners speak TLS themselves.
    pub(crate) fn is_spoken(&self) -> bool {
        matches!(self, Self::Rustls(_))
    }
}

/// What the section means.
pub(crate) fn resolve(section: &TlsSection, problems: &mut Problems) -> Option<Tls> {
    match (&section.certificate, &section.key) {
        (None, None) => Some(Tls::Plain {
            ended_by_proxy: section.ended_by_proxy,
        }),
        (Some(_), None) => {
            problems.refuse(
                "tls.key",
                "is missing beside `tls.certificate`",
                "name the private key's PEM file",
            );
            None
        }
        (None, Some(_)) => {
            problems.refuse(
                "tls.certificate",
                "is missing beside `tls.key`",
                "name the certificate's PEM file",
            );
            None
        }
        (Some(_), Some(_)) if section.ended_by_proxy => {
            problems.refuse(
                "tls.ended_by_proxy",
                "is set although a certificate is, too",
                "leave out one of the two",
            );
            None
        }
        (Some(certificate), Some(key)) => load(certificate, key, problems),
    }
}

fn load(certificate: &str, key: &str, problems: &mut Problems) -> Option<Tls> {
    let certificate_path = problems.origins().resolve("tls.certificate", certificate);
    let key_path = problems.origins().resolve("tls.key", key);
    let chain = read_chain(&certificate_path, problems);
    let key = secret_file::read("tls.key", &key_path, problems).and_then(|pem| {
        problems.accept(
            "tls.key",
            PrivateKeyDer::from_pem_slice(&pem).map_err(|_| "holds no private key in PEM form"),
            KEY_HINT,
        )
    });
    let config = server_config(chain?, key?);
    problems
        .accept(
            "tls.certificate",
            config,
            "certificate and key must belong together; the server's own certificate comes first",
        )
        .map(|config| Tls::Rustls(Arc::new(config)))
}

fn read_chain(path: &Path, problems: &mut Problems) -> Option<Vec<CertificateDer<'static>>> {
    let pem = problems.accept(
        "tls.certificate",
        std::fs::read(path).map_err(|error| cannot_read(path, &error)),
        "name a file that salver may read",
    )?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .unwrap_or_default();
    if chain.is_empty() {
        problems.refuse(
            "tls.certificate",
            "holds no certificate in PEM form",
            "it begins with -----BEGIN CERTIFICATE-----",
        );
        return None;
    }
    Some(chain)
}

/// What a file that cannot be read is called.
pub(crate) fn cannot_read(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

/// A server's TLS with this certificate, HTTP/2 before HTTP/1.1.
pub(crate) fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

const KEY_HINT: &str = "it begins with -----BEGIN PRIVATE KEY----- or the like";
