//! What does a reviewer have to know of a case? The client as it stands now, judged as the newest login of those who asked; who asked, and
//! why; and what was decided of this client before.
//!
//! The client is found again each time, on behalf of the reviewer: what was known when the case was opened may be over.

use std::sync::Arc;

use salver_oauth::{
    CaseId,
    authorization::{
        check::{self, Accepted},
        return_address::ReturnAddress,
    },
    client::{id::ClientId, metadata::Metadata, substance::substance},
};
use salver_store::{
    StoreError,
    record::{AccessRequest, CaseState, Digest, ReviewCase, User},
};

use super::{
    Reviewer,
    approvals::{self, Approved},
};
use crate::{
    deps::Deps,
    flow::{
        asked::Asked,
        client::{self, Found, Reach},
        judgement::{Bench, Judged, Known},
        refusal::{ClientRefusal, Refusal, Unavailable},
    },
};

/// A case with all that belongs to it.
pub struct CaseFile {
    /// The case.
    pub case: ReviewCase,
    /// Who asked, the newest first.
    pub asking: Vec<Asking>,
    /// The client as it stands now.
    pub now: Result<Seen, Unseen>,
    /// What was decided of this client before, the newest first.
    pub earlier: Vec<ReviewCase>,
    /// What is approved of it.
    pub approvals: Vec<Approved>,
    /// Whether this reviewer may decide.
    pub may: MayDecide,
}

/// Somebody who asked.
pub struct Asking {
    /// Who.
    pub user: User,
    /// When, and why.
    pub request: AccessRequest,
}

/// A client that was found again.
pub struct Seen {
    /// Its metadata.
    pub client: Arc<Metadata>,
    /// The account for which this server hosts its document, if it does.
    pub hosted_for: Option<Box<str>>,
    /// What is proven of it, what to be warned of, and what the rules say as long as nothing is approved.
    pub judged: Judged,
    /// What counts of it.
    pub substance: Digest,
    /// That is another than when the case was opened.
    pub has_changed: bool,
}

/// Why a client cannot be seen as it stands now.
pub enum Unseen {
    /// It is not found.
    Refused(Refusal),
    /// It is found, and does not ask for this any more: it answers to nobody there, or asks for nothing that there is.
    NoLonger,
}

/// Whether a reviewer may decide a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MayDecide {
    /// They may.
    Yes,
    /// It is decided.
    Decided,
    /// Nobody but them asks: another reviewer has to look, or somebody who runs this server.
    OnlyOneAsking,
}

/// The case of this id, with all that belongs to it.
///
/// # Errors
/// If something of ours fails.
pub async fn load(
    deps: &Deps,
    reviewer: &Reviewer,
    id: &str,
) -> Result<Option<CaseFile>, Unavailable> {
    let Ok(id) = id.parse::<CaseId>() else { return Ok(None) };
    let Some(case) = deps.store.find_case(id).await? else { return Ok(None) };
    let asking = asking(deps, id).await?;
    let now = match see(deps, (&case, &asking), reviewer).await {
        Err(Unseen::Refused(Refusal::Unavailable(error))) => return Err(error),
        now => now,
    };
    let approvals = deps.store.list_approvals(&case.client_id, deps.now()).await?;
    Ok(Some(CaseFile {
        may: may_decide(&case, &asking, reviewer),
        now,
        earlier: earlier(deps, &case).await?,
        approvals: approvals::named(deps, approvals).await?,
        asking,
        case,
    }))
}

async fn asking(deps: &Deps, case: CaseId) -> Result<Vec<Asking>, StoreError> {
    let mut asking = Vec::new();
    for request in deps.store.list_access_requests(case).await?.into_iter().rev() {
        if let Some(user) = deps.store.find_user(request.user).await? {
            asking.push(Asking { user, request });
        }
    }
    Ok(asking)
}

async fn earlier(deps: &Deps, case: &ReviewCase) -> Result<Vec<ReviewCase>, StoreError> {
    let cases = deps.store.list_cases(false).await?;
    let decided = cases.into_iter().map(|(other, _)| other).rev().filter(|other| {
        other.client_id == case.client_id && other.id != case.id && other.state != CaseState::Open
    });
    Ok(decided.collect())
}

/// Four eyes: nobody who runs this server stands above, so theirs are enough.
fn may_decide(case: &ReviewCase, asking: &[Asking], reviewer: &Reviewer) -> MayDecide {
    let me = reviewer.person().user.id;
    let somebody_else = |one: &Asking| one.user.id != me && one.user.disabled_at.is_none();
    let i_ask = asking.iter().any(|one| one.user.id == me);
    if case.state != CaseState::Open {
        MayDecide::Decided
    } else if i_ask && !asking.iter().any(somebody_else) && !reviewer.is_administrator() {
        MayDecide::OnlyOneAsking
    } else {
        MayDecide::Yes
    }
}

async fn see(
    deps: &Deps,
    (case, asking): (&ReviewCase, &[Asking]),
    reviewer: &Reviewer,
) -> Result<Seen, Unseen> {
    let bench = Bench { bans: deps.bans.get(), policy: deps.policy.get() };
    let catalogue = Arc::clone(&bench.policy.catalogue);
    let reach = Reach::Host { person: reviewer.person().user.id, known_good: false };
    let unknown =
        || Refusal::Client { client_id: case.client_id.clone(), why: ClientRefusal::Unknown };
    let id = ClientId::parse(&case.client_id).map_err(|_| unknown())?;
    let found = client::find_with(deps, &catalogue, &id, reach).await?.ok_or_else(unknown)?;
    let login = asking.iter().find_map(|one| login(deps, case, one, &found));
    let Login { asked, back, accepted, user } = login.ok_or(Unseen::NoLonger)?;
    let signed = asked.signed(deps, &found.metadata).or(found.signed);
    let known = Known {
        client: &found.metadata,
        copy: found.copy,
        back: &back,
        accepted: &accepted,
        user: user.id,
        groups: &user.groups,
        // Whether they have let it in before is theirs to think of.
        seen_before: true,
        first_seen: deps.store.find_first_seen(&case.client_id).await?,
        registered: client::registered(deps, &catalogue, &found.metadata),
        record: found.record.as_ref(),
        signed: signed.as_ref(),
        approvals: &[],
        pushed: asked.evidence(deps, &found.metadata),
    };
    let judged = bench.judge(&known, deps.now());
    let substance = substance(&found.metadata);
    let has_changed = substance != case.substance;
    Ok(Seen {
        client: found.metadata,
        hosted_for: found.hosted_for,
        judged,
        substance,
        has_changed,
    })
}

/// What somebody asked for, as it would be judged now: if they came with a pushed request, with what was proven then.
struct Login<'d, 'a> {
    asked: Asked,
    back: ReturnAddress,
    accepted: Accepted<'d>,
    user: &'a User,
}

fn login<'d, 'a>(
    deps: &'d Deps,
    case: &ReviewCase,
    asking: &'a Asking,
    found: &Found,
) -> Option<Login<'d, 'a>> {
    let asked = Asked::on_record(deps, &asking.request.request)?;
    let request = &asked.request;
    let back = ReturnAddress::choose(
        &found.metadata,
        request.redirect_uri.as_deref(),
        request.state.as_deref(),
        &deps.settings.issuer,
        &deps.own_origins,
    )
    .ok()?;
    let offers = deps.settings.resources.offers();
    let accepted = check::accept(&found.metadata, request, offers).ok()?;
    let is_this = back.recipient().to_string() == case.recipient
        && accepted.offer.resource.as_str() == case.resource;
    is_this.then_some(Login { asked, back, accepted, user: &asking.user })
}

impl From<Refusal> for Unseen {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Unseen {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}
