//! What is the least that a token of a service costs? It is recognised, and a token is signed.

use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use axum::extract::{RawForm, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;

use super::durable::Key;
use super::handler::{access_token, key_of, no_store, pairs};
use super::{Bare, SERVICE_BASIC};

/// By a secret that is known.
pub(crate) async fn by_secret(
    State(bare): State<Arc<Bare>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let basic = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if basic != Some(SERVICE_BASIC) || !pairs(&form).contains_key("resource") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    token(&bare)
}

/// By an assertion: its signature is verified, and its identifier kept, so that it is good once.
pub(crate) async fn by_key(State(bare): State<Arc<Bare>>, RawForm(form): RawForm) -> Response {
    let form = pairs(&form);
    let spent = form.get("client_assertion").and_then(|compact| verify(&bare, compact));
    let Some((spent, client)) = spent else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    bare.store.swap(None, Some((spent, client))).await;
    token(&bare)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    jti: String,
}

/// What is to be kept of a good one: the end of its identifier, and whose it is.
fn verify(bare: &Bare, compact: &str) -> Option<(Key, Vec<u8>)> {
    let (input, signature) = compact.rsplit_once('.')?;
    let (header, payload) = input.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    let claims: Claims = serde_json::from_slice(&decode(payload)?).ok()?;
    if header.alg != "ES256" {
        return None;
    }
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &bare.client_point);
    key.verify(input.as_bytes(), &decode(signature)?).ok()?;
    let end = claims.jti.get(claims.jti.len().checked_sub(32)?..)?;
    Some((key_of(end), claims.sub.into_bytes()))
}

fn token(bare: &Bare) -> Response {
    let Some(access) = access_token(bare) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let answer = json!({
        "access_token": access, "token_type": "Bearer", "expires_in": 600,
        "scope": "notes:read notes:write",
    });
    no_store(answer.to_string())
}
