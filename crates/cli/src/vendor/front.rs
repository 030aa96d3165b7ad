//! Where does a request to the service go? Its host is judged first: it answers under that of its `client_id` alone.

use std::{net::SocketAddr, sync::Arc};

use arc_swap::ArcSwap;
use axum::{Router, body::Body, extract::ConnectInfo};
use http::{Request, Response};
use salver_vendor::{Vendor, router};
use tower::Service as _;

use crate::serve::{
    accept::Answer,
    front::{caught, judge, refusal},
    hosts::Hosts,
};

/// Everything that answers under that host now. A request is answered by what was in force when it came.
pub(super) struct Front(ArcSwap<Behind>);

struct Behind {
    hosts: Hosts,
    router: Router,
}

impl Front {
    /// Of this service.
    pub(super) fn new(vendor: Arc<Vendor>) -> Self {
        Self(ArcSwap::from_pointee(Behind::of(vendor)))
    }

    /// From now on it is this one.
    pub(super) fn exchange(&self, vendor: Arc<Vendor>) {
        self.0.store(Arc::new(Behind::of(vendor)));
    }
}

impl Behind {
    fn of(vendor: Arc<Vendor>) -> Self {
        let hosts = Hosts::new(vendor.settings().issuer(), std::iter::empty());
        Self { hosts, router: router(vendor) }
    }
}

impl Answer for Front {
    async fn answer(&self, mut request: Request<Body>, peer: SocketAddr) -> Response<Body> {
        let behind = self.0.load_full();
        if let Err((status, text)) = judge(&behind.hosts, &request) {
            return refusal(status, text);
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        caught(async {
            // Routers are always ready.
            match behind.router.clone().call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
        .await
    }
}
