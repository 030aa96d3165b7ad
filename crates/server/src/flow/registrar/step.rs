//! Which way may an application go, and who may send it there? From draft to approval one step at a time: nobody skips one, and nobody decides on what is
//! their own.

use salver_store::record::ClientState;
use thiserror::Error;

/// Something that is done to an application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Its owner writes it anew.
    Save {
        /// It says what is in force already, but for contacts and description.
        cosmetic: bool,
    },
    /// Its owner wants it looked at.
    Submit,
    /// Its owner takes it back.
    Withdraw,
    /// Its owner brings it into force without a review.
    Publish,
    /// A reviewer begins to look at it.
    Take,
    /// A reviewer has looked at something of the checklist.
    Check,
    /// A reviewer brings it into force.
    Approve,
    /// A reviewer wants something changed first.
    Return,
    /// A reviewer says no.
    Refuse,
    /// A reviewer lets nobody in with it.
    Suspend,
    /// A reviewer lets people in with it again.
    Resume {
        /// What its owner last wrote is what is in force.
        unchanged: bool,
    },
    /// Its owner deletes it.
    Delete,
}

/// Who takes a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hand {
    /// Whose application it is.
    Owner {
        /// The operator lets them publish without a review.
        publishes: bool,
    },
    /// A reviewer, of somebody else's application.
    Reviewer,
    /// A reviewer, of their own.
    ReviewerOfOwn,
    /// Anybody else.
    Nobody,
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum StepFault {
    /// It does not follow on where the application stands.
    #[error("it does not follow on where the application stands")]
    NotFromHere,
    /// Four eyes.
    #[error("nobody decides on their own application")]
    OwnApplication,
    /// The document that it is registered by is not proven to be its owner's.
    #[error("its document is not proven to be its owner's")]
    Unproven,
    /// It is not for this person to do.
    #[error("it is for somebody else to do")]
    NotTheirs,
}

/// Where an application stands after a step.
///
/// # Errors
/// [`StepFault`] says why it is not taken.
#[expect(clippy::match_same_arms, reason = "one line for each step, in the order of a review")]
pub fn decide(
    (state, in_force): (ClientState, bool),
    step: Step,
    hand: Hand,
) -> Result<ClientState, StepFault> {
    use ClientState as S;
    may(step, hand)?;
    Ok(match (step, state) {
        (Step::Save { cosmetic: true }, S::Draft | S::Approved | S::Returned | S::Refused)
            if in_force =>
        {
            S::Approved
        }
        (Step::Save { .. }, S::Draft | S::Approved | S::Refused) => S::Draft,
        // The remarks stand until it is submitted again.
        (Step::Save { .. }, S::Returned) => S::Returned,
        (Step::Submit, S::Draft | S::Returned) => S::Submitted,
        (Step::Withdraw, S::Submitted | S::InReview) => S::Draft,
        (Step::Publish, S::Draft | S::Returned) => S::Approved,
        (Step::Take, S::Submitted) | (Step::Check, S::InReview) => S::InReview,
        (Step::Approve, S::InReview) => S::Approved,
        (Step::Return, S::InReview) => S::Returned,
        (Step::Refuse, S::InReview) => S::Refused,
        (Step::Suspend, state) if in_force && !is_out(state) => S::Suspended,
        (Step::Resume { unchanged: true }, S::Suspended) => S::Approved,
        (Step::Resume { unchanged: false }, S::Suspended) => S::Draft,
        (Step::Delete, state) if state != S::Deleted => S::Deleted,
        _ => return Err(StepFault::NotFromHere),
    })
}

fn may(step: Step, hand: Hand) -> Result<(), StepFault> {
    match (step, hand) {
        (Step::Publish, Hand::Owner { publishes: true })
        | (Step::Save { .. } | Step::Submit | Step::Withdraw | Step::Delete, Hand::Owner { .. })
        | (
            Step::Take
            | Step::Check
            | Step::Approve
            | Step::Return
            | Step::Refuse
            | Step::Suspend
            | Step::Resume { .. },
            Hand::Reviewer,
        ) => Ok(()),
        (_, Hand::ReviewerOfOwn) => Err(StepFault::OwnApplication),
        _ => Err(StepFault::NotTheirs),
    }
}

const fn is_out(state: ClientState) -> bool {
    matches!(state, ClientState::Suspended | ClientState::Deleted)
}

impl Step {
    /// Its word in the history of the application.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Save { .. } => "saved",
            Self::Submit => "submitted",
            Self::Withdraw => "withdrawn",
            Self::Publish => "published",
            Self::Take => "in review",
            Self::Check => "checked",
            Self::Approve => "approved",
            Self::Return => "returned",
            Self::Refuse => "refused",
            Self::Suspend => "suspended",
            Self::Resume { .. } => "resumed",
            Self::Delete => "deleted",
        }
    }
}

#[cfg(test)]
mod tests {
    use ClientState as S;

    use super::*;

    const OWNER: Hand = Hand::Owner { publishes: false };
    const PUBLISHER: Hand = Hand::Owner { publishes: true };
    const STATES: [S; 8] = [
        S::Draft,
        S::Submitted,
        S::InReview,
        S::Approved,
        S::Returned,
        S::Refused,
        S::Suspended,
        S::Deleted,
    ];

    /// States that a step follows on, each with where it leads to.
    type Leads = &'static [(S, S)];

    /// Each step with whom it is for, and where it leads to: first where nothing is in force, then where something is.
    const STEPS: &[(Step, Hand, Leads, Leads)] = &[
        (
            Step::Save { cosmetic: false },
            OWNER,
            &[
                (S::Draft, S::Draft),
                (S::Approved, S::Draft),
                (S::Returned, S::Returned),
                (S::Refused, S::Draft),
            ],
            &[
                (S::Draft, S::Draft),
                (S::Approved, S::Draft),
                (S::Returned, S::Returned),
                (S::Refused, S::Draft),
            ],
        ),
        (
            Step::Save { cosmetic: true },
            OWNER,
            &[
                (S::Draft, S::Draft),
                (S::Approved, S::Draft),
                (S::Returned, S::Returned),
                (S::Refused, S::Draft),
            ],
            &[
                (S::Draft, S::Approved),
                (S::Approved, S::Approved),
                (S::Returned, S::Approved),
                (S::Refused, S::Approved),
            ],
        ),
        (
            Step::Submit,
            OWNER,
            &[(S::Draft, S::Submitted), (S::Returned, S::Submitted)],
            &[(S::Draft, S::Submitted), (S::Returned, S::Submitted)],
        ),
        (
            Step::Withdraw,
            OWNER,
            &[(S::Submitted, S::Draft), (S::InReview, S::Draft)],
            &[(S::Submitted, S::Draft), (S::InReview, S::Draft)],
        ),
        (
            Step::Publish,
            PUBLISHER,
            &[(S::Draft, S::Approved), (S::Returned, S::Approved)],
            &[(S::Draft, S::Approved), (S::Returned, S::Approved)],
        ),
        (
            Step::Take,
            Hand::Reviewer,
            &[(S::Submitted, S::InReview)],
            &[(S::Submitted, S::InReview)],
        ),
        (Step::Check, Hand::Reviewer, &[(S::InReview, S::InReview)], &[(S::InReview, S::InReview)]),
        (
            Step::Approve,
            Hand::Reviewer,
            &[(S::InReview, S::Approved)],
            &[(S::InReview, S::Approved)],
        ),
        (
            Step::Return,
            Hand::Reviewer,
            &[(S::InReview, S::Returned)],
            &[(S::InReview, S::Returned)],
        ),
        (Step::Refuse, Hand::Reviewer, &[(S::InReview, S::Refused)], &[(S::InReview, S::Refused)]),
        (
            Step::Suspend,
            Hand::Reviewer,
            &[],
            &[
                (S::Draft, S::Suspended),
                (S::Submitted, S::Suspended),
                (S::InReview, S::Suspended),
                (S::Approved, S::Suspended),
                (S::Returned, S::Suspended),
                (S::Refused, S::Suspended),
            ],
        ),
        (
            Step::Resume { unchanged: true },
            Hand::Reviewer,
            &[(S::Suspended, S::Approved)],
            &[(S::Suspended, S::Approved)],
        ),
        (
            Step::Resume { unchanged: false },
            Hand::Reviewer,
            &[(S::Suspended, S::Draft)],
            &[(S::Suspended, S::Draft)],
        ),
    ];

    #[test]
    fn nobody_skips_a_step() {
        for (step, hand, without, with) in STEPS {
            for (in_force, leads) in [(false, without), (true, with)] {
                for state in STATES {
                    let expected = leads.iter().find(|(from, _)| *from == state);
                    let expected = expected.map(|(_, to)| *to).ok_or(StepFault::NotFromHere);
                    let decided = decide((state, in_force), *step, *hand);
                    assert_eq!(decided, expected, "{step:?} from {state:?}, {in_force}");
                }
            }
        }
        for state in STATES {
            let gone = decide((state, false), Step::Delete, OWNER);
            assert_eq!(gone.is_ok(), state != S::Deleted, "{state:?}");
        }
    }

    #[test]
    fn nobody_decides_on_what_is_their_own() {
        for (step, hand, _, with) in STEPS {
            let Some((from, _)) = with.first() else { panic!("{step:?}") };
            for other in [OWNER, PUBLISHER, Hand::Reviewer, Hand::ReviewerOfOwn, Hand::Nobody] {
                let fault = decide((*from, true), *step, other).err();
                let expected = match other {
                    _ if other == *hand || (*hand == OWNER && other == PUBLISHER) => None,
                    Hand::ReviewerOfOwn => Some(StepFault::OwnApplication),
                    _ => Some(StepFault::NotTheirs),
                };
                assert_eq!(fault, expected, "{step:?} by {other:?}");
            }
        }
    }
}
