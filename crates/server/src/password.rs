//! Is this the password? Argon2id, on few threads at a time, in the same time whether the account exists or not.
//!
//! Rules for new passwords: length, and not the username; no rules of composition. Leaves out who may try, and how often:
//! `throttle.rs`.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use thiserror::Error;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// A password in the clear, wiped when dropped.
pub struct Password(Zeroizing<String>);

/// Why a text cannot be a new password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PasswordFault {
    /// Fewer than 12 bytes.
    TooShort,
    /// More than 1024 bytes.
    TooLong,
    /// The username is in it.
    HoldsUsername,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum HashingError {
    /// Too many are waiting already.
    #[error("too many passwords are being checked")]
    Busy,
    /// The library failed, or a stored hash cannot be read.
    #[error("a password could not be hashed")]
    Failed,
}

/// What a check of a password says.
#[derive(Debug, Eq, PartialEq)]
pub enum Verified {
    /// Another password, or no such account.
    No,
    /// The password.
    Yes {
        /// A hash to store instead, if the stored one was made with other parameters.
        rehashed: Option<String>,
    },
}

/// Hashes and checks passwords, a bounded number at a time.
pub struct Passwords {
    waiting: Arc<Semaphore>,
    working: Arc<Semaphore>,
}

impl Password {
    /// Takes what was typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether this may become the password of an account of this name.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, username: &str) -> Result<(), PasswordFault> {
        let fold = |text: &str| text.to_lowercase();
        match self.0.len() {
            0..SHORTEST => Err(PasswordFault::TooShort),
            SHORTEST..=LONGEST => {
                // Shorter names are in many words by accident.
                let counts = username.chars().count() >= SHORTEST_NAME_THAT_COUNTS;
                let held = counts && fold(&self.0).contains(&fold(username));
                if held { Err(PasswordFault::HoldsUsername) } else { Ok(()) }
            }
            _ => Err(PasswordFault::TooLong),
        }
    }

    /// Its bytes; none if it is longer than any password can be, so that nobody makes us hash megabytes.
    fn bytes(&self) -> &[u8] {
        if self.0.len() > LONGEST { &[] } else { self.0.as_bytes() }
    }
}

impl Passwords {
    /// With so many threads at most; up to sixteen times as many may wait.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        let places = threads.saturating_mul(WAITING_PER_THREAD).saturating_add(threads);
        Self {
            waiting: Arc::new(Semaphore::new(places)),
            working: Arc::new(Semaphore::new(threads)),
        }
    }

    /// The hash to store for a new password.
    ///
    /// # Errors
    /// If too many are waiting, or the library fails.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<String, HashingError> {
        self.run(move || hashed(&password, &salt)).await
    }

    /// Whether this is the password of the account with the `stored` hash. Without an account it takes as long, and says no.
    /// The salt is for a new hash, should one be due.
    ///
    /// # Errors
    /// If too many are waiting, the stored hash cannot be read, or the library fails.
    pub async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
        salt: [u8; 16],
    ) -> Result<Verified, HashingError> {
        self.run(move || {
            let exists = stored.is_some();
            let stored = stored.as_deref().unwrap_or(NOBODY);
            let hash = PasswordHash::new(stored).map_err(|_| HashingError::Failed)?;
            let same = hasher().verify_password(password.bytes(), &hash).is_ok();
            if !(same && exists) {
                return Ok(Verified::No);
            }
            let outdated = !is_current(&hash);
            let rehashed = outdated.then(|| hashed(&password, &salt)).transpose()?;
            Ok(Verified::Yes { rehashed })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        // The places go with the work: a browser that hangs up does not make room while its hash is still computed.
        let place =
            Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| HashingError::Busy)?;
        let thread =
            Arc::clone(&self.working).acquire_owned().await.map_err(|_| HashingError::Failed)?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = (place, thread);
            work()
        });
        done.await.map_err(|_| HashingError::Failed)?
    }
}

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

fn hashed(password: &Password, salt: &[u8; 16]) -> Result<String, HashingError> {
    let hash = hasher().hash_password_with_salt(password.bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|_| HashingError::Failed)
}

fn is_current(hash: &PasswordHash) -> bool {
    let same_parameters = Params::try_from(hash).is_ok_and(|params| {
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        costs(&params) == costs(&Params::DEFAULT)
    });
    same_parameters
        && hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into())
}

const SHORTEST: usize = 12;
const LONGEST: usize = 1024;
const SHORTEST_NAME_THAT_COUNTS: usize = 3;
const WAITING_PER_THREAD: usize = 16;
/// Checked where there is no account. Its parameters are today's, so the time is too; its output was drawn at random, so nothing
/// matches it, and `verify` says no in any case.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdmVyIG5vYm9keSEhIQ$mX0p4yLJ6sUoHc3Rk1eVtqA9b2dNwZ5fG8jT7iQxSaE";

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "violet tram on thursday";

    fn password(text: &str) -> Password {
        Password::new(text.into())
    }

    #[test]
    fn new_passwords_have_a_length_and_are_not_the_username() {
        for (why, username, text, expected) in [
            ("words", "alice", GOOD, Ok(())),
            ("12 bytes", "alice", "abcdefghijkl", Ok(())),
            ("11 bytes", "alice", "abcdefghijk", Err(PasswordFault::TooShort)),
            ("1024 bytes", "alice", &"x".repeat(1024), Ok(())),
            ("1025 bytes", "alice", &"x".repeat(1025), Err(PasswordFault::TooLong)),
            ("the username", "Alice", "xx-aLICE-1234", Err(PasswordFault::HoldsUsername)),
            ("a name of two letters", "al", "walrus always", Ok(())),
        ] {
            assert_eq!(password(text).check(username), expected, "{why}");
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again() {
        let passwords = Passwords::new(1);
        let stored = passwords.hash(password(GOOD), [1; 16]).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verify = |text| passwords.verify(password(text), Some(stored.clone()), [2; 16]);
        assert_eq!(verify(GOOD).await, Ok(Verified::Yes { rehashed: None }));
        assert_eq!(verify("violet tram on friday").await, Ok(Verified::No));
        assert_eq!(verify("").await, Ok(Verified::No));
    }

    #[tokio::test]
    async fn without_an_account_the_work_is_the_same_and_the_answer_no() {
        assert!(is_current(&PasswordHash::new(NOBODY).unwrap()));
        let passwords = Passwords::new(1);
        assert_eq!(passwords.verify(password(GOOD), None, [2; 16]).await, Ok(Verified::No));
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_made_anew() {
        let weak =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let stored = weak.hash_password_with_salt(GOOD.as_bytes(), &[1; 16]).unwrap().to_string();
        let passwords = Passwords::new(1);
        let verified = passwords.verify(password(GOOD), Some(stored.clone()), [2; 16]).await;
        let Ok(Verified::Yes { rehashed: Some(rehashed) }) = verified else {
            panic!("{verified:?}")
        };
        let again = passwords.verify(password(GOOD), Some(rehashed), [3; 16]).await;
        assert_eq!(again, Ok(Verified::Yes { rehashed: None }));
        assert_eq!(
            passwords.verify(password("another password"), Some(stored), [2; 16]).await,
            Ok(Verified::No)
        );
    }

    #[tokio::test]
    async fn an_unreadable_hash_is_a_failure_and_no_entry() {
        let verified = Passwords::new(1).verify(password(GOOD), Some("x".into()), [2; 16]).await;
        assert_eq!(verified, Err(HashingError::Failed));
    }

    #[tokio::test]
    async fn only_so_many_may_wait() {
        let passwords = Passwords::new(1);
        let all = Arc::clone(&passwords.waiting).try_acquire_many_owned(17).unwrap();
        assert_eq!(passwords.hash(password(GOOD), [1; 16]).await, Err(HashingError::Busy));
        drop(all);
        assert!(passwords.hash(password(GOOD), [1; 16]).await.is_ok());
    }
}
