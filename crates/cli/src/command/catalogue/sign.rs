//! `salver catalogue sign`: a catalogue that others can take over from a URL. Only what they would accept is signed.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use salver_jose::{MAX_SIGNED_CATALOGUE_BYTES, SigningKey, sign_catalogue};
use salver_policy::catalogue::{Catalogue, Date};
use serde_json::Value;

use super::read;
use crate::{config::secret_file, failure::Failure, output};

#[derive(Args, Debug)]
pub(in crate::command) struct Sign {
    /// The catalogue.
    file: PathBuf,
    /// The private key: PKCS#8 in PEM form, Ed25519 or P-256, readable by its owner only.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Write the signed catalogue to this file, and not to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Sign {
    pub(super) fn run(self, today: Date) -> Result<(), Failure> {
        let text = read::text(&self.file)?;
        let catalogue = read::parsed(&self.file, &text)?;
        may_be_issued(&catalogue, today)?;
        let key = Arc::new(key(&self.key)?);
        let jwk = Value::Object(key.public_key().to_jwk());
        let signed = sign_catalogue(key, &text)
            .map_err(|error| Failure::Setup { part: "the signature", why: error.to_string() })?;
        if signed.len() > MAX_SIGNED_CATALOGUE_BYTES {
            return Err(Failure::Refused {
                why: format!(
                    "signed, it is longer than the {MAX_SIGNED_CATALOGUE_BYTES} bytes that are taken over"
                ),
                hint: "issue a shorter catalogue".to_owned(),
            });
        }
        match &self.out {
            Some(path) => fs::write(path, format!("{signed}\n"))
                .map_err(|error| Failure::File { path: path.clone(), error })?,
            None => output::data(&signed),
        }
        output::talk(&format!(
            "Catalogue {} is signed. Whoever takes it over needs the public key, as `catalogue.key`:\n{jwk}",
            catalogue.number()
        ));
        Ok(())
    }
}

/// What nobody would take over is not signed.
fn may_be_issued(catalogue: &Catalogue, today: Date) -> Result<(), Failure> {
    let why = match catalogue.expires() {
        None => "it does not say when it expires".to_owned(),
        Some(expires) if expires < today => format!("it expired on {expires}"),
        Some(_) => return Ok(()),
    };
    let hint = "set expires to a day to come".to_owned();
    Err(Failure::Refused { why: format!("nobody would take this catalogue over: {why}"), hint })
}

fn key(path: &Path) -> Result<SigningKey, Failure> {
    let refused = |why: String, hint: &str| Failure::Refused {
        why: format!("{}: {why}", path.display()),
        hint: hint.to_owned(),
    };
    let made = "make one: openssl genpkey -algorithm ed25519 -out KEY.pem && chmod 600 KEY.pem";
    let metadata = fs::metadata(path).map_err(|error| refused(error.to_string(), made))?;
    if let Some(mode) = secret_file::wider_than_owner(&metadata) {
        let why = format!("it can be read by others than its owner (mode {mode:04o})");
        return Err(refused(why, &format!("chmod 600 {}", path.display())));
    }
    let der = PrivatePkcs8KeyDer::from_pem_file(path);
    let der =
        der.map_err(|_| refused("it holds no private key in PKCS#8 PEM form".into(), made))?;
    SigningKey::from_pkcs8(der.secret_pkcs8_der())
        .map_err(|_| refused("it is neither an Ed25519 nor a P-256 key".into(), made))
}
