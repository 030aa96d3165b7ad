//! Which MCP servers stand behind the gateway, under which address, and what does each call need?

use std::collections::BTreeSet;

use salver_oauth::{Issuer, ResourceId, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::{
    layers::Environment,
    problem::Problems,
    reserved,
    scopes::{self, ScopeEntry},
    secret_file,
};

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
    /// The file with the secret, at least 32 characters, with which the server behind may ask `/introspect` about tokens; readable by its owner only.
    #[serde(default)]
    pub(crate) introspection_secret_file: Option<String>,
    /// The environment variable with that secret, instead of a file; its name must not begin with `SALVER_`.
    #[serde(default)]
    pub(crate) introspection_secret_env: Option<String>,
}

/// An entry of `resources.rules`: exactly one of `tool`, `resource`, `prompt` and `method`, exact or with `*` at its end.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleEntry {
    /// The name of a tool, or its beginning and `*`.
    #[serde(default)]
    pub(crate) tool: Option<String>,
    /// The URI of a resource, or its beginning and `*`.
    #[serde(default)]
    pub(crate) resource: Option<String>,
    /// The name of a prompt, or its beginning and `*`.
    #[serde(default)]
    pub(crate) prompt: Option<String>,
    /// A JSON-RPC method, or its beginning and `*`.
    #[serde(default)]
    pub(crate) method: Option<String>,
    /// All the scopes that it needs.
    pub(crate) scopes: Vec<String>,
}

/// An MCP server behind the gateway.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// The name that people see.
    pub(crate) name: String,
    /// Its public URL: the audience of its tokens.
    pub(crate) id: ResourceId,
    /// The MCP server that does the work.
    pub(crate) upstream: Url,
    /// The scopes that it knows.
    pub(crate) scopes: Vec<ScopeEntry>,
    /// What calls need that no rule names.
    pub(crate) default_scope: Scope,
    /// What particular calls need.
    pub(crate) rules: Vec<Rule>,
    /// Web origins whose pages may call it.
    pub(crate) allowed_origins: Vec<String>,
    /// With what the server behind asks about tokens.
    pub(crate) introspection_secret: Option<Zeroizing<String>>,
}

/// What a particular call needs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Rule {
    /// Which call.
    pub(crate) call: Call,
    /// All that it needs.
    pub(crate) scope: Scope,
}

/// A call that a rule names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    /// `tools/call` of this tool.
    Tool(String),
    /// Requests that name this resource's URI.
    Resource(String),
    /// `prompts/get` of this prompt.
    Prompt(String),
    /// Any request of this method.
    Method(String),
}

impl Call {
    /// Its exact name, or its beginning and `*`.
    fn pattern(&self) -> &str {
        let (Self::Tool(pattern)
        | Self::Resource(pattern)
        | Self::Prompt(pattern)
        | Self::Method(pattern)) = self;
        pattern
    }
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
        let key = if prefix == "resources" {
            format!("{prefix}[{position}]")
        } else {
            prefix.to_owned()
        };
        if entries
            .iter()
            .take(position)
            .any(|other| other.name == entry.name)
        {
            problems.refuse(
                format!("{key}.name"),
                format!("\"{}\" is there twice", entry.name),
                "give each resource a name of its own",
            );
        }
        let Some(resource) = one(&key, entry, issuer, environment, problems) else {
            continue;
        };
        if let Some(other) = resources
            .iter()
            .find(|other| overlap(&resource.id, &other.id))
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
    let id = public_url(key, entry, issuer, problems);
    let upstream = upstream(&format!("{key}.upstream"), &entry.upstream, problems);
    let scopes = if entry.scopes.is_empty() {
        vec![everything()]
    } else {
        entry.scopes.clone()
    };
    let known = scopes::resolve(&format!("{key}.scopes"), &scopes, problems);
    let first = scopes.first().map(|scope| scope.name.clone());
    let default_names = entry
        .default_scope
        .clone()
        .unwrap_or_else(|| first.into_iter().collect());
    let default_scope = needed(
        &format!("{key}.default_scope"),
        &default_names,
        &known,
        problems,
    );
    let rules = entry
        .rules
        .iter()
        .enumerate()
        .filter_map(|(position, rule)| {
            one_rule(&format!("{key}.rules[{position}]"), rule, &known, problems)
        })
        .collect();
    for (position, origin) in entry.allowed_origins.iter().enumerate() {
        allowed_origin(
            &format!("{key}.allowed_origins[{position}]"),
            origin,
            problems,
        );
    }
    let introspection_secret = introspection_secret(key, entry, environment, problems);
    Some(Resource {
        name: entry.name.clone(),
        id: id?,
        upstream: upstream?,
        scopes,
        default_scope: default_scope?,
        rules,
        allowed_origins: entry.allowed_origins.clone(),
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

fn public_url(
    key: &str,
    entry: &ResourceEntry,
    issuer: &Issuer,
    problems: &mut Problems,
) -> Option<ResourceId> {
    let (key, text) = match (&entry.path, &entry.url) {
        (Some(path), None) => (format!("{key}.path"), format!("{}{path}", issuer.origin())),
        (None, Some(url)) => (format!("{key}.url"), url.clone()),
        (None, None) => {
            problems.refuse(
                format!("{key}.path"),
                "is missing",
                "write the public path, like \"/mcp\", or a whole `url`",
            );
            return None;
        }
        (Some(_), Some(_)) => {
            problems.refuse(
                format!("{key}.url"),
                "is there beside `path`",
                "leave out one of the two",
            );
            return None;
        }
    };
    if entry
        .path
        .as_ref()
        .is_some_and(|path| !path.starts_with('/'))
    {
        problems.refuse(key, "does not begin with a slash", "write it like \"/mcp\"");
        return None;
    }
    let url = problems.accept(
        &key,
        Url::parse(&text),
        "write it like \"https://mcp.example/mcp\"",
    )?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let root = url.path() == "/" && entry.url.as_ref().is_some_and(|text| !text.ends_with('/'));
    let canonical = if root {
        url.as_str().trim_end_matches('/') == text
    } else {
        url.as_str() == text && (url.path() == "/" || !url.path().ends_with('/'))
    };
    if !plain || !canonical || url.path().contains("//") || url.path().contains('%') {
        problems.refuse(key, "is not in the plain form that clients and we compare", "no query, no slash at the end, no %, no . or .. segments, lower-case host, no default port");
        return None;
    }
    if url.scheme() != if issuer.is_https() { "https" } else { "http" } {
        problems.refuse(
            key,
            format!("is {} although the issuer is not", url.scheme()),
            "issuer and resources share the listeners, so they share the scheme",
        );
        return None;
    }
    if url.scheme() == "http" && !salver_oauth::issuer::is_loopback(&url) {
        problems.refuse(
            key,
            "is plain http, which is for loopback hosts only",
            "begin it with https://",
        );
        return None;
    }
    let on_issuer_host = url.origin().ascii_serialization() == issuer.origin();
    let taken = if on_issuer_host {
        reserved::collision(issuer, url.path())
    } else {
        reserved::within("/.well-known", url.path()).then(|| "/.well-known".to_owned())
    };
    if let Some(ours) = taken {
        problems.refuse(
            key,
            format!("collides with {ours}, which is ours"),
            "choose another path, like \"/mcp\"",
        );
        return None;
    }
    problems.accept(
        &key,
        ResourceId::parse(&text),
        "write it like \"https://mcp.example/mcp\"",
    )
}

fn upstream(key: &str, text: &str, problems: &mut Problems) -> Option<Url> {
    let url = problems.accept(
        key,
        Url::parse(text).map_err(|error| format!("is not a URL: {error}")),
        "write it like \"http://127.0.0.1:9000/mcp\"",
    )?;
    if !matches!(url.scheme(), "http" | "https") {
        problems.refuse(
            key,
            format!("is a {} URL", url.scheme()),
            "salver speaks Streamable HTTP: begin it with http:// or https://",
        );
        return None;
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        problems.refuse(
            key,
            "has a user name, password, query or fragment",
            "the server behind learns who calls from the Salver-Identity header",
        );
        return None;
    }
    Some(url)
}

fn needed(
    key: &str,
    names: &[String],
    known: &BTreeSet<String>,
    problems: &mut Problems,
) -> Option<Scope> {
    if names.is_empty() {
        problems.refuse(
            key,
            "is empty, so a token without any right would do",
            "name at least one scope",
        );
        return None;
    }
    scopes::refuse_unknown(key, names.iter().map(String::as_str), known, problems);
    Scope::try_from(names.iter().map(String::as_str).collect::<Vec<_>>()).ok()
}

fn one_rule(
    key: &str,
    entry: &RuleEntry,
    known: &BTreeSet<String>,
    problems: &mut Problems,
) -> Option<Rule> {
    let scope = needed(&format!("{key}.scopes"), &entry.scopes, known, problems);
    let named: Vec<Call> = [
        entry.tool.clone().map(Call::Tool),
        entry.resource.clone().map(Call::Resource),
        entry.prompt.clone().map(Call::Prompt),
        entry.method.clone().map(Call::Method),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(pattern) = named.iter().map(Call::pattern).find(|pattern| {
        pattern.is_empty()
            || pattern.trim_end_matches('*').len() + 1 < pattern.len()
            || pattern.trim_end_matches('*').contains('*')
    }) {
        problems.refuse(
            key,
            format!("has the pattern \"{pattern}\""),
            "write an exact name, or its beginning and one * at the end",
        );
        return None;
    }
    let [call] = named.as_slice() else {
        problems.refuse(
            key,
            format!("names {} things", named.len()),
            "name exactly one of `tool`, `resource`, `prompt` and `method`",
        );
        return None;
    };
    Some(Rule {
        call: call.clone(),
        scope: scope?,
    })
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

fn introspection_secret(
    key: &str,
    entry: &ResourceEntry,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Zeroizing<String>> {
    let (key, secret) = match (
        &entry.introspection_secret_file,
        &entry.introspection_secret_env,
    ) {
        (None, None) => return None,
        (Some(path), None) => {
            let key = format!("{key}.introspection_secret_file");
            let path = problems.origins().resolve(&key, path);
            let secret = secret_file::text(&key, &path, problems)?;
            (key, secret)
        }
        (None, Some(name)) => {
            let key = format!("{key}.introspection_secret_env");
            let found = environment
                .iter()
                .find(|(variable, _)| variable == name.as_str())
                .and_then(|(_, value)| value.to_str());
            let secret = problems.accept(
                &key,
                found.ok_or_else(|| format!("names {name}, which is not set")),
                "set that environment variable",
            )?;
            (key, Zeroizing::new(secret.to_owned()))
        }
        (Some(_), Some(_)) => {
            problems.refuse(
                format!("{key}.introspection_secret_env"),
                "is there beside `introspection_secret_file`",
                "leave out one of the two",
            );
            return None;
        }
    };
    if secret.len() < 32 || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        problems.refuse(
            key,
            "is too weak: fewer than 32 characters, or spaces and the like among them",
            "make one with: openssl rand -hex 32",
        );
        return None;
    }
    Some(secret)
}

/// Whether a request could be meant for both.
fn overlap(one: &ResourceId, other: &ResourceId) -> bool {
    let (Ok(one), Ok(other)) = (Url::parse(one.as_str()), Url::parse(other.as_str())) else {
        return true;
    };
    one.origin() == other.origin()
        && (reserved::within(one.path(), other.path())
            || reserved::within(other.path(), one.path()))
}

#[cfg(test)]
#[path = "resources_tests.rs"]
mod tests;
