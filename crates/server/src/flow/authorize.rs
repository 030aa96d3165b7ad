//! The authorization endpoint: from a request to a question, or to an answer if the question was answered before.
//!
//! - The request is read, the client is found, the return address is chosen. Until here every failure is a page.
//! - From here on failures are redirects: the request is judged.
//! - Somebody must be signed in.
//! - What is proven of the client is assessed, and the person is asked unless an earlier yes covers it.

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
    assessment::{Assessment, DocumentCopy, Facts},
    catalogue::Catalogue,
    consent::covers,
    evidence::Evidence,
    warning::Warning,
};
use salver_store::{
    Outcome,
    record::{AddCode, Digest, Grant},
};

use super::{
    SignedIn,
    client::{self, Found, Reach},
    consent, logo,
    refusal::{ClientRefusal, Refusal, Unavailable},
    version::{self, Since},
};
use crate::{deps::Deps, logo::LogoHash, ticket::Ticket};

/// What comes after an authorization request.
pub enum Next<'d> {
    /// Somebody has to sign in. Nothing is known of the client but the host that claims to ask.
    SignIn {
        /// The `client_id` that is named, of which a page shows the host.
        asking: String,
    },
    /// The person is asked.
    Ask(Box<Question<'d>>),
    /// The answer goes to the client: a location for a 303.
    Redirect(String),
}

/// What a person is asked.
pub struct Question<'d> {
    /// The request, client and return address.
    pub prepared: Prepared<'d>,
    /// What this client was allowed before at this resource, if anything.
    pub on_record: Option<Scope>,
    /// What has changed in the client's document since this account last let it in.
    pub changes: Vec<Change>,
    /// The client's logo, if it may be shown and is at hand.
    pub logo: Option<LogoHash>,
    /// The sealed ticket of the page.
    pub ticket: String,
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
    /// How often bans had changed before anything was judged.
    pub judged_under: i64,
    /// Where the answer goes.
    pub back: ReturnAddress,
    /// What is asked.
    pub accepted: Accepted<'d>,
    /// What is proven.
    pub assessment: Assessment,
    /// What to be warned of.
    pub warnings: Vec<Warning>,
    /// What this person granted this client before.
    pub grants: Vec<Grant>,
    /// What has changed since the grant on record; without one, since the newest of their grants.
    pub since: Since,
}

/// Either something to go on with, or the answer that ends the journey.
pub(super) enum Step<T> {
    On(T),
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
    let request = AuthorizationRequest::parse(raw)?;
    let Some(person) = person else {
        return nobody_is_signed_in(deps, &request).await;
    };
    match prepare(deps, &request, person).await? {
        Step::Done(location) => Ok(Next::Redirect(location)),
        Step::On(prepared) => ask_or_answer(deps, prepared, raw, person).await,
    }
}

/// O21-13: nobody is redirected anywhere before they have signed in, but for clients whose addresses an administrator wrote down.
/// DESIGN 4.5: nothing is fetched for a stranger either.
async fn nobody_is_signed_in<'d>(
    deps: &'d Deps,
    request: &AuthorizationRequest,
) -> Result<Next<'d>, Refusal> {
    let known = client::find(deps, &request.client_id, Reach::AtHand).await?;
    if let Some(Found { metadata: client, .. }) = &known {
        let back = return_address(deps, client, request)?;
        if matches!(client.client_id, ClientId::Issued(_)) {
            if let Err(error) = check::accept(client, request, deps.settings.resources.offers()) {
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
    request: &AuthorizationRequest,
    person: &SignedIn,
) -> Result<Step<Prepared<'d>>, Refusal> {
    let judged_under = deps.store.bans_number().await?;
    let client_id = request.client_id.as_str();
    let remembered = deps.store.find_standing(person.user.id, client_id, deps.now()).await?;
    let mut grants = remembered.grants;
    let reach = Reach::Host { person: person.user.id, known_good: !grants.is_empty() };
    let catalogue = deps.catalogue();
    let found = client::find_with(deps, &catalogue, &request.client_id, reach).await?;
    // With somebody signed in, a client is found or refused.
    let found = found.ok_or(Refusal::ForeignForm)?;
    let standing = version::note(deps, &found, remembered.newest).await?;
    if standing.effects {
        grants = deps.store.find_grants(person.user.id, client_id).await?;
    }
    let Found { metadata: client, copy, document, hosted_for } = found;
    let back = return_address(deps, &client, request)?;
    if client.dpop_bound {
        let (client_id, why) = (request.client_id.to_string(), ClientRefusal::NeedsBoundTokens);
        return Err(Refusal::Client { client_id, why });
    }
    match check::accept(&client, request, deps.settings.resources.offers()) {
        Err(error) => Ok(Step::Done(back.with_error(&error))),
        Ok(accepted) => {
            let facts = facts(&catalogue, &client, &back, copy);
            let assessment = facts.assess();
            let warnings = facts.warnings(&assessment, !grants.is_empty());
            let (newest, since) = (standing.newest, Since::default());
            let mut prepared = Prepared {
                client,
                document,
                hosted_for,
                newest,
                judged_under,
                back,
                accepted,
                assessment,
                warnings,
                grants,
                since,
            };
            let last = prepared.grants.iter().max_by_key(|grant| grant.consented_at);
            if let Some(grant) = prepared.grant_on_record().or(last) {
                prepared.since = version::since(deps, grant, &prepared.client).await?;
            }
            Ok(Step::On(prepared))
        }
    }
}

async fn ask_or_answer<'d>(
    deps: &'d Deps,
    prepared: Prepared<'d>,
    raw: &str,
    person: &SignedIn,
) -> Result<Next<'d>, Refusal> {
    let on_record = prepared.grant_on_record();
    let scope_on_record = on_record.map(|grant| &grant.scope);
    let covered = covers(scope_on_record, &prepared.accepted.scope, &prepared.assessment)
        && !prepared.since.asks_again;
    if let (Some(grant), true, false) = (on_record, covered, prepared.accepted.consent_wanted) {
        let (text, code) = consent::new_code(deps, &prepared, person, (grant.id, deps.random()));
        let add = AddCode { code, judged_under: prepared.judged_under, verdict: None };
        return match deps.store.add_code(add).await? {
            Outcome::Applied => Ok(Next::Redirect(prepared.back.with_code(&text))),
            // The grant was revoked or held, or bans changed, at this very moment: the person is asked after all, and the answer is judged
            // anew.
            Outcome::Lost => question(deps, prepared, None, (raw, person)).await,
        };
    }
    if prepared.accepted.silent {
        return Ok(Next::Redirect(prepared.back.with_error(&AuthorizationError::ConsentRequired)));
    }
    let on_record = scope_on_record.cloned();
    question(deps, prepared, on_record, (raw, person)).await
}

async fn question<'d>(
    deps: &'d Deps,
    prepared: Prepared<'d>,
    on_record: Option<Scope>,
    (raw, person): (&str, &SignedIn),
) -> Result<Next<'d>, Refusal> {
    let logo = logo::find(deps, &prepared.client, &prepared.assessment, person.user.id).await;
    let ticket = Ticket {
        number: deps.random(),
        session: person.session.token,
        metadata: prepared.client.digest,
        shown_at: deps.now(),
        request: raw.to_owned(),
    };
    let ticket = ticket.seal(deps.secrets.tickets()).map_err(|_| Unavailable::Crypto)?;
    let changes = prepared.since.changes.clone();
    Ok(Next::Ask(Box::new(Question { prepared, on_record, changes, logo, ticket })))
}

fn facts<'f>(
    catalogue: &'f Catalogue,
    client: &'f Metadata,
    back: &'f ReturnAddress,
    copy: DocumentCopy,
) -> Facts<'f> {
    Facts {
        client,
        redirect_uri: back.redirect_uri(),
        recipient: back.recipient(),
        copy,
        catalogue,
        protected: &deps.settings.protected,
        evidence: Evidence::NONE,
    }
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

impl Prepared<'_> {
    /// The live grant for this recipient at this resource.
    #[must_use]
    pub fn grant_on_record(&self) -> Option<&Grant> {
        let recipient = self.back.recipient().to_string();
        let resource = self.accepted.offer.resource.as_str();
        self.grants.iter().find(|grant| grant.recipient == recipient && grant.resource == resource)
    }
}
