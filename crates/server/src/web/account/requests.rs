//! `GET /account/requests`: what a person asked for, and the way on.

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use salver_oauth::{discovery::path, form::safe_query};
use url::Url;

use super::{home, refusal, sign_in};
use crate::{
    flow::account::{
        AccountDeps,
        requests::{Answer, Wish, list},
    },
    pages::{
        FormAction, HostName, Opener, Recipient, RequestLine, RequestStanding, RequestsPage, Tile,
        Untrusted, When, page,
    },
};

pub(super) async fn get(State(account): State<AccountDeps>, headers: HeaderMap) -> Response {
    let person = match account.signed_in(&headers).await {
        Ok(Some(person)) => person,
        Ok(None) => return sign_in::first(&account, "/account/requests"),
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let wishes = match list(&account.deps, &person).await {
        Ok(wishes) => wishes,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let requests = RequestsPage {
        site: &account.site,
        account: home::shown(&account, person),
        requests: wishes.iter().filter_map(|wish| line(&account, wish)).collect(),
    };
    page(StatusCode::OK, &requests, &FormAction::Own, Opener::Severed)
}

/// Nothing if nothing of its `client_id` can be shown, which does not happen: it was read as one.
fn line(account: &AccountDeps, wish: &Wish) -> Option<RequestLine> {
    let Wish { request, case, answer } = wish;
    let url = Url::parse(&case.client_id).ok().filter(|url| url.scheme() == "https");
    let resource = account.deps.settings.resources.find(&case.resource);
    let decided = When::at(case.decided_at.unwrap_or(request.asked_at));
    let standing = match answer {
        Answer::Open => RequestStanding::Open,
        Answer::Approved { until } => {
            RequestStanding::Approved { decided, until: until.map(When::at) }
        }
        Answer::NotTheirs => RequestStanding::NotTheirs { decided },
        Answer::Refused => RequestStanding::Refused { decided },
    };
    Some(RequestLine {
        tile: Tile::of(&case.label),
        name: Untrusted::name(&case.label).or_else(|| Untrusted::name(&case.client_id))?,
        host: url.and_then(|url| HostName::of_url(&url)),
        client_id: Untrusted::identifier(&case.client_id)?,
        resource: resource.map_or(&*case.resource, |resource| &resource.name).to_owned(),
        recipient: Recipient::of_class(&case.recipient),
        asked: When::at(request.asked_at),
        reason: Untrusted::remark(&request.reason),
        is_news: request.seen_at.is_none() && !matches!(answer, Answer::Open),
        standing,
        note: case.note.as_deref().and_then(Untrusted::remark),
        continue_to: format!(
            "{}{}?{}",
            account.site.base,
            path::AUTHORIZE,
            safe_query(&request.request)
        ),
    })
}
