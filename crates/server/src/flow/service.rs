//! Which service is this, is it in force, and is it banned? (SPEC 2.5; decision 11.)
//!
//! A service acts for itself: nobody signs in, nobody is asked, and nothing is written when it gets a token. So rules about logins do not judge it; an
//! administrator has, when they entered it, and bans do at each token. What it gets hangs below the stem of its registration, which is exchanged when all of
//! that is to end.

use salver_oauth::{
    GrantId, Timestamp,
    client::{
        change::thumbprints,
        metadata::Keys,
        service::{Service, ServiceAuthentication, ServiceId},
    },
    token::error::TokenError,
};
use salver_policy::{
    application::of_client_id,
    ban::{BanFacts, Bans},
};
use salver_store::{
    Outcome, Store, StoreError,
    record::{ClientState, RecordedClient, RenewStem, RevocationReason},
};

use super::{application::Bindings, token::TokenRefusal};
use crate::{
    chance::{Chance, random},
    deps::Deps,
};

/// A service that may get tokens now, as far as it proves itself.
pub struct InForce {
    /// Its `client_id`.
    pub id: ServiceId,
    /// What its metadata say.
    pub metadata: Service,
    /// What its tokens hang below.
    pub stem: GrantId,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// What makes it one client.
    pub fingerprint: String,
}

/// The service of this identifier.
///
/// # Errors
/// [`TokenError`] if there is none in force, or the store fails.
pub async fn find(deps: &Deps, id: ServiceId) -> Result<InForce, TokenRefusal> {
    let client = deps.store.find_recorded_client(id.as_str()).await?;
    let client = client.filter(|client| client.content.state != ClientState::Deleted);
    let client = client.ok_or(TokenError::UnknownClient)?;
    Ok(in_force(id, &client, deps.now()).ok_or(TokenError::NotInForce)?)
}

fn in_force(id: ServiceId, client: &RecordedClient, now: Timestamp) -> Option<InForce> {
    let written = client.content.usable(now)?;
    let metadata = Service::parse(written.as_bytes()).inspect_err(|error| {
        tracing::error!(%error, client_id = id.as_str(), "a service on record breaks a rule");
    });
    Some(InForce {
        id,
        metadata: metadata.ok()?,
        stem: client.content.stem,
        expires_at: client.content.expires_at,
        fingerprint: of_client_id(&id.client_id())?,
    })
}

impl InForce {
    /// DESIGN 4.8: whom a ban shuts out is told that it is unknown. The key is the one that it has proven.
    ///
    /// # Errors
    /// [`TokenError::UnknownClient`].
    pub fn refuse_banned(&self, deps: &Deps, key: Option<&str>) -> Result<(), TokenError> {
        let bans = deps.bans.get();
        match self.banned_by(&bans.bans, &bans.bindings, (key, deps.now())) {
            None => Ok(()),
            Some(ban) => {
                let client_id = self.id.as_str();
                tracing::info!(ban, client_id, "a banned service asked for a token");
                Err(TokenError::UnknownClient)
            }
        }
    }

    fn banned_by(
        &self,
        bans: &Bans,
        bindings: &Bindings,
        (key, now): (Option<&str>, Timestamp),
    ) -> Option<i64> {
        if bans.all().is_empty() {
            return None;
        }
        let mut keys = match self.metadata.authentication() {
            ServiceAuthentication::Keys(Keys::Inline(set)) => thumbprints(set),
            ServiceAuthentication::Keys(_) | ServiceAuthentication::Secret(_) => Vec::new(),
        };
        keys.extend(key.map(Box::from));
        let key_host = match self.metadata.authentication() {
            ServiceAuthentication::Keys(keys) => keys.host(),
            ServiceAuthentication::Secret(_) => None,
        };
        let name = self.metadata.name().unwrap_or_default();
        let facts = BanFacts::of_grant(self.id.as_str(), &self.fingerprint, name, "", &keys)
            .bound_to(bindings.by_administrator(&self.fingerprint))
            .with_keys_from(key_host.as_deref());
        bans.find(&facts, now).map(|ban| ban.number)
    }
}

/// The services in force that these bans shut out.
///
/// # Errors
/// If the store fails.
pub async fn banned(
    store: &dyn Store,
    bans: &Bans,
    now: Timestamp,
) -> Result<Vec<InForce>, StoreError> {
    let bindings = Bindings::new(&store.list_bindings().await?);
    let clients = store.list_recorded_clients(None).await?;
    let services = clients.iter().filter_map(|client| {
        let id = salver_oauth::client::id::ClientId::parse(&client.client_id).ok()?;
        in_force(ServiceId::of(&id)?, client, now)
    });
    Ok(services
        .filter(|service| service.banned_by(bans, &bindings, (None, now)).is_some())
        .collect())
}

/// Ends what banned services have got; answers of how many. It is done anew whenever bans have changed: a server that had not yet heard of one may have given a token.
///
/// # Errors
/// If the store fails; what was ended before stays so.
pub async fn end_banned(
    store: &dyn Store,
    bans: &Bans,
    (chance, now): (&dyn Chance, Timestamp),
) -> Result<u64, StoreError> {
    let mut ended = 0;
    for service in banned(store, bans, now).await? {
        let renew = RenewStem {
            client_id: service.id.as_str().to_owned(),
            stem: service.stem,
            next: GrantId::from_bytes(random(chance)),
            reason: RevocationReason::Ban,
            now,
        };
        // Who came first has ended it.
        if store.renew_stem(renew).await? == Outcome::Applied {
            ended += 1;
        }
    }
    Ok(ended)
}
