//! Whom do we believe to be a host? The TLS configuration of both doors.
//!
//! RFC 8446 and RFC 5246 by rustls with aws-lc-rs, certificates by the platform's verifier, extra roots by configuration.
//! There is no way to switch verification off.

use std::sync::Arc;

use rustls::{ClientConfig, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use rustls_platform_verifier::Verifier;

use crate::SetupError;

/// A client configuration for HTTP/1.1.
///
/// # Errors
///
/// When the extra roots cannot be read, or when there is no root at all.
pub(crate) fn client_config(
    extra_roots_pem: Option<&[u8]>,
) -> Result<Arc<ClientConfig>, SetupError> {
    let extra_roots = match extra_roots_pem {
        Some(pem) => read_roots(pem)?,
        None => Vec::new(),
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra_roots, Arc::clone(&provider))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous() // the builder's word for a verifier of one's choice; this one verifies
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A session ticket would tell a host that two fetches come from the same server.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}

pub(crate) fn read_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let roots = roots.map_err(|_| SetupError::ExtraRoots)?;
    let mut known = rustls::RootCertStore::empty();
    let (_, unusable) = known.add_parsable_certificates(roots.iter().cloned());
    if roots.is_empty() || unusable > 0 { Err(SetupError::ExtraRoots) } else { Ok(roots) }
}
