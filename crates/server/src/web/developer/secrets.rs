//! `POST /developer/{id}/secrets`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    application::{Problem, again},
    gate::AsDeveloper,
    shown,
};
use crate::{
    flow::{
        account::AccountDeps,
        developer::secrets::{Deed, SecretDone, SecretForm, apply},
    },
    pages::{FormAction, Opener, Untrusted, When, developer::NewSecretPage, page, see_other},
    web::{
        account::{OwnForm, refusal},
        admin::no_such_page,
    },
};

pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
    form: OwnForm,
) -> Response {
    let deed = match &*form.field("deed") {
        "make" => Deed::Make {
            name: form.field("name"),
            days: form.field("days"),
            instead_of: form.field("instead_of"),
            overlap: form.field("overlap"),
        },
        "end" => Deed::End { secret: form.field("secret") },
        _ => return refusal::unreadable_form(&account),
    };
    let form =
        SecretForm { form_token: form.field("form_token"), shown: form.field("shown"), deed };
    match apply(&account, &developer, (&id, &form)).await {
        Ok(SecretDone::Made(made)) => {
            let (client, made) = *made;
            let Some(name) = Untrusted::name(&made.secret.name) else {
                return no_such_page(&account);
            };
            let once = NewSecretPage {
                site: &account.site,
                account: shown(&account, &developer),
                id: client.client_id,
                name,
                secret: made.text.to_string(),
                expires: made.secret.expires_at.map(When::at),
            };
            page(StatusCode::OK, &once, &FormAction::Own, Opener::Severed)
        }
        Ok(SecretDone::Ended) => see_other(&format!("{}/developer/{id}", account.site.base)),
        Ok(SecretDone::No(fault)) => again(&account, &developer, &id, Problem::Secret(fault)).await,
        Ok(SecretDone::NoSuchApplication) => no_such_page(&account),
        Ok(SecretDone::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}
