//! All about one client, for its owner, or for somebody with whom it is shared: each with their own secrets only.

use askama::Template;

use super::{ClientFields, Notice, ProvesItself, Remark, SecretLine, SharedWith, Snippet};
use crate::pages::{Account, Site, Untrusted, When, icon::Icon};

/// The page.
#[derive(Clone, Template)]
#[template(path = "own_client.html")]
pub struct OwnClientPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// Anti-forgery token.
    pub form_token: String,
    /// What tells this showing of the form for a secret from another.
    pub nonce: String,
    /// The `client_id`.
    pub id: String,
    /// Its name.
    pub name: Untrusted,
    /// What for, if an app of the catalogue was chosen.
    pub app: Option<Untrusted>,
    /// When it was made.
    pub made: When,
    /// When it ends.
    pub ends: Option<When>,
    /// Whether it lets nobody in now.
    pub out: bool,
    /// How it proves itself.
    pub proves: ProvesItself,
    /// Where its answers go.
    pub redirect_uris: Vec<Untrusted>,
    /// The only MCP server that it is for, if one was chosen.
    pub server: Option<String>,
    /// What it may ask for; no bound if empty.
    pub scopes: Vec<String>,
    /// What will be said of it.
    pub remarks: Vec<Remark>,
    /// This person's secrets that work.
    pub secrets: Vec<SecretLine>,
    /// This person's keys that work.
    pub keys: Vec<SecretLine>,
    /// What to do in the app, if no secret is needed for it.
    pub snippets: Vec<Snippet>,
    /// Whose it is.
    pub owner: String,
    /// What only its owner sees.
    pub owners: Option<OwnersView>,
    /// What was not done.
    pub notice: Option<Notice>,
}

/// What only the owner of a client sees.
#[derive(Clone, Debug)]
pub struct OwnersView {
    /// The revision that the page shows.
    pub revision: u32,
    /// Who may use it.
    pub shared_with: SharedWith,
    /// The groups that the owner is in.
    pub groups: Vec<String>,
    /// Who uses it.
    pub uses: Vec<UseLine>,
    /// What can be written anew.
    pub fields: ClientFields,
}

/// One person's use.
#[derive(Clone, Debug)]
pub struct UseLine {
    /// Their name.
    pub username: String,
    /// Their secrets and keys that work.
    pub secrets: Vec<SecretLine>,
    /// What runs.
    pub connections: u32,
    /// When it was last seen.
    pub last_used: Option<When>,
    /// Whether this is the owner.
    pub own: bool,
}

impl OwnersView {
    fn is_shared_with(&self, group: &str) -> bool {
        matches!(&self.shared_with, SharedWith::Group(one) if one == group)
    }
}

#[cfg(test)]
impl OwnClientPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::key;
        use crate::flow::account::clients::{Problem, keys::KeyFault};
        let plain = Self::sample();
        let owners = |shared_with| {
            let owners = plain.owners.clone()?;
            let mut uses = owners.uses.clone();
            uses.push(UseLine::quiet("bob"));
            Some(OwnersView { shared_with, uses, ..owners })
        };
        let shared = Self { owners: owners(SharedWith::Group("notes".into())), ..plain.clone() };
        let keys = Self {
            app: None,
            ends: None,
            out: true,
            proves: ProvesItself::Keys,
            server: None,
            scopes: Vec::new(),
            secrets: Vec::new(),
            remarks: vec![Remark::MixedScripts],
            owners: owners(SharedWith::Everybody),
            notice: Some(Notice::Meanwhile),
            ..plain.clone()
        };
        let with_key = Self { keys: vec![key("desk key")], ..plain.clone() };
        let member = Self { owner: "bob".into(), owners: None, ..plain.clone() };
        let none = Self { secrets: Vec::new(), ..member.clone() };
        let text = "Client ID: own_BwcHBwcHBwcHBwcHBwcHBw".to_owned();
        let how =
            Snippet { app: "MCP Inspector", place: "Under Authentication.", note: None, text };
        let public = Self { proves: ProvesItself::Not, snippets: vec![how], ..none.clone() };
        let mut all = vec![
            ("own", plain.clone()),
            ("shared", shared),
            ("keys", keys),
            ("with_key", with_key),
            ("member", member),
            ("member_without_secret", none),
            ("public", public),
        ];
        for (name, problem) in [
            ("sent_before", Problem::SentBefore),
            ("secret_name", Problem::SecretName),
            ("two_secrets", Problem::TwoSecrets),
            ("takes_none", Problem::TakesNone),
            ("no_such_secret", Problem::NoSuchSecret),
            ("span", Problem::Span),
            ("audience", Problem::Audience),
            ("keys_are_not_shared", Problem::KeysAreNotShared),
            ("two_keys", Problem::TwoKeys),
            ("known_key", Problem::KnownKey),
            ("not_a_key", Problem::Key(KeyFault::NotAKey)),
            ("private_key", Problem::Key(KeyFault::Private)),
            ("key_not_usable", Problem::Key(KeyFault::NotUsable)),
            ("several_keys", Problem::Key(KeyFault::Several)),
            ("key_id", Problem::Key(KeyFault::KeyId)),
        ] {
            let notice = Some(Notice::Problem(problem));
            all.push((name, Self { owners: None, notice, ..plain.clone() }));
        }
        all
    }

    fn sample() -> Self {
        use super::samples::{ID, account, secret, when};
        use crate::pages::tests::{SITE, untrusted};
        let fields = ClientFields {
            name: "Claude Code of alice".into(),
            redirect_uris: "http://localhost/callback\nhttp://127.0.0.1/callback".into(),
            method: "secret".into(),
            ..ClientFields::default()
        };
        let alice = UseLine {
            secrets: vec![secret("laptop")],
            connections: 2,
            last_used: Some(when(-1)),
            own: true,
            ..UseLine::quiet("alice")
        };
        let owners = OwnersView {
            revision: 3,
            shared_with: SharedWith::Nobody,
            groups: vec!["notes".into(), "staff".into()],
            uses: vec![alice],
            fields,
        };
        Self {
            site: &SITE,
            account: account(),
            form_token: "FORM-TOKEN".into(),
            nonce: "NONCE".into(),
            id: ID.into(),
            name: untrusted("Claude Code of alice"),
            app: Some(untrusted("Claude Code")),
            made: when(-40),
            ends: Some(when(50)),
            out: false,
            proves: ProvesItself::Secret,
            redirect_uris: vec![untrusted("http://localhost/callback")],
            server: Some("Notes".into()),
            scopes: vec!["notes:read".into()],
            remarks: Vec::new(),
            secrets: vec![secret("laptop")],
            keys: Vec::new(),
            snippets: Vec::new(),
            owner: "alice".into(),
            owners: Some(owners),
            notice: None,
        }
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{account_of, key, secret, when};
        use crate::pages::tests::untrusted;
        let fields = ClientFields {
            name: text.into(),
            redirect_uris: text.into(),
            method: "keys".into(),
            keys: text.into(),
            ..ClientFields::default()
        };
        let line = UseLine {
            username: text.into(),
            secrets: vec![secret(text)],
            connections: 0,
            last_used: None,
            own: false,
        };
        let owners = OwnersView {
            revision: 0,
            shared_with: SharedWith::Group(text.into()),
            groups: vec![text.into()],
            uses: vec![line],
            fields,
        };
        Self {
            site,
            account: account_of(text, text),
            form_token: text.into(),
            nonce: text.into(),
            id: text.into(),
            name: untrusted(text),
            app: Some(untrusted(text)),
            made: when(0),
            ends: None,
            out: true,
            proves: ProvesItself::Secret,
            redirect_uris: vec![untrusted(text)],
            server: Some(text.into()),
            scopes: vec![text.into()],
            remarks: vec![Remark::Warned(untrusted(text))],
            secrets: vec![secret(text)],
            keys: vec![key(text)],
            snippets: vec![Snippet { app: "x", place: "x", note: None, text: text.into() }],
            owner: text.into(),
            owners: Some(owners),
            notice: Some(Notice::Meanwhile),
        }
    }
}

#[cfg(test)]
impl UseLine {
    fn quiet(username: &str) -> Self {
        use super::samples::{key, secret, when};
        let desk = SecretLine { last_used: None, ends: Some(when(1)), ..secret("desk") };
        Self {
            username: username.into(),
            secrets: vec![desk, key("bob's key")],
            connections: 0,
            last_used: None,
            own: false,
        }
    }
}
