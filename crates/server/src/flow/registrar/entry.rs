//! May this client be entered? The rules of RFC 7591, and never an address of our own (DESIGN §7, sentence 12).

use salver_jose::KeySet;
use salver_oauth::{
    GrantId, Timestamp, UserId,
    authorization::return_address::OwnOrigins,
    client::{
        document::{self, DocumentError, Profile},
        id::MetadataUrl,
        metadata::{Keys, Metadata},
        recorded::{Purpose, RecordedId},
        redirect_uri::RedirectUri,
        service::{Service, ServiceAuthentication, ServiceError},
    },
    registration::{KeysFault, Registration, RegistrationError, RegistrationRequest},
};
use salver_store::{
    Outcome, StoreError,
    record::{ClientContent, ClientState, NewRecordedClient, OwnDocument, RecordedClient},
};
use serde_json::Value;
use thiserror::Error;

use super::{Act, Registrar};
use crate::{
    chance::random,
    flow::{recorded, register::usable_keys},
};

/// A client to enter.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'e> {
    /// What for.
    pub purpose: Purpose,
    /// Whose it will be.
    pub owner: Option<UserId>,
    /// RFC 7591 metadata, as JSON.
    pub metadata: &'e str,
    /// Where it stands: what is [`ClientState::Approved`] is in force at once.
    pub state: ClientState,
    /// Whether a reviewer has looked at it.
    pub vetted: bool,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// The document that it is registered by: its metadata are what that said.
    pub document: Option<ByDocument<'e>>,
}

/// A metadata document that a client is registered by (CIMD-A-3).
#[derive(Clone, Copy, Debug)]
pub struct ByDocument<'e> {
    /// Its URL.
    pub url: &'e str,
    /// It is nobody else's: its owner has proven that, or an administrator answers for it.
    pub held: bool,
}

/// Why a client is not entered, or not changed.
#[derive(Debug, Error)]
pub enum EntryRefusal {
    /// Its metadata break a rule.
    #[error(transparent)]
    Metadata(#[from] RegistrationError),
    /// The document breaks a rule.
    #[error("the document: {0}")]
    Document(DocumentError),
    /// It is to be registered by what is no URL of a document.
    #[error("it is not the URL of a metadata document")]
    NoDocument,
    /// The metadata of a service break a rule.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// One of its redirect URIs is an address of this server.
    #[error("redirect URI {0} is an address of this server")]
    OurOwn(usize),
    /// Its `scope` is none, or too long: it would bound nothing.
    #[error("its scope is none, or too long")]
    Scope,
    /// Its owner may not, or has as many as a person may have.
    #[error("its owner is not there, is disabled, or has too many clients")]
    Owner,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registrar<'_> {
    /// Enters a client. Answers what is on record.
    ///
    /// # Errors
    /// [`EntryRefusal`].
    pub async fn enter(
        &self,
        entry: Entry<'_>,
        own: &OwnOrigins,
        act: Act<'_>,
    ) -> Result<RecordedClient, EntryRefusal> {
        self.enter_as(random(self.chance), entry, own, act).await
    }

    /// The same with a number that follows from a form. [`EntryRefusal::Owner`] also if something was entered under it.
    ///
    /// # Errors
    /// [`EntryRefusal`].
    pub async fn enter_as(
        &self,
        number: [u8; 16],
        entry: Entry<'_>,
        own: &OwnOrigins,
        act: Act<'_>,
    ) -> Result<RecordedClient, EntryRefusal> {
        let id = RecordedId::new(entry.purpose, number);
        match entry.purpose {
            _ if entry.document.is_some() => {
                let url = entry.document.map(|document| document.url).unwrap_or_default();
                drop(check_document(url, entry.metadata, own)?);
            }
            Purpose::Service => drop(check_service(entry.metadata)?),
            Purpose::Application | Purpose::Personal => drop(check(&id, entry.metadata, own)?),
        }
        let in_force = entry.state == ClientState::Approved;
        let client = RecordedClient {
            client_id: id.as_str().to_owned(),
            owner: entry.owner,
            revision: 0,
            content: ClientContent {
                state: entry.state,
                draft: entry.metadata.to_owned(),
                in_force: in_force.then(|| entry.metadata.to_owned()),
                vetted: entry.vetted,
                shared_with: None,
                expires_at: entry.expires_at,
                stem: GrantId::from_bytes(random(self.chance)),
                document: entry.document.map(OwnDocument::from),
                lost_domain: None,
            },
            created_at: self.now,
            changed_at: self.now,
        };
        let new = NewRecordedClient { client: client.clone(), event: self.event(act) };
        match self.store.add_recorded_client(new).await? {
            Outcome::Applied => Ok(client),
            Outcome::Lost => Err(EntryRefusal::Owner),
        }
    }
}

/// Reads metadata that somebody wrote for a client that people log in with.
///
/// # Errors
/// [`EntryRefusal`] names the rule that they break.
pub fn check(
    id: &RecordedId,
    metadata: &str,
    own: &OwnOrigins,
) -> Result<Registration, EntryRefusal> {
    // As they were written: a port of ours on this computer is no slip that anybody makes on purpose.
    let request = RegistrationRequest::parse(metadata.as_bytes())?;
    if let Some(position) = request.redirect_uris().iter().position(|uri| own.hold(uri)) {
        return Err(EntryRefusal::OurOwn(position));
    }
    let registration = recorded::registration(id, metadata)?;
    usable_keys(registration.authentication())?;
    if registration.claims().scope.is_none() && says_scope(metadata) {
        return Err(EntryRefusal::Scope);
    }
    Ok(registration)
}

/// Reads metadata that a document said, for the client that it describes.
///
/// # Errors
/// [`EntryRefusal`] names the rule that they break.
pub fn check_document(
    url: &str,
    metadata: &str,
    own: &OwnOrigins,
) -> Result<Metadata, EntryRefusal> {
    let url = MetadataUrl::parse(url).map_err(|_| EntryRefusal::NoDocument)?;
    let metadata = document::parse(metadata.as_bytes(), &url, Profile::Ietf);
    let metadata = metadata.map_err(EntryRefusal::Document)?;
    let is_ours = |uri: &RedirectUri| own.hold(uri);
    match metadata.redirect_uris.iter().position(is_ours) {
        Some(position) => Err(EntryRefusal::OurOwn(position)),
        None => Ok(metadata),
    }
}

impl From<ByDocument<'_>> for OwnDocument {
    fn from(document: ByDocument<'_>) -> Self {
        Self { url: document.url.to_owned(), held: document.held }
    }
}

/// Whether a scope stands in metadata that were read before.
fn says_scope(metadata: &str) -> bool {
    let read: Result<Value, _> = serde_json::from_str(metadata);
    let scope = read.ok().and_then(|read| read.get("scope")?.as_str().map(str::to_owned));
    scope.is_some_and(|scope| !scope.trim().is_empty())
}

/// Reads metadata that an administrator wrote for a service.
///
/// # Errors
/// [`ServiceError`] names the rule that they break.
pub fn check_service(metadata: &str) -> Result<Service, ServiceError> {
    let service = Service::parse(metadata.as_bytes())?;
    if let ServiceAuthentication::Keys(Keys::Inline(set)) = service.authentication() {
        let read = KeySet::parse(set.as_bytes()).map_err(|_| fault(KeysFault::NotASet))?;
        // With keys that verify nothing it could never get a token: better they are refused now.
        if read.iter().next().is_none() {
            return Err(fault(KeysFault::NoneUsable));
        }
    }
    Ok(service)
}

fn fault(keys: KeysFault) -> ServiceError {
    RegistrationError::from(keys).into()
}
