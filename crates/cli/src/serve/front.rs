//! Where does a request go? Its host is judged first, then its path: the authorization server's, a resource's, or nobody's.
//!
//! What is refused here is refused before anybody looks further into the request. A panic further in is answered 500, and ends
//! nothing else. Bodies of refusals are short plain text: whoever gets them is no client that got this far by the rules.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::{Router, body::Body, extract::ConnectInfo};
use futures_util::FutureExt as _;
use http::{HeaderValue, Request, Response, StatusCode, header};
use salver_gateway::Gateway;
use tower::Service as _;

use super::{
    accept::Answer,
    hosts::{HostError, Hosts, Ours},
};

/// Everything that answers under our hosts.
pub(crate) struct Front {
    hosts: Hosts,
    router: Router,
    gateway: Arc<Gateway>,
}

impl Front {
    /// Joins the parts.
    pub(crate) fn new(hosts: Hosts, router: Router, gateway: Arc<Gateway>) -> Self {
        Self { hosts, router, gateway }
    }

    async fn route(
        &self,
        ours: &Ours,
        mut request: Request<Body>,
        peer: SocketAddr,
    ) -> Response<Body> {
        let path = request.uri().path();
        if let Some(metadata) = self.gateway.metadata(&ours.authority, request.method(), path) {
            return metadata;
        }
        // No resource lies at or below a path of the authorization server (refused at start), so the order decides nothing.
        if let Some(resource) = self.gateway.find(&ours.authority, path).map(Arc::clone) {
            return self.gateway.serve(&resource, request).await;
        }
        if !ours.is_issuer {
            return refusal(StatusCode::NOT_FOUND, "Nothing is here.\n");
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        // Routers are always ready.
        match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl Answer for Front {
    async fn answer(&self, request: Request<Body>, peer: SocketAddr) -> Response<Body> {
        match judge(&self.hosts, &request) {
            Ok(ours) => caught(self.route(&ours, request, peer)).await,
            Err((status, text)) => refusal(status, text),
        }
    }
}

/// Whether a request is meant for one of these hosts, and its address short enough to be read (DESIGN §9: a request line of 16 KiB).
pub(crate) fn judge(
    hosts: &Hosts,
    request: &Request<Body>,
) -> Result<Ours, (StatusCode, &'static str)> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > TARGET_BYTES {
        return Err((StatusCode::URI_TOO_LONG, "The address is too long.\n"));
    }
    hosts.judge(request).map_err(|error| match error {
        HostError::Malformed => (StatusCode::BAD_REQUEST, "The request must name one host.\n"),
        HostError::NotOurs => (
            StatusCode::MISDIRECTED_REQUEST,
            "This server does not answer under that name. Use the address that it was given.\n",
        ),
    })
}

/// The answer, or 500 where there was a panic on the way to it.
pub(crate) async fn caught(answer: impl Future<Output = Response<Body>>) -> Response<Body> {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
        // The panic itself has been printed by the hook, with its place.
        tracing::error!("a request ended in a panic");
        refusal(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here.\n")
    })
}

/// A short plain text.
pub(crate) fn refusal(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const TARGET_BYTES: usize = 16 * 1024;
