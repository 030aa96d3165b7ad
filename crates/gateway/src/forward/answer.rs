//! What comes back? JSON, event streams and empty bodies, under a policy that makes nothing of them (DESIGN §7.11).

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, response::Parts};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use salver_egress::upstream::UpstreamBody;

use super::{data::Data, hop};
use crate::refusal::UpstreamFault;

/// An answer that may pass, before its body is joined.
pub(crate) enum Passing {
    /// Whole and ready, or as short as it comes.
    Plain(Response<Body>),
    /// An event stream: it must be watched.
    Stream(Response<Data>),
}

/// Judges an answer and takes off what must not pass.
pub(crate) async fn pass(
    answer: Response<UpstreamBody>,
    patience: Duration,
) -> Result<Passing, UpstreamFault> {
    let (mut head, body) = answer.into_parts();
    let status = head.status;
    // The server behind has no say about logins and other addresses.
    let misplaced =
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    if misplaced || status.is_informational() || status.is_redirection() {
        return Err(UpstreamFault::Status(status));
    }
    let kind = kind(&head.headers);
    retain_passing(&mut head.headers);
    sandbox(&mut head.headers);
    head.extensions.clear();
    match kind {
        _ if body.is_end_stream() => Ok(Passing::Plain(empty(head))),
        Kind::Json => Ok(Passing::Plain(Response::from_parts(head, Body::new(Data(body))))),
        Kind::EventStream => {
            let headers = &mut head.headers;
            // It may end before its time; and nothing on the way may gather it up.
            headers.remove(header::CONTENT_LENGTH);
            headers
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
            headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
            Ok(Passing::Stream(Response::from_parts(head, Data(body))))
        }
        Kind::Other if !status.is_success() => Ok(Passing::Plain(empty(head))),
        Kind::Other if is_empty_after_all(body, patience).await => Ok(Passing::Plain(empty(head))),
        Kind::Other => Err(UpstreamFault::MediaType),
    }
}

/// Nothing is guessed, run, framed or kept of what comes from behind, or from us in its place.
pub(crate) fn sandbox(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

enum Kind {
    Json,
    EventStream,
    Other,
}

fn kind(headers: &HeaderMap) -> Kind {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else {
        return Kind::Other;
    };
    let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    match essence.trim_ascii() {
        json if json.eq_ignore_ascii_case(b"application/json") => Kind::Json,
        events if events.eq_ignore_ascii_case(b"text/event-stream") => Kind::EventStream,
        _ => Kind::Other,
    }
}

fn empty(mut head: Parts) -> Response<Body> {
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING] {
        head.headers.remove(name);
    }
    Response::from_parts(head, Body::empty())
}

/// Some servers announce a body and send none: `202` in chunks that never come.
async fn is_empty_after_all(mut body: UpstreamBody, patience: Duration) -> bool {
    let silent = async {
        while let Some(frame) = body.frame().await {
            let nothing = frame.is_ok_and(|frame| frame.data_ref().is_none_or(Bytes::is_empty));
            if !nothing {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(patience, silent).await.unwrap_or(false)
}

fn retain_passing(headers: &mut HeaderMap) {
    hop::retain(headers, |name| !passes(name));
}

fn passes(name: &HeaderName) -> bool {
    if [header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
        return true;
    }
    let text = name.as_str();
    let exact = matches!(
        text,
        "allow"
            | "content-encoding"
            | "content-language"
            | "retry-after"
            | "traceparent"
            | "tracestate"
            | "vary"
            | "x-correlation-id"
            | "x-request-id"
    );
    exact || PASSING.iter().any(|beginning| text.starts_with(beginning))
}

const PASSING: &[&str] = &["mcp-", "ratelimit", "x-ratelimit-"];

const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
