//! `GET` and `POST /account/clients/new`. Choosing an app is a `GET` that fills the form in, so it needs no script.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::StatusCode;
use salver_oauth::form::Form;
use salver_policy::catalogue::Pattern;

use super::{
    gate::AsPerson,
    lines, one,
    secrets::{Shown, credentials},
};
use crate::{
    flow::{
        SignedIn,
        account::{
            AccountDeps,
            clients::{
                Problem,
                fields::{Fault, Fields, MCP_REMOTE},
                made::{Made, PROPOSED_SPAN, Wish, make},
            },
        },
    },
    pages::{
        FormAction, Opener,
        own_clients::{AppChoice, ClientFields, NewClientPage, Notice},
        page,
    },
    web::account::{OwnForm, home, refusal},
};

/// Shows the form; `app` says for which app.
pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsPerson(person): AsPerson,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let app = Form::parse(&query).one("app").ok().flatten().unwrap_or_default();
    let redirect_uris = redirect_uris(&account, &app);
    let known = !redirect_uris.is_empty();
    let name = if known { format!("{app} of {}", person.user.username) } else { String::new() };
    let fields = Fields {
        app: if known { app.into_owned() } else { String::new() },
        name,
        redirect_uris: redirect_uris.join("\n"),
        method: "secret".to_owned(),
        ..Fields::default()
    };
    let wish = Wish { fields, span: PROPOSED_SPAN.to_owned(), ..Wish::default() };
    show(&account, person, wish, Vec::new())
}

/// Takes the form.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsPerson(person): AsPerson,
    form: OwnForm,
) -> Response {
    let fields = Fields {
        app: form.field("app"),
        name: form.field("name"),
        redirect_uris: form.field("redirect_uris"),
        method: form.field("method"),
        keys: form.field("keys"),
        resource: form.field("resource"),
        scopes: form.fields("scope"),
    };
    let wish = Wish {
        form_token: form.field("form_token"),
        nonce: form.field("form"),
        fields,
        span: form.field("span"),
    };
    match make(&account, &person, &wish).await {
        Ok(Made::Yes { client, secret }) => {
            let shown = secret.map_or(Shown::Nothing, Shown::Secret);
            credentials(&account, person, &client, shown)
        }
        Ok(Made::Before(client)) => {
            let notice = Notice::Problem(Problem::SentBefore);
            one::show(&account, person, &client, (Some(notice), None)).await
        }
        Ok(Made::No(faults)) => show(&account, person, wish, faults),
        Ok(Made::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

fn show(account: &AccountDeps, person: SignedIn, wish: Wish, faults: Vec<Fault>) -> Response {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let Fields { app, name, redirect_uris, method, keys, resource, scopes } = wish.fields;
    let choice = |name: String| AppChoice { chosen: name == app, name };
    let shown = NewClientPage {
        site: &account.site,
        form_token: account.own_client_form(&person),
        // Nothing was made yet, so the form that is shown again is a new one.
        nonce: account.form_nonce(),
        apps: apps(account).into_iter().map(choice).collect(),
        fields: ClientFields {
            name,
            redirect_uris,
            method,
            keys,
            servers: lines::servers(account, &resource),
            scopes: lines::scopes(account, |scope| scopes.iter().any(|one| one == scope)),
            faults,
        },
        span: wish.span,
        account: home::shown(account, person),
    };
    page(status, &shown, &FormAction::Own, Opener::Severed)
}

/// The apps whose redirect URIs are known: those of the catalogue, and a tool that is nobody's app.
fn apps(account: &AccountDeps) -> Vec<String> {
    let catalogue = &account.deps.policy.get().catalogue;
    let known = catalogue.clients().iter();
    let known = known.filter(|client| client.redirect_uris.iter().any(Pattern::is_exact));
    known.map(|client| client.name.to_string()).chain([MCP_REMOTE.to_owned()]).collect()
}

fn redirect_uris(account: &AccountDeps, app: &str) -> Vec<String> {
    if app == MCP_REMOTE {
        return vec!["http://localhost/oauth/callback".to_owned()];
    }
    let catalogue = &account.deps.policy.get().catalogue;
    let client = catalogue.clients().iter().find(|client| *client.name == *app);
    let patterns = client.map(|client| &*client.redirect_uris).unwrap_or_default();
    let exact = patterns.iter().filter(|pattern| pattern.is_exact());
    exact.map(|pattern| pattern.as_str().to_owned()).collect()
}
