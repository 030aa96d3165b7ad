//! Which client is on record under this id? Entered on a page or by a command, looked up at each login, so that every node has the newest word at once.

use std::{slice, sync::Arc};

use salver_oauth::{
    UserId,
    authorization::check::Offer,
    client::{
        id::ClientId,
        metadata::Metadata,
        recorded::{Purpose, RecordedId},
    },
    registration::{InstallationNonce, Registration, RegistrationError, RegistrationRequest},
    token::error::TokenError,
};
use salver_policy::{assessment::OnRecord, redirects::RedirectVerdict};
use salver_store::{
    StoreError,
    record::{ClientSecret, ClientState, RecordedClient, Sharing, User, secret_key},
};

use serde_json::Value;

use super::{
    client::{Found, Reach},
    refusal::{ClientRefusal, NotInForce, Refusal},
    secret::{self, Place},
    token::TokenRefusal,
};
use crate::{deps::Deps, network::Network};

/// The client that logins go by, if whoever is signed in may use it.
///
/// # Errors
/// [`Refusal::Client`] if there is none that may be used now, or not by this person; or if the store fails.
pub async fn find(deps: &Deps, id: &RecordedId, reach: Reach) -> Result<Found, Refusal> {
    let refused = |why| Refusal::Client { client_id: id.as_str().to_owned(), why };
    let client = deps.store.find_recorded_client(id.as_str()).await?;
    let client = client.ok_or_else(|| refused(ClientRefusal::Unknown))?;
    // A service acts for nobody, so nobody is asked about it.
    // Nor does a client of a document come under another name than its URL.
    let is_asked = id.purpose() != Purpose::Service && client.content.document.is_none();
    let usable = client.content.usable(deps.now()).filter(|_| is_asked);
    let in_force = usable.ok_or_else(|| refused(why_not(&client, is_asked)))?;
    if let Reach::Host { person, .. } = reach
        && !may_use(deps, &client, person).await?
    {
        return Err(refused(ClientRefusal::NotTheirs));
    }
    let owner = owner(deps, &client).await?;
    // Decision 15: what nobody has looked at is worth the word of its owner, and that is worth nothing now.
    if !client.content.vetted && owner.as_ref().is_some_and(|owner| owner.disabled_at.is_some()) {
        return Err(refused(ClientRefusal::OwnerDisabled));
    }
    let metadata = metadata(id, in_force).map_err(|error| {
        tracing::error!(%error, client_id = id.as_str(), "a registration on record breaks a rule");
        refused(ClientRefusal::Unknown)
    })?;
    let redirects = &deps.settings.registration.redirects;
    let judged = redirects.judge(&metadata.redirect_uris, &deps.policy.get().catalogue);
    // A reviewer may have let in what the operator has not listed.
    if !client.content.vetted && judged.verdict == RedirectVerdict::Refused {
        return Err(refused(ClientRefusal::RedirectUris));
    }
    let record = on_record(&client, owner);
    let record = Some(OnRecord { resource: resource(in_force), ..record });
    Ok(Found { record, ..Found::of(Arc::new(metadata)) })
}

/// Why a client on record may not be used: whoever has its random id was given it, so they may hear.
fn why_not(client: &RecordedClient, is_asked: bool) -> ClientRefusal {
    match client.content.state {
        _ if !is_asked => ClientRefusal::Unknown,
        ClientState::Deleted => ClientRefusal::Unknown,
        ClientState::Suspended => ClientRefusal::NotInForce(NotInForce::Suspended),
        ClientState::Refused => ClientRefusal::NotInForce(NotInForce::Refused),
        _ if client.content.in_force.is_none() => ClientRefusal::NotInForce(NotInForce::Waiting),
        _ => ClientRefusal::NotInForce(NotInForce::Expired),
    }
}

/// The client that logins would go by if what its owner last wrote were in force.
///
/// # Errors
/// [`Refusal::Client`] if that breaks a rule; or if the store fails.
pub async fn as_written(deps: &Deps, client: &RecordedClient) -> Result<Found, Refusal> {
    let unknown =
        || Refusal::Client { client_id: client.client_id.clone(), why: ClientRefusal::Unknown };
    let Ok(ClientId::Recorded(id)) = ClientId::parse(&client.client_id) else {
        return Err(unknown());
    };
    let content = &client.content;
    let metadata = metadata(&id, &content.draft).map_err(|_| unknown())?;
    let is_in_force = content.in_force.as_ref() == Some(&content.draft);
    let record = on_record(client, owner(deps, client).await?);
    Ok(Found {
        record: Some(OnRecord { vetted: record.vetted && is_in_force, ..record }),
        ..Found::of(Arc::new(metadata))
    })
}

/// A client's metadata as its owner wrote them. Their `scope` is what a person set, not the hint of a program that registers itself: a ceiling.
///
/// # Errors
/// The rule of RFC 7591 that they break.
pub fn metadata(id: &RecordedId, written: &str) -> Result<Metadata, RegistrationError> {
    let registration = registration(id, written)?;
    let scope = registration.claims().scope.clone();
    Ok(Metadata { scope, ..registration.metadata(ClientId::Recorded(*id)) })
}

/// The same, in canonical form. Its secrets are on record, each for itself, so the nonce is only a name.
///
/// # Errors
/// The rule of RFC 7591 that they break.
pub fn registration(id: &RecordedId, written: &str) -> Result<Registration, RegistrationError> {
    let request = RegistrationRequest::parse(written.as_bytes())?;
    request.register(|| Ok(InstallationNonce::from_bytes(*id.as_bytes())))
}

/// The only MCP server that a client is for, if whoever entered it chose one.
#[must_use]
pub fn resource(written: &str) -> Option<Box<str>> {
    let read: Value = serde_json::from_str(written).ok()?;
    let resource = read.get(RESOURCE)?.as_str()?;
    (!resource.is_empty()).then(|| resource.into())
}

/// What is offered to a client: everything, or what there is at the one server that it is for. Nothing, if that is gone.
#[must_use]
pub fn offers<'d>(deps: &'d Deps, record: Option<&OnRecord>) -> &'d [Offer] {
    let all = deps.settings.resources.offers();
    match record.and_then(|record| record.resource.as_deref()) {
        None => all,
        Some(only) => {
            let offer = all.iter().find(|offer| offer.resource.as_str() == only);
            offer.map(slice::from_ref).unwrap_or_default()
        }
    }
}

/// Whether a person may log in with a client: anybody with an application that is in force, and with a personal one its owner and those with whom they share it.
///
/// # Errors
/// If the store fails.
pub async fn may_use(
    deps: &Deps,
    client: &RecordedClient,
    person: UserId,
) -> Result<bool, StoreError> {
    if purpose(client) != Some(Purpose::Personal) || client.owner == Some(person) {
        return Ok(true);
    }
    Ok(match &client.content.shared_with {
        None => false,
        Some(Sharing::Everybody) => true,
        Some(Sharing::Group(group)) => {
            let person = deps.store.find_user(person).await?;
            person.is_some_and(|person| person.groups.iter().any(|one| **one == **group))
        }
    })
}

/// Recognises a client by a secret that is on record, presented for a login of this person. Answers by what its installation is begun: a secret counts as a key.
///
/// Which of the two ways a secret comes in is no matter (OAuth 2.1 §2.4.1): people enter it in programs that choose the way themselves.
///
/// # Errors
/// [`TokenError`] if it is none, has ended, or is good for another person only: then the code stays unspent.
pub(super) async fn by_secret(
    deps: &Deps,
    id: &RecordedId,
    metadata: &Metadata,
    presented: (&str, Network),
    person: UserId,
) -> Result<Box<str>, TokenRefusal> {
    if metadata.methods.client_secret().is_none() {
        return Err(TokenError::ClientAuthentication.into());
    }
    let (text, network) = presented;
    let secret = find_secret(deps, id.as_str(), (text, (network, Place::WithToken))).await?;
    if secret.holder.is_some_and(|holder| holder != person) {
        return Err(TokenError::OthersSecret.into());
    }
    deps.usage.note_secret(secret.id, deps.now());
    Ok(secret_key(secret.id).into())
}

/// A client's secret that lives. It is 256 random bits, so a fast keyed hash finds it: there is nothing to guess, and a slow hash would only
/// burden every token request.
///
/// # Errors
/// [`TokenError`].
pub(super) async fn find_secret(
    deps: &Deps,
    client_id: &str,
    (presented, place): (&str, (Network, Place)),
) -> Result<ClientSecret, TokenRefusal> {
    let digest = deps.secrets.digest(presented);
    let secret = deps.store.find_client_secret(digest).await?;
    let secret = secret.filter(|secret| secret.client_id == client_id);
    let wrong = TokenError::ClientAuthentication;
    if !secret::is_right(deps, client_id, place, || secret.is_some())? {
        return Err(wrong.into());
    }
    let secret = secret.ok_or(wrong)?;
    if !secret.is_live(deps.now()) {
        return Err(TokenError::SecretEnded.into());
    }
    Ok(secret)
}

/// What a client was entered for.
#[must_use]
pub fn purpose(client: &RecordedClient) -> Option<Purpose> {
    match ClientId::parse(&client.client_id) {
        Ok(ClientId::Recorded(id)) => Some(id.purpose()),
        _ => None,
    }
}

/// Whose it is.
async fn owner(deps: &Deps, client: &RecordedClient) -> Result<Option<User>, StoreError> {
    match client.owner {
        Some(owner) => deps.store.find_user(owner).await,
        None => Ok(None),
    }
}

/// Whose word it is.
fn on_record(client: &RecordedClient, owner: Option<User>) -> OnRecord {
    let account = owner.map_or_else(|| "an administrator".into(), |owner| owner.username.into());
    let lost_domain = client.content.lost_domain.as_deref();
    OnRecord {
        account,
        vetted: client.content.vetted,
        resource: None,
        lost_domain: lost_domain.map(Into::into),
    }
}

/// An extension member of metadata on record (RFC 7591 §2): the identifier of the one MCP server that the client is for.
pub const RESOURCE: &str = "resource";
