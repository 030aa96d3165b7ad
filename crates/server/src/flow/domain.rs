//! Does whoever owns a client command this domain? A value that only they are told stands in a file or a TXT record of it, or in the client's own document.
//!
//! The value follows from client, owner and domain by a keyed function, so nothing of it is stored, and nobody else's fits. A proof is looked at again every day.

mod consequence;
mod look;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_egress::{FetchError, Purpose, Source};
use salver_names::{is_public_suffix, is_special_use};
use salver_oauth::{Timestamp, UserId};
pub use salver_store::record::{DomainProof, ProofMethod, RecordedClient};
use salver_store::{Outcome, StoreError};
use thiserror::Error;

pub use look::{MEMBER, document_at};

use crate::{deps::Deps, secrets::Secrets};

/// What the egress ledger calls looks at proofs.
pub const PROOFS: Purpose = Purpose::new("domain_proof");

/// How old a look may be before it is repeated, in seconds.
const LOOK_AGAIN_SECONDS: i64 = 24 * 3_600;

/// How long a proof may be missing before it counts no more, in seconds: a name server that fails over a week-end takes nothing away.
pub const GRACE_SECONDS: i64 = 7 * 24 * 3_600;

/// How many proofs one turn looks at.
const LOOKS_AT_ONCE: u32 = 20;

/// How many domains one client may have: each is looked at every day, and who commands one commands all names below it.
const MAX_DOMAINS: usize = 10;

/// Why a domain is not proven.
#[derive(Debug, Error)]
pub enum ProofRefusal {
    /// It is no full domain name in lower case, or one that leads nowhere outside.
    #[error("it is no domain name such as example.com")]
    NoDomain,
    /// Anybody may register below it.
    #[error("anybody may have a name below it")]
    PublicSuffix,
    /// The client belongs to nobody, so nobody can have been told the value.
    #[error("the client has no owner")]
    NoOwner,
    /// As many are proven as one client may have.
    #[error("the client has {MAX_DOMAINS} domains already")]
    TooMany,
    /// The client is registered by no document of this very host.
    #[error("the client has no document there")]
    NoDocument,
    /// Anybody may put files on it, so a document shows nothing of its host.
    #[error("anybody may put files there")]
    SharedHost,
    /// Somebody else has proven that the document is theirs.
    #[error("the document is somebody else's")]
    Taken,
    /// The place was reached, and the value does not stand there.
    #[error("the value does not stand there")]
    NotThere,
    /// The place was not reached.
    #[error("it could not be asked: {0}")]
    Unreached(#[from] FetchError),
    /// The client is gone.
    #[error("the client is gone")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an owner has to publish, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Places {
    /// The value: a line of the file, or a TXT record.
    pub value: String,
    /// The URL of the file.
    pub file: String,
    /// The name of the record.
    pub record: String,
}

/// Reads a domain as somebody typed it.
///
/// # Errors
/// [`ProofRefusal::NoDomain`], [`ProofRefusal::PublicSuffix`].
pub fn domain(typed: &str) -> Result<String, ProofRefusal> {
    let typed = typed.trim().trim_end_matches('.').to_ascii_lowercase();
    let url = url::Url::parse(&format!("https://{typed}/"));
    let Some(url::Host::Domain(name)) = url.as_ref().ok().and_then(url::Url::host) else {
        return Err(ProofRefusal::NoDomain);
    };
    // A port, a path or a name of a user would have made another URL of it; other letters are written as their Punycode.
    let whole = url.as_ref().is_ok_and(|url| url.as_str() == format!("https://{name}/"));
    if !whole || is_special_use(name) {
        return Err(ProofRefusal::NoDomain);
    }
    if is_public_suffix(name) {
        return Err(ProofRefusal::PublicSuffix);
    }
    Ok(name.to_owned())
}

/// What the owner of a client has to publish at a domain.
#[must_use]
pub fn places(secrets: &Secrets, client_id: &str, owner: UserId, domain: &str) -> Places {
    let digest = secrets.digest(&format!("domain {client_id} {owner} {domain}"));
    let mut value = String::from("salver-verification=");
    URL_SAFE_NO_PAD.encode_string(digest, &mut value);
    Places {
        value,
        file: format!("https://{domain}{WELL_KNOWN}"),
        record: format!("{LABEL}.{domain}"),
    }
}

/// Looks for the value and keeps the proof.
///
/// # Errors
/// [`ProofRefusal`]; nothing is kept then.
pub async fn prove(
    deps: &Deps,
    client: &RecordedClient,
    (domain, method): (&str, ProofMethod),
) -> Result<(), ProofRefusal> {
    let owner = client.owner.ok_or(ProofRefusal::NoOwner)?;
    let proven = list(deps, client).await?;
    if proven.len() >= MAX_DOMAINS && proven.iter().all(|proof| proof.domain != domain) {
        return Err(ProofRefusal::TooMany);
    }
    if method == ProofMethod::Document {
        document_at(client, domain).ok_or(ProofRefusal::NoDocument)?;
        if deps.policy.get().catalogue.is_shared_host(domain) {
            return Err(ProofRefusal::SharedHost);
        }
    }
    let source = Source::User(*owner.as_bytes());
    if !look::look(deps, (client, owner), (domain, method), source).await? {
        return Err(ProofRefusal::NotThere);
    }
    let now = deps.now();
    let proof = DomainProof {
        client_id: client.client_id.clone(),
        domain: domain.to_owned(),
        method,
        proven_at: now,
        checked_at: now,
        failing_since: None,
    };
    if deps.store.keep_domain_proof(proof).await? == Outcome::Lost {
        return Err(ProofRefusal::Gone);
    }
    deps.bans.refresh(&*deps.store).await?;
    match consequence::proven(deps, client, domain).await? {
        Outcome::Applied if !consequence::is_taken(deps, client) => Ok(()),
        Outcome::Applied | Outcome::Lost => Err(ProofRefusal::Taken),
    }
}

/// The domains of a client, those whose proof is missing too.
///
/// # Errors
/// If the store fails.
pub async fn list(deps: &Deps, client: &RecordedClient) -> Result<Vec<DomainProof>, StoreError> {
    deps.store.list_domain_proofs(&client.client_id).await
}

/// Forgets a proof, if there is one.
///
/// # Errors
/// If the store fails.
pub async fn forget(
    deps: &Deps,
    client: &RecordedClient,
    domain: &str,
) -> Result<(), ProofRefusal> {
    // Whether or not it was there, it is not there any more.
    let _was_there = deps.store.remove_domain_proof(&client.client_id, domain).await?;
    Ok(())
}

/// Looks again at proofs that were last looked at a day ago. What has been missing for [`GRACE_SECONDS`] counts no more, and is told in the client's history.
///
/// # Errors
/// If the store fails.
pub async fn follow(deps: &Deps) -> Result<(), StoreError> {
    let now = deps.now();
    let before = now.plus_seconds(-LOOK_AGAIN_SECONDS);
    for proof in deps.store.list_due_domain_proofs(before, LOOKS_AT_ONCE).await? {
        let client = deps.store.find_recorded_client(&proof.client_id).await?;
        let of_whom = client.as_ref().and_then(|client| Some((client, client.owner?)));
        let there = match of_whom {
            Some(of_whom) => {
                let asked = (&*proof.domain, proof.method);
                look::look(deps, of_whom, asked, Source::Itself).await
            }
            None => Ok(false),
        };
        let there = there.unwrap_or_else(|error| {
            tracing::info!(domain = proof.domain, %error, "a proof of a domain could not be looked at");
            false
        });
        let failing_since = (!there).then(|| proof.failing_since.unwrap_or(now));
        if failing_since != proof.failing_since {
            tracing::info!(
                domain = proof.domain,
                client_id = proof.client_id,
                there,
                "a proof of a domain has changed"
            );
        }
        let seen = DomainProof { checked_at: now, failing_since, ..proof.clone() };
        if let Some(client) = client {
            let (counted, counts) = (counts(&proof, proof.checked_at), counts(&seen, now));
            let told = match (counted, counts) {
                (true, false) => consequence::lost(deps, &client, &proof.domain).await?,
                (_, true) if there => consequence::proven(deps, &client, &proof.domain).await?,
                _ => Outcome::Applied,
            };
            // Changed at this very moment: it is looked at and told anew.
            if told == Outcome::Lost {
                continue;
            }
        }
        // Nothing to keep of a client that went at this very moment.
        let _kept = deps.store.keep_domain_proof(seen).await?;
    }
    Ok(())
}

/// Whether a proof counts.
#[must_use]
pub fn counts(proof: &DomainProof, now: Timestamp) -> bool {
    proof.failing_since.is_none_or(|since| now.seconds_since(since) < GRACE_SECONDS)
}

/// RFC 8615.
const WELL_KNOWN: &str = "/.well-known/salver-verification";

/// RFC 8552: names with an underscore are no hosts.
const LABEL: &str = "_salver";
