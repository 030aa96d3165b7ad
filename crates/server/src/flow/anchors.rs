//! Who is trusted to vouch for software here, what has each signed, and what ends with it? For those who run this server, on the command line and at `/admin/anchors`.
//!
//! Works on the store and on the anchors of the configuration, with or without a running server, which follows within a second. Of two anchors of one issuer that of
//! the configuration holds; a suspension holds for both (`crate::anchor`).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use salver_oauth::Timestamp;
use salver_store::{
    Outcome, Store, StoreError,
    record::{self, StatedClient},
};
use thiserror::Error;

use super::stated;
use crate::anchor::{
    Anchor,
    written::{AnchorUnreadable, WrittenAnchor},
};

/// An anchor, as administrators see it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its issuer.
    pub issuer: String,
    /// The one that holds; nothing if what is in the store cannot be read, or nothing says any more what it is.
    pub anchor: Option<Arc<Anchor>>,
    /// Where that one is written.
    pub place: AnchorPlace,
    /// There is another in the store, which would hold if the configuration had none.
    pub is_shadowing: bool,
    /// Nothing that it signs is believed for the time being.
    pub is_suspended: bool,
    /// Who has said something of it in the store, and when.
    pub changed: Option<(String, Timestamp)>,
    /// What it has signed for.
    pub softwares: Vec<Software>,
}

/// Where an anchor is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AnchorPlace {
    /// In the configuration.
    Configuration,
    /// In the store, by an administrator.
    Store,
    /// Nowhere any more: a suspension is all that is left of it.
    Nowhere,
}

/// A software that an anchor has signed for.
#[derive(Clone, Debug)]
pub struct Software {
    /// What was signed.
    pub client: StatedClient,
    /// How many live grants people have given it.
    pub grants: usize,
}

/// What was ended.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Gone {
    /// Softwares that are known no more.
    pub softwares: u64,
    /// Grants that have ended with them.
    pub grants: u64,
}

/// Why something cannot be done to an anchor.
#[derive(Debug, Error)]
pub enum AnchorRefusal {
    /// Nobody is trusted under this name, and nobody was.
    #[error("no anchor is known under this issuer")]
    Unknown,
    /// There is one already.
    #[error("there is an anchor of this issuer already")]
    Exists,
    /// The configuration says that it is trusted.
    #[error("it is written in the configuration")]
    Configured,
    /// It has not signed for such a software.
    #[error("it has signed for no such software")]
    NoSuchSoftware,
    /// What was written cannot be kept.
    #[error("it cannot be written down: {0}")]
    Written(#[from] serde_json::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Known {
    /// How many grants end if it goes.
    #[must_use]
    pub fn grants(&self) -> usize {
        self.softwares.iter().map(|software| software.grants).sum()
    }
}

/// All anchors, by issuer.
///
/// # Errors
/// If the store fails.
pub async fn list(store: &dyn Store, configured: &[Arc<Anchor>]) -> Result<Vec<Known>, StoreError> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for word in store.list_anchors().await? {
        known.insert(word.issuer.clone(), of_store(word));
    }
    for anchor in configured {
        let issuer = anchor.issuer.to_string();
        let entry = known.entry(issuer).or_insert_with_key(|issuer| Known::nobody(issuer));
        entry.is_shadowing = entry.place == AnchorPlace::Store;
        (entry.place, entry.anchor) = (AnchorPlace::Configuration, Some(Arc::clone(anchor)));
    }
    let grants = grants_by_client(store).await?;
    for client in store.list_stated_clients().await? {
        // What is left of one that is gone ends with the next look of a server.
        let Some(entry) = known.get_mut(&client.issuer) else { continue };
        let grants = grants.get(&client.client_id).copied().unwrap_or_default();
        entry.softwares.push(Software { client, grants });
    }
    Ok(known.into_values().collect())
}

/// How many issuers are known.
///
/// # Errors
/// If the store fails.
pub async fn count(store: &dyn Store, configured: &[Arc<Anchor>]) -> Result<usize, StoreError> {
    let words = store.list_anchors().await?;
    let issuers = words.iter().map(|word| &*word.issuer);
    let issuers: HashSet<&str> = issuers.chain(configured.iter().map(|one| &*one.issuer)).collect();
    Ok(issuers.len())
}

/// The anchor of an issuer.
///
/// # Errors
/// [`AnchorRefusal::Unknown`]; or if the store fails.
pub async fn load(
    store: &dyn Store,
    configured: &[Arc<Anchor>],
    issuer: &str,
) -> Result<Known, AnchorRefusal> {
    let known = list(store, configured).await?;
    known.into_iter().find(|known| known.issuer == issuer).ok_or(AnchorRefusal::Unknown)
}

/// Trusts an issuer from now on. What it has signed before, if another was known under its name, stays.
///
/// # Errors
/// [`AnchorRefusal::Exists`], unless it may be replaced; or if the store fails.
pub async fn add(
    store: &dyn Store,
    (anchor, may_replace): (&Anchor, bool),
    (by, now): (&str, Timestamp),
) -> Result<(), AnchorRefusal> {
    let word = find_word(store, &anchor.issuer).await?;
    if !may_replace && word.as_ref().is_some_and(|word| word.content.is_some()) {
        return Err(AnchorRefusal::Exists);
    }
    let new = record::Anchor {
        issuer: anchor.issuer.to_string(),
        content: Some(serde_json::to_string(&anchor.written)?),
        // Whoever suspended it has not been asked.
        suspended: word.is_some_and(|word| word.suspended),
        changed_by: by.to_owned(),
        changed_at: now,
    };
    Ok(store.set_anchor(new).await?)
}

/// Believes nothing that it signs until it is resumed, or believes it again. Answers whether that is news.
///
/// # Errors
/// [`AnchorRefusal::Unknown`]; or if the store fails.
pub async fn set_suspended(
    store: &dyn Store,
    (configured, issuer): (&[Arc<Anchor>], &str),
    suspended: bool,
    (by, now): (&str, Timestamp),
) -> Result<Outcome, AnchorRefusal> {
    let word = find_word(store, issuer).await?;
    let is_configured = configured.iter().any(|anchor| *anchor.issuer == *issuer);
    if word.is_none() && !is_configured {
        return Err(AnchorRefusal::Unknown);
    }
    if word.as_ref().is_some_and(|word| word.suspended) == suspended {
        return Ok(Outcome::Lost);
    }
    let content = word.and_then(|word| word.content);
    if content.is_none() && !suspended {
        return Ok(store.remove_anchor(issuer).await?);
    }
    let (changed_by, changed_at) = (by.to_owned(), now);
    let issuer = issuer.to_owned();
    store.set_anchor(record::Anchor { issuer, content, suspended, changed_by, changed_at }).await?;
    Ok(Outcome::Applied)
}

/// Trusts an issuer no more, and ends what it vouched for. One that the configuration trusts too keeps its softwares, and is suspended if it was.
///
/// # Errors
/// [`AnchorRefusal::Configured`], if it stands nowhere else; [`AnchorRefusal::Unknown`]; or if the store fails: then a server goes on with it.
pub async fn remove(
    store: &dyn Store,
    (configured, issuer): (&[Arc<Anchor>], &str),
    (by, now): (&str, Timestamp),
) -> Result<Gone, AnchorRefusal> {
    let word = find_word(store, issuer).await?;
    let is_configured = configured.iter().any(|anchor| *anchor.issuer == *issuer);
    match word {
        Some(word) if is_configured && word.content.is_some() && word.suspended => {
            let (changed_by, changed_at) = (by.to_owned(), now);
            let word = record::Anchor { content: None, changed_by, changed_at, ..word };
            store.set_anchor(word).await?;
            return Ok(Gone::default());
        }
        Some(word) if is_configured && word.content.is_none() => {
            return Err(AnchorRefusal::Configured);
        }
        None if is_configured => return Err(AnchorRefusal::Configured),
        None => return Err(AnchorRefusal::Unknown),
        Some(_) => {}
    }
    if store.remove_anchor(issuer).await? == Outcome::Lost {
        return Err(AnchorRefusal::Unknown);
    }
    if is_configured {
        return Ok(Gone::default());
    }
    // From here on nobody is let in by it: the removal is counted with the bans, and a consent that was judged before is judged anew.
    let stated = store.list_stated_clients().await?;
    let theirs = stated.iter().filter(|client| client.issuer == issuer);
    let ids: HashSet<&str> = theirs.map(|client| &*client.client_id).collect();
    let grants = stated::end(store, &ids, now).await?;
    Ok(Gone { softwares: store.remove_stated_clients(issuer, None).await?, grants })
}

/// Forgets one software of an anchor, which frees its place, and ends what was let in under it. A statement that is still good brings it back.
///
/// # Errors
/// [`AnchorRefusal::NoSuchSoftware`]; or if the store fails.
pub async fn forget(
    store: &dyn Store,
    (issuer, software_id): (&str, &str),
    now: Timestamp,
) -> Result<Gone, AnchorRefusal> {
    let stated = store.list_stated_clients().await?;
    let found = stated.iter().find(|one| one.issuer == issuer && one.software_id == software_id);
    let found = found.ok_or(AnchorRefusal::NoSuchSoftware)?;
    let softwares = store.remove_stated_clients(issuer, Some(&found.client_id)).await?;
    let grants = stated::end(store, &HashSet::from([&*found.client_id]), now).await?;
    Ok(Gone { softwares, grants })
}

impl Known {
    fn nobody(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            anchor: None,
            place: AnchorPlace::Nowhere,
            is_shadowing: false,
            is_suspended: false,
            changed: None,
            softwares: Vec::new(),
        }
    }
}

fn of_store(word: record::Anchor) -> Known {
    let read = word.content.as_deref().map(WrittenAnchor::from_json);
    let place = if read.is_some() { AnchorPlace::Store } else { AnchorPlace::Nowhere };
    Known {
        anchor: read.and_then(|read| readable(&word.issuer, read)),
        place,
        is_suspended: word.suspended,
        changed: Some((word.changed_by, word.changed_at)),
        ..Known::nobody(&word.issuer)
    }
}

fn readable(issuer: &str, read: Result<Anchor, AnchorUnreadable>) -> Option<Arc<Anchor>> {
    read.map(Arc::new)
        .inspect_err(
            |why| tracing::error!(issuer, %why, "a trust anchor in the store cannot be read"),
        )
        .ok()
}

async fn find_word(store: &dyn Store, issuer: &str) -> Result<Option<record::Anchor>, StoreError> {
    Ok(store.list_anchors().await?.into_iter().find(|word| word.issuer == issuer))
}

async fn grants_by_client(store: &dyn Store) -> Result<HashMap<String, usize>, StoreError> {
    let (mut grants, mut after, mut last) = (HashMap::new(), None, false);
    while !last {
        let slice = store.list_live_grants(after, stated::SLICE).await?;
        last = slice.len() < stated::SLICE as usize;
        after = slice.last().map(|live| live.grant.id);
        for live in slice.into_iter().filter(|live| live.grant.client_id.starts_with("sws_")) {
            *grants.entry(live.grant.client_id).or_default() += 1;
        }
    }
    Ok(grants)
}
