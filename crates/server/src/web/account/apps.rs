//! `GET` and `POST /account/apps`: Connected apps.

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use salver_policy::{application, visit::Method};
use url::Url;

use super::{home, own_form::OwnForm, refusal, sign_in};
use crate::{
    flow::{
        SignedIn,
        account::{
            AccountDeps,
            apps::{
                ApplicationOverview, Disconnected, Grant, Installation, disconnect, list, rung,
            },
        },
        logo,
    },
    form_token::{Holder, Purpose},
    pages::{
        Application, AppsPage, Connection, FormAction, HostName, InstallationLine, MethodBadge,
        Opener, Proven, Receipt, Recipient, Tile, Untrusted, When, page,
    },
};

/// Lists what was let in.
pub(super) async fn get(State(account): State<AccountDeps>, headers: HeaderMap) -> Response {
    match account.signed_in(&headers).await {
        Ok(Some(person)) => show(&account, person, None).await,
        Ok(None) => sign_in::first(&account, "/account/apps"),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

/// Disconnects one application, and lists what is left.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    headers: HeaderMap,
    form: OwnForm,
) -> Response {
    let person = match account.signed_in(&headers).await {
        Ok(Some(person)) => person,
        Ok(None) => return sign_in::first(&account, "/account/apps"),
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let (application, token) = (form.field("application"), form.field("form_token"));
    let receipt = match disconnect(&account, &person.session, &application, &token).await {
        Ok(Disconnected::Ended { label, grants }) => match Untrusted::name(&label) {
            Some(name) => Receipt::Ended { name, connections: grants },
            None => Receipt::NothingLeft,
        },
        Ok(Disconnected::Nothing) => Receipt::NothingLeft,
        Ok(Disconnected::StaleForm) => return refusal::stale_form(&account),
        Err(error) => return refusal::unavailable(&account, &error),
    };
    show(&account, person, Some(receipt)).await
}

async fn show(account: &AccountDeps, person: SignedIn, receipt: Option<Receipt>) -> Response {
    let applications = match list(account, person.user.id).await {
        Ok(applications) => applications,
        Err(error) => return refusal::unavailable(account, &error),
    };
    let apps = AppsPage {
        site: &account.site,
        form_token: account.issue(Purpose::Disconnect, &Holder::Session(person.session.token)),
        account: home::shown(account, person),
        receipt,
        applications: applications
            .iter()
            .filter_map(|overview| application(account, overview))
            .collect(),
    };
    page(StatusCode::OK, &apps, &FormAction::Own, Opener::Severed)
}

/// Nothing if not even its id can be shown, which does not happen: an id is 22 letters.
fn application(account: &AccountDeps, overview: &ApplicationOverview) -> Option<Application> {
    let id = overview.id.to_string();
    let logo = logo::at_hand(&account.deps, overview.grants.iter().map(|(grant, _)| grant));
    Some(Application {
        tile: Tile::with_logo(&account.site.base, logo, &overview.label),
        name: Untrusted::name(&overview.label).or_else(|| Untrusted::name(&id))?,
        connections: overview
            .grants
            .iter()
            .filter_map(|(grant, copies)| connection(account, overview, (grant, copies)))
            .collect(),
        id,
    })
}

fn connection(
    account: &AccountDeps,
    overview: &ApplicationOverview,
    (grant, copies): (&Grant, &[Installation]),
) -> Option<Connection> {
    let method = application::method_of(&grant.fingerprint).unwrap_or(Method::Dynamic);
    let url = Url::parse(&grant.client_id).ok().filter(|url| url.scheme() == "https");
    let resource = account.deps.settings.resources.find(&grant.resource);
    let sentence = |scope| resource.map_or(scope, |resource| resource.sentence(scope)).to_owned();
    let copy = |copy: &Installation| InstallationLine {
        since: When::at(copy.created_at),
        last_used: When::at(copy.last_used_at),
    };
    Some(Connection {
        host: url.and_then(|url| HostName::of_url(&url)),
        client_id: Untrusted::identifier(&grant.client_id)?,
        method: MethodBadge(method),
        proven: Proven { method, rung: rung(grant) },
        stranger: is_stranger(overview, grant, method),
        resource: resource.map_or(&*grant.resource, |resource| &resource.name).to_owned(),
        permissions: grant.scope.iter().map(sentence).collect(),
        recipient: Recipient::of_class(&grant.recipient),
        since: When::at(grant.created_at),
        held: grant.held_at.is_some(),
        installations: copies.iter().map(copy).collect(),
    })
}

/// DESIGN 4.4: whoever sends the same metadata has the same `client_id`, so no binding says who it is that registered, unless a trusted issuer has signed for it.
/// Alone under its own fingerprint it poses as nobody.
fn is_stranger(overview: &ApplicationOverview, grant: &Grant, method: Method) -> bool {
    let by_itself = overview.key == grant.fingerprint
        && overview.grants.iter().all(|(other, _)| other.fingerprint == grant.fingerprint);
    let nobody_signed = !application::is_stated(&grant.fingerprint);
    let says_itself = matches!(method, Method::Dynamic | Method::LocalDevelopment);
    says_itself && nobody_signed && !by_itself
}
