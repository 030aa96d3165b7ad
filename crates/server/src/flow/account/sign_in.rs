//! Signing in: form token, then account, then throttle, then password; only then a session.
//!
//! Whether an account exists shows neither in words nor in time: without one, a password is hashed all the same.

use salver_store::{
    Outcome, StoreError,
    record::{Digest, User},
};

use super::{AccountDeps, browser::Browser};
use crate::{
    form_token::{Holder, Purpose},
    network::Network,
    password::{HashingError, Password, Verified},
    session::{self, NewSession},
    throttle::{Counted, Try, Wait},
};

/// A try to sign in.
pub struct SignIn {
    /// The name.
    pub username: String,
    /// The password.
    pub password: Password,
    /// The token of the form.
    pub form_token: String,
    /// The browser.
    pub browser: Browser,
    /// Where it comes from.
    pub network: Network,
    /// The session that this one replaces.
    pub previous: Option<Digest>,
}

/// What became of it.
pub enum SignedIn {
    /// Signed in.
    Yes {
        /// The new session.
        session: NewSession,
        /// The browser, which knows the account now.
        browser: Browser,
    },
    /// Name and password do not belong together, or the account is disabled.
    WrongPair,
    /// Too many failures.
    TooMany(Wait),
    /// The form was not shown to this browser, or too long ago.
    StaleForm,
    /// Too many passwords are being checked.
    Busy,
}

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password could not be checked.
    #[error("the password could not be checked")]
    Hashing,
}

/// Tries to sign in.
///
/// # Errors
/// If the store does not answer, or a stored hash cannot be read.
pub async fn sign_in(account: &AccountDeps, request: SignIn) -> Result<SignedIn, SignInError> {
    let holder = Holder::Browser(request.browser.id);
    if !account.accepts(&request.form_token, Purpose::SignIn, &holder) {
        return Ok(SignedIn::StaleForm);
    }
    let user = account.deps.store.find_user_by_name(request.username.trim()).await?;
    let counted = counted(account, &request, user.as_ref());
    let tried = match account.throttle.begin(&counted, account.deps.now()) {
        Ok(tried) => tried,
        Err(wait) => return Ok(SignedIn::TooMany(wait)),
    };
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    match account.passwords.verify(request.password, stored, account.deps.random()).await {
        Ok(Verified::Yes { rehashed }) => match user.filter(|user| user.disabled_at.is_none()) {
            Some(user) => {
                let entry = Entry {
                    user,
                    rehashed,
                    tried,
                    browser: request.browser,
                    previous: request.previous,
                };
                enter(account, entry).await
            }
            None => Ok(SignedIn::WrongPair),
        },
        Ok(Verified::No) => Ok(SignedIn::WrongPair),
        Err(HashingError::Busy) => {
            account.throttle.succeeded(tried); // nothing was tried
            Ok(SignedIn::Busy)
        }
        Err(HashingError::Failed) => Err(SignInError::Hashing),
    }
}

struct Entry {
    user: User,
    rehashed: Option<String>,
    tried: Try,
    browser: Browser,
    previous: Option<Digest>,
}

async fn enter(account: &AccountDeps, entry: Entry) -> Result<SignedIn, SignInError> {
    account.throttle.succeeded(entry.tried);
    if let Some(hash) = entry.rehashed
        && account.deps.store.set_password_hash(entry.user.id, hash).await? == Outcome::Lost
    {
        return Ok(SignedIn::WrongPair); // the account went away meanwhile
    }
    if let Some(previous) = entry.previous {
        account.deps.store.end_session(previous).await?;
    }
    let session = session::begin(account, entry.user.id, account.deps.now()).await?;
    Ok(SignedIn::Yes { session, browser: entry.browser.remembering(entry.user.id) })
}

fn counted(account: &AccountDeps, request: &SignIn, user: Option<&User>) -> Vec<Counted> {
    let account = account_key(account, &request.username);
    match user {
        Some(user) if request.browser.knows(user.id) => {
            vec![Counted::Browser(request.browser.id, account)]
        }
        _ => vec![Counted::Account(account, request.network), Counted::Network(request.network)],
    }
}

/// A name of fixed length for an account that may not exist.
fn account_key(account: &AccountDeps, username: &str) -> [u8; 16] {
    let name = username.trim().to_uppercase().to_lowercase(); // as the store compares names
    let hash = account.keys.forms.hmac(&[b"account1", name.as_bytes()].concat());
    hash.first_chunk().copied().unwrap_or_default()
}
