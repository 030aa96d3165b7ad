//! What does a particular tool, resource, prompt or method need?

use std::collections::BTreeSet;

use salver_oauth::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{problem::Problems, scopes};

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

/// What an entry means.
pub(super) fn resolve(
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
    if let Some(pattern) = named.iter().map(Call::pattern).find(|pattern| !is_pattern(pattern)) {
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
    Some(Rule { call: call.clone(), scope: scope? })
}

fn is_pattern(text: &str) -> bool {
    !text.is_empty() && !text.strip_suffix('*').unwrap_or(text).contains('*')
}

/// Scopes that must be there, and at least one.
pub(super) fn needed(
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
