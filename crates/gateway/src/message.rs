//! What does a request body ask for? The few members of JSON-RPC messages that are judged; the body itself goes up unchanged.
//!
//! MCP 2025-03-26 to 2026-07-28 (batches exist in the first only, and are read wherever they come). What the members mean is
//! settled in `call.rs` and `rules.rs`.

mod members;
mod rare;
mod scan;

use std::borrow::Cow;

pub(crate) use self::scan::scan;

/// A request body.
#[derive(Debug, PartialEq)]
pub(crate) enum Payload<'a> {
    /// One message.
    One(Message<'a>),
    /// Several.
    Batch(Vec<Message<'a>>),
}

impl<'a> Payload<'a> {
    pub(crate) fn messages(&self) -> &[Message<'a>] {
        match self {
            Self::One(message) => std::slice::from_ref(message),
            Self::Batch(messages) => messages,
        }
    }
}

/// One message. Members that are absent or no text are `None`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Message<'a> {
    /// `method`: absent in responses.
    pub(crate) method: Option<Cow<'a, str>>,
    /// `params.name`.
    pub(crate) name: Option<Cow<'a, str>>,
    /// `params.uri`.
    pub(crate) uri: Option<Cow<'a, str>>,
    /// `params.taskId`.
    pub(crate) task_id: Option<Cow<'a, str>>,
    /// `params._meta["io.modelcontextprotocol/protocolVersion"]`.
    pub(crate) protocol_version: Option<Cow<'a, str>>,
    /// What the methods name that name things elsewhere.
    pub(crate) also_named: Vec<Named>,
}

/// Something named deeper inside.
#[derive(Debug, PartialEq)]
pub(crate) enum Named {
    /// A prompt.
    Prompt(String),
    /// A resource.
    Resource(String),
}

/// Why a body is not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PayloadFault {
    /// Not UTF-8.
    NotUtf8,
    /// It begins with a byte-order mark.
    ByteOrderMark,
    /// Not JSON.
    NotJson,
    /// A member stands twice in one object, at whatever depth.
    RepeatedMember,
    /// A member that some readers take for one that is judged: `Method` for `method`.
    DisguisedMember,
    /// Nested more deeply than [`MAX_DEPTH`].
    TooDeep,
    /// No object, or no list of objects with at least one.
    NotMessages,
    /// More than [`MAX_BATCH`] messages at once.
    TooMany,
}

/// How many arrays and objects may stand inside each other.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many messages may come in one body.
pub(crate) const MAX_BATCH: usize = 100;

#[cfg(test)]
mod tests;
