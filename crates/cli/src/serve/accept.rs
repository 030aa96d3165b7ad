//! How is a connection taken, and how long may it do nothing?
//!
//! Bounds of DESIGN §9 against visitors that open much and say little: connections in all, time for TLS, for the first request,
//! and for the head of each; size of a head. Left out: bodies, whose bounds differ by endpoint and are kept there.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use http::{HeaderValue, Request, Response, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::{stream::Stream, unread};
use crate::config::{limits::LimitsSection, tls::Tls};

/// Whoever answers requests.
pub(crate) trait Answer: Send + Sync + 'static {
    /// Answers one.
    fn answer(
        &self,
        request: Request<Body>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Serves all listeners until `stop` turns true, each connection by the certificate of its time, then lets open requests finish for as long as the limits say.
pub(crate) async fn serve<A: Answer>(
    listeners: Vec<TcpListener>,
    tls: watch::Receiver<Tls>,
    limits: LimitsSection,
    answer: Arc<A>,
    stop: watch::Receiver<bool>,
) {
    let server = Arc::new(Server {
        answer,
        tls,
        patience: Duration::from_secs(limits.head_seconds.into()),
        places: Arc::new(Semaphore::new(
            usize::try_from(limits.connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS),
        )),
        graceful: GracefulShutdown::new(),
    });
    let loops: Vec<_> = listeners
        .into_iter()
        .map(|listener| tokio::spawn(accept(Arc::clone(&server), listener, stop.clone())))
        .collect();
    for accepting in loops {
        if let Err(error) = accepting.await {
            tracing::error!(%error, "a listener ended by itself");
        }
    }
    let Some(server) = Arc::into_inner(server) else {
        return;
    };
    if timeout(Duration::from_secs(limits.shutdown_seconds.into()), server.graceful.shutdown())
        .await
        .is_err()
    {
        tracing::info!("requests that were still open are cut off");
    }
}

struct Server<A> {
    answer: Arc<A>,
    tls: watch::Receiver<Tls>,
    patience: Duration,
    places: Arc<Semaphore>,
    graceful: GracefulShutdown,
}

async fn accept<A: Answer>(
    server: Arc<Server<A>>,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let place = tokio::select! {
            place = Arc::clone(&server.places).acquire_owned() => place,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        // The semaphore is never closed.
        let Ok(place) = place else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = Connection {
                    answer: Arc::clone(&server.answer),
                    acceptor: acceptor(&server.tls.borrow()),
                    patience: server.patience,
                    watcher: server.graceful.watcher(),
                };
                tokio::spawn(async move {
                    connection.serve(stream, peer).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: trying again at once would only burn the processor.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn acceptor(tls: &Tls) -> Option<TlsAcceptor> {
    match tls {
        Tls::Plain { .. } => None,
        Tls::Rustls(config) => Some(TlsAcceptor::from(Arc::clone(config))),
    }
}

struct Connection<A> {
    answer: Arc<A>,
    acceptor: Option<TlsAcceptor>,
    patience: Duration,
    watcher: hyper_util::server::graceful::Watcher,
}

impl<A: Answer> Connection<A> {
    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone at once");
            return;
        }
        let stream = match &self.acceptor {
            None => Stream::Plain(stream),
            Some(acceptor) => match timeout(self.patience, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => Stream::Tls(Box::new(stream)),
                Ok(Err(error)) => {
                    tracing::debug!(%error, "no TLS handshake");
                    return;
                }
                Err(_) => return,
            },
        };
        let asked = Arc::new(AtomicBool::new(false));
        let builder = builder(&stream, self.patience);
        let service = service_fn(|request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let answer = Arc::clone(&self.answer);
            async move { Ok::<_, Infallible>(answered(&*answer, request, peer).await) }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(self.watcher.watch(connection));
        // HTTP/2 has no time limit of its own before the first request.
        let ended = match timeout(self.patience, &mut connection).await {
            Ok(ended) => ended,
            Err(_) if !asked.load(Ordering::Relaxed) => return,
            Err(_) => connection.await,
        };
        if let Err(error) = ended {
            tracing::debug!(error = &*error, "a connection broke");
        }
    }
}

/// A whole exchange: the body is taken in if it is short, and the client is told if the connection is spent.
async fn answered<A: Answer>(
    answer: &A,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    match unread::take(request).await {
        Ok((request, leftover)) => {
            let mut response = answer.answer(request, peer).await;
            leftover.tell(&mut response);
            response
        }
        Err(status) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

fn builder(stream: &Stream, patience: Duration) -> auto::Builder<TokioExecutor> {
    // The version is known from TLS, so nobody waits for bytes to tell it by.
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut builder =
        if stream.speaks_http2() { builder.http2_only() } else { builder.http1_only() };
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_header_list_size(HTTP2_HEAD_BYTES);
    builder
}

/// Bytes of a request's head in HTTP/1.1: a request line of 16 KiB (DESIGN §9) and as much again for the headers.
const HEAD_BYTES: usize = 32 * 1024;
/// The same in HTTP/2.
const HTTP2_HEAD_BYTES: u32 = 32 * 1024;
const HTTP2_STREAMS: u32 = 128;
const KEEP_ALIVE: Duration = Duration::from_secs(20);
