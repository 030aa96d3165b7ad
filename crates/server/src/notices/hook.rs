//! How does a notice reach the operator's webhook? One POST of JSON through the upstream door, signed, tried a few times.
//!
//! `Salver-Signature: t=SECONDS,v1=HEX`, where HEX is HMAC-SHA-256 over `SECONDS.BODY` under the shared secret: the time is signed too, so
//! that a notice which somebody recorded is old. Redirects are failures; what the hook answers is not read.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use bytes::Bytes;
use http::{Request, Uri, header, uri::InvalidUri};
use http_body_util::Full;
use salver_egress::upstream::{Upstream, UpstreamError};
use thiserror::Error;

use super::event::Event;
use crate::clock::Clock;

/// The header with time and signature.
pub const SIGNATURE: &str = "salver-signature";

/// How long it is waited before each try after the first.
pub const PAUSES: [Duration; 3] =
    [Duration::from_secs(2), Duration::from_secs(15), Duration::from_mins(1)];

/// The operator's webhook.
pub struct Hook {
    url: Uri,
    key: hmac::Key,
    upstream: Upstream,
    pauses: Vec<Duration>,
    clock: Arc<dyn Clock>,
}

/// Why a notice was not taken.
#[derive(Debug, Error)]
pub enum HookError {
    /// It cannot be written, or not be sent as HTTP.
    #[error("the notice cannot be put together")]
    Request,
    /// There is no answer.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The answer is no success.
    #[error("the webhook answers {0}")]
    Status(u16),
}

impl Hook {
    /// A webhook at this address, with the secret that it shares with us. `upstream` is for what the operator chose.
    ///
    /// # Errors
    /// If the address is none.
    pub fn new(
        upstream: Upstream,
        (url, secret): (&str, &str),
        pauses: &[Duration],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidUri> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        Ok(Self { url: url.parse()?, key, upstream, pauses: pauses.to_vec(), clock })
    }

    /// Delivers a notice, or gives it up and says so in the log. Answers whether it was taken.
    pub async fn deliver(&self, event: &Event) -> bool {
        let mut pauses = self.pauses.iter();
        loop {
            let error = match self.send(event).await {
                Ok(()) => return true,
                Err(error) => error,
            };
            let (event, kind) = (event.id.as_str(), event.kind.id());
            let Some(pause) = pauses.next() else {
                tracing::error!(event, kind, %error, "a notice is given up: the webhook does not take it");
                return false;
            };
            tracing::warn!(event, kind, %error, "the webhook does not take a notice; once more in a while");
            tokio::time::sleep(*pause).await;
        }
    }

    async fn send(&self, event: &Event) -> Result<(), HookError> {
        let body = serde_json::to_vec(event).map_err(|_| HookError::Request)?;
        let request = Request::post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("salver/", env!("CARGO_PKG_VERSION")))
            .header(SIGNATURE, self.sign(&body))
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| HookError::Request)?;
        let status = self.upstream.send(request).await?.status();
        if status.is_success() { Ok(()) } else { Err(HookError::Status(status.as_u16())) }
    }

    fn sign(&self, body: &[u8]) -> String {
        let time = self.clock.now().as_unix();
        let mut context = hmac::Context::with_key(&self.key);
        context.update(format!("{time}.").as_bytes());
        context.update(body);
        let mut text = format!("t={time},v1=");
        for byte in context.sign().as_ref() {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use salver_egress::{ChosenBy, upstream::UpstreamSettings};
    use salver_oauth::Timestamp;

    use super::*;

    #[test]
    fn the_signature_is_over_time_and_body() {
        let upstream = Upstream::new(ChosenBy::Operator, UpstreamSettings::default()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(|| Timestamp::from_unix(1_790_000_000));
        let hook = Hook::new(upstream, ("http://127.0.0.1:9/", "a shared secret"), &[], clock);
        // printf '1790000000.{}' | openssl dgst -sha256 -hmac 'a shared secret'
        assert_eq!(
            hook.unwrap().sign(b"{}"),
            "t=1790000000,v1=59ec9de7d6a47c8dde14584798cdaf50b28be6115011264cee60e256ad547b3a"
        );
    }
}
