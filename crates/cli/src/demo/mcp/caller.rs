//! Who calls the demonstration server?
//!
//! The person, if there is one, and the client that the gateway names in its signed `Salver-Identity` header. A request without one, or with one
//! that does not verify, gets 401 before any tool is reached, so that nobody on this computer can go round the gateway.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

/// The person and client behind one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The person's id, stable for ever; of a service that acts for itself its `client_id`.
    pub(crate) subject: String,
    /// What the person is called; nothing of a service.
    pub(crate) username: Option<String>,
    /// The client that acts for the person, or for itself.
    pub(crate) client_id: String,
    /// What that client calls itself, if it said so.
    pub(crate) client_name: Option<String>,
    /// What the client may do.
    pub(crate) scopes: Vec<String>,
}

/// Verifies the value of the identity header; `None` when it is not to be believed.
pub(crate) type Identify = Arc<dyn Fn(&str) -> Option<Caller> + Send + Sync>;

/// Puts the [`Caller`] into the request, or refuses it.
pub(super) async fn learn(
    State(identify): State<Identify>,
    mut request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let mut values = request.headers().get_all(HEADER).iter();
    let caller = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().and_then(|value| identify(value)),
        _ => None,
    };
    let caller = caller.ok_or(StatusCode::UNAUTHORIZED)?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

const HEADER: &str = "salver-identity";
