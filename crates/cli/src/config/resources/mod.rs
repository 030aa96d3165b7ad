//! Which MCP servers stand behind the gateway, under which address, and what does each call need?

pub(crate) mod entry;
mod introspection;
mod public_url;
pub(crate) mod rule;
mod upstream;

#[cfg(test)]
mod tests;

use salver_oauth::{Issuer, ResourceId, Scope};
use url::Url;
use zeroize::Zeroizing;

use self::{
    entry::ResourceEntry,
    rule::{Rule, needed},
};
use super::{
    layers::Environment,
    problem::Problems,
    scopes::{self, ScopeEntry},
};

/// An MCP server behind the gateway.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// The name that people see.
    pub(crate) name: String,
    /// Its public URL: the audience of its tokens.
    pub(crate) id: ResourceId,
    /// The MCP server that does the work, as it was written: the audience of what the gateway tells it.
    pub(crate) upstream: String,
    /// The scopes that it knows.
    pub(crate) scopes: Vec<ScopeEntry>,
    /// What calls need that no rule names.
    pub(crate) default_scope: Scope,
    /// What particular calls need.
    pub(crate) rules: Vec<Rule>,
    /// Web origins whose pages may call it.
    pub(crate) allowed_origins: Vec<String>,
    /// Whether a login for it begins with a pushed request.
    pub(crate) requires_push: bool,
    /// With what the server behind asks about tokens.
    pub(crate) introspection_secret: Option<Zeroizing<String>>,
}

/// What the entries mean.
pub(crate) fn resolve(
    prefix: &str,
    entries: &[ResourceEntry],
    issuer: &Issuer,
    environment: &Environment,
    problems: &mut Problems,
) -> Vec<Resource> {
    let mut resources: Vec<Resource> = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        // `--protect` stands for one entry without a number.
        let key = if prefix.starts_with("--") {
            prefix.to_owned()
        } else {
            format!("{prefix}[{position}]")
        };
        if entries.iter().take(position).any(|other| other.name == entry.name) {
            problems.refuse(
                format!("{key}.name"),
                format!("\"{}\" is there twice", entry.name),
                "give each resource a name of its own",
            );
        }
        let Some(resource) = one(&key, entry, issuer, environment, problems) else {
            continue;
        };
        if let Some(other) =
            resources.iter().find(|other| public_url::overlap(&resource.id, &other.id))
        {
            let which = if entry.url.is_some() { "url" } else { "path" };
            problems.refuse(
                format!("{key}.{which}"),
                format!("collides with {} of \"{}\"", other.id, other.name),
                "give each resource a path that is not within another's",
            );
        }
        resources.push(resource);
    }
    resources
}

fn one(
    key: &str,
    entry: &ResourceEntry,
    issuer: &Issuer,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Resource> {
    if entry.name.trim().is_empty() {
        problems.refuse(
            format!("{key}.name"),
            "is empty",
            "write the name that people know the server by",
        );
    }
    let id = public_url::resolve(key, entry, issuer, problems);
    let upstream = upstream::resolve(&format!("{key}.upstream"), &entry.upstream, problems);
    let scopes = if entry.scopes.is_empty() { vec![everything()] } else { entry.scopes.clone() };
    let known = scopes::resolve(&format!("{key}.scopes"), &scopes, problems);
    let first = scopes.first().map(|scope| scope.name.clone());
    let default_names = entry.default_scope.clone().unwrap_or_else(|| first.into_iter().collect());
    let default_scope = needed(&format!("{key}.default_scope"), &default_names, &known, problems);
    let rules = entry
        .rules
        .iter()
        .enumerate()
        .filter_map(|(position, rule)| {
            rule::resolve(&format!("{key}.rules[{position}]"), rule, &known, problems)
        })
        .collect();
    for (position, origin) in entry.allowed_origins.iter().enumerate() {
        allowed_origin(&format!("{key}.allowed_origins[{position}]"), origin, problems);
    }
    let introspection_secret = introspection::resolve(key, entry, environment, problems);
    Some(Resource {
        name: entry.name.clone(),
        id: id?,
        upstream: upstream?,
        scopes,
        default_scope: default_scope?,
        rules,
        allowed_origins: entry.allowed_origins.clone(),
        requires_push: entry.require_pushed_requests,
        introspection_secret,
    })
}

/// The scope of a resource for which none are written down.
fn everything() -> ScopeEntry {
    ScopeEntry {
        name: "mcp".to_owned(),
        sentence: "Use everything that this server offers".to_owned(),
        implies: Vec::new(),
    }
}

fn allowed_origin(key: &str, origin: &str, problems: &mut Problems) {
    let sound = Url::parse(origin).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == origin
    });
    if !sound {
        problems.refuse(
            key,
            format!("\"{origin}\" is not a web origin"),
            "write scheme, host and port only, like \"https://app.example\"",
        );
    }
}
