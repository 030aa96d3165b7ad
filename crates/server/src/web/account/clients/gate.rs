//! Who asks, and of which client? Whoever is not signed in may do so first; a client that is not this person's to use is none at all.

use axum::{
    extract::{FromRef, FromRequestParts, Path},
    response::Response,
};
use http::{StatusCode, request::Parts};

use crate::{
    flow::{
        SignedIn,
        account::{
            AccountDeps,
            clients::{Usable, find},
        },
    },
    pages::{FormAction, MessageLink, MessagePage, Opener, page},
    web::account::{refusal, sign_in},
};

/// A request of somebody who is signed in.
pub(super) struct AsPerson(pub(super) SignedIn);

/// The same, of a client that they may use.
pub(super) struct OfClient(pub(super) SignedIn, pub(super) Usable);

/// The same, of a client that is theirs.
pub(super) struct OfOwnClient(pub(super) SignedIn, pub(super) Usable);

impl<S> FromRequestParts<S> for AsPerson
where
    AccountDeps: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let account = AccountDeps::from_ref(state);
        match account.signed_in(&parts.headers).await {
            Ok(Some(person)) => Ok(Self(person)),
            Ok(None) => Err(sign_in::first(&account, "/account/clients")),
            Err(error) => Err(refusal::unavailable(&account, &error)),
        }
    }
}

impl<S> FromRequestParts<S> for OfClient
where
    AccountDeps: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let AsPerson(person) = AsPerson::from_request_parts(parts, state).await?;
        let account = AccountDeps::from_ref(state);
        let Ok(Path(id)) = Path::<String>::from_request_parts(parts, state).await else {
            return Err(no_such_client(&account));
        };
        match find(&account, &person, &id).await {
            Ok(Some(client)) => Ok(Self(person, client)),
            Ok(None) => Err(no_such_client(&account)),
            Err(error) => Err(refusal::unavailable(&account, &error)),
        }
    }
}

impl<S> FromRequestParts<S> for OfOwnClient
where
    AccountDeps: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let OfClient(person, client) = OfClient::from_request_parts(parts, state).await?;
        if client.own {
            return Ok(Self(person, client));
        }
        Err(no_such_client(&AccountDeps::from_ref(state)))
    }
}

/// There is none, or it is somebody else's: nobody is told which.
fn no_such_client(account: &AccountDeps) -> Response {
    let nothing = MessagePage {
        site: &account.site,
        title: "There is no such client".to_owned(),
        text: "The address is wrong, it was deleted, or it is not shared with you.".to_owned(),
        link: Some(MessageLink { path: "/account/clients", label: "Your client IDs" }),
    };
    page(StatusCode::NOT_FOUND, &nothing, &FormAction::Own, Opener::Severed)
}
