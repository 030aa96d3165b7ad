//! What is asked for, in the claims of a request?

use salver_oauth::Issuer;
use serde_json::{Map, Value, json};

use crate::{PublicKey, TokenError};

/// A request of an installation.
#[derive(Clone, Debug)]
pub struct InstallationRequest {
    /// The service's challenge, which it answers.
    pub challenge: Box<str>,
    /// What it asks for.
    pub ask: Ask,
}

/// What an installation asks for.
#[derive(Clone, Debug)]
pub enum Ask {
    /// To be known from now on.
    Enrol(EnrolBy),
    /// That the service attests a key of it, for one authorization server.
    Attestation {
        /// The server.
        issuer: Issuer,
        /// The key: another one for each server (ABCA-12).
        key: PublicKey,
    },
    /// A software statement, for one authorization server.
    Statement(Issuer),
    /// A client assertion, for one authorization server (AT-R-4).
    Assertion(Issuer),
}

/// By what an installation wants to be known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EnrolBy {
    /// A one-time code.
    Code(Box<str>),
    /// An ID token of the vendor's sign-in, whose nonce is the thumbprint of the device key.
    IdToken(Box<str>),
    /// Evidence of the platform, in a form that the vendor understands.
    Evidence(Value),
}

impl InstallationRequest {
    pub(super) fn read(claims: &Map<String, Value>) -> Result<Self, TokenError> {
        Ok(Self { challenge: text(claims, "challenge")?.into(), ask: Ask::read(claims)? })
    }

    pub(super) fn write(&self, claims: &mut Map<String, Value>) {
        let (word, issuer) = match &self.ask {
            Ask::Enrol(_) => (ENROL, None),
            Ask::Attestation { issuer, .. } => (ATTESTATION, Some(issuer)),
            Ask::Statement(issuer) => (STATEMENT, Some(issuer)),
            Ask::Assertion(issuer) => (ASSERTION, Some(issuer)),
        };
        let more = match &self.ask {
            Ask::Enrol(EnrolBy::Code(code)) => Some(("code", json!(code))),
            Ask::Enrol(EnrolBy::IdToken(token)) => Some(("id_token", json!(token))),
            Ask::Enrol(EnrolBy::Evidence(evidence)) => Some(("evidence", evidence.clone())),
            Ask::Attestation { key, .. } => Some(("key", Value::Object(key.to_jwk()))),
            Ask::Statement(_) | Ask::Assertion(_) => None,
        };
        let said = [("challenge", json!(self.challenge)), ("ask", json!(word))];
        let issuer = issuer.map(|issuer| ("issuer", json!(issuer.as_str())));
        for (name, value) in said.into_iter().chain(issuer).chain(more) {
            claims.insert(name.to_owned(), value);
        }
    }
}

impl Ask {
    fn read(claims: &Map<String, Value>) -> Result<Self, TokenError> {
        let issuer = || {
            let text = text(claims, "issuer")?;
            Issuer::parse(text).map_err(|_| TokenError::MalformedClaim("issuer"))
        };
        match text(claims, "ask")? {
            ENROL => EnrolBy::read(claims).map(Self::Enrol),
            ATTESTATION => {
                let jwk = claims.get("key").ok_or(TokenError::MissingClaim("key"))?;
                Ok(Self::Attestation { issuer: issuer()?, key: key(jwk, "key")? })
            }
            STATEMENT => issuer().map(Self::Statement),
            ASSERTION => issuer().map(Self::Assertion),
            _ => Err(TokenError::MalformedClaim("ask")),
        }
    }
}

impl EnrolBy {
    fn read(claims: &Map<String, Value>) -> Result<Self, TokenError> {
        match ["code", "id_token", "evidence"].map(|name| claims.get(name)) {
            [Some(Value::String(code)), None, None] => Ok(Self::Code(code.as_str().into())),
            [None, Some(Value::String(token)), None] => Ok(Self::IdToken(token.as_str().into())),
            [None, None, Some(evidence)] => Ok(Self::Evidence(evidence.clone())),
            [None, None, None] => Err(TokenError::MissingClaim("code")),
            _ => Err(TokenError::MalformedClaim("code")),
        }
    }
}

/// A public key; the private half in it is as malformed as anything else.
pub(super) fn key(jwk: &Value, name: &'static str) -> Result<PublicKey, TokenError> {
    let members = jwk.as_object().ok_or(TokenError::MalformedClaim(name))?;
    PublicKey::of_members(members).map_err(|_| TokenError::MalformedClaim(name))
}

fn text<'c>(claims: &'c Map<String, Value>, name: &'static str) -> Result<&'c str, TokenError> {
    match claims.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(TokenError::MalformedClaim(name)),
        None => Err(TokenError::MissingClaim(name)),
    }
}

const ENROL: &str = "enrol";
const ATTESTATION: &str = "attestation";
const STATEMENT: &str = "statement";
const ASSERTION: &str = "assertion";
