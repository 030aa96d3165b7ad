//! What waits for a reviewer, and who asked for it?

use salver_oauth::{CaseId, Timestamp, UserId};

use super::{Digest, NewApproval};

/// What a case is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CaseKind {
    /// Whether people may let a client in.
    Access,
}

/// How a case stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CaseState {
    /// Nobody has decided.
    Open,
    /// Approved.
    Approved,
    /// Refused.
    Refused,
}

/// One question to the reviewers, however many people asked it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReviewCase {
    /// Its id.
    pub id: CaseId,
    /// What it is about.
    pub kind: CaseKind,
    /// The client that is to be let in, byte for byte.
    pub client_id: String,
    /// What makes two clients the same application (DESIGN 4.4).
    pub fingerprint: String,
    /// The application's name for people.
    pub label: String,
    /// Where its answers would go.
    pub recipient: String,
    /// The resource, in its registered spelling.
    pub resource: String,
    /// What was known of the client when the case was opened, as JSON.
    pub facts: String,
    /// What counted of the client's metadata then (`salver_oauth::client::substance`).
    pub substance: Digest,
    /// How it stands.
    pub state: CaseState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Who decided it.
    pub decided_by: Option<String>,
    /// What they said about it.
    pub note: Option<String>,
}

/// One person's wish to let a client in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccessRequest {
    /// The case that it belongs to.
    pub case: CaseId,
    /// Who asked.
    pub user: UserId,
    /// Why, in their words.
    pub reason: String,
    /// The query of the authorization request, as it came.
    pub request: String,
    /// When they last asked.
    pub asked_at: Timestamp,
    /// When they saw how the case was decided.
    pub seen_at: Option<Timestamp>,
}

/// A wish to add, with the case as it should be if none is open.
#[derive(Clone, Debug)]
pub struct NewAccessRequest {
    /// The id of the case, if one has to be opened.
    pub case: CaseId,
    /// The client that is to be let in, byte for byte.
    pub client_id: String,
    /// What makes two clients the same application (DESIGN 4.4).
    pub fingerprint: String,
    /// The application's name for people.
    pub label: String,
    /// Where its answers would go.
    pub recipient: String,
    /// The resource, in its registered spelling.
    pub resource: String,
    /// What is known of the client, as JSON.
    pub facts: String,
    /// What counts of the client's metadata.
    pub substance: Digest,
    /// Who asks.
    pub user: UserId,
    /// Why, in their words.
    pub reason: String,
    /// The query of the authorization request, as it came.
    pub request: String,
    /// Now.
    pub asked_at: Timestamp,
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    /// It waits for a reviewer.
    Waiting {
        /// In this case.
        case: CaseId,
        /// Which was opened for it.
        opened: bool,
    },
    /// The person has as many wishes in open cases as one may have.
    TooMany,
    /// The user has been disabled meanwhile, or is unknown.
    UserDisabled,
}

/// A reviewer's decision.
#[derive(Clone, Debug)]
pub struct CaseDecision {
    /// Of which case.
    pub case: CaseId,
    /// Who decides.
    pub by: String,
    /// What they say about it, for those who asked.
    pub note: Option<String>,
    /// Now.
    pub at: Timestamp,
    /// What is approved, and from then on stands under this case; none refuses.
    pub approval: Option<NewApproval>,
}
