//! Whom do we believe to be the origin? The platform's verifier and its authorities, plus those that the operator named.
//!
//! Read once, when first needed: a program whose origins all speak plain http on loopback never pays for it.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, crypto::aws_lc_rs};
use rustls_pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;

/// A connector that is built on first use.
#[derive(Clone)]
pub(super) struct Tls(Arc<Inner>);

struct Inner {
    extra_roots: Vec<CertificateDer<'static>>,
    built: OnceLock<Result<TlsConnector, rustls::Error>>,
}

impl Tls {
    pub(super) fn new(extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self(Arc::new(Inner { extra_roots, built: OnceLock::new() }))
    }

    pub(super) fn connector(&self) -> Result<TlsConnector, rustls::Error> {
        self.0.built.get_or_init(|| build(&self.0.extra_roots)).clone()
    }
}

fn build(extra_roots: &[CertificateDer<'static>]) -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier =
        Verifier::new_with_extra_roots(extra_roots.iter().cloned(), Arc::clone(&provider))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous() // the platform's verifier is a custom one to rustls, not a weaker one
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
