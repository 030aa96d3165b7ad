//! Where does a request to the service go? Its host is judged first: it answers under that of its `client_id` alone.

use std::net::SocketAddr;

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{Request, Response};
use tower::Service as _;

use crate::serve::{
    accept::Answer,
    front::{caught, judge, refusal},
    hosts::Hosts,
};

/// Everything that answers under that host.
pub(super) struct Front {
    pub(super) hosts: Hosts,
    pub(super) router: Router,
}

impl Answer for Front {
    async fn answer(&self, mut request: Request<Body>, peer: SocketAddr) -> Response<Body> {
        if let Err((status, text)) = judge(&self.hosts, &request) {
            return refusal(status, text);
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        caught(async {
            // Routers are always ready.
            match self.router.clone().call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
        .await
    }
}
