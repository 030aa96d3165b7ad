//! The form that makes a client: for an app of the catalogue, or for any other program.

use askama::Template;

use super::{AppChoice, ClientFields};
use crate::pages::{Account, Site, icon::Icon};

/// The form.
#[derive(Clone, Debug, Template)]
#[template(path = "own_client_new.html")]
pub struct NewClientPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// Anti-forgery token.
    pub form_token: String,
    /// What tells this showing of the form from another.
    pub nonce: String,
    /// Apps of the catalogue.
    pub apps: Vec<AppChoice>,
    /// The fields.
    pub fields: ClientFields,
    /// How long it is to last.
    pub span: String,
}

impl NewClientPage<'_> {
    fn app(&self) -> &str {
        self.apps.iter().find(|app| app.chosen).map_or("", |app| &app.name)
    }
}

#[cfg(test)]
impl NewClientPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::{ScopeChoices, ServerChoice, samples::account};
        use crate::pages::tests::SITE;
        let app = |name: &str| AppChoice { name: name.into(), chosen: false };
        let scopes = vec![ScopeChoices {
            server: "Notes".into(),
            scopes: vec![
                ("notes:read".into(), "Read your notes".into(), false),
                ("notes:write".into(), "Write your notes".into(), false),
            ],
        }];
        let server =
            |id: &str, chosen| ServerChoice { id: id.into(), name: "Notes".into(), chosen };
        let servers = vec![server("https://a.example/", false), server("https://b.example/", true)];
        let fields =
            ClientFields { method: "secret".into(), servers, scopes, ..ClientFields::default() };
        let empty = Self {
            site: &SITE,
            account: account(),
            form_token: "FORM-TOKEN".into(),
            nonce: "NONCE".into(),
            apps: vec![app("Claude Code"), app("Cursor")],
            fields,
            span: "90".into(),
        };
        let mut chosen = empty.clone();
        chosen.apps[1].chosen = true;
        chosen.fields.name = "Cursor of alice".into();
        chosen.fields.redirect_uris = "http://localhost/callback\ncursor://x/y".into();
        let mut wrong = chosen.clone();
        wrong.fields.method = "keys".into();
        wrong.fields.keys = "{\"keys\": []}".into();
        wrong.fields.scopes[0].scopes[1].2 = true;
        wrong.span = "never".into();
        wrong.fields.faults = Self::every_fault();
        let mut public = empty.clone();
        public.fields.method = "none".into();
        public.fields.servers.clear();
        vec![("empty", empty), ("chosen", chosen), ("every_fault", wrong), ("public", public)]
    }

    fn every_fault() -> Vec<crate::flow::account::clients::fields::Fault> {
        use crate::flow::account::clients::fields::{Fault, RedirectUriFault, RedirectUrisFault};
        use salver_oauth::{client::redirect_uri::RedirectUriError as E, registration::KeysFault};
        use salver_policy::redirects::RedirectReason as R;
        let uri = |fault| Fault::RedirectUri("cursor://x/y".into(), fault);
        let mut faults: Vec<_> = [
            E::NotAbsolute,
            E::Fragment,
            E::Credentials,
            E::PlainHttp,
            E::DangerousScheme,
            E::Wildcard,
        ]
        .map(|fault| uri(RedirectUriFault::Rule(fault)))
        .into();
        faults.extend(
            [
                RedirectUrisFault::None,
                RedirectUrisFault::TooMany(32),
                RedirectUrisFault::TooLong(512),
                RedirectUrisFault::TooMuch,
            ]
            .map(Fault::RedirectUris),
        );
        faults.extend(
            [
                KeysFault::Missing,
                KeysFault::TwoSets,
                KeysFault::Private,
                KeysFault::NotASet,
                KeysFault::NoneUsable,
                KeysFault::Url,
            ]
            .map(Fault::Keys),
        );
        faults.extend([
            uri(RedirectUriFault::OurOwn),
            uri(RedirectUriFault::NotAllowed(R::NotLoopback)),
            uri(RedirectUriFault::NotAllowed(R::UnlistedApp)),
            Fault::Name,
            Fault::Method,
            Fault::Resource,
            Fault::Scopes,
            Fault::Span,
            Fault::TooMany,
        ]);
        faults
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::{ScopeChoices, ServerChoice, samples::account_of};
        use crate::flow::account::clients::fields::{Fault, RedirectUriFault};
        Self {
            site,
            account: account_of(text, text),
            form_token: text.into(),
            nonce: text.into(),
            apps: vec![AppChoice { name: text.into(), chosen: true }],
            fields: ClientFields {
                name: text.into(),
                redirect_uris: text.into(),
                method: "keys".into(),
                keys: text.into(),
                servers: vec![ServerChoice { id: text.into(), name: text.into(), chosen: true }],
                scopes: vec![ScopeChoices {
                    server: text.into(),
                    scopes: vec![(text.into(), text.into(), true)],
                }],
                faults: vec![Fault::RedirectUri(text.into(), RedirectUriFault::OurOwn)],
            },
            span: text.into(),
        }
    }
}
