//! What does a token's header say, and which kind of token is it?
//!
//! Implements: RFC 7515 §4.1 and RFC 8725 §3.11 (explicit typing, compared as media types). Only `alg`, `kid`, `typ` and the
//! presence of `crit` are read: `jwk`, `jku`, `x5u` and `x5c` could name a key of the sender's choice and mean nothing here. The two kinds of token that
//! carry their key in `jwk` (RFC 9449 §4.2) or name a list that the operator knows by `jku` (ABCA-11) read the header for themselves.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::TokenError;
use super::claims::members;
use crate::{Algorithm, SignError, Signer, base64url};

/// The kinds of token that we sign, or that a client of ours does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// An access token (RFC 9068).
    Access,
    /// What the gateway tells a server behind it about the caller.
    Identity,
    /// A catalogue of clients, signed by whoever issues it. Not a JWT: its payload is a text without claims.
    Catalogue,
    /// A software statement, signed by a client's vendor (RFC 7591 §2.3).
    Statement,
    /// A vendor's word for the key of one installation (ABCA-2).
    Attestation,
    /// Proof that an installation has that key (ABCA-3).
    AttestationProof,
    /// Proof that whoever sends a request has a key (RFC 9449).
    DpopProof,
    /// A client's word that it is itself (RFC 7523).
    ClientAssertion,
    /// What an installation asks of its vendor's service.
    InstallationRequest,
}

impl TokenType {
    const ALL: [Self; 9] = [
        Self::Access,
        Self::Identity,
        Self::Catalogue,
        Self::Statement,
        Self::Attestation,
        Self::AttestationProof,
        Self::DpopProof,
        Self::ClientAssertion,
        Self::InstallationRequest,
    ];

    /// The value of `typ`, without `application/`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Identity => "salver-identity+jwt",
            Self::Catalogue => "salver-catalogue+jws",
            Self::Statement => "software-statement+jwt",
            Self::Attestation => "oauth-client-attestation+jwt",
            Self::AttestationProof => "oauth-client-attestation-pop+jwt",
            Self::DpopProof => "dpop+jwt",
            Self::ClientAssertion => "client-authentication+jwt",
            Self::InstallationRequest => "salver-installation-request+jwt",
        }
    }

    /// RFC 7515 §4.1.9: media types ignore case, and `application/` may be left out.
    fn from_name(name: &str) -> Option<Self> {
        let bare = match name.split_once('/') {
            Some((family, rest)) if family.eq_ignore_ascii_case("application") => rest,
            _ => name,
        };
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(bare))
    }
}

/// The header of a token that nobody has checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnverifiedHeader {
    pub(super) kind: Option<TokenType>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) critical: bool,
    /// All of them.
    pub(super) members: Map<String, Value>,
}

impl UnverifiedHeader {
    pub(super) fn read(encoded: &str) -> Result<Self, TokenError> {
        let bytes = base64url::decode(encoded).map_err(|_| TokenError::Malformed)?;
        let members = members(&bytes)?;
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(TokenError::Malformed),
        };
        text("kid")?;
        Ok(Self {
            kind: text("typ")?.and_then(TokenType::from_name),
            algorithm: text("alg")?.and_then(Algorithm::from_name),
            critical: members.contains_key("crit"),
            members,
        })
    }

    /// `typ` as it stands, for tokens of others.
    pub(super) fn type_name(&self) -> Option<&str> {
        self.members.get("typ").and_then(Value::as_str)
    }

    /// `kid`.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.members.get("kid").and_then(Value::as_str)
    }
}

/// A signer of one kind of token, whose header is encoded once.
#[derive(Clone)]
pub(super) struct TypedSigner {
    signer: Arc<dyn Signer>,
    encoded_header: Arc<str>,
}

impl TypedSigner {
    pub(super) fn new(signer: Arc<dyn Signer>, kind: TokenType) -> Self {
        let (algorithm, key_id) = (signer.algorithm().name(), Cow::Borrowed(signer.key_id()));
        let header = serde_json::json!({ "alg": algorithm, "kid": key_id, "typ": kind.name() });
        Self::with_header(signer, &header)
    }

    /// The same for a kind whose header says more.
    pub(super) fn with_header(signer: Arc<dyn Signer>, header: &Value) -> Self {
        let encoded_header = base64url::encode(header.to_string()).into();
        Self { signer, encoded_header }
    }

    /// RFC 7515 §3.1: header, payload and signature, joined by dots.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, SignError> {
        self.sign_bytes(&serde_json::to_vec(claims).map_err(|_| SignError)?)
    }

    /// The same for a payload that is no JSON.
    pub(super) fn sign_bytes(&self, payload: &[u8]) -> Result<String, SignError> {
        let mut token = String::with_capacity(
            self.encoded_header.len() + payload.len() * 4 / 3 + SIGNATURE_ROOM,
        );
        token.push_str(&self.encoded_header);
        token.push('.');
        base64url::append(payload, &mut token);
        let signature = self.signer.sign(token.as_bytes())?;
        token.push('.');
        base64url::append(signature, &mut token);
        Ok(token)
    }

    pub(super) fn key_id(&self) -> &str {
        self.signer.key_id()
    }
}

/// 64 bytes of signature in base64url, two dots, and rounding.
const SIGNATURE_ROOM: usize = 92;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7515_4_1_9_kinds_are_media_types() {
        for (name, kind) in [
            ("at+jwt", Some(TokenType::Access)),
            ("AT+JWT", Some(TokenType::Access)),
            ("application/at+jwt", Some(TokenType::Access)),
            ("Application/at+jwt", Some(TokenType::Access)),
            ("text/at+jwt", None),
            ("JWT", None),
            ("at", None),
            ("", None),
            ("salver-identity+jwt", Some(TokenType::Identity)),
            ("application/salver-identity+jwt", Some(TokenType::Identity)),
            ("salver-catalogue+jws", Some(TokenType::Catalogue)),
            ("salver-catalogue+jwt", None),
            ("oauth-client-attestation+jwt", Some(TokenType::Attestation)),
            ("oauth-client-attestation-pop+jwt", Some(TokenType::AttestationProof)),
            ("oauth-client-attestation-pop+jws", None),
            ("dpop+jwt", Some(TokenType::DpopProof)),
        ] {
            assert_eq!(TokenType::from_name(name), kind, "{name}");
        }
    }

    #[test]
    fn headers_are_strict_json_objects_with_texts() {
        let read = |json: &str| UnverifiedHeader::read(&base64url::encode(json));
        let header =
            read(r#"{"alg":"ES256","kid":"k","typ":"at+jwt","jku":"https://x.example"}"#).unwrap();
        assert_eq!(
            (header.kind, header.algorithm),
            (Some(TokenType::Access), Some(Algorithm::Es256))
        );
        assert!(!header.critical && read(r#"{"alg":"ES256","crit":["exp"]}"#).unwrap().critical);
        for bad in
            ["[]", "{", r#"{"alg":1}"#, r#"{"alg":"ES256","alg":"none"}"#, r#"{"kid":null}"#, ""]
        {
            assert_eq!(read(bad), Err(TokenError::Malformed), "{bad}");
        }
        assert_eq!(UnverifiedHeader::read("e30="), Err(TokenError::Malformed));
    }
}
