//! May whoever this is register a client at all? Everybody, those with an initial access token (RFC 7591 §3), or nobody.
//!
//! Where everybody may, a token of ours is checked none the less, so that its holder learns in time that it has ended; any other credential was not meant for this
//! endpoint, and is not looked at (decision 10).

use salver_oauth::{Timestamp, registration::AccessError};
use salver_store::{Store, StoreError, record::NewRegistrationToken};
use zeroize::Zeroizing;

use crate::{
    chance::{Chance, secret_text},
    deps::Deps,
    secrets::Secrets,
    settings::Dynamic,
};

/// A token to make.
#[derive(Clone, Debug)]
pub struct Invite {
    /// For whom.
    pub holder: String,
    /// Who makes it.
    pub by: String,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// Whether a client may be registered with this bearer token or none. Answers the number of the token that lets it.
pub(super) fn admit(deps: &Deps, bearer: Option<&str>) -> Result<Option<i64>, AccessError> {
    let now = deps.now();
    let dynamic = deps.settings.registration.at(now);
    let meant = bearer.filter(|token| dynamic == Dynamic::Invited || token.starts_with(PREFIX));
    match (dynamic, meant) {
        (Dynamic::Off, _) => Err(AccessError::Closed),
        (Dynamic::Open, None) => Ok(None),
        (Dynamic::Invited, None) => Err(AccessError::NoToken),
        (Dynamic::Open | Dynamic::Invited, Some(token)) => {
            let found = deps.registration_tokens.find(&deps.secrets.digest(token), now);
            found.map(Some).ok_or(AccessError::Token)
        }
    }
}

/// Makes a token; answers its number and its only copy. A command beside the server does it.
///
/// # Errors
/// If the store does not answer.
pub async fn invite(
    store: &dyn Store,
    secrets: &Secrets,
    chance: &dyn Chance,
    invite: Invite,
) -> Result<(i64, Zeroizing<String>), StoreError> {
    let text = Zeroizing::new(format!("{PREFIX}{}", secret_text(chance)));
    let Invite { holder, by: made_by, expires_at, now: made_at } = invite;
    let token = secrets.digest(&text);
    let new = NewRegistrationToken { token, holder, made_by, made_at, expires_at };
    Ok((store.add_registration_token(new).await?, text))
}

/// What initial access tokens begin with, so that scanners for leaked secrets know them.
const PREFIX: &str = "slvr_it_";
