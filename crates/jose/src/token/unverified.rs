//! Which kind of token is this, which key does it name, and did that key sign it?
//!
//! Implements: RFC 7515 §5.2 and RFC 8725 §3.1, §3.2, §3.11: kind and algorithm are checked before a key is looked for, and the key comes
//! from our set by its name alone. The lowest rung of the ladder: nothing of the payload can be read from here.

use serde_json::{Map, Value};

use super::TokenError;
use super::claims::members;
use super::header::{TokenType, UnverifiedHeader};
use crate::{Algorithm, KeySet, PublicKey, base64url};

/// Decoded, not yet believed: enough to find a key and to tell the kind, nothing more.
#[derive(Clone, Debug)]
pub struct UnverifiedToken<'a> {
    header: UnverifiedHeader,
    signing_input: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> UnverifiedToken<'a> {
    /// Takes a compact token apart.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] if it is not three parts with a JSON object in front.
    pub fn decode(compact: &'a str) -> Result<Self, TokenError> {
        Self::decode_within(compact, MAX_TOKEN_BYTES)
    }

    /// The same for what may be longer.
    pub(super) fn decode_within(compact: &'a str, most_bytes: usize) -> Result<Self, TokenError> {
        if compact.len() > most_bytes {
            return Err(TokenError::Malformed);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed); // five parts would be an encrypted token
        }
        Ok(Self { header: UnverifiedHeader::read(header)?, signing_input, payload, signature })
    }

    /// Which of our kinds it claims to be.
    #[must_use]
    pub fn claimed_type(&self) -> Option<TokenType> {
        self.header.kind
    }

    /// Which key it names.
    #[must_use]
    pub fn claimed_key_id(&self) -> Option<&str> {
        self.header.key_id()
    }

    /// Climbs to the signed payload of a token of ours.
    pub(super) fn verify(
        self,
        kind: TokenType,
        keys: &KeySet,
    ) -> Result<SignedPayload, TokenError> {
        if self.header.kind != Some(kind) {
            return Err(TokenError::WrongType); // RFC 9068 §4, AT-4
        }
        if self.header.key_id().is_none() {
            return Err(TokenError::UnknownKey); // ours always name theirs
        }
        self.signed_by(keys)
    }

    /// `typ` as it stands, for tokens of others.
    pub(super) fn type_name(&self) -> Option<&str> {
        self.header.type_name()
    }

    /// The members of its header, for the kinds of token that say in it whose key they are of.
    pub(super) fn unverified_header(&self) -> &Map<String, Value> {
        &self.header.members
    }

    /// The algorithm that it names, if it is one of ours.
    pub(super) fn claimed_algorithm(&self) -> Option<Algorithm> {
        self.header.algorithm
    }

    /// What the payload says, believed by nobody: enough to find whose keys to look for. Once [`Self::signer`] has found who signed the token, it is what they
    /// have signed, and need not be read again.
    pub(super) fn unverified_claims(&self) -> Result<Map<String, Value>, TokenError> {
        members(&base64url::decode(self.payload).map_err(|_| TokenError::Malformed)?)
    }

    /// Climbs to the payload that this very key has signed. Which key the header names is of no interest.
    pub(super) fn signed_by_key(
        self,
        kind: TokenType,
        key: &PublicKey,
        allowed: &[Algorithm],
    ) -> Result<SignedPayload, TokenError> {
        if self.header.kind != Some(kind) {
            return Err(TokenError::WrongType);
        }
        let algorithm = self.header.algorithm.filter(|algorithm| allowed.contains(algorithm));
        let algorithm = algorithm.ok_or(TokenError::AlgorithmNotAllowed)?; // RFC 8725 §3.1
        if self.header.critical {
            return Err(TokenError::CriticalExtension); // RFC 7515 §4.1.11
        }
        if !key.has_signed(algorithm, self.signing_input.as_bytes(), self.signature) {
            return Err(TokenError::BadSignature);
        }
        base64url::decode(self.payload).map(SignedPayload).map_err(|_| TokenError::Malformed)
    }

    /// Climbs to the payload that one of these keys has signed.
    pub(super) fn signed_by(self, keys: &KeySet) -> Result<SignedPayload, TokenError> {
        self.signer(keys)?;
        base64url::decode(self.payload).map(SignedPayload).map_err(|_| TokenError::Malformed)
    }

    /// Which of these keys has signed it, and with which algorithm. Without a `kid` the first few that can do the algorithm are tried (RFC 7515 §4.1.4): whoever
    /// publishes many has to name one, so that no key set makes a token costly.
    pub(super) fn signer<'k>(
        &self,
        keys: &'k KeySet,
    ) -> Result<(&'k PublicKey, Algorithm), TokenError> {
        let algorithm = self.header.algorithm.ok_or(TokenError::AlgorithmNotAllowed)?; // RFC 8725 §3.1
        if self.header.critical {
            return Err(TokenError::CriticalExtension); // RFC 7515 §4.1.11
        }
        let named = |key: &&PublicKey| {
            let name = self.header.key_id();
            key.supports(algorithm) && name.is_none_or(|name| key.key_id() == Some(name))
        };
        let mut candidates = keys.iter().filter(named).take(MOST_TRIED).peekable();
        if candidates.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        let signed = |key: &&PublicKey| {
            key.has_signed(algorithm, self.signing_input.as_bytes(), self.signature)
        };
        candidates.find(signed).map(|key| (key, algorithm)).ok_or(TokenError::BadSignature)
    }
}

/// A payload whose signature fits; its claims are still to be judged.
pub(super) struct SignedPayload(Vec<u8>);

impl SignedPayload {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// How many keys are tried for a token that names none.
const MOST_TRIED: usize = 8;

/// Ours stay far below; longer ones are not looked at.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
