//! What does the document say? Everything that a server somewhere insists on, and nothing that one refuses.

use salver_oauth::client::{
    document::Profile,
    id::MetadataUrl,
    redirect_uri::RedirectUri,
    report::{Advice, Fact, Response, Seen, Verdict, report},
};
use serde::Serialize;

use super::Kind;
use crate::{
    command::client::{quoted, rules},
    failure::Failure,
};

/// What is wanted.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) url: MetadataUrl,
    pub(super) kind: Kind,
    pub(super) redirect_uris: Vec<String>,
    pub(super) keyed: bool,
}

/// The members, in the order in which people read them.
#[derive(Serialize)]
struct Document<'d> {
    client_id: &'d str,
    client_name: &'d str,
    client_uri: String,
    application_type: &'static str,
    redirect_uris: &'d [String],
    grant_types: [&'static str; 2],
    response_types: [&'static str; 1],
    token_endpoint_auth_method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_signing_alg: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<String>,
}

impl Draft {
    /// The document, for people to read.
    pub(super) fn document(&self) -> String {
        let document = Document {
            client_id: self.url.as_str(),
            client_name: &self.name,
            client_uri: self.below_host("/"),
            application_type: match self.kind {
                Kind::Native => "native",
                Kind::Web => "web",
            },
            redirect_uris: &self.redirect_uris,
            grant_types: ["authorization_code", "refresh_token"],
            response_types: ["code"],
            token_endpoint_auth_method: if self.keyed { "private_key_jwt" } else { "none" },
            token_endpoint_auth_signing_alg: self.keyed.then_some("ES256"),
            jwks_uri: self.keyed.then(|| self.key_set_url()),
        };
        // A struct of texts is always JSON.
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }

    /// The URL of the key set: beside the document.
    pub(super) fn key_set_url(&self) -> String {
        let url = self.url.as_str();
        let folder = url.rsplit_once('/').map_or(url, |(folder, _)| folder);
        format!("{folder}/{}", self.key_set_name())
    }

    pub(super) fn key_set_name(&self) -> &'static str {
        if self.url.as_str().ends_with("/jwks.json") { "keys.json" } else { "jwks.json" }
    }

    /// Whether it will be taken, before anything is written.
    pub(super) fn check(&self, profile: Profile) -> Result<(), Failure> {
        for uri in &self.redirect_uris {
            RedirectUri::parse(uri).map_err(|error| Failure::Refused {
                why: format!("{} is no redirect URI: {error}", quoted(uri)),
                hint: "use an https address, or http://127.0.0.1/… and http://localhost/… for a program".to_owned(),
            })?;
        }
        let body = self.document();
        let response = Response { status: 200, content_type: Some("application/json") };
        let seen =
            Seen { url: self.url.as_str(), response: Some(response), body: Some(body.as_bytes()) };
        let report = report(&seen, profile);
        let is_against = |finding: &&salver_oauth::client::report::Finding| {
            // A scheme of an app is not refused, but nobody could log in with it alone.
            finding.verdict == Verdict::Fail
                || matches!(finding.what, Fact::Advice(Advice::AppScheme(_)))
        };
        match report.findings.iter().find(is_against).map(rules::line) {
            None => Ok(()),
            Some(line) => Err(Failure::Refused {
                why: format!("the document would not be taken ({}): {}", line.rule, line.what),
                hint: line.remedy.unwrap_or_default(),
            }),
        }
    }

    fn below_host(&self, path: &str) -> String {
        format!("https://{}{path}", self.url.host())
    }
}

/// Where answers of such a client usually go. A program takes whatever port is free (RFC 8252 §7.3).
pub(super) fn usual_redirect_uris(kind: Kind, url: &MetadataUrl) -> Vec<String> {
    match kind {
        Kind::Native => {
            ["http://127.0.0.1/callback", "http://localhost/callback"].map(str::to_owned).to_vec()
        }
        Kind::Web => vec![format!("https://{}/oauth/callback", url.host())],
    }
}
