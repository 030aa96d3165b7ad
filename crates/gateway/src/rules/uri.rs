//! How else might a server read this URI? Dot segments, letter case of scheme and host, percent signs (RFC 3986 §6.2.2).
//!
//! A scheme of a server's own is often read as a path from its first slashes on, so that is one of the forms.

use url::Url;

/// The other forms; empty for a URI that everybody reads alike.
pub(super) fn other_forms(uri: &str) -> Vec<String> {
    let decoded_first = decoded(uri);
    let parsed = |text: &str| Url::parse(text).map(String::from).ok();
    let as_url = parsed(uri).map(|tidied| decoded(&tidied));
    let forms = [
        parsed(&decoded_first).map(|tidied| decoded(&tidied)),
        as_url,
        Some(as_path(&decoded_first)),
        Some(decoded_first),
    ];
    let mut others: Vec<String> = forms.into_iter().flatten().filter(|form| form != uri).collect();
    others.sort_unstable();
    others.dedup();
    others
}

/// Without dot segments, the host taken for a segment like any other.
fn as_path(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let mut segments: Vec<&str> = Vec::new();
    for segment in rest.split(['/', '\\']) {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let path = segments.join("/");
    if scheme.is_empty() { path } else { format!("{}://{path}", scheme.to_ascii_lowercase()) }
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
    let byte = (digit(*high)? << 4) | digit(*low)?;
    Some((u8::try_from(byte).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3986_6_2_2_other_spellings_are_seen_through() {
        for (uri, other) in [
            ("file:///a/../b", "file:///b"),
            ("file:///%61", "file:///a"),
            ("file:///x/%2e%2e/b", "file:///b"),
            ("file:///x/..%2fb", "file:///b"),
            ("file:///x\\..\\b", "file:///b"),
            ("NOTES://all", "notes://all"),
            ("notes://x/../private", "notes://private"),
            ("notes://x/%2e%2e/private", "notes://private"),
            ("a b/../c", "c"),
        ] {
            let forms = other_forms(uri);
            assert!(forms.iter().any(|form| form == other), "{uri}: {forms:?}");
        }
        for uri in ["file:///a/b", "notes://all", "notes://all/1", "no scheme", "file:///%zz", ""] {
            assert!(other_forms(uri).is_empty(), "{uri}: {:?}", other_forms(uri));
        }
    }
}
