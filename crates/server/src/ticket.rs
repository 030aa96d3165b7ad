//! Is this the answer to a page that we showed, to this browser, and not yet answered? Consent tickets.
//!
//! A ticket is everything that a consent page was about, sealed: it makes the form unforgeable (O21-17), ties it to the session that
//! saw it, and lets the answer be judged against what was shown. Nothing is stored until somebody answers; its number makes the
//! answer count once.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::seal::{DerivedKey, SealError};
use salver_oauth::Timestamp;
use salver_store::record::Digest;

/// What a consent page was about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ticket {
    /// Random; the answer to it counts once.
    pub(crate) number: [u8; 16],
    /// The session that saw the page.
    pub(crate) session: Digest,
    /// The version of the client's metadata that was shown.
    pub(crate) metadata: [u8; 32],
    /// When the page was shown.
    pub(crate) shown_at: Timestamp,
    /// The authorization request, as it came.
    pub(crate) request: String,
}

/// A sealed ticket as it stands in a form: base64url, in which no character means anything to HTML.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedTicket(String);

impl SealedTicket {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        Self("TICKET".to_owned())
    }
}

impl fmt::Display for SealedTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ticket {
    /// Seals a ticket. Its number was drawn for it alone, so it is the nonce too.
    ///
    /// # Errors
    /// If the request is too long.
    pub(crate) fn seal(&self, key: &DerivedKey) -> Result<SealedTicket, SealError> {
        let (nonce, _) = self.number.split_first_chunk().ok_or(SealError)?;
        let mut bytes = Vec::with_capacity(FIXED + self.request.len());
        bytes.extend(self.number);
        bytes.extend(self.session);
        bytes.extend(self.metadata);
        bytes.extend(self.shown_at.as_unix().to_be_bytes());
        bytes.extend(self.request.as_bytes());
        Ok(SealedTicket(URL_SAFE_NO_PAD.encode(key.seal_with(*nonce, AAD, &bytes)?)))
    }

    /// Opens a ticket. `None` if it is not one of ours.
    #[must_use]
    pub(crate) fn open(text: &str, key: &DerivedKey) -> Option<Self> {
        let bytes = key.open(AAD, &URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (number, rest) = bytes.split_first_chunk::<16>()?;
        let (session, rest) = rest.split_first_chunk::<32>()?;
        let (metadata, rest) = rest.split_first_chunk::<32>()?;
        let (shown_at, request) = rest.split_first_chunk::<8>()?;
        Some(Self {
            number: *number,
            session: *session,
            metadata: *metadata,
            shown_at: Timestamp::from_unix(i64::from_be_bytes(*shown_at)),
            request: String::from_utf8(request.to_vec()).ok()?,
        })
    }
}

const AAD: &[u8] = b"consent ticket 1";
const FIXED: usize = 16 + 32 + 32 + 8;

#[cfg(test)]
mod tests {
    use salver_jose::seal::{KeyPurpose, MasterKey};

    use super::*;

    #[test]
    fn a_ticket_opens_whole_or_not_at_all() {
        let key = MasterKey::from_bytes([5; 32]).derive(KeyPurpose::Tickets).unwrap();
        let ticket = Ticket {
            number: [1; 16],
            session: [2; 32],
            metadata: [3; 32],
            shown_at: Timestamp::from_unix(99),
            request: "client_id=a&state=%2b".into(),
        };
        let sealed = ticket.seal(&key).unwrap();
        let text = sealed.as_str();
        assert_eq!(Ticket::open(text, &key), Some(ticket));
        let other = MasterKey::from_bytes([6; 32]).derive(KeyPurpose::Tickets).unwrap();
        assert_eq!(Ticket::open(text, &other), None);
        assert_eq!(Ticket::open(&text[..text.len() - 2], &key), None);
        assert_eq!(Ticket::open("", &key), None);
    }
}
