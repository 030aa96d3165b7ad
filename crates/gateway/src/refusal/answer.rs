//! What is a refused client told? The one table of status, code and sentence, and the headers that go with them.
//!
//! RFC 6750 §3.1 (codes), MCP-RS-4, SPEC 8.6, JSON-RPC 2.0 §5.1 where the body was at fault. No internals: the log has the
//! fact under the same code.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use salver_egress::upstream::UpstreamError;
use serde_json::{Map, Value, json};

use super::{BodyFault, Refusal, UpstreamFault};
use crate::{
    Resource, agreement::Mismatch, challenge, forward, message::PayloadFault, origin::METHODS,
};

/// What a client is told.
struct Told {
    status: StatusCode,
    code: &'static str,
    sentence: &'static str,
    /// The JSON-RPC error code, where the body was at fault.
    rpc: Option<i64>,
}

const fn told(status: StatusCode, code: &'static str, sentence: &'static str) -> Told {
    Told { status, code, sentence, rpc: None }
}

impl Refusal {
    fn told(&self) -> Told {
        use StatusCode as S;
        match self {
            Self::Visitor => told(
                S::NOT_ACCEPTABLE,
                "not_a_page",
                "This address is for MCP clients, not for browsers",
            ),
            Self::Origin => told(
                S::FORBIDDEN,
                "origin_not_allowed",
                "Web pages of this origin may not call this server",
            ),
            Self::Method => told(
                S::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Streamable HTTP has GET, POST and DELETE",
            ),
            Self::Nowhere => told(S::NOT_FOUND, "not_found", "There is nothing at this address"),
            Self::NoToken => told(S::UNAUTHORIZED, "unauthorized", "An access token is needed"),
            Self::RepeatedAuthorization => {
                told(S::BAD_REQUEST, "invalid_request", "There must be one Authorization header")
            }
            Self::Token(_) => told(S::UNAUTHORIZED, "invalid_token", challenge::INVALID),
            Self::Scope { .. } => told(
                S::FORBIDDEN,
                "insufficient_scope",
                "This call needs more scopes than the token has",
            ),
            Self::Body(fault) => fault.told(),
            Self::Mismatch { .. } => Told {
                rpc: Some(HEADER_MISMATCH),
                ..told(
                    S::BAD_REQUEST,
                    "header_mismatch",
                    "A header says something else than the body",
                )
            },
            Self::Unavailable(_) => told(
                S::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "Please try again in a moment",
            ),
            Self::Upstream(UpstreamFault::Send(UpstreamError::HeaderTimeLimit)) => told(
                S::GATEWAY_TIMEOUT,
                "upstream_timeout",
                "The MCP server did not answer in time",
            ),
            Self::Upstream(UpstreamFault::Send(_)) => {
                told(S::BAD_GATEWAY, "upstream_unreachable", "The MCP server cannot be reached")
            }
            Self::Upstream(_) => told(
                S::BAD_GATEWAY,
                "upstream_answer",
                "The MCP server gave an answer that cannot be passed on",
            ),
        }
    }

    /// The answer to the client.
    pub(crate) fn answer(&self, resource: &Resource, incident: Option<&str>) -> Response<Body> {
        let told = self.told();
        let body = match told.rpc {
            Some(code) => self.rpc_error(code, &told, incident),
            None => self.oauth_error(&told, resource, incident),
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = told.status;
        let headers = response.headers_mut();
        forward::sandbox(headers);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.add_headers(headers, resource);
        response
    }

    fn add_headers(&self, headers: &mut HeaderMap, resource: &Resource) {
        let challenge = match self {
            Self::NoToken => Some(resource.challenges.bare.clone()),
            Self::Token(_) => Some(resource.challenges.invalid_token.clone()),
            Self::Scope { ask_for, .. } => resource.challenges.insufficient_scope(ask_for),
            _ => None,
        };
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        match self {
            Self::Method => {
                headers.insert(header::ALLOW, HeaderValue::from_static(METHODS));
            }
            Self::Unavailable(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
    }

    fn oauth_error(&self, told: &Told, resource: &Resource, incident: Option<&str>) -> Value {
        let mut body = Map::new();
        body.insert("error".to_owned(), told.code.into());
        body.insert("error_description".to_owned(), told.sentence.into());
        if let Self::Scope { missing, ask_for } = self {
            let sentence = |scope| (scope, resource.scopes.sentence(scope).unwrap_or_default());
            body.insert("scope".to_owned(), ask_for.to_string().into());
            body.insert("missing".to_owned(), missing.iter().map(sentence).collect());
        }
        body.extend(incident.map(|incident| ("incident".to_owned(), incident.into())));
        Value::Object(body)
    }

    fn rpc_error(&self, code: i64, told: &Told, incident: Option<&str>) -> Value {
        let (id, message) = match self {
            Self::Mismatch { mismatch: Mismatch(header), id } => {
                (id.clone(), format!("The {header} header says something else than the body"))
            }
            _ => (Value::Null, told.sentence.to_owned()),
        };
        let data = json!({ "error": told.code, "incident": incident });
        json!({
            "jsonrpc": "2.0",
            "id": id,
            "error": { "code": code, "message": message, "data": data },
        })
    }
}

impl BodyFault {
    fn told(&self) -> Told {
        use PayloadFault as P;
        use StatusCode as S;
        let parse = |sentence| Told {
            rpc: Some(PARSE_ERROR),
            ..told(S::BAD_REQUEST, "invalid_request", sentence)
        };
        let invalid = |sentence| Told {
            rpc: Some(INVALID_REQUEST),
            ..told(S::BAD_REQUEST, "invalid_request", sentence)
        };
        match self {
            Self::TooLarge => told(S::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large"),
            Self::Encoded => told(
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_encoding",
                "The body must come without Content-Encoding",
            ),
            Self::MediaType => told(
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be application/json in UTF-8",
            ),
            Self::Slow => {
                told(S::REQUEST_TIMEOUT, "body_timeout", "The body did not arrive in time")
            }
            Self::Broken => told(S::BAD_REQUEST, "invalid_request", "The body broke off"),
            Self::Unexpected => {
                told(S::BAD_REQUEST, "invalid_request", "GET and DELETE have no body")
            }
            Self::Payload(P::NotUtf8) => parse("The body is not UTF-8"),
            Self::Payload(P::ByteOrderMark) => parse("The body begins with a byte-order mark"),
            Self::Payload(P::NotJson) => parse("The body is not JSON"),
            Self::Payload(P::RepeatedMember) => parse("A member stands twice in one object"),
            Self::Payload(P::DisguisedMember) => {
                invalid("The name of a member differs from a known one in letter case only")
            }
            Self::Payload(P::TooDeep) => parse("The body is nested too deeply"),
            Self::Payload(P::NotMessages) => {
                invalid("The body is no JSON-RPC message and no list of them")
            }
            Self::Payload(P::TooMany) => invalid("There are too many messages in one body"),
        }
    }
}

/// JSON-RPC 2.0 §5.1.
const PARSE_ERROR: i64 = -32700;
/// JSON-RPC 2.0 §5.1.
const INVALID_REQUEST: i64 = -32600;
/// MCP 2026-07-28, SEP-2243.
const HEADER_MISMATCH: i64 = -32020;
