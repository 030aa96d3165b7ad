//! From facts about clients to what stands on their pages.

use salver_oauth::{authorization::check::Offer, registration::Authentication};

use crate::{
    flow::account::{
        AccountDeps,
        clients::{
            ClientSecret, Sharing, Usable,
            list::{resource, told},
        },
    },
    pages::{
        Untrusted, When,
        own_clients::{
            ProvesItself, Remark, ScopeChoices, SecretLine, ServerChoice, SharedWith, Snippet,
            Values, snippets,
        },
    },
};

/// Nothing if not even its id can be shown, which does not happen: it is plain letters.
pub(super) fn name(client: &Usable) -> Option<Untrusted> {
    Untrusted::name(client.name()).or_else(|| Untrusted::name(&client.client.client_id))
}

pub(super) fn app(client: &Usable) -> Option<Untrusted> {
    client.app().and_then(Untrusted::name)
}

/// A secret or a key, by its id where its name cannot be read.
pub(super) fn secret(secret: &ClientSecret) -> Option<SecretLine> {
    let id = secret.id.to_string();
    Some(SecretLine {
        name: Untrusted::name(&secret.name).or_else(|| Untrusted::name(&id))?,
        made: When::at(secret.made_at),
        last_used: secret.last_used_at.map(When::at),
        ends: secret.expires_at.map(When::at),
        is_key: secret.key.is_some(),
        id,
    })
}

pub(super) fn proves(client: &Usable) -> ProvesItself {
    match client.written.authentication() {
        Authentication::None => ProvesItself::Not,
        Authentication::Secret(..) => ProvesItself::Secret,
        Authentication::PrivateKeyJwt(_) | Authentication::Attestation(_) => ProvesItself::Keys,
    }
}

pub(super) fn shared_with(client: &Usable) -> SharedWith {
    match &client.client.content.shared_with {
        None => SharedWith::Nobody,
        Some(Sharing::Group(group)) => SharedWith::Group(group.clone()),
        Some(Sharing::Everybody) => SharedWith::Everybody,
    }
}

/// Whether it lets nobody in now.
pub(super) fn out(account: &AccountDeps, client: &Usable) -> bool {
    client.client.content.usable(account.deps.now()).is_none()
}

pub(super) fn redirect_uris(client: &Usable) -> Vec<Untrusted> {
    let uris = client.written.redirect_uris().iter();
    uris.filter_map(|uri| Untrusted::identifier(uri.as_str())).collect()
}

/// Every scope that there is, server by server.
pub(super) fn scopes(account: &AccountDeps, is_chosen: impl Fn(&str) -> bool) -> Vec<ScopeChoices> {
    let resources = &account.deps.settings.resources;
    let of = |offer: &Offer| {
        let resource = resources.find(offer.resource.as_str())?;
        let line =
            |scope: &str| (scope.to_owned(), resource.sentence(scope).to_owned(), is_chosen(scope));
        let scopes: Vec<_> = offer.known.iter().map(line).collect();
        (!scopes.is_empty()).then(|| ScopeChoices { server: resource.name.clone(), scopes })
    };
    resources.offers().iter().filter_map(of).collect()
}

/// The MCP server of this identifier, by its name if it still is one of ours.
pub(super) fn server(account: &AccountDeps, id: &str) -> String {
    let found = account.deps.settings.resources.find(id);
    found.map_or(id, |resource| &resource.name).to_owned()
}

/// The MCP servers, where there is a choice.
pub(super) fn servers(account: &AccountDeps, chosen: &str) -> Vec<ServerChoice> {
    let resources = &account.deps.settings.resources;
    let of = |offer: &Offer| {
        let resource = resources.find(offer.resource.as_str())?;
        let id = resource.id.as_str().to_owned();
        Some(ServerChoice { chosen: id == chosen, id, name: resource.name.clone() })
    };
    let servers: Vec<_> = resources.offers().iter().filter_map(of).collect();
    if servers.len() > 1 { servers } else { Vec::new() }
}

/// What will be said of a client at its logins.
pub(super) fn remarks(account: &AccountDeps, client: &Usable) -> Vec<Remark> {
    let told = told(&account.deps, client);
    let mut remarks = Vec::new();
    if let Some((name, owner)) = &told.name_of
        && let (Some(protected), Some(owner)) = (Untrusted::name(name), Untrusted::name(owner))
    {
        remarks.push(Remark::NameOf { protected, owner });
    }
    remarks.extend(told.mixed_scripts.then_some(Remark::MixedScripts));
    let uri = |uri: &String| Untrusted::identifier(uri);
    remarks.extend(told.warned.iter().filter_map(uri).map(Remark::Warned));
    remarks.extend(told.reviewed.iter().filter_map(uri).map(Remark::Reviewed));
    remarks
}

/// What to do in the app.
pub(super) fn how(account: &AccountDeps, client: &Usable, secret: Option<&str>) -> Vec<Snippet> {
    let Some(resource) = resource(&account.deps, client) else {
        return Vec::new();
    };
    let values = Values {
        url: resource.id.as_str(),
        server: &resource.name,
        client_id: &client.client.client_id,
        secret,
        redirect_uri: client.written.redirect_uris().first().map_or("", |uri| uri.as_str()),
    };
    snippets(client.app(), &values)
}
