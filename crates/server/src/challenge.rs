//! Is this a challenge of ours, and still good? What an installation puts into the proof of its key, so that no proof is made ahead of time (ABCA-4, ABCA-7).
//!
//! A challenge is its end with a keyed hash: nothing is stored for it, and every node knows those of the others. It may be answered more than once; that each
//! answer counts once is the business of its `jti`. A DPoP nonce (RFC 9449 §8) is the same.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::seal::DerivedKey;
use salver_oauth::Timestamp;

/// A fresh challenge.
#[must_use]
pub(crate) fn make(key: &DerivedKey, now: Timestamp) -> String {
    let end = now.plus_seconds(LIFE_SECONDS).as_unix().to_be_bytes();
    URL_SAFE_NO_PAD.encode([&end[..], &key.hmac(&end)].concat())
}

/// Whether this was made here, or on another node, and is not over.
#[must_use]
pub(crate) fn is_live(challenge: &str, key: &DerivedKey, now: Timestamp) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(challenge) else {
        return false;
    };
    bytes.split_first_chunk::<8>().is_some_and(|(end, tag)| {
        key.verify_hmac(end, tag) && now < Timestamp::from_unix(i64::from_be_bytes(*end))
    })
}

/// How long a challenge may be answered, in seconds: as long as the proof that answers it.
pub(crate) const LIFE_SECONDS: i64 = salver_jose::PROOF_SECONDS;

#[cfg(test)]
mod tests {
    use salver_jose::seal::{KeyPurpose, MasterKey};

    use super::*;

    fn key(byte: u8) -> DerivedKey {
        MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::Challenges).unwrap()
    }

    #[test]
    fn abca_4_own_and_live_or_not_at_all() {
        let at = |seconds| Timestamp::from_unix(1_790_000_000 + seconds);
        let challenge = make(&key(1), at(0));
        let longer = make(&key(1), at(1));
        for (why, challenge, byte, seconds, live) in [
            ("fresh", &*challenge, 1, 0, true),
            ("at its last second", &challenge, 1, LIFE_SECONDS - 1, true),
            ("over", &challenge, 1, LIFE_SECONDS, false),
            ("of another server", &challenge, 2, 0, false),
            ("cut", &challenge[..challenge.len() - 2], 1, 0, false),
            ("nothing", "", 1, 0, false),
            ("no base64url", "=", 1, 0, false),
            ("with another end", &format!("{}{}", &longer[..11], &challenge[11..]), 1, 0, false),
        ] {
            assert_eq!(is_live(challenge, &key(byte), at(seconds)), live, "{why}");
        }
    }
}
