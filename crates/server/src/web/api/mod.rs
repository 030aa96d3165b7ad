//! `/api/…`: administrators' programs manage clients. Bearer tokens only: no cookies are read, and no page of another origin may ask.

mod answer;
mod clients;

use axum::{
    Router,
    routing::{get, post},
};

use super::App;

/// The routes below the issuer's path.
pub(super) fn router(issuer_path: &str) -> Router<App> {
    let below = |path: &str| format!("{issuer_path}/api/clients{path}");
    Router::new()
        .route(&below(""), get(clients::list).post(clients::create))
        .route(&below("/{client_id}"), get(clients::show).delete(clients::delete))
        .route(&below("/{client_id}/approve"), post(clients::approve))
        .route(&below("/{client_id}/suspend"), post(clients::suspend))
        .route(&below("/{client_id}/resume"), post(clients::resume))
        .route(&below("/{client_id}/rotate"), post(clients::rotate))
}
