//! `GET /account/clients/{id}`: all about one client, for its owner or for whom it is shared with.

use axum::{extract::State, response::Response};
use http::StatusCode;
use salver_oauth::{
    client::{metadata::Keys, redirect_uri::RedirectUri},
    registration::Authentication,
};

use super::{gate::OfClient, lines};
use crate::{
    flow::{
        SignedIn,
        account::{
            AccountDeps,
            clients::{
                Problem, StoreError, Usable,
                fields::{Fault, Fields},
                list::{Use, owner, uses},
                secrets::live,
            },
        },
    },
    pages::{
        FormAction, Opener, When,
        own_clients::{ClientFields, Notice, OwnClientPage, OwnersView, ProvesItself, UseLine},
        page,
    },
    web::account::{home, refusal},
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    OfClient(person, client): OfClient,
) -> Response {
    show(&account, person, &client, (None, None)).await
}

/// Shows it, with what was not done, or with what was typed and is wrong.
pub(super) async fn show(
    account: &AccountDeps,
    person: SignedIn,
    client: &Usable,
    (notice, again): (Option<Notice>, Option<(Fields, Vec<Fault>)>),
) -> Response {
    let status = match (notice, &again) {
        (None, None) => StatusCode::OK,
        (Some(Notice::Meanwhile | Notice::Problem(Problem::SentBefore)), _) => StatusCode::CONFLICT,
        _ => StatusCode::BAD_REQUEST,
    };
    match gathered(account, person, client, (notice, again)).await {
        Ok(Some(shown)) => page(status, &shown, &FormAction::Own, Opener::Severed),
        Ok(None) => refusal::unavailable(account, &"a client without a name to show"),
        Err(error) => refusal::unavailable(account, &error),
    }
}

async fn gathered<'a>(
    account: &'a AccountDeps,
    person: SignedIn,
    client: &Usable,
    (notice, again): (Option<Notice>, Option<(Fields, Vec<Fault>)>),
) -> Result<Option<OwnClientPage<'a>>, StoreError> {
    let live = live(account, client, Some(&person)).await?;
    let (keys, secrets): (Vec<_>, Vec<_>) = live.iter().partition(|one| one.key.is_some());
    let owners = if client.own { Some(view(account, &person, client, again).await?) } else { None };
    let Some(name) = lines::name(client) else {
        return Ok(None);
    };
    let (content, proves) = (&client.client.content, lines::proves(client));
    let scope = client.written.claims().scope.as_ref();
    Ok(Some(OwnClientPage {
        site: &account.site,
        form_token: account.own_client_form(&person),
        nonce: account.form_nonce(),
        id: client.client.client_id.clone(),
        name,
        app: lines::app(client),
        made: When::at(client.client.created_at),
        ends: content.expires_at.map(When::at),
        out: lines::out(account, client),
        proves,
        redirect_uris: lines::redirect_uris(client),
        server: client.resource.as_deref().map(|id| lines::server(account, id)),
        scopes: scope.map(|scope| scope.iter().map(str::to_owned).collect()).unwrap_or_default(),
        remarks: lines::remarks(account, client),
        secrets: secrets.into_iter().filter_map(lines::secret).collect(),
        keys: keys.into_iter().filter_map(lines::secret).collect(),
        snippets: if proves == ProvesItself::Not {
            lines::how(account, client, None)
        } else {
            Vec::new()
        },
        owner: owner(&account.deps, client).await?,
        owners,
        notice,
        account: home::shown(account, person),
    }))
}

async fn view(
    account: &AccountDeps,
    person: &SignedIn,
    client: &Usable,
    again: Option<(Fields, Vec<Fault>)>,
) -> Result<OwnersView, StoreError> {
    let used = uses(account, client).await?;
    let (fields, faults) = again.unwrap_or_else(|| (fields(client), Vec::new()));
    Ok(OwnersView {
        revision: client.client.revision,
        shared_with: lines::shared_with(client),
        groups: person.user.groups.iter().map(ToString::to_string).collect(),
        uses: used.iter().map(|one| use_line(one, person)).collect(),
        fields: ClientFields {
            name: fields.name,
            redirect_uris: fields.redirect_uris,
            method: fields.method,
            keys: fields.keys,
            servers: lines::servers(account, &fields.resource),
            scopes: lines::scopes(account, |scope| fields.scopes.iter().any(|one| one == scope)),
            faults,
        },
    })
}

fn use_line(used: &Use, person: &SignedIn) -> UseLine {
    UseLine {
        username: used.username.clone(),
        secrets: used.secrets.iter().filter_map(lines::secret).collect(),
        connections: used.connections,
        last_used: used.last_used_at.map(When::at),
        own: used.username == person.user.username,
    }
}

/// What stands in the fields that describe a client as it is.
pub(super) fn fields(client: &Usable) -> Fields {
    let written = &client.written;
    let uris: Vec<_> = written.redirect_uris().iter().map(RedirectUri::as_str).collect();
    let (method, keys) = match written.authentication() {
        Authentication::None => ("none", ""),
        Authentication::Secret(..) => ("secret", ""),
        Authentication::PrivateKeyJwt(Keys::Inline(keys) | Keys::At(keys)) => ("keys", &**keys),
        Authentication::PrivateKeyJwt(Keys::None) | Authentication::Attestation(_) => ("keys", ""),
    };
    let scope = written.claims().scope.as_ref();
    Fields {
        app: client.app().unwrap_or_default().to_owned(),
        name: client.name().to_owned(),
        redirect_uris: uris.join("\n"),
        method: method.to_owned(),
        keys: keys.to_owned(),
        resource: client.resource.as_deref().unwrap_or_default().to_owned(),
        scopes: scope.map(|scope| scope.iter().map(str::to_owned).collect()).unwrap_or_default(),
    }
}
