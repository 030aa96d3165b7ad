//! `salver admin client import`: which clients of a Keycloak realm, or of a list of RFC 7591 metadata, can go on here, and as whom?
//!
//! Each client is entered whole or not at all. Identifiers are ours, so the report says which old one became which new one; secrets are not taken over,
//! since who had the file has them.

mod candidate;
mod keycloak;
mod known;
mod report;
mod rfc7591;

use std::{collections::HashSet, fs, path::PathBuf};

use clap::{Args, ValueEnum};
use salver_oauth::{UserId, client::recorded::Purpose, json};
use salver_server::flow::registrar::desk::{Desk, DeskRefusal, Wish};
use serde_json::Value;

use self::{
    candidate::{Additions, Candidate, Fate},
    known::Known,
    report::{End, Line},
};
use super::{By, Office};
use crate::{
    command::{Where, admin, block_on},
    failure::Failure,
    output,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Import {
    /// The file.
    file: PathBuf,
    /// What it is; found out if it is left out.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Only say what would become of each client.
    #[arg(long)]
    dry_run: bool,
    /// The account that they belong to.
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
    /// Leave them drafts, which are in force once they are approved.
    #[arg(long)]
    draft: bool,
    /// Where services may go of which the file does not say it; may be given several times.
    #[arg(long, value_name = "URL")]
    resource: Vec<String>,
    /// What services may do of which the file does not say it; may be given several times, or with spaces between.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    #[command(flatten)]
    by: By,
    /// Print one line of JSON for each client.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// A format on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// The export of a realm, with its clients.
    Keycloak,
    /// A list of RFC 7591 metadata.
    Rfc7591,
}

impl Import {
    pub(super) fn run(self) -> Result<(), Failure> {
        let candidates = self.read()?;
        let office = Office::open(&self.place)?;
        let refused = block_on(async {
            let owner = match &self.owner {
                Some(name) => Some(admin::find(office.store(), name).await?.id),
                None => None,
            };
            let all = office
                .at_desk(&self.by.by, async |desk| self.enter_all(desk, owner, &candidates).await);
            all.await
        })?;
        if !self.dry_run {
            output::talk("Identifiers are new: give each client the one that it has here now.");
        }
        if refused == 0 {
            return Ok(());
        }
        Err(Failure::Refused {
            why: format!("{refused} of {} clients cannot be imported", candidates.len()),
            hint: "the lines above say why; what was imported is passed over the next time"
                .to_owned(),
        })
    }

    fn read(&self) -> Result<Vec<Candidate>, Failure> {
        let path = &self.file;
        let bytes = fs::read(path).map_err(|error| Failure::File { path: path.clone(), error })?;
        let file = json::parse(&bytes).map_err(|error| Failure::Refused {
            why: format!("{} cannot be read: {error}", path.display()),
            hint: "name a realm export of Keycloak, or a JSON list of RFC 7591 metadata".to_owned(),
        })?;
        let scope = self.scope.join(" ");
        let additions = Additions { resources: self.resource.clone(), scope };
        let is_export = match self.format {
            Some(format) => matches!(format, Format::Keycloak),
            None => keycloak::is_export(&file),
        };
        Ok(if is_export {
            keycloak::candidates(&file, &additions)
        } else {
            rfc7591::candidates(&file, &additions)
        })
    }

    /// Enters them one by one, and tells of each at once. Answers how many were refused.
    async fn enter_all(
        &self,
        desk: Desk<'_>,
        owner: Option<UserId>,
        candidates: &[Candidate],
    ) -> Result<usize, DeskRefusal> {
        let mut known = Known::of(&desk.registrar.store.list_recorded_clients(None).await?);
        let (mut names, mut refused) = (HashSet::new(), 0);
        for (position, candidate) in candidates.iter().enumerate() {
            let old = match &candidate.old_id {
                Some(id) => id.clone(),
                None => format!("client {position}"),
            };
            let twice = candidate.old_id.is_some() && !names.insert(old.clone());
            let end = match &candidate.fate {
                Fate::PassOver(because) => End::PassedOver { because: because.clone() },
                Fate::Refuse(why) => {
                    End::Refused { why: why.why.clone(), remedy: why.remedy.clone() }
                }
                Fate::Enter(..) if twice => End::Refused {
                    why: "its identifier stands twice in the file".to_owned(),
                    remedy: "leave one of the two out".to_owned(),
                },
                Fate::Enter(purpose, metadata) => {
                    self.enter(desk, (owner, &old), (*purpose, metadata), &mut known).await?
                }
            };
            refused += usize::from(matches!(end, End::Refused { .. }));
            let entered = matches!(end, End::Imported { .. } | End::WouldBeImported { .. });
            let notes = if entered { candidate.notes.clone() } else { Vec::new() };
            Line { old, end, notes }.tell(self.json);
        }
        Ok(refused)
    }

    async fn enter(
        &self,
        desk: Desk<'_>,
        (owner, old): (Option<UserId>, &str),
        (purpose, metadata): (Purpose, &Value),
        known: &mut Known,
    ) -> Result<End, DeskRefusal> {
        let metadata = metadata.to_string();
        if let Some(place) = known.find(purpose, &metadata) {
            return Ok(End::PassedOver { because: place.to_owned() });
        }
        let note = format!("was {old}");
        let wish = Wish {
            purpose,
            owner,
            metadata: &metadata,
            document: None,
            in_force: !self.draft,
            // Nobody has looked at it yet: `approve` says so.
            vetted: false,
            expires_at: None,
            secret_expires_at: None,
            note: &note,
        };
        let made = if self.dry_run {
            desk.check(purpose, &metadata).map(|()| None)
        } else {
            desk.create(wish).await.map(Some)
        };
        let end = match made {
            Ok(None) => End::WouldBeImported { purpose: purpose.as_str() },
            Ok(Some(made)) => End::Imported {
                client_id: made.client.client_id,
                secret: made.secret.map(|secret| secret.text.to_string()),
            },
            Err(refusal) if refusal.is_ours() => return Err(refusal),
            Err(refusal) => {
                return Ok(End::Refused { why: refusal.to_string(), remedy: refusal.remedy() });
            }
        };
        known.add((purpose, &metadata), format!("it stands in the file already, as {old:?}"));
        Ok(end)
    }
}
