//! `POST /developer/document`: an application is registered by the URL of its document, and what a developer reads when that is not done.

use axum::{extract::State, response::Response};
use http::StatusCode;
use salver_egress::Category;
use url::Url;

use super::{
    application::{Problem, again},
    gate::AsDeveloper,
    list,
};
use crate::{
    flow::{
        account::AccountDeps,
        developer::{
            Developer,
            document::{Read, register},
        },
        own_document::{OwnDocument, ReadRefusal},
        refusal::{ClientRefusal, Unavailable},
    },
    pages::{developer::DocumentLine, see_other},
    web::{
        account::{OwnForm, refusal},
        admin::no_such_page,
    },
};

pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    form: OwnForm,
) -> Response {
    let (url, token) = (form.field("document"), form.field("form_token"));
    let read = register(&account, &developer, (&url, &token)).await;
    match answer(&account, read) {
        Ok(response) => response,
        Err((why, status)) => {
            list::show(&account, &developer, false, Some((url, why, status))).await
        }
    }
}

/// The page of an application whose document was to be read again.
pub(super) async fn answer_again(
    account: &AccountDeps,
    developer: &Developer,
    id: &str,
    read: Result<Read, Unavailable>,
) -> Response {
    match answer(account, read) {
        Ok(response) => response,
        Err((_, StatusCode::CONFLICT)) => again(account, developer, id, Problem::NotNow).await,
        Err((why, _)) => again(account, developer, id, Problem::Unread(why)).await,
    }
}

/// A document as its application's page shows it.
pub(super) fn line(document: &OwnDocument) -> DocumentLine {
    let host = Url::parse(&document.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    DocumentLine { url: document.url.clone(), host: host.unwrap_or_default(), held: document.held }
}

/// The answer, or why it was not done.
fn answer(
    account: &AccountDeps,
    read: Result<Read, Unavailable>,
) -> Result<Response, (&'static str, StatusCode)> {
    Ok(match read {
        Ok(Read::Yes(id)) => see_other(&format!("{}/developer/{id}", account.site.base)),
        Ok(Read::No(ReadRefusal::Ours(error))) => refusal::unavailable(account, &*error),
        Ok(Read::No(why)) => {
            tracing::info!(%why, "a document is not registered");
            return Err((words(&why), StatusCode::BAD_REQUEST));
        }
        Ok(Read::Refused(why)) => {
            tracing::info!(%why, "a document is not registered");
            return Err((BREAKS_RULE, StatusCode::BAD_REQUEST));
        }
        Ok(Read::Taken) => return Err((TAKEN, StatusCode::CONFLICT)),
        Ok(Read::TooMany) => return Err((TOO_MANY, StatusCode::CONFLICT)),
        Ok(Read::NotNow) => return Err((NOT_NOW, StatusCode::CONFLICT)),
        Ok(Read::NoSuchApplication) => no_such_page(account),
        Ok(Read::StaleForm) => refusal::stale_form(account),
        Err(error) => refusal::unavailable(account, &error),
    })
}

/// What a developer can do about it.
const fn words(why: &ReadRefusal) -> &'static str {
    match why {
        ReadRefusal::NoUrl => {
            "That is no URL of a metadata document. Write the https URL that your program sends as client_id."
        }
        ReadRefusal::Hosted => {
            "This server hosts that document itself, for trying things out. Put it on a host of yours first."
        }
        ReadRefusal::Client(ClientRefusal::Unknown) => {
            "Nobody gets in with that document here. Ask whoever runs this server."
        }
        ReadRefusal::Client(ClientRefusal::Unfetchable {
            category: Category::UrlNotAllowed,
            ..
        }) => "This server does not go to that address.",
        ReadRefusal::Client(ClientRefusal::Unfetchable { category: Category::NotNow, .. }) => {
            "That host was asked often just now. Try again in a minute."
        }
        ReadRefusal::Client(ClientRefusal::Unfetchable { .. }) | ReadRefusal::Copy => {
            "The document cannot be fetched. Serve it to everybody, as JSON and without redirects."
        }
        ReadRefusal::Client(_) => BREAKS_RULE,
        ReadRefusal::Ours(_) => "Nothing was done.",
    }
}

const BREAKS_RULE: &str =
    "The document breaks a rule. Run “salver client check” with its URL: it names the member.";
const TAKEN: &str =
    "Somebody else has proven that this document is theirs. Ask whoever runs this server.";
const TOO_MANY: &str = "You have as many applications as a person may have. Delete one first.";
const NOT_NOW: &str = "It was changed meanwhile, or stands where it is not read again.";
