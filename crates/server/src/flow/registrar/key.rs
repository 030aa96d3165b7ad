//! Which public key stands for a person's copy of a client? It has a name, a maker and an end as a secret has; the private half never is here.

use salver_jose::PublicKey;
use salver_oauth::{InstallationId, Timestamp, UserId};
use salver_store::{
    Outcome,
    record::{ClientKey, ClientSecret, NewClientSecret, RecordedClient},
};

use super::{Registrar, SecretRefusal, secret::readable};

/// A key to put on record.
#[derive(Clone, Copy, Debug)]
pub struct KeyWish<'w> {
    /// The only person whose logins it is good for.
    pub holder: UserId,
    /// What its maker calls it.
    pub name: &'w str,
    /// Who makes it, by name.
    pub by: &'w str,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// It.
    pub key: &'w PublicKey,
}

impl Registrar<'_> {
    /// Puts a key on record, under a number that follows from a form. Answers what assertions call it.
    ///
    /// # Errors
    /// [`SecretRefusal`]; [`SecretRefusal::TooMany`] also if something was made under this number, if the client is not its holder's to use, or if they have put
    /// this key here before: one that was ended stays so.
    pub async fn add_key_as(
        &self,
        number: [u8; 16],
        client: &RecordedClient,
        wish: KeyWish<'_>,
    ) -> Result<String, SecretRefusal> {
        let name = readable(wish.name)?;
        let thumbprint = wish.key.thumbprint();
        let id = wish.key.key_id().unwrap_or(thumbprint).to_owned();
        let mut jwk = wish.key.to_jwk();
        jwk.insert("kid".to_owned(), id.as_str().into());
        let jwk = serde_json::Value::Object(jwk).to_string();
        let secret = ClientSecret {
            id: InstallationId::from_bytes(number),
            client_id: client.client_id.clone(),
            holder: Some(wish.holder),
            name: name.to_owned(),
            made_by: wish.by.to_owned(),
            made_at: self.now,
            expires_at: wish.expires_at,
            last_used_at: None,
            ended_at: None,
            key: Some(ClientKey { id: id.clone(), jwk }),
        };
        // Each person's own: whoever puts somebody else's public key here is in nobody's way.
        let told_apart = format!("{} {} {thumbprint}", client.client_id, wish.holder);
        let digest = self.secrets.digest(&told_apart);
        match self.store.add_client_secret(NewClientSecret { secret, digest }).await? {
            Outcome::Applied => Ok(id),
            Outcome::Lost => Err(SecretRefusal::TooMany),
        }
    }
}
