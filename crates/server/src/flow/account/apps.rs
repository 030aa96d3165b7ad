//! Connected apps: seeing what was let in, and ending it, at the gateway and introspection at once (O21-19).

use salver_oauth::{ApplicationId, UserId};
use salver_policy::assessment::Rung;
use salver_store::{StoreError, record::Session};

pub use salver_store::record::{ApplicationOverview, Grant, Installation};

use serde::Deserialize;

use super::AccountDeps;
use crate::form_token::{Holder, Purpose};

/// What became of a wish to disconnect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Disconnected {
    /// So many grants ended.
    Ended {
        /// The application's label.
        label: String,
        /// How many.
        grants: u64,
    },
    /// There was nothing to end: no such application, or ended before.
    Nothing,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// What a user has let in.
///
/// # Errors
/// If the store does not answer.
pub async fn list(
    account: &AccountDeps,
    user: UserId,
) -> Result<Vec<ApplicationOverview>, StoreError> {
    account.deps.store.list_applications(user).await
}

/// How much was proven of the client at the newest consent; nothing if that cannot be read.
#[must_use]
pub fn rung(grant: &Grant) -> Option<Rung> {
    #[derive(Deserialize)]
    struct OnRecord {
        rung: Rung,
    }
    serde_json::from_str::<OnRecord>(&grant.assessment).ok().map(|on_record| on_record.rung)
}

/// Ends all of a user's connections to an application.
///
/// # Errors
/// If the store does not answer.
pub async fn disconnect(
    account: &AccountDeps,
    session: &Session,
    application: &str,
    form_token: &str,
) -> Result<Disconnected, StoreError> {
    if !account.accepts(form_token, Purpose::Disconnect, &Holder::Session(session.token)) {
        return Ok(Disconnected::StaleForm);
    }
    let Ok(application) = application.parse::<ApplicationId>() else {
        return Ok(Disconnected::Nothing);
    };
    let known = account.deps.store.list_applications(session.user).await?;
    let Some(found) = known.into_iter().find(|overview| overview.id == application) else {
        return Ok(Disconnected::Nothing);
    };
    let now = account.deps.now();
    let (grants, _) = account.deps.store.revoke_application(session.user, application, now).await?;
    account.deps.revocations.refresh(&*account.deps.store, now).await?; // this node need not wait for its next reading
    Ok(if grants == 0 {
        Disconnected::Nothing
    } else {
        Disconnected::Ended { label: found.label, grants }
    })
}
