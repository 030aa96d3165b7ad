//! A code is redeemed: once, by whoever asked for it. Redemption, the new refresh family and the grant's use are one unit of work.

use salver_oauth::{
    InstallationId, ResourceId, Timestamp,
    grant::{
        code::{Decision, Kept, Presented, decide},
        pkce::Challenge,
        refresh::RefreshToken,
    },
    token::{error::TokenError, request::TokenRequest},
};
use salver_store::{
    Outcome,
    record::{Code, Installation, RedeemCode, RevocationReason, Subject},
};

use super::{
    Issued, TokenRefusal,
    issue::{Generation, issue},
    not_good, refuse_banned,
};
use crate::{
    deps::Deps,
    flow::{
        client_authentication::{Claimed, Whose},
        funnel::{self, FunnelStep},
        refusal::Unavailable,
        terms::Terms,
    },
};

pub(super) async fn redeem(
    deps: &Deps,
    (claimed, request): (Claimed<'_>, &TokenRequest),
    (text, verifier, redirect_uri): (&str, &str, Option<&str>),
) -> Result<Issued, TokenRefusal> {
    let digest = deps.secrets.digest(text);
    let client_id = claimed.client_id().clone();
    let found = deps.store.find_code(digest).await?;
    let Some((code, grant)) = found.filter(|(_, grant)| grant.client_id == client_id.as_str())
    else {
        return Err(not_good(deps, &client_id, TokenError::Code));
    };
    refuse_banned(deps, &grant, &[])?;
    // CIMD-K-7: who proved itself when it pushed the request does so again.
    let begun_by = (code.pushed_by.as_deref(), code.instance_key.as_deref());
    let whose = Whose::of(&grant, begun_by, Some(code.metadata));
    let proven = Box::pin(claimed.prove(deps, whose)).await?;
    let challenge = Challenge::kept(&code.code_challenge);
    let resource = ResourceId::parse(&grant.resource).map_err(|_| Unavailable::Crypto)?;
    let kept = Kept {
        redirect_uri: &code.redirect_uri,
        challenge: &challenge,
        resource: &resource,
        expires_at: code.expires_at,
        spent: code.redeemed_by.is_some(),
        grant_stands: grant.revoked_at.is_none(),
    };
    let presented = Presented { redirect_uri, verifier, resources: &request.resources };
    let now = deps.now();
    match decide(&kept, &presented, now) {
        Decision::Refuse(error) => Err(error.into()),
        Decision::Replay => {
            end_what_it_gave(deps, code.redeemed_by, now).await?;
            Err(TokenError::Code.into())
        }
        Decision::Redeem => {
            let token =
                RefreshToken::first(InstallationId::from_bytes(deps.random()), deps.random());
            let installation = Installation {
                client_key: proven.client_key.map(String::from),
                instance_key: proven.instance_key.map(String::from),
                expires_at: Terms::read(&grant)?.refresh_end(&deps.settings.lifetimes, now),
                ..installation(deps, &token, (&code, now))
            };
            let generation = Generation {
                grant: &grant,
                installation: installation.id,
                number: 0,
                refresh_token: &token,
                scope: code.scope,
                issued_at: now,
            };
            // Signed before the writer is asked: it serves everybody.
            let issued = issue(deps, generation)?;
            match deps.store.redeem_code(RedeemCode { code: digest, installation }).await? {
                Outcome::Applied => {
                    funnel::note(deps, FunnelStep::Used, &grant.fingerprint);
                    Ok(issued)
                }
                Outcome::Lost => {
                    // Somebody else redeemed it at this very moment, with everything right: a replay, whoever was first.
                    let found = deps.store.find_code(digest).await?;
                    let gave = found.and_then(|(code, _)| code.redeemed_by);
                    end_what_it_gave(deps, gave, now).await?;
                    Err(TokenError::Code.into())
                }
            }
        }
    }
}

/// somebody has a copy of the code, so what it gave is not safe.
async fn end_what_it_gave(
    deps: &Deps,
    gave: Option<InstallationId>,
    now: Timestamp,
) -> Result<(), TokenRefusal> {
    let Some(installation) = gave else { return Ok(()) };
    tracing::warn!(%installation, "a spent code was presented with everything else right: its installation ends");
    deps.store.revoke(Subject::Installation(installation), RevocationReason::Replay, now).await?;
    deps.revocations.refresh(&*deps.store, now).await?;
    Ok(())
}

/// The installation that a code starts.
fn installation(
    deps: &Deps,
    token: &RefreshToken,
    (code, now): (&Code, Timestamp),
) -> Installation {
    Installation {
        id: token.installation(),
        grant: code.grant,
        scope: code.scope.clone(),
        client_key: None,
        instance_key: None,
        generation: 0,
        current: token.digest(deps.secrets.refresh_tokens()),
        previous: None,
        rotated_at: now,
        used_generation: None,
        created_at: now,
        last_used_at: now,
        expires_at: now.plus_seconds(deps.settings.lifetimes.refresh_unused),
        ended_at: None,
    }
}
