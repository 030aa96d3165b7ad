//! What has a client's metadata document said, and what does a new version do to grants? (DESIGN 4.7)

use salver_oauth::Timestamp;

use super::Digest;

/// A version of a client's metadata document that was accepted once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Version {
    /// SHA-256 of the document.
    pub digest: Digest,
    /// The document, byte for byte.
    pub document: Vec<u8>,
    /// When it last became the newest; of one that never was (a pinned copy), when it was consented to.
    pub seen_at: Timestamp,
    /// Whether it is what the client's host said last.
    pub newest: bool,
}

/// A version that has replaced another one.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// Whose.
    pub client_id: String,
    /// SHA-256 of the document.
    pub digest: Digest,
    /// The document.
    pub document: Vec<u8>,
    /// Now.
    pub seen_at: Timestamp,
    /// The newest version when the effects were decided.
    pub after: Digest,
    /// What it does to the client's live grants.
    pub effects: Vec<Effect>,
}

/// What a new version does to the client's live grants, by the version that each was consented to on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Effect {
    /// Holds those of this version; if a recipient is named, only those that answer there.
    Hold {
        /// The version consented to.
        consented: Digest,
        /// Where they answer.
        recipient: Option<String>,
    },
    /// Lets those of this version stand as consented to on the new one: between the two, nothing happened that a person is asked about.
    Carry {
        /// The version consented to.
        consented: Digest,
    },
    /// Ends those of this version.
    End {
        /// The version consented to.
        consented: Digest,
    },
    /// Ends installations that authenticated with this key, under whatever version.
    EndKey(
        /// Its RFC 7638 thumbprint.
        String,
    ),
    /// Ends installations that authenticated with any key.
    EndKeyed,
}

/// What became of a new version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Noted {
    /// It is the newest now.
    Applied {
        /// Grants that are held now and were not before.
        held: u64,
        /// Grants that were ended.
        ended: u64,
        /// Installations that were ended, beside those of these grants.
        installations: u64,
    },
    /// The newest version was another one: nothing happened.
    Lost,
}
