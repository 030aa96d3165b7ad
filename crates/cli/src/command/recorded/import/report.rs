//! What became of each client of a file? One line for each: under which identifier it goes on, why it was passed over, or what to do about it.

use serde_json::{Value, json};

use crate::{command::client::quoted, output};

/// What became of one client.
pub(super) struct Line {
    /// What it was called in the file, or where it stood.
    pub(super) old: String,
    pub(super) end: End,
    pub(super) notes: Vec<&'static str>,
}

/// How it ended.
pub(super) enum End {
    /// It is on record.
    Imported { client_id: String, secret: Option<String> },
    /// It would be.
    WouldBeImported { purpose: &'static str },
    /// It has no business here, or is here already.
    PassedOver { because: String },
    /// It breaks a rule.
    Refused { why: String, remedy: String },
}

impl Line {
    pub(super) fn tell(&self, as_json: bool) {
        if as_json {
            output::json(&self.json());
            return;
        }
        let old = quoted(&self.old);
        match &self.end {
            End::Imported { client_id, secret } => {
                let secret = secret.as_ref().map(|text| format!("  secret {text}"));
                output::data(&format!(
                    "{old}: imported as {client_id}{}",
                    secret.unwrap_or_default()
                ));
            }
            End::WouldBeImported { purpose } => {
                output::data(&format!("{old}: would be imported, as {purpose}"));
            }
            End::PassedOver { because } => output::data(&format!("{old}: passed over, {because}")),
            End::Refused { why, remedy } => {
                output::data(&format!("{old}: refused, {why}; {remedy}"));
            }
        }
        for note in &self.notes {
            output::data(&format!("  note: {note}"));
        }
    }

    fn json(&self) -> Value {
        let mut line = match &self.end {
            End::Imported { client_id, secret } => {
                json!({ "outcome": "imported", "client_id": client_id, "client_secret": secret })
            }
            End::WouldBeImported { purpose } => {
                json!({ "outcome": "would_be_imported", "purpose": purpose })
            }
            End::PassedOver { because } => json!({ "outcome": "passed_over", "because": because }),
            End::Refused { why, remedy } => {
                json!({ "outcome": "refused", "because": why, "remedy": remedy })
            }
        };
        if let Some(members) = line.as_object_mut() {
            members.insert("old_client_id".to_owned(), json!(self.old));
            members.insert("notes".to_owned(), json!(self.notes));
        }
        line
    }
}
