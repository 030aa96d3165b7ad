//! Is the client at the token endpoint, or the one that pushes a request, who it says it is? (SPEC 3.6 and 4.2, OAuth 2.1 §2.4.)
//!
//! First the claim is read; then the caller looks for the code or installation that names this client; only then is anything proven, since
//! that may need a fetch (DESIGN 4.5). Who once proved itself must do so again (CIMD-K-7).

mod attestation;
mod keys;
mod whose;

use std::{borrow::Cow, slice};

use salver_egress::Source;
use salver_jose::{AssertionError, KeySet, TokenError as JoseError, UnverifiedAssertion};
use salver_oauth::{
    client::{
        id::ClientId,
        metadata::{Keys, Metadata, SecretMethod},
        recorded::{Purpose as Recorded, RecordedId},
        service::ServiceAuthentication,
    },
    token::{error::TokenError, request::Credentials},
};
use salver_policy::evidence::{Evidence, EvidenceKind};
use salver_store::{
    Outcome, StoreError,
    record::{ClientSecret, Digest, secret_key},
};

use super::{
    client::{self, Found, Reach},
    own_key, recorded,
    refusal::{ClientRefusal, Refusal},
    secret::{self, Place},
    service::InForce,
    token::{RawRequest, TokenRefusal, refuse_banned},
    version,
};
use crate::{deps::Deps, network::Network, pushed::Proven};

use attestation::Presented;
pub use keys::KEYS;
pub(super) use keys::have_at_hand;
use keys::{can_prove, key_set};
pub(super) use whose::Whose;

/// Who a request claims to come from.
pub(super) struct Claimed<'r> {
    client_id: Cow<'r, ClientId>,
    proof: Proof<'r>,
    /// On the heap: few requests bring one.
    attestation: Option<Box<Presented<'r>>>,
    network: Network,
}

/// What was proven at the token endpoint.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct ProvenNow {
    /// The key or secret that the client authenticated with, in the words of an installation's `client_key`, if it is on record.
    pub(super) client_key: Option<Box<str>>,
    /// The attested key of the installation.
    pub(super) instance_key: Option<Box<str>>,
}

/// How it means to prove that.
enum Proof<'r> {
    None,
    Secret(SecretMethod, &'r str),
    Assertion(UnverifiedAssertion<'r>),
}

impl<'r> Claimed<'r> {
    /// Reads the claim of a request; nothing is believed.
    pub(super) fn read(
        credentials: &'r Credentials,
        raw: &RawRequest<'r>,
    ) -> Result<Self, TokenError> {
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
        let attestation = Presented::read(raw.attestation, &client_id)?.map(Box::new);
        Ok(Self { client_id, proof, attestation, network: raw.network })
    }

    /// The client that is claimed.
    pub(super) fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Proves the claim as far as this client has to.
    pub(super) async fn prove(
        mut self,
        deps: &Deps,
        whose: Whose<'_>,
    ) -> Result<ProvenNow, TokenRefusal> {
        let reach = Reach::Host { person: whose.person, known_good: true };
        let found = client::find(deps, &self.client_id, reach).await;
        if let Ok(Some(found)) = &found {
            version::note_anew(deps, found).await?;
        }
        let attested = match self.attestation.take() {
            None => None,
            Some(presented) => {
                let found = found.as_ref().ok().and_then(Option::as_ref);
                let found = found.ok_or(TokenError::UnknownClient)?;
                whose.check_keys(&found.metadata.keys)?;
                let source = Some(Source::User(*whose.person.as_bytes()));
                let attested = Box::pin(presented.verify(deps, found, source)).await?;
                refuse_banned(deps, whose.grant, slice::from_ref(&attested.signed_with))?;
                Some(attested)
            }
        };
        whose.check_instance(attested.as_ref()).map_err(TokenError::from)?;
        // CIMD-K-7: who began with another proof alone goes on with that.
        let began_otherwise = whose.started_by.is_some() && whose.instance.is_none();
        let client_key = match (&self.proof, &attested, &found) {
            (Proof::None, Some(attested), Ok(Some(found)))
                if may_be_attested(found) && !began_otherwise =>
            {
                // An installation that was started without a key stays so.
                let is_keyed = whose.began_with.is_some() || whose.started_by.is_some();
                attested.own_key().filter(|_| is_keyed)
            }
            _ => Box::pin(self.prove_client(deps, &whose, found)).await?,
        };
        Ok(ProvenNow { client_key, instance_key: attested.map(|attested| attested.key) })
    }

    /// The same but for the attestation. Answers the key that was used, if one was.
    async fn prove_client(
        self,
        deps: &Deps,
        whose: &Whose<'_>,
        found: Result<Option<Found>, Refusal>,
    ) -> Result<Option<Box<str>>, TokenRefusal> {
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
            let place = (self.network, Place::WithToken);
            return if secret::is_right(deps, id.as_str(), place, compare)? {
                Ok(None)
            } else {
                Err(TokenError::ClientAuthentication.into())
            };
        }
        let Proof::Assertion(assertion) = self.proof else {
            return without_proof(deps, (&self.client_id, found), whose).await.map(|()| None);
        };
        let client = found.ok().flatten().ok_or(TokenError::UnknownClient)?.metadata;
        if let Some(id) = has_own_keys(&client) {
            return Box::pin(own_key::by_key(deps, id, assertion, whose.grant)).await.map(Some);
        }
        if !client.methods.private_key_jwt {
            return Err(TokenError::ClientAuthentication.into());
        }
        whose.check_keys(&client.keys)?;
        let source = Some(Source::User(*whose.person.as_bytes()));
        let key = verified(deps, assertion, (&client.keys, source)).await?;
        refuse_banned(deps, whose.grant, slice::from_ref(&key))?;
        Ok(Some(key))
    }

    /// Proves the claim as far as this client has to when it pushes a request: no person and no grant are there yet. Nothing is asked of a host unless `source`
    /// says on whose account (DESIGN 4.5); a client whose document or keys are not at hand, and that proves nothing, is judged once somebody has signed in.
    pub(super) async fn prove_at_push(
        mut self,
        deps: &Deps,
        found: Option<&Found>,
        source: Option<Source>,
    ) -> Result<Proven, TokenRefusal> {
        let Some(presented) = self.attestation.take() else {
            return self.prove_client_at_push(deps, found, source).await;
        };
        let found = found.ok_or(TokenError::KeysNotAtHand)?;
        let attested = Box::pin(presented.verify(deps, found, source)).await?;
        let proven = match self.proof {
            Proof::None if may_be_attested(found) => {
                Proven { client: true, client_key: attested.own_key(), ..Proven::default() }
            }
            _ => self.prove_client_at_push(deps, Some(found), source).await?,
        };
        let evidence = proven.evidence.union(attested.evidence);
        let (instance_key, attested_by) = (Some(attested.key), attested.attester);
        Ok(Proven { instance_key, attested_by, evidence, ..proven })
    }

    async fn prove_client_at_push(
        self,
        deps: &Deps,
        found: Option<&Found>,
        source: Option<Source>,
    ) -> Result<Proven, TokenRefusal> {
        let client = found.map(|found| &*found.metadata);
        let own_keys = client.and_then(has_own_keys);
        match (self.proof, client) {
            (Proof::Assertion(assertion), Some(_)) if let Some(id) = own_keys => {
                let client_key = Some(own_key::at_push(deps, id, assertion).await?);
                Ok(Proven { client: true, client_key, ..Proven::default() })
            }
            (Proof::None, Some(client))
                if !client.methods.none && can_prove(deps, client, source) =>
            {
                Err(TokenError::ClientAuthentication.into())
            }
            (Proof::None, _) => Ok(Proven::default()),
            (Proof::Secret(method, secret), Some(client)) => match &client.client_id {
                ClientId::Recorded(id) if client.methods.client_secret().is_some() => {
                    let presented = (secret, (self.network, Place::Push));
                    let secret = recorded::find_secret(deps, id.as_str(), presented).await?;
                    deps.usage.note_secret(secret.id, deps.now());
                    let client_key = Some(secret_key(secret.id).into());
                    Ok(Proven { client: true, client_key, ..Proven::default() })
                }
                ClientId::Sealed(id) => {
                    let compare = || deps.sealing.is_secret(id, method, secret);
                    let place = (self.network, Place::Push);
                    if secret::is_right(deps, id.as_str(), place, compare)? {
                        Ok(Proven { client: true, ..Proven::default() })
                    } else {
                        Err(TokenError::ClientAuthentication.into())
                    }
                }
                _ => Err(TokenError::ClientAuthentication.into()),
            },
            (Proof::Assertion(assertion), Some(client)) if client.methods.private_key_jwt => {
                let client_key = verified(deps, assertion, (&client.keys, source)).await?;
                let evidence = Evidence::NONE.with(EvidenceKind::PublisherKeys);
                let client_key = Some(client_key);
                Ok(Proven { client: true, client_key, evidence, ..Proven::default() })
            }
            (Proof::Assertion(_), None) => Err(TokenError::KeysNotAtHand.into()),
            (Proof::Secret(..) | Proof::Assertion(_), _) => {
                Err(TokenError::ClientAuthentication.into())
            }
        }
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
                let presented = (secret, (self.network, Place::WithToken));
                let secret = recorded::find_secret(deps, service.id.as_str(), presented).await?;
                deps.usage.note_secret(secret.id, deps.now());
                Ok(ServiceProof::Secret(secret))
            }
            (Proof::Assertion(assertion), ServiceAuthentication::Keys(keys)) => {
                verified(deps, assertion, (keys, Some(Source::Itself))).await.map(ServiceProof::Key)
            }
            _ => Err(TokenError::ClientAuthentication.into()),
        }
    }
}

/// The id of a client of which each person has a key, or a secret, of their own.
fn has_own_keys(client: &Metadata) -> Option<&RecordedId> {
    match &client.client_id {
        ClientId::Recorded(id) if id.purpose() == Recorded::Personal => {
            client.methods.client_secret().map(|_| id)
        }
        _ => None,
    }
}

/// Whether a client may do without any proof.
async fn without_proof(
    deps: &Deps,
    (client_id, found): (&ClientId, Result<Option<Found>, Refusal>),
    whose: &Whose<'_>,
) -> Result<(), TokenRefusal> {
    if whose.started_by.is_some() {
        return Err(TokenError::ClientAuthentication.into()); // CIMD-K-7: no downgrade
    }
    match found {
        Ok(Some(found)) if !found.metadata.methods.none => {
            // CIMD-C-4: a login keeps the version that it began with.
            match whose.began_with {
                Some(digest) if began_public(deps, client_id, digest).await? => Ok(()),
                _ => Err(TokenError::ClientAuthentication.into()),
            }
        }
        // No host that fails: what cannot come in any more is not excused from its secret.
        Err(Refusal::Client {
            why:
                ClientRefusal::Unknown
                | ClientRefusal::NotInForce(_)
                | ClientRefusal::Deleted
                | ClientRefusal::RedirectUris
                | ClientRefusal::NotVouched
                | ClientRefusal::NotTheirs
                | ClientRefusal::OwnerDisabled,
            ..
        }) => Err(TokenError::UnknownClient.into()),
        Err(Refusal::Unavailable(why)) => Err(why.into()),
        // The host fails now: what the login began with, or the installation, says whether keys are needed.
        Err(_) => match whose.began_with {
            Some(digest) if !began_public(deps, client_id, digest).await? => {
                Err(TokenError::ClientAuthentication.into())
            }
            _ => Ok(()),
        },
        Ok(_) => Ok(()),
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
    (keys, source): (&Keys, Option<Source>),
) -> Result<Box<str>, TokenRefusal> {
    let named = (assertion.claimed_client(), assertion.claimed_key_id());
    let keys = key_set(deps, named, (keys, source)).await?;
    proven(deps, assertion, &keys).await
}

/// The same where the keys are at hand.
pub(super) async fn proven(
    deps: &Deps,
    assertion: UnverifiedAssertion<'_>,
    keys: &KeySet,
) -> Result<Box<str>, TokenRefusal> {
    let now = deps.now();
    let proven = assertion.verify(keys, &deps.settings.issuer, now).map_err(not_proven)?;
    // Until it has ended even by the slowest clock that we believe.
    let until = proven.expires_at.plus_seconds(salver_jose::SKEW_SECONDS + 1);
    let spent = deps.secrets.digest(&format!("{} {}", proven.client_id, proven.id));
    match deps.store.spend_assertion(spent, until, now).await? {
        Outcome::Applied => Ok(proven.key),
        Outcome::Lost => Err(TokenError::ClientAuthentication.into()),
    }
}

/// Whether an attested installation needs no other way of authentication: the client has none, or names this one.
fn may_be_attested(found: &Found) -> bool {
    found.metadata.methods.attestation || found.metadata.methods.none
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

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn not_proven(error: AssertionError) -> TokenError {
    if !matches!(error, AssertionError::Token(JoseError::Malformed)) {
        tracing::info!(%error, "a client's assertion proves nothing");
    }
    TokenError::ClientAuthentication
}
