//! A person's requests for access: how each stands, what the reviewer said, and the way on.

use askama::Template;

use super::{Account, HostName, Recipient, Site, Tile, Untrusted, When, icon::Icon};

/// What a person asked for.
#[derive(Clone, Debug, Template)]
#[template(path = "requests.html")]
pub struct RequestsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// The requests, the newest first.
    pub requests: Vec<RequestLine>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct RequestLine {
    /// A letter in place of a logo.
    pub tile: Tile,
    /// What the client calls itself.
    pub name: Untrusted,
    /// The host of the `client_id`, where it is a URL.
    pub host: Option<HostName>,
    /// The `client_id`.
    pub client_id: Untrusted,
    /// The MCP server's name.
    pub resource: String,
    /// Where answers would go.
    pub recipient: Recipient,
    /// When they asked.
    pub asked: When,
    /// Why, in their words.
    pub reason: Option<Untrusted>,
    /// How it stands.
    pub standing: RequestStanding,
    /// What the reviewer said about it.
    pub note: Option<Untrusted>,
    /// It was decided, and is shown for the first time.
    pub is_news: bool,
    /// The way on: the path and query of the authorization request.
    pub continue_to: String,
}

/// How a request stands.
#[derive(Clone, Debug)]
pub enum RequestStanding {
    /// Nobody has decided.
    Open,
    /// It is approved.
    Approved {
        /// When.
        decided: When,
        /// Until then.
        until: Option<When>,
    },
    /// It was approved, and not for this person, or not any more.
    NotTheirs {
        /// When.
        decided: When,
    },
    /// It was refused.
    Refused {
        /// When.
        decided: When,
    },
}

#[cfg(test)]
impl RequestsPage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::tests::{SITE, host, untrusted};
        use salver_oauth::Timestamp;
        let when = |seconds: i64| When::at(Timestamp::from_unix(1_790_000_000 + seconds));
        let open = RequestLine {
            tile: Tile::of("Reports"),
            name: untrusted("Reports"),
            host: Some(host("app.example.org")),
            client_id: untrusted("https://app.example.org/client.json"),
            resource: "Notes".into(),
            recipient: Recipient::ThisComputer { port: None },
            asked: when(0),
            reason: Some(untrusted("The weekly reports.")),
            standing: RequestStanding::Open,
            note: None,
            is_news: false,
            continue_to: "/authorize?client_id=x&state=y".into(),
        };
        let note = Some(untrusted("For a month."));
        let approved =
            RequestStanding::Approved { decided: when(900), until: Some(when(2_592_000)) };
        let for_good = RequestStanding::Approved { decided: when(900), until: None };
        let with = |standing| RequestLine { standing, ..open.clone() };
        let requests = vec![
            open.clone(),
            RequestLine { is_news: true, note, ..with(approved) },
            RequestLine { reason: None, host: None, ..with(for_good) },
            with(RequestStanding::NotTheirs { decided: when(900) }),
            with(RequestStanding::Refused { decided: when(900) }),
        ];
        let empty = Self {
            site: &SITE,
            account: Account { username: "alice".into(), sign_out_token: "SIGN-OUT-TOKEN".into() },
            requests: vec![],
        };
        vec![("empty", empty.clone()), ("every_standing", Self { requests, ..empty })]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::tests::untrusted;
        use salver_oauth::Timestamp;
        let request = RequestLine {
            tile: Tile::of(text),
            name: untrusted(text),
            host: Some(HostName::made_of(text)),
            client_id: untrusted(text),
            resource: text.into(),
            recipient: Recipient::AppScheme(untrusted(text)),
            asked: When::at(Timestamp::from_unix(0)),
            reason: Some(untrusted(text)),
            standing: RequestStanding::Open,
            note: Some(untrusted(text)),
            is_news: true,
            continue_to: text.into(),
        };
        Self {
            site,
            account: Account { username: text.into(), sign_out_token: text.into() },
            requests: vec![request],
        }
    }
}
