//! `GET /account/clients`.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{gate::AsPerson, lines};
use crate::{
    flow::account::{
        AccountDeps,
        clients::{ClientSecret, Usable, list::list},
    },
    pages::{
        FormAction, Opener, Tile, When,
        own_clients::{OwnClientLine, OwnClientsPage, SharedClientLine},
        page,
    },
    web::account::{home, refusal},
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsPerson(person): AsPerson,
) -> Response {
    let listed = match list(&account, &person).await {
        Ok(listed) => listed,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let own = listed.own.iter().filter_map(|(client, secrets)| own(&account, client, secrets));
    let shared = listed.shared.iter().filter_map(|(client, owner)| {
        Some(SharedClientLine {
            id: client.client.client_id.clone(),
            tile: Tile::of(client.name()),
            name: lines::name(client)?,
            owner: owner.clone(),
        })
    });
    let shown = OwnClientsPage {
        site: &account.site,
        own: own.collect(),
        shared: shared.collect(),
        account: home::shown(&account, person),
    };
    page(StatusCode::OK, &shown, &FormAction::Own, Opener::Severed)
}

fn own(account: &AccountDeps, client: &Usable, secrets: &[ClientSecret]) -> Option<OwnClientLine> {
    Some(OwnClientLine {
        id: client.client.client_id.clone(),
        tile: Tile::of(client.name()),
        name: lines::name(client)?,
        app: lines::app(client),
        made: When::at(client.client.created_at),
        ends: client.client.content.expires_at.map(When::at),
        out: lines::out(account, client),
        proves: lines::proves(client),
        secrets: secrets.iter().filter_map(lines::secret).collect(),
        shared_with: lines::shared_with(client),
    })
}
