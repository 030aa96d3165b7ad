//! What does a row of a vendor's service say?

use salver_oauth::Timestamp;

use crate::record::Digest;

/// A private key that signs for the client, sealed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VendorKey {
    /// Its name: the RFC 7638 thumbprint.
    pub key_id: String,
    /// The name of its algorithm.
    pub algorithm: String,
    /// The PKCS#8 bytes, sealed under the master key.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub made_at: Timestamp,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// When it is published no longer.
    pub retires_at: Option<Timestamp>,
}

/// Why a key is made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyCause {
    /// There is none yet.
    First,
    /// Somebody wants another one.
    Asked,
    /// The newest, which has this name, has signed for long enough.
    Age(String),
}

/// How an installation was checked when it enrolled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checked {
    /// The vendor's own sign-in knows who uses it.
    User,
    /// A device key, with a one-time code.
    DeviceKey,
    /// The platform's evidence.
    Platform,
}

/// A one-time code to enrol with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewCode {
    /// Digest of the code.
    pub code: Digest,
    /// For whose installation.
    pub account: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Whose an installation is to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Account {
    /// Of whom this code was made for.
    OfCode(Digest),
    /// Of this one.
    Named(String),
}

/// An installation that asks to be known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enrol {
    /// The thumbprint of its device key.
    pub id: String,
    /// The device key, as a JWK.
    pub key: String,
    /// Whose it is.
    pub account: Account,
    /// How that was found out.
    pub checked: Checked,
    /// Digest of the challenge that its request answers.
    pub challenge: Digest,
    /// The most installations that an account may have at a time.
    pub most: u32,
    /// The time.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Enrolled {
    /// It is known now, as this account's.
    Done(String),
    /// There is no such code, or it has been used or has expired.
    UnknownCode,
    /// The device key is known already, for another account or as revoked.
    Known,
    /// The account has as many installations as it may.
    TooMany,
    /// The challenge was answered before.
    Replayed,
}

/// An installation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Installation {
    /// The thumbprint of its device key.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// How it was checked.
    pub checked: Checked,
    /// The device key, as a JWK.
    pub key: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When something was last signed for it.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Something to be signed for an installation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issue {
    /// For which one.
    pub installation: String,
    /// What: an attestation, a statement or an assertion.
    pub event: Event,
    /// For which authorization server.
    pub audience: String,
    /// Digest of the challenge that its request answers.
    pub challenge: Digest,
    /// The most that one installation may ask for in an hour.
    pub most_per_installation: u32,
    /// The most that all installations of an account may ask for in an hour.
    pub most_per_account: u32,
    /// The time.
    pub now: Timestamp,
}

/// Whether it may be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Issued {
    /// It may, and is noted; the installation was checked so.
    Done(Checked),
    /// There is no such installation, or it is revoked.
    Gone,
    /// The challenge was answered before.
    Replayed,
    /// The installation has asked for as much as it may in this hour.
    TooManyForInstallation,
    /// The account's installations together have.
    TooManyForAccount,
}

/// What was done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// A one-time code was made.
    Code,
    /// An installation was enrolled.
    Enrolled,
    /// An attestation was signed.
    Attestation,
    /// A statement was signed.
    Statement,
    /// A client assertion was signed.
    Assertion,
    /// An installation was revoked.
    Revoked,
    /// A key was made by hand.
    Rotated,
    /// A key was made because the one before it was old.
    RotatedByAge,
}

/// A line of the log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
    /// Whose installation.
    pub account: Option<String>,
    /// Which installation.
    pub installation: Option<String>,
    /// For which authorization server.
    pub audience: Option<String>,
    /// How the installation was checked.
    pub checked: Option<Checked>,
    /// Which key.
    pub key_id: Option<String>,
}

impl Checked {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::DeviceKey => "device_key",
            Self::Platform => "platform",
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        [Self::User, Self::DeviceKey, Self::Platform].into_iter().find(|one| one.word() == word)
    }
}

impl Event {
    const ALL: [Self; 8] = [
        Self::Code,
        Self::Enrolled,
        Self::Attestation,
        Self::Statement,
        Self::Assertion,
        Self::Revoked,
        Self::Rotated,
        Self::RotatedByAge,
    ];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Enrolled => "enrolled",
            Self::Attestation => "attestation",
            Self::Statement => "statement",
            Self::Assertion => "assertion",
            Self::Revoked => "revoked",
            Self::Rotated => "rotated",
            Self::RotatedByAge => "rotated_by_age",
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

impl LogLine {
    pub(super) fn new(at: Timestamp, event: Event) -> Self {
        Self {
            at,
            event,
            account: None,
            installation: None,
            audience: None,
            checked: None,
            key_id: None,
        }
    }
}
