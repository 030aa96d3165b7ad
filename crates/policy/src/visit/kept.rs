//! How is a visit kept? In a few hundred bytes (DESIGN 5), so that a month of them can be judged again.
//!
//! One byte of version, then the members in order. A text that stands in an earlier one is a reference to it: the host of a document
//! stands in its `client_id`. Parts that are too long are left out, and the kept form says so.

use std::str;

use salver_oauth::{Timestamp, client::redirect_uri::Recipient, id::UserId};
use thiserror::Error;

use super::{LookAlike, Method, Visit};
use crate::{
    assessment::{Publisher, Rung},
    evidence::Evidence,
    redirects::UnlistedHttps,
};

/// A visit that was kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kept {
    /// The visit, as far as it was kept.
    pub visit: Visit,
    /// Parts were too long and are missing: what is judged of it may be wrong.
    pub partial: bool,
}

/// Why bytes are no kept visit.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum KeptError {
    /// Of another version.
    #[error("it is kept in form {0}, and this salver reads form {VERSION}")]
    Version(u8),
    /// They end too early.
    #[error("it ends too early")]
    Short,
    /// They are not what was written.
    #[error("it is not as it was written")]
    Malformed,
}

impl Visit {
    /// The form in which it is kept.
    #[must_use]
    pub fn to_kept(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.visit(self);
        let mut kept = vec![VERSION, u8::from(writer.partial)];
        kept.append(&mut writer.bytes);
        kept
    }

    /// The visit that these bytes keep.
    ///
    /// # Errors
    /// [`KeptError`] says why they keep none.
    pub fn from_kept(kept: &[u8]) -> Result<Kept, KeptError> {
        match kept {
            [VERSION, partial @ (0 | 1), rest @ ..] => {
                let mut reader = Reader { rest, seen: String::new() };
                let visit = reader.visit()?;
                if !reader.rest.is_empty() {
                    return Err(KeptError::Malformed);
                }
                Ok(Kept { visit, partial: *partial == 1 })
            }
            [VERSION, _, ..] => Err(KeptError::Malformed),
            [version, ..] if *version != VERSION => Err(KeptError::Version(*version)),
            _ => Err(KeptError::Short),
        }
    }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// Every text that was written out, one after the other.
    seen: String,
    partial: bool,
}

impl Writer {
    fn visit(&mut self, visit: &Visit) {
        let flags = [visit.relay, visit.vetted, visit.pushed, visit.dpop];
        let unlisted = match visit.unlisted {
            None => 0,
            Some(UnlistedHttps::Warn) => 1,
            Some(UnlistedHttps::Review) => 2,
        };
        self.bytes.push(flags.iter().fold(unlisted, |bits, flag| bits << 1 | u8::from(*flag)));
        self.bytes.push(visit.method as u8);
        self.bytes.push(visit.rung as u8);
        self.bytes.push(visit.evidence.bits());
        self.bytes.extend_from_slice(visit.user.as_bytes());
        self.text(&visit.client_id, MAX_ID);
        self.publisher(&visit.publisher);
        self.recipient(&visit.recipient);
        self.list(&visit.redirect_hosts);
        self.optional(visit.entry.as_deref());
        self.optional(visit.statement_issuer.as_deref());
        self.optional(visit.software_id.as_deref());
        self.list(&visit.keys);
        self.optional(visit.key_host.as_deref());
        self.number(visit.first_seen.map_or(0, |at| zigzag(at.as_unix()).saturating_add(1)));
        self.optional(visit.name.as_deref());
        let look_alike = visit.look_alike.as_ref();
        self.optional(look_alike.map(|name| &*name.owner));
        self.optional(look_alike.map(|name| &*name.shown));
        self.application(&visit.application);
        self.optional(visit.bound_to.as_deref());
        self.text(&visit.resource, MAX_TEXT);
        self.text(&visit.scopes.to_string(), MAX_TEXT);
        self.list(&visit.groups);
    }

    fn publisher(&mut self, publisher: &Publisher) {
        let (tag, text) = match publisher {
            Publisher::Domain(host) => (0, Some(host)),
            Publisher::ExactUrl(url) => (1, Some(url)),
            Publisher::Hosted(url) => (2, Some(url)),
            Publisher::Administrator => (3, None),
            Publisher::Nobody => (4, None),
            Publisher::Account(account) => (5, Some(account)),
            Publisher::Signer(issuer) => (6, Some(issuer)),
        };
        self.bytes.push(tag);
        if let Some(text) = text {
            self.text(text, MAX_ID);
        }
    }

    fn recipient(&mut self, recipient: &Recipient) {
        match recipient {
            Recipient::Loopback => self.bytes.push(0),
            Recipient::Https { host } => {
                self.bytes.push(1);
                self.text(host, MAX_TEXT);
            }
            Recipient::App { scheme } => {
                self.bytes.push(2);
                self.text(scheme, MAX_TEXT);
            }
        }
    }

    /// Most fingerprints are a word and the `client_id`.
    fn application(&mut self, application: &str) {
        let (word, rest) = (1_u8..)
            .zip(FINGERPRINT_WORDS)
            .find_map(|(number, word)| Some((number, application.strip_prefix(word)?)))
            .unwrap_or((0, application));
        self.bytes.push(word);
        self.text(rest, MAX_ID);
    }

    fn list(&mut self, texts: &[Box<str>]) {
        let kept: Vec<&str> =
            texts.iter().map(AsRef::as_ref).filter(|t| t.len() <= MAX_TEXT).collect();
        let count = kept.len().min(MAX_LIST);
        self.partial |= count < texts.len();
        self.number(count as u64);
        for text in kept.into_iter().take(MAX_LIST) {
            self.text(text, MAX_TEXT);
        }
    }

    fn optional(&mut self, text: Option<&str>) {
        let kept = text.filter(|text| text.len() <= MAX_TEXT);
        self.partial |= kept.is_none() && text.is_some();
        self.bytes.push(u8::from(kept.is_some()));
        if let Some(text) = kept {
            self.text(text, MAX_TEXT);
        }
    }

    /// Twice its length and its bytes; or twice its length and one, and where it stands in what was written before.
    fn text(&mut self, text: &str, most: usize) {
        let kept = if text.len() <= most { text } else { "" };
        self.partial |= kept.len() < text.len();
        let length = (kept.len() as u64) << 1;
        let before = if kept.len() < WORTH_A_REFERENCE { None } else { self.seen.find(kept) };
        if let Some(at) = before {
            self.number(length | 1);
            self.number(at as u64);
        } else {
            self.number(length);
            self.bytes.extend_from_slice(kept.as_bytes());
            self.seen.push_str(kept);
        }
    }

    /// Seven bits in each byte, the low ones first.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7F) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push((number & 0x7F) as u8);
    }
}

struct Reader<'k> {
    rest: &'k [u8],
    seen: String,
}

impl Reader<'_> {
    fn visit(&mut self) -> Result<Visit, KeptError> {
        let flags = self.byte()?;
        let flag = |place: u8| flags >> place & 1 == 1;
        Ok(Visit {
            relay: flag(3),
            vetted: flag(2),
            pushed: flag(1),
            dpop: flag(0),
            unlisted: match flags >> 4 {
                0 => None,
                1 => Some(UnlistedHttps::Warn),
                2 => Some(UnlistedHttps::Review),
                _ => return Err(KeptError::Malformed),
            },
            method: self.one_of(Method::ALL)?,
            rung: self.one_of(Rung::ALL)?,
            evidence: Evidence::of_bits(self.byte()?).ok_or(KeptError::Malformed)?,
            user: self.user()?,
            client_id: self.text()?,
            publisher: self.publisher()?,
            recipient: self.recipient()?,
            redirect_hosts: self.list()?,
            entry: self.optional()?,
            statement_issuer: self.optional()?,
            software_id: self.optional()?,
            keys: self.list()?,
            key_host: self.optional()?,
            first_seen: self.number()?.checked_sub(1).map(unzigzag).map(Timestamp::from_unix),
            name: self.optional()?,
            look_alike: match (self.optional()?, self.optional()?) {
                (Some(owner), Some(shown)) => Some(LookAlike { owner, shown }),
                (Some(owner), None) => Some(LookAlike { owner, shown: "".into() }),
                (None, Some(shown)) => Some(LookAlike { owner: "".into(), shown }),
                (None, None) => None,
            },
            application: self.application()?,
            bound_to: self.optional()?,
            resource: self.text()?,
            scopes: self.text()?.parse().map_err(|_| KeptError::Malformed)?,
            groups: self.list()?,
        })
    }

    fn byte(&mut self) -> Result<u8, KeptError> {
        let (first, rest) = self.rest.split_first().ok_or(KeptError::Short)?;
        self.rest = rest;
        Ok(*first)
    }

    fn one_of<T: Copy, const N: usize>(&mut self, all: [T; N]) -> Result<T, KeptError> {
        all.get(usize::from(self.byte()?)).copied().ok_or(KeptError::Malformed)
    }

    fn user(&mut self) -> Result<UserId, KeptError> {
        let (id, rest) = self.rest.split_first_chunk::<16>().ok_or(KeptError::Short)?;
        self.rest = rest;
        Ok(UserId::from_bytes(*id))
    }

    fn publisher(&mut self) -> Result<Publisher, KeptError> {
        match self.byte()? {
            0 => Ok(Publisher::Domain(self.text()?)),
            1 => Ok(Publisher::ExactUrl(self.text()?)),
            2 => Ok(Publisher::Hosted(self.text()?)),
            3 => Ok(Publisher::Administrator),
            4 => Ok(Publisher::Nobody),
            5 => Ok(Publisher::Account(self.text()?)),
            6 => Ok(Publisher::Signer(self.text()?)),
            _ => Err(KeptError::Malformed),
        }
    }

    fn recipient(&mut self) -> Result<Recipient, KeptError> {
        match self.byte()? {
            0 => Ok(Recipient::Loopback),
            1 => Ok(Recipient::Https { host: self.text()? }),
            2 => Ok(Recipient::App { scheme: self.text()? }),
            _ => Err(KeptError::Malformed),
        }
    }

    fn application(&mut self) -> Result<Box<str>, KeptError> {
        let word = match usize::from(self.byte()?).checked_sub(1) {
            None => "",
            Some(number) => FINGERPRINT_WORDS.get(number).ok_or(KeptError::Malformed)?,
        };
        Ok([word, &*self.text()?].concat().into())
    }

    fn list(&mut self) -> Result<Vec<Box<str>>, KeptError> {
        let count = self.number()?;
        if count > MAX_LIST as u64 {
            return Err(KeptError::Malformed);
        }
        (0..count).map(|_| self.text()).collect()
    }

    fn optional(&mut self) -> Result<Option<Box<str>>, KeptError> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.text().map(Some),
            _ => Err(KeptError::Malformed),
        }
    }

    fn text(&mut self) -> Result<Box<str>, KeptError> {
        let head = self.number()?;
        let length = usize::try_from(head >> 1).map_err(|_| KeptError::Malformed)?;
        if length > MAX_ID {
            return Err(KeptError::Malformed);
        }
        if head & 1 == 1 {
            let at = usize::try_from(self.number()?).map_err(|_| KeptError::Malformed)?;
            let end = at.checked_add(length).ok_or(KeptError::Malformed)?;
            return Ok(self.seen.get(at..end).ok_or(KeptError::Malformed)?.into());
        }
        let (text, rest) = self.rest.split_at_checked(length).ok_or(KeptError::Short)?;
        let text = str::from_utf8(text).map_err(|_| KeptError::Malformed)?;
        self.rest = rest;
        self.seen.push_str(text);
        Ok(text.into())
    }

    fn number(&mut self) -> Result<u64, KeptError> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(KeptError::Malformed)
    }
}

/// Small numbers of either sign become small numbers.
const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// The form in which visits are kept.
const VERSION: u8 = 1;

/// The longest `client_id` that is kept, in bytes: those that are given out here fit.
const MAX_ID: usize = 512;

/// The longest other text.
const MAX_TEXT: usize = 200;

/// The longest list.
const MAX_LIST: usize = 8;

/// A shorter text is written out.
const WORTH_A_REFERENCE: usize = 4;

/// How fingerprints begin.
const FINGERPRINT_WORDS: [&str; 6] =
    ["document ", "issued ", "hosted ", "development ", "application ", "personal "];
