//! What did these very bytes say? A document that has not changed is not read again.
//!
//! Only reading is saved: which bytes are in force, `egress` says on each login, and what follows from them is judged anew each time. A
//! document is the same if it is the same buffer, which is kept alive here: so nothing is compared, and nothing can be mistaken.

use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use salver_oauth::client::{
    document::{self, DocumentError, Profile},
    id::MetadataUrl,
    metadata::Metadata,
};

/// Documents that were read and found sound.
pub struct ReadDocuments {
    kept: Cache<Arc<str>, Read>,
}

#[derive(Clone)]
struct Read {
    bytes: Bytes,
    metadata: Arc<Metadata>,
}

impl Default for ReadDocuments {
    fn default() -> Self {
        let weigh = |url: &Arc<str>, read: &Read| {
            u32::try_from(url.len() + read.bytes.len() + METADATA_BYTES).unwrap_or(u32::MAX)
        };
        Self { kept: Cache::builder().weigher(weigh).max_capacity(MAX_BYTES).build() }
    }
}

impl ReadDocuments {
    /// What the document at this URL says. The profile is the server's, and never another one.
    ///
    /// # Errors
    /// [`DocumentError`], of a document that says nothing sound; errors are not kept.
    pub async fn read(
        &self,
        bytes: &Bytes,
        url: &MetadataUrl,
        profile: Profile,
    ) -> Result<Arc<Metadata>, DocumentError> {
        if let Some(read) = self.kept.get(url.as_str()).await
            && is_same_buffer(&read.bytes, bytes)
        {
            return Ok(read.metadata);
        }
        let metadata = Arc::new(document::parse(bytes, url, profile)?);
        let read = Read { bytes: bytes.clone(), metadata: Arc::clone(&metadata) };
        self.kept.insert(url.as_str().into(), read).await;
        Ok(metadata)
    }
}

fn is_same_buffer(one: &Bytes, other: &Bytes) -> bool {
    one.as_ptr() == other.as_ptr() && one.len() == other.len()
}

/// All of it, documents and what was read of them.
const MAX_BYTES: u64 = 24 * 1024 * 1024;

/// What is read of a document takes about as much as this, beside its bytes.
const METADATA_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn document(url: &str, name: &str) -> Bytes {
        let redirect = r#""redirect_uris":["http://127.0.0.1/cb"]"#;
        format!(r#"{{"client_id":"{url}","client_name":"{name}",{redirect}}}"#).into()
    }

    #[tokio::test]
    async fn the_same_buffer_is_read_once_and_any_other_anew() {
        let documents = ReadDocuments::default();
        let url = MetadataUrl::parse("https://app.example/c").unwrap();
        let bytes = document(url.as_str(), "One");
        let first = documents.read(&bytes, &url, Profile::Mcp).await.unwrap();
        let again = documents.read(&bytes.clone(), &url, Profile::Mcp).await.unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let changed = document(url.as_str(), "Two");
        let second = documents.read(&changed, &url, Profile::Mcp).await.unwrap();
        assert_eq!((first.label(), second.label()), ("One", "Two"));
        let shorter = changed.slice(..changed.len() - 1);
        assert!(documents.read(&shorter, &url, Profile::Mcp).await.is_err(), "not the whole");
        let back = documents.read(&bytes, &url, Profile::Mcp).await.unwrap();
        assert_eq!(back.label(), "One");
    }
}
