//! Have we seen this browser? A signed cookie that names the browser, and the accounts that were signed in to with it.
//!
//! It binds forms that are shown before sign-in (O21-17), and gives its accounts a counter of failures of their own (DESIGN §9).
//! It signs nobody in.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue};
use salver_jose::DerivedKey;
use salver_oauth::UserId;

use super::AccountDeps;
use crate::cookie::Cookie;

/// A browser.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Browser {
    /// Its name: random.
    pub id: [u8; 16],
    known: Vec<UserId>,
}

impl Browser {
    /// The browser of a request, by its cookie; and whether it needs to be given one.
    #[must_use]
    pub fn of(account: &AccountDeps, headers: &HeaderMap) -> (Self, bool) {
        let cookie = account.cookies.read(Cookie::Browser, headers);
        match cookie.and_then(|text| Self::read(text, &account.keys.forms)) {
            Some(browser) => (browser, false),
            None => (Self { id: account.deps.random(), known: Vec::new() }, true),
        }
    }

    /// Whether this account was signed in to with it, as far as it remembers.
    #[must_use]
    pub fn knows(&self, user: UserId) -> bool {
        self.known.contains(&user)
    }

    /// Remembers an account; the one that was remembered longest gives way.
    #[must_use]
    pub fn remembering(mut self, user: UserId) -> Self {
        self.known.retain(|known| *known != user);
        self.known.insert(0, user);
        self.known.truncate(MOST_KNOWN);
        self
    }

    /// The line that gives the browser its cookie.
    #[must_use]
    pub fn cookie(&self, account: &AccountDeps) -> Option<HeaderValue> {
        account.cookies.set(Cookie::Browser, &self.write(&account.keys.forms), COOKIE_SECONDS)
    }

    fn write(&self, key: &DerivedKey) -> String {
        let mut bytes = self.id.to_vec();
        self.known.iter().for_each(|user| bytes.extend(user.as_bytes()));
        let tag = key.hmac(&[LABEL, &bytes].concat());
        bytes.extend(tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(text: &str, key: &DerivedKey) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() <= LONGEST)?;
        let (body, tag) = bytes.split_last_chunk::<32>()?;
        if !key.verify_hmac(&[LABEL, body].concat(), tag) {
            return None;
        }
        let (id, known) = body.split_first_chunk::<16>()?;
        let (known, rest) = known.as_chunks::<16>();
        rest.is_empty().then(|| Self {
            id: *id,
            known: known.iter().copied().map(UserId::from_bytes).collect(),
        })
    }
}

const LABEL: &[u8] = b"browser1";
const MOST_KNOWN: usize = 4;
const LONGEST: usize = 16 + 16 * MOST_KNOWN + 32;
/// As long as browsers keep any cookie.
const COOKIE_SECONDS: i64 = 400 * 86_400;

#[cfg(test)]
mod tests {
    use salver_jose::{KeyPurpose, MasterKey};

    use super::*;

    fn key(byte: u8) -> DerivedKey {
        MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::Forms).unwrap()
    }

    fn user(byte: u8) -> UserId {
        UserId::from_bytes([byte; 16])
    }

    #[test]
    fn a_browser_remembers_its_last_four_accounts() {
        let browser = (1..=5).fold(Browser { id: [9; 16], known: Vec::new() }, |browser, n| {
            browser.remembering(user(n))
        });
        let read = Browser::read(&browser.write(&key(1)), &key(1)).unwrap();
        assert_eq!(read, browser);
        assert!(!read.knows(user(1)) && (2..=5).all(|n| read.knows(user(n))));
        assert_eq!(read.clone().remembering(user(2)).known.len(), 4);
    }

    #[test]
    fn nobody_else_can_write_the_cookie() {
        let browser = Browser { id: [9; 16], known: vec![user(1)] };
        let text = browser.write(&key(1));
        assert_eq!(Browser::read(&text, &key(2)), None);
        assert_eq!(Browser::read("", &key(1)), None);
        assert_eq!(Browser::read(text.get(4..).unwrap(), &key(1)), None);
        let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        bytes[16] ^= 1; // another account
        assert_eq!(Browser::read(&URL_SAFE_NO_PAD.encode(bytes), &key(1)), None);
    }
}
