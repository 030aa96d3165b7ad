//! The configuration file as it is written: one struct per concern, each in the concern's own file.

use salver_policy::rules::PolicySection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    catalogue::CatalogueSection,
    clients::ClientEntry,
    developers::DevelopersSection,
    development::DevelopmentSection,
    documents::{ChangesSection, DocumentsSection},
    egress::EgressSection,
    limits::LimitsSection,
    log::LogSection,
    pushed::PushedSection,
    registration::RegistrationSection,
    resources::entry::ResourceEntry,
    review::ReviewSection,
    statements::StatementsSection,
    store::StoreSection,
    tls::TlsSection,
    tokens::TokensSection,
};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    /// Who this server is: the URL, without a slash at its end, that clients see as `issuer`; it may have a path. On loopback the default is `http://localhost:PORT`. It never comes from a request.
    pub(crate) issuer: Option<String>,
    /// Addresses to listen on, as ADDRESS:PORT; port 0 takes a free one. The default is 127.0.0.1:8080, and the same port of `[::1]` beside it.
    pub(crate) listen: Option<Vec<String>>,
    /// The directory where state is kept. The default is salver's place in the platform's data directory.
    pub(crate) data: Option<String>,
    /// TLS of the listeners.
    pub(crate) tls: TlsSection,
    /// The store and the key that seals what is secret in it.
    pub(crate) store: StoreSection,
    /// The MCP servers behind the gateway, one entry each.
    pub(crate) resources: Vec<ResourceEntry>,
    /// Clients that are given an id here, one entry each; all others introduce themselves.
    pub(crate) clients: Vec<ClientEntry>,
    /// Whether clients may register themselves, and with which redirect URIs.
    pub(crate) registration: RegistrationSection,
    /// Whose software statements are trusted (RFC 7591): a vendor's signature behind a registration; docs/statements.md says how.
    pub(crate) statements: StatementsSection,
    /// Authorization requests that clients push (RFC 9126).
    pub(crate) pushed_requests: PushedSection,
    /// Who may bring applications into force, and what is looked at first; docs/developers.md says how applications are entered.
    pub(crate) developers: DevelopersSection,
    /// Which clients may be let in, and on what terms; docs/policy.md says how rules are written.
    pub(crate) policy: PolicySection,
    /// Who is told of clients that wait for a reviewer; docs/policy.md says what a notice looks like.
    pub(crate) review: ReviewSection,
    /// How metadata documents of clients are judged.
    pub(crate) documents: DocumentsSection,
    /// What follows when a client's metadata document changes. Three things are not settings: connections whose redirect URI is gone wait, what was authenticated with a removed key ends, and everything ends when a client that had to authenticate can no longer do so.
    pub(crate) changes: ChangesSection,
    /// Well-known clients: where the catalogue comes from, and when its copies of documents are used.
    pub(crate) catalogue: CatalogueSection,
    /// What is issued, how it is signed, and how long it lives.
    pub(crate) tokens: TokensSection,
    /// Requests that salver makes to others.
    pub(crate) egress: EgressSection,
    /// Settings for trying things out on one machine; refused unless every listener is a loopback address, and said so at start.
    pub(crate) development: DevelopmentSection,
    /// Bounds on what visitors may take up.
    pub(crate) limits: LimitsSection,
    /// What is logged, to standard error.
    pub(crate) log: LogSection,
}
