//! For whom is a proof needed at the token endpoint, and what does that demand? What a login began with it goes on with (CIMD-K-7, ABCA-10).

use salver_oauth::{
    UserId,
    client::metadata::Keys,
    token::{attestation::AttestationFault, error::TokenError},
};
use salver_policy::evidence::Evidence;
use salver_store::record::{Digest, Grant};

use super::attestation::Attested;
use crate::flow::{terms::Terms, token::TokenRefusal};

/// For whom the proof is needed.
pub(in crate::flow) struct Whose<'w> {
    /// The person whose code or installation it is.
    pub(in crate::flow) person: UserId,
    /// The key by which the installation was started, if by one.
    pub(in crate::flow) started_by: Option<&'w str>,
    /// The version of the client's document that the login began with, if it is not at its end.
    pub(in crate::flow) began_with: Option<Digest>,
    /// The attested key of the installation whose code or installation it is, if it was attested.
    pub(in crate::flow) instance: Option<&'w str>,
    /// The grant that it belongs to.
    pub(in crate::flow) grant: &'w Grant,
}

impl<'w> Whose<'w> {
    /// For whom a grant is.
    pub(in crate::flow) fn of(
        grant: &'w Grant,
        (started_by, instance): (Option<&'w str>, Option<&'w str>),
        began_with: Option<Digest>,
    ) -> Self {
        Self { person: grant.user, started_by, began_with, instance, grant }
    }

    /// ABCA-10: what was begun by an attested installation goes on with that one alone, and what was granted to one only while it is attested as well as then.
    pub(super) fn check_instance(
        &self,
        attested: Option<&Attested>,
    ) -> Result<(), AttestationFault> {
        match (self.instance, attested) {
            (Some(_), None) => return Err(AttestationFault::Needed),
            (Some(begun), Some(now)) if *begun != *now.key => {
                return Err(AttestationFault::OtherInstallation);
            }
            _ => {}
        }
        let evidence = attested.map(|now| now.evidence).unwrap_or_default();
        if self.grant.instance.is_some()
            && evidence.intersection(Evidence::OF_INSTALLATION).is_empty()
        {
            return Err(AttestationFault::Needed);
        }
        Ok(())
    }

    /// Whether the rule of the login lets keys come from where this client has them.
    pub(super) fn check_keys(&self, keys: &Keys) -> Result<(), TokenRefusal> {
        if let Keys::At(url) = keys
            && Terms::read(self.grant)?.refuse_keys_at(url)
        {
            tracing::info!(
                url,
                "a client's keys are at a host that the rule of its login does not list"
            );
            return Err(TokenError::ClientAuthentication.into());
        }
        Ok(())
    }
}
