//! Whose software statements and attestations are believed here? Issuers that the operator trusts, by the configuration or by an administrator's command (SW-7): nothing
//! else makes a statement worth reading, and for nobody else is anything ever fetched.
//!
//! What is written down of an anchor is the business of [`written`]. What a statement says is judged by `flow/stated.rs`.

pub mod written;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use salver_jose::{Algorithm, KeySet};
use salver_policy::vouching::Vouching;
use salver_store::{Store, StoreError};

use self::written::WrittenAnchor;
use crate::{bans::Numbered, deps::Deps, flow::keys_at::KeysAt};

/// An issuer whose statements are believed.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// `iss` of its statements, byte for byte.
    pub issuer: Box<str>,
    /// Where its keys are.
    pub keys: AnchorKeys,
    /// The algorithms that it signs with.
    pub algorithms: Vec<Algorithm>,
    /// The longest life of a statement, in seconds.
    pub longest_seconds: i64,
    /// Each statement is good once: it needs a `jti`.
    pub once: bool,
    /// The `typ` that it always sets, if it does.
    pub type_name: Option<Box<str>>,
    /// What it may vouch for.
    pub vouching: Vouching,
    /// The `client_id`s whose installations it attests, beside softwares that it has signed for.
    pub attests: Vec<Box<str>>,
    /// What was written down.
    pub written: WrittenAnchor,
}

/// The keys of an anchor.
#[derive(Clone, Debug)]
pub enum AnchorKeys {
    /// Written down.
    Inline(Arc<KeySet>),
    /// At exactly this URL.
    At(Arc<KeysAt>),
}

/// The anchors of the configuration; exchanged while the server runs.
#[derive(Debug, Default)]
pub struct ConfiguredAnchors(ArcSwap<Vec<Arc<Anchor>>>);

/// What administrators have said of anchors, by issuer; known together with bans, under their number.
#[derive(Clone, Debug, Default)]
pub struct StoredAnchors(HashMap<Box<str>, Word>);

/// An administrator's word on an issuer.
#[derive(Clone, Debug)]
struct Word {
    /// Nothing, if the configuration has to say what the anchor is.
    anchor: Option<Arc<Anchor>>,
    suspended: bool,
    is_unreadable: bool,
}

/// How an issuer stands.
#[derive(Clone, Debug)]
pub enum AnchorStanding {
    /// Its statements are believed.
    Trusted(Arc<Anchor>),
    /// It is known, and nothing that it signs is believed for the time being.
    Suspended(Arc<Anchor>),
    /// It is nobody's.
    Unknown,
}

impl ConfiguredAnchors {
    /// Begins with these.
    #[must_use]
    pub fn new(anchors: Vec<Anchor>) -> Self {
        let configured = Self::default();
        configured.set(anchors);
        configured
    }

    /// Puts others in their place, all of them at once.
    pub fn set(&self, anchors: Vec<Anchor>) {
        self.0.store(Arc::new(anchors.into_iter().map(Arc::new).collect()));
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Arc<Vec<Arc<Anchor>>> {
        self.0.load_full()
    }

    fn find(&self, issuer: &str) -> Option<Arc<Anchor>> {
        self.0.load().iter().find(|anchor| *anchor.issuer == *issuer).cloned()
    }
}

impl StoredAnchors {
    /// Reads them. One that cannot be read is trusted by nobody, and that is said loudly: nothing but another version of this program writes such, so nothing ends.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let mut words = HashMap::new();
        for stored in store.list_anchors().await? {
            let anchor = match stored.content.as_deref().map(WrittenAnchor::from_json) {
                None => None,
                Some(Ok(anchor)) => Some(Arc::new(anchor)),
                Some(Err(why)) => {
                    tracing::error!(issuer = stored.issuer, %why, "a trust anchor in the store cannot be read, and nobody trusts it");
                    None
                }
            };
            let is_unreadable = anchor.is_none() && stored.content.is_some();
            let word = Word { anchor, suspended: stored.suspended, is_unreadable };
            words.insert(stored.issuer.into_boxed_str(), word);
        }
        Ok(Self(words))
    }
}

/// How an issuer stands here. The configuration goes before what administrators have added; their suspension holds for both.
#[must_use]
pub fn standing(deps: &Deps, issuer: &str) -> AnchorStanding {
    let numbered = deps.bans.get();
    let word = numbered.anchors.0.get(issuer);
    let anchor = deps.anchors.find(issuer).or_else(|| word?.anchor.clone());
    match anchor {
        None => AnchorStanding::Unknown,
        Some(anchor) if word.is_some_and(|word| word.suspended) => {
            AnchorStanding::Suspended(anchor)
        }
        Some(anchor) => AnchorStanding::Trusted(anchor),
    }
}

/// Whether an issuer is nobody's: what it vouched for is to end. Of one that cannot be read nobody can say so.
#[must_use]
pub fn is_gone(deps: &Deps, issuer: &str) -> bool {
    let is_unreadable =
        |numbered: &Numbered| numbered.anchors.0.get(issuer).is_some_and(|word| word.is_unreadable);
    matches!(standing(deps, issuer), AnchorStanding::Unknown) && !is_unreadable(&deps.bans.get())
}

/// The anchor of an issuer whose statements are believed now.
#[must_use]
pub fn trusted(deps: &Deps, issuer: &str) -> Option<Arc<Anchor>> {
    match standing(deps, issuer) {
        AnchorStanding::Trusted(anchor) => Some(anchor),
        AnchorStanding::Suspended(_) | AnchorStanding::Unknown => None,
    }
}

/// The anchor that says where its keys are, at exactly this URL (ABCA-11).
#[must_use]
pub fn at_keys_url(deps: &Deps, url: &str) -> Option<Arc<Anchor>> {
    find_trusted(deps, |anchor| matches!(&anchor.keys, AnchorKeys::At(at) if at.url() == url))
}

/// The anchor that attests the installations of this client, by its `client_id`.
#[must_use]
pub fn attester_of(deps: &Deps, client_id: &str) -> Option<Arc<Anchor>> {
    find_trusted(deps, |anchor| anchor.attests.iter().any(|one| **one == *client_id))
}

/// The first anchor of this kind that is believed now.
fn find_trusted(deps: &Deps, is_it: impl Fn(&Anchor) -> bool) -> Option<Arc<Anchor>> {
    let numbered = deps.bans.get();
    let words = numbered.anchors.0.values();
    let stored = words.filter_map(|word| word.anchor.clone()).filter(|one| is_it(one));
    let configured = deps.anchors.all();
    let found = configured.iter().find(|anchor| is_it(anchor)).cloned();
    found
        .into_iter()
        .chain(stored)
        .find_map(|anchor| trusted(deps, &anchor.issuer))
        .filter(|anchor| is_it(anchor))
}

/// Whether anybody's statements are believed, or have been: else they are ignored (RFC 7591 §3.1.1).
#[must_use]
pub fn are_any(deps: &Deps) -> bool {
    !deps.anchors.0.load().is_empty() || !deps.bans.get().anchors.0.is_empty()
}
