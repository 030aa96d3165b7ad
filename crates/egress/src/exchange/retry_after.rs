//! How long does a host ask to be left in peace? `Retry-After` with 429 or 503.
//!
//! RFC 9110 §10.2.3: a number of seconds or a date; RFC 6585 §4 (429). What cannot be read asks for nothing.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

/// The time that a refusal asks for, unbounded: the caller bounds it.
pub(super) fn asked(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    httpdate::parse_http_date(value).ok()?.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_count_with_429_and_503_only() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // the date below
        for (status, value, expected) in [
            (429, "120", Some(120)),
            (503, " 7 ", Some(7)),
            (503, "0", Some(0)),
            (503, "99999999999999999999999", Some(u64::MAX)),
            (503, "Sun, 06 Nov 1994 08:59:37 GMT", Some(600)),
            (503, "Sun, 06 Nov 1994 08:39:37 GMT", None),
            (500, "120", None),
            (403, "120", None),
            (429, "-1", None),
            (429, "1.5", None),
            (429, "soon", None),
            (429, "", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, http::HeaderValue::from_static(value));
            let status = StatusCode::from_u16(status).expect("the table holds statuses");
            let expected = expected.map(Duration::from_secs);
            assert_eq!(asked(status, &headers, now), expected, "{status} {value}");
        }
        assert_eq!(asked(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), now), None);
    }
}
