//! An application that waits for a reviewer, or waited: what would be in force, what is, what it may be taken for, the checklist, and the form that decides it.

use askama::Template;

use super::{ClientLine, LookAlike, Staff};
use crate::{
    flow::admin::decide_application::RulingFault,
    pages::{
        HostName, Site, Warning, When,
        developer::{DifferenceLine, EventLine, WrittenLook},
        icon::Icon,
    },
};

/// An application.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_application.html")]
pub struct DossierPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// Its `client_id`.
    pub id: String,
    /// It, in a line.
    pub client: ClientLine,
    /// Whose it is.
    pub owner: String,
    /// It belongs to who sees it.
    pub own: bool,
    /// Where it stands.
    pub state: &'static str,
    /// A reviewer has looked at what is in force.
    pub vetted: bool,
    /// The domains that its developer has proven.
    pub domains: Vec<HostName>,
    /// A domain of its developer that is proven no more.
    pub lost_domain: Option<HostName>,
    /// How many people have let it in.
    pub people: u64,
    /// Their connections.
    pub connections: u64,
    /// What would be in force.
    pub wanted: Option<WrittenLook>,
    /// What is in force.
    pub in_force: Option<WrittenLook>,
    /// What the two differ in.
    pub differences: Vec<DifferenceLine>,
    /// What is looked at before it is approved.
    pub checklist: Vec<CheckLine>,
    /// What was done with it, the newest first.
    pub events: Vec<EventLine>,
    /// The form, for whoever may do something.
    pub form: Option<RulingForm>,
    /// Why the last decision did not count.
    pub problem: Option<RulingFault>,
}

/// Something to look at.
#[derive(Clone, Debug)]
pub struct CheckLine {
    /// What.
    pub text: String,
    /// Who has, and when.
    pub looked_at: Option<(String, When)>,
}

/// The form that decides.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "steps that do not depend on each other")]
pub struct RulingForm {
    /// Anti-forgery token.
    pub form_token: String,
    /// The revision that is shown.
    pub revision: u32,
    /// A review can begin.
    pub take: bool,
    /// It can be approved, returned and refused.
    pub decide: bool,
    /// It can be suspended.
    pub suspend: bool,
    /// It can be let in again.
    pub resume: bool,
    /// The remarks, as they were written.
    pub note: String,
}

impl RulingForm {
    /// Whether there is a button in it.
    #[must_use]
    pub const fn can_do_something(&self) -> bool {
        self.take || self.decide || self.suspend || self.resume
    }
}

#[cfg(test)]
impl DossierPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{staff, when};
        use crate::pages::tests::SITE;
        let id = "app_AAAAAAAAAAAAAAAAAAAAAA";
        let form = RulingForm {
            form_token: "FORM-TOKEN".into(),
            revision: 4,
            take: true,
            decide: false,
            suspend: false,
            resume: false,
            note: String::new(),
        };
        let new = Self {
            site: &SITE,
            staff: staff(false),
            id: id.into(),
            client: ClientLine::of("Notes App", id).unwrap(),
            owner: "dora".into(),
            own: false,
            state: "waits for a reviewer",
            vetted: false,
            domains: vec![],
            lost_domain: None,
            people: 0,
            connections: 0,
            wanted: Some(WrittenLook::sample()),
            in_force: None,
            differences: vec![],
            checklist: vec![],
            events: vec![EventLine::sample("submitted", None), EventLine::sample("entered", None)],
            form: Some(form.clone()),
            problem: None,
        };
        let check = |text: &str, looked_at| CheckLine { text: text.into(), looked_at };
        let deciding = RulingForm {
            take: false,
            decide: true,
            suspend: true,
            note: "Name a contact.".into(),
            ..form.clone()
        };
        let change = Self {
            state: "in force, with changes that a reviewer looks at",
            vetted: true,
            domains: vec![HostName::of_text("notes.example")],
            lost_domain: Some(HostName::of_text("old.example")),
            people: 3,
            connections: 5,
            in_force: Some(WrittenLook::sample()),
            differences: vec![DifferenceLine::sample()],
            checklist: vec![
                check("Contract", Some(("carol".into(), when(60)))),
                check("Source reviewed", None),
            ],
            form: Some(deciding),
            ..new.clone()
        };
        let suspended = RulingForm { take: false, resume: true, ..form };
        let mut samples = vec![
            ("new", new.clone()),
            ("change", change.clone()),
            ("own", Self { own: true, form: None, ..new.clone() }),
            ("breaks_a_rule", Self { wanted: None, ..new.clone() }),
            ("suspended", Self { wanted: None, form: Some(suspended), ..change.clone() }),
        ];
        for (name, problem) in [
            ("problem_meanwhile", RulingFault::Meanwhile),
            ("problem_not_now", RulingFault::NotNow),
            ("problem_own", RulingFault::Own),
            ("problem_unticked", RulingFault::Unticked),
            ("problem_no_remark", RulingFault::NoRemark),
            ("problem_breaks_rule", RulingFault::BreaksRule),
        ] {
            samples.push((name, Self { problem: Some(problem), ..change.clone() }));
        }
        samples
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{client_of, staff_of, when};
        let (_, change) = Self::samples().remove(1);
        let form = change.form.clone().map(|form| RulingForm {
            form_token: text.into(),
            note: text.into(),
            ..form
        });
        Self {
            site,
            staff: staff_of(text),
            id: text.into(),
            client: client_of(text),
            owner: text.into(),
            domains: vec![HostName::made_of(text)],
            wanted: Some(WrittenLook::filled_with(text)),
            in_force: Some(WrittenLook::filled_with(text)),
            differences: vec![DifferenceLine::filled_with(text)],
            checklist: vec![
                CheckLine { text: text.into(), looked_at: Some((text.into(), when(0))) },
                CheckLine { text: text.into(), looked_at: None },
            ],
            events: vec![EventLine::filled_with(text)],
            form,
            ..change
        }
    }
}
