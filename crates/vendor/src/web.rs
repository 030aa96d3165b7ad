//! What answers over HTTP? The metadata document and the key set for everybody, and two endpoints for installations. Everything is public or signed: no cookie, no page.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use crate::{Vendor, flow, refusal::Refusal, settings::SERVICE_PATH};

type App = State<Arc<Vendor>>;

/// The router of the service.
pub fn router(vendor: Arc<Vendor>) -> Router {
    let settings = &vendor.settings;
    Router::new()
        .route(settings.document_path(), get(document))
        .route(&settings.keys_path, get(keys))
        .route(SERVICE_PATH, post(request))
        .route(&format!("{SERVICE_PATH}/challenge"), post(challenge))
        .with_state(vendor)
}

async fn document(State(vendor): App) -> Response {
    public("application/json", "public, max-age=3600", vendor.settings.document.clone().into())
}

async fn keys(State(vendor): App) -> Response {
    // Shorter than a new key is published before it signs.
    let published = vendor.keyring.keys().published.clone();
    public("application/jwk-set+json", "public, max-age=300", published)
}

async fn challenge(State(vendor): App, request: Request) -> Response {
    let made = match vendor.requests.take(peer(&request), vendor.now()) {
        Ok(()) => flow::challenge(&vendor),
        Err(wait) => Err(Refusal::TooMany(wait)),
    };
    respond(&vendor, made.map(|_| Map::new()))
}

async fn request(State(vendor): App, request: Request) -> Response {
    let address = peer(&request);
    if let Err(wait) = vendor.requests.take(address, vendor.now()) {
        return respond(&vendor, Err(Refusal::TooMany(wait)));
    }
    let body = match timeout(BODY_TIME, to_bytes(request.into_body(), BODY_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let malformed = Refusal::Request(salver_jose::TokenError::Malformed);
    let answered = match std::str::from_utf8(&body) {
        Ok(compact) => flow::answer(&vendor, compact.trim(), address).await,
        Err(_) => Err(malformed),
    };
    respond(&vendor, answered)
}

/// Whatever is answered holds the challenge for the next request, unless there is too much of them.
fn respond(vendor: &Vendor, answered: Result<Map<String, Value>, Refusal>) -> Response {
    let (status, mut said, retry_after) = match answered {
        Ok(said) => (StatusCode::OK, said, None),
        Err(refusal) => {
            let wire = refusal.wire();
            if matches!(refusal, Refusal::Unavailable(_)) {
                tracing::error!(%refusal, "a request could not be served");
            } else {
                tracing::info!(%refusal, code = wire.code, "a request was refused");
            }
            let said = json!({ "error": wire.code, "error_description": wire.description });
            let said = said.as_object().cloned().unwrap_or_default();
            let status = StatusCode::from_u16(wire.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, said, refusal.retry_after())
        }
    };
    if retry_after.is_none()
        && let Ok(challenge) = flow::challenge(vendor)
    {
        said.insert("challenge".to_owned(), challenge.into());
    }
    let mut response = (status, Value::Object(said).to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn public(kind: &'static str, freshness: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, freshness),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whoever accepts connections says where they come from; no header is believed. Where nobody says it, all requests count as one network.
fn peer(request: &Request) -> IpAddr {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    address.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip())
}

/// A request with evidence of a platform, which is a few kilobytes of certificates.
const BODY_BYTES: usize = 64 * 1024;
const BODY_TIME: Duration = Duration::from_secs(10);
