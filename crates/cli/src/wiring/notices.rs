//! Where are notices delivered? At the operator's webhook, if there is one.

use std::{sync::Arc, time::Duration};

use salver_server::{
    clock::SystemClock,
    notices::hook::{Hook, PAUSES},
};

use super::egress;
use crate::{config::Settings, failure::Failure};

/// The webhook of these settings, for a server.
pub(super) fn hook(settings: &Settings) -> Result<Option<Hook>, Failure> {
    with_pauses(settings, &PAUSES)
}

/// The same for a command, whose caller waits for it.
pub(crate) fn hook_for_command(settings: &Settings) -> Result<Option<Hook>, Failure> {
    with_pauses(settings, &[])
}

fn with_pauses(settings: &Settings, pauses: &[Duration]) -> Result<Option<Hook>, Failure> {
    let Some(webhook) = &settings.review.webhook else { return Ok(None) };
    let upstream = egress::to_webhook(settings)?;
    let place = (webhook.url.as_str(), webhook.secret.as_str());
    let hook = Hook::new(upstream, place, pauses, Arc::new(SystemClock));
    hook.map(Some).map_err(|error| Failure::Setup { part: "the webhook", why: error.to_string() })
}
