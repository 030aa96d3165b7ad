//! May this refresh token be used, and what comes of it? DESIGN 4.9; O21-37, R-13.
//!
//! A token is a name for one generation of one installation, a secret, and a seal by which we know our own: a dead token of ours is
//! theft, while anything else is just not a token. The secret of a successor follows from the token presented and its
//! generation, so that the same answer can be given twice although only hashes are stored.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use crate::{InstallationId, Timestamp};

/// A refresh token of ours. Neither `Debug` nor `Display` shows it.
#[derive(Clone)]
pub struct RefreshToken {
    installation: InstallationId,
    generation: u32,
    secret: [u8; 32],
}

/// A keyed function that only this server can compute.
pub trait Keyed {
    /// The value for these bytes.
    fn of(&self, bytes: &[u8]) -> [u8; 32];
}

/// What is known of the installation that a token names.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'s> {
    /// Its generation.
    pub generation: u32,
    /// Digest of the token that is good now.
    pub current: &'s [u8; 32],
    /// Digest of the one before.
    pub previous: Option<&'s [u8; 32]>,
    /// When the current one was made.
    pub rotated_at: Timestamp,
    /// Whether a token of the current generation was used.
    pub successor_used: bool,
    /// Whether it and its grant still stand.
    pub live: bool,
}

/// What becomes of a token that was presented.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// It is the good one: it is rotated.
    Rotate,
    /// It was just rotated by somebody who raced with this request: the same successor again.
    Repeat,
    /// It was rotated, the answer was lost, and nobody used what was in it: a fresh pair, and the unused one dies.
    Replace,
    /// It is dead: somebody has a copy. The family ends.
    Theft,
    /// The family has ended.
    Ended,
}

/// For how long after a rotation the token before gets the same successor, in seconds (DESIGN 4.9).
pub const REPEAT_SECONDS: i64 = 10;

/// Decides about a token by its digest.
#[must_use]
pub fn decide(standing: &Standing<'_>, presented: &[u8; 32], now: Timestamp) -> Decision {
    let is = |kept: &[u8; 32]| bool::from(kept.ct_eq(presented));
    if !standing.live {
        return Decision::Ended;
    }
    if is(standing.current) {
        return Decision::Rotate;
    }
    if !standing.previous.is_some_and(is) {
        return Decision::Theft;
    }
    if now.seconds_since(standing.rotated_at) <= REPEAT_SECONDS {
        return Decision::Repeat;
    }
    if standing.successor_used { Decision::Theft } else { Decision::Replace }
}

impl RefreshToken {
    /// The first token of an installation, from 32 random bytes.
    #[must_use]
    pub fn first(installation: InstallationId, secret: [u8; 32]) -> Self {
        Self { installation, generation: 0, secret }
    }

    /// The token that follows this one as generation `generation`: always the same for the same two.
    #[must_use]
    pub fn successor(&self, generation: u32, key: &impl Keyed) -> Self {
        let mut input = b"successor\0".to_vec();
        input.extend(self.body());
        input.extend(generation.to_be_bytes());
        Self { installation: self.installation, generation, secret: key.of(&input) }
    }

    /// The installation that it names.
    #[must_use]
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// The digest that is stored in its place.
    #[must_use]
    pub fn digest(&self, key: &impl Keyed) -> [u8; 32] {
        let mut input = b"digest\0".to_vec();
        input.extend(self.body());
        key.of(&input)
    }

    /// Its text, for the client alone.
    #[must_use]
    pub fn reveal(&self, key: &impl Keyed) -> String {
        let mut bytes = self.body().to_vec();
        bytes.extend(self.seal(key));
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a token, if it is one of ours, of whatever age.
    #[must_use]
    pub fn parse(text: &str, key: &impl Keyed) -> Option<Self> {
        let mut bytes = [0; BODY + SEAL];
        let length = URL_SAFE_NO_PAD.decode_slice(text.strip_prefix(PREFIX)?, &mut bytes).ok()?;
        let (installation, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (secret, seal) = rest.split_first_chunk::<32>()?;
        let token = Self {
            installation: InstallationId::from_bytes(*installation),
            generation: u32::from_be_bytes(*generation),
            secret: *secret,
        };
        let ours = length == bytes.len() && bool::from(token.seal(key).ct_eq(seal));
        ours.then_some(token)
    }

    fn seal(&self, key: &impl Keyed) -> [u8; SEAL] {
        let mut input = b"seal\0".to_vec();
        input.extend(self.body());
        let whole = key.of(&input);
        let mut seal = [0; SEAL];
        for (kept, byte) in seal.iter_mut().zip(whole) {
            *kept = byte;
        }
        seal
    }

    fn body(&self) -> [u8; BODY] {
        let mut body = [0; BODY];
        let generation = self.generation.to_be_bytes();
        let parts = self.installation.as_bytes().iter().chain(&generation).chain(&self.secret);
        for (place, byte) in body.iter_mut().zip(parts) {
            *place = *byte;
        }
        body
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefreshToken({}, generation {})", self.installation, self.generation)
    }
}

/// What refresh tokens begin with, so that scanners for leaked secrets know them.
const PREFIX: &str = "slvr_rt_";
const BODY: usize = 16 + 4 + 32;
const SEAL: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    struct Sha;
    impl Keyed for Sha {
        fn of(&self, bytes: &[u8]) -> [u8; 32] {
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)
                .as_ref()
                .try_into()
                .unwrap()
        }
    }

    #[test]
    fn design_4_9_the_table_of_decisions() {
        let (current, previous, older) = ([1; 32], [2; 32], [3; 32]);
        let at = |seconds: i64| Timestamp::from_unix(1_000 + seconds);
        let standing = |successor_used, live| Standing {
            generation: 4,
            current: &current,
            previous: Some(&previous),
            rotated_at: at(0),
            successor_used,
            live,
        };
        for (why, standing, presented, now, expected) in [
            ("the good one", standing(false, true), &current, at(99), Decision::Rotate),
            ("a race", standing(false, true), &previous, at(10), Decision::Repeat),
            (
                "a race, and the other already works",
                standing(true, true),
                &previous,
                at(10),
                Decision::Repeat,
            ),
            ("the answer was lost", standing(false, true), &previous, at(11), Decision::Replace),
            ("the answer arrived", standing(true, true), &previous, at(11), Decision::Theft),
            (
                "more than one generation back",
                standing(false, true),
                &older,
                at(1),
                Decision::Theft,
            ),
            ("the family has ended", standing(false, false), &current, at(1), Decision::Ended),
            ("… for dead tokens too", standing(false, false), &older, at(1), Decision::Ended),
        ] {
            assert_eq!(decide(&standing, presented, now), expected, "{why}");
        }
    }

    #[test]
    fn a_token_reads_back_and_a_changed_one_does_not() {
        let token = RefreshToken::first(InstallationId::from_bytes([9; 16]), [7; 32]);
        let text = token.reveal(&Sha);
        let read = RefreshToken::parse(&text, &Sha).unwrap();
        assert_eq!(read.digest(&Sha), token.digest(&Sha));
        for position in PREFIX.len()..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            assert!(
                RefreshToken::parse(std::str::from_utf8(&changed).unwrap(), &Sha).is_none(),
                "at {position}"
            );
        }
        assert!(RefreshToken::parse("slvr_rt_", &Sha).is_none());
        assert!(!format!("{token:?}").contains("7, 7"));
    }

    #[test]
    fn a_successor_is_the_same_for_the_same_token_and_generation_only() {
        let token = RefreshToken::first(InstallationId::from_bytes([9; 16]), [7; 32]);
        let digest = |token: &RefreshToken| token.digest(&Sha);
        assert_eq!(digest(&token.successor(1, &Sha)), digest(&token.successor(1, &Sha)));
        assert_ne!(digest(&token.successor(1, &Sha)), digest(&token.successor(2, &Sha)));
    }
}
