//! How does a client learn whom to ask for tokens? The protected-resource metadata document (RFC 9728 §2, PR-2, MCP-RS-1).
//!
//! Made once and served as ready bytes, readable from any web page.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use salver_oauth::Issuer;
use serde::Serialize;

use crate::ResourceSettings;

/// Where the documents are (RFC 9728 §3).
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[derive(Serialize)]
struct Document<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    /// MCP-RS-10: the least that basic use needs, since clients without a challenge ask for all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'a str>,
    bearer_methods_supported: [&'a str; 1],
    resource_name: &'a str,
}

pub(super) fn document(settings: &ResourceSettings, issuer: &Issuer) -> Bytes {
    let document = Document {
        resource: settings.id.as_str(),
        authorization_servers: [issuer.as_str()],
        scopes_supported: settings.default_scope.iter().collect(),
        bearer_methods_supported: ["header"],
        resource_name: settings.name.trim(),
    };
    // Strings and lists of strings always serialise.
    serde_json::to_vec(&document).map(Bytes::from).unwrap_or_default()
}

/// The answer at a well-known address. Clients in browsers send a header of MCP along, which has a preflight ask first.
pub(crate) fn answer(method: &Method, document: &Bytes) -> Response<Body> {
    let mut response = match *method {
        Method::GET => Response::new(Body::from(document.clone())),
        Method::HEAD => Response::new(Body::empty()),
        Method::OPTIONS => return preflight(),
        _ => {
            let mut refused = Response::new(Body::empty());
            *refused.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            let allowed = HeaderValue::from_static("GET, HEAD, OPTIONS");
            refused.headers_mut().insert(header::ALLOW, allowed);
            return refused;
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_LENGTH, document.len().into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("MCP-Protocol-Version, Accept, Content-Type"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}
