//! The page for what cannot go on: what is wrong, whose move it is, how to recover (DESIGN 4.8, SPEC 8.6).

use askama::Template;

use super::{Site, Untrusted, icon::Icon};

/// A refusal, to the person whom it concerns.
#[derive(Clone, Debug, Template)]
#[template(path = "refusal.html")]
pub struct RefusalPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// What happened, in a few words of ours.
    pub title: String,
    /// What is wrong, in a sentence or two of ours. What a stranger said goes into `facts`.
    pub wrong: String,
    /// What was presented.
    pub facts: Vec<Fact>,
    /// Who can do something about it.
    pub whose_move: WhoseMove,
    /// What they can do.
    pub remedy: String,
    /// The products that it may be about, with the way out in each.
    pub ways_out: Option<WaysOut>,
    /// Code of the attempt, which also stands in the log.
    pub attempt: String,
}

/// The products that a refusal may be about. That it is one of them is told by the request, and not proven.
#[derive(Clone, Debug)]
pub struct WaysOut {
    /// One, or some between which the request does not tell.
    pub products: Vec<ProductLine>,
    /// The ways lead out only once an administrator has let the application in again.
    pub later: bool,
}

/// A product of the catalogue.
#[derive(Clone, Debug)]
pub struct ProductLine {
    /// What people call it.
    pub name: String,
    /// What to do there, if that helps.
    pub steps: Option<String>,
}

/// Something that was presented.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// How it was spelled.
    pub value: Untrusted,
}

/// Who can do something about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WhoseMove {
    /// The person in front of the page.
    Yours,
    /// Whoever makes the application.
    Developer,
    /// Whoever runs this server.
    Administrator,
    /// Whoever invited the person.
    Inviter,
    /// Nobody: it passes.
    Time,
}

impl WhoseMove {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Yours => "It is your move.",
            Self::Developer => "It is the application’s makers’ move.",
            Self::Administrator => "It is the move of this server’s administrator.",
            Self::Inviter => "It is the move of the person who invited you.",
            Self::Time => "Nobody needs to do anything.",
        }
    }
}

#[cfg(test)]
impl RefusalPage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::tests::{SITE, untrusted};
        let mismatch = Self {
            site: &SITE,
            title: "The answer would go to the wrong place".into(),
            wrong: "The application asked for its answer at an address that it has not published, so you were not sent there.".into(),
            facts: vec![
                Fact { label: "client_id", value: untrusted("https://claude.ai/oauth/mcp-oauth-client-metadata") },
                Fact { label: "redirect_uri", value: untrusted("https://evil.example/steal?x=<script>") },
            ],
            whose_move: WhoseMove::Developer,
            remedy: "Start again from the application. If this page returns, tell its makers and give them the code below.".into(),
            ways_out: None,
            attempt: "K7QF-2M9D-WX3T".into(),
        };
        let other = |whose_move| Self { whose_move, facts: Vec::new(), ..mismatch.clone() };
        vec![
            ("redirect_mismatch", mismatch.clone()),
            ("yours", other(WhoseMove::Yours)),
            ("administrator", other(WhoseMove::Administrator)),
            ("inviter", other(WhoseMove::Inviter)),
            ("time", other(WhoseMove::Time)),
        ]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::tests::untrusted;
        Self {
            site,
            title: text.into(),
            wrong: text.into(),
            facts: vec![Fact { label: "client_id", value: untrusted(text) }],
            whose_move: WhoseMove::Yours,
            remedy: text.into(),
            ways_out: Some(WaysOut {
                products: vec![ProductLine { name: text.into(), steps: Some(text.into()) }],
                later: true,
            }),
            attempt: text.into(),
        }
    }
}
