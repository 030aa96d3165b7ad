//! The bare operations, one handler each.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Query, RawForm, RawQuery, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, LOCATION};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::{Algorithm, Signer as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Bare;
use super::durable::Key;

type Pairs = HashMap<String, String>;

pub(crate) async fn discovery(State(bare): State<Arc<Bare>>) -> Response {
    ([(CONTENT_TYPE, "application/json")], bare.discovery).into_response()
}

pub(crate) async fn introspect(State(bare): State<Arc<Bare>>, RawForm(form): RawForm) -> Response {
    let form = pairs(&form);
    let scope = form.get("token").and_then(|token| bare.tokens.get(token.as_str()));
    let answer = match scope {
        Some(scope) => json!({
            "active": true, "scope": scope, "client_id": "https://app.example/client.json", "token_type": "Bearer",
            "exp": 1_900_000_000, "iat": 1_800_000_000, "sub": "AAAAAAAAAAAAAAAAAAAAAA",
            "aud": "https://mcp.example/mcp", "iss": "https://as.example", "jti": "BBBBBBBBBBBBBBBBBBBBBB",
        }),
        None => json!({"active": false}),
    };
    no_store(answer.to_string())
}

/// Everything is known and allowed: a code is made and kept.
pub(crate) async fn authorize(
    State(bare): State<Arc<Bare>>,
    Query(query): Query<Pairs>,
    request: Request,
) -> Response {
    let (Some(redirect), Some(state)) = (query.get("redirect_uri"), query.get("state")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if !request.headers().contains_key(COOKIE) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(code) = secret() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    bare.store.swap(None, Some((key_of(&code), query_text(&query)))).await;
    let mut back = redirect.clone();
    back.push_str("?code=");
    back.push_str(&code);
    back.push_str("&iss=https%3A%2F%2Fas.example&state=");
    back.extend(url::form_urlencoded::byte_serialize(state.as_bytes()));
    (StatusCode::SEE_OTHER, [(LOCATION, back), (CACHE_CONTROL, "no-store".into())]).into_response()
}

/// A person must be asked: a page.
pub(crate) async fn authorize_page(RawQuery(query): RawQuery) -> Response {
    match asked(query.as_deref()) {
        Some((client, redirect)) => page(&client, &redirect),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// The client's document is fetched and read first.
pub(crate) async fn authorize_cold(
    State(bare): State<Arc<Bare>>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some((client, redirect, url)) = asked_with_url(query.as_deref()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    described(bare.web.fetch(&url).await, &client, &redirect)
}

/// The same over TLS.
pub(crate) async fn authorize_cold_over_tls(
    State(bare): State<Arc<Bare>>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some((client, redirect, url)) = asked_with_url(query.as_deref()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    described(bare.web.fetch_over_tls(&url).await, &client, &redirect)
}

/// What a page needs to know of a client.
#[derive(Deserialize)]
struct Document {
    client_id: String,
    client_name: String,
    redirect_uris: Vec<String>,
}

/// What a client says of itself when it registers, and hears back.
#[derive(Deserialize, Serialize)]
struct Registration {
    #[serde(default)]
    client_id: String,
    client_name: String,
    redirect_uris: Vec<String>,
    #[serde(default)]
    grant_types: Vec<String>,
    #[serde(default)]
    response_types: Vec<String>,
    token_endpoint_auth_method: String,
}

/// What a client sends whose vendor vouches for it.
#[derive(Deserialize)]
struct Vouched {
    software_statement: String,
}

/// The client is called something at random, and told so.
pub(crate) async fn register(body: Bytes) -> Response {
    let (Ok(registration), Some(client_id)) =
        (serde_json::from_slice::<Registration>(&body), secret())
    else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match serde_json::to_string(&Registration { client_id, ..registration }) {
        Ok(answer) => (StatusCode::CREATED, no_store(answer)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Its vendor's signature is verified first, and what it signed is what counts.
pub(crate) async fn register_vouched(State(bare): State<Arc<Bare>>, body: Bytes) -> Response {
    let claims = serde_json::from_slice::<Vouched>(&body).ok();
    let claims = claims.and_then(|sent| bare.vendor.verified(&sent.software_statement));
    match claims {
        Some(claims) => register(Bytes::from(claims)).await,
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// A code or a refresh token is taken away, its successor kept, and a token signed.
pub(crate) async fn token(State(bare): State<Arc<Bare>>, RawForm(form): RawForm) -> Response {
    let form = pairs(&form);
    let Some(presented) = form.get("code").or_else(|| form.get("refresh_token")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(refresh) = secret() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let kept = (key_of(&refresh), query_text(&form));
    if bare.store.swap(Some(key_of(presented)), Some(kept)).await.is_none() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let Some(access) = access_token(&bare) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let answer = json!({
        "access_token": access, "token_type": "Bearer", "expires_in": 600, "refresh_token": refresh,
        "scope": "notes:read notes:write",
    });
    no_store(answer.to_string())
}

/// The device key has signed what is asked for: a row is kept, and an attestation signed.
pub(crate) async fn attest(State(bare): State<Arc<Bare>>, body: String) -> Response {
    let Some(asked) = signed_by_device(&bare, &body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let (Some(challenge), Some(next)) = (asked.get("challenge").and_then(Value::as_str), secret())
    else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    bare.store.swap(None, Some((key_of(challenge), body.into_bytes()))).await;
    let claims = json!({
        "iss": "https://app.example", "sub": "https://app.example/client.json", "aud": asked.get("issuer"),
        "iat": 1_800_000_000, "exp": 1_800_000_300, "cnf": { "jwk": asked.get("key") },
        "installation_check": "device_key",
    });
    let Some(attestation) = signed(&bare, "oauth-client-attestation+jwt", &claims) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let answer = json!({ "attestation": attestation, "expires_in": 300, "challenge": next });
    no_store(answer.to_string())
}

/// The payload of a token, if the device key has signed it.
fn signed_by_device(bare: &Bare, compact: &str) -> Option<Value> {
    let (input, signature) = compact.rsplit_once('.')?;
    let payload = URL_SAFE_NO_PAD.decode(input.split_once('.')?.1).ok()?;
    let signed = bare.device.has_signed(Algorithm::Es256, input.as_bytes(), signature);
    signed.then(|| serde_json::from_slice(&payload).ok())?
}

/// The token is known: the call is passed on, and so is the answer.
pub(crate) async fn call(State(bare): State<Arc<Bare>>, request: Request) -> Response {
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if token.is_none_or(|token| !bare.tokens.contains_key(token)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (mut head, body) = request.into_parts();
    head.headers.remove(AUTHORIZATION);
    head.uri = Uri::from_static("/mcp");
    match bare.forward.send(http::Request::from_parts(head, body)).await {
        Some(response) => response.map(Body::new),
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

/// `client_id` and `redirect_uri`.
fn asked(query: Option<&str>) -> Option<(String, String)> {
    let (mut client, mut redirect) = (None, None);
    for (name, value) in url::form_urlencoded::parse(query?.as_bytes()) {
        match &*name {
            "client_id" => client = Some(value.into_owned()),
            "redirect_uri" => redirect = Some(value.into_owned()),
            _ => {}
        }
    }
    Some((client?, redirect?))
}

fn asked_with_url(query: Option<&str>) -> Option<(String, String, Uri)> {
    let (client, redirect) = asked(query)?;
    let url = client.parse().ok()?;
    Some((client, redirect, url))
}

fn described(document: Option<Bytes>, client: &str, redirect: &str) -> Response {
    let document = document
        .and_then(|bytes| serde_json::from_slice::<Document>(&bytes).ok())
        .filter(|document| {
            document.client_id == client && document.redirect_uris.iter().any(|uri| uri == redirect)
        });
    match document {
        Some(document) => page(&document.client_name, redirect),
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn page(client: &str, redirect: &str) -> Response {
    let page = [HEAD, client, MIDDLE, redirect, FOOT].concat();
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")], page)
        .into_response()
}

pub(super) fn no_store(json: String) -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], json).into_response()
}

pub(super) fn pairs(form: &[u8]) -> Pairs {
    url::form_urlencoded::parse(form).into_owned().collect()
}

fn query_text(pairs: &Pairs) -> Vec<u8> {
    pairs.get("client_id").map(|id| id.clone().into_bytes()).unwrap_or_default()
}

pub(super) fn access_token(bare: &Bare) -> Option<String> {
    let claims = json!({
        "iss": "https://as.example", "aud": "https://mcp.example/mcp", "sub": "AAAAAAAAAAAAAAAAAAAAAA",
        "client_id": "https://app.example/client.json", "iat": 1_800_000_000, "exp": 1_800_000_600,
        "jti": "BBBBBBBBBBBBBBBBBBBBBB", "scope": "notes:read notes:write",
    });
    signed(bare, "at+jwt", &claims)
}

fn signed(bare: &Bare, kind: &str, claims: &Value) -> Option<String> {
    let header = json!({"alg": "ES256", "kid": bare.key.key_id(), "typ": kind});
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", encode(&header), encode(claims));
    let signature = bare.key.sign(input.as_bytes()).ok()?;
    Some(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn secret() -> Option<String> {
    let mut bytes = Key::default();
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

pub(super) fn key_of(secret: &str) -> Key {
    let mut key = Key::default();
    key.iter_mut().zip(secret.bytes()).for_each(|(to, from)| *to = from);
    key
}

/// As long as ours.
pub(crate) const DISCOVERY: &str = r#"{"issuer":"https://as.example","authorization_endpoint":"https://as.example/authorize","token_endpoint":"https://as.example/token","revocation_endpoint":"https://as.example/revoke","introspection_endpoint":"https://as.example/introspect","jwks_uri":"https://as.example/jwks","scopes_supported":["notes:read","notes:write"],"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code","refresh_token"],"token_endpoint_auth_methods_supported":["none"],"code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":true,"client_id_metadata_document_supported":true}"#;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Allow?</title><link \
    rel=\"stylesheet\" href=\"/assets/page.css\"></head><body><main><h1>Allow ";
const MIDDLE: &str = "?</h1><p>The answer goes to ";
const FOOT: &str = ".</p><form method=\"post\" action=\"/authorize/consent\"><input type=\"hidden\" name=\"ticket\" \
    value=\"AAAA\"><button>Allow</button><button name=\"no\">Don't allow</button></form></main></body></html>";
