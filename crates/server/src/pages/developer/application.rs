//! An application, as its developer sees it.

use askama::Template;

use super::{DifferenceLine, WrittenLook};
use crate::{
    flow::developer::{application::Can, secrets::SecretFault},
    pages::{
        Account, HostName, Site, Tile, Untrusted, Warning, When, admin::LookAlike, icon::Icon,
    },
};

/// An application.
#[derive(Clone, Debug, Template)]
#[template(path = "developer_application.html")]
pub struct ApplicationPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub account: Account,
    /// Its `client_id`.
    pub id: String,
    /// A letter in place of a logo.
    pub tile: Tile,
    /// What its developer calls it.
    pub name: Untrusted,
    /// Where it stands, in words.
    pub state_words: &'static str,
    /// Something of it is in force.
    pub in_force: bool,
    /// A reviewer has looked at what is in force.
    pub vetted: bool,
    /// The document that it is registered by.
    pub document: Option<DocumentLine>,
    /// A domain that is proven no more.
    pub lost_domain: Option<HostName>,
    /// What the last reviewer said.
    pub remark: Option<(String, Untrusted)>,
    /// What is written of it.
    pub written: Option<WrittenLook>,
    /// What that differs in from what is in force.
    pub ahead: Vec<DifferenceLine>,
    /// Whether it has secrets, or is to have some.
    pub has_secrets: bool,
    /// Its secrets, the newest first.
    pub secrets: Vec<SecretLine>,
    /// Anti-forgery token for secrets.
    pub secret_token: String,
    /// How many secrets are shown.
    pub shown: usize,
    /// How many people have let it in.
    pub people: u64,
    /// Their connections.
    pub connections: u64,
    /// When one of them was last used.
    pub last_used: Option<When>,
    /// What was done with it, the newest first.
    pub events: Vec<EventLine>,
    /// The form that sends it on its way.
    pub step: StepForm,
    /// Why what was wished for last was not done.
    pub problem: Option<&'static str>,
    /// Why nothing was done about a secret.
    pub secret_problem: Option<SecretFault>,
}

/// A document that an application is registered by.
#[derive(Clone, Debug)]
pub struct DocumentLine {
    /// Its URL.
    pub url: String,
    /// Its host.
    pub host: String,
    /// It is proven to be its developer's.
    pub held: bool,
}

/// The form that sends it on its way.
#[derive(Clone, Debug)]
pub struct StepForm {
    /// Anti-forgery token.
    pub form_token: String,
    /// The revision that is shown.
    pub revision: u32,
    /// What can be done.
    pub can: Can,
}

/// A secret.
#[derive(Clone, Debug)]
pub struct SecretLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Untrusted,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made: When,
    /// When it was last used.
    pub last_used: Option<When>,
    /// When it ends by itself.
    pub expires: Option<When>,
    /// Whether it works.
    pub live: bool,
}

/// Something that was done.
#[derive(Clone, Debug)]
pub struct EventLine {
    /// What.
    pub what: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: When,
    /// What they said.
    pub note: Option<Untrusted>,
}

impl StepForm {
    const fn is_empty(&self) -> bool {
        let Can { edit: _, read, submit, withdraw, publish } = self.can;
        !(read || submit || withdraw || publish)
    }
}

#[cfg(test)]
impl ApplicationPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use salver_store::record::ClientState;
        let (draft, busy) = (Self::draft(), Self::busy());
        let with = |can, page: Self| Self { step: StepForm { can, ..page.step }, ..page };
        let withdraw = Can { withdraw: true, ..Can::default() };
        let waits = with(withdraw, Self::in_state(ClientState::Submitted, false));
        let can = Can { publish: true, ..draft.step.can };
        let publisher = Self { written: None, ..with(can, draft.clone()) };
        let read = Can { read: true, ..Can::default() };
        let document = |held| {
            let (url, host) = ("https://app.example/client.json".into(), "app.example".into());
            Some(DocumentLine { url, host, held })
        };
        let unproven = Self { document: document(false), ..with(read, draft.clone()) };
        let lost_domain = Some(HostName::of_text("app.example"));
        let lost = Self { document: document(true), lost_domain, ..with(read, draft.clone()) };
        let approved = Self::in_state(ClientState::Approved, true);
        let mut samples = vec![
            ("draft", draft),
            ("busy", busy.clone()),
            ("waits", waits),
            ("publisher", publisher),
            ("document", unproven),
            ("lost", lost),
            ("suspended", Self::in_state(ClientState::Suspended, true)),
            ("approved", Self { vetted: true, ..approved.clone() }),
            ("published", approved),
        ];
        for (name, fault) in [
            ("secret_name", SecretFault::Name),
            ("secret_days", SecretFault::Days),
            ("secret_too_many", SecretFault::TooMany),
            ("secret_meanwhile", SecretFault::Meanwhile),
            ("secret_gone", SecretFault::NoSuchSecret),
        ] {
            samples.push((name, Self { secret_problem: Some(fault), ..busy.clone() }));
        }
        samples
    }

    fn draft() -> Self {
        use super::{samples::account, state_words};
        use crate::pages::tests::{SITE, untrusted};
        use salver_store::record::ClientState;
        let can = Can { edit: true, submit: true, ..Can::default() };
        Self {
            site: &SITE,
            account: account(),
            id: "app_AAAAAAAAAAAAAAAAAAAAAA".into(),
            tile: Tile::of("Notes App"),
            name: untrusted("Notes App"),
            state_words: state_words(ClientState::Draft, false),
            in_force: false,
            vetted: false,
            document: None,
            lost_domain: None,
            remark: None,
            written: Some(WrittenLook::sample()),
            ahead: vec![],
            has_secrets: false,
            secrets: vec![],
            secret_token: "SECRET-TOKEN".into(),
            shown: 0,
            people: 0,
            connections: 0,
            last_used: None,
            events: vec![EventLine::sample("entered", None)],
            step: StepForm { form_token: "STEP-TOKEN".into(), revision: 0, can },
            problem: None,
            secret_problem: None,
        }
    }

    fn in_state(state: salver_store::record::ClientState, in_force: bool) -> Self {
        let state_words = super::state_words(state, in_force);
        Self { state_words, in_force, ..Self::draft() }
    }

    fn busy() -> Self {
        use super::samples::when;
        use crate::pages::tests::untrusted;
        use salver_store::record::ClientState;
        let secret = |name: &str, live: bool| SecretLine {
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            name: untrusted(name),
            made_by: "dora".into(),
            made: when(0),
            last_used: live.then(|| when(600)),
            expires: Some(when(9_000_000)),
            live,
        };
        let said = "Name a security contact.";
        Self {
            vetted: true,
            ahead: vec![DifferenceLine::sample()],
            has_secrets: true,
            secrets: vec![secret("server", true), secret("old", false)],
            shown: 2,
            people: 3,
            connections: 4,
            last_used: Some(when(900)),
            remark: Some(("carol".into(), untrusted(said))),
            events: vec![
                EventLine::sample("returned", Some(said)),
                EventLine::sample("submitted", None),
            ],
            problem: Some("It was changed since this page was shown."),
            ..Self::in_state(ClientState::Returned, true)
        }
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{account_of, when};
        use crate::pages::tests::untrusted;
        let (_, busy) = Self::samples().remove(1);
        Self {
            site,
            account: account_of(text),
            id: text.into(),
            tile: Tile::of(text),
            name: untrusted(text),
            document: Some(DocumentLine { url: text.into(), host: text.into(), held: false }),
            lost_domain: Some(HostName::made_of(text)),
            remark: Some((text.into(), untrusted(text))),
            written: Some(WrittenLook::filled_with(text)),
            ahead: vec![DifferenceLine::filled_with(text)],
            secrets: vec![SecretLine {
                id: text.into(),
                name: untrusted(text),
                made_by: text.into(),
                made: when(0),
                last_used: None,
                expires: None,
                live: true,
            }],
            secret_token: text.into(),
            events: vec![EventLine::filled_with(text)],
            step: StepForm { form_token: text.into(), ..busy.step.clone() },
            ..busy
        }
    }
}

#[cfg(test)]
impl EventLine {
    pub(in crate::pages) fn sample(what: &str, note: Option<&str>) -> Self {
        use crate::pages::tests::untrusted;
        let at = super::samples::when(0);
        Self { what: what.into(), by: "dora".into(), at, note: note.map(untrusted) }
    }

    pub(in crate::pages) fn filled_with(text: &str) -> Self {
        Self { by: text.into(), ..Self::sample(text, Some(text)) }
    }
}
