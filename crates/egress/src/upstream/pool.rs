//! Which connection carries a request? One that is idle, the one used last, or a new one; one stack per origin.
//!
//! A connection comes back when the answer's body has been read to its end, and not before: HTTP/1.1 carries one exchange at a time
//! (RFC 9112 §9.3). A body that is dropped early takes its connection along.

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::{body::Incoming, client::conn::http1::SendRequest};
use tokio::time::Instant;

/// One end of a connection.
pub(super) type Sender = SendRequest<Full<Bytes>>;

/// Idle connections, per origin.
pub(super) struct Pool {
    idle: Mutex<BTreeMap<Box<str>, Vec<Idle>>>,
    time_limit: Duration,
    most: usize,
}

struct Idle {
    sender: Sender,
    since: Instant,
}

/// The body of an answer; its connection goes back to the pool at its end.
pub struct UpstreamBody {
    incoming: Incoming,
    lent: Option<Lent>,
}

/// A connection that is in use, and where it belongs.
pub(super) struct Lent {
    pub(super) pool: Arc<Pool>,
    pub(super) authority: Box<str>,
    pub(super) sender: Sender,
}

impl Pool {
    /// Keeps at most so many for each origin, each for at most so long.
    pub(super) fn new(most: usize, time_limit: Duration) -> Self {
        Self { idle: Mutex::default(), time_limit, most }
    }

    /// The idle connection that was used last. Those that have idled for too long are closed.
    pub(super) fn take(&self, authority: &str) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let stack = idle.get_mut(authority)?;
        let newest = stack.pop()?;
        if newest.since.elapsed() < self.time_limit {
            return Some(newest.sender);
        }
        // The others have waited for longer still.
        stack.clear();
        None
    }

    fn give_back(&self, authority: Box<str>, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let since = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let stack = idle.entry(authority).or_default();
        if stack.first().is_some_and(|oldest| oldest.since.elapsed() >= self.time_limit) {
            stack.retain(|kept| kept.since.elapsed() < self.time_limit);
        }
        if stack.len() < self.most {
            stack.push(Idle { sender, since });
        }
    }
}

impl Lent {
    fn end(self) {
        self.pool.give_back(self.authority, self.sender);
    }
}

impl UpstreamBody {
    pub(super) fn new(incoming: Incoming, lent: Lent) -> Self {
        let mut body = Self { incoming, lent: Some(lent) };
        body.note_end(false);
        body
    }

    fn note_end(&mut self, ended: bool) {
        if (ended || self.incoming.is_end_stream())
            && let Some(lent) = self.lent.take()
        {
            lent.end();
        }
    }
}

impl fmt::Debug for UpstreamBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.incoming.fmt(f)
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.incoming).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Err(_))) => drop(self.lent.take()),
            Poll::Ready(frame) => self.note_end(frame.is_none()),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
