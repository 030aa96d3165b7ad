//! A refresh token is rotated, answered again, or recognised as stolen (DESIGN 4.9).

use salver_oauth::{
    ResourceId, Timestamp,
    grant::refresh::{Decision, RefreshToken, Standing, decide},
    token::{
        error::TokenError,
        request::{TokenRequest, narrowed},
    },
};
use salver_store::{
    Outcome,
    record::{AdvanceInstallation, Grant, Installation, RevocationReason, Subject},
};

use super::{
    Issued, TokenRefusal,
    issue::{Generation, issue, token_id},
    not_good, refuse_banned,
};
use crate::{
    deps::Deps,
    flow::{
        client_authentication::{Claimed, Whose},
        refusal::Unavailable,
        terms::Terms,
    },
};

/// How often a rotation is decided anew because another request came in between. Each loss is somebody else's success.
const TRIES: usize = 8;

pub(super) async fn rotate(
    deps: &Deps,
    (claimed, request): (Claimed<'_>, &TokenRequest),
    text: &str,
    scope: Option<&str>,
) -> Result<Issued, TokenRefusal> {
    let Some(presented) = RefreshToken::parse(text, deps.secrets.refresh_tokens()) else {
        return Err(not_good(deps, claimed.client_id(), TokenError::RefreshToken));
    };
    let client_id = claimed.client_id().clone();
    let mut unproven = Some(claimed);
    let mut proven = None;
    for _ in 0..TRIES {
        let found = deps.store.find_installation(presented.installation()).await?;
        // The seal says that it was ours, so its client was known once, whatever is left of it now.
        let Some((installation, grant)) = found else {
            return Err(TokenError::RefreshToken.into());
        };
        if grant.client_id != client_id.as_str() {
            return Err(not_good(deps, &client_id, TokenError::RefreshToken));
        }
        if installation.ended_at.is_some() || grant.revoked_at.is_some() {
            return Err(TokenError::RefreshToken.into()); // DESIGN 4.5: nobody is asked outside for what has ended
        }
        if let Some(claimed) = unproven.take() {
            refuse_banned(deps, &grant, &[])?;
            let (key, instance) = (&installation.client_key, &installation.instance_key);
            let whose = Whose::of(&grant, (key.as_deref(), instance.as_deref()), None);
            proven = Box::pin(claimed.prove(deps, whose)).await?.client_key;
        }
        let granted = ResourceId::parse(&grant.resource).map_err(|_| Unavailable::Crypto)?;
        request.check_resource(&granted)?;
        let scope = narrowed(scope, &installation.scope)?;
        let now = deps.now();
        let family = Family {
            deps,
            installation: &installation,
            grant: &grant,
            presented: &presented,
            proven: proven.as_deref(),
            now,
        };
        let decision = family.decide();
        if matches!(decision, Decision::Repeat | Decision::Replace)
            && proven.as_deref() != installation.client_key.as_deref()
        {
            return Err(TokenError::ClientAuthentication.into()); // DESIGN 4.9: the answer goes to whom it was for
        }
        let next = match decision {
            Decision::Ended => return Err(TokenError::RefreshToken.into()),
            Decision::Theft => {
                family.end().await?;
                return Err(TokenError::RefreshToken.into());
            }
            Decision::Repeat => Some(installation.generation),
            decision @ (Decision::Rotate | Decision::Replace) => family.advance(decision).await?,
        };
        if let Some(number) = next {
            let refresh_token = presented.successor(number, deps.secrets.refresh_tokens());
            // The same generation keeps its time, so that a repeated answer gives no longer life.
            let issued_at =
                if number == installation.generation { installation.rotated_at } else { now };
            let generation = Generation {
                grant: &grant,
                installation: installation.id,
                number,
                refresh_token: &refresh_token,
                scope,
                issued_at,
            };
            return issue(deps, generation);
        }
    }
    Err(TokenError::RefreshToken.into())
}

struct Family<'f> {
    deps: &'f Deps,
    installation: &'f Installation,
    grant: &'f Grant,
    presented: &'f RefreshToken,
    /// The key that the client has just authenticated with.
    proven: Option<&'f str>,
    now: Timestamp,
}

impl Family<'_> {
    fn decide(&self) -> Decision {
        let installation = self.installation;
        let seen = installation.used_generation.max(self.deps.usage.generation(installation.id));
        let standing = Standing {
            generation: installation.generation,
            current: &installation.current,
            previous: installation.previous.as_ref(),
            rotated_at: installation.rotated_at,
            successor_used: seen.is_some_and(|generation| generation >= installation.generation),
            live: installation.ended_at.is_none()
                && self.grant.revoked_at.is_none()
                // DESIGN 4.7: until somebody has said yes to what has changed.
                && self.grant.held_at.is_none()
                && self.now < installation.expires_at,
        };
        decide(&standing, &self.presented.digest(self.deps.secrets.refresh_tokens()), self.now)
    }

    /// The next generation's number; `None` if another request came first.
    async fn advance(&self, decision: Decision) -> Result<Option<u32>, TokenRefusal> {
        let deps = self.deps;
        let number = self.installation.generation.saturating_add(1);
        let successor = self.presented.successor(number, deps.secrets.refresh_tokens());
        let advance = AdvanceInstallation {
            id: self.installation.id,
            expected_generation: self.installation.generation,
            current: successor.digest(deps.secrets.refresh_tokens()),
            previous: self.presented.digest(deps.secrets.refresh_tokens()),
            client_key: self.proven.map(Into::into),
            now: self.now,
            expires_at: Terms::read(self.grant)?.refresh_end(&deps.settings.lifetimes, self.now),
        };
        if deps.store.advance_installation(advance).await? == Outcome::Lost {
            return Ok(None);
        }
        if decision == Decision::Replace {
            tracing::info!(installation = %self.installation.id, "an answer was lost: its unused tokens end");
            let unused = token_id(deps, self.installation.id, self.installation.generation);
            self.revoke(Subject::Token(unused)).await?;
        }
        Ok(Some(number))
    }

    /// Somebody has a copy: nothing of this family is good any more.
    async fn end(&self) -> Result<(), TokenRefusal> {
        tracing::warn!(installation = %self.installation.id, "a dead refresh token was presented: its installation ends");
        self.revoke(Subject::Installation(self.installation.id)).await
    }

    async fn revoke(&self, subject: Subject) -> Result<(), TokenRefusal> {
        self.deps.store.revoke(subject, RevocationReason::Replay, self.now).await?;
        self.deps.revocations.refresh(&*self.deps.store, self.now).await?;
        Ok(())
    }
}
