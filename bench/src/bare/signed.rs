//! What does it cost to verify a signature? ES256, by the cryptographic library alone.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::Bare;
use crate::fault::Fault;

/// A text of the length of an attestation, and its signature.
pub(crate) struct Signed {
    public: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    pub(crate) fn new() -> Result<Self, Fault> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let pair = pair.map_err(|_| Fault::Unreadable("a new key"))?;
        let signature = pair.sign(&SystemRandom::new(), TEXT);
        let signature = signature.map_err(|_| Fault::Unreadable("a signature"))?;
        Ok(Self {
            public: pair.public_key().as_ref().to_vec(),
            signature: signature.as_ref().to_vec(),
        })
    }
}

/// Verifies it so many times.
pub(crate) async fn verified(State(bare): State<Arc<Bare>>, Path(times): Path<u32>) -> StatusCode {
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &bare.signed.public);
    let good = (0..times).all(|_| key.verify(TEXT, &bare.signed.signature).is_ok());
    if good { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

const TEXT: &[u8] = &[b'a'; 600];
