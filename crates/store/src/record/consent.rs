//! How is a yes recorded, and the code that follows from it?

use salver_oauth::{GrantId, InstallationId, Scope, Timestamp};

use super::{Digest, Grant, Home, Installation, NewVerdict};

/// A consent to record, with the code that answers it.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The grant as it should be if there is none yet: `id` and `application` are proposals, `scope` is added to what is there.
    pub grant: Grant,
    /// What the client calls itself.
    pub name: String,
    /// The application that it belongs to unless an administrator has bound it (DESIGN 4.4).
    pub home: Home,
    /// The code; its `grant` is set to the grant that is really used.
    pub code: Code,
    /// The metadata document with the digest `grant.metadata`, to be kept; none of a client that an administrator entered.
    pub document: Option<Vec<u8>>,
    /// With a document: the newest version when the decision was made.
    pub newest: Option<Digest>,
    /// How often bans had changed when the decision was made.
    pub judged_under: i64,
    /// What policy said, to be kept with its facts.
    pub verdict: Option<NewVerdict>,
    /// The pushed request that it answers, which is spent with it.
    pub pushed: Option<SpentRequest>,
}

/// What became of a consent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recorded {
    /// Recorded under this grant.
    Under(GrantId),
    /// The consent page was answered before.
    TicketSpent,
    /// The user has been disabled meanwhile, or is unknown: nothing happened.
    UserDisabled,
    /// Another version of the client's metadata has become the newest meanwhile: nothing happened.
    Outdated,
    /// A ban was added or lifted meanwhile, so it has to be decided anew: nothing happened.
    JudgedAnew,
    /// Another code was given for the pushed request: nothing happened.
    RequestSpent,
}

/// An authorization code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Code {
    /// Digest of the code.
    pub code: Digest,
    /// The consent page that it answers, once only: a random number of that page. A login without a page draws one of its own.
    pub ticket: [u8; 16],
    /// The grant it belongs to.
    pub grant: GrantId,
    /// The version of the client's metadata that this login began with, and keeps.
    pub metadata: Digest,
    /// The `redirect_uri` of the request, byte for byte.
    pub redirect_uri: String,
    /// The S256 `code_challenge`.
    pub code_challenge: String,
    /// What this login asked for and was given.
    pub scope: Scope,
    /// By what the client proved itself when it pushed the request, in the words of [`super::Installation::client_key`]: who redeems proves itself too.
    pub pushed_by: Option<String>,
    /// The attested key of the installation that pushed the request, in the words of [`super::Installation::instance_key`]: nobody else redeems.
    pub instance_key: Option<String>,
    /// When the user signed in.
    pub auth_time: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it can no longer be redeemed.
    pub expires_at: Timestamp,
    /// The installation that it started, once spent.
    pub redeemed_by: Option<InstallationId>,
}

/// A code to add under a grant on record.
#[derive(Clone, Debug)]
pub struct AddCode {
    /// The code.
    pub code: Code,
    /// How often bans had changed when the decision was made.
    pub judged_under: i64,
    /// What policy said, to be kept with its facts if the code is added.
    pub verdict: Option<NewVerdict>,
    /// The pushed request that it answers, which is spent with it.
    pub pushed: Option<SpentRequest>,
}

/// A pushed authorization request (RFC 9126) for which a code is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SpentRequest {
    /// Its number, drawn at random when it was pushed.
    pub number: [u8; 16],
    /// When it could not be answered any more in any case.
    pub until: Timestamp,
}

/// The spending of a code.
#[derive(Clone, Debug)]
pub struct RedeemCode {
    /// The code.
    pub code: Digest,
    /// The installation that it starts.
    pub installation: Installation,
}
