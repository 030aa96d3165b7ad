//! Where does randomness come from? From the cryptographic library.

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The `jti` of a proof: 128 random bits. `None` if there is no randomness.
pub(crate) fn token_id() -> Option<String> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}
