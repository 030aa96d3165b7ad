//! Which device keys were looked up before? A key never changes under its thumbprint, so the look-up can be saved; whether its installation still lives is asked of the store
//! in the unit of work that notes what is signed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use salver_jose::PublicKey;

/// Device keys by their thumbprints. Only keys that were enrolled get in, and when it is full it begins anew.
#[derive(Default)]
pub(crate) struct KnownKeys(Mutex<HashMap<Box<str>, PublicKey>>);

impl KnownKeys {
    pub(crate) fn find(&self, thumbprint: &str) -> Option<PublicKey> {
        self.lock().get(thumbprint).cloned()
    }

    pub(crate) fn keep(&self, thumbprint: &str, key: &PublicKey) {
        let mut known = self.lock();
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(thumbprint.into(), key.clone());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, PublicKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const CAPACITY: usize = 10_000;
