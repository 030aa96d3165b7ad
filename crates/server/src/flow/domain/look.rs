//! Does the value stand where an owner says? In a file, in a TXT record, or in the metadata document of the client itself.

use salver_egress::{
    Candidate, Check, ChosenBy, DialError, Fetch, FetchError, Source, Standing, Texts,
};
use salver_oauth::UserId;
use serde_json::Value;
use url::Url;

use super::{LABEL, PROOFS, ProofMethod, RecordedClient, places};
use crate::{deps::Deps, flow::client::DOCUMENT_BYTES};

/// The most that is read of a file, in bytes.
const FILE_BYTES: usize = 4 * 1024;

/// Looks for the value of a client and its owner.
pub(super) async fn look(
    deps: &Deps,
    (client, owner): (&RecordedClient, UserId),
    (domain, method): (&str, ProofMethod),
    source: Source,
) -> Result<bool, FetchError> {
    let places = places(&deps.secrets, &client.client_id, owner, domain);
    match method {
        ProofMethod::Dns => {
            let texts = Texts { label: LABEL, domain, purpose: PROOFS, source };
            let found = match deps.egress.texts(texts).await {
                Err(FetchError::Dial(DialError::NoSuchName)) => return Ok(false),
                found => found?,
            };
            Ok(found.iter().any(|text| text.trim() == places.value))
        }
        ProofMethod::File => {
            let place = (&*places.file, "text/plain", FILE_BYTES);
            let text = fetch(deps, place, source).await?.unwrap_or_default();
            Ok(text.lines().any(|line| line.trim() == places.value))
        }
        ProofMethod::Document => {
            let Some(url) = document_at(client, domain) else { return Ok(false) };
            let place = (url, "application/json", DOCUMENT_BYTES);
            let text = fetch(deps, place, source).await?.unwrap_or_default();
            Ok(says(&text, &places.value))
        }
    }
}

/// The document by which a client is registered, if it lies on this very host.
#[must_use]
pub fn document_at<'c>(client: &'c RecordedClient, domain: &str) -> Option<&'c str> {
    let url = &client.content.document.as_ref()?.url;
    (Url::parse(url).ok()?.host_str()? == domain).then_some(url)
}

/// Nothing, if there is no such text.
async fn fetch(
    deps: &Deps,
    (url, accept, limit): (&str, &'static str, usize),
    source: Source,
) -> Result<Option<String>, FetchError> {
    deps.egress.forget(url, PROOFS);
    let fetch = Fetch {
        url,
        chosen_by: ChosenBy::Stranger,
        purpose: PROOFS,
        source,
        standing: Standing::FirstSight,
        limit,
        accept,
        check: Check::new(is_text),
    };
    match deps.egress.fetch(fetch).await {
        Ok(fetched) => Ok(Some(String::from_utf8_lossy(&fetched.body).into_owned())),
        Err(FetchError::Status(404 | 410) | FetchError::Unusable(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_text(candidate: &Candidate<'_>) -> bool {
    str::from_utf8(candidate.body).is_ok()
}

/// Whether a document has the value, alone or among those for other servers.
fn says(document: &str, value: &str) -> bool {
    let members: Option<Value> = serde_json::from_str(document).ok();
    match members.as_ref().and_then(|members| members.get(MEMBER)) {
        Some(Value::String(text)) => text == value,
        Some(Value::Array(texts)) => texts.iter().any(|text| text == value),
        _ => false,
    }
}

/// The member of a metadata document in which values stand. Other servers do not know it, and leave it out (CIMD-D-1).
pub const MEMBER: &str = "salver_verification";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_the_value_in_its_own_member_alone() {
        let value = "salver-verification=AAAA";
        for (document, there) in [
            (r#"{"salver_verification":"salver-verification=AAAA"}"#, true),
            (r#"{"salver_verification":["x","salver-verification=AAAA"]}"#, true),
            (r#"{"salver_verification":"salver-verification=AAAAB"}"#, false),
            (r#"{"salver_verification":[["salver-verification=AAAA"]]}"#, false),
            (r#"{"client_name":"salver-verification=AAAA"}"#, false),
            ("salver-verification=AAAA", false),
            ("", false),
        ] {
            assert_eq!(says(document, value), there, "{document}");
        }
    }
}
