//! Who is shut out, and why.

use askama::Template;

use super::Staff;
use crate::pages::{Site, Untrusted, When};

/// All bans.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_bans.html")]
pub struct BansPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// Those in force, the newest first.
    pub in_force: Vec<BanLine>,
    /// Those that are over, the newest first.
    pub over: Vec<BanLine>,
}

/// A ban.
#[derive(Clone, Debug)]
pub struct BanLine {
    /// Its number.
    pub number: i64,
    /// What its value names.
    pub kind: String,
    /// What is banned: a stranger's text.
    pub value: Untrusted,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: When,
    /// When it ends by itself, or ended.
    pub expires: Option<When>,
    /// When and by whom it was lifted.
    pub lifted: Option<(When, String)>,
}

#[cfg(test)]
impl BansPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{staff, when};
        use crate::pages::tests::{SITE, untrusted};
        let ban = BanLine {
            number: 2,
            kind: "domain".into(),
            value: untrusted("evil.example"),
            reason: "It sends our notes elsewhere.".into(),
            by: "ada".into(),
            at: when(0),
            expires: None,
            lifted: None,
        };
        let lifted = BanLine { number: 1, lifted: Some((when(900), "ada".into())), ..ban.clone() };
        let expiring = BanLine { number: 3, expires: Some(when(9_000)), ..ban.clone() };
        let expired = BanLine { number: 0, ..expiring.clone() };
        let empty = Self { site: &SITE, staff: staff(true), in_force: vec![], over: vec![] };
        let (in_force, over) = (vec![expiring, ban], vec![lifted, expired]);
        vec![("empty", empty.clone()), ("full", Self { in_force, over, ..empty })]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{staff_of, when};
        let ban = BanLine {
            number: 1,
            kind: text.into(),
            value: crate::pages::tests::untrusted(text),
            reason: text.into(),
            by: text.into(),
            at: when(0),
            expires: Some(when(0)),
            lifted: Some((when(0), text.into())),
        };
        Self { site, staff: staff_of(text), in_force: vec![ban.clone()], over: vec![ban] }
    }
}
