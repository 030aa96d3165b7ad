//! Is the client at the token endpoint who it says it is? (SPEC 3.6 and 4.2, OAuth 2.1 §2.4.)
//!
//! First the claim is read; then the caller looks for the code or installation that names this client; only then is anything proven, since
//! that may need a fetch (DESIGN 4.5). Who once proved itself must do so again (CIMD-K-7).

use std::borrow::Cow;

use salver_egress::{
    Candidate, Check, ChosenBy, Fetch, Fetched, Freshness, Purpose, Source, Standing,
};
use salver_jose::{AssertionError, KeySet, TokenError as JoseError, UnverifiedAssertion};
use salver_oauth::{
    UserId,
    client::{
        change::thumbprints,
        id::ClientId,
        metadata::{Keys, SecretMethod},
        service::ServiceAuthentication,
    },
    token::{error::TokenError, request::Credentials},
};
use salver_store::{
    Outcome, StoreError,
    record::{ClientSecret, Digest, Grant},
};

use super::{
    client::{self, Reach},
    recorded,
    refusal::{ClientRefusal, Refusal},
    secret,
    service::InForce,
    terms::Terms,
    token::TokenRefusal,
    version,
};
use crate::{deps::Deps, network::Network};

/// What the egress ledger calls fetches of key sets.
pub const KEYS: Purpose = Purpose::new("client_keys");

/// The most that is read of a key set, in bytes (DESIGN §9).
const KEY_SET_BYTES: usize = 64 * 1024;

/// How old a key set must be before an unknown key is a reason to fetch it again, in seconds (CIMD-C-5).
const REFETCH_AFTER_SECONDS: u64 = 60;

/// How old a key set may get at most, whatever its host and the keeping of documents say, in seconds (DESIGN 4.5).
const KEYS_LAST_SECONDS: u64 = 24 * 3_600;

/// Who a request claims to come from.
pub(super) struct Claimed<'r> {
    client_id: Cow<'r, ClientId>,
    proof: Proof<'r>,
    network: Network,
}

/// How it means to prove that.
enum Proof<'r> {
    None,
    Secret(SecretMethod, &'r str),
    Assertion(UnverifiedAssertion<'r>),
}

/// For whom the proof is needed.
pub(super) struct Whose<'w> {
    /// The person whose code or installation it is.
    pub(super) person: UserId,
    /// The key by which the installation was started, if by one.
    pub(super) started_by: Option<&'w str>,
    /// The version of the client's document that the login began with, if it is not at its end.
    pub(super) began_with: Option<Digest>,
    /// The grant that it belongs to.
    grant: &'w Grant,
}

impl<'w> Whose<'w> {
    /// For whom a grant is.
    pub(super) fn of(
        grant: &'w Grant,
        started_by: Option<&'w str>,
        began_with: Option<Digest>,
    ) -> Self {
        Self { person: grant.user, started_by, began_with, grant }
    }
}

impl<'r> Claimed<'r> {
    /// Reads the claim of somebody in a network; nothing is believed.
    pub(super) fn read(credentials: &'r Credentials, network: Network) -> Result<Self, TokenError> {
        let (client_id, proof) = match credentials {
            Credentials::None(client_id) => (Cow::Borrowed(client_id), Proof::None),
            Credentials::Secret { client_id, method, secret } => {
                (Cow::Borrowed(client_id), Proof::Secret(*method, secret))
            }
            Credentials::Assertion { client_id, jwt } => {
                let assertion = UnverifiedAssertion::decode(jwt).map_err(not_proven)?;
                let subject = assertion.claimed_client();
                if client_id.as_ref().is_some_and(|named| named != subject) {
                    return Err(TokenError::ClientAuthentication); // BIS-5
                }
                (Cow::Owned(subject.clone()), Proof::Assertion(assertion))
            }
        };
        Ok(Self { client_id, proof, network })
    }

    /// The client that is claimed.
    pub(super) fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Proves the claim as far as this client has to. Answers the thumbprint of the key, if one was used.
    pub(super) async fn prove(
        self,
        deps: &Deps,
        whose: Whose<'_>,
    ) -> Result<Option<Box<str>>, TokenRefusal> {
        let reach = Reach::Host { person: whose.person, known_good: true };
        let found = client::find(deps, &self.client_id, reach).await;
        if let Ok(Some(found)) = &found {
            version::note_anew(deps, found).await?;
        }
        if let Proof::Secret(method, secret) = self.proof {
            let id = match (&*self.client_id, found) {
                (ClientId::Recorded(id), Ok(Some(found))) => {
                    let presented = (secret, self.network);
                    let key =
                        recorded::by_secret(deps, id, &found.metadata, presented, whose.person);
                    return key.await.map(Some);
                }
                (ClientId::Sealed(id), Ok(Some(_))) => id,
                _ => return Err(TokenError::ClientAuthentication.into()),
            };
            let compare = || deps.sealing.is_secret(id, method, secret);
            return if secret::is_right(deps, id.as_str(), self.network, compare)? {
                Ok(None)
            } else {
                Err(TokenError::ClientAuthentication.into())
            };
        }
        let Proof::Assertion(assertion) = self.proof else {
            if whose.started_by.is_some() {
                return Err(TokenError::ClientAuthentication.into()); // CIMD-K-7: no downgrade
            }
            return match found {
                Ok(Some(found)) if !found.metadata.methods.none => {
                    // CIMD-C-4: a login keeps the version that it began with.
                    match whose.began_with {
                        Some(digest) if began_public(deps, &self.client_id, digest).await? => {
                            Ok(None)
                        }
                        _ => Err(TokenError::ClientAuthentication.into()),
                    }
                }
                // No host that fails: what cannot come in any more is not excused from its secret.
                Err(Refusal::Client {
                    why:
                        ClientRefusal::Unknown
                        | ClientRefusal::Deleted
                        | ClientRefusal::RedirectUris
                        | ClientRefusal::NotTheirs
                        | ClientRefusal::OwnerDisabled,
                    ..
                }) => Err(TokenError::UnknownClient.into()),
                Err(Refusal::Unavailable(why)) => Err(why.into()),
                // The host fails now: what the login began with, or the installation, says whether keys are needed.
                Err(_) => match whose.began_with {
                    Some(digest) if !began_public(deps, &self.client_id, digest).await? => {
                        Err(TokenError::ClientAuthentication.into())
                    }
                    _ => Ok(None),
                },
                Ok(_) => Ok(None),
            };
        };
        let client = found.ok().flatten().ok_or(TokenError::UnknownClient)?.metadata;
        if !client.methods.private_key_jwt {
            return Err(TokenError::ClientAuthentication.into());
        }
        if let Keys::At(url) = &client.keys
            && Terms::read(whose.grant)?.refuse_keys_at(url)
        {
            tracing::info!(
                url,
                "a client's keys are at a host that the rule of its login does not list"
            );
            return Err(TokenError::ClientAuthentication.into());
        }
        let source = Source::User(*whose.person.as_bytes());
        verified(deps, assertion, (&client.keys, source)).await.map(Some)
    }

    /// Proves the claim of a service, which has to in any case. It is in force, so its keys may be fetched; no person is there in whose name (DESIGN 4.5).
    pub(super) async fn prove_service(
        self,
        deps: &Deps,
        service: &InForce,
    ) -> Result<ServiceProof, TokenRefusal> {
        match (self.proof, service.metadata.authentication()) {
            // Which of the two ways a secret comes in is no matter, as for all clients on record.
            (Proof::Secret(_, secret), ServiceAuthentication::Secret(_)) => {
                let secret =
                    recorded::find_secret(deps, service.id.as_str(), (secret, self.network))
                        .await?;
                deps.usage.note_secret(secret.id, deps.now());
                Ok(ServiceProof::Secret(secret))
            }
            (Proof::Assertion(assertion), ServiceAuthentication::Keys(keys)) => {
                verified(deps, assertion, (keys, Source::Itself)).await.map(ServiceProof::Key)
            }
            _ => Err(TokenError::ClientAuthentication.into()),
        }
    }
}

/// What a service has proven itself with.
pub(super) enum ServiceProof {
    /// A secret that lives.
    Secret(ClientSecret),
    /// The key with this thumbprint (RFC 7638).
    Key(Box<str>),
}

/// The thumbprint of the client's key that has signed an assertion, which is spent with that.
async fn verified(
    deps: &Deps,
    assertion: UnverifiedAssertion<'_>,
    (keys, source): (&Keys, Source),
) -> Result<Box<str>, TokenRefusal> {
    let named = (assertion.claimed_client(), assertion.claimed_key_id());
    let keys = key_set(deps, named, (keys, source)).await?;
    let now = deps.now();
    let proven = assertion.verify(&keys, &deps.settings.issuer, now).map_err(not_proven)?;
    // Until it has ended even by the slowest clock that we believe.
    let until = proven.expires_at.plus_seconds(salver_jose::SKEW_SECONDS + 1);
    let spent = deps.secrets.digest(&format!("{} {}", proven.client_id, proven.id));
    match deps.store.spend_assertion(spent, until, now).await? {
        Outcome::Applied => Ok(proven.key),
        Outcome::Lost => Err(TokenError::ClientAuthentication.into()),
    }
}

/// Whether a version of a client's document let it do without keys.
async fn began_public(
    deps: &Deps,
    client_id: &ClientId,
    digest: Digest,
) -> Result<bool, StoreError> {
    let then = version::find(deps, client_id, digest).await?;
    Ok(then.is_some_and(|then| then.methods.none))
}

/// The client's keys. If the key that is named is not among them, a set that is a while old is fetched once more: keys rotate.
async fn key_set(
    deps: &Deps,
    (client_id, named): (&ClientId, Option<&str>),
    (keys, source): (&Keys, Source),
) -> Result<KeySet, TokenRefusal> {
    let url = match keys {
        Keys::None => return Err(TokenError::ClientAuthentication.into()),
        Keys::Inline(set) => return Ok(read(set.as_bytes())?),
        Keys::At(url) => url,
    };
    let mut fetched = fetch(deps, url, source).await?;
    if matches!(fetched.freshness, Freshness::Kept { age } if age.as_secs() >= KEYS_LAST_SECONDS) {
        deps.egress.forget(url, KEYS);
        fetched = fetch(deps, url, source).await?;
    }
    let keys = noted(deps, client_id, &fetched).await?;
    let is_old = matches!(fetched.freshness, Freshness::Kept { age } if age.as_secs() >= REFETCH_AFTER_SECONDS);
    if is_old && named.is_some_and(|name| keys.find(name).is_none()) {
        deps.egress.forget(url, KEYS);
        return noted(deps, client_id, &fetch(deps, url, source).await?).await;
    }
    Ok(keys)
}

/// Reads a key set. What was authenticated with keys that the client's host has just taken out of it ends.
async fn noted(
    deps: &Deps,
    client_id: &ClientId,
    fetched: &Fetched,
) -> Result<KeySet, TokenRefusal> {
    let keys = read(&fetched.body)?;
    if fetched.freshness == Freshness::Now {
        let set = String::from_utf8_lossy(&fetched.body);
        let kept = thumbprints(&set).into_iter().map(String::from).collect();
        version::note_keys(deps, client_id, kept).await?;
    }
    Ok(keys)
}

async fn fetch(deps: &Deps, url: &str, source: Source) -> Result<Fetched, TokenError> {
    let fetch = Fetch {
        url,
        chosen_by: ChosenBy::Stranger,
        purpose: KEYS,
        source,
        // Keys are never served stale, however good they were (DESIGN 4.5).
        standing: Standing::FirstSight,
        limit: KEY_SET_BYTES,
        accept: "application/jwk-set+json, application/json",
        check: Check::new(is_key_set),
    };
    deps.egress.fetch(fetch).await.map_err(|error| {
        tracing::info!(url, %error, "a client's keys could not be fetched");
        TokenError::ClientAuthentication
    })
}

fn is_key_set(candidate: &Candidate<'_>) -> bool {
    KeySet::parse(candidate.body).is_ok()
}

fn read(set: &[u8]) -> Result<KeySet, TokenError> {
    KeySet::parse(set).map_err(|error| {
        tracing::info!(%error, "a client's keys cannot be used");
        TokenError::ClientAuthentication
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn not_proven(error: AssertionError) -> TokenError {
    if !matches!(error, AssertionError::Token(JoseError::Malformed)) {
        tracing::info!(%error, "a client's assertion proves nothing");
    }
    TokenError::ClientAuthentication
}
