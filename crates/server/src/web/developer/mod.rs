//! My applications, as HTTP.

mod application;
mod delete;
mod document;
mod domains;
mod form;
mod gate;
mod list;
mod secrets;
mod try_out;

pub(super) use application::{SHOWN, event_line};

use axum::{
    Router,
    extract::FromRef,
    routing::{get, post},
};

use crate::{
    flow::{account::AccountDeps, developer::Developer},
    pages::Account,
};

/// The routes of those who develop applications, below the issuer's path.
pub(super) fn router<S>(base: &str) -> Router<S>
where
    AccountDeps: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let below = |path: &str| format!("{base}/developer{path}");
    Router::new()
        .route(&below(""), get(list::get))
        .route(&below("/new"), get(form::get_new).post(form::post_new))
        .route(&below("/document"), post(document::post))
        .route(&below("/{id}"), get(application::get).post(application::post))
        .route(&below("/{id}/edit"), get(form::get_edit).post(form::post_edit))
        .route(&below("/{id}/secrets"), post(secrets::post))
        .route(&below("/{id}/domains"), get(domains::get).post(domains::post))
        .route(&below("/{id}/delete"), get(delete::get).post(delete::post))
        .route(&below("/{id}/test"), get(try_out::get))
}

/// The account as these pages show it.
fn shown(account: &AccountDeps, developer: &Developer) -> Account {
    let person = developer.person();
    Account { sign_out_token: account.form_token(person), username: person.user.username.clone() }
}
