//! Which metadata documents are registered here by their developers, and what have reviewers said of them? (CIMD-A-3)
//!
//! It is known together with bans, under their number: a login with a document asks nobody for it, and what was judged before is judged anew.

use std::collections::HashMap;

use salver_oauth::{
    Timestamp, UserId,
    client::{
        document::{self, Profile},
        id::MetadataUrl,
        metadata::Metadata,
        substance::substance,
    },
};
use salver_store::record::{ClientState, Digest, RecordedClient};

/// The registered documents, by URL.
#[derive(Debug, Default)]
pub struct OwnDocuments(HashMap<Box<str>, OwnDocument>);

/// A document that is registered.
#[derive(Debug)]
pub struct OwnDocument {
    /// What it is called on record.
    pub id: Box<str>,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Where it stands.
    pub state: ClientState,
    /// A domain of its owner that is proven no more.
    pub lost_domain: Option<Box<str>>,
    /// What reviewers have approved of it.
    approved: Option<Digest>,
    /// What it said when it was last written down here.
    written: Option<Digest>,
    expires_at: Option<Timestamp>,
}

impl OwnDocuments {
    /// Those of these clients.
    #[must_use]
    pub fn new(clients: &[RecordedClient]) -> Self {
        let known = clients.iter().filter_map(|client| {
            let content = &client.content;
            let url = content.held_document()?;
            let of = |text: &str| metadata(url, text.as_bytes()).map(|read| substance(&read));
            let approved = content.in_force.as_deref().filter(|_| content.vetted);
            let own = OwnDocument {
                id: client.client_id.as_str().into(),
                owner: client.owner,
                state: content.state,
                lost_domain: content.lost_domain.as_deref().map(Into::into),
                approved: approved.and_then(of),
                written: of(&content.draft),
                expires_at: content.expires_at,
            };
            Some((url.into(), own))
        });
        Self(known.collect())
    }

    /// What is on record of the document at this URL.
    #[must_use]
    pub fn find(&self, url: &str) -> Option<&OwnDocument> {
        self.0.get(url)
    }
}

impl OwnDocument {
    /// Nobody gets in with it: reviewers have said so. In every other state it is a document like any other.
    #[must_use]
    pub const fn is_out(&self) -> bool {
        is_out(self.state)
    }

    /// Whether reviewers have approved just this.
    #[must_use]
    pub fn is_approved(&self, client: &Metadata, now: Timestamp) -> bool {
        self.approved == Some(substance(client)) && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it says something that no reviewer has seen, since one has approved it: only the first who reads it notes that.
    #[must_use]
    pub fn has_changed(&self, client: &Metadata) -> bool {
        let now = Some(substance(client));
        self.approved.is_some() && self.approved != now && self.written != now
    }
}

/// Whether a document in this state lets nobody in.
#[must_use]
pub const fn is_out(state: ClientState) -> bool {
    matches!(state, ClientState::Suspended | ClientState::Refused)
}

/// What a document says that was accepted before, under whichever profile.
#[must_use]
pub fn metadata(url: &str, text: &[u8]) -> Option<Metadata> {
    document::parse(text, &MetadataUrl::parse(url).ok()?, Profile::Ietf).ok()
}
