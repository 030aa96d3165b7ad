//! What stands in this member? By the types and lengths of RFC 7591 §2; null is absent (DCM-3), what is unknown is never asked for (DCR-3).

use serde_json::{Map, Value};

use super::BodyFault;

/// The members of a registration.
pub(crate) struct Members<'m>(pub(crate) &'m Map<String, Value>);

impl<'m> Members<'m> {
    /// A member that is there and not null.
    pub(crate) fn find(&self, name: &str) -> Option<&'m Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text of at most so many bytes. An empty one is absent.
    pub(crate) fn text(
        &self,
        name: &'static str,
        limit: usize,
    ) -> Result<Option<&'m str>, BodyFault> {
        let value = self.find(name).map(|value| value.as_str().ok_or(BodyFault::WrongType(name)));
        match value.transpose()? {
            Some(text) if text.len() > limit => Err(BodyFault::TooLong { name, limit }),
            text => Ok(text.filter(|text| !text.is_empty())),
        }
    }

    /// A list of at most so many texts. An empty one is absent.
    pub(crate) fn texts(
        &self,
        name: &'static str,
        limit: usize,
    ) -> Result<Option<Vec<&'m str>>, BodyFault> {
        let wrong = BodyFault::WrongType(name);
        let Some(value) = self.find(name) else {
            return Ok(None);
        };
        let list = value.as_array().ok_or_else(|| wrong.clone())?;
        if list.len() > limit {
            return Err(BodyFault::TooMany { name, limit });
        }
        let texts = list.iter().map(|item| item.as_str().ok_or_else(|| wrong.clone()));
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        Ok(Some(texts).filter(|texts| !texts.is_empty()))
    }

    /// Yes or no; absent is no.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, BodyFault> {
        let value = self.find(name).map(|value| value.as_bool().ok_or(BodyFault::WrongType(name)));
        value.transpose().map(Option::unwrap_or_default)
    }

    /// The forms of a text in other languages, `name#tag` (DCR-11), tags in lower case since case does not count in them (RFC 5646 §2.1.1).
    /// What has no language tag behind its `#` is left out.
    pub(crate) fn translations(
        &self,
        name: &'static str,
        limit: usize,
    ) -> Result<Vec<(Box<str>, &'m str)>, BodyFault> {
        let mut found = Vec::new();
        for (member, value) in self.0.iter().filter(|(_, value)| !value.is_null()) {
            let tag = member.strip_prefix(name).and_then(|rest| rest.strip_prefix('#'));
            let Some(tag) = tag.filter(|tag| is_language_tag(tag)) else {
                continue;
            };
            let text = value.as_str().ok_or(BodyFault::WrongType(name))?;
            if text.len() > limit {
                return Err(BodyFault::TooLong { name, limit });
            }
            if found.len() == MAX_TRANSLATIONS {
                return Err(BodyFault::TooMany { name, limit: MAX_TRANSLATIONS });
            }
            found.push((tag.to_ascii_lowercase().into(), text));
        }
        Ok(found)
    }
}

/// The shape of RFC 5646 §2.1: subtags of one to eight letters and digits, the first of letters.
pub(crate) fn is_language_tag(text: &str) -> bool {
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= MAX_TAG_BYTES
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.split('-').all(is_subtag)
}

const MAX_TRANSLATIONS: usize = 16;

/// RFC 5646 §4.4.1.
const MAX_TAG_BYTES: usize = 35;
