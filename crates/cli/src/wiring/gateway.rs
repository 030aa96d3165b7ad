//! What does the gateway get to know? Its part of the settings, and the server's answers to its questions.

use std::{sync::Arc, time::Duration};

use salver_gateway::{
    Gateway, Limits, Parts, ResourceSettings, Rule as GatewayRule, RuleSubject, ScopeSettings,
};
use salver_oauth::Scope;
use salver_server::{chance, deps::Deps};

use super::{callers, egress, standing};
use crate::{
    config::{
        Settings,
        resources::{
            Resource,
            rule::{Call, Rule},
        },
        scopes::ScopeEntry,
    },
    failure::Failure,
};

/// The gateway in front of all resources.
pub(super) fn build(settings: &Settings, deps: &Arc<Deps>) -> Result<Gateway, Failure> {
    let parts = Parts {
        issuer: settings.server.issuer.clone(),
        upstream: egress::upstream(settings, &deps.egress)?,
        standing: Arc::new(standing::OfServer(Arc::clone(deps))),
        keys: {
            let deps = Arc::clone(deps);
            Arc::new(move || Arc::clone(&deps.keyring.keys().access_keys))
        },
        callers: Arc::new(callers::OfServer(Arc::clone(deps))),
        now: {
            let deps = Arc::clone(deps);
            Arc::new(move || deps.now())
        },
        incident: {
            let deps = Arc::clone(deps);
            Arc::new(move || chance::attempt_code(&*deps.chance))
        },
        limits: Limits {
            body_bytes: usize::try_from(settings.limits.body_bytes).unwrap_or(usize::MAX),
            body_time: Duration::from_secs(settings.limits.body_seconds.into()),
        },
    };
    let resources: Vec<ResourceSettings> = settings.resources.iter().map(resource).collect();
    Gateway::new(parts, &resources)
        .map_err(|error| Failure::Setup { part: "the gateway", why: error.to_string() })
}

fn resource(resource: &Resource) -> ResourceSettings {
    ResourceSettings {
        name: resource.name.clone(),
        id: resource.id.clone(),
        upstream: resource.upstream.clone(),
        default_scope: resource.default_scope.clone(),
        scopes: resource.scopes.iter().map(scope).collect(),
        rules: resource.rules.iter().map(rule).collect(),
        allowed_origins: resource.allowed_origins.clone(),
    }
}

fn scope(entry: &ScopeEntry) -> ScopeSettings {
    let implies: Vec<&str> = entry.implies.iter().map(String::as_str).collect();
    // The names were checked to be scopes of the resource.
    let implies = Scope::try_from(implies).unwrap_or_default();
    ScopeSettings { name: entry.name.clone(), sentence: entry.sentence.clone(), implies }
}

fn rule(rule: &Rule) -> GatewayRule {
    let subject = match rule.call.clone() {
        Call::Tool(pattern) => RuleSubject::Tool(pattern),
        Call::Resource(pattern) => RuleSubject::Resource(pattern),
        Call::Prompt(pattern) => RuleSubject::Prompt(pattern),
        Call::Method(pattern) => RuleSubject::Method(pattern),
    };
    GatewayRule { subject, scope: rule.scope.clone() }
}
