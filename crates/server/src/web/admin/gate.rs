//! Who may see such a page? Whoever is not signed in may do so first; whoever has not the role is told nothing, not even that there is a page.

use axum::{
    extract::{FromRef, FromRequestParts},
    response::Response,
};
use http::{StatusCode, request::Parts};

use crate::{
    flow::{
        SignedIn,
        account::{AccountDeps, continue_to::ContinueTo},
        admin::{Administrator, Reviewer},
    },
    pages::{FormAction, MessagePage, Opener, page, see_other},
    web::account::refusal,
};

/// A request of somebody who decides what waits.
pub(super) struct AsReviewer(pub(super) Reviewer);

/// A request of somebody who runs this server.
pub(super) struct AsAdministrator(pub(super) Administrator);

impl<S> FromRequestParts<S> for AsReviewer
where
    AccountDeps: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let account = AccountDeps::from_ref(state);
        let person = person(&account, parts).await?;
        Reviewer::of(person).map(Self).ok_or_else(|| no_such_page(&account))
    }
}

impl<S> FromRequestParts<S> for AsAdministrator
where
    AccountDeps: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let account = AccountDeps::from_ref(state);
        let person = person(&account, parts).await?;
        Administrator::of(person).map(Self).ok_or_else(|| no_such_page(&account))
    }
}

pub(in crate::web) async fn person(
    account: &AccountDeps,
    parts: &Parts,
) -> Result<SignedIn, Response> {
    match account.signed_in(&parts.headers).await {
        Ok(Some(person)) => Ok(person),
        Ok(None) => {
            let base = &account.site.base;
            let back = ContinueTo::parse(parts.uri.path(), base);
            Err(see_other(&format!("{base}/account/sign-in?continue={}", back.as_str())))
        }
        Err(error) => Err(refusal::unavailable(account, &error)),
    }
}

/// The page of a path that leads nowhere.
pub(in crate::web) fn no_such_page(account: &AccountDeps) -> Response {
    let nothing = MessagePage {
        site: &account.site,
        title: "There is no such page".to_owned(),
        text: "The address is wrong, or what was there is gone.".to_owned(),
        link: None,
    };
    page(StatusCode::NOT_FOUND, &nothing, &FormAction::Own, Opener::Severed)
}
