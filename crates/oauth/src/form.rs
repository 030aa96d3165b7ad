//! What did the client send? Form-urlencoded pairs, from a query or a body, with the rules of OAuth about them.
//!
//! O21-11: an empty value is an omitted one; a parameter that stands twice is refused, unless it may repeat. The raw text of a
//! value is kept, so that `state` goes back byte for byte.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use thiserror::Error;

/// Pairs as they came, in order.
#[derive(Clone, Debug, Default)]
pub struct Form<'a> {
    pairs: Vec<(Cow<'a, str>, &'a str)>,
}

/// A parameter that cannot be used.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum FormError {
    /// O21-11: it stands more than once.
    #[error("the parameter {0} stands more than once")]
    Repeated(&'static str),
    /// Its percent-encoding is not of UTF-8 text.
    #[error("the parameter {0} is not UTF-8")]
    NotUtf8(&'static str),
}

impl<'a> Form<'a> {
    /// Splits a query or a form body.
    #[must_use]
    pub fn parse(raw: &'a str) -> Self {
        let mut pairs = Vec::with_capacity(USUAL_PAIRS);
        let mut rest = Some(raw);
        while let Some(unread) = rest {
            let (pair, after) = cut(unread, b'&');
            rest = after;
            let (name, value) = cut(pair, b'=');
            // A name that is not UTF-8 is no parameter that anybody knows (O21-11: unknown ones are ignored).
            if let (false, Some(name)) = (pair.is_empty(), decode(name)) {
                pairs.push((name, value.unwrap_or_default()));
            }
        }
        Self { pairs }
    }

    /// The value of a parameter that may stand once.
    ///
    /// # Errors
    /// [`FormError`], if it stands more than once or is not UTF-8.
    pub fn one(&self, name: &'static str) -> Result<Option<Cow<'a, str>>, FormError> {
        self.raw(name)?.map(|raw| decode(raw).ok_or(FormError::NotUtf8(name))).transpose()
    }

    /// The value of a parameter that may stand once, still encoded.
    ///
    /// # Errors
    /// [`FormError::Repeated`], if it stands more than once.
    pub fn raw(&self, name: &'static str) -> Result<Option<&'a str>, FormError> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(FormError::Repeated(name));
        }
        Ok(first)
    }

    /// The values of a parameter that may repeat (`resource`, RFC 8707 §2).
    ///
    /// # Errors
    /// [`FormError::NotUtf8`].
    pub fn many(&self, name: &'static str) -> Result<Vec<Cow<'a, str>>, FormError> {
        self.values(name).map(|raw| decode(raw).ok_or(FormError::NotUtf8(name))).collect()
    }

    /// Whether every parameter is one of these.
    #[must_use]
    pub fn has_only(&self, names: &[&str]) -> bool {
        self.pairs.iter().all(|(name, _)| names.contains(&name.as_ref()))
    }

    /// The pairs once more but for these parameters, safe to stand in a query; values stay in their own encoding.
    #[must_use]
    pub fn without(&self, left_out: &[&str]) -> String {
        let mut text = String::new();
        for (name, raw) in &self.pairs {
            if left_out.contains(&name.as_ref()) || raw.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push('&');
            }
            text.extend([&encode(name), "=", &safe_raw(raw)]);
        }
        text
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, raw)| key == name && !raw.is_empty())
            .map(|(_, raw)| *raw)
    }
}

/// Percent-encodes a value for a query (everything but the unreserved characters).
#[must_use]
pub fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// A raw value made safe to stand in a query: what is encoded stays as it is, what could end the value is encoded.
#[must_use]
pub fn safe_raw(raw: &str) -> Cow<'_, str> {
    safe(raw, b"-._~!$'()*+,;:@/?%=")
}

/// A whole query made safe to stand in a URL, its separators kept.
#[must_use]
pub fn safe_query(raw: &str) -> Cow<'_, str> {
    safe(raw, b"-._~!$'()*+,;:@/?%=&")
}

fn safe<'r>(raw: &'r str, kept: &[u8]) -> Cow<'r, str> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || kept.contains(&byte);
    if raw.bytes().all(is_safe) {
        return Cow::Borrowed(raw);
    }
    let hex =
        |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase();
    let mut text = String::with_capacity(raw.len() + 16);
    for byte in raw.bytes() {
        if is_safe(byte) {
            text.push(char::from(byte));
        } else {
            text.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    Cow::Owned(text)
}

/// What stands before the first such (ASCII) character, and what stands after it if there is one.
fn cut(text: &str, at: u8) -> (&str, Option<&str>) {
    let place = memchr(at, text.as_bytes());
    let parts = place.and_then(|place| Some((text.get(..place)?, text.get(place + 1..)?)));
    parts.map_or((text, None), |(before, after)| (before, Some(after)))
}

fn decode(raw: &str) -> Option<Cow<'_, str>> {
    let coded = |bytes: &[u8]| memchr2(b'%', b'+', bytes);
    let mut rest = raw.as_bytes();
    let Some(mut plain) = coded(rest) else {
        return Some(Cow::Borrowed(raw));
    };
    let mut bytes = Vec::with_capacity(raw.len());
    while let Some((before, from_there)) = rest.split_at_checked(plain) {
        bytes.extend_from_slice(before);
        rest = match from_there {
            [] => break,
            [b'+', after @ ..] => {
                bytes.push(b' ');
                after
            }
            [b'%', high, low, after @ ..]
                if let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low)) =>
            {
                bytes.push(high << 4 | low);
                after
            }
            [other, after @ ..] => {
                bytes.push(*other);
                after
            }
        };
        plain = coded(rest).unwrap_or(rest.len());
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// As many as a request of a client has.
const USUAL_PAIRS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o21_11_once_empty_and_unknown() {
        let form = Form::parse("a=1&b=&c=x+y%20z&d=1&d=2&%zz=1&e&f=%ff");
        assert_eq!(form.one("a"), Ok(Some("1".into())));
        assert_eq!(form.one("b"), Ok(None));
        assert_eq!(form.one("c"), Ok(Some("x y z".into())));
        assert_eq!(form.one("d"), Err(FormError::Repeated("d")));
        assert_eq!(form.many("d"), Ok(vec!["1".into(), "2".into()]));
        assert_eq!(form.one("e"), Ok(None));
        assert_eq!(form.one("f"), Err(FormError::NotUtf8("f")));
        assert_eq!(form.one("g"), Ok(None));
        for (raw, value) in [
            ("a=%2B%2b+", "++ "),
            ("a=x%", "x%"),
            ("a=%2", "%2"),
            ("a=%2g%41", "%2gA"),
            ("a=%%41", "%A"),
            ("a=%C3%A9", "é"),
        ] {
            assert_eq!(Form::parse(raw).one("a"), Ok(Some(value.into())), "{raw}");
        }
    }

    #[test]
    fn a_raw_value_goes_back_as_it_came() {
        for raw in ["a%2Bb+c", "%7e~", "%ff%00", "x=y", "é"] {
            let query = format!("state={raw}");
            let form = Form::parse(&query);
            let back = safe_raw(form.raw("state").unwrap().unwrap()).into_owned();
            if raw.is_ascii() {
                assert_eq!(back, raw);
            } else {
                assert_eq!(back, "%C3%A9");
            }
        }
        assert_eq!(safe_raw("a#b c&d"), "a%23b%20c%26d");
        assert_eq!(safe_query("a=#\r\n&b=1"), "a=%23%0D%0A&b=1");
    }
}
