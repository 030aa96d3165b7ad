//! A key that only a command of the vendor's can use, as in a hardware module: it reads the key's name in the first line of its standard input and the bytes behind it, and
//! prints the signature in the form of RFC 7518, raw.
//!
//! Each signature is verified before it leaves: a command that signs with another key is a failure here, and not at every authorization server.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::{Algorithm, KeySet, PublicKey, SignError, Signer};
use tokio::runtime::Handle;

use super::{Keys, KeysError};
use crate::Hook;

/// The command, the key that it signs with, and those that are published.
#[derive(Clone, Debug)]
pub struct CommandKey {
    hook: Hook,
    key: PublicKey,
    key_id: Box<str>,
    algorithm: Algorithm,
    published: KeySet,
}

impl CommandKey {
    /// The key of this name in the published set; `None` if it is not there.
    #[must_use]
    pub fn new(hook: Hook, key_id: &str, published: KeySet) -> Option<Self> {
        let key = published.find(key_id)?.clone();
        let algorithm = Algorithm::ALL.into_iter().find(|algorithm| key.supports(*algorithm))?;
        Some(Self { hook, key, key_id: key_id.into(), algorithm, published })
    }

    /// The name of the key itself, whatever its `kid` is.
    pub(super) fn thumbprint(&self) -> String {
        self.key.thumbprint().to_owned()
    }

    /// Signs something, to see that it can.
    pub(super) async fn prove(&self) -> Result<Keys, KeysError> {
        self.signature(b"salver")
            .await
            .map_err(|why| KeysError::Command { key_id: self.key_id.to_string(), why })?;
        Ok(Keys::new(Arc::new(self.clone()), &self.published, true))
    }

    async fn signature(&self, signing_input: &[u8]) -> Result<Vec<u8>, String> {
        let input = [self.key_id.as_bytes(), b"\n", signing_input].concat();
        let signature = self.hook.run(&input).await.map_err(|failure| failure.to_string())?;
        let encoded = URL_SAFE_NO_PAD.encode(&signature);
        if self.key.has_signed(self.algorithm, signing_input, &encoded) {
            Ok(signature)
        } else {
            Err("what it printed is no signature of that key".to_owned())
        }
    }
}

impl Signer for CommandKey {
    fn key_id(&self) -> &str {
        &self.key_id
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Called on a thread that may wait.
    fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = Handle::current().block_on(self.signature(signing_input));
        signature.map_err(|why| {
            tracing::error!(key_id = %self.key_id, why, "the signing command failed");
            SignError
        })
    }
}
