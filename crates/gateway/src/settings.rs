//! What does an operator say about an MCP server behind the gateway?
//!
//! Values as they are written down; [`crate::Gateway::new`] checks them and compiles them into [`crate::Resource`].

use std::time::Duration;

use salver_oauth::{ResourceId, Scope};
use thiserror::Error;

/// One MCP server.
#[derive(Clone, Debug)]
pub struct ResourceSettings {
    /// What people call it; `resource_name` of RFC 9728.
    pub name: String,
    /// Its public URL, as clients type it: the identifier that tokens carry in `aud`.
    pub id: ResourceId,
    /// Where it really is: http or https, without user name, query and fragment.
    pub upstream: String,
    /// What a call needs that no rule names, and what clients are told to begin with.
    pub default_scope: Scope,
    /// Every scope that exists at this server.
    pub scopes: Vec<ScopeSettings>,
    /// What particular tools, prompts, resources and methods need.
    pub rules: Vec<Rule>,
    /// Web origins that may call from a browser, beside our own and this computer's.
    pub allowed_origins: Vec<String>,
}

/// One scope.
#[derive(Clone, Debug)]
pub struct ScopeSettings {
    /// The scope token.
    pub name: String,
    /// What it permits, for people.
    pub sentence: String,
    /// Narrower scopes that it counts as (MCP-RS-8).
    pub implies: Scope,
}

/// What something needs. Where several rules fit, all of them count.
#[derive(Clone, Debug)]
pub struct Rule {
    /// To what it applies.
    pub subject: RuleSubject,
    /// What that needs, instead of the default scope.
    pub scope: Scope,
}

/// To what a rule applies: an exact name, or with `*` at its end every name that begins so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RuleSubject {
    /// `params.name` of `tools/call`.
    Tool(String),
    /// `params.name` of `prompts/get`, and completions of a prompt's arguments.
    Prompt(String),
    /// `params.uri` of `resources/…`, completions of its template, and subscriptions to it.
    Resource(String),
    /// The JSON-RPC method.
    Method(String),
}

/// Bounds of a call on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest request body, in bytes.
    pub body_bytes: usize,
    /// How long a request body may take to arrive.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes: 4 * 1024 * 1024, body_time: Duration::from_secs(30) }
    }
}

/// Why settings cannot be served. `resource` is the name of the one concerned.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The public URL has a query, or a path that URLs write in several ways.
    #[error("{resource}: the public URL {id} has a query or an ambiguous path")]
    PublicUrl {
        /// Which one.
        resource: String,
        /// The URL.
        id: ResourceId,
    },
    /// Two resources at one address.
    #[error("{resource}: another resource is at {id} already")]
    Taken {
        /// Which one.
        resource: String,
        /// The URL.
        id: ResourceId,
    },
    /// The upstream URL is not usable.
    #[error(
        "{resource}: the upstream {url:?} must be an absolute http or https URL without user name, query and fragment"
    )]
    Upstream {
        /// Which one.
        resource: String,
        /// The text.
        url: String,
    },
    /// A scope is used that the list of scopes lacks.
    #[error("{resource}: the scope {scope:?} is not among its scopes")]
    UnknownScope {
        /// Which one.
        resource: String,
        /// The scope.
        scope: String,
    },
    /// A scope stands twice, is no scope token, or is `offline_access` (MCP-RS-9).
    #[error("{resource}: {scope:?} cannot be a scope here")]
    Scope {
        /// Which one.
        resource: String,
        /// The scope.
        scope: String,
    },
    /// A rule for nothing, or with `*` elsewhere than at its end.
    #[error("{resource}: the pattern {pattern:?} must be a name, or its beginning and *")]
    Pattern {
        /// Which one.
        resource: String,
        /// The pattern.
        pattern: String,
    },
    /// An allowed origin is not written as browsers send it.
    #[error("{resource}: the origin {origin:?} must be scheme, host and port only")]
    Origin {
        /// Which one.
        resource: String,
        /// The text.
        origin: String,
    },
    /// Its name cannot stand in a header or a document.
    #[error("the resource {resource:?} needs a name without control characters")]
    Name {
        /// The name.
        resource: String,
    },
    /// An https upstream, and no trusted authorities.
    #[error("TLS cannot be set up")]
    Tls(#[source] salver_egress::upstream::SetupError),
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn resource(id: &str) -> ResourceSettings {
        ResourceSettings {
            name: "Notes".to_owned(),
            id: ResourceId::parse(id).unwrap(),
            upstream: "http://127.0.0.1:9/mcp".to_owned(),
            default_scope: "notes:read".parse().unwrap(),
            scopes: vec![scope("notes:read", ""), scope("notes:write", "")],
            rules: Vec::new(),
            allowed_origins: Vec::new(),
        }
    }

    pub(crate) fn scope(name: &str, implies: &str) -> ScopeSettings {
        ScopeSettings {
            name: name.to_owned(),
            sentence: String::new(),
            implies: implies.parse().unwrap(),
        }
    }
}
