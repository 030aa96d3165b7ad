//! With which certificate does the demonstration host its metadata document? One of its own authority, made at each start.
//!
//! Clients insist on an https URL, but only the server fetches it, so nobody else has to believe this authority. Its key is
//! dropped once it has signed.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;

use crate::{config::tls, failure::Failure};

/// A server's certificate and the authority behind it.
pub(super) struct Certificate {
    /// What the listener uses.
    pub(super) server: ServerConfig,
    /// The authority, in PEM form, for whoever fetches.
    pub(super) authority: String,
}

/// Makes a certificate for `localhost`.
pub(super) fn make() -> Result<Certificate, Failure> {
    let failed = |error: rcgen::Error| Failure::Setup {
        part: "the certificate of the demonstration",
        why: error.to_string(),
    };
    let authority_key = KeyPair::generate().map_err(failed)?;
    let mut authority = CertificateParams::new(Vec::new()).map_err(failed)?;
    authority.distinguished_name.push(DnType::CommonName, "salver demo, one start only");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_certificate = authority.self_signed(&authority_key).map_err(failed)?;

    let key = KeyPair::generate().map_err(failed)?;
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).map_err(failed)?;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let certificate =
        leaf.signed_by(&key, &Issuer::from_params(&authority, &authority_key)).map_err(failed)?;
    let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(|why| Failure::Setup {
        part: "the certificate of the demonstration",
        why: why.to_owned(),
    })?;
    let server = tls::server_config(vec![certificate.der().clone()], private).map_err(|error| {
        Failure::Setup { part: "the certificate of the demonstration", why: error.to_string() }
    })?;
    Ok(Certificate { server, authority: authority_certificate.pem() })
}
