//! Who is this client? From its `client_id` to its metadata, whichever way it introduced itself (DESIGN 4.1: only "gather" differs).

use std::sync::Arc;

use salver_egress::{Candidate, ChosenBy, Fetch, FetchError, Fetched, Purpose, Source, Standing};
use salver_oauth::{
    UserId,
    client::{
        document::{self, Profile},
        id::{ClientId, MetadataUrl},
        media_type::is_json,
        metadata::Metadata,
    },
};

use super::refusal::{ClientRefusal, Refusal};
use crate::deps::Deps;

/// What the egress ledger calls these fetches.
pub const DOCUMENT: Purpose = Purpose::new("client_metadata");

/// The most that is read of a document, in bytes (CIMD-F-8, DESIGN §9).
const DOCUMENT_BYTES: usize = 5 * 1024;

/// How far a look-up may go.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    /// What is at hand: nobody is signed in, so nothing is fetched (DESIGN 4.5).
    AtHand,
    /// The client's host, on behalf of this person; `known_good` says that they have let this very client in before.
    Host {
        /// Who causes it.
        person: UserId,
        /// Whether a copy may be served while the host fails.
        known_good: bool,
    },
}

/// The client's metadata; `None` if it is a document that is not at hand and may not be fetched.
///
/// # Errors
/// [`Refusal::Client`].
pub async fn find(
    deps: &Deps,
    client_id: &ClientId,
    reach: Reach,
) -> Result<Option<Arc<Metadata>>, Refusal> {
    let found = match (client_id, reach) {
        (ClientId::Issued(id), _) => {
            let client = deps.settings.clients.get(id.as_str()).cloned();
            client.map(Some).ok_or(ClientRefusal::Unknown)
        }
        (ClientId::Document(url), Reach::AtHand) => cached(deps, url),
        (ClientId::Document(url), Reach::Host { person, known_good }) => {
            fetch(deps, url, (person, known_good)).await.map(Some)
        }
    };
    found.map_err(|why| Refusal::Client { client_id: client_id.to_string(), why })
}

/// Whether a client is known without asking anybody outside: registered here, or with a document at hand.
#[must_use]
pub fn is_known(deps: &Deps, client_id: &ClientId) -> bool {
    match client_id {
        ClientId::Issued(id) => deps.settings.clients.contains_key(id.as_str()),
        ClientId::Document(url) => deps.egress.cached(url.as_str(), DOCUMENT).is_some(),
    }
}

async fn fetch(
    deps: &Deps,
    url: &MetadataUrl,
    (person, known_good): (UserId, bool),
) -> Result<Arc<Metadata>, ClientRefusal> {
    let fetch = Fetch {
        url: url.as_str(),
        chosen_by: ChosenBy::Stranger,
        purpose: DOCUMENT,
        source: Source::User(*person.as_bytes()),
        standing: if known_good { Standing::KnownGood } else { Standing::FirstSight },
        limit: DOCUMENT_BYTES,
        accept: "application/json",
        check: match deps.settings.profile {
            Profile::Mcp => is_document::<true>,
            Profile::Ietf => is_document::<false>,
        },
    };
    match deps.egress.fetch(fetch).await {
        Ok(fetched) | Err(FetchError::Unusable(fetched)) => {
            read(&fetched, url, deps.settings.profile)
        }
        Err(error) => {
            Err(ClientRefusal::Unfetchable { category: error.category(), log: error.to_string() })
        }
    }
}

/// Before somebody is signed in only bytes at hand are read; what is not at hand is `None`.
fn cached(deps: &Deps, url: &MetadataUrl) -> Result<Option<Arc<Metadata>>, ClientRefusal> {
    let cached = deps.egress.cached(url.as_str(), DOCUMENT);
    cached.map(|fetched| read(&fetched, url, deps.settings.profile)).transpose()
}

fn read(
    fetched: &Fetched,
    url: &MetadataUrl,
    profile: Profile,
) -> Result<Arc<Metadata>, ClientRefusal> {
    if !is_json(fetched.content_type.as_deref()) {
        return Err(ClientRefusal::MediaType(fetched.content_type.as_deref().map(String::from)));
    }
    let metadata = document::parse(&fetched.body, url, profile).map_err(ClientRefusal::Document)?;
    Ok(Arc::new(metadata))
}

/// CIMD-C-2: what is no document is not kept.
fn is_document<const MCP: bool>(candidate: &Candidate<'_>) -> bool {
    let profile = if MCP { Profile::Mcp } else { Profile::Ietf };
    is_json(candidate.content_type)
        && MetadataUrl::parse(candidate.url)
            .is_ok_and(|url| document::parse(candidate.body, &url, profile).is_ok())
}
