//! Whose software statements are trusted, and what have they signed? (RFC 7591 §2.3, DESIGN §5)

use salver_oauth::Timestamp;

/// A trust anchor that administrators manage; or their word on one of the configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Anchor {
    /// Its issuer.
    pub issuer: String,
    /// What is written down of it; nothing for one of the configuration.
    pub content: Option<String>,
    /// Nothing that it signs is believed for the time being.
    pub suspended: bool,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

/// A software that an anchor has signed for, with the metadata of its newest statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatedClient {
    /// The `client_id` of all its installations.
    pub client_id: String,
    /// The anchor.
    pub issuer: String,
    /// Which of its softwares.
    pub software_id: String,
    /// The version that the newest statement names, for people.
    pub software_version: String,
    /// The signed metadata, byte for byte.
    pub document: Vec<u8>,
    /// `iat` of the newest statement.
    pub issued_at: Timestamp,
    /// RFC 7638 thumbprint of the key that signed it.
    pub key: String,
    /// When a statement that says this was last verified.
    pub checked_at: Timestamp,
}

/// What became of a verified statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StatedNoted {
    /// Its software is new here.
    New,
    /// It says what is known already.
    Same,
    /// It is newer, and says something else than the document of before.
    Changed(Vec<u8>),
    /// It says something else than a newer one. Nothing is recorded.
    Older,
    /// The anchor has as many softwares here as one may have. Nothing is recorded.
    TooMany,
}
