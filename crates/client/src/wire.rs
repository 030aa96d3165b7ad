//! How is a request sent, and what comes back? Short JSON answers of servers that the person, or the program's maker, chose.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use salver_egress::upstream::{Upstream, UpstreamError};
use serde_json::{Map, Value};
use thiserror::Error;

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its members; none if it is no JSON object.
    pub members: Map<String, Value>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum WireError {
    /// The URL or a header cannot be sent.
    #[error("the request cannot be written")]
    Request(#[from] http::Error),
    /// The server cannot be reached.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The answer broke off, or is too long.
    #[error("the answer broke off or is too long")]
    Answer,
}

impl Reply {
    /// A member that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// `error` and `error_description`, for people.
    #[must_use]
    pub fn told(&self) -> String {
        let (error, description) = (self.text("error"), self.text("error_description"));
        format!(
            "{} {}: {}",
            self.status.as_u16(),
            error.unwrap_or("no OAuth error"),
            description.unwrap_or("no description")
        )
    }
}

/// Sends a request.
pub(crate) async fn exchange(
    upstream: &Upstream,
    request: http::request::Builder,
    body: String,
) -> Result<Reply, WireError> {
    let request: Request<Full<Bytes>> =
        request.header(header::ACCEPT, "application/json").body(Full::new(Bytes::from(body)))?;
    let response = upstream.send(request).await?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MAX_BYTES).collect().await.map_err(|_| WireError::Answer)?;
    let members = match serde_json::from_slice(&body.to_bytes()) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    Ok(Reply { status: head.status, headers: head.headers, members })
}

/// The longest answer, in bytes.
const MAX_BYTES: usize = 256 * 1024;
