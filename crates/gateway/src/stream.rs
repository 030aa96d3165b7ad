//! How does an event stream end when its grant is revoked? It asks again on every change, and before everything it passes on.
//!
//! DESIGN §4.9: open streams end at once, and none outlives the news of revocations. Nothing is buffered; when the client is
//! gone the body is dropped, and with it the connection to the server behind.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream::BoxStream};
use http_body::{Body, Frame, SizeHint};

use crate::{
    forward::Data,
    gateway::Now,
    standing::{Standing, TokenNames, Verdict},
};

/// Who watches over an open stream.
pub(crate) struct Watch {
    standing: Arc<dyn Standing>,
    names: TokenNames,
    now: Now,
    /// `None` until the first poll: what changed before it is seen by asking once.
    changes: Option<BoxStream<'static, ()>>,
}

impl Watch {
    pub(crate) fn new(standing: Arc<dyn Standing>, names: TokenNames, now: Now) -> Self {
        Self { standing, names, now, changes: None }
    }

    fn stands(&self) -> bool {
        self.standing.ask(&self.names, (self.now)()) == Verdict::Stands
    }

    /// Whether the stream must end, as far as changes tell. Wakes the task at the next change.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        let first = self.changes.is_none();
        let standing = &self.standing;
        let changes = self.changes.get_or_insert_with(|| each_change(&**standing));
        let mut ask = first;
        loop {
            match changes.poll_next_unpin(context) {
                Poll::Ready(Some(())) => ask = true,
                Poll::Ready(None) => return true, // nobody will tell us any more
                Poll::Pending => return ask && !self.stands(),
            }
        }
    }
}

fn each_change(standing: &dyn Standing) -> BoxStream<'static, ()> {
    futures_util::stream::unfold(standing.changes(), async |mut changes| {
        changes.changed().await.ok().map(|()| ((), changes))
    })
    .boxed()
}

/// An upstream's event stream, as long as its caller may hear it.
pub(crate) struct Watched {
    inner: Option<Data>,
    watch: Watch,
}

impl Watched {
    pub(crate) fn new(inner: Data, watch: Watch) -> Self {
        Self { inner: Some(inner), watch }
    }

    fn end(&mut self) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.inner = None; // hangs up on the server behind
        Poll::Ready(None)
    }
}

type BodyError = <Data as Body>::Error;

impl Body for Watched {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.inner.is_none() || self.watch.is_over(context) {
            return self.end();
        }
        let Some(inner) = self.inner.as_mut() else {
            return Poll::Ready(None);
        };
        match Pin::new(inner).poll_frame(context) {
            Poll::Ready(Some(Ok(_))) if !self.watch.stands() => self.end(),
            other => other,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
