//! `GET` and `POST /account/setup/{link}`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::{HeaderMap, StatusCode, header};

use super::{own_form::OwnForm, refusal};
use crate::{
    flow::account::{
        AccountDeps,
        browser::Browser,
        continue_to::ContinueTo,
        setup::{SetUp, Setup, SetupFault, find, set_up},
    },
    form_token::Purpose,
    pages::{FormAction, Opener, SetupPage, page, role_words, see_other},
    password::Password,
    session,
};

/// Shows the form, if the link works.
pub(super) async fn get(
    State(account): State<AccountDeps>,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&account, &link).await {
        Ok(Some(invitation)) => show(
            &account,
            &headers,
            (link, role_words(invitation.role)),
            (String::new(), Vec::new()),
        ),
        Ok(None) => refusal::no_such_link(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

/// Takes the form.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    Path(link): Path<String>,
    headers: HeaderMap,
    form: OwnForm,
) -> Response {
    let username = form.field("username");
    let setup = Setup {
        link: link.clone(),
        username: username.clone(),
        password: Password::new(form.field("password")),
        form_token: form.field("form_token"),
        browser: Browser::of(&account, &headers).0,
        previous: session::presented(&account, &headers),
    };
    match set_up(&account, setup).await {
        Ok(SetUp::Done { session, browser }) => {
            let mut response = see_other(ContinueTo::account(&account.site.base).as_str());
            let cookies = [session.cookie(&account.cookies), browser.cookie(&account)];
            for cookie in cookies.into_iter().flatten() {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Ok(SetUp::Again { role, faults }) => {
            show(&account, &headers, (link, role_words(role)), (username, faults))
        }
        Ok(SetUp::NoSuchLink) => refusal::no_such_link(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

fn show(
    account: &AccountDeps,
    headers: &HeaderMap,
    (link, role_words): (String, &'static str),
    (username, faults): (String, Vec<SetupFault>),
) -> Response {
    let (form_token, cookie) = account.form_for_browser(Purpose::Setup, headers);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let shown = SetupPage { site: &account.site, link, role_words, form_token, username, faults };
    let mut response = page(status, &shown, &FormAction::Own, Opener::Severed);
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
