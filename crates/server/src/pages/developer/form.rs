//! The form in which an application is written: what each field is for stands beside it, and what is wrong beside what was typed.

use askama::Template;
use salver_oauth::{client::redirect_uri::RedirectUriError, error};

use super::PartLine;
use crate::{
    flow::developer::form::{
        Authenticates, FormFault, LineFault, MAX_DESCRIPTION, MAX_NAME, MAX_REDIRECT_URIS, Written,
    },
    pages::{Account, Site, Untrusted, icon::Icon},
};

/// The form.
#[derive(Clone, Debug, Template)]
#[template(path = "developer_form.html")]
pub struct ApplicationFormPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub account: Account,
    /// The application that is written anew, if it is there already.
    pub editing: Option<Editing>,
    /// Anti-forgery token.
    pub form_token: String,
    /// What is filled in.
    pub written: Written,
    /// What is wrong with it.
    pub faults: Vec<FormFault>,
    /// They have as many as a person may have.
    pub too_many: bool,
}

/// An application that is written anew.
#[derive(Clone, Debug)]
pub struct Editing {
    /// Its `client_id`.
    pub id: String,
    /// The revision that is shown.
    pub revision: u32,
    /// Something of it is in force.
    pub in_force: bool,
    /// It was changed meanwhile: what is on record now.
    pub stale: Option<Vec<PartLine>>,
}

impl ApplicationFormPage<'_> {
    /// The path that the form is sent to, below the issuer.
    fn target(&self) -> String {
        match &self.editing {
            None => "/developer/new".to_owned(),
            Some(editing) => format!("/developer/{}/edit", editing.id),
        }
    }

    /// What is wrong with the redirect URIs, line by line.
    fn lines(&self) -> impl Iterator<Item = (usize, Option<Untrusted>, &'static str)> {
        self.faults.iter().filter_map(|fault| match fault {
            FormFault::RedirectUri { line, text, why } => {
                Some((*line, Untrusted::identifier(text), line_words(*why)))
            }
            _ => None,
        })
    }

    /// Whether something is wrong with the redirect URIs.
    fn has_lines(&self) -> bool {
        self.lines().next().is_some()
    }

    /// What is wrong besides.
    fn sentences(&self) -> Vec<String> {
        self.faults.iter().filter_map(words).collect()
    }
}

fn words(fault: &FormFault) -> Option<String> {
    Some(match fault {
        FormFault::Name => {
            format!("Give it a name of 1 to {MAX_NAME} characters that people can read.")
        }
        FormFault::Description => {
            format!("Describe it in at most {MAX_DESCRIPTION} characters.")
        }
        FormFault::Site => "Its site begins with https://.".to_owned(),
        FormFault::NoRedirectUri => "Write at least one redirect URI.".to_owned(),
        FormFault::ManyRedirectUris(count) => {
            format!("There are {count} redirect URIs; at most {MAX_REDIRECT_URIS} are taken.")
        }
        FormFault::RedirectUri { .. } => return None,
        FormFault::KeysNoJson => {
            "The keys cannot be read: paste a JSON Web Key Set, {\"keys\": […]}.".to_owned()
        }
        FormFault::Rule(fault) => {
            format!("It breaks a rule: {}.", error::registration(fault).description)
        }
    })
}

const fn line_words(fault: LineFault) -> &'static str {
    match fault {
        LineFault::Rule(RedirectUriError::NotAbsolute) => {
            "is no whole address: write it with its scheme, in plain letters, without spaces"
        }
        LineFault::Rule(RedirectUriError::Fragment) => {
            "has a fragment: leave out # and what follows"
        }
        LineFault::Rule(RedirectUriError::Credentials) => {
            "has a user name or password: leave out what stands before @"
        }
        LineFault::Rule(RedirectUriError::PlainHttp) => {
            "is plain http to another computer: use https, or http to 127.0.0.1, [::1] or localhost"
        }
        LineFault::Rule(RedirectUriError::DangerousScheme) => {
            "has a scheme that no answer can be sent to"
        }
        LineFault::Rule(RedirectUriError::Wildcard) => {
            "has a wildcard: redirect URIs are compared exactly, so write each one"
        }
        LineFault::OurOwn => "is an address of this server: answers go to your application",
        LineFault::Twice => "is there twice",
    }
}

#[cfg(test)]
impl ApplicationFormPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::account;
        use crate::pages::tests::SITE;
        let new = Self {
            site: &SITE,
            account: account(),
            editing: None,
            form_token: "FORM-TOKEN".into(),
            written: Written::empty(),
            faults: vec![],
            too_many: false,
        };
        let written = Written {
            name: "Notes App".into(),
            description: "Reads notes.".into(),
            redirect_uris: "http://evil\nhttp://127.0.0.1/callback".into(),
            authentication: Authenticates::KeysAt,
            jwks_uri: "https://app.example/jwks.json".into(),
            ..Written::empty()
        };
        let line = |line, text: &str, why| FormFault::RedirectUri { line, text: text.into(), why };
        let rules = [
            RedirectUriError::NotAbsolute,
            RedirectUriError::Fragment,
            RedirectUriError::Credentials,
            RedirectUriError::PlainHttp,
            RedirectUriError::DangerousScheme,
            RedirectUriError::Wildcard,
        ];
        let mut faults: Vec<_> =
            rules.into_iter().map(|rule| line(1, "http://evil", LineFault::Rule(rule))).collect();
        faults.extend([
            line(2, "https://as.example.org/", LineFault::OurOwn),
            line(3, "http://evil", LineFault::Twice),
            FormFault::Name,
            FormFault::Description,
            FormFault::Site,
            FormFault::NoRedirectUri,
            FormFault::ManyRedirectUris(1_000),
            FormFault::KeysNoJson,
            FormFault::Rule(salver_oauth::registration::KeysFault::Private.into()),
        ]);
        let editing = |stale| {
            let id = "app_AAAAAAAAAAAAAAAAAAAAAA".into();
            Some(Editing { id, revision: 3, in_force: true, stale })
        };
        let parts = Some(super::WrittenLook::sample().parts);
        let too_many = Self { too_many: true, written: written.clone(), ..new.clone() };
        let every_fault = Self { faults, written: written.clone(), ..new.clone() };
        let edit = Self { editing: editing(None), written, ..new.clone() };
        let stale = Self { editing: editing(parts), ..edit.clone() };
        vec![
            ("new", new),
            ("too_many", too_many),
            ("every_fault", every_fault),
            ("edit", edit),
            ("stale", stale),
        ]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::account_of;
        let fault = FormFault::RedirectUri { line: 1, text: text.into(), why: LineFault::OurOwn };
        Self {
            site,
            account: account_of(text),
            editing: Some(Editing {
                id: text.into(),
                revision: 0,
                in_force: true,
                stale: Some(super::WrittenLook::filled_with(text).parts),
            }),
            form_token: text.into(),
            written: Written {
                name: text.into(),
                description: text.into(),
                site: text.into(),
                contacts: text.into(),
                redirect_uris: text.into(),
                jwks_uri: text.into(),
                jwks: text.into(),
                ..Written::empty()
            },
            faults: vec![fault],
            too_many: true,
        }
    }
}
