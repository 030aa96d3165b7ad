//! `POST /account/clients/{id}/keys`: a person's own keys.

use axum::{extract::State, response::Response};

use super::{
    gate::OfClient,
    one,
    secrets::{Shown, credentials},
};
use crate::{
    flow::account::{
        AccountDeps,
        clients::keys::{Added, Wish, add},
    },
    pages::own_clients::Notice,
    web::account::{OwnForm, refusal},
};

/// Puts one on record, and shows what to do in the app.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    OfClient(person, client): OfClient,
    form: OwnForm,
) -> Response {
    let wish = Wish {
        form_token: form.field("form_token"),
        nonce: form.field("form"),
        name: form.field("name"),
        key: form.field("key"),
        span: form.field("span"),
        overlap: form.field("overlap"),
    };
    match add(&account, &person, &client, &wish).await {
        Ok(Added::Yes { key_id, algorithm }) => {
            credentials(&account, person, &client, Shown::Key(&key_id, algorithm.name()))
        }
        Ok(Added::No(problem)) => {
            let notice = Some(Notice::Problem(problem));
            one::show(&account, person, &client, (notice, None)).await
        }
        Ok(Added::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}
