//! `POST /account/clients/{id}/secrets` and `…/end`: a person's own secrets.

use axum::{extract::State, response::Response};
use http::StatusCode;
use zeroize::Zeroizing;

use super::{change::answer, gate::OfClient, lines, one};
use crate::{
    flow::{
        SignedIn,
        account::{
            AccountDeps,
            clients::{
                Usable,
                secrets::{Made, Wish, end as end_one, make},
            },
        },
    },
    pages::{
        FormAction, Opener, Untrusted,
        own_clients::{CredentialsPage, KeyValues, Notice, key_snippets},
        page,
    },
    web::account::{OwnForm, home, refusal},
};

/// Makes one, and shows it in the answer: nowhere is it kept to be shown later.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    OfClient(person, client): OfClient,
    form: OwnForm,
) -> Response {
    let wish = Wish {
        form_token: form.field("form_token"),
        nonce: form.field("form"),
        name: form.field("name"),
        overlap: form.field("overlap"),
    };
    match make(&account, &person, &client, &wish).await {
        Ok(Made::Yes(secret)) => credentials(&account, person, &client, Shown::Secret(secret)),
        Ok(Made::No(problem)) => {
            let notice = Some(Notice::Problem(problem));
            one::show(&account, person, &client, (notice, None)).await
        }
        Ok(Made::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

/// Ends one.
pub(super) async fn end(
    State(account): State<AccountDeps>,
    OfClient(person, client): OfClient,
    form: OwnForm,
) -> Response {
    let (secret, form_token) = (form.field("secret"), form.field("form_token"));
    match end_one(&account, &person, &client, (&secret, &form_token)).await {
        Ok(done) => answer(&account, person, &client, done).await,
        Err(error) => refusal::unavailable(&account, &error),
    }
}

/// What is shown beside an id.
pub(super) enum Shown<'s> {
    /// Nothing: it needs none.
    Nothing,
    /// A secret.
    Secret(Zeroizing<String>),
    /// What assertions call a key, and the algorithm with which it signs.
    Key(&'s str, &'s str),
}

/// Shows an id, and what the client authenticates with.
pub(super) fn credentials(
    account: &AccountDeps,
    person: SignedIn,
    client: &Usable,
    with: Shown<'_>,
) -> Response {
    let Some(name) = lines::name(client) else {
        return refusal::unavailable(account, &"a client without a name to show");
    };
    let (secret, key_id, snippets) = match with {
        Shown::Nothing => (None, None, lines::how(account, client, None)),
        Shown::Secret(secret) => {
            let snippets = lines::how(account, client, Some(secret.as_str()));
            (Some(secret), None, snippets)
        }
        Shown::Key(key_id, algorithm) => {
            let values = KeyValues {
                client_id: &client.client.client_id,
                key_id,
                algorithm,
                issuer: account.deps.settings.issuer.as_str(),
            };
            (None, Untrusted::identifier(key_id), key_snippets(&values))
        }
    };
    let shown = CredentialsPage {
        site: &account.site,
        id: client.client.client_id.clone(),
        name,
        snippets,
        secret,
        key_id,
        remarks: lines::remarks(account, client),
        account: home::shown(account, person),
    };
    page(StatusCode::OK, &shown, &FormAction::Own, Opener::Severed)
}
