//! `POST /account/clients/{id}/edit`, `…/span`, `…/sharing` and `…/delete`: what the owner of a client does with it.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{gate::OfOwnClient, lines, one};
use crate::{
    flow::{
        SignedIn,
        account::{
            AccountDeps,
            clients::{
                Done, Usable,
                fields::Fields,
                list::uses,
                own::{Change, Sent, Written, change, write},
            },
        },
    },
    pages::{
        FormAction, Opener,
        own_clients::{DeleteClientPage, Notice},
        page, see_other,
    },
    web::account::{OwnForm, home, refusal},
};

/// Writes it anew. How it proves itself, and what for it is, stay.
pub(super) async fn edit(
    State(account): State<AccountDeps>,
    OfOwnClient(person, client): OfOwnClient,
    form: OwnForm,
) -> Response {
    let now = one::fields(&client);
    let fields = Fields {
        name: form.field("name"),
        redirect_uris: form.field("redirect_uris"),
        keys: form.field("keys"),
        resource: form.field("resource"),
        scopes: form.fields("scope"),
        ..now
    };
    let (form_token, revision) = (form.field("form_token"), form.field("revision"));
    let sent = Sent { form_token: &form_token, revision: &revision };
    match write(&account, &person, &client, (&fields, sent)).await {
        Ok(Written::Done(done)) => answer(&account, person, &client, done).await,
        Ok(Written::Faults(faults)) => {
            one::show(&account, person, &client, (None, Some((fields, faults)))).await
        }
        Err(error) => refusal::unavailable(&account, &error),
    }
}

/// Moves its end.
pub(super) async fn span(
    State(account): State<AccountDeps>,
    OfOwnClient(person, client): OfOwnClient,
    form: OwnForm,
) -> Response {
    let span = form.field("span");
    apply(&account, person, &client, (Change::Until(&span), &form)).await
}

/// Shares it, or does so no longer.
pub(super) async fn sharing(
    State(account): State<AccountDeps>,
    OfOwnClient(person, client): OfOwnClient,
    form: OwnForm,
) -> Response {
    let whom = form.field("whom");
    apply(&account, person, &client, (Change::Share(&whom), &form)).await
}

/// Says what would end.
pub(super) async fn preview(
    State(account): State<AccountDeps>,
    OfOwnClient(person, client): OfOwnClient,
) -> Response {
    let used = match uses(&account, &client).await {
        Ok(used) => used,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let Some(name) = lines::name(&client) else {
        return refusal::unavailable(&account, &"a client without a name to show");
    };
    let shown = DeleteClientPage {
        site: &account.site,
        form_token: account.own_client_form(&person),
        revision: client.client.revision,
        id: client.client.client_id.clone(),
        name,
        connections: used.iter().map(|one| one.connections).sum(),
        secrets: used.iter().map(|one| one.secrets.len()).sum(),
        others: used.iter().filter(|one| one.username != person.user.username).count(),
        account: home::shown(&account, person),
    };
    page(StatusCode::OK, &shown, &FormAction::Own, Opener::Severed)
}

/// Deletes it.
pub(super) async fn delete(
    State(account): State<AccountDeps>,
    OfOwnClient(person, client): OfOwnClient,
    form: OwnForm,
) -> Response {
    apply(&account, person, &client, (Change::Delete, &form)).await
}

async fn apply(
    account: &AccountDeps,
    person: SignedIn,
    client: &Usable,
    (wish, form): (Change<'_>, &OwnForm),
) -> Response {
    let (form_token, revision) = (form.field("form_token"), form.field("revision"));
    let sent = Sent { form_token: &form_token, revision: &revision };
    match change(account, &person, client, (wish, sent)).await {
        Ok(Done::Yes) if matches!(wish, Change::Delete) => {
            see_other(&format!("{}/account/clients", account.site.base))
        }
        Ok(done) => answer(account, person, client, done).await,
        Err(error) => refusal::unavailable(account, &error),
    }
}

/// Back to the client's page: anew if it was done, so that a reload does nothing again; else with why not.
pub(super) async fn answer(
    account: &AccountDeps,
    person: SignedIn,
    client: &Usable,
    done: Done,
) -> Response {
    let notice = match done {
        Done::Yes => {
            let (base, id) = (&account.site.base, &client.client.client_id);
            return see_other(&format!("{base}/account/clients/{id}"));
        }
        Done::StaleForm => return refusal::stale_form(account),
        Done::Meanwhile => Notice::Meanwhile,
        Done::Not(problem) => Notice::Problem(problem),
    };
    one::show(account, person, client, (Some(notice), None)).await
}
