//! Which headers show that an installation is attested, and which tell it what its next proof has to answer? (ABCA-1, ABCA-6, ABCA-7, RFC 9449 §8.)

use axum::{extract::State, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::{App, oauth_error};
use crate::{challenge, flow::token::RawAttestation};

/// `POST /challenge`: a challenge, and a DPoP nonce that does its job in the combined mode.
pub(super) async fn post(State(app): State<App>) -> Response {
    let challenge = make(&app);
    let body = json!({ "attestation_challenge": challenge });
    let mut response = oauth_error::body_response(StatusCode::OK, &body);
    if let Ok(nonce) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(NONCE, nonce);
    }
    response
}

/// What a request to this endpoint shows. Each header may stand once.
pub(super) fn shown<'r>(headers: &'r HeaderMap, endpoint: &'static str) -> RawAttestation<'r> {
    let once = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
            (Some(_), Some(_)) => Err(()),
        }
    };
    let read = [ATTESTATION, PROOF, DPOP].map(|name| once(&name));
    let is_readable = read.iter().all(Result::is_ok);
    // What cannot be read is there all the same.
    let [attestation, proof, dpop] = read.map(|value| value.unwrap_or(Some("")));
    RawAttestation { attestation, proof, dpop, endpoint, is_readable }
}

/// Whoever has shown an attestation hears with the answer what the next proof has to answer.
pub(super) fn answered(app: &App, shown: RawAttestation<'_>, mut response: Response) -> Response {
    if shown.attestation.is_some()
        && let Ok(challenge) = HeaderValue::from_str(&make(app))
    {
        let headers = response.headers_mut();
        if shown.dpop.is_some() {
            headers.insert(NONCE, challenge.clone());
        }
        headers.insert(CHALLENGE, challenge);
    }
    response
}

fn make(app: &App) -> String {
    let deps = app.deps();
    challenge::make(deps.secrets.challenges(), deps.now())
}

const ATTESTATION: HeaderName = HeaderName::from_static("oauth-client-attestation");
const PROOF: HeaderName = HeaderName::from_static("oauth-client-attestation-pop");
const DPOP: HeaderName = HeaderName::from_static("dpop");
const CHALLENGE: HeaderName = HeaderName::from_static("oauth-client-attestation-challenge");
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
