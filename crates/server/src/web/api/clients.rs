//! `/api/clients`: the same as `salver admin client`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    super::{App, token::authorization},
    answer::{Refusal, answered},
};
use crate::flow::api::{
    Program,
    clients::{self, Verb},
    recognise,
};

pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> Response {
    let work = async {
        recognise(app.deps(), authorization(&headers)).await?;
        Ok(clients::list(app.deps()).await?)
    };
    answered(&app, StatusCode::OK, work.await)
}

pub(super) async fn show(
    State(app): State<App>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let work = async {
        let program = recognise(app.deps(), authorization(&headers)).await?;
        Ok(clients::show(app.deps(), &program, &client_id).await?)
    };
    answered(&app, StatusCode::OK, work.await)
}

pub(super) async fn create(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    let work = async {
        let program = changer(&app, &headers).await?;
        Ok(clients::create(app.deps(), &program, read(&body)?).await?)
    };
    answered(&app, StatusCode::CREATED, work.await)
}

pub(super) async fn approve(
    state: State<App>,
    client_id: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&state, (&client_id, Verb::Approve), &headers, &body).await
}

pub(super) async fn suspend(
    state: State<App>,
    client_id: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&state, (&client_id, Verb::Suspend), &headers, &body).await
}

pub(super) async fn resume(
    state: State<App>,
    client_id: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&state, (&client_id, Verb::Resume), &headers, &body).await
}

pub(super) async fn delete(
    state: State<App>,
    client_id: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&state, (&client_id, Verb::Delete), &headers, &body).await
}

async fn change(
    app: &App,
    (client_id, verb): (&str, Verb),
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let work = async {
        let program = changer(app, headers).await?;
        let deed = read_or_default(body)?;
        Ok(clients::change(app.deps(), &program, (client_id, verb), deed).await?)
    };
    answered(app, StatusCode::OK, work.await)
}

pub(super) async fn rotate(
    State(app): State<App>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let work = async {
        let program = changer(&app, &headers).await?;
        let new = read_or_default(&body)?;
        Ok::<Value, Refusal>(clients::rotate(app.deps(), &program, &client_id, new).await?)
    };
    answered(&app, StatusCode::CREATED, work.await)
}

/// The program, if it may change something.
async fn changer(app: &App, headers: &HeaderMap) -> Result<Program, Refusal> {
    let program = recognise(app.deps(), authorization(headers)).await?;
    program.may_change()?;
    Ok(program)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let strict =
        salver_oauth::json::parse(body).map_err(|error| Refusal::Body(error.to_string()))?;
    serde_json::from_value(strict).map_err(|error| Refusal::Body(error.to_string()))
}

/// An empty body says nothing more.
fn read_or_default<T: Default + DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    if body.is_empty() { Ok(T::default()) } else { read(body) }
}
