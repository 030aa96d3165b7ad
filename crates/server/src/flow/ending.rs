//! Does a login end by what was judged, and where: for its client by an error, or for the person on a page?
//!
//! What a client can mend by pushing its request is for the client to hear (PAR-3); all else is for the person. Whoever ends here for want of a proof finds its keys
//! at hand when it comes again: for a push nobody is there in whose name they could be fetched (DESIGN 4.5).

use salver_oauth::{
    authorization::check::{AuthorizationError, Offer, PushFault},
    client::{
        id::ClientId,
        metadata::{Keys, Metadata},
    },
};
use salver_policy::{
    assessment::Rung,
    evidence::{Evidence, EvidenceKind},
    judge::{Outcome, Reason},
    rules::Requirement,
};

use super::{
    asked::Asked,
    client_authentication::have_at_hand,
    judgement::{Bench, Judged, Known},
    refusal::{Denied, DeniedFor, Refusal, Unattested},
};
use crate::{anchor, deps::Deps};

/// How a login ends for its client; nothing if it goes on, or waits for a reviewer.
///
/// # Errors
/// [`Refusal`], if it ends on a page.
pub(super) async fn ended(
    deps: &Deps,
    (asked, offer): (&Asked, &Offer),
    (known, judged): (&Known<'_>, &Judged),
) -> Result<Option<AuthorizationError>, Refusal> {
    let client = known.client;
    let lacks_push = lacks_push(judged);
    let denied = denied(judged, client);
    if denied.is_some() {
        deps.store.note_verdict(judged.to_keep(deps.now())).await?;
    }
    let unattested = unattested(deps, known, judged);
    let is_wanted_pushed = asked.check_arrival(deps, client, offer).is_err() || lacks_push;
    let ends_for_client = match &denied {
        Some(_) if is_banned(judged) => None,
        _ if is_wanted_pushed => Some(PushFault::NotPushed),
        Some(_) => None,
        None => asked.is_unproven(client).then_some(PushFault::NotProven),
    };
    let comes_again_with_keys = ends_for_client.is_some() && may_push(deps, known, judged);
    if unattested.is_some() || comes_again_with_keys {
        Box::pin(have_at_hand(deps, &client.keys, known.user)).await;
    }
    match (ends_for_client, denied) {
        (Some(fault), _) => Ok(Some(fault.into())),
        (None, Some(denied)) => Err(Refusal::Policy(Box::new(Denied { unattested, ..denied }))),
        (None, None) => Ok(None),
    }
}

/// PAR-3: whether all that a rule wants of this login is that it begins with a pushed request.
fn lacks_push(judged: &Judged) -> bool {
    judged.verdict.outcome == Outcome::Deny
        && judged.verdict.reason == Reason::Lacks(Requirement::PushedRequest)
}

fn is_banned(judged: &Judged) -> bool {
    matches!(judged.verdict.reason, Reason::Ban { .. })
}

/// Whether policy ends the login.
fn denied(judged: &Judged, client: &Metadata) -> Option<Denied> {
    let verdict = &judged.verdict;
    let key_host = judged.refused_key_host(client).map(DeniedFor::KeyHost);
    let why = match verdict.outcome {
        Outcome::Deny => DeniedFor::Verdict(verdict.reason.clone()),
        Outcome::Allow | Outcome::Warn(_) | Outcome::Review => key_host?,
    };
    Some(Denied {
        client_id: client.client_id.to_string(),
        label: client.label().to_owned(),
        rule: verdict.rule.as_deref().map(str::to_owned),
        sentence: verdict.sentence.as_deref().map(str::to_owned),
        why,
        unattested: None,
    })
}

/// What was shown in place of an attestation that would let the login come further: the same rules are asked what they make of an attested installation. Nothing if
/// they make no more of it, or if nobody could attest one.
fn unattested(deps: &Deps, known: &Known<'_>, judged: &Judged) -> Option<Unattested> {
    let is_held_up = matches!(judged.verdict.outcome, Outcome::Deny | Outcome::Review);
    let is_attested = judged.assessment.rung == Rung::Attested;
    if !is_held_up || is_attested || is_banned(judged) || !may_be_attested(deps, known.client) {
        return None;
    }
    let attested = as_if_pushed(deps, (known, judged), EvidenceKind::DeviceKey.into());
    let comes_further = match (&judged.verdict.outcome, &attested.verdict.outcome) {
        (_, Outcome::Deny) | (Outcome::Review, Outcome::Review) => false,
        (_, Outcome::Allow | Outcome::Warn(_) | Outcome::Review) => true,
    };
    let is_let_in = comes_further && attested.refused_key_host(known.client).is_none();
    let by_user = judged.assessment.evidence.contains(EvidenceKind::UserAttested);
    is_let_in.then_some(if by_user { Unattested::UserAlone } else { Unattested::Nothing })
}

/// Whether it is known who would attest installations of this client.
fn may_be_attested(deps: &Deps, client: &Metadata) -> bool {
    client.keys != Keys::None
        || matches!(client.client_id, ClientId::Stated(_))
        || anchor::attester_of(deps, client.client_id.as_str()).is_some()
}

/// Whether the client could come with keys by a push, and would not be kept out then.
fn may_push(deps: &Deps, known: &Known<'_>, judged: &Judged) -> bool {
    let pushed = as_if_pushed(deps, (known, judged), Evidence::NONE);
    known.client.methods.rest_on_keys()
        && pushed.verdict.outcome != Outcome::Deny
        && pushed.refused_key_host(known.client).is_none()
}

/// The login as it would be judged if it had been pushed, and this had been proven then.
fn as_if_pushed(deps: &Deps, (known, judged): (&Known<'_>, &Judged), proven: Evidence) -> Judged {
    let bench = Bench { policy: judged.policy.clone(), bans: judged.bans.clone() };
    let pushed = Some(known.pushed.unwrap_or_default().union(proven));
    bench.judge(&Known { pushed, ..known.clone() }, deps.now())
}
