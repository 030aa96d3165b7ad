//! What does a step make of an application? Who says what follows is [`super::step`]; here is what is then on record.

use salver_oauth::{
    UserId,
    authorization::return_address::OwnOrigins,
    client::{id::ClientId, recorded::RecordedId, substance::substance},
};
use salver_store::{
    Outcome,
    record::{ClientContent, ClientState, RecordedClient},
};
use thiserror::Error;

use super::{
    Act, EntryRefusal, Registrar, check, check_document,
    step::{self, Hand, Step, StepFault},
};
use crate::{
    documents::{self, is_out},
    flow::recorded,
};

/// What somebody wants to do to an application.
#[derive(Clone, Copy, Debug)]
pub enum Wish<'w> {
    /// Write it anew: RFC 7591 metadata, as JSON.
    Save(&'w str),
    /// Have it looked at.
    Submit,
    /// Take it back.
    Withdraw,
    /// Bring it into force without a review.
    Publish,
    /// Begin to look at it.
    Take,
    /// Say that something of the checklist was looked at.
    Check(&'w str),
    /// Bring it into force.
    Approve,
    /// Want something changed first.
    Return,
    /// Say no.
    Refuse,
    /// Let nobody in with it.
    Suspend,
    /// Let people in with it again.
    Resume,
    /// Delete it.
    Delete,
}

/// Who wants it, and what they say.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// In which part.
    pub hand: Hand,
    /// Who, by name.
    pub by: &'a str,
    /// Remarks; may be empty.
    pub note: &'a str,
}

/// Why an application stays as it is.
#[derive(Debug, Error)]
pub enum StepRefusal {
    /// The step cannot be taken.
    #[error(transparent)]
    Step(#[from] StepFault),
    /// What would be on record breaks a rule.
    #[error(transparent)]
    Entry(#[from] EntryRefusal),
    /// Somebody else changed it meanwhile.
    #[error("somebody else changed it meanwhile")]
    Stale,
}

impl Registrar<'_> {
    /// Takes a step with an application, as it was seen. Answers what is then on record.
    ///
    /// # Errors
    /// [`StepRefusal`].
    pub async fn take_step(
        &self,
        seen: &RecordedClient,
        wish: Wish<'_>,
        (word, own): (Word<'_>, &OwnOrigins),
    ) -> Result<RecordedClient, StepRefusal> {
        let step = step_of(seen, wish);
        let standing = (seen.content.state, seen.content.in_force.is_some());
        let state = step::decide(standing, step, word.hand)?;
        let content = content(seen, wish, state);
        if matches!(wish, Wish::Save(_) | Wish::Submit | Wish::Publish | Wish::Approve) {
            check_written(seen, &content.draft, own)?;
        }
        check_document_step(seen, wish, &content)?;
        let note = if let Wish::Check(item) = wish { item } else { word.note };
        let act = Act { by: word.by, what: step.word(), note };
        match self.change(seen, content.clone(), act).await.map_err(EntryRefusal::Store)? {
            Outcome::Lost => Err(StepRefusal::Stale),
            Outcome::Applied => Ok(RecordedClient {
                revision: seen.revision + 1,
                content,
                changed_at: self.now,
                ..seen.clone()
            }),
        }
    }
}

fn check_written(
    client: &RecordedClient,
    draft: &str,
    own: &OwnOrigins,
) -> Result<(), EntryRefusal> {
    match (&client.content.document, id(client)) {
        (Some(document), _) => check_document(&document.url, draft, own).map(drop),
        (None, Some(id)) => check(&id, draft, own).map(drop),
        (None, None) => Ok(()),
    }
}

/// A document is reviewed once it is proven to be its owner's. What reviewers have shut out does not come in as a document like any other by its owner's doing.
fn check_document_step(
    seen: &RecordedClient,
    wish: Wish<'_>,
    now: &ClientContent,
) -> Result<(), StepRefusal> {
    let Some(document) = &seen.content.document else { return Ok(()) };
    let fault = match wish {
        Wish::Submit | Wish::Publish | Wish::Approve if !document.held => StepFault::Unproven,
        Wish::Delete if document.held && is_out(seen.content.state) => StepFault::NotFromHere,
        Wish::Save(draft)
            if is_out(seen.content.state)
                && !is_out(now.state)
                && is_cosmetic(seen, &seen.content.draft, draft) =>
        {
            StepFault::NotFromHere
        }
        _ => return Ok(()),
    };
    Err(fault.into())
}

/// In which part somebody acts who has signed in. A reviewer's own application is not theirs to decide on.
#[must_use]
pub fn reviewer_of(client: &RecordedClient, reviewer: UserId) -> Hand {
    if client.owner == Some(reviewer) { Hand::ReviewerOfOwn } else { Hand::Reviewer }
}

/// Whether two texts of metadata say the same of a client but for contacts and description, so that no reviewer need look at the difference.
#[must_use]
pub fn is_cosmetic(client: &RecordedClient, one: &str, other: &str) -> bool {
    if let Some(document) = &client.content.document {
        let read = |text: &str| documents::metadata(&document.url, text.as_bytes());
        return matches!((read(one), read(other)), (Some(one), Some(other)) if substance(&one) == substance(&other));
    }
    let read = |text| recorded::registration(&id(client)?, text).ok();
    matches!((read(one), read(other)), (Some(one), Some(other)) if one.is_same_but_for_contacts(&other))
}

/// Its identifier.
#[must_use]
pub fn id(client: &RecordedClient) -> Option<RecordedId> {
    match ClientId::parse(&client.client_id) {
        Ok(ClientId::Recorded(id)) => Some(id),
        _ => None,
    }
}

fn step_of(seen: &RecordedClient, wish: Wish<'_>) -> Step {
    let in_force = seen.content.in_force.as_deref();
    let same = |draft| in_force.is_some_and(|in_force| is_cosmetic(seen, in_force, draft));
    match wish {
        Wish::Save(draft) => Step::Save { cosmetic: same(draft) },
        Wish::Submit => Step::Submit,
        Wish::Withdraw => Step::Withdraw,
        Wish::Publish => Step::Publish,
        Wish::Take => Step::Take,
        Wish::Check(_) => Step::Check,
        Wish::Approve => Step::Approve,
        Wish::Return => Step::Return,
        Wish::Refuse => Step::Refuse,
        Wish::Suspend => Step::Suspend,
        Wish::Resume => Step::Resume { unchanged: same(&seen.content.draft) },
        Wish::Delete => Step::Delete,
    }
}

fn content(seen: &RecordedClient, wish: Wish<'_>, state: ClientState) -> ClientContent {
    let mut content = ClientContent { state, ..seen.content.clone() };
    if let Wish::Save(draft) = wish {
        draft.clone_into(&mut content.draft);
    }
    // What only words have changed in stays vetted.
    match wish {
        Wish::Approve => content.vetted = true,
        Wish::Resume => content.lost_domain = None,
        Wish::Publish => content.vetted = false,
        _ => {}
    }
    if matches!(wish, Wish::Approve) {
        content.lost_domain = None;
    }
    if state == ClientState::Approved {
        content.in_force = Some(content.draft.clone());
    }
    content
}
