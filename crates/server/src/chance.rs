//! Where does randomness come from? The one place of this crate that draws it, replaceable in tests.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Gives random bytes that nobody can foresee.
pub trait Chance: Send + Sync + 'static {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// The randomness of the cryptographic library.
#[derive(Debug, Default)]
pub struct SystemChance(SystemRandom);

impl Chance for SystemChance {
    #[expect(
        clippy::expect_used,
        reason = "without chance no secret can be made: the request must not go on"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("the system gives randomness");
    }
}

/// So many random bytes.
#[must_use]
pub fn random<const N: usize>(chance: &dyn Chance) -> [u8; N] {
    let mut bytes = [0; N];
    chance.fill(&mut bytes);
    bytes
}

/// A bearer secret of 256 random bits, as 43 characters of base64url.
#[must_use]
pub fn secret_text(chance: &dyn Chance) -> String {
    URL_SAFE_NO_PAD.encode(random::<32>(chance))
}

/// The code of an attempt: 60 random bits (DESIGN 4.10), written so that it can be read out over a telephone.
#[must_use]
pub fn attempt_code(chance: &dyn Chance) -> String {
    written(random(chance))
}

/// The number of a ticket, and the code of the attempt that it belongs to.
#[must_use]
pub(crate) fn ticket_and_attempt(chance: &dyn Chance) -> ([u8; 16], String) {
    let mut drawn = [[0; 16]; 2];
    chance.fill(drawn.as_flattened_mut());
    let [number, code] = drawn;
    (number, written(code))
}

/// The first 60 bits of it.
fn written(code: [u8; 16]) -> String {
    let letters = code.map(|byte| LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'0'));
    let text: Vec<&[u8]> = letters.chunks(4).take(3).collect();
    String::from_utf8_lossy(&text.join(&b'-')).into_owned()
}

/// Crockford's base 32: no I, L, O, U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_code_can_be_read_out() {
        let code = attempt_code(&SystemChance::default());
        assert_eq!(code.len(), 14);
        assert!(
            code.split('-')
                .all(|part| part.len() == 4 && part.bytes().all(|c| LETTERS.contains(&c))),
            "{code}"
        );
        assert_ne!(code, attempt_code(&SystemChance::default()));
    }
}
