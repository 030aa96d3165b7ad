//! What does the document say? Everything that a server somewhere insists on, and nothing that one refuses.

use salver_oauth::client::{
    document::{self, Profile},
    hosted::HostedId,
    id::MetadataUrl,
    redirect_uri::{Recipient, RedirectUri},
    report::{Response, Seen, Verdict, report},
};
use serde::Serialize;

use super::Kind;
use crate::{
    command::client::{Line, quoted, rules},
    failure::Failure,
};

/// What is wanted.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) address: Address,
    pub(super) kind: Kind,
    pub(super) redirect_uris: Vec<String>,
    pub(super) keyed: bool,
}

/// Where the document will be; that is its `client_id`.
pub(super) enum Address {
    /// At a URL of its maker.
    Own(MetadataUrl),
    /// Here (decision 5).
    Hosted(HostedId),
}

/// The members, in the order in which people read them.
#[derive(Serialize)]
struct Document<'d> {
    client_id: &'d str,
    client_name: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<String>,
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
            client_id: self.address.as_str(),
            client_name: &self.name,
            // The host of a hosted document is not its maker's.
            client_uri: self.address.own_host().map(|host| format!("https://{host}/")),
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
        let url = self.address.as_str();
        let folder = url.rsplit_once('/').map_or(url, |(folder, _)| folder);
        format!("{folder}/{}", self.key_set_name())
    }

    pub(super) fn key_set_name(&self) -> &'static str {
        if self.address.as_str().ends_with("/jwks.json") { "keys.json" } else { "jwks.json" }
    }

    /// Whether it will be taken, before anything is written.
    pub(super) fn check(&self, profile: Profile) -> Result<(), Failure> {
        for uri in &self.redirect_uris {
            let why = match RedirectUri::parse(uri) {
                Err(error) => error.to_string(),
                Ok(read) if matches!(read.recipient(), Recipient::App { .. }) => {
                    "no answer is sent to an app's scheme on a document's word".to_owned()
                }
                Ok(_) => continue,
            };
            return Err(Failure::Refused {
                why: format!("{} cannot be listed: {why}", quoted(uri)),
                hint: "use an https address, or http://127.0.0.1/… and http://localhost/… for a program".to_owned(),
            });
        }
        let body = self.document();
        let line = match &self.address {
            Address::Own(url) => against(url, &body, profile),
            Address::Hosted(id) => document::parse_hosted(body.as_bytes(), id, profile)
                .err()
                .map(|error| rules::document(&error)),
        };
        line.map_or(Ok(()), |line| {
            Err(Failure::Refused {
                why: format!("the document would not be taken ({}): {}", line.rule, line.what),
                hint: line.remedy.unwrap_or_default(),
            })
        })
    }
}

/// The first thing that speaks against a document at this URL.
fn against(url: &MetadataUrl, body: &str, profile: Profile) -> Option<Line> {
    let response = Response { status: 200, content_type: Some("application/json") };
    let seen = Seen { url: url.as_str(), response: Some(response), body: Some(body.as_bytes()) };
    let findings = report(&seen, profile).findings;
    findings.iter().find(|finding| finding.verdict == Verdict::Fail).map(rules::line)
}

impl Address {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Own(url) => url.as_str(),
            Self::Hosted(id) => id.as_str(),
        }
    }

    /// The host of its maker.
    pub(super) fn own_host(&self) -> Option<&str> {
        match self {
            Self::Own(url) => Some(url.host()),
            Self::Hosted(_) => None,
        }
    }
}

/// Where answers of such a client usually go. A program takes whatever port is free (RFC 8252 §7.3).
pub(super) fn usual_redirect_uris(kind: Kind, address: &Address) -> Vec<String> {
    match kind {
        Kind::Native => {
            ["http://127.0.0.1/callback", "http://localhost/callback"].map(str::to_owned).to_vec()
        }
        Kind::Web => {
            let own = address.own_host().map(|host| format!("https://{host}/oauth/callback"));
            own.into_iter().collect()
        }
    }
}
