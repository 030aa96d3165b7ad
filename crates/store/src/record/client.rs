//! Which clients have people entered here, and with which secrets do they authenticate? (Pre-registration.)

use salver_oauth::{GrantId, InstallationId, Timestamp, UserId};

use super::{Digest, RevocationReason};

/// A client whose registration is on record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecordedClient {
    /// Its `client_id`, which says what it was entered for.
    pub client_id: String,
    /// Whose it is; nobody's if an administrator entered it by a command.
    pub owner: Option<UserId>,
    /// How often it was changed: who changes it names the number that they saw.
    pub revision: u32,
    /// What is on record.
    pub content: ClientContent,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// What changes of a client on record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientContent {
    /// Where it stands.
    pub state: ClientState,
    /// What its owner last wrote: RFC 7591 metadata, as JSON.
    pub draft: String,
    /// What logins go by, in the same form: the draft that was approved last.
    pub in_force: Option<String>,
    /// Whether a reviewer has looked at what is in force.
    pub vetted: bool,
    /// Who may use it beside its owner.
    pub shared_with: Option<Sharing>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Its tokens without a person hang below this. Whoever ends it and starts it again draws another.
    pub stem: GrantId,
    /// The metadata document that it is registered by, if it is (CIMD-A-3): its source, in place of what its owner would write.
    pub document: Option<OwnDocument>,
    /// A domain of its owner whose proof has been missing for too long; nothing once it is proven again, or a reviewer has decided.
    pub lost_domain: Option<String>,
}

/// A metadata document that a client is registered by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnDocument {
    /// Its URL, which is the `client_id` that programs send.
    pub url: String,
    /// Its owner has proven to command its host, or an administrator has entered it: it is nobody else's.
    pub held: bool,
}

/// Where a client on record stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ClientState {
    /// Its owner has yet to submit it.
    Draft,
    /// It waits for a reviewer.
    Submitted,
    /// A reviewer looks at it.
    InReview,
    /// What its owner last wrote is in force.
    Approved,
    /// A reviewer wants something changed first.
    Returned,
    /// A reviewer has said no.
    Refused,
    /// Nobody gets in with it for now.
    Suspended,
    /// It is gone for good; the row says so for a while.
    Deleted,
}

/// Who may use a personal client beside its owner, each with a secret of their own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sharing {
    /// Who is in this group.
    Group(String),
    /// Everybody with an account.
    Everybody,
}

/// A client to enter.
#[derive(Clone, Debug)]
pub struct NewRecordedClient {
    /// It, at its first revision.
    pub client: RecordedClient,
    /// What is said of it in its history.
    pub event: NewClientEvent,
}

/// A change of a client on record.
#[derive(Clone, Debug)]
pub struct ChangeClient {
    /// Which one.
    pub client_id: String,
    /// The revision that the change was decided on; it goes up by one.
    pub expected_revision: u32,
    /// All that is on record from now on.
    pub content: ClientContent,
    /// Why all that was let in under it ends, if it does.
    pub ends: Option<RevocationReason>,
    /// What is said of it in its history.
    pub event: NewClientEvent,
}

/// What a client on record has got for itself is to end, and it goes on.
#[derive(Clone, Debug)]
pub struct RenewStem {
    /// Which one.
    pub client_id: String,
    /// The stem that all of it hangs below.
    pub stem: GrantId,
    /// What its tokens hang below from now on.
    pub next: GrantId,
    /// Why.
    pub reason: RevocationReason,
    /// Now.
    pub now: Timestamp,
}

/// Something that happened to a client on record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewClientEvent {
    /// Who did it, by name.
    pub by: String,
    /// What, in one word of [`ClientState`]'s or of the caller's.
    pub what: String,
    /// Remarks for its owner; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// The same, as it was kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientEvent {
    /// Its place in the history.
    pub number: i64,
    /// What happened.
    pub event: NewClientEvent,
}

/// A secret by which a client on record authenticates; or the public half of one, which never was here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientSecret {
    /// Its id; tokens that a client gets for itself with it hang below.
    pub id: InstallationId,
    /// Whose.
    pub client_id: String,
    /// The only person whose logins it is good for; nobody in particular for an application's own.
    pub holder: Option<UserId>,
    /// What its maker calls it.
    pub name: String,
    /// Who made it, by name.
    pub made_by: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as merged.
    pub last_used_at: Option<Timestamp>,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// The public key, if the secret is a private one.
    pub key: Option<ClientKey>,
}

/// A public key with which a person's copy of a client authenticates (`private_key_jwt`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientKey {
    /// What assertions call it (`kid`).
    pub id: String,
    /// It, as a JWK that bears this `kid`.
    pub jwk: String,
}

/// Somebody who has let a client in, by grants that live.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientUser {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub username: String,
    /// How many installations run.
    pub connections: u32,
    /// When one of them was last seen, as far as merged.
    pub last_used_at: Option<Timestamp>,
}

/// A secret to add.
#[derive(Clone, Debug)]
pub struct NewClientSecret {
    /// It.
    pub secret: ClientSecret,
    /// The digest of what was shown to its maker; for a key, of what tells it from all others.
    pub digest: Digest,
}

impl ClientState {
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Returned => "returned",
            Self::Refused => "refused",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }
}

impl ClientSecret {
    /// Whether it can be used.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl RecordedClient {
    /// The `client_id` that logins with it have: the URL of a document that is its own, else what it is called here.
    #[must_use]
    pub fn login_id(&self) -> &str {
        self.content.held_document().unwrap_or(&self.client_id)
    }
}

impl ClientContent {
    /// The URL of the document that it is registered by, once that is its own.
    #[must_use]
    pub fn held_document(&self) -> Option<&str> {
        self.document.as_ref().filter(|document| document.held).map(|document| &*document.url)
    }

    /// The metadata that logins go by, while they may.
    #[must_use]
    pub fn usable(&self, now: Timestamp) -> Option<&str> {
        let out = matches!(self.state, ClientState::Suspended | ClientState::Deleted)
            || self.expires_at.is_some_and(|end| end <= now);
        if out { None } else { self.in_force.as_deref() }
    }
}

/// How many use a client.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ClientUse {
    /// People who have let it in.
    pub people: u64,
    /// Their connections: live grants.
    pub connections: u64,
    /// When one of them was last used, as far as merged.
    pub last_used_at: Option<Timestamp>,
}

/// By what an installation was started that was started with this secret.
#[must_use]
pub fn secret_key(secret: InstallationId) -> String {
    format!("secret {secret}")
}
