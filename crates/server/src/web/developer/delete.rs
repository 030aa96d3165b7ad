//! `GET` and `POST /developer/{id}/delete`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{gate::AsDeveloper, shown};
use crate::{
    flow::{
        account::AccountDeps,
        developer::{
            Developer,
            application::load,
            list,
            step::{Stepped, step},
        },
        registrar::Wish,
    },
    form_token::{Holder, Purpose},
    pages::{FormAction, Opener, Untrusted, developer::DeleteApplicationPage, page, see_other},
    web::{
        account::{OwnForm, refusal},
        admin::no_such_page,
    },
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
) -> Response {
    preview(&account, &developer, &id, false).await
}

pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
    form: OwnForm,
) -> Response {
    let (revision, token) = (form.field("revision"), form.field("form_token"));
    match step(&account, &developer, (&id, &revision), (Wish::Delete, &token)).await {
        Ok(Stepped::Yes) => see_other(&format!("{}/developer?deleted", account.site.base)),
        Ok(Stepped::NotNow | Stepped::Refused) => preview(&account, &developer, &id, true).await,
        Ok(Stepped::NoSuchApplication) => no_such_page(&account),
        Ok(Stepped::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

async fn preview(account: &AccountDeps, developer: &Developer, id: &str, stale: bool) -> Response {
    let file = match load(&account.deps, developer, id).await {
        Ok(Some(file)) => file,
        Ok(None) => return no_such_page(account),
        Err(error) => return refusal::unavailable(account, &error),
    };
    let Some(name) = Untrusted::name(&list::name(&file.client)) else {
        return no_such_page(account);
    };
    let holder = Holder::Session(developer.person().session.token);
    let now = account.deps.now();
    let preview = DeleteApplicationPage {
        site: &account.site,
        account: shown(account, developer),
        id: file.client.client_id,
        name,
        revision: file.client.revision,
        form_token: account.issue(Purpose::DeleteApplication, &holder),
        people: file.used.people,
        connections: file.used.connections,
        secrets: file.secrets.iter().filter(|secret| secret.is_live(now)).count(),
        stale,
    };
    let status = if stale { StatusCode::CONFLICT } else { StatusCode::OK };
    page(status, &preview, &FormAction::Own, Opener::Severed)
}
