//! Connected apps: what was let in, what it may do, since when, and the way to end it (O21-19, UI-5, USERS §2.2).

use askama::Template;

use salver_policy::visit::Method;

use super::{
    Account, HostName, MethodBadge, Proven, Recipient, Site, Tile, Untrusted, When, icon::Icon,
};

/// The page of applications that a person let in.
#[derive(Clone, Debug, Template)]
#[template(path = "apps.html")]
pub struct AppsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// Anti-forgery token for disconnecting.
    pub form_token: String,
    /// What the last disconnection did.
    pub receipt: Option<Receipt>,
    /// The applications.
    pub applications: Vec<Application>,
}

/// What a disconnection did.
#[derive(Clone, Debug)]
pub enum Receipt {
    /// It ended something.
    Ended {
        /// The application.
        name: Untrusted,
        /// How many grants ended.
        connections: u64,
    },
    /// There was no such connection, or it had ended before.
    NothingLeft,
}

/// One application.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its id.
    pub id: String,
    /// Its logo, or a letter.
    pub tile: Tile,
    /// Its label, which a client may have chosen.
    pub name: Untrusted,
    /// One per grant.
    pub connections: Vec<Connection>,
}

/// One grant: a client at a resource.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The host of the `client_id`, where it is a URL.
    pub host: Option<HostName>,
    /// The `client_id`.
    pub client_id: Untrusted,
    /// How it introduced itself.
    pub method: MethodBadge,
    /// How much of it was proven.
    pub proven: Proven,
    /// It is in this group by what it says of itself, and nobody vouches for that (DESIGN 4.4).
    pub stranger: bool,
    /// The MCP server's name.
    pub resource: String,
    /// What it may do there, one sentence each.
    pub permissions: Vec<String>,
    /// Where answers go.
    pub recipient: Recipient,
    /// When it was first allowed.
    pub since: When,
    /// Whether it waits for another yes, since the client has changed.
    pub held: bool,
    /// Its running copies.
    pub installations: Vec<InstallationLine>,
}

/// One running copy.
#[derive(Clone, Debug)]
pub struct InstallationLine {
    /// When it was started.
    pub since: When,
    /// When it was last used.
    pub last_used: When,
}

#[cfg(test)]
impl AppsPage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::tests::{SITE, untrusted};
        let empty = Self {
            site: &SITE,
            account: Account { username: "alice".into(), sign_out_token: "SIGN-OUT-TOKEN".into() },
            form_token: "FORM-TOKEN".into(),
            receipt: None,
            applications: Vec::new(),
        };
        let receipt = |receipt| Self { receipt: Some(receipt), ..empty.clone() };
        let ended = |connections| Receipt::Ended { name: untrusted("Claude Code"), connections };
        let applications = Self::sample_applications();
        vec![
            ("empty", empty.clone()),
            ("two_applications", Self { applications: applications.clone(), ..empty.clone() }),
            ("receipt", Self { applications, ..receipt(ended(3)) }),
            ("receipt_of_one", receipt(ended(1))),
            ("nothing_left", receipt(Receipt::NothingLeft)),
        ]
    }

    fn sample_applications() -> Vec<Application> {
        use super::tests::{host, untrusted};
        use salver_oauth::Timestamp;
        use salver_policy::assessment::Rung;
        let when = |seconds: i64| When::at(Timestamp::from_unix(1_790_000_000 + seconds));
        let copy = |since, used| InstallationLine { since: when(since), last_used: when(used) };
        let code = Connection {
            host: Some(host("claude.ai")),
            client_id: untrusted("https://claude.ai/oauth/claude-code-client-metadata"),
            method: MethodBadge(Method::MetadataDocument),
            proven: Proven { method: Method::MetadataDocument, rung: Some(Rung::Published) },
            stranger: false,
            resource: "Notes".into(),
            permissions: vec!["Read your notes".into(), "Write and delete your notes".into()],
            recipient: Recipient::ThisComputer { port: None },
            since: when(-900_000),
            held: false,
            installations: vec![copy(-900_000, -400), copy(-300_000, -86_400)],
        };
        let entered = Connection {
            host: None,
            client_id: untrusted("python-sdk"),
            method: MethodBadge(Method::Preregistered),
            proven: Proven { method: Method::Preregistered, rung: Some(Rung::Anchored) },
            permissions: Vec::new(),
            held: true,
            recipient: Recipient::WebHost(host("app.example.org")),
            installations: Vec::new(),
            ..code.clone()
        };
        let stranger = |method, client_id| Connection {
            host: None,
            client_id: untrusted(client_id),
            method: MethodBadge(method),
            proven: Proven { method, rung: Some(Rung::SelfDeclared) },
            stranger: true,
            ..code.clone()
        };
        let registered = stranger(Method::Dynamic, "slv_AQABbm90IGEgcmVhbCBvbmU");
        let in_development = stranger(Method::LocalDevelopment, "http://localhost");
        let application = |name: &str, connections| Application {
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            tile: Tile::of(name),
            name: untrusted(name),
            connections,
        };
        vec![
            application("Claude Code", vec![code, registered, in_development]),
            application("Reports", vec![entered]),
        ]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::tests::untrusted;
        use salver_oauth::Timestamp;
        let when = || When::at(Timestamp::from_unix(0));
        let connection = Connection {
            host: Some(HostName::made_of(text)),
            client_id: untrusted(text),
            method: MethodBadge(Method::Dynamic),
            proven: Proven { method: Method::Dynamic, rung: None },
            stranger: true,
            resource: text.into(),
            permissions: vec![text.into()],
            recipient: Recipient::AppScheme(untrusted(text)),
            since: when(),
            held: true,
            installations: vec![InstallationLine { since: when(), last_used: when() }],
        };
        let nameless = Connection { host: None, ..connection.clone() };
        let connections = vec![connection, nameless];
        Self {
            site,
            account: Account { username: text.into(), sign_out_token: text.into() },
            form_token: text.into(),
            receipt: Some(Receipt::Ended { name: untrusted(text), connections: 2 }),
            applications: vec![Application {
                id: text.into(),
                tile: Tile::of(text),
                name: untrusted(text),
                connections,
            }],
        }
    }
}
