//! What may those see and do who decide for others? Every journey here takes proof of the role, so that none can be begun without it.
//!
//! Reviewers decide who may come in ([`review`], [`case`], [`decide`], [`approvals`], [`application`], [`decide_application`]); all else is the administrators'.

pub mod anchors;
pub mod application;
pub mod approvals;
pub mod bans;
pub mod case;
pub mod decide;
pub mod decide_application;
pub mod decision;
pub mod home;
pub mod review;

use salver_store::record::Role;

use super::SignedIn;

/// Somebody who may decide what waits: a reviewer or an administrator.
pub struct Reviewer(SignedIn);

/// Somebody who runs this server.
pub struct Administrator(SignedIn);

impl Reviewer {
    /// Their proof, if this person has the role.
    #[must_use]
    pub fn of(person: SignedIn) -> Option<Self> {
        may_review(person.user.role).then_some(Self(person))
    }

    /// Who it is.
    #[must_use]
    pub const fn person(&self) -> &SignedIn {
        &self.0
    }

    /// Whether they run this server.
    #[must_use]
    pub const fn is_administrator(&self) -> bool {
        matches!(self.0.user.role, Role::Administrator)
    }
}

impl Administrator {
    /// Their proof, if this person has the role.
    #[must_use]
    pub fn of(person: SignedIn) -> Option<Self> {
        matches!(person.user.role, Role::Administrator).then_some(Self(person))
    }

    /// Who it is.
    #[must_use]
    pub const fn person(&self) -> &SignedIn {
        &self.0
    }
}

/// Whether this role decides what waits.
#[must_use]
pub const fn may_review(role: Role) -> bool {
    match role {
        Role::Reviewer | Role::Administrator => true,
        Role::User | Role::Developer => false,
    }
}
