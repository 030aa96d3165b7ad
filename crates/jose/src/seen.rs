//! Which access tokens were verified before? One already verified is not verified again: a signature costs more than all else in
//! a call.
//!
//! RFC 9068 §4: what is remembered is that every check held. It counts for the same token, whole, at the same audience, under the same
//! keys, until the token ends; whether it was revoked, the caller asks every time.

mod attestations;
mod memory;

use std::sync::Arc;

pub use self::attestations::SeenAttestations;
use self::memory::Memory;
use crate::{
    AccessTokenClaims, KeySet,
    token::{Audience, Expected, TokenError, verify_access_token},
};

/// A token that was verified, with what its user keeps beside it.
pub struct Verified<V> {
    /// What it says.
    pub claims: Arc<AccessTokenClaims>,
    /// The user's own.
    pub beside: V,
    token: Box<str>,
    keys: Arc<KeySet>,
}

/// A bounded memory of verified tokens.
pub struct SeenTokens<V>(Memory<Verified<V>>);

impl<V> SeenTokens<V> {
    /// Remembers at most about `limit` tokens, and at least half as many.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Memory::new(limit))
    }

    /// Believes a token, or says why not; from memory if it was verified before. A key set that is another value, even with the
    /// same keys in it, makes every token be verified anew. `beside` is made once, when a token is verified. The token comes as
    /// bytes, since that they are text was settled when it was seen first.
    ///
    /// # Errors
    /// The first rule that the token breaks.
    pub fn verify(
        &self,
        compact: &[u8],
        keys: &Arc<KeySet>,
        expected: &Expected<'_>,
        beside: impl FnOnce(&AccessTokenClaims) -> V,
    ) -> Result<Arc<Verified<V>>, TokenError> {
        let hash = self.0.hash(compact);
        if let Some(verified) = self.0.find(hash)
            && verified.still_holds(compact, keys, expected)
        {
            return Ok(verified);
        }
        let text = std::str::from_utf8(compact).map_err(|_| TokenError::Malformed)?;
        let claims = verify_access_token(text, keys, expected)?;
        let verified = Arc::new(Verified {
            beside: beside(&claims),
            claims: Arc::new(claims),
            token: text.into(),
            keys: Arc::clone(keys),
        });
        self.0.keep(hash, Arc::clone(&verified));
        Ok(verified)
    }
}

impl<V> Verified<V> {
    fn still_holds(&self, compact: &[u8], keys: &Arc<KeySet>, expected: &Expected<'_>) -> bool {
        let at_its_audience = match expected.audience {
            Audience::Only(resource) => self.claims.audience == *resource,
            Audience::Any => true,
        };
        self.token.as_bytes() == compact
            && Arc::ptr_eq(&self.keys, keys)
            && at_its_audience
            && self.claims.issuer == *expected.issuer
            && expected.now < self.claims.expires_at
    }
}

#[cfg(test)]
#[path = "seen/tests.rs"]
mod tests;
