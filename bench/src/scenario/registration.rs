//! What do clients say when they register? What real ones say, for a few; and any number of made ones.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use super::request;
use crate::fault::Fault;
use crate::load::Connection;

/// Bodies that clients which are about are known to send.
const REAL: [&str; 5] = [
    include_str!("../../../tests/fixtures/registrations/claude-code.json"),
    include_str!("../../../tests/fixtures/registrations/cursor.json"),
    include_str!("../../../tests/fixtures/registrations/gemini-cli.json"),
    include_str!("../../../tests/fixtures/registrations/inspector.json"),
    include_str!("../../../tests/fixtures/registrations/mcp-remote.json"),
];

/// Registers with the next of them.
pub(crate) async fn register(
    connection: &mut Connection,
    authority: &str,
    next: &AtomicUsize,
) -> Result<(), Fault> {
    let place = next.fetch_add(1, Ordering::Relaxed) % REAL.len();
    let body = REAL.get(place).copied().unwrap_or_default();
    post(connection, authority, Bytes::from_static(body.as_bytes())).await
}

/// Registers with this body.
pub(crate) async fn post(
    connection: &mut Connection,
    authority: &str,
    body: Bytes,
) -> Result<(), Fault> {
    post_to(connection, (authority, "/register"), body).await
}

/// The same at this path.
pub(crate) async fn post_to(
    connection: &mut Connection,
    (authority, path): (&str, &str),
    body: Bytes,
) -> Result<(), Fault> {
    let asked = request::json(request::to(authority, path), body)?;
    let answer = connection.ask(asked).await?;
    let answer = request::expect("registration", StatusCode::CREATED, answer)?;
    request::member(&answer, "client_id").map(drop)
}

/// The body of a client that nobody has made.
pub(crate) fn made(number: u32) -> Bytes {
    let body = json!({
        "client_name": format!("Client {number}"),
        "redirect_uris": [format!("http://127.0.0.1/callback/{number}")],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    Bytes::from(body.to_string())
}
