//! Which rules decide who may come in? Understood in `salver-policy`; here they get their file and line.

use std::sync::Arc;

use salver_policy::rules::{Known, PolicySection, RuleSet};

use super::{problem::Problems, resources::Resource};

/// Rules, understood, with what they could name.
#[derive(Clone, Debug)]
pub(crate) struct PolicySettings {
    /// The rules.
    pub(crate) rules: Arc<RuleSet>,
    /// The resources and scopes of this server.
    #[expect(dead_code, reason = "what a check of the rules asks")]
    pub(crate) known: Known,
}

/// What the section means.
pub(crate) fn resolve(
    section: &PolicySection,
    resources: &[Resource],
    problems: &mut Problems,
) -> Option<PolicySettings> {
    let mut known = Known::default();
    for resource in resources {
        known.add_resource(&resource.name, resource.id.as_str());
        resource.scopes.iter().for_each(|scope| known.add_scope(&scope.name));
    }
    match RuleSet::new(section, &known) {
        Ok(rules) => Some(PolicySettings { rules: Arc::new(rules), known }),
        Err(faults) => {
            for fault in faults {
                let key = format!("policy.{}", fault.key);
                problems.refuse(key, fault.why.to_string(), fault.why.hint());
            }
            None
        }
    }
}
