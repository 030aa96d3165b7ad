//! `GET /developer/{id}/test`. A question that a link can carry: nothing is stored by asking it.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use http::StatusCode;
use salver_oauth::form::Form;

use super::{gate::AsDeveloper, shown};
use crate::{
    flow::{
        account::AccountDeps,
        developer::{application::is_in_force, try_out::try_out},
        explain::{ExplainRefusal, Explained},
        refusal::Refusal,
    },
    pages::{
        FormAction, HostName, Opener, Untrusted,
        developer::{TriedAt, TryOutPage},
        page,
    },
    web::{
        account::refusal,
        admin::{explanation_refused, no_such_page},
    },
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let deps = &account.deps;
    let client = match developer.find(deps, &id).await {
        Ok(Some(client)) => client,
        Ok(None) => return no_such_page(&account),
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let resources = &deps.settings.resources;
    let query = query.unwrap_or_default();
    let asked = Form::parse(&query).one("resource").ok().flatten();
    let first = resources.offers().first().map(|offer| offer.resource.as_str());
    let chosen = asked.as_deref().or(first);
    let answer = match try_out(deps, &developer, (&id, chosen)).await {
        Ok(Some(all)) => Ok(all.iter().filter_map(at).collect()),
        Ok(None) => return no_such_page(&account),
        Err(ExplainRefusal::Login(Refusal::Unavailable(error))) => {
            return refusal::unavailable(&account, &error);
        }
        Err(refusal) => Err(explanation_refused(&refusal)),
    };
    let offers = resources.offers().iter().map(|offer| offer.resource.as_str());
    let resources = offers.map(|id| {
        let name = resources.find(id).map_or(id, |resource| &resource.name);
        (name.to_owned(), id.to_owned(), chosen == Some(id))
    });
    let tried = TryOutPage {
        site: &account.site,
        account: shown(&account, &developer),
        in_force: is_in_force(&client),
        id: client.client_id,
        resources: resources.collect(),
        answer,
    };
    page(StatusCode::OK, &tried, &FormAction::Own, Opener::Severed)
}

fn at(explained: &Explained) -> Option<TriedAt> {
    let redirect_uri = Untrusted::identifier(&explained.redirect_uri)?;
    Some(match &explained.outcome {
        Ok(explanation) => TriedAt {
            refused_key_host: explained.refused_key_host.as_deref().map(HostName::of_text),
            ..TriedAt::of(redirect_uri, explanation)
        },
        Err(_) => TriedAt::nowhere(redirect_uri),
    })
}
