//! `/account/clients`: people's own clients, and those that are shared with them, as HTTP.

mod change;
mod gate;
mod keys;
mod lines;
mod list;
mod new;
mod one;
mod secrets;

use axum::{
    Router,
    extract::FromRef,
    routing::{get, post},
};

use crate::flow::account::AccountDeps;

/// The routes below this path.
pub(super) fn router<S>(base: &str) -> Router<S>
where
    AccountDeps: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let below = |path: &str| format!("{base}{path}");
    Router::new()
        .route(base, get(list::get))
        .route(&below("/new"), get(new::get).post(new::post))
        .route(&below("/{id}"), get(one::get))
        .route(&below("/{id}/secrets"), post(secrets::post))
        .route(&below("/{id}/keys"), post(keys::post))
        .route(&below("/{id}/end"), post(secrets::end))
        .route(&below("/{id}/edit"), post(change::edit))
        .route(&below("/{id}/span"), post(change::span))
        .route(&below("/{id}/sharing"), post(change::sharing))
        .route(&below("/{id}/delete"), get(change::preview).post(change::delete))
}
