//! What is told of a person's clients: the list, and all about one.

use salver_oauth::{Scope, Timestamp, client::recorded::Purpose};
use salver_policy::{impersonation::NameHit, redirects::RedirectVerdict};
use salver_store::{
    StoreError,
    record::{ClientSecret, ClientUser, RecordedClient},
};

use super::{Usable, secrets::live, usable};
use crate::{
    deps::Deps,
    flow::{SignedIn, account::AccountDeps, recorded::purpose},
    settings::Resource,
};

/// A person's clients.
pub struct Listed {
    /// Their own, each with their secrets that work.
    pub own: Vec<(Usable, Vec<ClientSecret>)>,
    /// Those that others share with them, each with its owner's name.
    pub shared: Vec<(Usable, String)>,
}

/// What policy and catalogue say of a client, before anybody logs in with it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The name belongs to somebody, or looks as if: that name, and whose it is.
    pub name_of: Option<(Box<str>, Box<str>)>,
    /// The name mixes scripts.
    pub mixed_scripts: bool,
    /// Redirect URIs of which people are warned.
    pub warned: Vec<String>,
    /// Redirect URIs that an administrator looks at first.
    pub reviewed: Vec<String>,
}

/// One member's use of a shared client.
#[derive(Clone, Debug)]
pub struct Use {
    /// Their name.
    pub username: String,
    /// Their secrets and keys that work.
    pub secrets: Vec<ClientSecret>,
    /// What runs.
    pub connections: u32,
    /// When it was last seen, or a secret was last used.
    pub last_used_at: Option<Timestamp>,
}

/// Lists them.
///
/// # Errors
/// If the store fails.
pub async fn list(account: &AccountDeps, person: &SignedIn) -> Result<Listed, StoreError> {
    let (store, user) = (&account.deps.store, &person.user);
    let mut own = Vec::new();
    let personal = |client: &RecordedClient| purpose(client) == Some(Purpose::Personal);
    for client in store.list_recorded_clients(Some(user.id)).await?.into_iter().filter(personal) {
        if let Some(client) = usable(client, user.id) {
            let secrets = live(account, &client, Some(person)).await?;
            own.push((client, secrets));
        }
    }
    let mut shared = Vec::new();
    let with_them = store.list_shared_clients(user.id, user.groups.clone()).await?;
    for client in with_them.into_iter().filter(personal) {
        if let Some(client) = usable(client, user.id) {
            let owner = owner(&account.deps, &client).await?;
            shared.push((client, owner));
        }
    }
    Ok(Listed { own, shared })
}

/// The name of a client's owner.
///
/// # Errors
/// If the store fails.
pub async fn owner(deps: &Deps, client: &Usable) -> Result<String, StoreError> {
    let found = match client.client.owner {
        Some(owner) => deps.store.find_user(owner).await?,
        None => None,
    };
    Ok(found.map(|owner| owner.username).unwrap_or_default())
}

/// Who uses a client, by name: whoever has let it in or has a secret.
///
/// # Errors
/// If the store fails.
pub async fn uses(account: &AccountDeps, client: &Usable) -> Result<Vec<Use>, StoreError> {
    let store = &account.deps.store;
    let mut users = store.list_client_users(&client.client.client_id).await?;
    let secrets = live(account, client, None).await?;
    for holder in secrets.iter().filter_map(|secret| secret.holder) {
        if users.iter().all(|one| one.user != holder)
            && let Some(user) = store.find_user(holder).await?
        {
            let (user, username) = (user.id, user.username);
            users.push(ClientUser { user, username, connections: 0, last_used_at: None });
        }
    }
    let of = |one: ClientUser| {
        let theirs = |secret: &&ClientSecret| secret.holder == Some(one.user);
        let secrets: Vec<_> = secrets.iter().filter(theirs).cloned().collect();
        let last = secrets.iter().filter_map(|secret| secret.last_used_at).max();
        Use {
            last_used_at: last.max(one.last_used_at),
            connections: one.connections,
            username: one.username,
            secrets,
        }
    };
    let mut found: Vec<_> = users.into_iter().map(of).collect();
    found.sort_by(|one, other| one.username.cmp(&other.username));
    Ok(found)
}

/// What will be said of a client when somebody logs in with it.
#[must_use]
pub fn told(deps: &Deps, client: &Usable) -> Told {
    let policy = deps.policy.get();
    let hit = policy.protected.name(client.name());
    let redirects = &deps.settings.registration.redirects;
    let uris = client.written.redirect_uris();
    let judged = redirects.judge(uris, &policy.catalogue);
    let with = |verdict| {
        let found = judged.findings.iter().filter(move |one| one.verdict == verdict);
        found.map(|one| one.uri.as_str().to_owned()).collect()
    };
    Told {
        name_of: match hit {
            Some(NameHit::Taken { protected, why: _ }) => {
                Some((protected.name.clone(), protected.owner.clone()))
            }
            Some(NameHit::MixedScripts) | None => None,
        },
        mixed_scripts: matches!(hit, Some(NameHit::MixedScripts)),
        warned: with(RedirectVerdict::Warn),
        reviewed: with(RedirectVerdict::Review),
    }
}

/// The MCP server that a client is set up for: the one that was chosen, else the first at which it may ask for something.
#[must_use]
pub fn resource<'d>(deps: &'d Deps, client: &Usable) -> Option<&'d Resource> {
    let resources = &deps.settings.resources;
    if let Some(chosen) = &client.resource {
        return resources.find(chosen);
    }
    let scope = client.written.claims().scope.as_ref();
    let fits = |known: &Scope| scope.is_none_or(|scope| !scope.intersection(known).is_empty());
    let offers = resources.offers();
    let offer = offers.iter().find(|offer| fits(&offer.known)).or(offers.first())?;
    resources.find(offer.resource.as_str())
}
