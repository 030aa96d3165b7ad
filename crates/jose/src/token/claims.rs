//! What do the claims of somebody else's token say? The forms of RFC 7519 §4.1 and RFC 7515 §4.1.9 that all of them share.

use salver_oauth::json;
use serde_json::{Map, Value};

use super::TokenError;

/// The claims.
///
/// # Errors
/// [`TokenError::Malformed`], if the payload is no JSON object.
pub(super) fn members(payload: &[u8]) -> Result<Map<String, Value>, TokenError> {
    match json::parse(payload) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(TokenError::Malformed),
    }
}

/// A point in time in seconds (RFC 7519 §2): a number, perhaps with a fraction, which is cut off.
///
/// # Errors
/// [`TokenError::MalformedClaim`], if it is something else.
pub(super) fn seconds(
    claims: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<i64>, TokenError> {
    let malformed = TokenError::MalformedClaim(name);
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "cut off to whole seconds, saturating"
            )]
            let whole = number.as_i64().or_else(|| number.as_f64().map(|fraction| fraction as i64));
            whole.map(Some).ok_or(malformed)
        }
        Some(_) => Err(malformed),
    }
}

/// Whether this is the only audience (BIS-1, SW-5): a text, or an array of exactly one. Who signs for many servers must sign for one at a time, or each could
/// replay at the others what it was sent.
pub(super) fn is_only_audience(claims: &Map<String, Value>, issuer: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(list)) => {
            matches!(list.as_slice(), [Value::String(one)] if one == issuer)
        }
        _ => false,
    }
}

/// Whether a `typ` is one of these: media types ignore case, and `application/` may be left out (RFC 7515 §4.1.9).
pub(super) fn is_type(name: &str, known: &[&str]) -> bool {
    let bare = match name.split_once('/') {
        Some((family, rest)) if family.eq_ignore_ascii_case("application") => rest,
        _ => name,
    };
    known.iter().any(|known| known.eq_ignore_ascii_case(bare))
}
