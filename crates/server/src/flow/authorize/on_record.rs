//! What is on record for this very login: which grant it falls under, and which pushed request it spends?

use salver_policy::assessment::Rung;
use salver_store::record::{Grant, SpentRequest};

use super::Prepared;
use crate::deps::Deps;

impl Prepared<'_> {
    /// The pushed request that a code for this login spends, remembered until no page could answer it any more.
    pub(in crate::flow) fn spent(&self, deps: &Deps) -> Option<SpentRequest> {
        let pushed = self.pushed.as_ref()?;
        let until = pushed.expires_at.plus_seconds(deps.settings.lifetimes.consent_page + 1);
        Some(SpentRequest { number: pushed.number, until })
    }

    /// The live grant for this recipient at this resource, and for this installation if it is attested.
    #[must_use]
    pub fn grant_on_record(&self) -> Option<&Grant> {
        if self.grants.is_empty() {
            return None;
        }
        let recipient = self.back.recipient().to_string();
        let resource = self.accepted.offer.resource.as_str();
        let is_same = |grant: &&Grant| {
            grant.recipient == recipient
                && grant.resource == resource
                && grant.instance.as_deref() == self.instance()
        };
        self.grants.iter().find(is_same)
    }

    /// The key of the installation, if this very one is attested: what it is given is for it alone (decision 13).
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        let is_attested = self.judged.assessment.rung == Rung::Attested;
        let pushed = self.pushed.as_ref().filter(|_| is_attested)?;
        pushed.proven.instance_key.as_deref()
    }
}
