//! Which client has an anchor signed for? Registered by its statement (SW-6, SW-8), looked up at each login, and gone with its anchor.
//!
//! All installations of one software have one `client_id`, so all that counts is signed: what comes beside the statement is not registered. It is no secret and proves
//! nothing by itself (DESIGN 4.2). The rows are bounded by what the operator trusts, so strangers make none (DESIGN §5).

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use salver_oauth::{
    GrantId, Timestamp,
    client::{
        change::thumbprints,
        id::ClientId,
        metadata::{Keys, Metadata},
        redirect_uri::{RedirectUri, same},
        stated::StatedId,
    },
    registration::{
        Answer, RegistrationBody, RegistrationError, SignedRegistration, StatementFault, statement,
    },
};
use salver_policy::{application::fingerprint, assessment::SignedBy, ban::BanFacts};
use salver_store::{
    Store, StoreError,
    record::{FunnelStep, RevocationReason, StatedClient, StatedNoted},
    retention,
};
use serde_json::Value;

use super::{
    client::Found,
    funnel,
    refusal::{ClientRefusal, Refusal, Unavailable},
    register::{RegisterRefusal, usable_keys},
    statement::{Believed, NotBelieved, spend, verify},
    version,
};
use crate::{
    anchor::{self, Anchor},
    deps::Deps,
};

/// How many grants are looked at, and ended, at a time.
pub(super) const SLICE: u32 = 500;

impl From<NotBelieved> for RegisterRefusal {
    fn from(why: NotBelieved) -> Self {
        match why {
            NotBelieved::Fault(fault) => Self::Told(fault.into()),
            NotBelieved::Store(error) => error.into(),
        }
    }
}

/// Registers a client by its statement. Answers what it is told, for status 201.
///
/// # Errors
/// [`RegisterRefusal`].
pub async fn register(
    deps: &Deps,
    body: &RegistrationBody,
    compact: &str,
) -> Result<Value, RegisterRefusal> {
    let believed = verify(deps, compact).await?;
    let told = |fault: StatementFault| RegisterRefusal::Told(fault.into());
    let signed = SignedRegistration::read(&believed.statement.claims).map_err(told)?;
    let issuer = &believed.statement.issuer;
    if let Some(member) = believed.anchor.vouching.objection(issuer, signed.registration()) {
        return Err(told(StatementFault::NotVouched(member)));
    }
    let keys = usable_keys(signed.registration().authentication());
    keys.map_err(|error| told(StatementFault::Metadata(Box::new(error))))?;
    let id = StatedId::of(issuer, signed.software_id());
    let metadata = signed.registration().metadata(ClientId::Stated(id));
    refuse_banned(deps, &metadata, &believed.signed_by(deps, signed.software_id()))?;
    spend(deps, &believed).await?;
    note(deps, &id, &believed, &signed).await?;
    funnel::note(deps, FunnelStep::Registered, &fingerprint(&metadata));
    let answer = Answer {
        client_id: id.as_str(),
        registration: signed.registration(),
        redirect_uris: &answered(body, &signed),
        credentials: None,
        software_statement: Some(compact),
    };
    Ok(serde_json::to_value(answer).map_err(|_| Unavailable::Crypto)?)
}

/// Keeps what a statement signs, if that is news; what it says for the first time is an event (DESIGN 4.7).
async fn note(
    deps: &Deps,
    id: &StatedId,
    believed: &Believed,
    signed: &SignedRegistration,
) -> Result<(), RegisterRefusal> {
    let Believed { statement, anchor } = believed;
    let known = deps.store.find_stated_client(id.as_str()).await?;
    let says_the_same = |known: &StatedClient| {
        known.document == signed.document().as_bytes()
            && known.issued_at >= statement.issued_at
            && deps.now().seconds_since(known.checked_at) < CONFIRMED_FOR
    };
    if known.as_ref().is_some_and(says_the_same) {
        return Ok(());
    }
    let new = StatedClient {
        client_id: id.as_str().to_owned(),
        issuer: statement.issuer.to_string(),
        software_id: signed.software_id().to_owned(),
        software_version: signed.software_version().to_owned(),
        document: signed.document().as_bytes().to_vec(),
        issued_at: statement.issued_at,
        key: statement.key.to_string(),
        checked_at: deps.now(),
    };
    let told = |fault: StatementFault| Err(RegisterRefusal::Told(fault.into()));
    match deps.store.note_stated_client(new.clone()).await? {
        StatedNoted::Same => Ok(()),
        StatedNoted::New => {
            tracing::info!(
                client_id = id.as_str(),
                issuer = new.issuer,
                "a trust anchor has signed for a software that is new here"
            );
            Ok(())
        }
        StatedNoted::Changed(_) => {
            let found = found(*id, &new, anchor).map_err(RegisterRefusal::Told)?;
            version::note_anew(deps, &found).await?;
            tracing::info!(
                client_id = id.as_str(),
                issuer = new.issuer,
                "a trust anchor has signed other metadata"
            );
            Ok(())
        }
        StatedNoted::Older => told(StatementFault::Older),
        StatedNoted::TooMany => told(StatementFault::TooMany { most: retention::STATED_CLIENTS }),
    }
}

/// The client that logins go by, as long as its anchor is trusted and may vouch for what it has signed.
///
/// # Errors
/// [`Refusal::Client`]; or if the store fails.
pub async fn find(deps: &Deps, id: StatedId) -> Result<Found, Refusal> {
    let refused = |why| Refusal::Client { client_id: id.as_str().to_owned(), why };
    let client = deps.store.find_stated_client(id.as_str()).await?;
    let client = client.ok_or_else(|| refused(ClientRefusal::Unknown))?;
    let anchor = anchor::trusted(deps, &client.issuer);
    let anchor = anchor.ok_or_else(|| refused(ClientRefusal::NotVouched))?;
    let found = found(id, &client, &anchor).map_err(|error| {
        tracing::error!(%error, client_id = id.as_str(), "what an anchor has signed breaks a rule");
        refused(ClientRefusal::Unknown)
    })?;
    let (name, uris) = (found.metadata.name.iter(), &found.metadata.redirect_uris);
    let objection = anchor.vouching.objection_to(&client.issuer, name.map(|name| &**name), uris);
    if objection.is_some() {
        return Err(refused(ClientRefusal::NotVouched));
    }
    Ok(found)
}

fn found(id: StatedId, client: &StatedClient, anchor: &Anchor) -> Result<Found, RegistrationError> {
    let metadata = statement::restored(&client.document, id)?;
    let metadata = Metadata { scope: anchor.vouching.scopes.clone(), ..metadata };
    Ok(Found {
        document: Some(Bytes::copy_from_slice(&client.document)),
        signed: Some(SignedBy {
            issuer: client.issuer.as_str().into(),
            software_id: client.software_id.as_str().into(),
            key: client.key.as_str().into(),
            checked_at: client.checked_at,
        }),
        ..Found::of(Arc::new(metadata))
    })
}

/// Ends what was let in under anchors that nobody trusts any more, and forgets what they have signed. An anchor that is suspended keeps both.
///
/// # Errors
/// If the store fails; what was ended before stays so.
pub async fn end_untrusted(deps: &Deps) -> Result<u64, StoreError> {
    let stated = deps.store.list_stated_clients().await?;
    let is_gone = |client: &&StatedClient| anchor::is_gone(deps, &client.issuer);
    let gone: Vec<&StatedClient> = stated.iter().filter(is_gone).collect();
    if gone.is_empty() {
        return Ok(0);
    }
    let ids: HashSet<&str> = gone.iter().map(|client| &*client.client_id).collect();
    let ended = end(&*deps.store, &ids, deps.now()).await?;
    let issuers: HashSet<&str> = gone.iter().map(|client| &*client.issuer).collect();
    for issuer in issuers {
        let softwares = deps.store.remove_stated_clients(issuer, None).await?;
        tracing::warn!(issuer, softwares, "a trust anchor is gone, and what it vouched for");
    }
    if ended > 0 {
        deps.revocations.refresh(&*deps.store, deps.now()).await?;
    }
    Ok(ended)
}

/// Ends every grant of these clients.
pub(super) async fn end(
    store: &dyn Store,
    ids: &HashSet<&str>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let (mut after, mut last, mut ended) = (None, false, 0);
    while !last {
        let slice = store.list_live_grants(after, SLICE).await?;
        last = slice.len() < SLICE as usize;
        after = slice.last().map(|live| live.grant.id);
        let theirs = slice.iter().filter(|live| ids.contains(&*live.grant.client_id));
        let theirs: Vec<GrantId> = theirs.map(|live| live.grant.id).collect();
        if !theirs.is_empty() {
            let (grants, _) = store.revoke_grants(theirs, RevocationReason::Ban, now).await?;
            ended += grants;
        }
    }
    Ok(ended)
}

fn refuse_banned(
    deps: &Deps,
    client: &Metadata,
    signed: &SignedBy,
) -> Result<(), RegistrationError> {
    let bans = deps.bans.get();
    if bans.bans.is_empty() {
        return Ok(());
    }
    let mut keys = match &client.keys {
        Keys::Inline(set) => thumbprints(set),
        Keys::None | Keys::At(_) => Vec::new(),
    };
    keys.push(signed.key.clone());
    let application = fingerprint(client);
    let bound_to = bans.bindings.of(&application, &deps.policy.get().catalogue);
    let application = (&*application, bound_to.as_deref());
    let facts = BanFacts::of_registration(client, application, &keys, None)
        .signed_by(&signed.issuer, &signed.software_id);
    match bans.bans.find(&facts, deps.now()) {
        None => Ok(()),
        Some(ban) => {
            tracing::info!(ban = ban.number, "a banned client has tried to register");
            Err(RegistrationError::Banned)
        }
    }
}

/// The redirect URIs that are answered: those that were signed, in the client's own spelling where it sent them, since clients compare.
fn answered(body: &RegistrationBody, signed: &SignedRegistration) -> Vec<RedirectUri> {
    let listed = |uri: &RedirectUri| {
        signed.redirect_uris().iter().any(|one| same(one.as_str(), uri.as_str()))
    };
    let mut answered: Vec<RedirectUri> = body.plain_redirect_uris().filter(listed).collect();
    for uri in signed.redirect_uris() {
        if !answered.iter().any(|one| same(uri.as_str(), one.as_str())) {
            answered.push(uri.clone());
        }
    }
    answered
}

/// For how long a statement that says what is known is not noted again, in seconds: people read when it was last checked by the day.
const CONFIRMED_FOR: i64 = 3_600;
