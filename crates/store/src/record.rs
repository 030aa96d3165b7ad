//! What does a row say? The values that go into the store and come out of it.

mod anchor;
mod api_token;
mod application;
mod approval;
mod ban;
mod client;
mod consent;
mod count;
mod deletion;
mod domain;
mod hosted;
mod registration_token;
mod review;
mod verdict;
mod version;

pub use anchor::{Anchor, StatedClient, StatedNoted};
pub use api_token::{ApiToken, NewApiToken};
pub use application::{
    ApplicationOverview, Binding, Home, MetApplication, MetClient, NewBinding, NewHome,
};
pub use approval::{Approval, Audience, NewApproval};
pub use ban::{Ban, LiveGrant, NewBan};
pub use client::{
    ChangeClient, ClientContent, ClientEvent, ClientKey, ClientSecret, ClientState, ClientUse,
    ClientUser, NewClientEvent, NewClientSecret, NewRecordedClient, OwnDocument, RecordedClient,
    RenewStem, Sharing, secret_key,
};
pub use consent::{AddCode, Code, Consent, Recorded, RedeemCode, SpentRequest};
pub use count::{Counted, FunnelStep};
pub use deletion::{Deletion, NewDeletion};
pub use domain::{DomainProof, ProofMethod};
pub use hosted::{HostedAdded, HostedDocument};
pub use registration_token::{NewRegistrationToken, RegistrationToken, UsedRegistrationToken};
pub use review::{
    AccessRequest, Asked, CaseDecision, CaseKind, CaseState, NewAccessRequest, ReviewCase,
};
pub use verdict::{KeptVerdict, NewVerdict, VerdictOutcome};
pub use version::{Effect, NewVersion, Noted, Version};

use salver_oauth::{ApplicationId, GrantId, InstallationId, Scope, Timestamp, TokenId, UserId};

/// The keyed hash of a bearer secret: all that is stored of codes, refresh tokens, sessions and invitations.
pub type Digest = [u8; 32];

/// What a person may do here.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Signs in and connects applications.
    User,
    /// Also registers applications.
    Developer,
    /// Also reviews what waits for approval.
    Reviewer,
    /// Also runs the server.
    Administrator,
}

/// A person with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// Its id: the `sub` of tokens.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// What they may do.
    pub role: Role,
    /// The groups they are in, sorted ([`crate::group`]).
    pub groups: Vec<Box<str>>,
    /// PHC string of the password.
    pub password_hash: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when it is disabled.
    pub disabled_at: Option<Timestamp>,
}

/// A user to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The user.
    pub user: User,
    /// The invitation to spend, if the user comes by one.
    pub invitation: Option<Digest>,
}

/// What became of a user to add.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserAdded {
    /// Added.
    Added,
    /// The name belongs to somebody else.
    NameTaken,
    /// The invitation is spent, unknown or past its time.
    InvitationSpent,
}

/// A link that lets one person make an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Invitation {
    /// Digest of the token in the link.
    pub token: Digest,
    /// The role of the account.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A browser that is signed in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Session {
    /// Digest of the cookie's value.
    pub token: Digest,
    /// Who is signed in.
    pub user: UserId,
    /// When they signed in (OpenID `auth_time`).
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// One user's consent for one client at one resource, for one kind of recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// Its id; everything issued below carries it.
    pub id: GrantId,
    /// Who consented.
    pub user: UserId,
    /// The label under which people see it.
    pub application: ApplicationId,
    /// What makes its client one client (DESIGN 4.4).
    pub fingerprint: String,
    /// Whom it was given to, byte for byte.
    pub client_id: String,
    /// Where the answers go: a class such as `loopback`, `https://host` or `app:scheme`.
    pub recipient: String,
    /// The resource, in its registered spelling.
    pub resource: String,
    /// The attested key of the installation that it was given to, in the words of [`Installation::instance_key`], if it is that installation's alone.
    pub instance: Option<String>,
    /// All that was consented to.
    pub scope: Scope,
    /// What was known of the client at the newest consent: rung and evidence, as JSON.
    pub assessment: String,
    /// The version of the client's metadata that the newest consent was about.
    pub metadata: Digest,
    /// What policy said at the newest consent: rule, its version and outcome, as JSON.
    pub verdict: Option<String>,
    /// First consent.
    pub created_at: Timestamp,
    /// Newest consent.
    pub consented_at: Timestamp,
    /// Since when it is held: the client's metadata changed, and nobody has said yes to that yet. No new codes or rotations below it.
    pub held_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What is remembered of a client, as one person's login asks about it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ClientStanding {
    /// The person's live grants for it.
    pub grants: Vec<Grant>,
    /// What its document said last.
    pub newest: Option<Digest>,
    /// When it was first let in, by anybody.
    pub first_seen: Option<Timestamp>,
    /// What reviewers have approved of it and is in force, for whomever.
    pub approvals: Vec<Approval>,
}

/// One running copy of an application: a family of refresh tokens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Installation {
    /// Its id.
    pub id: InstallationId,
    /// The grant it hangs below.
    pub grant: GrantId,
    /// What its tokens may do at most.
    pub scope: Scope,
    /// RFC 7638 thumbprint of the key that the client last authenticated with, or [`secret_key`] of its secret; none if it redeemed the code as a public
    /// client, or with a secret that is not on record.
    pub client_key: Option<String>,
    /// RFC 7638 thumbprint of the key by which the installation was attested when it was started, if it was: it stays its own (ABCA-10).
    pub instance_key: Option<String>,
    /// How often its refresh token was rotated.
    pub generation: u32,
    /// Digest of the refresh token that is good now.
    pub current: Digest,
    /// Digest of the one before, which may be presented again within bounds.
    pub previous: Option<Digest>,
    /// When the current one was made.
    pub rotated_at: Timestamp,
    /// The newest generation whose access token was used, as far as merged.
    pub used_generation: Option<u32>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When a token of it was last seen.
    pub last_used_at: Timestamp,
    /// When it ends if it stays unused.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

/// A rotation of an installation's refresh token.
#[derive(Clone, Debug)]
pub struct AdvanceInstallation {
    /// Which one.
    pub id: InstallationId,
    /// The generation that the decision was made on.
    pub expected_generation: u32,
    /// The new current token; the generation goes up by one.
    pub current: Digest,
    /// The token that was presented, which becomes the previous one.
    pub previous: Digest,
    /// RFC 7638 thumbprint of the key that the client authenticated with: that of an installation which has one moves along.
    pub client_key: Option<String>,
    /// Now.
    pub now: Timestamp,
    /// When it ends if it stays unused.
    pub expires_at: Timestamp,
}

/// That an installation's access token was seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UsedInstallation {
    /// Which one.
    pub id: InstallationId,
    /// The generation of the token.
    pub generation: u32,
    /// When.
    pub at: Timestamp,
}

/// Something that can be ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Subject {
    /// A grant, and all below it.
    Grant(GrantId),
    /// An installation, and its tokens.
    Installation(InstallationId),
    /// One access token; entered in the feed until it would have ended by itself.
    Token(TokenId),
}

/// Why something was ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RevocationReason {
    /// The user said so.
    User,
    /// An administrator said so.
    Administrator,
    /// The client gave it back (RFC 7009).
    Client,
    /// A spent code or a dead refresh token was presented: somebody has a copy.
    Replay,
    /// The client's metadata changed: what it was given to is no longer the same.
    Change,
    /// What it was given to is banned.
    Ban,
}

/// One line of the revocation feed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Revocation {
    /// Its number; rises.
    pub number: i64,
    /// What ended.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyUse {
    /// Signs access tokens; published at `jwks_uri`.
    AccessToken,
    /// Signs identities for servers behind the gateway.
    Identity,
    /// Seals registrations into a `client_id`.
    Registration,
}

/// A key at rest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredKey {
    /// RFC 7638 thumbprint; of a key that seals, its number.
    pub key_id: String,
    /// What it is for.
    pub key_use: KeyUse,
    /// JOSE name of its algorithm.
    pub algorithm: String,
    /// The private key, sealed under the master key.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it may sign or seal: a new key is published a while before.
    pub signs_from: Timestamp,
    /// When it is published no longer; when a key that seals registrations was killed.
    pub retires_at: Option<Timestamp>,
}
