//! What would a login with this application come to, as it is written now? Judged by the same that judges logins; nothing is stored, and nobody is sent anywhere.

use salver_oauth::authorization::check::{AuthorizationError, PushFault};
use salver_policy::evidence::Evidence;

use super::Developer;
use crate::{
    deps::Deps,
    flow::{
        explain::{Asking, ExplainRefusal, Explained, Question, explain},
        refusal::Refusal,
    },
};

/// The login of its own developer at this resource, once for each redirect URI.
///
/// # Errors
/// [`ExplainRefusal`] says why it would end before anything is judged. Nothing, if there is no such application.
pub async fn try_out(
    deps: &Deps,
    developer: &Developer,
    (client_id, resource): (&str, Option<&str>),
) -> Result<Option<Vec<Explained>>, ExplainRefusal> {
    let found = developer.find(deps, client_id).await.map_err(Refusal::from)?;
    let Some(client) = found else { return Ok(None) };
    let question = Question {
        client: match &client.content.document {
            Some(_) => Asking::Document(client.content.draft.as_bytes()),
            None => Asking::Application(&client),
        },
        redirect_uri: None,
        resource,
        user: Some(&developer.person().user.username),
        scopes: None,
        pushed: None,
    };
    let plain = explain(deps, &question).await;
    // Where requests have to be pushed, the application's will be.
    if matches!(plain, Err(ExplainRefusal::Request(AuthorizationError::Push(PushFault::NotPushed))))
    {
        let pushed = Question { pushed: Some(Evidence::NONE), ..question };
        return explain(deps, &pushed).await.map(Some);
    }
    plain.map(Some)
}
