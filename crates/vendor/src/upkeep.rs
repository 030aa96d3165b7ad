//! What does the service do by itself? It takes note of new keys, and sweeps what has ended.

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

async fn once(vendor: &Vendor, log_seconds: i64) -> Result<(), KeysError> {
    let now = vendor.now();
    vendor.keyring.refresh(&vendor.store, now).await?;
    Ok(vendor.store.sweep(now, now.plus_seconds(-log_seconds)).await?)
}

const EVERY: Duration = Duration::from_secs(30);
