//! What are logins judged by? Everything that can be exchanged while the server runs, in one value: a login asks once, and keeps to the
//! answer until it ends.

use std::sync::Arc;

use arc_swap::ArcSwap;
use salver_policy::{
    catalogue::Catalogue,
    impersonation::{Protected, ProtectedNames},
    rules::RuleSet,
};

/// What logins are judged by at one moment.
pub struct Policy {
    /// Well-known clients: their names, relays, and copies of their documents.
    pub catalogue: Arc<Catalogue>,
    /// The operator's rules.
    pub rules: Arc<RuleSet>,
    /// Names and hosts that belong to somebody: the catalogue's, the operator's, and those of pre-registered clients.
    pub protected: ProtectedNames,
    entered: Arc<[Protected]>,
}

impl Policy {
    /// Puts it together; `entered` are the names of clients that an administrator entered.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>, rules: Arc<RuleSet>, entered: Arc<[Protected]>) -> Self {
        let named = rules.protected_names().iter();
        let named =
            named.map(|(name, owner)| Protected { name: name.clone(), owner: owner.clone() });
        let more: Vec<Protected> = entered.iter().cloned().chain(named).collect();
        Self { protected: ProtectedNames::of(&catalogue, more), catalogue, rules, entered }
    }
}

/// What logins are judged by now.
pub struct CurrentPolicy(ArcSwap<Policy>);

impl CurrentPolicy {
    /// Begins with this one.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self(ArcSwap::from_pointee(policy))
    }

    /// The policy of this moment.
    #[must_use]
    pub fn get(&self) -> Arc<Policy> {
        self.0.load_full()
    }

    /// Puts another catalogue in force.
    pub fn set_catalogue(&self, catalogue: &Arc<Catalogue>) {
        self.0.rcu(|policy| {
            let (rules, entered) = (Arc::clone(&policy.rules), Arc::clone(&policy.entered));
            Policy::new(Arc::clone(catalogue), rules, entered)
        });
    }

    /// Puts other rules in force, all of them at once.
    pub fn set_rules(&self, rules: &Arc<RuleSet>) {
        self.0.rcu(|policy| {
            let (catalogue, entered) = (Arc::clone(&policy.catalogue), Arc::clone(&policy.entered));
            Policy::new(catalogue, Arc::clone(rules), entered)
        });
    }
}

#[cfg(test)]
mod tests {
    use salver_policy::{
        impersonation::NameHit,
        rules::{Known, PolicySection},
    };

    use super::*;

    fn rules(section: &PolicySection) -> Arc<RuleSet> {
        Arc::new(RuleSet::new(section, &Known::default()).unwrap())
    }

    fn owner(policy: &Policy, claimed: &str) -> Option<String> {
        match policy.protected.name(claimed)? {
            NameHit::Taken { protected, .. } => Some(protected.owner.to_string()),
            NameHit::MixedScripts => None,
        }
    }

    #[test]
    fn what_is_exchanged_takes_its_names_along_and_leaves_the_rest() {
        let entered = Protected { name: "Acme CRM".into(), owner: "as.example".into() };
        let catalogue = Arc::new(Catalogue::embedded().clone());
        let plain = rules(&PolicySection::default());
        let current = CurrentPolicy::new(Policy::new(catalogue, plain, [entered].into()));
        let before = current.get();
        assert_eq!(owner(&before, "Acme CRM").as_deref(), Some("as.example"));
        assert_eq!(owner(&before, "Claude").as_deref(), Some("claude.ai"));
        assert_eq!(owner(&before, "Acme Notes"), None);

        let names = [("Acme Notes".to_owned(), "acme.example".to_owned())].into();
        current.set_rules(&rules(&PolicySection { names, ..PolicySection::default() }));
        assert_eq!(owner(&current.get(), "Acme Notes").as_deref(), Some("acme.example"));
        current.set_catalogue(&Arc::new(Catalogue::empty()));
        let after = current.get();
        assert_eq!(owner(&after, "Claude"), None);
        assert_eq!(owner(&after, "Acme Notes").as_deref(), Some("acme.example"));
        assert_eq!(owner(&after, "Acme CRM").as_deref(), Some("as.example"));
        assert_eq!(owner(&before, "Claude").as_deref(), Some("claude.ai"), "a login keeps its own");
    }
}
