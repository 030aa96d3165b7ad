//! Where does randomness come from? From the cryptographic library.

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::Unavailable;

/// So many random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Unavailable> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Unavailable::Chance)?;
    Ok(bytes)
}

/// The `jti` of a token: 128 random bits.
pub(crate) fn token_id() -> Result<String, Unavailable> {
    Ok(URL_SAFE_NO_PAD.encode(random::<16>()?))
}
