//! How is an explanation told? In its own text, which a page shows too; or as JSON, member by member.

use salver_policy::{
    explain::{Explanation, RuleLine},
    judge::Outcome,
};
use salver_server::flow::explain::Explained;
use serde_json::{Value, json};

use crate::command::client::quoted;

pub(super) fn text(login: &Explained) -> String {
    format!("{:<17}{}\n{login}", "redirect URI", quoted(&login.redirect_uri))
}

pub(super) fn json(login: &Explained) -> Value {
    match &login.outcome {
        Err(refusal) => {
            json!({ "redirect_uri": login.redirect_uri, "refusal": refusal.to_string() })
        }
        Ok(explanation) => with_verdict(login, explanation),
    }
}

fn with_verdict(login: &Explained, explanation: &Explanation) -> Value {
    let verdict = &explanation.verdict;
    let facts = explanation.facts.iter();
    let facts = facts.map(|fact| json!({ "fact": fact.label, "value": fact.value }));
    let warning = match &verdict.outcome {
        Outcome::Warn(words) => Some(words),
        Outcome::Allow | Outcome::Review | Outcome::Deny => None,
    };
    json!({
        "redirect_uri": login.redirect_uri,
        "outcome": verdict.outcome.kind(),
        "reason": verdict.reason.id(),
        "why": verdict.reason.to_string(),
        "rule": verdict.rule,
        "sentence": verdict.sentence,
        "warning": warning,
        "scopes": verdict.scopes.to_string(),
        "refused_key_host": login.refused_key_host,
        "rules_version": explanation.version,
        "facts": facts.collect::<Vec<_>>(),
        "rules": explanation.rules.iter().map(rule).collect::<Vec<_>>(),
        "text": login.to_string(),
    })
}

fn rule(line: &RuleLine) -> Value {
    json!({
        "rule": line.name, "sentence": line.sentence, "then": line.then,
        "fate": line.fate.id(), "why": line.fate.to_string(),
    })
}
