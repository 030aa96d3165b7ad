//! What stands in a catalogue: plain data, as read or as put together, in the order of the file.

use super::{
    date::Date,
    entry::{Client, Pin},
    pattern::Pattern,
};

/// A catalogue without its indexes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Content {
    pub(super) number: u64,
    pub(super) issued: Date,
    pub(super) expires: Option<Date>,
    pub(super) clients: Vec<Client>,
    pub(super) pins: Vec<Pin>,
    pub(super) relays: Vec<Pattern>,
    pub(super) shared_hosts: Vec<Box<str>>,
    pub(super) removed: Removed,
}

/// What an extension takes out of the catalogue that it extends.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Removed {
    pub(super) clients: Vec<Box<str>>,
    pub(super) pins: Vec<Box<str>>,
    pub(super) relays: Vec<Box<str>>,
    pub(super) shared_hosts: Vec<Box<str>>,
}
