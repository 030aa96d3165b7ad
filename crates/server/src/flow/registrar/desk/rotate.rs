//! How does a client get another secret without a gap? The new one works beside that of before, which ends now or a while later.
//!
//! Two live at a time, so the older of two ends first: whoever rotates twice within one overlap has given it up.

use salver_oauth::Timestamp;
use salver_store::record::{ClientSecret, RecordedClient};

use super::{Desk, DeskRefusal, has_secret};
use crate::flow::registrar::{NewSecret, SecretWish};

/// How a secret is to be rotated.
#[derive(Clone, Copy, Debug)]
pub struct Rotation<'r> {
    /// What the new one is called.
    pub name: &'r str,
    /// For how many seconds that of before goes on.
    pub overlap_seconds: i64,
    /// When the new one ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// What became of a rotation.
#[derive(Debug)]
pub struct Rotated {
    /// The secret that was made.
    pub new: NewSecret,
    /// When that of before ends; nothing if there was none.
    pub before_ends_at: Option<Timestamp>,
}

impl Desk<'_> {
    /// Makes another secret, and sets an end to that of before.
    ///
    /// # Errors
    /// [`DeskRefusal`].
    pub async fn rotate(
        &self,
        client: &RecordedClient,
        rotation: Rotation<'_>,
    ) -> Result<Rotated, DeskRefusal> {
        if !has_secret(client) {
            return Err(DeskRefusal::NoSecret);
        }
        let (store, now) = (self.registrar.store, self.registrar.now);
        let kept = store.list_client_secrets(&client.client_id).await?;
        let own = kept.into_iter().filter(|one| one.holder.is_none() && one.is_live(now));
        let mut own: Vec<ClientSecret> = own.collect();
        let before = own.pop();
        for older in own {
            self.end(client, &older, now).await?;
        }
        let wish = SecretWish {
            holder: None,
            name: rotation.name,
            by: self.by,
            expires_at: rotation.expires_at,
        };
        let new = self.registrar.make_secret(client, wish).await?;
        let Some(before) = before else { return Ok(Rotated { new, before_ends_at: None }) };
        let wished = now.plus_seconds(rotation.overlap_seconds);
        // It never lives longer for being rotated.
        let end = before.expires_at.map_or(wished, |end| end.min(wished));
        self.end(client, &before, end).await?;
        Ok(Rotated { new, before_ends_at: Some(end) })
    }

    /// Ends a secret at a time. One that was ended by somebody else in the meantime has ended.
    async fn end(
        &self,
        client: &RecordedClient,
        secret: &ClientSecret,
        at: Timestamp,
    ) -> Result<(), DeskRefusal> {
        let (store, now) = (self.registrar.store, self.registrar.now);
        let (client_id, id) = (&client.client_id, secret.id);
        let _ended_before = if at <= now {
            store.end_client_secret(client_id, id, now).await?
        } else {
            store.expire_client_secret(client_id, id, Some(at), now).await?
        };
        Ok(())
    }
}
