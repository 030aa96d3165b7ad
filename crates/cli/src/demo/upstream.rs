//! Who stands behind the demonstration's gateway? The MCP server, which believes whoever the gateway's signed header names.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, body::Body};
use http::{Request, Response};
use salver_jose::{ExpectedIdentity, verify_identity_token};
use salver_server::deps::Deps;
use tower::ServiceExt as _;

use super::mcp::{self, Caller, Identify};
use crate::{config::Settings, serve::accept::Answer, wiring::House};

/// The MCP server.
pub(super) struct Server(Router);

impl Server {
    /// The server behind this gateway.
    pub(super) fn new(settings: &Settings, house: &House) -> Self {
        let url = settings
            .resources
            .first()
            .map(|resource| resource.upstream.clone())
            .unwrap_or_default();
        Self(mcp::router(identify(Arc::clone(&house.deps), url)))
    }
}

impl Answer for Server {
    async fn answer(&self, request: Request<Body>, _peer: SocketAddr) -> Response<Body> {
        match self.0.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// The keys are those that `/identity/jwks` publishes; being in one process, nobody has to fetch them.
fn identify(deps: Arc<Deps>, audience: String) -> Identify {
    Arc::new(move |compact| {
        let keys = deps.keyring.keys();
        let expected = ExpectedIdentity {
            issuer: deps.settings.issuer.as_str(),
            audience: &audience,
            now: deps.now(),
        };
        let claims = verify_identity_token(compact, &keys.identity_keys, &expected).ok()?;
        Some(Caller {
            subject: claims.subject.to_string(),
            username: claims.name.map(Into::into),
            client_id: claims.client_id.into(),
            client_name: claims.client_name.map(Into::into),
            scopes: claims.scope.iter().map(str::to_owned).collect(),
        })
    })
}
