//! Who is signed in? Sessions live in the store, under the keyed hash of a random cookie value.

use http::{HeaderMap, HeaderValue};
use salver_oauth::{Timestamp, UserId};
use salver_store::{
    StoreError,
    record::{Digest, Session, User},
};
use zeroize::Zeroizing;

use crate::{
    chance::secret_text,
    cookie::{Cookie, Cookies},
    flow::account::AccountDeps,
};

/// A session that has just begun.
pub struct NewSession {
    /// The session as it is stored.
    pub session: Session,
    /// The value of its cookie.
    pub secret: Zeroizing<String>,
}

/// The session and user of a request, if it carries a live session.
///
/// # Errors
/// If the store does not answer.
pub async fn current(
    account: &AccountDeps,
    headers: &HeaderMap,
) -> Result<Option<(Session, User)>, StoreError> {
    match presented(account, headers) {
        Some(token) => account.deps.store.find_session(token, account.deps.now()).await,
        None => Ok(None),
    }
}

/// The digest of the session cookie that a request carries, live or not.
#[must_use]
pub fn presented(account: &AccountDeps, headers: &HeaderMap) -> Option<Digest> {
    let secret = account.cookies.read(Cookie::Session, headers)?;
    (secret.len() == SECRET_LENGTH).then(|| account.keys.sessions.hmac(secret.as_bytes()))
}

/// Begins a session for a user who has just proven who they are. Its id is always new, so one that was planted is worth nothing.
///
/// # Errors
/// If the store does not answer.
pub async fn begin(
    account: &AccountDeps,
    user: UserId,
    now: Timestamp,
) -> Result<NewSession, StoreError> {
    let secret = Zeroizing::new(secret_text(&*account.deps.chance));
    let token = account.keys.sessions.hmac(secret.as_bytes());
    let session =
        Session { token, user, created_at: now, expires_at: now.plus_seconds(LIFETIME_SECONDS) };
    account.deps.store.add_session(session).await?;
    Ok(NewSession { session, secret })
}

impl NewSession {
    /// The line that gives the browser its cookie.
    #[must_use]
    pub fn cookie(&self, cookies: &Cookies) -> Option<HeaderValue> {
        cookies.set(Cookie::Session, &self.secret, LIFETIME_SECONDS)
    }
}

/// The line that takes the cookie away.
#[must_use]
pub fn end_cookie(cookies: &Cookies) -> Option<HeaderValue> {
    cookies.set(Cookie::Session, "", 0)
}

/// DESIGN §9.
const LIFETIME_SECONDS: i64 = 30 * 86_400;
/// 32 bytes in base64url.
const SECRET_LENGTH: usize = 43;
