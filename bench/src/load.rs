//! How is a server put under load? Sixteen keep-alive connections, each with its next request as soon as an answer is read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::fault::Fault;
use crate::scenario::Operation;

/// Connections at the same time.
pub(crate) const CONNECTIONS: usize = 16;

/// A keep-alive connection to the server under test.
pub(crate) struct Connection(SendRequest<Full<Bytes>>);

/// How long single operations took.
pub(crate) struct Times(Vec<Duration>);

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let stream =
            TcpStream::connect(address).await.map_err(|error| Fault::Io("connect", error))?;
        stream.set_nodelay(true).map_err(|error| Fault::Io("connect", error))?;
        let (send, driver) =
            handshake(TokioIo::new(stream)).await.map_err(|error| Fault::Http("connect", error))?;
        tokio::spawn(driver);
        Ok(Self(send))
    }

    /// One request, its answer read to the end.
    pub(crate) async fn ask(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Fault> {
        self.0.ready().await.map_err(|error| Fault::Http("send", error))?;
        let response =
            self.0.send_request(request).await.map_err(|error| Fault::Http("send", error))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| Fault::Http("read the answer", error))?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// Does `operations` operations over all connections, and tells how long each took.
pub(crate) async fn drive(
    address: SocketAddr,
    operation: &Arc<dyn Operation>,
    operations: u32,
) -> Result<Times, Fault> {
    let next = Arc::new(AtomicU32::new(0));
    let mut workers = Vec::with_capacity(CONNECTIONS);
    for worker in 0..CONNECTIONS {
        let (next, operation) = (Arc::clone(&next), Arc::clone(operation));
        workers.push(tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut times = Vec::new();
            while next.fetch_add(1, Ordering::Relaxed) < operations {
                let begun = Instant::now();
                operation.perform(&mut connection, worker).await?;
                times.push(begun.elapsed());
            }
            Ok::<_, Fault>(times)
        }));
    }
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.map_err(|_| Fault::Unreadable("a worker's times"))??);
    }
    all.sort_unstable();
    Ok(Times(all))
}

impl Times {
    /// The time within which this share (in per cent) of the operations was done.
    pub(crate) fn within(&self, per_cent: usize) -> Duration {
        let at = (self.0.len() * per_cent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(at).copied().unwrap_or_default()
    }
}
