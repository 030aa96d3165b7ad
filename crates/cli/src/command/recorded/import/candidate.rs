//! What becomes of one client of a file, before anything is looked up? Metadata to enter, or why not.

use salver_oauth::client::recorded::Purpose;
use serde_json::Value;

/// A client of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Candidate {
    /// What it is called there; nothing if it has no name.
    pub(super) old_id: Option<String>,
    /// What is to become of it.
    pub(super) fate: Fate,
    /// What whoever takes it over should know.
    pub(super) notes: Vec<&'static str>,
}

/// What is to become of a client of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    /// It is entered.
    Enter(Purpose, Value),
    /// It has no business here.
    PassOver(String),
    /// It cannot be entered.
    Refuse(Refused),
}

/// Why a client cannot be entered, and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Refused {
    pub(super) why: String,
    pub(super) remedy: String,
}

impl Refused {
    pub(super) fn new(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { why: why.into(), remedy: remedy.into() }
    }
}

/// What the command line adds to services of a file, which seldom says where they may go.
#[derive(Clone, Debug, Default)]
pub(super) struct Additions {
    pub(super) resources: Vec<String>,
    pub(super) scope: String,
}

impl Additions {
    /// Says where a service may go and what it may do, where its metadata do not.
    pub(super) fn complete(&self, metadata: &mut Value) {
        let Some(members) = metadata.as_object_mut() else { return };
        if !self.resources.is_empty() {
            members.entry("resources").or_insert_with(|| self.resources.clone().into());
        }
        if !self.scope.is_empty() {
            members.entry("scope").or_insert_with(|| self.scope.clone().into());
        }
    }
}

/// What other servers match against many addresses is one address here, which nobody has.
pub(super) fn refuse_wildcard(position: usize, uri: &str) -> Result<(), Refused> {
    if uri.contains('*') {
        return Err(Refused::new(
            format!("redirect URI {position} has a wildcard"),
            "list each address in full: one page of yours that passes answers on would be enough to get them all",
        ));
    }
    Ok(())
}
