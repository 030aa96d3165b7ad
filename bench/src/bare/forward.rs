//! What does it cost to pass a call on? Kept connections to one server, taken from a stack.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The way to the server behind.
pub(crate) struct Forward {
    to: SocketAddr,
    idle: Mutex<Vec<SendRequest<Body>>>,
}

impl Forward {
    pub(crate) fn to(to: SocketAddr) -> Self {
        Self { to, idle: Mutex::default() }
    }

    /// Sends the request on; nothing if the server behind does not answer.
    pub(crate) async fn send(&self, request: Request<Body>) -> Option<Response<Incoming>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        connection.ready().await.ok()?;
        let response = connection.send_request(request).await.ok()?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Some(response)
    }

    async fn connect(&self) -> Option<SendRequest<Body>> {
        let stream = TcpStream::connect(self.to).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (send, driver) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(driver);
        Some(send)
    }
}
