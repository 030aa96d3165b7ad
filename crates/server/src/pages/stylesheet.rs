//! Where is the one stylesheet? Its path carries a hash of its content, so it may be kept for ever.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};

/// The stylesheet of all pages.
pub struct Stylesheet;

impl Stylesheet {
    /// Its path below the issuer: `/assets/salver-<hash>.css`.
    #[must_use]
    pub fn path() -> &'static str {
        &PATH
    }

    /// Its text.
    #[must_use]
    pub fn text() -> &'static str {
        TEXT
    }
}

static PATH: LazyLock<String> = LazyLock::new(|| {
    let hash = digest(&SHA256, TEXT.as_bytes());
    let short = hash.as_ref().first_chunk().copied().unwrap_or_default();
    format!("/assets/salver-{:016x}.css", u64::from_be_bytes(short))
});

const TEXT: &str = include_str!("../../assets/salver.css");
