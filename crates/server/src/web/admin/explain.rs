//! `GET /admin/explain`. A question that a link can carry: nothing is stored by asking it.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::StatusCode;
use salver_oauth::{authorization::check::AuthorizationError, form::Form};
use salver_policy::evidence::{Evidence, EvidenceKind};

use super::{
    gate::{AsAdministrator, AsReviewer},
    lines,
};
use crate::{
    flow::{
        account::AccountDeps,
        explain::{Asking, ExplainRefusal, Explained, Question, explain},
        refusal::Refusal,
    },
    pages::{
        FormAction, HostName, Opener, Untrusted,
        admin::{ExplainAnswer, ExplainFields, ExplainPage, ExplainedAt, ExplainedPath},
        page,
    },
    web::{account::refusal, refusal::wrong},
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsAdministrator(_): AsAdministrator,
    AsReviewer(reviewer): AsReviewer,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = fields(&query.unwrap_or_default());
    let answer = match answer(&account, &fields).await {
        Ok(answer) => answer,
        Err(ExplainRefusal::Login(Refusal::Unavailable(error))) => {
            return refusal::unavailable(&account, &error);
        }
        Err(refusal) => Some(ExplainAnswer::Cannot { why: in_words(&refusal) }),
    };
    let offers = account.deps.settings.resources.offers().iter();
    let ids = offers.map(|offer| offer.resource.as_str());
    let explained = ExplainPage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        fields,
        resources: ids.map(|id| (lines::resource_name(&account, id), id.to_owned())).collect(),
        answer,
    };
    page(StatusCode::OK, &explained, &FormAction::Own, Opener::Severed)
}

fn fields(query: &str) -> ExplainFields {
    let form = Form::parse(query);
    let field = |name| form.one(name).ok().flatten().unwrap_or_default().trim().to_owned();
    ExplainFields {
        client_id: field("client_id"),
        redirect: field("redirect"),
        resource: field("resource"),
        user: field("user"),
        way: field("way"),
    }
}

/// Nothing if nothing was asked.
async fn answer(
    account: &AccountDeps,
    fields: &ExplainFields,
) -> Result<Option<ExplainAnswer>, ExplainRefusal> {
    if fields.client_id.is_empty() {
        return Ok(None);
    }
    let named = |text: &'_ str| !text.is_empty();
    let question = Question {
        client: Asking::ClientId(&fields.client_id),
        redirect_uri: Some(&*fields.redirect).filter(|text| named(text)),
        resource: Some(&*fields.resource).filter(|text| named(text)),
        user: Some(&*fields.user).filter(|text| named(text)),
        scopes: None,
        pushed: pushed(&fields.way),
    };
    let all = explain(&account.deps, &question).await?;
    Ok(Some(ExplainAnswer::At(all.iter().filter_map(at).collect())))
}

/// What would be verified of a request that comes in this way; nothing of a plain one.
fn pushed(way: &str) -> Option<Evidence> {
    match way {
        "pushed" => Some(Evidence::NONE),
        "keys" => Some(EvidenceKind::PublisherKeys.into()),
        "user" => Some(EvidenceKind::UserAttested.into()),
        "device_key" => Some(EvidenceKind::DeviceKey.into()),
        "platform" => Some(EvidenceKind::Platform.into()),
        _ => None,
    }
}

fn at(explained: &Explained) -> Option<ExplainedAt> {
    Some(ExplainedAt {
        redirect_uri: Untrusted::identifier(&explained.redirect_uri)?,
        path: match &explained.outcome {
            Ok(explanation) => Ok(ExplainedPath::of(explanation)),
            Err(error) => Err(format!("The login ends on a page: {error}.")),
        },
        refused_key_host: explained.refused_key_host.as_deref().map(HostName::of_text),
    })
}

/// Why there is nothing to explain.
pub(in crate::web) fn in_words(refusal: &ExplainRefusal) -> String {
    match refusal {
        ExplainRefusal::Login(refusal) => wrong(refusal),
        ExplainRefusal::Request(AuthorizationError::Push(_)) => {
            "The client would be sent back with an error: here the request has to be pushed."
                .to_owned()
        }
        ExplainRefusal::Request(_) => {
            "The client would be sent back with an error before anybody is asked.".to_owned()
        }
        ExplainRefusal::TooLong(_) | ExplainRefusal::NoUrl => {
            "That is not the client_id of a document.".to_owned()
        }
        ExplainRefusal::NoResource(_) => "There is no such MCP server here.".to_owned(),
        ExplainRefusal::NoUser(_) => "There is no account of this name.".to_owned(),
        ExplainRefusal::Disabled(_) => {
            "That account is disabled, so it signs in nowhere.".to_owned()
        }
    }
}
