//! `salver policy explain`: what would become of this login? Asked of the same journey as a login, with the same state.

use std::path::Path;

use clap::{Args, ValueEnum};
use salver_oauth::{
    authorization::check::{AuthorizationError, PushFault},
    client::id::ClientId,
};
use salver_policy::evidence::{Evidence, EvidenceKind};
use salver_server::flow::{
    explain::{Asking, ExplainRefusal, Question, explain},
    refusal::{ClientRefusal, Refusal},
};

use super::explained;
use crate::{
    command::{Where, block_on, client::fetch, settings},
    config::Settings,
    failure::Failure,
    output, state, wiring,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Explain {
    /// The `client_id`, as the client sends it; or a file with a metadata document, judged as if it were published already.
    #[arg(value_name = "CLIENT_ID|FILE")]
    client: String,
    /// Where the answer would go; without it, each redirect URI of the client in turn.
    #[arg(long, value_name = "URI")]
    redirect: Option<String>,
    /// The resource that is asked for, by its name or URL; it may be left out if there is only one.
    #[arg(long, value_name = "NAME|URL")]
    resource: Option<String>,
    /// Who signs in; without it, somebody in no group for whom nothing was approved in person.
    #[arg(long, value_name = "USERNAME")]
    user: Option<String>,
    /// A scope that is asked for; may be given several times, or with spaces between. Without it, what a client gets that asks for none.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// The client pushes the request (RFC 9126); without this, and what implies it, the request is plain.
    #[arg(long)]
    pushed: bool,
    /// The client pushes the request, and authenticates with its keys.
    #[arg(long)]
    by_keys: bool,
    /// An installation pushes the request that its vendor attests, and has checked like this.
    #[arg(long, value_name = "CHECK")]
    attested: Option<Checked>,
    /// Print one line of JSON for each redirect URI.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// How a vendor has checked an installation (docs/attestation.md).
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::command) enum Checked {
    /// It has signed the person in.
    #[value(name = "user")]
    User,
    /// It knows a key of the device.
    #[value(name = "device_key")]
    DeviceKey,
    /// The platform has answered for the program.
    #[value(name = "platform")]
    Platform,
}

impl Checked {
    const fn evidence(self) -> EvidenceKind {
        match self {
            Self::User => EvidenceKind::UserAttested,
            Self::DeviceKey => EvidenceKind::DeviceKey,
            Self::Platform => EvidenceKind::Platform,
        }
    }
}

impl Explain {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = settings(&self.place.flags())?;
        let document = self.document(&settings)?;
        let scopes = self.scope.join(" ");
        let question = Question {
            client: document.as_deref().map_or(Asking::ClientId(&self.client), Asking::Document),
            redirect_uri: self.redirect.as_deref(),
            resource: self.resource.as_deref(),
            user: self.user.as_deref(),
            scopes: Some(&*scopes).filter(|scopes| !scopes.is_empty()),
            pushed: self.pushed(),
        };
        // The folder of a blank state is there as long as it is looked at.
        let (state, _blank) = state::look(&settings)?;
        let logins = block_on(async {
            let deps = wiring::onlooker(&settings, &state).await?;
            explain(&deps, &question).await.map_err(|refusal| refused(&refusal))
        })?;
        if self.json {
            logins.iter().map(explained::json).for_each(|line| output::json(&line));
        } else {
            let texts: Vec<String> = logins.iter().map(explained::text).collect();
            output::data(&texts.join("\n\n"));
        }
        Ok(())
    }

    /// What would be verified at the push.
    fn pushed(&self) -> Option<Evidence> {
        let keys = self.by_keys.then_some(EvidenceKind::PublisherKeys);
        let attested = self.attested.map(Checked::evidence);
        let shown: Evidence = keys.into_iter().chain(attested).collect();
        (self.pushed || !shown.is_empty()).then_some(shown)
    }

    /// The document, if the client is named by a file: no URL, and no id that was given out here.
    fn document(&self, settings: &Settings) -> Result<Option<Vec<u8>>, Failure> {
        let path = Path::new(&self.client);
        let is_given_out = settings.clients.iter().any(|client| client.id.as_str() == self.client);
        if is_given_out || self.client.contains("://") || !path.is_file() {
            return Ok(None);
        }
        fetch::read(path).map(Some)
    }
}

fn refused(refusal: &ExplainRefusal) -> Failure {
    use ExplainRefusal as E;
    let hint = match refusal {
        E::Login(Refusal::Client { why: ClientRefusal::Unknown, .. }) => {
            "name the client_id as the client sends it, or a file with its document"
        }
        E::Login(Refusal::Client { why: ClientRefusal::Deleted, .. }) => {
            "register the client again, and name the client_id that it has then"
        }
        E::Login(Refusal::Client { client_id, .. }) => match ClientId::parse(client_id) {
            Ok(ClientId::Document(_)) => "`salver client check` says more about a document",
            _ => "`salver config reference` says which clients can be used here",
        },
        E::Login(_) => "name a client_id as the client sends it",
        E::Request(AuthorizationError::Resource) => {
            "name one with --resource, and the configuration of the server with --config"
        }
        E::Request(AuthorizationError::Push(PushFault::NotPushed)) => {
            "say --pushed, or what the client shows when it pushes: --by-keys, --attested"
        }
        E::Request(_) => "ask for what the client may ask for",
        E::TooLong(_) | E::NoUrl => "`salver client check` says what is wrong with a document",
        E::NoResource(_) => "name one of [[resources]]; --config names the server's configuration",
        E::NoUser(_) | E::Disabled(_) => "`salver admin user list` shows all accounts",
    };
    Failure::Refused { why: refusal.to_string(), hint: hint.to_owned() }
}
