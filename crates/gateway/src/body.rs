//! Is the body taken in? Whole, within limits, as plain JSON text: what is judged must be what goes up.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::{
    Limits,
    refusal::{BodyFault, Refusal},
};

/// The body of a POST.
pub(crate) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    limits: Limits,
) -> Result<Bytes, Refusal> {
    check_form(headers).map_err(Refusal::Body)?;
    if body.size_hint().lower() > u64::try_from(limits.body_bytes).unwrap_or(u64::MAX) {
        return Err(Refusal::Body(BodyFault::TooLarge));
    }
    // Most bodies were read before anybody was asked to answer: they are one piece, and nothing is waited for or copied.
    let first = match body.frame().now_or_never() {
        Some(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        Some(Some(Err(_))) => return Err(Refusal::Body(BodyFault::Broken)),
        Some(None) => return Ok(Bytes::new()),
        None => Bytes::new(),
    };
    if first.len() > limits.body_bytes {
        return Err(Refusal::Body(BodyFault::TooLarge));
    }
    if body.is_end_stream() {
        return Ok(first);
    }
    rest(first, body, limits).await
}

async fn rest(first: Bytes, body: Body, limits: Limits) -> Result<Bytes, Refusal> {
    let whole = Limited::new(body, limits.body_bytes - first.len()).collect();
    let read = in_time(limits.body_time, whole).await?.map_err(|error| {
        let too_large = error.is::<LengthLimitError>();
        Refusal::Body(if too_large { BodyFault::TooLarge } else { BodyFault::Broken })
    })?;
    let rest = read.to_bytes();
    Ok(if first.is_empty() { rest } else { [first, rest].concat().into() })
}

/// GET and DELETE of Streamable HTTP have no body; one that is there would go up unjudged.
pub(crate) fn must_be_empty(body: &Body) -> Result<(), Refusal> {
    if body.is_end_stream() { Ok(()) } else { Err(Refusal::Body(BodyFault::Unexpected)) }
}

/// One type and one encoding, so that nobody can read the same bytes as something else.
fn check_form(headers: &HeaderMap) -> Result<(), BodyFault> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(BodyFault::Encoded);
    }
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    match (types.next(), types.next()) {
        (Some(media_type), None) if is_plain_json(media_type) => Ok(()),
        _ => Err(BodyFault::MediaType),
    }
}

/// `application/json`, with no other character set than UTF-8.
fn is_plain_json(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let mut parameters = parts.filter(|part| !part.is_empty());
    json && parameters.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

async fn in_time<T>(limit: Duration, reading: impl Future<Output = T>) -> Result<T, Refusal> {
    tokio::time::timeout(limit, reading).await.map_err(|_| Refusal::Body(BodyFault::Slow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_that_it_is_json_and_nothing_else() {
        for (media_type, fine) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; charset=utf-16", false),
            ("application/json-rpc", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("application/json, text/plain", false),
        ] {
            let value = HeaderValue::from_static(media_type);
            assert_eq!(is_plain_json(&value), fine, "{media_type}");
        }
    }

    fn json() -> HeaderMap {
        let value = HeaderValue::from_static("application/json");
        HeaderMap::from_iter([(header::CONTENT_TYPE, value)])
    }

    fn chunks(chunks: &'static [&'static str]) -> Body {
        let chunks = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from(*chunk)));
        Body::from_stream(futures_util::stream::iter(chunks))
    }

    #[tokio::test]
    async fn the_limit_counts_whether_or_not_a_length_is_announced() {
        let limits = Limits { body_bytes: 4, body_time: Duration::from_secs(5) };
        assert_eq!(read(&json(), chunks(&["ab", "cd"]), limits).await.unwrap(), "abcd");
        for body in [chunks(&["ab", "cd", "e"]), Body::from("abcde")] {
            let refused = read(&json(), body, limits).await;
            assert!(matches!(refused, Err(Refusal::Body(BodyFault::TooLarge))));
        }
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_and_one_that_breaks_off_are_refused() {
        let limits = Limits { body_time: Duration::from_millis(10), ..Limits::default() };
        let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let refused = read(&json(), Body::from_stream(never), limits).await;
        assert!(matches!(refused, Err(Refusal::Body(BodyFault::Slow))));
        let broken = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
        let refused = read(&json(), Body::from_stream(broken), limits).await;
        assert!(matches!(refused, Err(Refusal::Body(BodyFault::Broken))));
    }
}
