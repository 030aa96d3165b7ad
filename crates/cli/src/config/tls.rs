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
        (None, None) => Some(Tls::Plain { ended_by_proxy: section.ended_by_proxy }),
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
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().unwrap_or_default();
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    fn write(folder: &Path, name: &str, text: &str, mode: u32) -> String {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn refusal(certificate: Option<&str>, key: Option<&str>, ended_by_proxy: bool) -> String {
        let section = TlsSection {
            certificate: certificate.map(str::to_owned),
            key: key.map(str::to_owned),
            ended_by_proxy,
        };
        let mut problems = Problems::default();
        let resolved = resolve(&section, &mut problems);
        let refused = problems.into_list().into_iter().next();
        assert_eq!(resolved.is_none(), refused.is_some());
        refused.map(|problem| format!("{}: {}", problem.key, problem.why)).unwrap_or_default()
    }

    #[test]
    fn certificate_and_key_belong_together_or_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["as.example".to_owned()]).unwrap();
        let pem = made.signing_key.serialize_pem();
        let certificate = write(folder.path(), "cert.pem", &made.cert.pem(), 0o644);
        let key = write(folder.path(), "key.pem", &pem, 0o600);
        let open_key = write(folder.path(), "open.pem", &pem, 0o644);
        let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let other_key = write(folder.path(), "other.pem", &other, 0o600);
        let empty = write(folder.path(), "empty.pem", "", 0o600);

        assert_eq!(refusal(None, None, false), "");
        assert_eq!(refusal(None, None, true), "");
        assert_eq!(refusal(Some(&certificate), Some(&key), false), "");
        for (certificate, key, ended_by_proxy, expected) in [
            (Some(&certificate), None, false, "tls.key: is missing beside `tls.certificate`"),
            (None, Some(&key), false, "tls.certificate: is missing beside `tls.key`"),
            (
                Some(&certificate),
                Some(&key),
                true,
                "tls.ended_by_proxy: is set although a certificate is, too",
            ),
            (Some(&empty), Some(&key), false, "tls.certificate: holds no certificate in PEM form"),
            (Some(&certificate), Some(&empty), false, "tls.key: holds no private key in PEM form"),
        ] {
            let seen =
                refusal(certificate.map(String::as_str), key.map(String::as_str), ended_by_proxy);
            assert_eq!(seen, expected);
        }
        assert!(
            refusal(Some(&certificate), Some(&open_key), false).contains("can be read by others")
        );
        assert!(
            refusal(Some(&certificate), Some(&other_key), false).starts_with("tls.certificate: ")
        );
        assert!(refusal(Some("/nowhere/cert.pem"), Some(&key), false).contains("cannot be read"));
    }
}
