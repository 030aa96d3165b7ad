//! Which client does the demonstration introduce? A metadata document of its own (CIMD §4), for SDKs and programs that host none.

use std::{net::SocketAddr, sync::Arc};

use axum::body::Body;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::json;

use crate::serve::accept::Answer;

/// Where the document is.
pub(super) const PATH: &str = "/client.json";

/// Answers with the document, and with nothing else.
pub(super) struct Host {
    document: Arc<str>,
}

impl Host {
    /// Hosts the document under this URL.
    pub(super) fn new(url: &str) -> Self {
        Self { document: document(url).to_string().into() }
    }
}

impl Answer for Host {
    async fn answer(&self, request: Request<Body>, _peer: SocketAddr) -> Response<Body> {
        let found = request.uri().path() == PATH && request.uri().query().is_none();
        let (status, body) = match *request.method() {
            _ if !found => (StatusCode::NOT_FOUND, Body::empty()),
            Method::GET => (StatusCode::OK, Body::from(self.document.to_string())),
            Method::HEAD => (StatusCode::OK, Body::empty()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, Body::empty()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("max-age=300"));
        response
    }
}

/// The loopback addresses without a port match any port; these are the paths that SDKs and their examples use.
fn document(url: &str) -> serde_json::Value {
    let redirect_uris: Vec<String> =
        ["/callback", "/oauth/callback", "/oauth2/callback", "/auth/callback", "/"]
            .iter()
            .flat_map(|path| {
                ["http://127.0.0.1", "http://localhost"].map(|host| format!("{host}{path}"))
            })
            .collect();
    json!({
        "client_id": url,
        "client_name": "salver demo client",
        "application_type": "native",
        "redirect_uris": redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

#[cfg(test)]
mod tests {
    use salver_oauth::client::{
        document::{Profile, parse},
        id::MetadataUrl,
    };

    use super::*;

    #[test]
    fn cimd_f_8_the_document_is_small_and_names_itself() {
        let url = "https://localhost:8443/client.json";
        let text = document(url).to_string();
        assert!(text.len() < 5 * 1024);
        let read = parse(text.as_bytes(), &MetadataUrl::parse(url).unwrap(), Profile::Mcp).unwrap();
        assert_eq!(read.label(), "salver demo client");
        assert!(read.methods.none && read.is_only_on_this_computer());
    }
}
