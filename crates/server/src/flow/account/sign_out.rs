//! Signing out: the session ends in the store, so its cookie is worth nothing wherever it went.

use salver_store::{StoreError, record::Session};

use super::AccountDeps;
use crate::form_token::{Holder, Purpose};

/// What became of a wish to sign out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignedOut {
    /// The session has ended.
    Yes,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Ends a session.
///
/// # Errors
/// If the store does not answer.
pub async fn sign_out(
    account: &AccountDeps,
    session: &Session,
    form_token: &str,
) -> Result<SignedOut, StoreError> {
    if !account.accepts(form_token, Purpose::SignOut, &Holder::Session(session.token)) {
        return Ok(SignedOut::StaleForm);
    }
    account.deps.store.end_session(session.token).await?;
    Ok(SignedOut::Yes)
}
