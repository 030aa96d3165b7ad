//! What does the service do by itself? It exchanges keys that are old, takes note of new ones, and sweeps what has ended.

use std::{sync::Arc, time::Duration};

use crate::{KeysError, Vendor};

/// Keeps the service up to date, for good. `log_seconds` is how long a line of the log is kept.
pub async fn keep_up(vendor: Arc<Vendor>, log_seconds: i64) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = once(&vendor, log_seconds).await {
            tracing::error!(%error, "the regular work could not be done");
        }
    }
}

pub(crate) async fn once(vendor: &Vendor, log_seconds: i64) -> Result<(), KeysError> {
    let now = vendor.now();
    vendor.keyring.keep_up(&vendor.store, vendor.settings.old_key_seconds, now).await?;
    Ok(vendor.store.sweep(now, now.plus_seconds(-log_seconds)).await?)
}

const EVERY: Duration = Duration::from_secs(30);
