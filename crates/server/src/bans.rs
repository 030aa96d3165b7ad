//! Who is shut out? Bans in memory, fed from the store like revocations, so that a login asks nobody for them (DESIGN 4.8).
//!
//! Their number goes with every decision into the store, which records nothing that was decided under an older one.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use arc_swap::ArcSwap;
use salver_policy::ban::{Ban, BanSubject, Bans};
use salver_store::{Store, StoreError, record::Ban as Stored};
use tokio::sync::Mutex;

use crate::{
    anchor::StoredAnchors, documents::OwnDocuments, flow::application::Bindings, gone::Gone,
};

/// The bans, as of the newest reading.
#[derive(Default)]
pub struct BanIndex {
    current: ArcSwap<Numbered>,
    reader: Mutex<()>,
    /// The state whose bans have ended what they end.
    enforced: AtomicI64,
}

/// Bans with the number of their state.
#[derive(Default)]
pub struct Numbered {
    /// How often they had changed, or what is bound, gone, trusted or registered by its document had.
    pub number: i64,
    /// Those that were not lifted; expired ones match nobody.
    pub bans: Bans,
    /// What administrators have bound: a ban of an application shuts out whatever is bound to it.
    pub bindings: Bindings,
    /// Registrations that are no more.
    pub gone: Gone,
    /// What administrators have said of trust anchors.
    pub anchors: StoredAnchors,
    /// Documents that are registered here, with what reviewers have said of them.
    pub documents: OwnDocuments,
}

impl BanIndex {
    /// The bans of this moment.
    #[must_use]
    pub fn get(&self) -> Arc<Numbered> {
        self.current.load_full()
    }

    /// The bans of this moment, if what they end has not been ended yet.
    #[must_use]
    pub fn unenforced(&self) -> Option<Arc<Numbered>> {
        let current = self.get();
        (current.number != self.enforced.load(Ordering::Acquire)).then_some(current)
    }

    /// What the bans of this state end has been ended.
    pub fn enforced(&self, number: i64) {
        self.enforced.store(number, Ordering::Release);
    }

    /// Reads them again if they have changed.
    ///
    /// # Errors
    /// If the store does not answer; what is known stays.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        let _one_at_a_time = self.reader.lock().await;
        // Before the list: what is added in between is read now, and once more next time.
        let number = store.bans_number().await?;
        let before = self.get();
        if number == before.number {
            return Ok(());
        }
        let stored = store.list_bans().await?;
        let bans = Bans::new(stored.iter().filter_map(in_force).collect());
        let bindings = Bindings::new(&store.list_bindings().await?);
        let gone = before.gone.read(store).await?;
        let anchors = StoredAnchors::read(store).await?;
        let documents = OwnDocuments::new(&store.list_document_clients().await?);
        let numbered = Numbered { number, bans, bindings, gone, anchors, documents };
        self.current.store(Arc::new(numbered));
        Ok(())
    }
}

/// A ban that was not lifted. What cannot be read shuts nobody out, so it is said loudly; nothing but another program writes such.
fn in_force(stored: &Stored) -> Option<Ban> {
    if stored.lifted_at.is_some() {
        return None;
    }
    match BanSubject::parse(&stored.kind, &stored.value) {
        Ok(subject) => Some(Ban {
            number: stored.number,
            subject,
            reason: stored.reason.as_str().into(),
            made_at: stored.made_at,
            expires_at: stored.expires_at,
        }),
        Err(error) => {
            tracing::error!(number = stored.number, %error, "a ban in the store cannot be read, and shuts nobody out");
            None
        }
    }
}
