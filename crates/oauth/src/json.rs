//! Is this JSON, read strictly? For bytes that strangers wrote: UTF-8 without a byte-order mark, no member twice, no deep nesting.
//!
//! RFC 8259 leaves duplicate members to the reader, so two readers can see two different documents (CIMD-D-13). Ours sees none.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use thiserror::Error;

/// Why bytes are not taken for JSON.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum JsonError {
    /// Not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// It begins with a byte-order mark.
    #[error("it begins with a byte-order mark")]
    ByteOrderMark,
    /// Not JSON, or a member stands twice, or it is nested too deeply; where, as line and column.
    #[error("it is not strict JSON at line {line}, column {column}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A member stands twice in one object.
    #[error("the member {0:?} stands twice")]
    DuplicateMember(Box<str>),
    /// Nested more deeply than [`MAX_DEPTH`].
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}

/// How many arrays and objects may stand inside each other.
pub const MAX_DEPTH: usize = 32;

/// Reads a value strictly.
///
/// # Errors
/// [`JsonError`] says what is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        return Err(JsonError::ByteOrderMark);
    }
    let mut fault = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    Strict { depth: 0, fault: &mut fault }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| {
            fault.unwrap_or(JsonError::Malformed { line: error.line(), column: error.column() })
        })
}

/// Builds a value, and notes the first fault that serde's own messages could only put into words.
struct Strict<'f> {
    depth: usize,
    fault: &'f mut Option<JsonError>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(&mut self) -> Result<Strict<'_>, E> {
        if self.depth == MAX_DEPTH {
            *self.fault = Some(JsonError::TooDeep);
            return Err(E::custom("too deep"));
        }
        Ok(Strict { depth: self.depth + 1, fault: self.fault })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper()?)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                *self.fault = Some(JsonError::DuplicateMember(name.into()));
                return Err(A::Error::custom("duplicate member"));
            }
            let value = members.next_value_seed(self.deeper()?)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cimd_d_13_strict_reading() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let (deepest, too_deep) = (deep(32), deep(33));
        let cases: &[(&[u8], Result<(), JsonError>)] = &[
            (b"{\"a\":1,\"b\":{\"a\":[null,true,1.5,-2,\"x\"]}}", Ok(())),
            (deepest.as_bytes(), Ok(())),
            (too_deep.as_bytes(), Err(JsonError::TooDeep)),
            (b"{\"a\":1,\"a\":2}", Err(JsonError::DuplicateMember("a".into()))),
            (b"[{\"b\":{\"a\":1,\"\\u0061\":2}}]", Err(JsonError::DuplicateMember("a".into()))),
            (b"\xef\xbb\xbf{}", Err(JsonError::ByteOrderMark)),
            (b"{\"a\":\"\xff\"}", Err(JsonError::NotUtf8)),
            (b"{} {}", Err(JsonError::Malformed { line: 1, column: 4 })),
            (b"{\"a\":1,}", Err(JsonError::Malformed { line: 1, column: 8 })),
            (b"", Err(JsonError::Malformed { line: 1, column: 0 })),
            (b"{\"a\":1e400}", Err(JsonError::Malformed { line: 1, column: 10 })),
        ];
        for (bytes, expected) in cases {
            assert_eq!(parse(bytes).map(|_| ()), *expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
