//! Pages of those who decide for others.

mod anchors;
mod approvals;
mod bans;
mod case;
mod dossier;
mod explain;
mod home;
mod look_alike;
mod queue;

pub use anchors::{
    AnchorKeyLine, AnchorLine, AnchorPage, AnchorState, AnchorStepPage, AnchorsPage, SoftwareLine,
};
pub use approvals::{ApprovalLine, ApprovalsPage, Audience};
pub use bans::{BanLine, BansPage};
pub use case::{
    AskingLine, CasePage, CaseStanding, ClientNow, DecisionForm, SeenClient, VerdictNow,
};
pub use dossier::{CheckLine, DossierPage, RulingForm};
pub use explain::{
    ExplainAnswer, ExplainFields, ExplainPage, ExplainedAt, ExplainedPath, PathFact, PathStep,
    StepMark,
};
pub use home::AdminHomePage;
pub use look_alike::LookAlike;
pub use queue::{CaseLine, DecisionLine, QueuePage, SubmittedLine, WaitingLine};

use url::Url;

use super::{Account, HostName, Tile, Untrusted};

/// Who sees such a page.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The account.
    pub account: Account,
    /// Whether they run this server, and not only decide what waits.
    pub administrator: bool,
}

/// A client in a list.
#[derive(Clone, Debug)]
pub struct ClientLine {
    /// A letter in place of a logo: nobody's picture is fetched for this.
    pub tile: Tile,
    /// What it calls itself.
    pub name: Untrusted,
    /// The host of the `client_id`, where it is a URL.
    pub host: Option<HostName>,
    /// The `client_id`.
    pub client_id: Untrusted,
}

impl ClientLine {
    /// A client under its label. Nothing if nothing of its `client_id` can be shown, which does not happen: it was read as one.
    #[must_use]
    pub fn of(label: &str, client_id: &str) -> Option<Self> {
        let url = Url::parse(client_id).ok().filter(|url| url.scheme() == "https");
        Some(Self {
            tile: Tile::of(label),
            name: Untrusted::name(label).or_else(|| Untrusted::name(client_id))?,
            host: url.and_then(|url| HostName::of_url(&url)),
            client_id: Untrusted::identifier(client_id)?,
        })
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::pages::{
        When,
        tests::{host, untrusted},
    };

    pub(super) fn staff(administrator: bool) -> Staff {
        let account = Account { username: "carol".into(), sign_out_token: "SIGN-OUT-TOKEN".into() };
        Staff { account, administrator }
    }

    pub(super) fn staff_of(text: &str) -> Staff {
        let account = Account { username: text.into(), sign_out_token: text.into() };
        Staff { account, administrator: true }
    }

    pub(super) fn client(name: &str) -> ClientLine {
        ClientLine {
            tile: Tile::of(name),
            name: untrusted(name),
            host: Some(host("app.example.org")),
            client_id: untrusted("https://app.example.org/client.json"),
        }
    }

    pub(super) fn client_of(text: &str) -> ClientLine {
        let host = Some(HostName::made_of(text));
        ClientLine { tile: Tile::of(text), name: untrusted(text), host, client_id: untrusted(text) }
    }

    pub(super) fn when(seconds: i64) -> When {
        When::at(salver_oauth::Timestamp::from_unix(1_790_000_000 + seconds))
    }
}
