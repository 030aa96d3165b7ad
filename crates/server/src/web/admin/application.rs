//! `GET` and `POST /admin/applications/{id}`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    gate::{AsReviewer, no_such_page},
    lines,
};
use crate::{
    flow::{
        account::AccountDeps,
        admin::{
            Reviewer,
            application::{Dossier, load},
            decide_application::{Deed, Ruled, Ruling, RulingFault, rule},
        },
        registrar::step::{Hand, Step},
    },
    form_token::{Holder, Purpose},
    pages::{
        FormAction, HostName, Opener, When,
        admin::{CheckLine, ClientLine, DossierPage, RulingForm},
        developer::{DifferenceLine, WrittenLook, state_words},
        page, see_other,
    },
    web::{
        account::{OwnForm, refusal},
        developer::{SHOWN, event_line},
    },
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
    Path(id): Path<String>,
) -> Response {
    match load(&account.deps, &reviewer, &id).await {
        Ok(Some(dossier)) => show(&account, &reviewer, &dossier, None),
        Ok(None) => no_such_page(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
    Path(id): Path<String>,
    form: OwnForm,
) -> Response {
    let named = form.field("deed");
    let deed = Deed::ALL.into_iter().find(|(name, _)| *name == named).map(|(_, deed)| deed);
    if deed.is_none() && named != KEEP {
        return refusal::unreadable_form(&account);
    }
    let ruling = Ruling {
        id,
        revision: form.field("revision"),
        form_token: form.field("form_token"),
        deed,
        note: form.field("note"),
        ticked: form.fields("tick"),
    };
    match rule(&account, &reviewer, &ruling).await {
        Ok(Ruled::Yes) => {
            see_other(&format!("{}/admin/applications/{}", account.site.base, ruling.id))
        }
        Ok(Ruled::No(dossier, fault)) => show(&account, &reviewer, &dossier, Some((fault, ruling))),
        Ok(Ruled::NoSuchApplication) => no_such_page(&account),
        Ok(Ruled::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

fn show(
    account: &AccountDeps,
    reviewer: &Reviewer,
    dossier: &Dossier,
    again: Option<(RulingFault, Ruling)>,
) -> Response {
    let client = &dossier.client;
    let content = &client.content;
    let Some(line) = ClientLine::of(&dossier.name, &client.client_id) else {
        return no_such_page(account);
    };
    let (problem, ruling) = again.unzip();
    let form = form(account, reviewer, dossier, ruling);
    let shown = DossierPage {
        site: &account.site,
        staff: lines::staff(account, reviewer),
        id: client.client_id.clone(),
        client: line,
        owner: dossier.owner.clone(),
        own: dossier.hand == Hand::ReviewerOfOwn,
        state: state_words(content.state, content.in_force.is_some()),
        vetted: content.in_force.is_some() && content.vetted,
        domains: dossier.domains.iter().map(|one| HostName::of_text(one)).collect(),
        lost_domain: content.lost_domain.as_deref().map(HostName::of_text),
        people: dossier.used.people,
        connections: dossier.used.connections,
        wanted: dossier.wanted.as_ref().map(WrittenLook::of),
        in_force: dossier.in_force.as_ref().map(WrittenLook::of),
        differences: DifferenceLine::all(&dossier.differences),
        checklist: dossier.checklist.iter().map(check_line).collect(),
        events: dossier.events.iter().take(SHOWN).map(|one| event_line(&one.event)).collect(),
        form: form.can_do_something().then_some(form),
        problem,
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(RulingFault::Own) => StatusCode::FORBIDDEN,
        Some(RulingFault::Unticked | RulingFault::NoRemark) => StatusCode::BAD_REQUEST,
        Some(RulingFault::Meanwhile | RulingFault::NotNow | RulingFault::BreaksRule) => {
            StatusCode::CONFLICT
        }
    };
    page(status, &shown, &FormAction::Own, Opener::Severed)
}

fn form(
    account: &AccountDeps,
    reviewer: &Reviewer,
    dossier: &Dossier,
    ruling: Option<Ruling>,
) -> RulingForm {
    let holder = Holder::Session(reviewer.person().session.token);
    RulingForm {
        form_token: account.issue(Purpose::ReviewApplication, &holder),
        revision: dossier.client.revision,
        take: dossier.may(Step::Take),
        decide: dossier.may(Step::Approve),
        suspend: dossier.may(Step::Suspend),
        resume: dossier.may(Step::Resume { unchanged: true }),
        note: ruling.map(|ruling| ruling.note).unwrap_or_default(),
    }
}

fn check_line(item: &crate::flow::admin::application::Item) -> CheckLine {
    let looked_at = item.looked_at.as_ref();
    CheckLine {
        text: item.text.to_string(),
        looked_at: looked_at.map(|(by, at)| (by.clone(), When::at(*at))),
    }
}

/// The deed of who only ticks something.
const KEEP: &str = "keep";
