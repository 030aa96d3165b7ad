//! Is this challenge one of ours, and still fresh? Nothing is kept for it before it is answered; then the store keeps its digest, and it is good no more.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::DerivedKey;
use salver_oauth::Timestamp;
use salver_store::record::Digest;

use crate::{Unavailable, chance::random};

/// Makes challenges and knows them again.
pub(crate) struct Challenges(DerivedKey);

impl Challenges {
    pub(crate) fn new(key: DerivedKey) -> Self {
        Self(key)
    }

    /// A new one.
    pub(crate) fn make(&self, now: Timestamp) -> Result<String, Unavailable> {
        let mut said = [0; SAID];
        let (time, rest) = said.split_at_mut(TIME);
        time.copy_from_slice(&now.as_unix().to_be_bytes());
        rest.copy_from_slice(&random::<16>()?);
        let tag = self.0.hmac(&said);
        Ok(URL_SAFE_NO_PAD.encode([&said[..], &tag[..]].concat()))
    }

    /// The digest of a challenge that is ours and fresh: what makes it good once.
    pub(crate) fn check(&self, text: &str, now: Timestamp) -> Option<Digest> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (said, tag) = bytes.split_at_checked(SAID)?;
        if !self.0.verify_hmac(said, tag) {
            return None;
        }
        let (time, _) = said.split_first_chunk::<TIME>()?;
        let age = now.seconds_since(Timestamp::from_unix(i64::from_be_bytes(*time)));
        // A clock that was turned back makes no challenge good again for long.
        (-CHALLENGE_SECONDS..CHALLENGE_SECONDS).contains(&age).then(|| self.0.hmac(text.as_bytes()))
    }
}

/// How long a challenge is good.
pub(crate) const CHALLENGE_SECONDS: i64 = 300;
const TIME: usize = 8;
const SAID: usize = TIME + 16;

#[cfg(test)]
mod tests {
    use salver_jose::{KeyPurpose, MasterKey};

    use super::*;

    fn challenges(key: u8) -> Challenges {
        Challenges::new(MasterKey::from_bytes([key; 32]).derive(KeyPurpose::Tickets).unwrap())
    }

    #[test]
    fn own_and_fresh_challenges_are_known() {
        let at = |seconds: i64| Timestamp::from_unix(1_790_000_000 + seconds);
        let (ours, others) = (challenges(1), challenges(2));
        let challenge = ours.make(at(0)).unwrap();
        assert_ne!(challenge, ours.make(at(0)).unwrap());
        let cut = challenge.get(..20).unwrap();
        for (why, challenges, text, seconds, good) in [
            ("own and new", &ours, challenge.as_str(), 0, true),
            ("… to its last second", &ours, &challenge, 299, true),
            ("stale", &ours, &challenge, 300, false),
            ("foreign", &others, &challenge, 0, false),
            ("cut", &ours, cut, 0, false),
            ("no challenge at all", &ours, "", 0, false),
        ] {
            assert_eq!(challenges.check(text, at(seconds)).is_some(), good, "{why}");
        }
        assert_eq!(ours.check(&challenge, at(0)), ours.check(&challenge, at(9)));
    }
}
