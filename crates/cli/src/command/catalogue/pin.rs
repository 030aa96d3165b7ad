//! `salver catalogue pin`: a copy of a metadata document for a file of the operator's own, fetched as at a login.

mod insert;

use std::{
    fs,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use salver_oauth::client::{
    document::{self, Profile},
    id::MetadataUrl,
    media_type::is_json,
    metadata::Keys,
};
use salver_policy::catalogue::{Catalogue, Date, pin_block};
use tempfile::NamedTempFile;

use super::read;
use crate::{
    command::{Where, block_on, client::fetch, settings},
    failure::Failure,
    output,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Pin {
    /// The URL of the document.
    url: String,
    /// Write the copy into this catalogue, in place of one that it has already; the file is made if there is none. Without it the copy is
    /// printed.
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    #[command(flatten)]
    place: Where,
}

impl Pin {
    pub(super) fn run(self, today: Date) -> Result<(), Failure> {
        let url = MetadataUrl::parse(&self.url).map_err(|error| {
            self.refused(
                &format!("as the URL of a metadata document {error}"),
                "name its exact URL",
            )
        })?;
        let settings = settings(&self.place.flags())?;
        let answer = block_on(fetch::fetch(&settings, url.as_str()))?;
        let text = self.document(&url, &answer)?;
        let block = pin_block(url.as_str(), today, &text);
        let Some(path) = &self.into else {
            output::data(block.trim_end());
            return Ok(());
        };
        let before = match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::File { path: path.clone(), error }),
        };
        let after = match &before {
            None => insert::first(&block, today),
            Some(before) => self.insert(path, before, (&url, &block), today)?,
        };
        let catalogue = read::parsed(path, &after)?;
        if catalogue.pin(url.as_str()).map(|pin| &*pin.document) != Some(&*text) {
            return Err(self.by_hand(path, &block));
        }
        exchange(path, &after).map_err(|error| Failure::File { path: path.clone(), error })?;
        output::talk(&format!("{} holds a copy of {} of {today}.", path.display(), url.as_str()));
        Ok(())
    }

    /// The document, byte for byte, if it would let a client in.
    fn document(&self, url: &MetadataUrl, answer: &fetch::Answer) -> Result<String, Failure> {
        const HINT: &str = "salver client check tells everything that is wrong with it";
        if let Some(error) = &answer.failure {
            let hint =
                "salver egress ledger tells more of it; a document can be copied by hand, too";
            return Err(self.refused(&format!("cannot be fetched: {error}"), hint));
        }
        let body = match (answer.status, &answer.body) {
            (Some(200), Some(body)) if is_json(answer.content_type.as_deref()) => body,
            (Some(200), _) => return Err(self.refused("is not served as JSON", HINT)),
            (status, _) => {
                let status = status.map_or("no status".to_owned(), |status| status.to_string());
                return Err(self.refused(&format!("answers {status}"), HINT));
            }
        };
        let metadata = document::parse(body, url, Profile::Mcp)
            .map_err(|error| self.refused(&format!("cannot be used: {error}"), HINT))?;
        if matches!(metadata.keys, Keys::Inline(_)) {
            let hint = "its publisher can put them at a jwks_uri, where they are fetched";
            return Err(self.refused("holds keys, and keys are never pinned", hint));
        }
        // Strict JSON is UTF-8 (RFC 8259 §8.1).
        String::from_utf8(body.clone()).map_err(|_| self.refused("is not UTF-8", HINT))
    }

    /// The file with the copy in it; everything else stays as it was.
    fn insert(
        &self,
        path: &Path,
        before: &str,
        (url, block): (&MetadataUrl, &str),
        today: Date,
    ) -> Result<String, Failure> {
        let old = read::parsed(path, before)?;
        let after = insert::into(before, (url.as_str(), block), today);
        let is_sound = |after: &String| {
            // What is wrong with it otherwise is told when it is read.
            Catalogue::parse(after).map_or(true, |new| {
                let others = |catalogue: &Catalogue| {
                    let mut pins = catalogue.pins().to_vec();
                    pins.retain(|pin| pin.url != *url);
                    pins
                };
                others(&new) == others(&old) && new.clients() == old.clients()
            })
        };
        after.filter(is_sound).ok_or_else(|| self.by_hand(path, block))
    }

    fn by_hand(&self, path: &Path, block: &str) -> Failure {
        output::data(block.trim_end());
        let why = format!("the copy cannot be written into {}", path.display());
        let hint = format!("put what is printed in the place of what it says of {}", self.url);
        Failure::Refused { why, hint }
    }

    fn refused(&self, why: &str, hint: &str) -> Failure {
        Failure::Refused { why: format!("{} {why}", self.url), hint: hint.to_owned() }
    }
}

/// The new text in the file's place as a whole, with the rights of the old one.
fn exchange(path: &Path, text: &str) -> io::Result<()> {
    let place = match path.canonicalize() {
        Ok(place) => place,
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::metadata(&place) {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&place).map(drop).map_err(|error| error.error)
}
