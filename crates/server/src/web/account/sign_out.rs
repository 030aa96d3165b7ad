//! `POST /account/sign-out`. With `continue`, the same request goes on after signing in as somebody else.

use axum::{extract::State, response::Response};
use http::{HeaderMap, header};

use super::{own_form::OwnForm, refusal};
use crate::{
    flow::account::{
        AccountDeps,
        continue_to::ContinueTo,
        sign_out::{SignedOut, sign_out},
    },
    pages::see_other,
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
    let base = &account.site.base;
    let continue_to = ContinueTo::parse(&form.field("continue"), base);
    // The account's own pages send whoever is not signed in to the sign-in page, and so does the authorization endpoint.
    let mut response = see_other(continue_to.as_str());
    if let Some(cookie) = session::end_cookie(&account.cookies) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
