//! The answer to a consent page: everything is judged again, and then the yes and its code are recorded as one unit of work.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_oauth::{ApplicationId, GrantId, authorization::check::AuthorizationError};
use salver_policy::application::fingerprint;
use salver_store::record::{Code, Consent, Grant, Recorded};

use super::{
    SignedIn, application,
    asked::Asked,
    authorize::{self, Next, Prepared, Step},
    funnel::{self, FunnelStep},
    refusal::{PushedRefusal, Refusal, Unavailable},
    review,
    terms::Terms,
};
use crate::{deps::Deps, ticket::Ticket};

/// What the person said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Allow.
    Allow,
    /// Don't allow.
    Deny,
}

/// Takes the answer to a consent page.
///
/// # Errors
/// [`Refusal`], for a page.
pub async fn answer<'d>(
    deps: &'d Deps,
    ticket: &str,
    decision: Decision,
    person: &SignedIn,
) -> Result<Next<'d>, Refusal> {
    let ticket = Ticket::open(ticket, deps.secrets.tickets()).ok_or(Refusal::ForeignForm)?;
    if ticket.session != person.session.token {
        return Err(Refusal::ForeignForm);
    }
    let asked = Asked::read(deps, &ticket.request, ticket.shown_at).await?;
    let prepared = match authorize::prepare(deps, &asked, person).await? {
        Step::Done(location) => return Ok(Next::Redirect(location)),
        Step::Waits(prepared) => {
            return review::wait(deps, prepared, (&asked, &ticket.request), person).await;
        }
        Step::On(prepared) => prepared,
    };
    if decision == Decision::Deny {
        return Ok(Next::Redirect(prepared.back.with_error(&AuthorizationError::AccessDenied)));
    }
    let age = deps.now().seconds_since(ticket.shown_at);
    let shown_is_true =
        prepared.client.digest == ticket.metadata && age <= deps.settings.lifetimes.consent_page;
    if !shown_is_true {
        // A yes counts only for what was shown, while it was true: the page is shown anew.
        return authorize::begin(deps, &ticket.request, Some(person)).await;
    }
    record(deps, prepared, &ticket, person).await
}

async fn record<'d>(
    deps: &'d Deps,
    prepared: Box<Prepared<'d>>,
    ticket: &Ticket,
    person: &SignedIn,
) -> Result<Next<'d>, Refusal> {
    let proposed = GrantId::from_bytes(deps.random());
    let (text, code) = new_code(deps, &prepared, person, (proposed, ticket.number));
    let now = code.created_at;
    let terms = serde_json::to_string(&Terms::of(&prepared.judged, now))
        .map_err(|_| Unavailable::Crypto)?;
    let (fingerprint, name) = (fingerprint(&prepared.client), prepared.client.label());
    let consent = Consent {
        grant: Grant {
            id: proposed,
            user: person.user.id,
            application: ApplicationId::from_bytes(deps.random()),
            fingerprint: fingerprint.clone(),
            client_id: prepared.client.client_id.to_string(),
            recipient: prepared.back.recipient().to_string(),
            resource: prepared.accepted.offer.resource.to_string(),
            instance: prepared.instance().map(str::to_owned),
            scope: prepared.accepted.scope.clone(),
            assessment: serde_json::to_string(&prepared.judged.assessment)
                .map_err(|_| Unavailable::Crypto)?,
            metadata: prepared.client.digest,
            verdict: Some(terms),
            created_at: code.created_at,
            consented_at: code.created_at,
            held_at: None,
            revoked_at: None,
        },
        home: application::home(&fingerprint, name, &prepared.judged.policy.catalogue),
        name: name.to_owned(),
        code,
        document: prepared.document.as_deref().map(Into::into),
        newest: prepared.newest,
        judged_under: prepared.judged.bans.number,
        verdict: Some(prepared.judged.to_keep(now)),
        pushed: prepared.spent(deps),
    };
    match deps.store.record_consent(consent).await? {
        Recorded::Under(_) => {
            deps.met.note(&fingerprint);
            funnel::note(deps, FunnelStep::Approved, &fingerprint);
            Ok(Next::Redirect(prepared.back.with_code(&text)))
        }
        Recorded::TicketSpent => Err(Refusal::Answered),
        Recorded::RequestSpent => {
            let client_id = prepared.client.client_id.to_string();
            Err(Refusal::Pushed { client_id, why: PushedRefusal::Spent })
        }
        // Another version became the newest, or bans changed, at this very moment: the page is shown anew.
        Recorded::Outdated => authorize::begin(deps, &ticket.request, Some(person)).await,
        Recorded::JudgedAnew => {
            deps.bans.refresh(&*deps.store).await?;
            authorize::begin(deps, &ticket.request, Some(person)).await
        }
        Recorded::UserDisabled => {
            Ok(Next::SignIn { asking: prepared.client.client_id.to_string() })
        }
    }
}

/// A fresh code for a request: its text for the client, and what is stored of it.
pub(super) fn new_code(
    deps: &Deps,
    prepared: &Prepared<'_>,
    person: &SignedIn,
    (grant, ticket): (GrantId, [u8; 16]),
) -> (String, Code) {
    let text = format!("{CODE_PREFIX}{}", URL_SAFE_NO_PAD.encode(deps.random::<32>()));
    let now = deps.now();
    let code = Code {
        code: deps.secrets.digest(&text),
        ticket,
        grant,
        metadata: prepared.client.digest,
        redirect_uri: prepared.back.redirect_uri().to_owned(),
        code_challenge: prepared.accepted.challenge.as_str().to_owned(),
        scope: prepared.accepted.scope.clone(),
        pushed_by: prepared
            .pushed
            .as_ref()
            .and_then(|pushed| pushed.proven.client_key.as_deref())
            .map(str::to_owned),
        instance_key: prepared
            .pushed
            .as_ref()
            .and_then(|pushed| pushed.proven.instance_key.as_deref())
            .map(str::to_owned),
        auth_time: person.session.created_at,
        created_at: now,
        expires_at: now.plus_seconds(deps.settings.lifetimes.code),
        redeemed_by: None,
    };
    (text, code)
}

/// What codes begin with, so that scanners for leaked secrets know them.
const CODE_PREFIX: &str = "slvr_ac_";
