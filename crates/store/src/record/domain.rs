//! Which domains have owners of clients proven to be theirs?

use salver_oauth::Timestamp;

/// A domain that the owner of a client on record has proven to command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DomainProof {
    /// The client.
    pub client_id: String,
    /// The domain.
    pub domain: String,
    /// How it is proven.
    pub method: ProofMethod,
    /// Since when.
    pub proven_at: Timestamp,
    /// When it was last looked at.
    pub checked_at: Timestamp,
    /// Since when the proof has not been found any more.
    pub failing_since: Option<Timestamp>,
}

/// How a domain is proven: where the random value was found.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ProofMethod {
    /// In a well-known file of its web server.
    File,
    /// In a TXT record under `_salver`.
    Dns,
    /// In the metadata document by which the client is registered.
    Document,
}
