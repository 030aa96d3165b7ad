//! The pages of an account, as HTTP.

mod apps;
mod clients;
mod home;
mod own_form;
pub(super) mod refusal;
mod requests;
mod setup;
mod sign_in;
mod sign_out;

use axum::{Router, extract::FromRef, routing::get, routing::post};

use crate::flow::account::AccountDeps;

pub use own_form::OwnForm;

/// The routes of the account, below the issuer's path.
pub fn router<S>(base: &str) -> Router<S>
where
    AccountDeps: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let below = |path: &str| format!("{base}/account{path}");
    Router::new()
        .route(&below(""), get(home::get))
        .route(&below("/sign-in"), get(sign_in::get).post(sign_in::post))
        .route(&below("/sign-out"), post(sign_out::post))
        .route(&below("/setup/{link}"), get(setup::get).post(setup::post))
        .route(&below("/apps"), get(apps::get).post(apps::post))
        .route(&below("/requests"), get(requests::get))
        .merge(clients::router(&below("/clients")))
}
