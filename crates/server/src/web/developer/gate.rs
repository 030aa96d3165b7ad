//! Who may see such a page? Whoever has the role; others are told nothing, as in administration.

use axum::{
    extract::{FromRef, FromRequestParts},
    response::Response,
};
use http::request::Parts;

use crate::{
    flow::{account::AccountDeps, developer::Developer},
    web::admin::{no_such_page, person},
};

/// A request of somebody who develops applications.
pub(super) struct AsDeveloper(pub(super) Developer);

impl<S> FromRequestParts<S> for AsDeveloper
where
    AccountDeps: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let account = AccountDeps::from_ref(state);
        let person = person(&account, parts).await?;
        Developer::of(person).map(Self).ok_or_else(|| no_such_page(&account))
    }
}
