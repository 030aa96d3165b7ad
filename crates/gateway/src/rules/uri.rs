//! Is a URI written in its plain form? Dot segments, letter case of scheme and host, percent signs (RFC 3986 §6.2.2).

use url::Url;

/// The plain form, if the URI is written otherwise.
pub(super) fn plain_form(uri: &str) -> Option<String> {
    let tidied = Url::parse(uri).map_or_else(|_| uri.to_owned(), String::from);
    let mut plain = decoded(&tidied);
    // Decoding may have brought forth dot segments.
    if let Ok(again) = Url::parse(&plain) {
        plain = decoded(again.as_str());
    }
    (plain != uri).then_some(plain)
}

/// Every `%xx` read, once; what is then no UTF-8 is replaced.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, then) = escape(rest).unwrap_or((*first, after));
        bytes.push(byte);
        rest = then;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The byte that an escape at the beginning stands for, and what follows.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, after @ ..] = text else {
        return None;
    };
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = digit(*high)? << 4 | digit(*low)?;
    Some((u8::try_from(byte).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3986_6_2_2_other_spellings_are_seen_through() {
        for (uri, plain) in [
            ("file:///a/b", None),
            ("notes://all", None),
            ("no scheme", None),
            ("file:///a/../b", Some("file:///b")),
            ("file:///%61", Some("file:///a")),
            ("file:///x/%2e%2e/b", Some("file:///b")),
            ("file:///x/..%2fb", Some("file:///b")),
            ("NOTES://all", Some("notes://all")),
            ("file:///100%", None),
            ("file:///%zz", None),
        ] {
            assert_eq!(plain_form(uri).as_deref(), plain, "{uri}");
        }
    }
}
