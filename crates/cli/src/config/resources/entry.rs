//! How is an MCP server written down?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::rule::RuleEntry;
use crate::config::scopes::ScopeEntry;

/// `[[resources]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceEntry {
    /// The name that people see on the consent page.
    pub(crate) name: String,
    /// Its public path on the issuer's host, like `/mcp`. Either this or `url`.
    #[serde(default)]
    pub(crate) path: Option<String>,
    /// Its public URL, if it is on a host of its own. Either this or `path`.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// The URL of the MCP server that does the work.
    pub(crate) upstream: String,
    /// The scopes that it knows, narrow ones first. Without this key: one scope, `mcp`, for everything.
    #[serde(default)]
    pub(crate) scopes: Vec<ScopeEntry>,
    /// The scopes that a client is asked to bring to begin with, and that every call needs which no rule names. Without this key: the first of `scopes`.
    #[serde(default)]
    pub(crate) default_scope: Option<Vec<String>>,
    /// What particular calls need instead of the default, one entry each; where several fit, all of them count.
    #[serde(default)]
    pub(crate) rules: Vec<RuleEntry>,
    /// Web origins whose pages may call it from a browser, besides our own and loopback.
    #[serde(default)]
    pub(crate) allowed_origins: Vec<String>,
    /// Whether a login for it begins with a pushed authorization request (RFC 9126); plain ones are refused.
    #[serde(default)]
    pub(crate) require_pushed_requests: bool,
    /// The file with the secret, at least 32 characters, with which the server behind may ask `/introspect` about tokens; readable by its owner only.
    #[serde(default)]
    pub(crate) introspection_secret_file: Option<String>,
    /// The environment variable with that secret, instead of a file; its name must not begin with `SALVER_`.
    #[serde(default)]
    pub(crate) introspection_secret_env: Option<String>,
}

/// The entry that `--protect` stands for: the upstream's path, and one scope for everything.
pub(crate) fn protect(upstream: &str) -> ResourceEntry {
    let parsed = Url::parse(upstream).ok();
    let path = parsed
        .as_ref()
        .map(|url| url.path().trim_end_matches('/'))
        .filter(|path| !path.is_empty())
        .unwrap_or("/mcp");
    let authority = parsed.as_ref().map_or("", |url| url.authority());
    ResourceEntry {
        name: format!("MCP server at {authority}"),
        path: Some(path.to_owned()),
        upstream: upstream.to_owned(),
        ..ResourceEntry::default()
    }
}
