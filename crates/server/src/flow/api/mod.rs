//! May this program manage clients? An administrator has made a token for it, by a command; no account, no cookie and no session is behind it.

pub mod clients;

use salver_oauth::Timestamp;
use salver_store::{
    Store, StoreError,
    record::{ApiToken, NewApiToken},
};
use zeroize::Zeroizing;

use crate::{
    chance::{Chance, secret_text},
    deps::Deps,
    secrets::Secrets,
};

/// A program that may ask, and perhaps change something.
#[derive(Clone, Debug)]
pub struct Program {
    /// The name under which it does things.
    pub name: String,
    may_change: bool,
}

/// Why a program is not let in, or not to that.
#[derive(Debug, thiserror::Error)]
pub enum ProgramRefusal {
    /// There is no token, or it is none of ours.
    #[error("no token that is good here")]
    NoToken,
    /// It was good once.
    #[error("the token was revoked or has expired")]
    Ended,
    /// It may look only.
    #[error("the token is for reading only")]
    ReadOnly,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A token to make.
#[derive(Clone, Copy, Debug)]
pub struct TokenWish<'w> {
    /// What it is called.
    pub name: &'w str,
    /// Whether it may change something.
    pub may_change: bool,
    /// Who makes it, by name.
    pub by: &'w str,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Makes a token; answers its number and its text, the only copy.
///
/// # Errors
/// If the store fails.
pub async fn make(
    (store, secrets, chance): (&dyn Store, &Secrets, &dyn Chance),
    wish: TokenWish<'_>,
    now: Timestamp,
) -> Result<(i64, Zeroizing<String>), StoreError> {
    let text = Zeroizing::new(format!("{PREFIX}{}", secret_text(chance)));
    let token = NewApiToken {
        digest: secrets.digest(&text),
        name: wish.name.to_owned(),
        may_change: wish.may_change,
        made_by: wish.by.to_owned(),
        made_at: now,
        expires_at: wish.expires_at,
    };
    Ok((store.add_api_token(token).await?, text))
}

/// The program behind an `Authorization` header (RFC 6750 §2.1).
///
/// # Errors
/// [`ProgramRefusal`].
pub async fn recognise(deps: &Deps, header: Option<&str>) -> Result<Program, ProgramRefusal> {
    let (scheme, text) =
        header.and_then(|header| header.split_once(' ')).ok_or(ProgramRefusal::NoToken)?;
    let text = text.trim();
    // Nothing else is looked up, so an access token that strays here is not even digested.
    if !scheme.eq_ignore_ascii_case("Bearer") || !text.starts_with(PREFIX) {
        return Err(ProgramRefusal::NoToken);
    }
    let found = deps.store.find_api_token(deps.secrets.digest(text)).await?;
    let token = found.ok_or(ProgramRefusal::NoToken)?;
    let now = deps.now();
    if !token.is_live(now) {
        return Err(ProgramRefusal::Ended);
    }
    if is_news(&token, now) {
        deps.store.note_api_token_use(token.number, now).await?;
    }
    Ok(Program { name: token.content.name, may_change: token.content.may_change })
}

impl Program {
    /// Whether it may change something.
    ///
    /// # Errors
    /// [`ProgramRefusal::ReadOnly`].
    pub const fn may_change(&self) -> Result<(), ProgramRefusal> {
        if self.may_change { Ok(()) } else { Err(ProgramRefusal::ReadOnly) }
    }
}

/// One write a minute says enough of when a token was used.
fn is_news(token: &ApiToken, now: Timestamp) -> bool {
    token.last_used_at.is_none_or(|last| now.seconds_since(last) >= 60)
}

/// So that whoever finds one in a file knows what it is.
const PREFIX: &str = "slva_";
