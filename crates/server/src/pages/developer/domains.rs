//! Which domains are proven for an application, and what has to be published for another one?

use askama::Template;

use crate::pages::{Account, HostName, Site, Untrusted, When, icon::Icon};

/// The domains of an application.
#[derive(Clone, Debug, Template)]
#[template(path = "developer_domains.html")]
pub struct DomainsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub account: Account,
    /// The `client_id`.
    pub id: String,
    /// Its name.
    pub name: Untrusted,
    /// What is proven.
    pub proofs: Vec<DomainLine>,
    /// What was typed.
    pub typed: String,
    /// What has to be published for it.
    pub wanted: Option<WantedProof>,
    /// Anti-forgery token.
    pub form_token: String,
    /// Why what was wished for last was not done.
    pub problem: Option<String>,
}

/// A domain that is proven, or was.
#[derive(Clone, Debug)]
pub struct DomainLine {
    /// The domain.
    pub domain: HostName,
    /// The same, for the form.
    pub domain_text: String,
    /// How, in words.
    pub how: &'static str,
    /// Since when.
    pub proven: When,
    /// How it stands.
    pub standing: DomainStanding,
}

/// How a proof stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DomainStanding {
    /// It was there at the last look.
    Proven,
    /// It was not, and counts a while longer.
    Missing,
    /// It has been missing for so long that it counts no more.
    Lost,
}

/// What has to be published.
#[derive(Clone, Debug)]
pub struct WantedProof {
    /// The domain.
    pub domain: HostName,
    /// The value.
    pub value: String,
    /// The URL of the file.
    pub file: String,
    /// The name of the record.
    pub record: String,
    /// The document that the application is registered by, if it lies there.
    pub document: Option<String>,
    /// The member in which it would say the value.
    pub member: &'static str,
}

#[cfg(test)]
impl DomainsPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{account, when};
        use crate::pages::tests::{SITE, untrusted};
        let none = Self {
            site: &SITE,
            account: account(),
            id: "app_AAAAAAAAAAAAAAAAAAAAAA".into(),
            name: untrusted("Notes App"),
            proofs: vec![],
            typed: String::new(),
            wanted: None,
            form_token: "FORM-TOKEN".into(),
            problem: None,
        };
        let line = |domain: &str, how, standing| DomainLine {
            domain: HostName::of_text(domain),
            domain_text: domain.into(),
            how,
            proven: when(0),
            standing,
        };
        let some = Self {
            proofs: vec![
                line("notes.example", "a file", DomainStanding::Proven),
                line("old.example", "a TXT record", DomainStanding::Missing),
                line("gone.example", "a TXT record", DomainStanding::Lost),
            ],
            typed: "app.example".into(),
            wanted: Some(WantedProof {
                domain: HostName::of_text("app.example"),
                value: "salver-verification=AAAA".into(),
                file: "https://app.example/.well-known/salver-verification".into(),
                record: "_salver.app.example".into(),
                document: Some("https://app.example/client.json".into()),
                member: "salver_verification",
            }),
            problem: Some("The value does not stand there.".into()),
            ..none.clone()
        };
        vec![("none", none), ("some", some)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{account_of, when};
        use crate::pages::tests::untrusted;
        Self {
            site,
            account: account_of(text),
            id: text.into(),
            name: untrusted(text),
            proofs: vec![DomainLine {
                domain: HostName::made_of(text),
                domain_text: text.into(),
                how: "a file",
                proven: when(0),
                standing: DomainStanding::Lost,
            }],
            typed: text.into(),
            wanted: Some(WantedProof {
                domain: HostName::made_of(text),
                value: text.into(),
                file: text.into(),
                record: text.into(),
                document: Some(text.into()),
                member: "salver_verification",
            }),
            form_token: text.into(),
            problem: Some(text.into()),
        }
    }
}
