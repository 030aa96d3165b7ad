//! What did these very bytes say? A document that has not changed is not read again.
//!
//! Only reading is saved: which bytes are in force, `egress` says on each login, and what follows from them is judged anew each time. A
//! document is the same if it is the same buffer, which is kept alive here: so nothing is compared, and nothing can be mistaken.

use std::sync::{Arc, OnceLock};

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

/// The reading of a document that has just arrived, which decides whether it is kept; it need not be read a second time.
#[derive(Clone, Default)]
pub struct Arrival(Arc<OnceLock<Read>>);

impl Arrival {
    /// Whether these bytes are the document at this URL.
    #[must_use]
    pub fn is_document(&self, bytes: &Bytes, url: &MetadataUrl, profile: Profile) -> bool {
        let read = document::parse(bytes, url, profile)
            .map(|metadata| Read { bytes: bytes.clone(), metadata: Arc::new(metadata) });
        read.map(|read| self.0.get_or_init(|| read)).is_ok()
    }
}

impl Default for ReadDocuments {
    fn default() -> Self {
        let weigh = |url: &Arc<str>, read: &Read| {
            let uris = read.metadata.redirect_uris.len() * REDIRECT_URI_BYTES;
            let all = url.len() + read.bytes.len() + METADATA_BYTES + uris;
            u32::try_from(all).unwrap_or(u32::MAX)
        };
        Self { kept: Cache::builder().weigher(weigh).max_capacity(MAX_BYTES).build() }
    }
}

impl ReadDocuments {
    /// What the document at this URL says; `arrival` is where it was read if it has come just now. The profile is the server's, and never
    /// another one.
    ///
    /// # Errors
    /// [`DocumentError`], of a document that says nothing sound; errors are not kept.
    pub async fn read(
        &self,
        bytes: &Bytes,
        url: &MetadataUrl,
        profile: Profile,
        arrival: &Arrival,
    ) -> Result<Arc<Metadata>, DocumentError> {
        if let Some(read) = self.kept.get(url.as_str()).await
            && is_same_buffer(&read.bytes, bytes)
        {
            return Ok(read.metadata);
        }
        let read = match arrival.0.get().filter(|read| is_same_buffer(&read.bytes, bytes)) {
            Some(read) => read.clone(),
            None => Read {
                bytes: bytes.clone(),
                metadata: Arc::new(document::parse(bytes, url, profile)?),
            },
        };
        let metadata = Arc::clone(&read.metadata);
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

/// What each redirect URI takes of it beyond that, besides the bytes that it has in common with the document.
const REDIRECT_URI_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn document(url: &str, name: &str) -> Bytes {
        let redirect = r#""redirect_uris":["http://127.0.0.1/cb"]"#;
        format!(r#"{{"client_id":"{url}","client_name":"{name}",{redirect}}}"#).into()
    }

    #[tokio::test]
    async fn the_same_buffer_is_read_once_and_any_other_anew() {
        let (documents, none) = (ReadDocuments::default(), Arrival::default());
        let url = MetadataUrl::parse("https://app.example/c").unwrap();
        let bytes = document(url.as_str(), "One");
        let first = documents.read(&bytes, &url, Profile::Mcp, &none).await.unwrap();
        let again = documents.read(&bytes.clone(), &url, Profile::Mcp, &none).await.unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let changed = document(url.as_str(), "Two");
        let second = documents.read(&changed, &url, Profile::Mcp, &none).await.unwrap();
        assert_eq!((first.label(), second.label()), ("One", "Two"));
        let shorter = changed.slice(..changed.len() - 1);
        assert!(
            documents.read(&shorter, &url, Profile::Mcp, &none).await.is_err(),
            "not the whole"
        );
        let back = documents.read(&bytes, &url, Profile::Mcp, &none).await.unwrap();
        assert_eq!(back.label(), "One");
    }

    #[tokio::test]
    async fn what_was_read_on_arrival_is_not_read_again_if_it_is_the_same_buffer() {
        let (documents, arrival) = (ReadDocuments::default(), Arrival::default());
        let url = MetadataUrl::parse("https://app.example/c").unwrap();
        let broken = Bytes::from_static(b"{}");
        assert!(!arrival.is_document(&broken, &url, Profile::Mcp));
        assert!(documents.read(&broken, &url, Profile::Mcp, &arrival).await.is_err());
        let bytes = document(url.as_str(), "One");
        assert!(arrival.is_document(&bytes, &url, Profile::Mcp));
        let other = document(url.as_str(), "Two");
        let read = documents.read(&other, &url, Profile::Mcp, &arrival).await.unwrap();
        assert_eq!(read.label(), "Two");
        let read = documents.read(&bytes, &url, Profile::Mcp, &arrival).await.unwrap();
        assert!(Arc::ptr_eq(&read, &arrival.0.get().unwrap().metadata));
    }
}
