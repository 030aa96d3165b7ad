//! What does a one-time code look like, and which one is this? 60 random bits in twelve letters and digits that can be read out; only its keyed hash is kept.

use salver_jose::{DerivedKey, KeyPurpose, MasterKey};
use salver_store::record::Digest;

use crate::{StartError, chance::random};

/// Knows codes by their hashes.
pub(crate) struct Codes(DerivedKey);

impl Codes {
    pub(crate) fn new(key: DerivedKey) -> Self {
        Self(key)
    }

    /// The hash of what a person has typed: letter case and dashes do not count, and letters that look like digits are those.
    pub(crate) fn digest(&self, typed: &str) -> Digest {
        self.0.hmac(plain(typed).as_bytes())
    }
}

/// A new code and its digest, for the store of the service with this master key.
///
/// # Errors
/// If the cryptographic library fails.
pub fn one_time_code(master_key: &MasterKey) -> Result<(String, Digest), StartError> {
    let key = master_key.derive(KeyPurpose::TokenHashes).map_err(|_| StartError::Library)?;
    let drawn = random::<LENGTH>().map_err(|_| StartError::Library)?;
    let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied();
    let letters: Vec<u8> = drawn.iter().filter_map(letter).collect();
    let parts: Vec<&[u8]> = letters.chunks(4).collect();
    let code = String::from_utf8_lossy(&parts.join(&b'-')).into_owned();
    let digest = Codes::new(key).digest(&code);
    Ok((code, digest))
}

fn plain(typed: &str) -> String {
    let letters = typed.chars().filter(|letter| !matches!(letter, '-' | ' '));
    let letters = letters.map(|letter| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    letters.take(LONGEST).collect()
}

/// Crockford's base 32: no I, L, O, U. A power of two, so that a random byte gives each with the same chance.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let master_key = MasterKey::from_bytes([1; 32]);
        let (code, digest) = one_time_code(&master_key).unwrap();
        assert_eq!((code.len(), code.matches('-').count()), (14, 2), "{code}");
        let codes = Codes::new(master_key.derive(KeyPurpose::TokenHashes).unwrap());
        let looks = code.replace('0', "o").replace('1', "l");
        for typed in [&code, &code.to_lowercase(), &code.replace('-', " "), &looks] {
            assert_eq!(codes.digest(typed), digest, "{typed}");
        }
        let (other, _) = one_time_code(&master_key).unwrap();
        assert_ne!(codes.digest(&other), digest);
    }
}
