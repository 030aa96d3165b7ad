//! What has been shown, beside who receives the answer? The kinds of evidence of DESIGN 4.2, as a set.
//!
//! Verifying is done elsewhere; whoever puts a kind into a set answers for it. What it is worth is the business of
//! [`crate::assessment`].

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// One kind of evidence.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A domain serves the metadata document.
    DomainDocument,
    /// The client cannot avoid authenticating with keys that its publisher vouches for, or has done so for this request: keys that its domain publishes, or that its
    /// issuer has signed.
    PublisherKeys,
    /// A software statement of a trusted issuer: whoever holds it can show it.
    Statement,
    /// The vendor has signed the person in at this installation. An impostor can sign the same person in.
    UserAttested,
    /// The vendor attests a key of the device, and this request has proven possession of it.
    DeviceKey,
    /// The platform attests the program, bound to a key that this request has proven.
    Platform,
}

/// A set of kinds, in their order; empty by default.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub struct Evidence(u8);

impl EvidenceKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::DomainDocument,
        Self::PublisherKeys,
        Self::Statement,
        Self::UserAttested,
        Self::DeviceKey,
        Self::Platform,
    ];

    /// A name that stays the same.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::DomainDocument => "domain_document",
            Self::PublisherKeys => "publisher_keys",
            Self::Statement => "statement",
            Self::UserAttested => "user_attested",
            Self::DeviceKey => "device_key",
            Self::Platform => "platform",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Evidence {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// What can only arrive with a request: nobody's metadata prove it.
    pub const WITH_A_REQUEST: Self = Self::NONE
        .with(EvidenceKind::UserAttested)
        .with(EvidenceKind::DeviceKey)
        .with(EvidenceKind::Platform);

    /// What proves that this very installation is the publisher's, at this request.
    pub const OF_INSTALLATION: Self =
        Self::NONE.with(EvidenceKind::DeviceKey).with(EvidenceKind::Platform);

    /// With one kind more.
    #[must_use]
    pub const fn with(self, kind: EvidenceKind) -> Self {
        Self(self.0 | kind.bit())
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether it holds this kind.
    #[must_use]
    pub const fn contains(self, kind: EvidenceKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether it holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds, in order.
    pub fn iter(self) -> impl Iterator<Item = EvidenceKind> {
        EvidenceKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// One bit for each kind, as it is kept.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set with these bits, if each stands for a kind.
    #[must_use]
    pub const fn of_bits(bits: u8) -> Option<Self> {
        if bits >> EvidenceKind::ALL.len() == 0 { Some(Self(bits)) } else { None }
    }
}

impl From<EvidenceKind> for Evidence {
    fn from(kind: EvidenceKind) -> Self {
        Self::NONE.with(kind)
    }
}

impl FromIterator<EvidenceKind> for Evidence {
    fn from_iter<I: IntoIterator<Item = EvidenceKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The names, with commas between them.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(EvidenceKind::id).collect();
        f.write_str(&names.join(", "))
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(EvidenceKind::id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_in_every_form() {
        for (kinds, shown) in [
            (&[][..], ""),
            (&[EvidenceKind::Platform, EvidenceKind::Statement], "statement, platform"),
            (
                &EvidenceKind::ALL,
                "domain_document, publisher_keys, statement, user_attested, device_key, platform",
            ),
        ] {
            let set: Evidence = kinds.iter().copied().collect();
            assert_eq!(set.to_string(), shown);
            assert_eq!(set.is_empty(), kinds.is_empty());
            assert_eq!(Evidence::of_bits(set.bits()), Some(set));
        }
        assert_eq!(Evidence::of_bits(0b100_0000), None, "no kind has this bit");
    }
}
