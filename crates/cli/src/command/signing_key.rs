//! Is there a private key in this file? For commands that sign; a file that others can read is refused.

use std::{fs, path::Path};

use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use salver_jose::SigningKey;

use crate::{config::secret_file, failure::Failure};

/// How a key is made.
pub(super) const MAKE: &str =
    "make one: openssl genpkey -algorithm ed25519 -out KEY.pem && chmod 600 KEY.pem";

/// Reads a private key: PKCS#8 in PEM form.
pub(super) fn read(path: &Path) -> Result<SigningKey, Failure> {
    let refused = |why: String, hint: &str| Failure::Refused {
        why: format!("{}: {why}", path.display()),
        hint: hint.to_owned(),
    };
    let metadata = fs::metadata(path).map_err(|error| refused(error.to_string(), MAKE))?;
    if let Some(mode) = secret_file::wider_than_owner(&metadata) {
        let why = format!("it can be read by others than its owner (mode {mode:04o})");
        return Err(refused(why, &format!("chmod 600 {}", path.display())));
    }
    let der = PrivatePkcs8KeyDer::from_pem_file(path);
    let der =
        der.map_err(|_| refused("it holds no private key in PKCS#8 PEM form".into(), MAKE))?;
    SigningKey::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| {
        refused("it is no Ed25519, P-256 or RSA key of 2048 bits or more".into(), MAKE)
    })
}
