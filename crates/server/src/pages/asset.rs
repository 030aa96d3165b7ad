//! Which files belong to the pages? A stylesheet and an icon. Their paths carry a hash of their content, so they may be kept for ever.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};

/// A file that pages refer to.
pub struct Asset {
    path: String,
    /// Its text.
    pub text: &'static str,
    /// Its media type.
    pub media_type: &'static str,
}

/// The stylesheet of all pages.
pub static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(include_str!("../../assets/salver.css"), "css", "text/css; charset=utf-8")
});

/// The icon of all pages.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(include_str!("../../assets/salver.svg"), "svg", "image/svg+xml"));

impl Asset {
    fn new(text: &'static str, ending: &str, media_type: &'static str) -> Self {
        let hash = digest(&SHA256, text.as_bytes());
        let short = hash.as_ref().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        Self { path: format!("/assets/salver-{short:016x}.{ending}"), text, media_type }
    }

    /// Its path below the issuer.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}
