//! What tells a client how to get in? The values of `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1, MCP-RS-2, 3, 6, 7).
//!
//! A parameter directly after `Bearer`, all values quoted: clients in use read no other form. What goes into the quotes comes
//! from settings whose characters need no escaping.

use http::HeaderValue;
use salver_oauth::Scope;

/// The challenges of one resource; those that never change are ready.
#[derive(Debug)]
pub(crate) struct Challenges {
    metadata_url: String,
    /// For whoever brings no token. No error: nothing went wrong (RFC 6750 §3.1).
    pub(crate) bare: HeaderValue,
    /// For a token that does not count.
    pub(crate) invalid_token: HeaderValue,
}

impl Challenges {
    /// `None` if the URL cannot stand in a header.
    pub(crate) fn new(metadata_url: &str, default_scope: &Scope) -> Option<Self> {
        let bare = start(metadata_url, default_scope);
        let invalid = format!("{bare}, error=\"invalid_token\", error_description=\"{INVALID}\"");
        Some(Self {
            metadata_url: metadata_url.to_owned(),
            bare: bare.try_into().ok()?,
            invalid_token: invalid.try_into().ok()?,
        })
    }

    /// For a token that may not do this; `scope` is everything to ask for next time. `None` never happens, as scope tokens
    /// and the URL have been checked.
    pub(crate) fn insufficient_scope(&self, scope: &Scope) -> Option<HeaderValue> {
        let start = start(&self.metadata_url, scope);
        let text = format!(
            "{start}, error=\"insufficient_scope\", error_description=\"This call needs more scopes than the token has\""
        );
        text.try_into().ok()
    }
}

fn start(metadata_url: &str, scope: &Scope) -> String {
    let url = format!("Bearer resource_metadata=\"{metadata_url}\"");
    if scope.is_empty() { url } else { format!("{url}, scope=\"{scope}\"") }
}

/// What is wrong with a token, without saying which of these.
pub(crate) const INVALID: &str = "The token is expired, revoked or not for this server";
