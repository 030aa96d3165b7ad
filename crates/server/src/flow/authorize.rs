//! The authorization endpoint: from a request to a question, or to an answer if the question was answered before.
//!
//! - The request is read, or what was pushed is opened; the client is found, the return address is chosen. Until here every failure is a page.
//! - From here on failures are redirects: the request is judged.
//! - Somebody must be signed in.
//! - What is proven of the client is assessed, and the person is asked unless an earlier yes covers it.

mod on_record;

use std::sync::Arc;

use bytes::Bytes;
use salver_oauth::{
    Scope,
    authorization::{
        check::{self, Accepted, AuthorizationError},
        request::AuthorizationRequest,
        return_address::ReturnAddress,
    },
    client::{change::Change, id::ClientId, metadata::Metadata},
};
use salver_policy::{
    consent::{EarlierConsent, covers},
    judge::Outcome,
};
use salver_store::{
    Outcome as Stored,
    record::{AddCode, Digest, Grant},
};

use super::{
    SignedIn,
    asked::Asked,
    client::{self, Found, Reach},
    consent,
    ending::ended,
    judgement::{Bench, Judged, Known},
    logo, own_document, recorded,
    refusal::{ClientRefusal, Refusal, Unavailable},
    review::{self, Waiting},
    terms::Terms,
    version::{self, Since},
};
use crate::{
    chance::ticket_and_attempt,
    deps::Deps,
    logo::LogoHash,
    pushed::Pushed,
    ticket::{SealedTicket, Ticket},
};

/// How often a login is judged anew because something came in between. Each loss is somebody else's success.
const TRIES: usize = 8;

/// What comes after an authorization request.
pub enum Next<'d> {
    /// Somebody has to sign in. Nothing is known of the client but the host that claims to ask.
    SignIn {
        /// The `client_id` that is named, of which a page shows the host.
        asking: String,
    },
    /// The person is asked.
    Ask(Box<Question<'d>>),
    /// A reviewer is asked first.
    Wait(Box<Waiting<'d>>),
    /// The answer goes to the client: a location for a 303.
    Redirect(String),
}

/// What a person is asked.
pub struct Question<'d> {
    /// The request, client and return address.
    pub prepared: Box<Prepared<'d>>,
    /// What this client was allowed before at this resource, if anything.
    pub on_record: Option<Scope>,
    /// What has changed in the client's document since this account last let it in.
    pub changes: Vec<Change>,
    /// The client's logo, if it may be shown and is at hand.
    pub logo: Option<LogoHash>,
    /// The sealed ticket of the page.
    pub ticket: SealedTicket,
    /// The code of the attempt, as the page shows it.
    pub attempt: String,
}

/// A request whose client and return address are known, and which may be put before the person.
pub struct Prepared<'d> {
    /// Who asks.
    pub client: Arc<Metadata>,
    /// Its document; none of a client that an administrator entered.
    pub document: Option<Bytes>,
    /// The account for which this server hosts that document, if it does.
    pub hosted_for: Option<Box<str>>,
    /// The newest version of its document that was noted.
    pub newest: Option<Digest>,
    /// Where the answer goes.
    pub back: ReturnAddress,
    /// What is asked.
    pub accepted: Accepted<'d>,
    /// What is proven, and what policy says of it.
    pub judged: Judged,
    /// What this person granted this client before.
    pub grants: Vec<Grant>,
    /// What has changed since the grant on record; without one, since the newest of their grants.
    pub since: Since,
    /// What was pushed, if the request was.
    pub(crate) pushed: Option<Pushed>,
}

/// Something to go on with, something that waits for a reviewer, or the answer that ends the journey.
pub(super) enum Step<T> {
    On(T),
    Waits(T),
    Done(String),
}

/// Begins the journey.
///
/// # Errors
/// [`Refusal`], for a page.
pub async fn begin<'d>(
    deps: &'d Deps,
    raw: &str,
    person: Option<&SignedIn>,
) -> Result<Next<'d>, Refusal> {
    for _ in 0..TRIES {
        let asked = Asked::read(deps, raw, deps.now()).await?;
        let Some(person) = person else {
            return nobody_is_signed_in(deps, &asked).await;
        };
        let next = match Box::pin(prepare(deps, &asked, person)).await? {
            Step::Done(location) => Some(Next::Redirect(location)),
            Step::Waits(prepared) => {
                // On the heap: few logins wait.
                Some(Box::pin(review::wait(deps, prepared, (&asked, raw), person)).await?)
            }
            Step::On(prepared) => ask_or_answer(deps, prepared, raw, person).await?,
        };
        if let Some(next) = next {
            return Ok(next);
        }
        deps.bans.refresh(&*deps.store).await?;
    }
    Err(Refusal::Unavailable(Unavailable::Unsettled))
}

/// O21-13: nobody is redirected anywhere before they have signed in, but for clients whose addresses an administrator wrote down.
/// DESIGN 4.5: nothing is fetched for a stranger either.
async fn nobody_is_signed_in<'d>(deps: &'d Deps, asked: &Asked) -> Result<Next<'d>, Refusal> {
    let request = &asked.request;
    let known = client::find(deps, &request.client_id, Reach::AtHand).await?;
    if let Some(Found { metadata: client, .. }) = &known {
        let back = return_address(deps, client, request)?;
        if matches!(client.client_id, ClientId::Issued(_)) {
            let accepted = check::accept(client, request, deps.settings.resources.offers())
                .and_then(|accepted| asked.check_arrival(deps, client, accepted.offer));
            if let Err(error) = accepted {
                return Ok(Next::Redirect(back.with_error(&error)));
            }
            if request.is_silent() {
                return Ok(Next::Redirect(back.with_error(&AuthorizationError::LoginRequired)));
            }
        }
    }
    if request.is_silent() {
        return Err(Refusal::SilentStranger { client_id: request.client_id.to_string() });
    }
    // Known or not: a document that we host is not asked for under the name of our host.
    let client_id = known.as_ref().map_or(&request.client_id, |found| &found.metadata.client_id);
    let asking = match client_id {
        ClientId::Hosted(id) => id.as_str().to_owned(),
        client_id => client_id.to_string(),
    };
    Ok(Next::SignIn { asking })
}

/// Steps 2 to 4 and the assessment: the same at the request and at the answer to its page.
pub(super) async fn prepare<'d>(
    deps: &'d Deps,
    asked: &Asked,
    person: &SignedIn,
) -> Result<Step<Box<Prepared<'d>>>, Refusal> {
    let request = &asked.request;
    // Before anything is asked: what is recorded names the state that it was judged by.
    let bench = Bench { bans: deps.bans.get(), policy: deps.policy.get() };
    let client_id = request.client_id.as_str();
    let remembered = deps.store.find_standing(person.user.id, client_id, deps.now()).await?;
    let mut grants = remembered.grants;
    let reach = Reach::Host { person: person.user.id, known_good: !grants.is_empty() };
    let catalogue = Arc::clone(&bench.policy.catalogue);
    let found = client::find_with(deps, &catalogue, &request.client_id, reach).await?;
    // With somebody signed in, a client is found or refused.
    let found = found.ok_or(Refusal::ForeignForm)?;
    let standing = version::note(deps, &found, remembered.newest).await?;
    own_document::note_change(deps, &found).await?;
    if standing.effects {
        grants = deps.store.find_grants(person.user.id, client_id).await?;
    }
    let Found { metadata: client, copy, document, hosted_for, record, signed } = found;
    let signed = asked.signed(deps, &client).or(signed);
    let back = return_address(deps, &client, request)?;
    if client.dpop_bound {
        let (client_id, why) = (request.client_id.to_string(), ClientRefusal::NeedsBoundTokens);
        return Err(Refusal::Client { client_id, why });
    }
    match check::accept(&client, request, recorded::offers(deps, record.as_ref())) {
        Err(error) => Ok(Step::Done(back.with_error(&error))),
        Ok(mut accepted) => {
            let known = Known {
                client: &client,
                copy,
                back: &back,
                accepted: &accepted,
                user: person.user.id,
                groups: &person.user.groups,
                seen_before: !grants.is_empty(),
                first_seen: remembered.first_seen,
                registered: client::registered(deps, &catalogue, &client),
                record: record.as_ref(),
                signed: signed.as_ref(),
                approvals: &remembered.approvals,
                pushed: asked.evidence(deps, &client),
            };
            let judged = bench.judge(&known, deps.now());
            let ended = ended(deps, (asked, accepted.offer), (&known, &judged)).await?;
            if let Some(error) = ended {
                return Ok(Step::Done(back.with_error(&error)));
            }
            accepted.scope = judged.verdict.scopes.clone();
            let (newest, since) = (standing.newest, Since::default());
            let mut prepared = Box::new(Prepared {
                client,
                document,
                hosted_for,
                newest,
                back,
                accepted,
                judged,
                grants,
                since,
                pushed: asked.pushed.clone(),
            });
            let last = prepared.grants.iter().max_by_key(|grant| grant.consented_at);
            if let Some(grant) = prepared.grant_on_record().or(last) {
                prepared.since = version::since(deps, grant, &prepared.client).await?;
            }
            if prepared.judged.verdict.outcome == Outcome::Review {
                return Ok(Step::Waits(prepared));
            }
            Ok(Step::On(prepared))
        }
    }
}

async fn ask_or_answer<'d>(
    deps: &'d Deps,
    prepared: Box<Prepared<'d>>,
    raw: &str,
    person: &SignedIn,
) -> Result<Option<Next<'d>>, Refusal> {
    let on_record = prepared.grant_on_record();
    let scope_on_record = on_record.map(|grant| &grant.scope);
    let judged = &prepared.judged;
    let terms = on_record.map(Terms::read).transpose()?;
    let earlier = on_record
        .map(|grant| EarlierConsent { scope: &grant.scope, attested: grant.instance.is_some() });
    let covered = covers(earlier, &prepared.accepted.scope, &judged.assessment)
        && !prepared.since.asks_again
        && !judged.limits().consent_every_time
        && !terms.is_some_and(|terms| terms.are_over(deps.now()));
    if let (Some(grant), true, false) = (on_record, covered, prepared.accepted.consent_wanted) {
        let (text, code) = consent::new_code(deps, &prepared, person, (grant.id, deps.random()));
        let verdict = Some(judged.to_keep(code.created_at));
        let (judged_under, pushed) = (judged.bans.number, prepared.spent(deps));
        let add = AddCode { code, judged_under, verdict, pushed };
        return Ok(match deps.store.add_code(add).await? {
            Stored::Applied => Some(Next::Redirect(prepared.back.with_code(&text))),
            // The grant was revoked or held, bans changed, or the pushed request was spent, at this very moment.
            Stored::Lost => None,
        });
    }
    if prepared.accepted.silent {
        let error = AuthorizationError::ConsentRequired;
        return Ok(Some(Next::Redirect(prepared.back.with_error(&error))));
    }
    let on_record = scope_on_record.cloned();
    question(deps, prepared, on_record, (raw, person)).await.map(Some)
}

async fn question<'d>(
    deps: &'d Deps,
    prepared: Box<Prepared<'d>>,
    on_record: Option<Scope>,
    (raw, person): (&str, &SignedIn),
) -> Result<Next<'d>, Refusal> {
    let logo = logo::find(deps, &prepared.client, &prepared.judged, person.user.id).await;
    let (ticket, attempt) = ticket(deps, &prepared, (raw, person))?;
    let changes = prepared.since.changes.clone();
    Ok(Next::Ask(Box::new(Question { prepared, on_record, changes, logo, ticket, attempt })))
}

/// The sealed ticket of a page about this login, and the code of the attempt.
pub(super) fn ticket(
    deps: &Deps,
    prepared: &Prepared<'_>,
    (raw, person): (&str, &SignedIn),
) -> Result<(SealedTicket, String), Refusal> {
    let (number, attempt) = ticket_and_attempt(&*deps.chance);
    let ticket = Ticket {
        number,
        session: person.session.token,
        metadata: prepared.client.digest,
        shown_at: deps.now(),
        request: raw.to_owned(),
    };
    let sealed = ticket.seal(deps.secrets.tickets()).map_err(|_| Unavailable::Crypto)?;
    Ok((sealed, attempt))
}

fn return_address(
    deps: &Deps,
    client: &Metadata,
    request: &AuthorizationRequest,
) -> Result<ReturnAddress, Refusal> {
    ReturnAddress::choose(
        client,
        request.redirect_uri.as_deref(),
        request.state.as_deref(),
        &deps.settings.issuer,
        &deps.own_origins,
    )
    .map_err(|why| Refusal::ReturnAddress { client_id: request.client_id.to_string(), why })
}
