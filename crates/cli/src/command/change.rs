//! `salver admin change`: what has a client's document said over time, and may those whom a change holds go on? (DESIGN 4.7.)

use clap::Subcommand;
use salver_oauth::{
    client::{
        change::{Change as Difference, difference},
        document::{self, Profile},
        id::{ClientId, MetadataUrl},
        metadata::Metadata,
        stated::StatedId,
    },
    registration::statement,
};
use salver_store::record::Version;
use serde_json::json;

use super::{Where, block_on, settings};
use crate::{failure::Failure, output, state};

#[derive(Debug, Subcommand)]
pub(super) enum Change {
    /// Show what a client's document has said, oldest first, and how each version differs from the one before.
    List {
        /// The URL of the document; or the `client_id` of a software that a trust anchor has signed for, with what was signed.
        client_id: String,
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Let everybody go on whom the newest version holds, without asking them again.
    Approve {
        /// The URL of the document, or the `client_id` of a software that a trust anchor has signed for.
        client_id: String,
        #[command(flatten)]
        place: Where,
    },
}

impl Change {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { client_id, json, place } => list(&client_id, json, &place),
            Self::Approve { client_id, place } => approve(&client_id, &place),
        }
    }
}

fn list(client_id: &str, json: bool, place: &Where) -> Result<(), Failure> {
    let read = Reading::of(client_id)?;
    let state = state::open(&settings(&place.flags())?)?;
    let versions = block_on(async { Ok(state.store.list_versions(client_id).await?) })?;
    if versions.is_empty() {
        output::talk("Nobody here has let this client in, so nothing of it is kept.");
    }
    let mut before: Option<Metadata> = None;
    for version in &versions {
        let now = read.metadata(&version.document);
        let changes = match (&before, &now) {
            (Some(before), Some(now)) => difference(before, now),
            _ => Vec::new(),
        };
        show(version, &changes, json);
        before = now;
    }
    Ok(())
}

/// What the versions of a client are.
enum Reading {
    /// Documents at this URL.
    Document(MetadataUrl),
    /// What an anchor has signed for this software.
    Signed(StatedId),
}

impl Reading {
    fn of(client_id: &str) -> Result<Self, Failure> {
        if let Ok(ClientId::Stated(id)) = ClientId::parse(client_id) {
            return Ok(Self::Signed(id));
        }
        MetadataUrl::parse(client_id).map(Self::Document).map_err(|error| Failure::Refused {
            why: format!("{client_id} is no URL of a metadata document: {error}"),
            hint: HINT.to_owned(),
        })
    }

    fn metadata(&self, version: &[u8]) -> Option<Metadata> {
        match self {
            Self::Document(url) => document::parse(version, url, Profile::Ietf).ok(),
            Self::Signed(id) => statement::restored(version, *id).ok(),
        }
    }
}

fn show(version: &Version, changes: &[Difference], as_json: bool) {
    let changes: Vec<String> = changes.iter().map(in_words).collect();
    let seen_at = super::duration::date(version.seen_at);
    if as_json {
        output::json(&json!({ "seen_at": version.seen_at.as_unix(), "changes": changes }));
    } else if changes.is_empty() {
        output::data(&format!("{seen_at}  first seen"));
    } else {
        output::data(&format!("{seen_at}  {}", changes.join("; ")));
    }
}

/// A change in a few words; strangers' words as Rust would quote them, so that none can move the cursor.
fn in_words(change: &Difference) -> String {
    match change {
        Difference::RedirectAdded(uri) => format!("answers may also go to {uri:?}"),
        Difference::RedirectRemoved(uri) => format!("answers can no longer go to {uri:?}"),
        Difference::RecipientGone(recipient) => {
            format!("nobody at {recipient} gets answers any more")
        }
        Difference::Name(names) => format!("called {:?}, before {:?}", names.now, names.before),
        Difference::Developer(sites) => {
            format!("developer at {:?}, before {:?}", sites.now, sites.before)
        }
        Difference::Logo(_) => "another picture".into(),
        Difference::Scope(_) => "may ask for other things".into(),
        Difference::KeysAdded { thumbprints, .. } => format!("keys added: {thumbprints:?}"),
        Difference::KeysRemoved(thumbprints) => format!("keys removed: {thumbprints:?}"),
        Difference::KeysMoved(places) => {
            format!("keys at {:?}, before {:?}", places.now, places.before)
        }
        Difference::Methods(_) => "authenticates in another way".into(),
        Difference::Other => "nothing that matters here".into(),
    }
}

fn approve(client_id: &str, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let newest = block_on(async { Ok(state.store.find_newest_version(client_id).await?) })?;
    let Some(newest) = newest else {
        return Err(Failure::Refused {
            why: format!("nobody here has let {client_id} in"),
            hint: HINT.to_owned(),
        });
    };
    let release = state.store.release_grants(client_id, newest.digest);
    let released = block_on(async { Ok(release.await?) })?;
    output::talk(&format!("{released} grants go on with what the document says now."));
    Ok(())
}

const HINT: &str = "write the client_id exactly as the log or the consent page shows it";
