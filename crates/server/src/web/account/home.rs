//! `GET /account`.

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};

use super::{refusal, sign_in};
use crate::{
    flow::{
        SignedIn,
        account::{AccountDeps, home::connected, requests::news},
        admin::may_review,
        developer::may_develop,
    },
    pages::{Account, FormAction, HomePage, Opener, When, page, role_words},
};

pub(super) async fn get(State(account): State<AccountDeps>, headers: HeaderMap) -> Response {
    let person = match account.signed_in(&headers).await {
        Ok(Some(person)) => person,
        Ok(None) => return sign_in::first(&account, "/account"),
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let applications = match connected(&account, person.user.id).await {
        Ok(count) => count,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let news = match news(&account.deps, person.user.id).await {
        Ok(count) => count,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let home = HomePage {
        site: &account.site,
        role_words: role_words(person.user.role),
        developer: may_develop(person.user.role),
        staff: may_review(person.user.role),
        signed_in: When::at(person.session.created_at),
        account: shown(&account, person),
        applications,
        news,
    };
    page(StatusCode::OK, &home, &FormAction::Own, Opener::Severed)
}

/// The account as its pages show it.
pub(super) fn shown(account: &AccountDeps, person: SignedIn) -> Account {
    Account { sign_out_token: account.form_token(&person), username: person.user.username }
}
