//! `salver catalogue sign`: a catalogue that others can take over from a URL. Only what they would accept is signed.

use std::{fs, path::PathBuf, sync::Arc};

use clap::Args;
use salver_jose::{CATALOGUE_ALGORITHMS, MAX_SIGNED_CATALOGUE_BYTES, Signer as _, sign_catalogue};
use salver_policy::catalogue::{Catalogue, Date};
use serde_json::Value;

use super::read;
use crate::{command::signing_key, failure::Failure, output};

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
        let key = signing_key::read(&self.key)?;
        if !CATALOGUE_ALGORITHMS.contains(&key.algorithm()) {
            return Err(Failure::Refused {
                why: format!("{} is neither an Ed25519 nor a P-256 key", self.key.display()),
                hint: signing_key::MAKE.to_owned(),
            });
        }
        let key = Arc::new(key);
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
