//! How does a client prove itself by a key? Signed assertions (RFC 7523 §2.2), made in the driver and not counted.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::fault::Fault;

/// A client's key.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    next: AtomicU32,
}

impl Key {
    /// Makes one, and leaves its public half in `folder` for both servers.
    pub(crate) fn make(folder: &Path) -> Result<Self, Fault> {
        let unreadable = || Fault::Unreadable("a new key");
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let pair = pair.map_err(|_| unreadable())?;
        let point = pair.public_key().as_ref();
        // SEC 1 §2.3.3: a byte that says "uncompressed", x, y.
        let (x, y) =
            point.get(1..).and_then(|both| both.split_at_checked(32)).ok_or_else(unreadable)?;
        let [x, y] = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
        let key = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "1", "use": "sig", "alg": "ES256" });
        let keep = |name: &str, bytes: &[u8]| {
            let kept = std::fs::write(folder.join(name), bytes);
            kept.map_err(|error| Fault::Io("write a key", error))
        };
        keep(POINT, point)?;
        keep(SET, json!({ "keys": [key] }).to_string().as_bytes())?;
        Ok(Self { pair, next: AtomicU32::new(0) })
    }

    /// An assertion of this client for this server, as none was before.
    #[expect(
        clippy::disallowed_methods,
        reason = "the driver is the client, which has a clock of its own"
    )]
    pub(crate) fn assert(&self, client_id: &str, issuer: &str) -> Result<String, Fault> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let expires = now.map_err(|_| Fault::Unreadable("the clock"))?.as_secs() + 300;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": issuer, "exp": expires, "iat": expires - 300,
            "jti": format!("8d0e5c1a-6b7f-4a43-9d53-{number:012}"),
        });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "ES256", "kid": "1", "typ": "JWT" });
        let input = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes());
        let signature = signature.map_err(|_| Fault::Unreadable("a signature"))?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// The fields of a token request that a service sends.
pub(crate) fn fields<'f>(resource: &'f str, assertion: Option<&'f str>) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![("grant_type", "client_credentials"), ("resource", resource)];
    if let Some(assertion) = assertion {
        fields.push((
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ));
        fields.push(("client_assertion", assertion));
    }
    fields
}

/// The file with the public key as a point.
pub(crate) const POINT: &str = "client-point";
/// The file with the public key as a JWK set.
pub(crate) const SET: &str = "client-jwks.json";
