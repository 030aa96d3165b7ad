//! `salver client sign`: a software statement from a key and the client's metadata (RFC 7591 §2.3), for build pipelines and for trying out.
//!
//! Implements SW-2 to SW-5 and SW-11 from the vendor's side: one audience, a life of minutes, `jti`. What this server would refuse of it is not signed.
//! Leaves out: whether anybody trusts the issuer (docs/statements.md).

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use salver_jose::{Signer as _, SigningKey, sign_statement};
use salver_oauth::{
    Issuer, Timestamp, error, json as strict,
    registration::{MAX_BODY_BYTES, SignedRegistration, StatementFault},
};
use salver_server::{
    anchor::written::is_issuer,
    chance::{SystemChance, secret_text},
    clock::{Clock as _, SystemClock},
    flow::register::usable_keys,
};
use serde_json::{Map, Value, json};

use super::{fetch, quoted};
use crate::{
    command::{duration, signing_key},
    failure::Failure,
    output,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Sign {
    /// The metadata: a JSON object with members of RFC 7591, such as `client_name` and `redirect_uris`.
    metadata: PathBuf,
    /// The private key: PKCS#8 in PEM form, P-256, Ed25519 or RSA, readable by its owner only.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Who signs: the https URL under which servers trust the vendor; becomes `iss`.
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The issuer of the one server that the statement is for; becomes `aud`.
    #[arg(long, value_name = "URL", required = true)]
    audience: Vec<String>,
    /// How long it is good, like 10m or 1h.
    #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "10m")]
    lifetime: i64,
    /// Allow a life of more than a day: whoever gets hold of the statement can use it for as long.
    #[arg(long)]
    allow_long: bool,
    /// Which software of the issuer it is, the same in all versions; without it, as the file says.
    #[arg(long, value_name = "ID")]
    software_id: Option<String>,
    /// Its version; without it, as the file says.
    #[arg(long, value_name = "VERSION")]
    software_version: Option<String>,
    /// Print one line of JSON: the statement, its times, and the public key.
    #[arg(long)]
    json: bool,
}

impl Sign {
    pub(super) fn run(self) -> Result<(), Failure> {
        let key = signing_key::read(&self.key)?;
        let claims = self.claims(SystemClock.now(), &secret_text(&SystemChance::default()))?;
        let signed = SignedRegistration::read(&claims)
            .and_then(|signed| {
                let keys = usable_keys(signed.registration().authentication());
                keys.map_err(|error| StatementFault::Metadata(Box::new(error)))?;
                Ok(signed)
            })
            .map_err(|fault| self.unfit(&fault))?;
        let key = Arc::new(key);
        let compact = sign_statement(key.clone(), &claims)
            .map_err(|error| Failure::Setup { part: "the signature", why: error.to_string() })?;
        if compact.len() > LONGEST_BYTES {
            return Err(Failure::Refused {
                why: format!(
                    "signed, it is longer than the {LONGEST_BYTES} bytes that fit in a registration"
                ),
                hint: "sign fewer members; keys at a jwks_uri are shorter than keys themselves"
                    .to_owned(),
            });
        }
        self.tell(&compact, &claims, &signed, &key);
        Ok(())
    }

    /// All that is signed: what the file says, and what is made for this one statement.
    fn claims(&self, now: Timestamp, id: &str) -> Result<Map<String, Value>, Failure> {
        let [audience] = self.audience.as_slice() else {
            return Err(refused(
                format!("{} audiences are named", self.audience.len()),
                "sign one statement for each server: what is good at several, each of them can replay at the others",
            ));
        };
        let audience = Issuer::parse(audience).map_err(|error| {
            let hint = "write the issuer as the server's metadata has it";
            refused(format!("--audience {} is no issuer: {error}", quoted(audience)), hint)
        })?;
        is_issuer(&self.issuer).map_err(|why| {
            refused(format!("--issuer: {why}"), "write one like https://vendor.example")
        })?;
        if self.lifetime > LONGEST_SECONDS && !self.allow_long {
            return Err(refused(
                format!("a life of {} is more than a day", duration::words(self.lifetime)),
                "sign a fresh one when it is needed, or say --allow-long",
            ));
        }
        let mut claims = self.members()?;
        for (name, said) in
            [("software_id", &self.software_id), ("software_version", &self.software_version)]
        {
            if let Some(said) = said {
                claims.insert(name.to_owned(), said.as_str().into());
            }
        }
        let expires = now.plus_seconds(self.lifetime);
        for (name, value) in [
            ("iss", json!(self.issuer)),
            ("aud", json!(audience.as_str())),
            ("iat", json!(now.as_unix())),
            ("exp", json!(expires.as_unix())),
            ("jti", json!(id)),
        ] {
            claims.insert(name.to_owned(), value);
        }
        Ok(claims)
    }

    /// What the file says.
    fn members(&self) -> Result<Map<String, Value>, Failure> {
        let file = self.metadata.display();
        let members = match strict::parse(&fetch::read(&self.metadata)?) {
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err(refused(format!("{file}: it is no JSON object"), EXAMPLE)),
            Err(error) => return Err(refused(format!("{file}: it is no JSON: {error}"), EXAMPLE)),
        };
        match MADE.iter().find(|name| members.contains_key(**name)) {
            None => Ok(members),
            Some(name) => Err(refused(
                format!("{file}: {name} stands in it"),
                "leave it out: what belongs to one statement is made for each, from the flags and the clock",
            )),
        }
    }

    fn unfit(&self, fault: &StatementFault) -> Failure {
        let hint = match fault {
            StatementFault::Missing(name @ ("software_id" | "software_version")) => {
                format!("say --{}, or write it in the file", name.replace('_', "-"))
            }
            _ => error::registration(&fault.clone().into()).description,
        };
        Failure::Refused {
            why: format!("{}: no server would take this: {fault}", self.metadata.display()),
            hint,
        }
    }

    fn tell(
        &self,
        compact: &str,
        claims: &Map<String, Value>,
        signed: &SignedRegistration,
        key: &SigningKey,
    ) {
        if self.json {
            output::json(&json!({
                "software_statement": compact,
                "software_id": signed.software_id(),
                "software_version": signed.software_version(),
                "issued_at": claims.get("iat"),
                "expires_at": claims.get("exp"),
                "id": claims.get("jti"),
                "algorithm": key.algorithm().name(),
                "key": key.public_key().thumbprint(),
                "keys": { "keys": [key.public_key().to_jwk()] },
            }));
            return;
        }
        output::data(compact);
        output::talk(&format!(
            "{} {} of {}, signed by {} with key {}, good for {}.",
            quoted(signed.software_id()),
            quoted(signed.software_version()),
            self.issuer,
            key.algorithm(),
            key.public_key().thumbprint(),
            duration::words(self.lifetime),
        ));
    }
}

fn refused(why: String, hint: &str) -> Failure {
    Failure::Refused { why, hint: hint.to_owned() }
}

const EXAMPLE: &str =
    r#"write one like {"client_name": "Editor", "redirect_uris": ["http://127.0.0.1/callback"]}"#;

/// What is made for each statement, or could not be inside one.
const MADE: [&str; 8] = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "software_statement"];

/// The longest life that need not be asked for, in seconds (SW-11).
const LONGEST_SECONDS: i64 = 86_400;

/// What is left of a registration for its statement.
const LONGEST_BYTES: usize = MAX_BODY_BYTES - 512;
