//! What may an administrator do to clients on record? The same for commands, imports and programs, with the same refusals.

mod refusal;
mod rotate;

use salver_oauth::{
    Timestamp, UserId,
    authorization::{check::Offer, return_address::OwnOrigins},
    client::{
        id::ClientId,
        recorded::{Purpose, RecordedId},
        service::{Service, ServiceAuthentication},
    },
    registration::Authentication,
};
use salver_store::{
    Outcome,
    record::{ClientContent, ClientState, OwnDocument, RecordedClient},
};

pub use refusal::DeskRefusal;
pub use rotate::{Rotated, Rotation};

use super::{
    Act, ByDocument, Entry, EntryRefusal, NewSecret, Registrar, SecretWish, check, check_document,
    check_service,
};
use crate::flow::recorded;

/// An administrator at work.
#[derive(Clone, Copy)]
pub struct Desk<'d> {
    /// With what clients are entered.
    pub registrar: Registrar<'d>,
    /// Addresses of this server.
    pub own: &'d OwnOrigins,
    /// What there is for services; nothing where a command does not know it, and then nothing is refused for that.
    pub offers: &'d [Offer],
    /// Who is at work, by name.
    pub by: &'d str,
}

/// A client to enter.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'w> {
    /// What for: not for somebody's own use, which they enter themselves.
    pub purpose: Purpose,
    /// Whose it will be.
    pub owner: Option<UserId>,
    /// Its metadata, as JSON.
    pub metadata: &'w str,
    /// The URL of the document that says them, if it is registered by that: an administrator answers for whose it is.
    pub document: Option<&'w str>,
    /// Whether it is in force at once, or waits for approval.
    pub in_force: bool,
    /// Whether the administrator has looked at it.
    pub vetted: bool,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When its first secret ends by itself.
    pub secret_expires_at: Option<Timestamp>,
    /// What is noted in its history.
    pub note: &'w str,
}

/// An answer to a developer who has submitted an application, other than yes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// They may mend it and submit it again.
    Return,
    /// They may not.
    Refuse,
}

/// A client that was just entered.
#[derive(Debug)]
pub struct Made {
    /// It.
    pub client: RecordedClient,
    /// Its first secret, if it authenticates with one.
    pub secret: Option<NewSecret>,
}

impl Desk<'_> {
    /// Enters a client, with a secret if it needs one. If there can be no secret, there is no client.
    ///
    /// # Errors
    /// [`DeskRefusal`].
    pub async fn create(&self, wish: Wish<'_>) -> Result<Made, DeskRefusal> {
        match wish.document {
            Some(url) => drop(check_document(url, wish.metadata, self.own)?),
            None => self.check(wish.purpose, wish.metadata)?,
        }
        let entry = Entry {
            purpose: wish.purpose,
            owner: wish.owner,
            metadata: wish.metadata,
            state: if wish.in_force { ClientState::Approved } else { ClientState::Draft },
            vetted: wish.vetted,
            expires_at: wish.expires_at,
            document: wish.document.map(|url| ByDocument { url, held: true }),
        };
        let client = self.registrar.enter(entry, self.own, self.act("entered", wish.note)).await?;
        if !has_secret(&client) {
            return Ok(Made { client, secret: None });
        }
        let first = SecretWish {
            holder: None,
            name: "first",
            by: self.by,
            expires_at: wish.secret_expires_at,
        };
        match self.registrar.make_secret(&client, first).await {
            Ok(secret) => Ok(Made { client, secret: Some(secret) }),
            Err(why) => {
                // Whoever changed it in between has seen it, and decides.
                let _ = self.registrar.delete(&client, self.act("deleted", "")).await?;
                Err(why.into())
            }
        }
    }

    /// Whether a client with these metadata would be entered, as far as that can be said without doing it.
    ///
    /// # Errors
    /// [`DeskRefusal`].
    pub fn check(&self, purpose: Purpose, metadata: &str) -> Result<(), DeskRefusal> {
        match purpose {
            Purpose::Personal => Err(DeskRefusal::Personal),
            Purpose::Application => {
                // The rules do not look at the identifier, which is yet to be drawn.
                let id = RecordedId::new(purpose, [0; 16]);
                check(&id, metadata, self.own)?;
                Ok(())
            }
            Purpose::Service => {
                let service = check_service(metadata).map_err(EntryRefusal::from)?;
                self.fits(&service)
            }
        }
    }

    /// A service goes where there is something, and may do what somebody understands there.
    fn fits(&self, service: &Service) -> Result<(), DeskRefusal> {
        if self.offers.is_empty() {
            return Ok(());
        }
        let mut known = salver_oauth::Scope::empty();
        for resource in service.resources() {
            let meant = |offer: &&Offer| offer.resource.is_meant_by(resource.as_str());
            let offer = self.offers.iter().find(meant);
            let offer = offer.ok_or_else(|| DeskRefusal::Resource(resource.as_str().into()))?;
            known = known.union(&offer.known);
        }
        match service.scope().iter().find(|scope| !known.contains(scope)) {
            None => Ok(()),
            Some(scope) => Err(DeskRefusal::Scope(scope.into())),
        }
    }

    /// The client of this identifier.
    ///
    /// # Errors
    /// [`DeskRefusal::Unknown`], also of one that was deleted.
    pub async fn find(&self, client_id: &str) -> Result<RecordedClient, DeskRefusal> {
        let found = self.registrar.store.find_recorded_client(client_id).await?;
        let found = found.filter(|client| client.content.state != ClientState::Deleted);
        found.ok_or_else(|| DeskRefusal::Unknown(client_id.into()))
    }

    /// Puts what its owner last wrote in force, as looked at.
    ///
    /// # Errors
    /// [`DeskRefusal`].
    pub async fn approve(&self, seen: &RecordedClient, note: &str) -> Result<(), DeskRefusal> {
        let content = &seen.content;
        if content.state == ClientState::Suspended {
            return Err(DeskRefusal::Standing(content.state));
        }
        let is_in_force = content.in_force.as_ref() == Some(&content.draft);
        if content.state == ClientState::Approved && is_in_force && content.vetted {
            return Err(DeskRefusal::Standing(content.state));
        }
        match &content.document {
            Some(document) => drop(check_document(&document.url, &content.draft, self.own)?),
            None => self.check(purpose(seen), &content.draft)?,
        }
        let content = ClientContent {
            state: ClientState::Approved,
            in_force: Some(content.draft.clone()),
            vetted: true,
            document: content.document.clone().map(|own| OwnDocument { held: true, ..own }),
            lost_domain: None,
            ..content.clone()
        };
        self.change(seen, content, self.act("approved", note)).await
    }

    /// Sends what was submitted back to its developer, or says no to it. What is in force stays so.
    ///
    /// # Errors
    /// [`DeskRefusal`], also if nothing was submitted, or its developer is not told why.
    pub async fn turn_down(
        &self,
        seen: &RecordedClient,
        answer: Answer,
        note: &str,
    ) -> Result<(), DeskRefusal> {
        if !matches!(seen.content.state, ClientState::Submitted | ClientState::InReview) {
            return Err(DeskRefusal::NotSubmitted);
        }
        if note.trim().is_empty() {
            return Err(DeskRefusal::NoRemark);
        }
        let (state, what) = match answer {
            Answer::Return => (ClientState::Returned, "returned"),
            Answer::Refuse => (ClientState::Refused, "refused"),
        };
        let content = ClientContent { state, ..seen.content.clone() };
        self.change(seen, content, self.act(what, note)).await
    }

    /// Lets nobody in with it, and ends what was let in.
    ///
    /// # Errors
    /// [`DeskRefusal`].
    pub async fn suspend(&self, seen: &RecordedClient, note: &str) -> Result<(), DeskRefusal> {
        if seen.content.state == ClientState::Suspended {
            return Err(DeskRefusal::Standing(seen.content.state));
        }
        let content = ClientContent { state: ClientState::Suspended, ..seen.content.clone() };
        self.change(seen, content, self.act("suspended", note)).await
    }

    /// Lets it go on with what was in force. What else its owner had written is a draft again.
    ///
    /// # Errors
    /// [`DeskRefusal`].
    pub async fn resume(&self, seen: &RecordedClient, note: &str) -> Result<(), DeskRefusal> {
        let content = &seen.content;
        if content.state != ClientState::Suspended {
            return Err(DeskRefusal::Standing(content.state));
        }
        let is_in_force = content.in_force.as_ref() == Some(&content.draft);
        let state = if is_in_force { ClientState::Approved } else { ClientState::Draft };
        let content = ClientContent { state, lost_domain: None, ..content.clone() };
        self.change(seen, content, self.act("resumed", note)).await
    }

    /// Deletes it for good.
    ///
    /// # Errors
    /// [`DeskRefusal`].
    pub async fn delete(&self, seen: &RecordedClient, note: &str) -> Result<(), DeskRefusal> {
        applied(self.registrar.delete(seen, self.act("deleted", note)).await?)
    }

    async fn change(
        &self,
        seen: &RecordedClient,
        content: ClientContent,
        act: Act<'_>,
    ) -> Result<(), DeskRefusal> {
        applied(self.registrar.change(seen, content, act).await?)
    }

    fn act<'a>(&'a self, what: &'a str, note: &'a str) -> Act<'a> {
        Act { by: self.by, what, note }
    }
}

fn applied(outcome: Outcome) -> Result<(), DeskRefusal> {
    match outcome {
        Outcome::Applied => Ok(()),
        Outcome::Lost => Err(DeskRefusal::Stale),
    }
}

/// What a client was entered for. What cannot be read is nobody's business here but its owner's.
fn purpose(client: &RecordedClient) -> Purpose {
    recorded::purpose(client).unwrap_or(Purpose::Personal)
}

/// Whether a client authenticates with a secret that an administrator can make.
fn has_secret(client: &RecordedClient) -> bool {
    if client.content.document.is_some() {
        return false; // CIMD-D-5
    }
    let written = client.content.in_force.as_ref().unwrap_or(&client.content.draft);
    match ClientId::parse(&client.client_id) {
        Ok(ClientId::Recorded(id)) if id.purpose() == Purpose::Service => {
            Service::parse(written.as_bytes()).is_ok_and(|service| {
                matches!(service.authentication(), ServiceAuthentication::Secret(_))
            })
        }
        Ok(ClientId::Recorded(id)) if id.purpose() == Purpose::Application => {
            recorded::registration(&id, written).is_ok_and(|registration| {
                matches!(registration.authentication(), Authentication::Secret(..))
            })
        }
        _ => false,
    }
}
