//! How do bytes travel in tokens and keys? base64url without padding (RFC 7515 §2), one spelling per value: stray bits
//! at the end are refused.

use base64::{DecodeError, Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn append(bytes: impl AsRef<[u8]>, to: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, to);
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    URL_SAFE_NO_PAD.decode(text)
}
