//! Which logos are at hand? In memory, bounded; one per client, for as long as the version of the document that named it (CIMD-S-6).
//!
//! Nothing here fetches. Who asks first for a version is told to; who asks meanwhile, to wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use salver_oauth::Timestamp;
use tokio::sync::{Semaphore, watch};

use super::{LogoHash, Picture, PictureFault};

/// All logos at hand. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Logos(Arc<Inner>);

struct Inner {
    shelf: Mutex<Shelf>,
    drawing: Semaphore,
}

#[derive(Default)]
struct Shelf {
    entries: HashMap<Box<str>, Entry>,
    turn: u64,
}

struct Entry {
    digest: [u8; 32],
    state: State,
    used: u64,
}

enum State {
    /// Until its sender is gone.
    Underway(watch::Receiver<()>),
    /// With a picture, or with none.
    Settled { picture: Option<Picture>, at: Timestamp },
}

/// One version of a client's metadata.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'v> {
    /// Whose.
    pub(crate) client_id: &'v str,
    /// Of its bytes.
    pub(crate) digest: [u8; 32],
}

/// What to do about the logo of a version.
pub(crate) enum Turn {
    /// Nothing: it is at hand, or failed lately.
    Settled(Option<LogoHash>),
    /// Wait until the sender is gone.
    Wait(watch::Receiver<()>),
    /// Fetch it, settle it, drop the sender.
    Fetch(watch::Sender<()>, watch::Receiver<()>),
}

impl Logos {
    /// The picture of this hash, as PNG.
    #[must_use]
    pub fn picture(&self, hash: &LogoHash) -> Option<Bytes> {
        let kept = self.lock();
        let mut pictures = kept.entries.values().filter_map(|entry| entry.state.picture());
        pictures.find(|picture| picture.hash == *hash).map(|picture| picture.png.clone())
    }

    /// The logo of this version, if it is at hand.
    pub(crate) fn at_hand(&self, version: Version<'_>) -> Option<LogoHash> {
        let kept = self.lock();
        let entry = kept.entries.get(version.client_id)?;
        let picture = entry.state.picture().filter(|_| entry.digest == version.digest);
        picture.map(|picture| picture.hash)
    }

    /// Asks for the logo of this version.
    pub(crate) fn turn(&self, version: Version<'_>, now: Timestamp) -> Turn {
        let mut kept = self.lock();
        kept.turn += 1;
        let turn = kept.turn;
        if let Some(entry) = kept.entries.get_mut(version.client_id)
            && entry.digest == version.digest
        {
            entry.used = turn;
            if let Some(settled) = entry.state.turn(now) {
                return settled;
            }
        }
        let (sender, receiver) = watch::channel(());
        let state = State::Underway(receiver.clone());
        let entry = Entry { digest: version.digest, state, used: turn };
        kept.insert(version.client_id, entry);
        Turn::Fetch(sender, receiver)
    }

    /// Keeps what came of a fetch, unless another version was asked for meanwhile.
    pub(crate) fn settle(&self, version: Version<'_>, picture: Option<Picture>, now: Timestamp) {
        let mut kept = self.lock();
        let entry = kept.entries.get_mut(version.client_id);
        if let Some(entry) = entry.filter(|entry| entry.digest == version.digest) {
            entry.state = State::Settled { picture, at: now };
        }
    }

    /// Draws a picture anew, on a thread of its own; a few at a time.
    pub(crate) async fn draw(&self, bytes: Bytes) -> Result<Picture, PictureFault> {
        let _place = self.0.drawing.acquire().await.map_err(|_| PictureFault::NotDrawn)?;
        let drawn = tokio::task::spawn_blocking(move || Picture::redraw(&bytes));
        // A decoder that panics takes no more than its picture along.
        drawn.await.map_err(|_| PictureFault::NotDrawn)?
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Logos {
    fn default() -> Self {
        let drawing = Semaphore::new(DRAWN_AT_ONCE);
        Self(Arc::new(Inner { shelf: Mutex::default(), drawing }))
    }
}

impl Shelf {
    fn insert(&mut self, client_id: &str, entry: Entry) {
        if self.entries.len() >= MOST && !self.entries.contains_key(client_id) {
            let longest_unused = self.entries.iter().min_by_key(|(_, entry)| entry.used);
            if let Some(client_id) = longest_unused.map(|(client_id, _)| client_id.clone()) {
                self.entries.remove(&client_id);
            }
        }
        self.entries.insert(client_id.into(), entry);
    }
}

impl State {
    /// What to do, if not to fetch.
    fn turn(&self, now: Timestamp) -> Option<Turn> {
        match self {
            // A sender that is gone without having settled anything died.
            Self::Underway(receiver) => {
                receiver.has_changed().is_ok().then(|| Turn::Wait(receiver.clone()))
            }
            Self::Settled { picture, at } => {
                let bound = if picture.is_some() { KEPT_SECONDS } else { FAILED_SECONDS };
                let good = now.seconds_since(*at) < bound;
                good.then(|| Turn::Settled(picture.as_ref().map(|picture| picture.hash)))
            }
        }
    }

    fn picture(&self) -> Option<&Picture> {
        match self {
            Self::Underway(_) => None,
            Self::Settled { picture, .. } => picture.as_ref(),
        }
    }
}

/// Clients whose logos are kept. A logo has less than 40 KiB, so all have less than 20 MiB.
const MOST: usize = 512;
/// How long a logo is good, in seconds: as long as a document can be (DESIGN §9).
const KEPT_SECONDS: i64 = 86_400;
/// How long nobody asks again after a failure, in seconds.
const FAILED_SECONDS: i64 = 600;
/// Decoders at work at a time.
const DRAWN_AT_ONCE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(seed: u8) -> Picture {
        let png = Bytes::from(vec![seed; 8]);
        Picture { hash: LogoHash::of(&png).unwrap(), png }
    }

    fn version(client_id: &str, digest: u8) -> Version<'_> {
        Version { client_id, digest: [digest; 32] }
    }

    const NOW: Timestamp = Timestamp::from_unix(1_795_000_000);

    #[test]
    fn one_fetches_and_the_others_wait() {
        let logos = Logos::default();
        let Turn::Fetch(sender, _) = logos.turn(version("a", 1), NOW) else { unreachable!() };
        assert!(matches!(logos.turn(version("a", 1), NOW), Turn::Wait(_)));
        logos.settle(version("a", 1), Some(picture(1)), NOW);
        drop(sender);
        let hash = picture(1).hash;
        assert!(matches!(logos.turn(version("a", 1), NOW), Turn::Settled(Some(it)) if it == hash));
        assert_eq!(logos.picture(&hash), Some(picture(1).png));
        assert_eq!(logos.at_hand(version("a", 1)), Some(hash));
    }

    #[test]
    fn a_fetch_that_died_is_begun_again() {
        let logos = Logos::default();
        drop(logos.turn(version("a", 1), NOW));
        assert!(matches!(logos.turn(version("a", 1), NOW), Turn::Fetch(..)));
    }

    #[test]
    fn cimd_s_6_a_logo_lives_as_long_as_its_version_and_no_longer_than_a_document() {
        let logos = Logos::default();
        let hash = picture(1).hash;
        let settled = |version| {
            let turn = logos.turn(version, NOW);
            logos.settle(version, Some(picture(1)), NOW);
            drop(turn);
        };
        settled(version("a", 1));
        let later = |seconds| NOW.plus_seconds(seconds);
        assert!(matches!(logos.turn(version("a", 1), later(86_399)), Turn::Settled(Some(_))));
        assert!(matches!(logos.turn(version("a", 1), later(86_400)), Turn::Fetch(..)));
        settled(version("b", 1));
        assert_eq!(logos.at_hand(version("b", 2)), None, "another version");
        assert!(matches!(logos.turn(version("b", 2), NOW), Turn::Fetch(..)));
        assert_eq!(logos.picture(&hash), None, "the version that named it is gone");
        logos.settle(version("b", 1), Some(picture(1)), NOW);
        assert_eq!(logos.picture(&hash), None, "too late");
    }

    #[test]
    fn a_failure_is_left_alone_for_a_while() {
        let logos = Logos::default();
        let turn = logos.turn(version("a", 1), NOW);
        logos.settle(version("a", 1), None, NOW);
        drop(turn);
        assert!(matches!(logos.turn(version("a", 1), NOW.plus_seconds(599)), Turn::Settled(None)));
        assert!(matches!(logos.turn(version("a", 1), NOW.plus_seconds(600)), Turn::Fetch(..)));
    }

    #[test]
    fn room_is_bounded_and_what_was_not_used_for_longest_goes() {
        let logos = Logos::default();
        for n in 0..MOST {
            drop(logos.turn(version(&n.to_string(), 1), NOW));
        }
        logos.settle(version("0", 1), Some(picture(1)), NOW);
        assert!(matches!(logos.turn(version("0", 1), NOW), Turn::Settled(Some(_))));
        drop(logos.turn(version("one more", 1), NOW));
        let kept = logos.lock();
        assert_eq!(kept.entries.len(), MOST);
        assert!(kept.entries.contains_key("0") && !kept.entries.contains_key("1"));
    }
}
