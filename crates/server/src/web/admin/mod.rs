//! The pages of those who decide for others, as HTTP.

mod anchors;
mod application;
mod approvals;
mod bans;
mod case;
mod explain;
mod gate;
mod home;
mod lines;
mod queue;

pub(super) use explain::in_words as explanation_refused;
pub(super) use gate::{no_such_page, person};

use axum::{Router, extract::FromRef, routing::get};

use crate::flow::account::AccountDeps;

/// The routes of administration, below the issuer's path.
pub(super) fn router<S>(base: &str) -> Router<S>
where
    AccountDeps: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let below = |path: &str| format!("{base}/admin{path}");
    Router::new()
        .route(&below(""), get(home::get))
        .route(&below("/review"), get(queue::get))
        .route(&below("/review/{case}"), get(case::get).post(case::post))
        .route(&below("/applications/{id}"), get(application::get).post(application::post))
        .route(&below("/approvals"), get(approvals::get).post(approvals::post))
        .route(&below("/bans"), get(bans::get))
        .route(&below("/anchors"), get(anchors::get))
        .route(&below("/anchors/{anchor}"), get(anchors::one))
        .route(&below("/anchors/{anchor}/{step}"), get(anchors::ask).post(anchors::post))
        .route(&below("/explain"), get(explain::get))
}
