//! `GET` and `POST /account/sign-in`.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use salver_oauth::form::Form;

use super::{own_form::OwnForm, refusal};
use crate::{
    flow::account::{
        AccountDeps,
        browser::Browser,
        continue_to::ContinueTo,
        sign_in::{SignIn, SignedIn, sign_in},
    },
    pages::{SignInPage, SignInProblem, page, see_other},
    password::Password,
    session,
    throttle::Wait,
    web::peer::Peer,
};

/// Shows the form; `continue` says where to go afterwards.
pub(super) async fn get(
    State(account): State<AccountDeps>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let wanted = Form::parse(&query).one("continue").ok().flatten().map(|value| value.to_string());
    let continue_to = ContinueTo::parse(&wanted.unwrap_or_default(), &account.site.base);
    show(&account, &headers, &continue_to, None)
}

/// The way to the form, for whoever came to one of our pages without a session.
pub(super) fn first(account: &AccountDeps, page: &str) -> Response {
    let base = &account.site.base;
    see_other(&format!("{base}/account/sign-in?continue={base}{page}"))
}

/// Takes the form.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    Peer(network): Peer,
    headers: HeaderMap,
    form: OwnForm,
) -> Response {
    let username = form.field("username");
    let continue_to = ContinueTo::parse(&form.field("continue"), &account.site.base);
    let request = SignIn {
        username: username.clone(),
        password: Password::new(form.field("password")),
        form_token: form.field("form_token"),
        browser: Browser::of(&account, &headers).0,
        network,
        previous: session::presented(&account, &headers),
    };
    let problem = match sign_in(&account, request).await {
        Ok(SignedIn::Yes { session, browser }) => {
            let mut response = see_other(continue_to.as_str());
            let cookies = [session.cookie(&account.cookies), browser.cookie(&account)];
            for cookie in cookies.into_iter().flatten() {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            return response;
        }
        Ok(SignedIn::WrongPair) => SignInProblem::WrongPair,
        Ok(SignedIn::StaleForm) => SignInProblem::StaleForm,
        Ok(SignedIn::TooMany(Wait(retry_after))) => SignInProblem::TooMany { retry_after },
        Ok(SignedIn::Busy) => SignInProblem::Busy { retry_after: 2 },
        Err(error) => return refusal::unavailable(&account, &error),
    };
    show(&account, &headers, &continue_to, Some((username, problem)))
}

fn show(
    account: &AccountDeps,
    headers: &HeaderMap,
    continue_to: &ContinueTo,
    again: Option<(String, SignInProblem)>,
) -> Response {
    let (form_token, cookie) = account.sign_in_form(headers);
    let (username, problem) =
        again.map_or((String::new(), None), |(name, problem)| (name, Some(problem)));
    let shown = SignInPage {
        site: &account.site,
        asking: SignInPage::asking(continue_to.as_str()),
        form_token,
        continue_to: continue_to.as_str().to_owned(),
        username,
        problem,
    };
    let (status, retry_after) = answer(problem);
    let mut response = page(status, &shown, &shown.form_action(), shown.opener());
    let headers = response.headers_mut();
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(cookie) = cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

fn answer(problem: Option<SignInProblem>) -> (StatusCode, Option<u64>) {
    match problem {
        None => (StatusCode::OK, None),
        Some(SignInProblem::WrongPair) => (StatusCode::FORBIDDEN, None),
        Some(SignInProblem::StaleForm) => (StatusCode::BAD_REQUEST, None),
        Some(SignInProblem::TooMany { retry_after }) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(retry_after))
        }
        Some(SignInProblem::Busy { retry_after }) => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(retry_after))
        }
    }
}
