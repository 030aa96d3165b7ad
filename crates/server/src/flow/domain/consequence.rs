//! What follows when a domain is proven, proven no more, or proven again? The history of its client says so, and more as the operator has set it.

use salver_store::{
    Outcome, StoreError,
    record::{ClientContent, ClientState, OwnDocument},
};
use url::Url;

use super::RecordedClient;
use crate::{
    deps::Deps,
    flow::registrar::{Act, Registrar},
    settings::LostDomain,
};

/// A domain of a client is proven no more. [`Outcome::Lost`] if somebody changed it at this very moment: then it is to be told anew.
pub(super) async fn lost(
    deps: &Deps,
    client: &RecordedClient,
    domain: &str,
) -> Result<Outcome, StoreError> {
    let seen = &client.content;
    let is_in = seen.in_force.is_some() && !is_decided(seen.state);
    let setting = deps.settings.developers.lost_domain;
    let suspends = setting == LostDomain::Suspend && is_in;
    let counts = setting != LostDomain::Note;
    let content = ClientContent {
        lost_domain: counts.then(|| domain.to_owned()).or_else(|| seen.lost_domain.clone()),
        state: if suspends { ClientState::Suspended } else { seen.state },
        ..seen.clone()
    };
    change(deps, client, content, (LOST, domain)).await
}

/// A domain of a client is proven. If that was missing, the client stands again as it did; a document below the domain is its own from now on.
pub(super) async fn proven(
    deps: &Deps,
    client: &RecordedClient,
    domain: &str,
) -> Result<Outcome, StoreError> {
    let seen = &client.content;
    let is_missed = seen.lost_domain.as_deref() == Some(domain);
    let claims = seen.document.as_ref().filter(|own| !own.held && covers(domain, &own.url));
    let claims = claims.filter(|_| !is_taken(deps, client));
    if !is_missed && claims.is_none() {
        return Ok(Outcome::Applied);
    }
    let resumes = is_missed && was_suspended_for_it(deps, client).await?;
    let unchanged = seen.in_force.as_ref() == Some(&seen.draft);
    let state = match (resumes, unchanged) {
        (false, _) => seen.state,
        (true, true) => ClientState::Approved,
        (true, false) => ClientState::Draft,
    };
    let claimed = claims.map(|own| OwnDocument { url: own.url.clone(), held: true });
    let content = ClientContent {
        state,
        lost_domain: seen.lost_domain.clone().filter(|_| !is_missed),
        document: claimed.or_else(|| seen.document.clone()),
        ..seen.clone()
    };
    change(deps, client, content, (PROVEN, domain)).await
}

/// Whether the document that a client is to be registered by is held by another one.
pub(super) fn is_taken(deps: &Deps, client: &RecordedClient) -> bool {
    let bans = deps.bans.get();
    let held = client.content.document.as_ref().and_then(|own| bans.documents.find(&own.url));
    held.is_some_and(|held| *held.id != *client.client_id)
}

/// A decision of an administrator stays: only what the loss alone has done is undone.
async fn was_suspended_for_it(deps: &Deps, client: &RecordedClient) -> Result<bool, StoreError> {
    if client.content.state != ClientState::Suspended {
        return Ok(false);
    }
    let events = deps.store.list_client_events(&client.client_id).await?;
    let suspends = |what: &str| [LOST, "suspended"].contains(&what);
    let last = events.iter().rev().find(|one| suspends(&one.event.what));
    Ok(last.is_some_and(|one| one.event.what == LOST))
}

async fn change(
    deps: &Deps,
    client: &RecordedClient,
    content: ClientContent,
    (what, domain): (&str, &str),
) -> Result<Outcome, StoreError> {
    let act = Act { by: "salver", what, note: domain };
    let changed = Registrar::of(deps).change(client, content, act).await?;
    deps.bans.refresh(&*deps.store).await?;
    deps.revocations.refresh(&*deps.store, deps.now()).await?;
    Ok(changed)
}

const fn is_decided(state: ClientState) -> bool {
    matches!(state, ClientState::Suspended | ClientState::Refused | ClientState::Deleted)
}

/// Whether who commands a domain commands the host of this URL.
fn covers(domain: &str, url: &str) -> bool {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

const LOST: &str = "domain_lost";
const PROVEN: &str = "domain_proven";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_commands_a_domain_commands_the_hosts_below_it() {
        for (domain, url, covered) in [
            ("app.example", "https://app.example/c", true),
            ("app.example", "https://a.b.app.example:8443/c", true),
            ("app.example", "https://myapp.example/c", false),
            ("www.app.example", "https://app.example/c", false),
            ("app.example", "https://x.example/app.example", false),
        ] {
            assert_eq!(covers(domain, url), covered, "{domain} {url}");
        }
    }
}
