//! `GET` and `POST /developer/new` and `/developer/{id}/edit`.

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
            Developer, application,
            form::{Authenticates, FormFault, Written},
            write::{Saved, change, enter},
        },
    },
    form_token::{Holder, Purpose},
    pages::{
        FormAction, Opener,
        developer::{ApplicationFormPage, Editing, PartLine},
        page, see_other,
    },
    web::{
        account::{OwnForm, refusal},
        admin::no_such_page,
    },
};

pub(super) async fn get_new(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
) -> Response {
    let form = form(&account, &developer, Written::empty());
    page(StatusCode::OK, &form, &FormAction::Own, Opener::Severed)
}

pub(super) async fn post_new(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    sent: OwnForm,
) -> Response {
    let written = written(&sent);
    match enter(&account, &developer, (&written, &sent.field("form_token"))).await {
        Ok(Saved::Again(faults)) => again(&account, &developer, (written, None), faults),
        Ok(Saved::TooMany) => {
            let form =
                ApplicationFormPage { too_many: true, ..form(&account, &developer, written) };
            page(StatusCode::CONFLICT, &form, &FormAction::Own, Opener::Severed)
        }
        Ok(saved) => answer(&account, saved),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

pub(super) async fn get_edit(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
) -> Response {
    match application::load(&account.deps, &developer, &id).await {
        Ok(Some(file)) if file.can.edit => {
            let client = &file.client;
            let editing = Editing {
                id: client.client_id.clone(),
                revision: client.revision,
                in_force: client.content.in_force.is_some(),
                stale: None,
            };
            let written = Written::of(&client.content.draft);
            let form = form(&account, &developer, written);
            let form = ApplicationFormPage { editing: Some(editing), ..form };
            page(StatusCode::OK, &form, &FormAction::Own, Opener::Severed)
        }
        Ok(Some(file)) => {
            see_other(&format!("{}/developer/{}", account.site.base, file.client.client_id))
        }
        Ok(None) => no_such_page(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

pub(super) async fn post_edit(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
    sent: OwnForm,
) -> Response {
    let (written, token) = (written(&sent), sent.field("form_token"));
    let revision = sent.field("revision");
    let seen = (&*id, &*revision);
    match change(&account, &developer, seen, (&written, &token)).await {
        Ok(Saved::Again(faults)) => {
            let client = match developer.find(&account.deps, &id).await {
                Ok(Some(client)) => client,
                Ok(None) => return no_such_page(&account),
                Err(error) => return refusal::unavailable(&account, &error),
            };
            let revision = revision.parse().unwrap_or_default();
            let in_force = client.content.in_force.is_some();
            let editing = Editing { id, revision, in_force, stale: None };
            again(&account, &developer, (written, Some(editing)), faults)
        }
        Ok(Saved::Stale(now)) => {
            let username = &developer.person().user.username;
            let look = application::look(&account.deps, &now, (&now.content.draft, username));
            let look = match look {
                Ok(look) => look,
                Err(error) => return refusal::unavailable(&account, &error),
            };
            let editing = Editing {
                id: now.client_id.clone(),
                revision: now.revision,
                in_force: now.content.in_force.is_some(),
                stale: Some(look.map(|look| PartLine::all(&look.parts)).unwrap_or_default()),
            };
            let form = form(&account, &developer, written);
            let form = ApplicationFormPage { editing: Some(editing), ..form };
            page(StatusCode::CONFLICT, &form, &FormAction::Own, Opener::Severed)
        }
        Ok(saved) => answer(&account, saved),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

fn answer(account: &AccountDeps, saved: Saved) -> Response {
    match saved {
        Saved::Yes(id) => see_other(&format!("{}/developer/{id}", account.site.base)),
        Saved::StaleForm => refusal::stale_form(account),
        // It cannot be written where it stands, and its page says where that is.
        Saved::NotNow => see_other(&format!("{}/developer", account.site.base)),
        Saved::NoSuchApplication | Saved::Again(_) | Saved::TooMany | Saved::Stale(_) => {
            no_such_page(account)
        }
    }
}

/// The form once more, with what was typed and what is wrong with it.
fn again(
    account: &AccountDeps,
    developer: &Developer,
    (written, editing): (Written, Option<Editing>),
    faults: Vec<FormFault>,
) -> Response {
    let form = ApplicationFormPage { editing, faults, ..form(account, developer, written) };
    page(StatusCode::BAD_REQUEST, &form, &FormAction::Own, Opener::Severed)
}

fn form<'a>(
    account: &'a AccountDeps,
    developer: &Developer,
    written: Written,
) -> ApplicationFormPage<'a> {
    let holder = Holder::Session(developer.person().session.token);
    ApplicationFormPage {
        site: &account.site,
        account: shown(account, developer),
        editing: None,
        form_token: account.issue(Purpose::Application, &holder),
        written,
        faults: Vec::new(),
        too_many: false,
    }
}

fn written(sent: &OwnForm) -> Written {
    Written {
        name: sent.field("name"),
        description: sent.field("description"),
        site: sent.field("site"),
        contacts: sent.field("contacts"),
        native: sent.field("kind") != "web",
        redirect_uris: sent.field("redirect_uris"),
        refreshes: sent.field("refreshes") == "yes",
        authentication: Authenticates::of(&sent.field("authentication")),
        jwks_uri: sent.field("jwks_uri"),
        jwks: sent.field("jwks"),
    }
}
