//! `POST /account/sign-out`. With `continue`, the same request goes on after signing in as somebody else.

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode, header};

use super::{own_form::OwnForm, refusal};
use crate::{
    flow::account::{
        AccountDeps,
        continue_to::ContinueTo,
        sign_out::{SignedOut, sign_out},
    },
    pages::{FormAction, MessageLink, MessagePage, Opener, page, see_other},
    session,
};

/// Ends the session. Without one there is nothing to end, and the answer is the same.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    headers: HeaderMap,
    form: OwnForm,
) -> Response {
    match account.signed_in(&headers).await {
        Ok(None) => {}
        Ok(Some(person)) => {
            match sign_out(&account, &person.session, &form.field("form_token")).await {
                Ok(SignedOut::Yes) => {}
                Ok(SignedOut::StaleForm) => return refusal::stale_form(&account),
                Err(error) => return refusal::unavailable(&account, &error),
            }
        }
        Err(error) => return refusal::unavailable(&account, &error),
    }
    let wanted = form.field("continue");
    let mut response =
        if wanted.is_empty() { said_goodbye(&account) } else { on_to(&account, &wanted) };
    if let Some(cookie) = session::end_cookie(&account.cookies) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn said_goodbye(account: &AccountDeps) -> Response {
    let signed_out = MessagePage {
        site: &account.site,
        title: "You are signed out".to_owned(),
        text: "Applications that you let in stay connected.".to_owned(),
        link: Some(MessageLink { path: "/account/sign-in", label: "Sign in" }),
    };
    page(StatusCode::OK, &signed_out, &FormAction::Own, Opener::Severed)
}

/// To a page of ours, which sends whoever is not signed in to the sign-in page, as does the authorization endpoint.
fn on_to(account: &AccountDeps, wanted: &str) -> Response {
    see_other(ContinueTo::parse(wanted, &account.site.base).as_str())
}
