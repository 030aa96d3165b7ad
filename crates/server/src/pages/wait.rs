//! The page of a login that waits for a reviewer: who asks, why it waits, and how to ask for access.

use std::sync::Arc;

use askama::Template;

use super::{
    Account, Proof, Recipient, ResourceLine, Site, Tile, Untrusted, Warning, When, icon::Icon,
};
use crate::ticket::SealedTicket;

/// A login that waits.
#[derive(Clone, Debug, Template)]
#[template(path = "wait.html")]
pub struct WaitPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who is signed in.
    pub account: Account,
    /// The way back to this page: the path and query of the authorization request.
    pub continue_to: String,
    /// What is proven of the client.
    pub proof: Proof,
    /// A letter in place of a logo: nobody has looked at it.
    pub tile: Tile,
    /// The name that the client gives itself.
    pub claimed_name: Option<Untrusted>,
    /// The MCP server.
    pub resource: Arc<ResourceLine>,
    /// Where the answer would go.
    pub recipient: Recipient,
    /// What the rule is for, in the operator's words.
    pub sentence: Option<String>,
    /// The rule's name.
    pub rule: Option<String>,
    /// What to think of before asking.
    pub warnings: Vec<Warning>,
    /// How it stands.
    pub standing: WaitStanding,
    /// The person has as many open requests as one may have.
    pub too_many: bool,
    /// The `client_id` of the request.
    pub client_id: Untrusted,
    /// The sealed ticket of this page, which also guards against forgery.
    pub ticket: SealedTicket,
    /// Code of the attempt.
    pub attempt: String,
}

/// How a person's wish stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WaitStanding {
    /// They have not asked.
    NotAsked,
    /// Nobody has decided.
    Open {
        /// When they asked.
        asked: When,
    },
    /// A reviewer said no.
    Refused {
        /// When.
        decided: When,
        /// What they said about it.
        note: Option<Untrusted>,
    },
    /// A reviewer said yes, and that does not hold for this login.
    Ended {
        /// When.
        decided: When,
    },
}

impl WaitStanding {
    const fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

#[cfg(test)]
impl WaitPage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::tests::{SITE, host, untrusted};
        use salver_oauth::Timestamp;
        let when = || When::at(Timestamp::from_unix(1_790_000_000));
        let not_asked = Self {
            site: &SITE,
            account: Account { username: "alice".into(), sign_out_token: "SIGN-OUT-TOKEN".into() },
            continue_to: "/authorize?client_id=x".into(),
            proof: Proof::Published { host: host("app.example.org"), vouched: None, vetted: false },
            tile: Tile::of("Reports"),
            claimed_name: Some(untrusted("Reports")),
            resource: Arc::new(ResourceLine {
                name: "Notes".into(),
                host: host("as.example.org"),
                url: "https://as.example.org/mcp".into(),
            }),
            recipient: Recipient::ThisComputer { port: Some(51_004) },
            sentence: Some("Others are looked at first.".into()),
            rule: Some("others-wait".into()),
            warnings: vec![Warning::LoopbackOnly],
            standing: WaitStanding::NotAsked,
            too_many: false,
            client_id: untrusted("https://app.example.org/client.json"),
            ticket: SealedTicket::sample(),
            attempt: "K7QF-2M9D-WX3T".into(),
        };
        let with = |standing| Self { standing, ..not_asked.clone() };
        vec![
            ("not_asked", not_asked.clone()),
            ("open", with(WaitStanding::Open { asked: when() })),
            ("refused", with(WaitStanding::Refused { decided: when(), note: None })),
            (
                "refused_with_note",
                with(WaitStanding::Refused {
                    decided: when(),
                    note: Some(untrusted("Use the other one.")),
                }),
            ),
            ("ended", with(WaitStanding::Ended { decided: when() })),
            ("too_many", Self { too_many: true, claimed_name: None, ..not_asked.clone() }),
        ]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::{HostName, tests::untrusted};
        Self {
            site,
            account: Account { username: text.into(), sign_out_token: text.into() },
            continue_to: text.into(),
            proof: Proof::Published { host: HostName::made_of(text), vouched: None, vetted: false },
            tile: Tile::of(text),
            claimed_name: Some(untrusted(text)),
            resource: Arc::new(ResourceLine {
                name: text.into(),
                host: HostName::made_of(text),
                url: text.into(),
            }),
            recipient: Recipient::AppScheme(untrusted(text)),
            sentence: Some(text.into()),
            rule: Some(text.into()),
            warnings: vec![Warning::Operator { words: text.into() }],
            standing: WaitStanding::Refused {
                decided: When::at(salver_oauth::Timestamp::from_unix(0)),
                note: Some(untrusted(text)),
            },
            too_many: true,
            client_id: untrusted(text),
            ticket: SealedTicket::sample(),
            attempt: text.into(),
        }
    }
}
