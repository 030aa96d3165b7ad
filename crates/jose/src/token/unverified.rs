//! Which kind of token is this, which key does it name, and did that key sign it?
//!
//! Implements: RFC 7515 §5.2 and RFC 8725 §3.1, §3.2, §3.11: kind and algorithm are checked before a key is looked for, and the key comes
//! from our set by its name alone. The lowest rung of the ladder: nothing of the payload can be read from here.

use super::TokenError;
use super::header::{TokenType, UnverifiedHeader};
use crate::{KeySet, base64url};

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
        if compact.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed); // five parts would be an encrypted token
        }
        Ok(Self {
            header: UnverifiedHeader::read(header)?,
            signing_input,
            payload,
            signature,
        })
    }

    /// Which of our kinds it claims to be.
    #[must_use]
    pub fn claimed_type(&self) -> Option<TokenType> {
        self.header.kind
    }

    /// Which key it names.
    #[must_use]
    pub fn claimed_key_id(&self) -> Option<&str> {
        self.header.key_id.as_deref()
    }

    /// Climbs to the signed payload.
    pub(super) fn verify(
        self,
        kind: TokenType,
        keys: &KeySet,
    ) -> Result<SignedPayload, TokenError> {
        if self.header.kind != Some(kind) {
            return Err(TokenError::WrongType); // RFC 9068 §4, AT-4
        }
        let algorithm = self
            .header
            .algorithm
            .ok_or(TokenError::AlgorithmNotAllowed)?; // RFC 8725 §3.1
        if self.header.critical {
            return Err(TokenError::CriticalExtension); // RFC 7515 §4.1.11
        }
        let key_id = self
            .header
            .key_id
            .as_deref()
            .ok_or(TokenError::UnknownKey)?;
        let mut candidates = keys.candidates(key_id, algorithm).peekable();
        if candidates.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        if !candidates
            .any(|key| key.has_signed(algorithm, self.signing_input.as_bytes(), self.signature))
        {
            return Err(TokenError::BadSignature);
        }
        base64url::decode(self.payload)
            .map(SignedPayload)
            .map_err(|_| TokenError::Malformed)
    }
}

/// A payload whose signature fits; its claims are still to be judged.
pub(super) struct SignedPayload(Vec<u8>);

impl SignedPayload {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Ours stay far below; longer ones are not looked at.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
