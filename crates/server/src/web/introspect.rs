//! `POST /introspect` (RFC 7662). For resource servers; no CORS.

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use salver_jose::token::AccessTokenClaims;
use salver_oauth::{discovery::path, token::response::IntrospectionResponse};

use super::{App, attestation, oauth_error, peer::Peer, token::authorization};
use crate::flow::{introspect::introspect, token::RawRequest};

pub(super) async fn post(
    State(app): State<App>,
    Peer(network): Peer,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = authorization(&headers);
    let raw = RawRequest {
        body: &body,
        authorization,
        attestation: attestation::shown(&headers, path::INTROSPECT),
        network,
    };
    match introspect(app.deps(), raw) {
        Ok(Some(claims)) => oauth_error::body_response(StatusCode::OK, &active(&claims)),
        Ok(None) => oauth_error::body_response(StatusCode::OK, &IntrospectionResponse::default()),
        Err(refusal) => oauth_error::respond(&app, &refusal, true),
    }
}

fn active(claims: &AccessTokenClaims) -> IntrospectionResponse<'_> {
    IntrospectionResponse {
        active: true,
        scope: Some(claims.scope.to_string()),
        client_id: Some(claims.client_id.as_str()),
        token_type: Some("Bearer"),
        exp: Some(claims.expires_at.as_unix()),
        iat: Some(claims.issued_at.as_unix()),
        sub: Some(claims.subject.to_string()),
        aud: Some(claims.audience.as_str()),
        iss: Some(claims.issuer.as_str()),
        jti: Some(claims.token_id.to_string()),
    }
}
