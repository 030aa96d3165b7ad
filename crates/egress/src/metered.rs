//! How many bytes may a connection give? A reader that counts what really arrives, below the HTTP parser.
//!
//! It bounds what the parser's own limits do not: interim responses, chunk framing, trailers (SPEC CIMD-F-8).

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::dial::Io;

/// Counter and allowance, shared between the connection and whoever waits for its answer.
#[derive(Clone, Debug)]
pub(crate) struct Meter(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    read: AtomicU64,
    allowed: AtomicU64,
}

/// A connection that ends in an error once its allowance is used up.
pub(crate) struct Metered {
    io: Pin<Box<dyn Io>>,
    meter: Meter,
}

impl Meter {
    pub(crate) fn new(allowed: usize) -> Self {
        let allowed = AtomicU64::new(allowed as u64);
        Self(Arc::new(Counts { read: AtomicU64::new(0), allowed }))
    }

    /// Allows more, when the next part begins.
    pub(crate) fn allow_more(&self, bytes: usize) {
        self.0.allowed.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes read so far.
    pub(crate) fn read(&self) -> u64 {
        self.0.read.load(Ordering::Relaxed)
    }

    /// Has more arrived than was allowed?
    pub(crate) fn is_exceeded(&self) -> bool {
        self.read() > self.0.allowed.load(Ordering::Relaxed)
    }
}

impl Metered {
    pub(crate) fn new(io: Pin<Box<dyn Io>>, meter: Meter) -> Self {
        Self { io, meter }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = self.io.as_mut().poll_read(cx, buffer);
        let read = buffer.filled().len().saturating_sub(before);
        self.meter.0.read.fetch_add(read as u64, Ordering::Relaxed);
        if self.meter.is_exceeded() {
            return Poll::Ready(Err(io::Error::other("more bytes than allowed")));
        }
        polled
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io.as_mut().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.as_mut().poll_shutdown(cx)
    }
}
