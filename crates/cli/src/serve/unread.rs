//! What becomes of a body that nobody reads?
//!
//! A refusal is often decided by the head alone. In HTTP/1.1 the body is then still on its way, on a connection that the client means
//! to use again (RFC 9112 §9.3): a short one is read before anybody answers, and after a longer one that nobody read
//! the client is told that the connection closes.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderValue, Request, Response, StatusCode, Version, header};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::timeout;

/// Bodies up to this are read before anybody answers: what clients send, but for large tool calls.
const SHORT_BYTES: u64 = 64 * 1024;
/// How long a short body may take.
const SHORT_TIME: Duration = Duration::from_secs(10);

/// Whether a body was read to its end.
pub(super) struct Leftover(Option<Arc<AtomicBool>>);

/// Takes a request in, its body too if it is short.
///
/// # Errors
/// The status to answer with, if a short body does not come.
pub(super) async fn take(
    request: Request<Incoming>,
) -> Result<(Request<Body>, Leftover), StatusCode> {
    let (head, body) = request.into_parts();
    if head.version >= Version::HTTP_2 || body.is_end_stream() {
        return Ok((Request::from_parts(head, Body::new(body)), Leftover(None)));
    }
    if body.size_hint().exact().is_some_and(|bytes| bytes <= SHORT_BYTES) {
        let bytes = whole(body).await?;
        return Ok((Request::from_parts(head, Body::from(bytes)), Leftover(None)));
    }
    let ended = Arc::new(AtomicBool::new(false));
    let body = Body::new(Watched { body, ended: Arc::clone(&ended) });
    Ok((Request::from_parts(head, body), Leftover(Some(ended))))
}

/// The whole of a short body. Most came along with their head, and then no timer is needed.
async fn whole(mut body: Incoming) -> Result<Bytes, StatusCode> {
    let first = body.frame().now_or_never().flatten().transpose();
    let first = first.map_err(|_| StatusCode::BAD_REQUEST)?;
    let first = first.and_then(|frame| frame.into_data().ok()).unwrap_or_default();
    if body.is_end_stream() {
        return Ok(first);
    }
    let rest = timeout(SHORT_TIME, body.collect()).await;
    let rest = rest.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    let rest = rest.map_err(|_| StatusCode::BAD_REQUEST)?.to_bytes();
    Ok(if first.is_empty() { rest } else { [first, rest].concat().into() })
}

impl Leftover {
    /// Tells the client what its connection is good for after this answer.
    pub(super) fn tell(self, response: &mut Response<Body>) {
        if self.0.is_some_and(|ended| !ended.load(Ordering::Acquire)) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// A body that notes when it was read to its end.
struct Watched {
    body: Incoming,
    ended: Arc<AtomicBool>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.ended.store(true, Ordering::Release);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
