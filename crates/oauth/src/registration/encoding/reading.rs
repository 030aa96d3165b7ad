//! What do these bytes say? Every length is checked before anything is taken.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::{
    CLIENT_URI, CONTACTS, LOGO_URI, MORE, POLICY_URI, SCOPE, SOFTWARE_ID, TOS_URI, TRANSLATIONS,
    Undecodable, packing::unpack, tables::NAMES,
};
use crate::registration::Claims;

/// Bytes that are read from front to end.
pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn byte(&mut self) -> Result<u8, Undecodable> {
        let (byte, rest) = self.rest.split_first().ok_or(Undecodable)?;
        self.rest = rest;
        Ok(*byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Undecodable> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(Undecodable)?;
        self.rest = rest;
        Ok(*array)
    }

    /// At most 14 bits: no registration has more of anything.
    pub(super) fn number(&mut self) -> Result<usize, Undecodable> {
        let low = self.byte()?;
        if low & MORE == 0 {
            return Ok(low.into());
        }
        let high = self.byte()?;
        if high & MORE != 0 {
            return Err(Undecodable);
        }
        Ok(usize::from(low & !MORE) | usize::from(high) << 7)
    }

    fn take(&mut self) -> Result<&'b [u8], Undecodable> {
        let length = self.number()?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Undecodable)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn text(&mut self) -> Result<Box<str>, Undecodable> {
        std::str::from_utf8(self.take()?).map(Into::into).map_err(|_| Undecodable)
    }

    /// A text that is JSON: an answer repeats it as it is.
    pub(super) fn json(&mut self) -> Result<Box<str>, Undecodable> {
        let text = self.text()?;
        serde_json::from_str::<&RawValue>(&text).map_err(|_| Undecodable)?;
        Ok(text)
    }

    pub(super) fn address(&mut self) -> Result<Box<str>, Undecodable> {
        unpack(self.take()?)
    }

    /// A name of the table, or one in full: the empty name is none, so its length says which.
    pub(super) fn name(&mut self) -> Result<Box<str>, Undecodable> {
        if self.rest.first() != Some(&0) {
            return self.text();
        }
        self.byte()?;
        NAMES.get(self.number()?).map(|name| (*name).into()).ok_or(Undecodable)
    }

    /// Everything behind the keys; the name is not among it.
    pub(super) fn claims(&mut self) -> Result<Claims, Undecodable> {
        let mut claims = Claims::default();
        while let Some((tag, rest)) = self.rest.split_first() {
            self.rest = rest;
            match *tag {
                CLIENT_URI => claims.client_uri = Some(self.address()?),
                LOGO_URI => claims.logo_uri = Some(self.address()?),
                TOS_URI => claims.tos_uri = Some(self.address()?),
                POLICY_URI => claims.policy_uri = Some(self.address()?),
                SCOPE => {
                    claims.scope = Some(self.address()?.parse().map_err(|_| Undecodable)?);
                }
                SOFTWARE_ID => claims.software_id = Some(self.text()?),
                CONTACTS => {
                    let count = self.number()?;
                    let contacts = (0..count).map(|_| self.text());
                    claims.contacts = contacts.collect::<Result<BTreeSet<_>, _>>()?;
                }
                TRANSLATIONS => {
                    let count = self.number()?;
                    let names = (0..count).map(|_| Ok((self.text()?, self.text()?)));
                    claims.client_names = names.collect::<Result<BTreeMap<_, _>, _>>()?;
                }
                _ => return Err(Undecodable),
            }
        }
        Ok(claims)
    }
}
