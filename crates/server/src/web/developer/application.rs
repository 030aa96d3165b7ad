//! `GET` and `POST /developer/{id}`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use salver_oauth::Timestamp;

use super::{document, gate::AsDeveloper, shown};
use crate::{
    flow::{
        account::AccountDeps,
        developer::{
            Developer,
            application::{ApplicationFile, load},
            document::read_again,
            list,
            secrets::SecretFault,
            step::{Stepped, step},
        },
        registrar::{NewEvent, RecordedSecret, Wish},
    },
    form_token::{Holder, Purpose},
    pages::{
        FormAction, HostName, Opener, Tile, Untrusted, When,
        developer::{
            ApplicationPage, DifferenceLine, EventLine, SecretLine, StepForm, WrittenLook,
            state_words,
        },
        page, see_other,
    },
    web::{
        account::{OwnForm, refusal},
        admin::no_such_page,
    },
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
) -> Response {
    again(&account, &developer, &id, Problem::None).await
}

pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    Path(id): Path<String>,
    form: OwnForm,
) -> Response {
    let (revision, token) = (form.field("revision"), form.field("form_token"));
    if form.field("step") == "read" {
        let read = read_again(&account, &developer, (&id, &revision), &token).await;
        return document::answer_again(&account, &developer, &id, read).await;
    }
    let wish = match &*form.field("step") {
        "submit" => Wish::Submit,
        "withdraw" => Wish::Withdraw,
        "publish" => Wish::Publish,
        _ => return refusal::unreadable_form(&account),
    };
    match step(&account, &developer, (&id, &revision), (wish, &token)).await {
        Ok(Stepped::Yes) => see_other(&format!("{}/developer/{id}", account.site.base)),
        Ok(Stepped::NotNow) => again(&account, &developer, &id, Problem::NotNow).await,
        Ok(Stepped::Refused) => again(&account, &developer, &id, Problem::Refused).await,
        Ok(Stepped::NoSuchApplication) => no_such_page(&account),
        Ok(Stepped::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

/// What was not done.
#[derive(Clone, Copy)]
pub(super) enum Problem {
    None,
    NotNow,
    Refused,
    Unread(&'static str),
    Secret(SecretFault),
}

/// The page, with why what was wished for was not done.
pub(super) async fn again(
    account: &AccountDeps,
    developer: &Developer,
    id: &str,
    problem: Problem,
) -> Response {
    let status = match problem {
        Problem::None => StatusCode::OK,
        Problem::Refused
        | Problem::Unread(_)
        | Problem::Secret(SecretFault::Name | SecretFault::Days) => StatusCode::BAD_REQUEST,
        Problem::NotNow | Problem::Secret(_) => StatusCode::CONFLICT,
    };
    match load(&account.deps, developer, id).await {
        Ok(Some(file)) => match shown_file(account, developer, &file, problem) {
            Some(shown) => page(status, &shown, &FormAction::Own, Opener::Severed),
            None => no_such_page(account),
        },
        Ok(None) => no_such_page(account),
        Err(error) => refusal::unavailable(account, &error),
    }
}

/// Nothing if not even its id can be shown, which does not happen.
fn shown_file<'a>(
    account: &'a AccountDeps,
    developer: &Developer,
    file: &ApplicationFile,
    problem: Problem,
) -> Option<ApplicationPage<'a>> {
    let (client, now) = (&file.client, account.deps.now());
    let content = &client.content;
    let holder = Holder::Session(developer.person().session.token);
    let in_force = content.in_force.is_some();
    let name = list::name(client);
    let has_secrets = file.written.as_ref().is_some_and(|look| look.has_secret);
    let (problem, secret_problem) = match problem {
        Problem::None => (None, None),
        Problem::NotNow => (Some(NOT_NOW), None),
        Problem::Refused => (Some(REFUSED), None),
        Problem::Unread(why) => (Some(why), None),
        Problem::Secret(fault) => (None, Some(fault)),
    };
    Some(ApplicationPage {
        site: &account.site,
        account: shown(account, developer),
        id: client.client_id.clone(),
        tile: Tile::of(&name),
        name: Untrusted::name(&name)?,
        state_words: state_words(content.state, in_force),
        in_force,
        vetted: content.vetted,
        document: content.document.as_ref().map(document::line),
        lost_domain: content.lost_domain.as_deref().map(HostName::of_text),
        remark: file
            .remark()
            .and_then(|(by, note)| Some((by.to_owned(), Untrusted::description(note)?))),
        written: file.written.as_ref().map(WrittenLook::of),
        ahead: DifferenceLine::all(&file.ahead),
        has_secrets: has_secrets || !file.secrets.is_empty(),
        secrets: file.secrets.iter().filter_map(|secret| secret_line(secret, now)).collect(),
        secret_token: account.issue(Purpose::ApplicationSecret, &holder),
        shown: file.secrets.len(),
        people: file.used.people,
        connections: file.used.connections,
        last_used: file.used.last_used_at.map(When::at),
        events: file.events.iter().take(SHOWN).map(|one| event_line(&one.event)).collect(),
        step: StepForm {
            form_token: account.issue(Purpose::ApplicationStep, &holder),
            revision: client.revision,
            can: file.can,
        },
        problem,
        secret_problem,
    })
}

fn secret_line(secret: &RecordedSecret, now: Timestamp) -> Option<SecretLine> {
    Some(SecretLine {
        id: secret.id.to_string(),
        name: Untrusted::name(&secret.name)?,
        made_by: secret.made_by.clone(),
        made: When::at(secret.made_at),
        last_used: secret.last_used_at.map(When::at),
        expires: secret.expires_at.map(When::at),
        live: secret.is_live(now),
    })
}

pub(in crate::web) fn event_line(event: &NewEvent) -> EventLine {
    EventLine {
        what: event.what.clone(),
        by: event.by.clone(),
        at: When::at(event.at),
        note: Untrusted::description(&event.note),
    }
}

/// How much of an application's history is shown.
pub(in crate::web) const SHOWN: usize = 100;

const NOT_NOW: &str =
    "It was changed since this page was shown, and nothing was done. This is how it stands now.";
const REFUSED: &str = "It cannot go on as it is written: one of its addresses or keys may not be used here. Change it first.";
