//! Who is this client? From its `client_id` to its metadata, whichever way it introduced itself (DESIGN 4.1: only "gather" differs).

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use salver_egress::{
    Check, ChosenBy, Fetch, FetchError, Fetched, Freshness, Purpose, Source, Standing,
};
use salver_oauth::{
    Timestamp, UserId,
    client::{
        document::Profile,
        hosted::HostedId,
        id::{ClientId, MetadataUrl},
        local_development::LocalDevelopmentId,
        media_type::is_json,
        metadata::Metadata,
        recorded::Purpose as EnteredFor,
        sealed::SealedId,
    },
};

use salver_policy::{
    assessment::{DocumentCopy, OnRecord, SignedBy},
    catalogue::Catalogue,
    redirects::{RedirectVerdict, UnlistedHttps},
};

use super::{
    hosted, own_document, pin, recorded,
    refusal::{ClientRefusal, Refusal},
    registration::{self, Absent},
    stated, statement,
};
use crate::{deps::Deps, network::Network, read_documents::Arrival};

/// What the egress ledger calls these fetches.
pub const DOCUMENT: Purpose = Purpose::new("client_metadata");

/// The most that is read of a document, in bytes (CIMD-F-8, DESIGN §9).
pub(super) const DOCUMENT_BYTES: usize = 5 * 1024;

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
    /// The client's host, for a request that was pushed from this network by a client that is known here: pinned, in the catalogue, or let in by somebody
    /// (DESIGN 4.5).
    Known {
        /// Where the request comes from.
        network: Network,
    },
    /// The client's host, on this program's own account: an administrator looks at what a login would come to.
    Look,
}

/// A client that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its metadata.
    pub metadata: Arc<Metadata>,
    /// Of which copy of its document, if it has one.
    pub copy: DocumentCopy,
    /// That document, byte for byte.
    pub document: Option<Bytes>,
    /// The account for which this server hosts that document, if it does.
    pub hosted_for: Option<Box<str>>,
    /// Whose word its registration is, if it is on record here.
    pub record: Option<OnRecord>,
    /// Whose statement was verified for it.
    pub signed: Option<SignedBy>,
}

impl Found {
    /// A client of which its metadata are all that is known.
    #[must_use]
    pub const fn of(metadata: Arc<Metadata>) -> Self {
        let copy = DocumentCopy::Live;
        Self { metadata, copy, document: None, hosted_for: None, record: None, signed: None }
    }
}

/// What a client said of itself when it registered.
#[derive(Clone, Debug, Default)]
pub struct Registered {
    /// `software_id`, as claimed.
    pub software_id: Option<Box<str>>,
    /// What is to become of it for an address that nobody has named.
    pub unlisted: Option<UnlistedHttps>,
}

/// The client's metadata; `None` if it is a document that is not at hand and may not be fetched.
///
/// # Errors
/// [`Refusal::Client`].
pub async fn find(
    deps: &Deps,
    client_id: &ClientId,
    reach: Reach,
) -> Result<Option<Found>, Refusal> {
    find_with(deps, &deps.policy.get().catalogue, client_id, reach).await
}

/// The same by the catalogue that the request keeps to.
///
/// # Errors
/// [`Refusal::Client`].
pub async fn find_with(
    deps: &Deps,
    catalogue: &Catalogue,
    client_id: &ClientId,
    reach: Reach,
) -> Result<Option<Found>, Refusal> {
    if let Some(hosted) = HostedId::at(&deps.settings.issuer, client_id) {
        return hosted::find(deps, &hosted).await.map(Some);
    }
    if let Some(pinned) = pin::in_place(deps, catalogue, client_id.as_str()) {
        return Ok(Some(pinned));
    }
    if let ClientId::Document(url) = client_id
        && own_document::is_out(deps, url)
    {
        let why = ClientRefusal::Unknown;
        return Err(Refusal::Client { client_id: client_id.to_string(), why });
    }
    let found = match (client_id, reach) {
        (ClientId::Issued(id), _) => match deps.settings.clients.get(id.as_str()) {
            Some(metadata) => Ok(Some(Found::of(Arc::clone(metadata)))),
            None => Err(ClientRefusal::Unknown),
        },
        (ClientId::Recorded(id), reach) => return recorded::find(deps, id, reach).await.map(Some),
        // Of another server.
        (ClientId::Hosted(_), _) => Err(ClientRefusal::Unknown),
        (ClientId::Sealed(id), _) => sealed(deps, catalogue, id).map(Some),
        (ClientId::Stated(id), _) => return stated::find(deps, *id).await.map(Some),
        (ClientId::LocalDevelopment(id), _) => in_development(deps, id).map(Some),
        (ClientId::Document(url), Reach::AtHand) => cached(deps, url).await,
        (ClientId::Document(url), Reach::Host { person, known_good }) => {
            let standing = if known_good { Standing::KnownGood } else { Standing::FirstSight };
            let source = Source::User(*person.as_bytes());
            fetch(deps, catalogue, url, (source, standing)).await.map(Some)
        }
        (ClientId::Document(url), Reach::Known { network }) => {
            let caused = (Source::Network(network.address()), Standing::KnownGood);
            fetch(deps, catalogue, url, caused).await.map(Some)
        }
        (ClientId::Document(url), Reach::Look) => {
            fetch(deps, catalogue, url, (Source::Itself, Standing::FirstSight)).await.map(Some)
        }
    };
    let found = found.map_err(|why| Refusal::Client { client_id: client_id.to_string(), why })?;
    match found {
        Some(found) if matches!(client_id, ClientId::Document(_)) => {
            own_document::with_record(deps, found).await.map(Some)
        }
        found => Ok(found),
    }
}

/// Whether a client is known without asking anybody: registered here, with a document at hand, or under a name that only we can give.
#[must_use]
pub fn is_known(deps: &Deps, client_id: &ClientId) -> bool {
    if HostedId::at(&deps.settings.issuer, client_id).is_some() {
        return true;
    }
    match client_id {
        ClientId::Issued(id) => deps.settings.clients.contains_key(id.as_str()),
        ClientId::Document(url) => {
            deps.egress.cached(url.as_str(), DOCUMENT).is_some()
                || deps.policy.get().catalogue.pin(url.as_str()).is_some()
        }
        ClientId::Hosted(_) => false,
        // 128 random bits that only we give: whoever knows them was told. For neither is anything fetched.
        ClientId::Recorded(_) | ClientId::Stated(_) => true,
        ClientId::Sealed(id) => registration::find(deps, id).is_ok(),
        ClientId::LocalDevelopment(_) => deps.settings.profile == Profile::Atproto,
    }
}

/// Whatever keeps it from opening, it is a client that nobody knows. An operator may have changed their mind about its addresses.
fn sealed(deps: &Deps, catalogue: &Catalogue, id: &SealedId) -> Result<Found, ClientRefusal> {
    let registration = registration::find(deps, id).map_err(|why| match why {
        Absent::Deleted(_) => ClientRefusal::Deleted,
        Absent::NotOpened(why) => {
            tracing::info!(%why, "a registration does not open");
            ClientRefusal::Unknown
        }
    })?;
    let metadata = registration.metadata(ClientId::Sealed(id.clone()));
    let redirects = &deps.settings.registration.redirects;
    if redirects.judge(&metadata.redirect_uris, catalogue).verdict == RedirectVerdict::Refused {
        return Err(ClientRefusal::RedirectUris);
    }
    let metadata = Arc::new(metadata);
    Ok(Found::of(metadata))
}

/// What a client said of itself when it registered, and what policy says to that; nothing for all others.
#[must_use]
pub fn registered(deps: &Deps, catalogue: &Catalogue, client: &Metadata) -> Registered {
    let software_id = match &client.client_id {
        ClientId::Sealed(id) => deps
            .sealing
            .registration(id)
            .ok()
            .and_then(|registration| registration.claims().software_id.clone()),
        // A person wrote its addresses, and nobody has looked at them.
        ClientId::Recorded(id) if id.purpose() == EnteredFor::Personal => None,
        _ => return Registered::default(),
    };
    let redirects = &deps.settings.registration.redirects;
    Registered {
        software_id,
        unlisted: match redirects.judge(&client.redirect_uris, catalogue).verdict {
            RedirectVerdict::Allowed => None,
            RedirectVerdict::Warn => Some(UnlistedHttps::Warn),
            // What is refused is not found at all; whoever asks none the less waits.
            RedirectVerdict::Review | RedirectVerdict::Refused => Some(UnlistedHttps::Review),
        },
    }
}

/// ATP-2: only where the profile is in force.
fn in_development(deps: &Deps, id: &LocalDevelopmentId) -> Result<Found, ClientRefusal> {
    if deps.settings.profile != Profile::Atproto {
        return Err(ClientRefusal::NoLocalDevelopment);
    }
    let metadata = Arc::new(id.metadata());
    Ok(Found::of(metadata))
}

async fn fetch(
    deps: &Deps,
    catalogue: &Catalogue,
    url: &MetadataUrl,
    (source, standing): (Source, Standing),
) -> Result<Found, ClientRefusal> {
    let arrival = Arrival::default();
    let fetch = Fetch {
        url: url.as_str(),
        chosen_by: ChosenBy::Stranger,
        purpose: DOCUMENT,
        source,
        standing,
        limit: DOCUMENT_BYTES,
        accept: "application/json",
        check: is_document(arrival.clone(), url.clone(), deps.settings.profile),
    };
    match deps.egress.fetch(fetch).await {
        Ok(fetched) | Err(FetchError::Unusable(fetched)) => {
            let mut found = read(deps, &fetched, url, &arrival).await?;
            let signed = statement::in_document(deps, &found.metadata, &fetched.body).await;
            found.signed = signed.map_err(ClientRefusal::Statement)?;
            pin::compare(deps, catalogue, &found);
            Ok(found)
        }
        Err(error) => {
            let why =
                ClientRefusal::Unfetchable { category: error.category(), log: error.to_string() };
            // A 404, a 410 or another document is a withdrawal, and wins over any pin (DESIGN 4.5).
            pin::instead(deps, catalogue, url.as_str(), &error).await.ok_or(why)
        }
    }
}

/// Before somebody is signed in only bytes at hand are read; what is not at hand is `None`.
async fn cached(deps: &Deps, url: &MetadataUrl) -> Result<Option<Found>, ClientRefusal> {
    match deps.egress.cached(url.as_str(), DOCUMENT) {
        Some(fetched) => read(deps, &fetched, url, &Arrival::default()).await.map(Some),
        None => Ok(None),
    }
}

async fn read(
    deps: &Deps,
    fetched: &Fetched,
    url: &MetadataUrl,
    arrival: &Arrival,
) -> Result<Found, ClientRefusal> {
    if !is_json(fetched.content_type.as_deref()) {
        return Err(ClientRefusal::MediaType(fetched.content_type.as_deref().map(String::from)));
    }
    let profile = deps.settings.profile;
    let metadata = deps.read_documents.read(&fetched.body, url, profile, arrival).await;
    let metadata = metadata.map_err(ClientRefusal::Document)?;
    let copy = match fetched.freshness {
        Freshness::Stale { .. } => DocumentCopy::Stale { fetched: timestamp(fetched.fetched_at) },
        Freshness::Now | Freshness::Kept { .. } | Freshness::Unasked { .. } => DocumentCopy::Live,
    };
    let document = Some(fetched.body.clone());
    Ok(Found { copy, document, ..Found::of(metadata) })
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// CIMD-C-2: what is no document is not kept.
fn is_document(arrival: Arrival, url: MetadataUrl, profile: Profile) -> Check {
    Check::new(move |candidate| {
        is_json(candidate.content_type) && arrival.is_document(candidate.body, &url, profile)
    })
}
