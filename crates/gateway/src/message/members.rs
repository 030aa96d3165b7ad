//! Does a member stand twice? Names are compared after their escapes are read, at every depth (RFC 8259 §4).
//!
//! Readers differ in which of two they believe, so a body with two is refused before anybody has to choose. Also refused: names
//! that a reader without regard to letter case would take for one that we judge.

use std::{borrow::Cow, collections::HashSet};

use super::{MAX_DEPTH, PayloadFault};

/// What is known while a body is read: the names of all objects that are open, innermost last.
pub(super) struct State<'de> {
    names: Vec<Cow<'de, str>>,
    depth: usize,
    /// The first rule that was broken; the reader's own error only ends the reading.
    pub(super) fault: Option<PayloadFault>,
}

/// The names of one open object.
pub(super) struct Members<'de> {
    start: usize,
    /// Those beyond the first few.
    many: Option<HashSet<Cow<'de, str>>>,
}

impl Default for State<'_> {
    fn default() -> Self {
        // Enough for most bodies.
        Self { names: Vec::with_capacity(FEW), depth: 0, fault: None }
    }
}

impl<'de> State<'de> {
    /// Opens an array or object; `false` if that is too deep.
    pub(super) fn open(&mut self) -> bool {
        self.depth += 1;
        self.depth <= MAX_DEPTH || self.fail(PayloadFault::TooDeep)
    }

    pub(super) fn close(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn open_members(&mut self) -> Members<'de> {
        Members { start: self.names.len(), many: None }
    }

    pub(super) fn close_members(&mut self, members: &Members<'de>) {
        self.names.truncate(members.start);
    }

    /// Notes a name; `false` if it stood there before.
    pub(super) fn note(&mut self, members: &mut Members<'de>, name: Cow<'de, str>) -> bool {
        let few = self.names.get(members.start..).unwrap_or_default();
        let repeated =
            few.contains(&name) || few.len() == FEW && !members.note_beyond_few(name.clone());
        if few.len() < FEW {
            self.names.push(name);
        }
        !repeated || self.fail(PayloadFault::RepeatedMember)
    }

    /// Whether `name`, which is none of `plain`, would pass for one of them; `false` and a fault if so.
    pub(super) fn is_undisguised(&mut self, name: &str, plain: &[&str]) -> bool {
        !plain.iter().any(|plain| disguises(name, plain))
            || self.fail(PayloadFault::DisguisedMember)
    }

    fn fail(&mut self, fault: PayloadFault) -> bool {
        self.fault.get_or_insert(fault);
        false
    }
}

impl<'de> Members<'de> {
    /// `false` if it stood there before.
    fn note_beyond_few(&mut self, name: Cow<'de, str>) -> bool {
        self.many.get_or_insert_default().insert(name)
    }
}

/// Equal without regard to case. Two letters outside ASCII fold into it: the long s and the Kelvin sign.
pub(super) fn disguises(name: &str, plain: &str) -> bool {
    let folded = name.chars().map(|letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    });
    name != plain && folded.eq(plain.chars().map(|letter| letter.to_ascii_lowercase()))
}

/// So many names are compared one by one; the rest of a large object is looked up.
const FEW: usize = 16;
