//! Everybody's own secret for a client: making one, changing it for the next with or without an overlap, ending it.
//!
//! The owner of a client may end anybody's secret for it; whoever it is shared with only their own, and sees no other.

use salver_oauth::InstallationId;
use salver_store::{StoreError, record::ClientSecret};
use zeroize::Zeroizing;

use super::{Done, Problem, Usable, registrar};
use crate::flow::{
    SignedIn,
    account::AccountDeps,
    registrar::{SecretRefusal, SecretWish},
};

/// A secret that somebody wants for themselves.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Of the form.
    pub form_token: String,
    /// Of the form.
    pub nonce: String,
    /// What to call it.
    pub name: String,
    /// What becomes of those that work already: `keep`, or they end `now`, after a `day` or a `week`.
    pub overlap: String,
}

/// What became of the wish.
#[derive(Debug)]
pub enum Made {
    /// It is made: shown now and never again.
    Yes(Zeroizing<String>),
    /// It is not.
    No(Problem),
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Makes a secret for this person.
///
/// # Errors
/// If the store fails.
pub async fn make(
    account: &AccountDeps,
    person: &SignedIn,
    client: &Usable,
    wish: &Wish,
) -> Result<Made, StoreError> {
    if !account.accepts_own_client(&wish.form_token, person) {
        return Ok(Made::StaleForm);
    }
    if !client.has_secrets() {
        return Ok(Made::No(Problem::TakesNone));
    }
    let Some(after) = After::chosen(&wish.overlap) else {
        return Ok(Made::No(Problem::Span));
    };
    let deps = &account.deps;
    let number = account.number_of(&wish.nonce, person);
    let id = InstallationId::from_bytes(number);
    let before = live(account, client, Some(person)).await?;
    let new = SecretWish {
        holder: Some(person.user.id),
        name: &wish.name,
        by: &person.user.username,
        expires_at: None,
    };
    let made = match registrar(deps).make_secret_as(number, &client.client, new).await {
        Ok(made) => made,
        Err(SecretRefusal::Name) => return Ok(Made::No(Problem::SecretName)),
        Err(SecretRefusal::TooMany) => {
            let all = deps.store.list_client_secrets(&client.client.client_id).await?;
            let sent = all.iter().any(|one| one.id == id);
            return Ok(Made::No(if sent { Problem::SentBefore } else { Problem::TwoSecrets }));
        }
        Err(SecretRefusal::Store(error)) => return Err(error),
    };
    if let After::Seconds(seconds) = after {
        for old in before.iter().filter(|one| one.key.is_none()) {
            end_after(account, old, seconds).await?;
        }
    }
    Ok(Made::Yes(made.text))
}

/// Ends a secret or a key at once, and what was begun with it.
///
/// # Errors
/// If the store fails.
pub async fn end(
    account: &AccountDeps,
    person: &SignedIn,
    client: &Usable,
    (secret, form_token): (&str, &str),
) -> Result<Done, StoreError> {
    if !account.accepts_own_client(form_token, person) {
        return Ok(Done::StaleForm);
    }
    let found = live(account, client, Some(person).filter(|_| !client.own)).await?;
    let wanted = secret.parse::<InstallationId>().ok();
    let Some(found) = found.into_iter().find(|one| Some(one.id) == wanted) else {
        return Ok(Done::Not(Problem::NoSuchSecret));
    };
    end_after(account, &found, 0).await?;
    Ok(Done::Yes)
}

/// The secrets and keys that work: this person's, or everybody's.
///
/// # Errors
/// If the store fails.
pub async fn live(
    account: &AccountDeps,
    client: &Usable,
    person: Option<&SignedIn>,
) -> Result<Vec<ClientSecret>, StoreError> {
    let now = account.deps.now();
    let all = account.deps.store.list_client_secrets(&client.client.client_id).await?;
    let theirs = |one: &ClientSecret| person.is_none_or(|p| one.holder == Some(p.user.id));
    Ok(all.into_iter().filter(|one| one.is_live(now) && theirs(one)).collect())
}

/// Whoever ended it meanwhile wanted the same. An end that it has already is never put off.
pub(super) async fn end_after(
    account: &AccountDeps,
    old: &ClientSecret,
    seconds: i64,
) -> Result<(), StoreError> {
    let (store, now) = (&account.deps.store, account.deps.now());
    if seconds > 0 {
        let end = now.plus_seconds(seconds);
        let end = old.expires_at.map_or(end, |earlier| earlier.min(end));
        let _lost = store.expire_client_secret(&old.client_id, old.id, Some(end), now).await?;
        return Ok(());
    }
    let _lost = store.end_client_secret(&old.client_id, old.id, now).await?;
    account.deps.revocations.refresh(&**store, now).await // this node need not wait for its next reading
}

/// What becomes of those that work when the next one is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum After {
    /// It stays.
    Keep,
    /// It ends after so many seconds.
    Seconds(i64),
}

impl After {
    pub(super) fn chosen(chosen: &str) -> Option<Self> {
        Some(match chosen {
            "keep" => Self::Keep,
            "now" => Self::Seconds(0),
            "day" => Self::Seconds(86_400),
            "week" => Self::Seconds(7 * 86_400),
            _ => return None,
        })
    }
}
