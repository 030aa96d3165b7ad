//! `salver client check`: is this document good, and what will people be shown?

use std::path::Path;

use clap::{Args, ValueEnum};
use salver_oauth::client::{
    document::Profile,
    report::{Report, Response, Seen, report},
};
use salver_policy::catalogue::Catalogue;

use super::{
    Line, consent, elsewhere,
    fetch::{self, Answer},
    rules, show,
};
use crate::{
    catalogue,
    command::{Where, block_on, settings},
    config::Settings,
    failure::Failure,
    output,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Check {
    /// The URL of the document, which is its `client_id`; or a file, judged as if it were there already.
    #[arg(value_name = "URL|FILE")]
    what: String,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    /// Which members a document must have.
    /// The default is the profile of the server's configuration.
    #[arg(long, value_enum)]
    profile: Option<ProfileName>,
    /// Say what is shown for this redirect URI, as the client will send it, in place of all that the document lists.
    #[arg(long, value_name = "URI")]
    redirect: Vec<String>,
    #[command(flatten)]
    place: Where,
}

/// A profile on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProfileName {
    /// MCP: a name is needed.
    Mcp,
    /// The IETF draft alone.
    Ietf,
    /// Bluesky's.
    Atproto,
}

/// Everything that is told of a document.
pub(super) struct Told {
    /// Where it is.
    pub(super) url: String,
    /// By every rule.
    pub(super) lines: Vec<Line>,
    /// What people will be shown, for each redirect URI.
    pub(super) consents: Vec<consent::Preview>,
    /// What other servers demand.
    pub(super) elsewhere: Vec<elsewhere::Line>,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = settings(&self.place.flags())?;
        let catalogue = catalogue::in_force(&settings)?;
        let profile = self.profile.map_or(settings.documents.profile, Into::into);
        let by = (&settings, &catalogue);
        let told = if self.what.contains("://") {
            let answer = block_on(fetch::fetch(&settings, &self.what))?;
            judge_answer(&self.what, &answer, (profile, &self.redirect), by)
        } else {
            let body = fetch::read(Path::new(&self.what))?;
            judge_file(&body, (profile, &self.redirect), by)
        };
        if self.json {
            output::json(&show::json(&told));
        } else {
            show::text(&told);
        }
        match told.lines.iter().filter(|line| line.verdict == rules::FAIL).count() {
            0 => Ok(()),
            broken => Err(Failure::Refused {
                why: format!("{} cannot log in: it breaks {}", told.url, count(broken)),
                hint: "each rule that is broken has its remedy beside it".to_owned(),
            }),
        }
    }
}

/// Judges what was served.
fn judge_answer(
    url: &str,
    answer: &Answer,
    (profile, redirect): (Profile, &[String]),
    by: (&Settings, &Catalogue),
) -> Told {
    let response = answer.status.map(|status| {
        let content_type = answer.content_type.as_deref();
        Response { status, content_type }
    });
    let seen = Seen { url, response, body: answer.body.as_deref() };
    let mut told = told(&seen, (profile, redirect), by);
    told.lines.extend(answer.failure.as_ref().map(rules::unfetched));
    told
}

/// Judges a file as if it were at the URL that it names.
pub(super) fn judge_file(
    body: &[u8],
    (profile, redirect): (Profile, &[String]),
    by: (&Settings, &Catalogue),
) -> Told {
    let members = serde_json::from_slice::<serde_json::Value>(body).ok();
    let named = members.as_ref().and_then(|members| members.get("client_id")?.as_str());
    let seen = Seen { url: named.unwrap_or_default(), response: None, body: Some(body) };
    told(&seen, (profile, redirect), by)
}

fn told(
    seen: &Seen<'_>,
    (profile, redirect): (Profile, &[String]),
    by: (&Settings, &Catalogue),
) -> Told {
    let Report { findings, elsewhere, metadata } = report(seen, profile);
    let consents = metadata.map(|client| consent::previews(&client, redirect, by));
    Told {
        url: if seen.url.is_empty() { "the document".into() } else { seen.url.into() },
        lines: findings.iter().map(rules::line).collect(),
        consents: consents.unwrap_or_default(),
        elsewhere: elsewhere.iter().map(elsewhere::line).collect(),
    }
}

fn count(broken: usize) -> String {
    if broken == 1 { "one rule".to_owned() } else { format!("{broken} rules") }
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Mcp => Self::Mcp,
            ProfileName::Ietf => Self::Ietf,
            ProfileName::Atproto => Self::Atproto,
        }
    }
}
