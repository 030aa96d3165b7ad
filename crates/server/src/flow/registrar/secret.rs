//! Which secrets does a client have? Each has a name, a maker and an end, is shown once, and stored as a digest; two live at a time, so that one can be changed for the
//! next without a gap.

use salver_oauth::{InstallationId, Timestamp, UserId};
use salver_store::{
    Outcome, StoreError,
    record::{ClientSecret, NewClientSecret, RecordedClient},
};
use thiserror::Error;
use zeroize::Zeroizing;

use super::Registrar;
use crate::chance::{random, secret_text};

/// A secret to make.
#[derive(Clone, Copy, Debug)]
pub struct SecretWish<'w> {
    /// The only person whose logins it is good for; nobody in particular for an application's own.
    pub holder: Option<UserId>,
    /// What its maker calls it.
    pub name: &'w str,
    /// Who makes it, by name.
    pub by: &'w str,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// A secret that was just made.
#[derive(Debug)]
pub struct NewSecret {
    /// What the client presents: the only copy.
    pub text: Zeroizing<String>,
    /// What is kept of it.
    pub secret: ClientSecret,
}

/// Why no secret is made.
#[derive(Debug, Error)]
pub enum SecretRefusal {
    /// Its name is empty or too long.
    #[error("its name has no character, or more than {MAX_NAME}")]
    Name,
    /// As many live as may, or the client is gone.
    #[error("the client is gone, or has two secrets that work already")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registrar<'_> {
    /// Makes a secret.
    ///
    /// # Errors
    /// [`SecretRefusal`].
    pub async fn make_secret(
        &self,
        client: &RecordedClient,
        wish: SecretWish<'_>,
    ) -> Result<NewSecret, SecretRefusal> {
        self.make_secret_as(random(self.chance), client, wish).await
    }

    /// The same with a number that follows from a form. [`SecretRefusal::TooMany`] also if a secret was made under it, or if the client is not its holder's to use.
    ///
    /// # Errors
    /// [`SecretRefusal`].
    pub async fn make_secret_as(
        &self,
        number: [u8; 16],
        client: &RecordedClient,
        wish: SecretWish<'_>,
    ) -> Result<NewSecret, SecretRefusal> {
        let name = readable(wish.name)?;
        let text = Zeroizing::new(format!("{PREFIX}{}", secret_text(self.chance)));
        let secret = ClientSecret {
            id: InstallationId::from_bytes(number),
            client_id: client.client_id.clone(),
            holder: wish.holder,
            name: name.to_owned(),
            made_by: wish.by.to_owned(),
            made_at: self.now,
            expires_at: wish.expires_at,
            last_used_at: None,
            ended_at: None,
            key: None,
        };
        let digest = self.secrets.digest(&text);
        let new = NewClientSecret { secret: secret.clone(), digest };
        match self.store.add_client_secret(new).await? {
            Outcome::Applied => Ok(NewSecret { text, secret }),
            Outcome::Lost => Err(SecretRefusal::TooMany),
        }
    }
}

/// The name of a secret or a key, without blanks around it.
pub(super) fn readable(name: &str) -> Result<&str, SecretRefusal> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME;
    if fits { Ok(name) } else { Err(SecretRefusal::Name) }
}

/// A secret that gives way to the next.
#[derive(Clone, Copy, Debug)]
pub struct Rotation<'r> {
    /// The one that gives way.
    pub old: &'r ClientSecret,
    /// For so many seconds more both work.
    pub overlap: i64,
    /// The next.
    pub next: SecretWish<'r>,
}

impl Registrar<'_> {
    /// Makes the next secret, and lets the old one end after a while; never later than it would have by itself.
    ///
    /// # Errors
    /// [`SecretRefusal`].
    pub async fn rotate_secret(
        &self,
        client: &RecordedClient,
        rotation: Rotation<'_>,
    ) -> Result<NewSecret, SecretRefusal> {
        let made = self.make_secret(client, rotation.next).await?;
        let end = self.now.plus_seconds(rotation.overlap);
        let end = rotation.old.expires_at.map_or(end, |before| before.min(end));
        let moved = self.store.expire_client_secret(
            &client.client_id,
            rotation.old.id,
            Some(end),
            self.now,
        );
        if moved.await? == Outcome::Lost {
            tracing::info!(
                client_id = client.client_id,
                "a secret had ended before the next was made"
            );
        }
        Ok(made)
    }
}

/// So that whoever finds one in a file knows what it is.
const PREFIX: &str = "slvs_";

/// The longest name of a secret, in characters.
const MAX_NAME: usize = 60;
