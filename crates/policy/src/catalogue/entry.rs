//! What does the catalogue say of one client, and what is a pinned copy?

use salver_oauth::client::id::MetadataUrl;

use super::{date::Date, pattern::Pattern, software::Software};

/// A well-known client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Client {
    /// What people call it; names the entry.
    pub name: Box<str>,
    /// The domain of who makes it.
    pub publisher: Box<str>,
    /// The names that belong to the publisher: whoever else uses one is marked.
    pub names: Vec<Box<str>>,
    /// The URLs of its metadata documents.
    pub documents: Vec<Pattern>,
    /// The redirect URIs that it uses, whichever way it registers.
    pub redirect_uris: Vec<Pattern>,
    /// The softwares that it is by statements of their issuers.
    pub statements: Vec<Software>,
    /// Hosts besides its documents' where its logos are.
    pub logo_hosts: Vec<Box<str>>,
    /// Hosts besides its documents' where its keys are.
    pub key_hosts: Vec<Box<str>>,
    /// Whether its documents lie where others may put files too: then only their exact URLs count.
    pub shared_host: bool,
    /// How a person gets out of a broken registration in this product.
    pub recovery: Option<Box<str>>,
    /// The day on which the entry was last found true.
    pub seen: Date,
    /// Where the facts come from.
    pub source: Box<str>,
}

/// A copy of a metadata document as it was published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pin {
    /// Where it was published.
    pub url: MetadataUrl,
    /// When it was copied.
    pub fetched: Date,
    /// The document, byte for byte. Sound when the catalogue was read, and judged again at each use.
    pub document: Box<str>,
}

impl Client {
    /// Whether one of its redirect URIs is on this host of the web.
    #[must_use]
    pub fn receives_at(&self, host: &str) -> bool {
        self.redirect_uris.iter().any(|pattern| pattern.host() == Some(host))
    }
}

impl Pin {
    /// Its age in days.
    #[must_use]
    pub const fn age(&self, today: Date) -> i64 {
        today.days_since(self.fetched)
    }

    /// Whether it is so old that it should be looked at again.
    #[must_use]
    pub const fn is_old(&self, today: Date) -> bool {
        self.age(today) > OLD_PIN_DAYS
    }
}

/// DESIGN 4.6: a pin that is older warns.
pub const OLD_PIN_DAYS: i64 = 180;
