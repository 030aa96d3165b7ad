//! Who vouches for the client that registers with a statement? One vendor for both servers, with a key that is made for the run.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use salver_jose::{Algorithm, KeySet, SigningKey, sign_statement};
use serde_json::{Value, json};

use crate::fault::Fault;

/// `iss` of its statements.
pub(crate) const ISSUER: &str = "https://vendor.example";

/// A vendor.
pub(crate) struct Vendor(Arc<SigningKey>);

/// Its key, as a server that does only the necessary has it.
pub(crate) struct BareKey(UnparsedPublicKey<Vec<u8>>);

impl Vendor {
    /// With a new key.
    pub(crate) fn new() -> Result<Self, Fault> {
        let key = SigningKey::generate(Algorithm::Es256);
        key.map(|key| Self(Arc::new(key))).map_err(|_| Fault::Unreadable("a new key"))
    }

    /// Its public key, as a JWK set.
    pub(crate) fn key_set(&self) -> String {
        let set: KeySet = [self.0.public_key().clone()].into_iter().collect();
        String::from_utf8_lossy(&set.to_json()).into_owned()
    }

    /// What its client sends to register at this server.
    #[expect(
        clippy::disallowed_methods,
        reason = "the server under test reads this machine's clock"
    )]
    pub(crate) fn registration(&self, audience: &str) -> Result<Bytes, Fault> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_err(|_| Fault::Unreadable("the time"))?.as_secs();
        let claims = json!({
            "iss": ISSUER, "aud": audience, "iat": now, "exp": now + LIFETIME, "jti": "bench",
            "software_id": "editor", "software_version": "1.0", "client_name": "Vendor Editor",
            "redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none",
        });
        let claims = claims.as_object().ok_or(Fault::Unreadable("the claims"))?;
        let statement = sign_statement(Arc::clone(&self.0) as _, claims);
        let statement = statement.map_err(|_| Fault::Unreadable("a signature"))?;
        Ok(Bytes::from(json!({ "software_statement": statement }).to_string()))
    }
}

impl BareKey {
    /// Reads the one key of a set.
    pub(crate) fn read(set: &[u8]) -> Option<Self> {
        let set: Value = serde_json::from_slice(set).ok()?;
        let key = set.get("keys")?.get(0)?;
        let half = |name: &str| URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?).ok();
        let point = [vec![4], half("x")?, half("y")?].concat();
        Some(Self(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)))
    }

    /// The payload, if it has signed it.
    pub(crate) fn verified(&self, compact: &str) -> Option<Vec<u8>> {
        let (signed, signature) = compact.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.0.verify(signed.as_bytes(), &signature).ok()?;
        URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()
    }
}

/// Where the bare server finds its keys, beside its store.
pub(crate) const KEYS_FILE: &str = "vendor.jwks.json";

/// Longer than any run.
pub(crate) const LIFETIME: u64 = 86_400;
