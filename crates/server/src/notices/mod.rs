//! Who is told that something waits for a reviewer, or was decided? Whoever listens at the operator's webhook, in [`event`]s; how one is
//! delivered is [`hook`]'s.
//!
//! Journeys put events into a bounded queue and go on: a hook that is slow or broken costs notices and never a login. Pages and lists
//! tell the same, so what is lost here is only told later.

pub mod event;
pub mod hook;

use tokio::sync::mpsc::{self, error::TrySendError};

use self::{event::Event, hook::Hook};

/// Where journeys put what happened.
#[derive(Debug, Default)]
pub struct Notices(Option<mpsc::Sender<Event>>);

/// What waits to be delivered.
#[derive(Debug)]
pub struct Outbox(mpsc::Receiver<Event>);

impl Notices {
    /// With somebody to deliver them; [`Notices::default`] tells nobody.
    #[must_use]
    pub fn with_outbox() -> (Self, Outbox) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(Some(sender)), Outbox(receiver))
    }

    /// Whether anybody is told.
    #[must_use]
    pub const fn are_told(&self) -> bool {
        self.0.is_some()
    }

    /// Puts an event into the queue, without waiting.
    pub fn tell(&self, event: Event) {
        let Some(queue) = &self.0 else { return };
        match queue.try_send(event) {
            Ok(()) => {}
            Err(TrySendError::Full(event)) => {
                tracing::warn!(
                    event = event.id,
                    kind = event.kind.id(),
                    "a notice is dropped: too many wait for the webhook"
                );
            }
            Err(TrySendError::Closed(event)) => {
                tracing::warn!(
                    event = event.id,
                    kind = event.kind.id(),
                    "a notice is dropped: nobody delivers any more"
                );
            }
        }
    }
}

impl Outbox {
    /// Delivers in the order of what happened, until nobody can put anything in any more.
    pub async fn run(mut self, hook: &Hook) {
        while let Some(event) = self.0.recv().await {
            hook.deliver(&event).await;
        }
    }
}

/// How many events wait at most.
const WAITING: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_drops_and_does_not_wait() {
        let (notices, mut outbox) = Notices::with_outbox();
        for _ in 0..WAITING + 5 {
            notices.tell(event::tests::opened());
        }
        let mut waiting = 0;
        while outbox.0.try_recv().is_ok() {
            waiting += 1;
        }
        assert_eq!(waiting, WAITING);
        drop(outbox);
        notices.tell(event::tests::opened());
        Notices::default().tell(event::tests::opened());
    }
}
