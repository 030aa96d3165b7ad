//! The first page of those who decide: what waits.

use askama::Template;

use super::Staff;
use crate::pages::{Site, When};

/// What waits.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_home.html")]
pub struct AdminHomePage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// How many cases are open.
    pub open: usize,
    /// Since when the oldest waits.
    pub oldest: Option<When>,
    /// How many approvals are in force.
    pub approvals: usize,
    /// How many bans are in force.
    pub bans: usize,
    /// How many issuers of statements are known.
    pub anchors: usize,
}

#[cfg(test)]
impl AdminHomePage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{staff, when};
        use crate::pages::tests::SITE;
        let quiet = Self {
            site: &SITE,
            staff: staff(false),
            open: 0,
            oldest: None,
            approvals: 0,
            bans: 0,
            anchors: 0,
        };
        let busy = Self {
            staff: staff(true),
            open: 3,
            oldest: Some(when(-90_000)),
            approvals: 12,
            bans: 1,
            anchors: 1,
            ..quiet.clone()
        };
        let one = Self { open: 1, ..busy.clone() };
        vec![("quiet_reviewer", quiet), ("busy_administrator", busy), ("one", one)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        let staff = super::samples::staff_of(text);
        let oldest = Some(super::samples::when(0));
        Self { site, staff, open: 1, oldest, approvals: 1, bans: 1, anchors: 2 }
    }
}
