//! How is a ban told? What it ends, which rules promise otherwise, and what is still accepted.

use salver_oauth::Timestamp;
use salver_policy::ban::BanSubject;
use serde_json::{Value, json};

use super::affected::{Affected, HEADING, Receipt};
use crate::{command::duration, config::problem::Problem, output};

/// Everything that is told of a ban.
pub(super) struct Told {
    /// Its number, once it is made.
    pub(super) number: Option<i64>,
    pub(super) subject: BanSubject,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) affected: Affected,
    /// How many services it shuts out.
    pub(super) services: usize,
    /// Rules that let in what is banned.
    pub(super) let_in_by: Vec<Problem>,
    /// What is the case afterwards.
    pub(super) receipt: Option<Receipt>,
}

impl Told {
    pub(super) fn tell(&self) {
        if !self.affected.is_empty() {
            output::table(HEADING, &self.affected.rows());
        }
        let counted = self.affected.counted();
        match self.number {
            None => output::talk(&format!("A ban of {} would end {counted}.", self.subject)),
            Some(number) => output::talk(&format!(
                "Ban {number} shuts out {}{}. It ends {counted}.",
                self.subject,
                self.expires_at.map_or_else(String::new, |end| {
                    format!(" until {}", duration::moment(end))
                })
            )),
        }
        match self.services {
            0 => {}
            1 => output::talk("One service is shut out; the tokens that it has end."),
            more => output::talk(&format!(
                "{more} services are shut out; the tokens that they have end."
            )),
        }
        for problem in &self.let_in_by {
            output::talk(&format!("note: {problem}"));
        }
        if !self.let_in_by.is_empty() {
            output::talk(
                "note: with such a rule and its ban, a server does not start, and takes over no rules.",
            );
        }
        if let Some(Receipt { asked: asked @ 1.., accepted, .. }) = &self.receipt {
            output::talk(&format!(
                "Asked as the gateway asks: {accepted} of {asked} are still accepted."
            ));
        }
    }

    pub(super) fn json(&self) -> Value {
        let receipt = self.receipt.as_ref().map(|receipt| {
            json!({
                "grants_ended": receipt.ended.grants,
                "installations_ended": receipt.ended.installations,
                "services_ended": receipt.ended.services,
                "asked": receipt.asked,
                "still_accepted": receipt.accepted,
            })
        });
        json!({
            "number": self.number,
            "kind": self.subject.kind().id(),
            "value": self.subject.value(),
            "expires_at": self.expires_at,
            "affected": self.affected.json(),
            "services": self.services,
            "let_in_by": self.let_in_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "receipt": receipt,
        })
    }
}
