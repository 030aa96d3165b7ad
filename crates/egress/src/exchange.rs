//! What is asked over an open connection, and which answers are taken.
//!
//! RFC 9110 §9.3.1 (GET), §15 (status), RFC 9112 §6 (body length); SPEC CIMD-D-1, CIMD-F-2, CIMD-F-8, CIMD-F-9. One
//! request per connection; nothing about us but a fixed name; no redirect is followed, no coding undone.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header, response};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    FetchError,
    dial::Opened,
    error::{AnswerRefusal, Phase},
    metered::{Meter, Metered},
    settings::Bounds,
    url_gate::Target,
};

mod challenge;
mod retry_after;

/// One question.
pub(crate) struct Question<'a> {
    pub(crate) target: &'a Target,
    /// Media types that are wanted.
    pub(crate) accept: &'static str,
    /// `If-None-Match` and `If-Modified-Since` for the copy that we have.
    pub(crate) conditions: HeaderMap,
    /// Longest body that is taken.
    pub(crate) limit: usize,
    /// When it is asked.
    pub(crate) now: SystemTime,
}

/// What is seen of an exchange, also where it gives no answer.
pub(crate) struct Seen {
    /// Bytes that arrived.
    pub(crate) meter: Meter,
    /// How long the host asked to be left in peace.
    pub(crate) retry_after: OnceLock<Duration>,
}

/// An answer that was asked for.
pub(crate) enum Answer {
    /// 200.
    Whole { head: response::Parts, body: Bytes },
    /// 304: the copy that we have is still good.
    NotModified { head: response::Parts },
}

impl Question<'_> {
    /// The request, as it is sent and as caching goes by it.
    pub(crate) fn request(&self) -> Result<Request<Empty<Bytes>>, FetchError> {
        let mut request = Request::get(self.target.path_and_query())
            .header(header::HOST, self.target.authority())
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, self.accept)
            .header(header::ACCEPT_ENCODING, "identity") // so that counted bytes are all bytes
            .header(header::CONNECTION, "close")
            .body(Empty::new())
            .map_err(|_| FetchError::Url(crate::UrlRefusal::Malformed))?;
        request.headers_mut().extend(self.conditions.clone());
        Ok(request)
    }
}

/// Asks and reads the answer, within the bounds.
pub(crate) async fn ask(
    opened: Opened,
    question: &Question<'_>,
    bounds: &Bounds,
    deadline: Instant,
    seen: &Seen,
) -> Result<Answer, FetchError> {
    let meter = &seen.meter;
    let request = question.request()?;
    let io = TokioIo::new(Metered::new(opened.io, meter.clone()));
    let mut builder = http1::Builder::new();
    builder
        .max_headers(bounds.header_fields)
        .max_header_size(bounds.head_bytes)
        .max_buf_size(bounds.head_bytes.max(SMALLEST_BUFFER));
    let (mut sender, connection) = builder
        .handshake(io)
        .await
        .map_err(|error| broken(&error, Phase::Head, meter, question))?;
    // The set ends the connection with this function, however it ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);

    let head_deadline = deadline.min(Instant::now() + bounds.head);
    let response = timeout_at(head_deadline, sender.send_request(request))
        .await
        .map_err(|_| FetchError::TimedOut(Phase::Head))?
        .map_err(|error| broken(&error, Phase::Head, meter, question))?;
    if let Some(asked) = retry_after::asked(response.status(), response.headers(), question.now) {
        // The cell is empty: an exchange has one answer.
        let _ = seen.retry_after.set(asked);
    }
    check_status(&response, &question.conditions)?;
    let (head, body) = response.into_parts();
    if head.status == StatusCode::NOT_MODIFIED {
        return Ok(Answer::NotModified { head });
    }
    check_codings(&head.headers)?;
    meter.allow_more(question.limit.saturating_mul(FRAMING_FACTOR).saturating_add(SMALLEST_BUFFER));
    let body = timeout_at(deadline, read_body(body, question, meter))
        .await
        .map_err(|_| FetchError::TimedOut(Phase::Body))??;
    drop(sender);
    // A polite end of TLS, if it takes no time.
    if timeout(Duration::from_millis(20), driver.join_next()).await.is_err() {
        tracing::trace!("connection dropped without a farewell");
    }
    Ok(Answer::Whole { head, body })
}

fn check_status(response: &Response<Incoming>, conditions: &HeaderMap) -> Result<(), FetchError> {
    match response.status() {
        StatusCode::OK => Ok(()), // SPEC CIMD-D-1: exactly 200
        StatusCode::NOT_MODIFIED if !conditions.is_empty() => Ok(()),
        StatusCode::NOT_MODIFIED => Err(FetchError::Answer(AnswerRefusal::UnaskedNotModified)),
        status if challenge::is_challenge(status, response.headers()) => {
            Err(FetchError::BotChallenge(status.as_u16()))
        }
        status => Err(FetchError::Status(status.as_u16())), // redirects too (SPEC CIMD-F-2)
    }
}

/// Only `identity` and `chunked`: what is counted must be what is read.
fn check_codings(headers: &HeaderMap) -> Result<(), FetchError> {
    let is = |name: header::HeaderName, allowed: &str| {
        headers.get_all(name).iter().all(|value: &HeaderValue| {
            value.to_str().is_ok_and(|value| value.trim().eq_ignore_ascii_case(allowed))
        })
    };
    if is(header::CONTENT_ENCODING, "identity") && is(header::TRANSFER_ENCODING, "chunked") {
        Ok(())
    } else {
        Err(FetchError::Answer(AnswerRefusal::Coding))
    }
}

async fn read_body(
    mut body: Incoming,
    question: &Question<'_>,
    meter: &Meter,
) -> Result<Bytes, FetchError> {
    use http_body::Body as _;
    let limit = question.limit;
    let too_long = || FetchError::Answer(AnswerRefusal::TooLong { limit });
    if body.size_hint().lower() > limit as u64 {
        return Err(too_long());
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error, Phase::Body, meter, question))?;
        let Ok(data) = frame.into_data() else {
            continue; // trailers say nothing to us
        };
        if data.len() > limit.saturating_sub(read.len()) {
            return Err(too_long());
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

fn broken(
    error: &hyper::Error,
    phase: Phase,
    meter: &Meter,
    question: &Question<'_>,
) -> FetchError {
    let exceeded = meter.is_exceeded() || error.is_parse_too_large();
    match phase {
        Phase::Body if exceeded => {
            FetchError::Answer(AnswerRefusal::TooLong { limit: question.limit })
        }
        _ if exceeded => FetchError::Answer(AnswerRefusal::Head),
        _ if error.is_parse() => FetchError::Answer(AnswerRefusal::Malformed),
        phase => FetchError::Broken(phase),
    }
}

/// Recognisable and true (SPEC CIMD-F-9).
const USER_AGENT: &str = concat!("salver/", env!("CARGO_PKG_VERSION"));

/// One byte in a chunk of its own takes six on the wire.
const FRAMING_FACTOR: usize = 8;

/// The parser takes no smaller buffer.
const SMALLEST_BUFFER: usize = 8192;
