//! `GET` and `POST /admin/review/{case}`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use salver_oauth::client::metadata::Methods;
use salver_policy::judge::Outcome;

use super::{
    gate::{AsReviewer, no_such_page},
    lines,
};
use crate::{
    flow::{
        account::AccountDeps,
        admin::{
            Reviewer,
            case::{CaseFile, MayDecide, Seen, Unseen, load},
            decide::{Decided, DecisionFault, Wish, decide, shown},
        },
    },
    form_token::{Holder, Purpose},
    pages::{
        FormAction, Opener, Proof, Recipient, Untrusted, Warning, When,
        admin::{
            AskingLine, CasePage, CaseStanding, ClientLine, ClientNow, DecisionForm, LookAlike,
            SeenClient, VerdictNow,
        },
        page, see_other,
    },
    web::{
        account::{OwnForm, refusal},
        refusal::wrong,
    },
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
    Path(case): Path<String>,
) -> Response {
    match load(&account.deps, &reviewer, &case).await {
        Ok(Some(file)) => show(&account, &reviewer, &file, None),
        Ok(None) => no_such_page(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
    Path(case): Path<String>,
    form: OwnForm,
) -> Response {
    let wish = Wish {
        form_token: form.field("form_token"),
        approve: form.field("decision") == "approve",
        whom: form.field("whom"),
        days: form.field("days"),
        anywhere: form.field("where") == "anywhere",
        note: form.field("note"),
        seen: form.field("seen"),
        case,
    };
    if !wish.approve && form.field("decision") != "refuse" {
        return refusal::unreadable_form(&account);
    }
    match decide(&account, &reviewer, &wish).await {
        Ok(Decided::Yes) => see_other(&format!("{}/admin/review/{}", account.site.base, wish.case)),
        Ok(Decided::No(file, fault)) => show(&account, &reviewer, &file, Some((wish, fault))),
        Ok(Decided::NoSuchCase) => no_such_page(&account),
        Ok(Decided::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

fn show(
    account: &AccountDeps,
    reviewer: &Reviewer,
    file: &CaseFile,
    again: Option<(Wish, DecisionFault)>,
) -> Response {
    let case = &file.case;
    let Some(client) = ClientLine::of(&case.label, &case.client_id) else {
        return no_such_page(account);
    };
    let (wish, problem) = again.unzip();
    let earlier = file.earlier.iter();
    let earlier = earlier.filter_map(|one| Some((one.id.to_string(), lines::decision(one)?)));
    let approvals = file.approvals.iter().filter_map(|one| lines::approval(account, one));
    let shown = CasePage {
        site: &account.site,
        staff: lines::staff(account, reviewer),
        id: case.id.to_string(),
        client,
        resource: lines::resource(account, &case.resource),
        recipient: Recipient::of_class(&case.recipient),
        opened: When::at(case.opened_at),
        standing: standing(file),
        now: match &file.now {
            Ok(seen) => ClientNow::Seen(Box::new(client_now(seen))),
            Err(Unseen::NoLonger) => ClientNow::NoLonger,
            Err(Unseen::Refused(refusal)) => ClientNow::NotFound { why: wrong(refusal) },
        },
        asking: file.asking.iter().take(SHOWN).map(asking).collect(),
        more: file.asking.len().saturating_sub(SHOWN),
        earlier: earlier.collect(),
        approvals: approvals.collect(),
        form: (file.may == MayDecide::Yes).then(|| decision_form(account, reviewer, file, wish)),
        problem,
    };
    page(status(problem), &shown, &FormAction::Own, Opener::Severed)
}

const fn status(problem: Option<DecisionFault>) -> StatusCode {
    match problem {
        None => StatusCode::OK,
        Some(DecisionFault::Meanwhile | DecisionFault::Changed | DecisionFault::Unseen) => {
            StatusCode::CONFLICT
        }
        Some(DecisionFault::OnlyOneAsking) => StatusCode::FORBIDDEN,
        Some(DecisionFault::Whom(_) | DecisionFault::Days) => StatusCode::BAD_REQUEST,
    }
}

fn standing(file: &CaseFile) -> CaseStanding {
    match lines::decision(&file.case) {
        Some(decision) => CaseStanding::Decided {
            decision,
            note: file.case.note.as_deref().and_then(Untrusted::remark),
        },
        None if file.may == MayDecide::OnlyOneAsking => CaseStanding::OpenToOthers,
        None => CaseStanding::Open,
    }
}

fn client_now(seen: &Seen) -> SeenClient {
    let (client, judged) = (&seen.client, &seen.judged);
    let verdict = &judged.verdict;
    let reason = verdict.reason.to_string();
    let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
    SeenClient {
        proof: match &seen.hosted_for {
            Some(account) => Proof::hosted(client.client_id.as_str(), account),
            None => Proof::of(&judged.assessment),
        },
        claimed_name: client.name.as_deref().and_then(Untrusted::name),
        claimed_developer: client.client_uri.as_deref().and_then(Untrusted::identifier),
        warnings: judged.warnings.iter().map(Warning::of).collect(),
        look_alikes: judged.warnings.iter().filter_map(LookAlike::of).collect(),
        redirect_uris: client
            .redirect_uris
            .iter()
            .filter_map(|uri| Untrusted::identifier(uri.as_str()))
            .collect(),
        authentication: authentication(client.methods),
        scopes: verdict.scopes.to_string(),
        verdict: match verdict.outcome {
            Outcome::Review => {
                VerdictNow::Review { rule: text(&verdict.rule), sentence: text(&verdict.sentence) }
            }
            Outcome::Allow | Outcome::Warn(_) => VerdictNow::LetIn,
            Outcome::Deny => VerdictNow::Denied {
                why: Untrusted::identifier(&reason).map_or(reason, |clean| clean.text().to_owned()),
            },
        },
        has_changed: seen.has_changed,
    }
}

const fn authentication(methods: Methods) -> &'static str {
    if methods.attestation {
        return if methods.none {
            "by attested installations (attest_jwt_client_auth), or not at all"
        } else {
            "by attested installations (attest_jwt_client_auth)"
        };
    }
    match (methods.private_key_jwt, methods.none, methods.client_secret()) {
        (true, false, _) => "with keys of its own (private_key_jwt)",
        (true, true, _) => "with keys of its own (private_key_jwt), or not at all",
        (false, _, Some(_)) => "with a secret that this server gave it",
        (false, _, None) => "not at all (a public client)",
    }
}

fn asking(one: &crate::flow::admin::case::Asking) -> AskingLine {
    AskingLine {
        username: one.user.username.clone(),
        groups: one.user.groups.iter().map(ToString::to_string).collect(),
        disabled: one.user.disabled_at.is_some(),
        asked: When::at(one.request.asked_at),
        reason: Untrusted::remark(&one.request.reason),
    }
}

/// The form, with what was filled in; at first for three months, since what is approved for good is forgotten.
fn decision_form(
    account: &AccountDeps,
    reviewer: &Reviewer,
    file: &CaseFile,
    wish: Option<Wish>,
) -> DecisionForm {
    let holder = Holder::Session(reviewer.person().session.token);
    let active = file.asking.iter().filter(|one| one.user.disabled_at.is_none()).take(SHOWN);
    let mut groups: Vec<String> =
        active.clone().flat_map(|one| &one.user.groups).map(ToString::to_string).collect();
    groups.sort();
    groups.dedup();
    let (whom, days, anywhere, note) = wish.map_or_else(
        || (String::new(), DAYS.to_owned(), false, String::new()),
        |wish| (wish.whom, wish.days, wish.anywhere, wish.note),
    );
    DecisionForm {
        form_token: account.issue(Purpose::Decide, &holder),
        seen: file.now.as_ref().ok().map(|seen| shown(&seen.substance)),
        people: active.map(|one| one.user.username.clone()).collect(),
        groups,
        whom,
        days,
        anywhere,
        note,
    }
}

/// How many of those who ask are shown.
const SHOWN: usize = 50;
/// The time that is proposed.
const DAYS: &str = "90";
