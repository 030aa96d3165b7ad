//! The first page of an account: what it tells.

use salver_oauth::UserId;
use salver_store::StoreError;

use super::AccountDeps;

/// How many applications a user has connected.
///
/// # Errors
/// If the store does not answer.
pub async fn connected(account: &AccountDeps, user: UserId) -> Result<usize, StoreError> {
    Ok(account.deps.store.list_applications(user).await?.len())
}
