//! Whose software statements are believed, and what has each issuer signed? Seen and changed by administrators; adding one is a command's.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::KeySet;
use salver_store::{Outcome, StoreError};

use super::Administrator;
pub use crate::flow::anchors::{AnchorPlace, Gone, Known, Software};
use crate::{
    deps::Deps,
    flow::{
        account::AccountDeps,
        anchors::{self, AnchorRefusal},
        ban,
        keys_at::KeysUnreadable,
        statement,
    },
    form_token::{Holder, Purpose},
};

/// What can be done to an anchor on its page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AnchorStep {
    /// Believe nothing that it signs for the time being.
    Suspend,
    /// Believe it again.
    Resume,
    /// Trust it no more.
    Remove,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stepped {
    /// It is done.
    Done,
    /// It is gone, and what it had vouched for.
    Removed,
    /// There is nothing to be done: somebody was quicker, or the configuration holds it.
    Nothing,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

impl AnchorStep {
    /// Reads one from an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Suspend, Self::Resume, Self::Remove].into_iter().find(|step| step.id() == text)
    }

    /// As it stands in addresses.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Remove => "remove",
        }
    }

    /// Whether it can be taken with this anchor as it is.
    #[must_use]
    pub fn is_open(self, known: &Known) -> bool {
        match self {
            Self::Suspend => !known.is_suspended && known.anchor.is_some(),
            Self::Resume => known.is_suspended,
            Self::Remove => known.place != AnchorPlace::Configuration || known.is_shadowing,
        }
    }
}

/// The name of an anchor in addresses: an issuer has slashes and dots.
#[must_use]
pub fn key(issuer: &str) -> String {
    let hash = digest(&SHA256, issuer.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..16).unwrap_or_default())
}

/// All anchors, by issuer.
///
/// # Errors
/// If the store fails.
pub async fn list(deps: &Deps, _: &Administrator) -> Result<Vec<Known>, StoreError> {
    anchors::list(&*deps.store, &deps.anchors.all()).await
}

/// One anchor, by its name in addresses.
///
/// # Errors
/// If the store fails.
pub async fn find(
    deps: &Deps,
    administrator: &Administrator,
    wanted: &str,
) -> Result<Option<Known>, StoreError> {
    let known = list(deps, administrator).await?;
    Ok(known.into_iter().find(|known| key(&known.issuer) == wanted))
}

/// The keys of an anchor, as they are read now: from its URL at most once in the time that its host allows.
///
/// # Errors
/// [`KeysUnreadable`]; then nothing that it signs is believed.
pub async fn keys(deps: &Deps, known: &Known) -> Option<Result<Arc<KeySet>, KeysUnreadable>> {
    let anchor = known.anchor.as_ref()?;
    Some(statement::keys(&deps.egress, anchor, None).await)
}

/// Takes a step with an anchor, and ends at once what ends with it.
///
/// # Errors
/// If the store fails.
pub async fn step(
    account: &AccountDeps,
    administrator: &Administrator,
    (known, step): (&Known, AnchorStep),
    form_token: &str,
) -> Result<Stepped, StoreError> {
    let person = administrator.person();
    let holder = Holder::Session(person.session.token);
    if !account.accepts(form_token, Purpose::Anchor, &holder) {
        return Ok(Stepped::StaleForm);
    }
    let deps = &account.deps;
    let configured = deps.anchors.all();
    let (store, whose) = (&*deps.store, (&**configured, &*known.issuer));
    let by = (&*person.user.username, deps.now());
    let outcome = match step {
        AnchorStep::Suspend => anchors::set_suspended(store, whose, true, by).await,
        AnchorStep::Resume => anchors::set_suspended(store, whose, false, by).await,
        AnchorStep::Remove => anchors::remove(store, whose, by).await.map(|_| Outcome::Applied),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(AnchorRefusal::Store(error)) => return Err(error),
        Err(_) => Outcome::Lost,
    };
    if outcome == Outcome::Lost {
        return Ok(Stepped::Nothing);
    }
    tracing::info!(issuer = known.issuer, step = step.id(), user = %person.user.id, "a trust anchor is changed");
    ban::follow(deps).await?;
    deps.revocations.refresh(store, deps.now()).await?;
    let is_gone = step == AnchorStep::Remove && known.place != AnchorPlace::Configuration;
    Ok(if is_gone { Stepped::Removed } else { Stepped::Done })
}
