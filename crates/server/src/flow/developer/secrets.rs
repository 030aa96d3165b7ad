//! A developer makes, changes and ends the secrets of an application. Each is shown once, to whoever made it.

use salver_store::{
    Outcome,
    record::{ClientSecret, RecordedClient},
};

use super::{Developer, write::registrar};
use crate::{
    flow::{
        account::AccountDeps,
        refusal::Unavailable,
        registrar::{NewSecret, Rotation, SecretRefusal, SecretWish},
    },
    form_token::{Holder, Purpose},
};

/// A form about secrets.
pub struct SecretForm {
    /// The token of the form.
    pub form_token: String,
    /// How many secrets its page showed: who sends it twice makes one.
    pub shown: String,
    /// What is to be done.
    pub deed: Deed,
}

/// What is to be done.
pub enum Deed {
    /// Make one, or the next for one that gives way.
    Make {
        /// Its name.
        name: String,
        /// After how many days it ends by itself; empty is without end.
        days: String,
        /// The id of the one that gives way.
        instead_of: String,
        /// For how many hours both work.
        overlap: String,
    },
    /// End one.
    End {
        /// Its id.
        secret: String,
    },
}

/// What became of it.
pub enum SecretDone {
    /// One is made, and this is the only time that it is shown.
    Made(Box<(RecordedClient, NewSecret)>),
    /// One is ended, or was before.
    Ended,
    /// It is not done.
    No(SecretFault),
    /// There is no such application.
    NoSuchApplication,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Why it is not done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecretFault {
    /// No name, or a long one.
    Name,
    /// Not a number of days.
    Days,
    /// Two work already.
    TooMany,
    /// Secrets were made since the page was shown.
    Meanwhile,
    /// The one that is to give way does not work any more.
    NoSuchSecret,
}

/// Does what a form about secrets says.
///
/// # Errors
/// If something of ours fails.
pub async fn apply(
    account: &AccountDeps,
    developer: &Developer,
    (id, form): (&str, &SecretForm),
) -> Result<SecretDone, Unavailable> {
    let (deps, person) = (&account.deps, developer.person());
    let holder = Holder::Session(person.session.token);
    if !account.accepts(&form.form_token, Purpose::ApplicationSecret, &holder) {
        return Ok(SecretDone::StaleForm);
    }
    let Some(client) = developer.find(deps, id).await? else {
        return Ok(SecretDone::NoSuchApplication);
    };
    let secrets = deps.store.list_client_secrets(id).await?;
    let find = |wanted: &str| secrets.iter().find(|secret| secret.id.to_string() == wanted);
    let (name, days, instead_of, overlap) = match &form.deed {
        Deed::Make { name, days, instead_of, overlap } => (name, days, instead_of, overlap),
        Deed::End { secret } => {
            let Some(secret) = find(secret) else {
                return Ok(SecretDone::No(SecretFault::NoSuchSecret));
            };
            end(account, &client, secret).await?;
            return Ok(SecretDone::Ended);
        }
    };
    if form.shown != secrets.len().to_string() {
        return Ok(SecretDone::No(SecretFault::Meanwhile));
    }
    let Ok(days) = whole_days(days) else { return Ok(SecretDone::No(SecretFault::Days)) };
    let expires_at = days.map(|days| deps.now().plus_seconds(i64::from(days) * DAY));
    let next = SecretWish { holder: None, name, by: &person.user.username, expires_at };
    let made = if instead_of.is_empty() {
        registrar(account).make_secret(&client, next).await
    } else {
        let old = find(instead_of).filter(|secret| secret.is_live(deps.now()));
        let Some(old) = old else { return Ok(SecretDone::No(SecretFault::NoSuchSecret)) };
        let overlap = overlap.parse().unwrap_or(DAY / HOUR).clamp(0, MOST_OVERLAP) * HOUR;
        registrar(account).rotate_secret(&client, Rotation { old, overlap, next }).await
    };
    Ok(match made {
        Ok(made) => {
            let (client_id, secret) = (&*client.client_id, made.secret.id.to_string());
            tracing::info!(client_id, secret, user = %person.user.id, "a client secret is made");
            SecretDone::Made(Box::new((client, made)))
        }
        Err(SecretRefusal::Name) => SecretDone::No(SecretFault::Name),
        Err(SecretRefusal::TooMany) => SecretDone::No(SecretFault::TooMany),
        Err(SecretRefusal::Store(error)) => return Err(error.into()),
    })
}

async fn end(
    account: &AccountDeps,
    client: &RecordedClient,
    secret: &ClientSecret,
) -> Result<(), Unavailable> {
    let (deps, now) = (&account.deps, account.deps.now());
    let ended = deps.store.end_client_secret(&client.client_id, secret.id, now).await?;
    if ended == Outcome::Applied {
        tracing::info!(client_id = client.client_id, secret = %secret.id, "a client secret is ended");
        deps.revocations.refresh(&*deps.store, now).await?; // this node need not wait for its next reading
    }
    Ok(())
}

fn whole_days(text: &str) -> Result<Option<u32>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(days) if (1..=MAX_DAYS).contains(&days) => Ok(Some(days)),
            _ => Err(()),
        },
    }
}

/// The longest life of a secret that is to end by itself, in days.
const MAX_DAYS: u32 = 3_650;
/// The longest time that two secrets work side by side after a change, in hours.
const MOST_OVERLAP: i64 = 30 * 24;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_whole_number_or_none() {
        for (text, expected) in [
            ("", Ok(None)),
            (" 90 ", Ok(Some(90))),
            ("3650", Ok(Some(3_650))),
            ("3651", Err(())),
            ("0", Err(())),
            ("-1", Err(())),
            ("x", Err(())),
        ] {
            assert_eq!(whole_days(text), expected, "{text:?}");
        }
    }
}
