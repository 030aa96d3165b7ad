//! `salver client new`: a metadata document for my client. Few questions, and a flag for each; without a terminal flags only.

mod ask;
mod draft;
mod files;
mod host;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use salver_jose::{Algorithm, SigningKey};
use salver_oauth::client::{document::Profile, id::MetadataUrl};
use serde_json::json;

use self::{
    ask::Asker,
    draft::{Address, Draft},
    files::Files,
    host::Host,
};
use super::quoted;
use crate::{failure::Failure, output};

#[derive(Args, Debug)]
pub(in crate::command) struct New {
    /// The name that people know the client by.
    #[arg(long)]
    name: Option<String>,
    /// The https URL that the document will have; it becomes the `client_id`.
    #[arg(long, conflicts_with = "host")]
    url: Option<String>,
    /// Where the client runs.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// An address that answers may go to; without one, the usual ones of the kind.
    #[arg(long, value_name = "URI")]
    redirect: Vec<String>,
    /// Make a key (ES256), with which the client proves that it is itself. For web clients: a program cannot keep one.
    #[arg(long, conflicts_with = "host")]
    keys: bool,
    /// Write the document to this file; by default it is named as in the URL. What belongs to a key is written beside it.
    #[arg(long, value_name = "FILE", conflicts_with = "host")]
    out: Option<PathBuf>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    host: Host,
}

/// Where a client runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Kind {
    /// On the computer of whoever uses it.
    Native,
    /// On a server of its maker.
    Web,
}

impl New {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut asker = Asker::here();
        if let Some(place) = self.host.place()? {
            let draft = self.draft(&mut asker, Some(place.address()))?;
            return place.publish(&draft, self.json);
        }
        let draft = self.draft(&mut asker, None)?;
        let key = draft.keyed.then(|| SigningKey::generate(Algorithm::Es256)).transpose();
        let key = key.map_err(|error| Failure::Setup { part: "a key", why: error.to_string() })?;
        let files = Files::beside(self.out.as_deref(), &draft);
        files.write(&draft.document(), key.as_ref())?;
        self.tell(&draft, &files);
        Ok(())
    }

    /// What is wanted, from flags and answers.
    fn draft(&self, asker: &mut Asker<'_>, hosted: Option<Address>) -> Result<Draft, Failure> {
        let name = asker.text(self.name.as_deref(), "--name", "Name of the client:", None)?;
        let is_hosted = hosted.is_some();
        let address = match hosted {
            Some(address) => address,
            None => self.own_address(asker)?,
        };
        let kind = match self.kind {
            Some(kind) => kind,
            None => asker.kind()?,
        };
        let redirect_uris = match self.redirect.as_slice() {
            [] => asker.redirect_uris(&draft::usual_redirect_uris(kind, &address))?,
            wanted => wanted.to_vec(),
        };
        let may_have_key = kind == Kind::Web && !is_hosted;
        let keyed = self.keys || (may_have_key && asker.yes("Make a key?")?);
        let draft = Draft { name: name.trim().to_owned(), address, kind, redirect_uris, keyed };
        draft.check(Profile::Mcp)?;
        Ok(draft)
    }

    fn own_address(&self, asker: &mut Asker<'_>) -> Result<Address, Failure> {
        let question = "URL that the document will have:";
        let url = asker.text(self.url.as_deref(), "--url", question, None)?;
        MetadataUrl::parse(&url).map(Address::Own).map_err(|error| Failure::Refused {
            why: format!("{} is no URL for a document: {error}", quoted(&url)),
            hint: "use one like https://app.example/oauth/client.json".to_owned(),
        })
    }

    fn tell(&self, draft: &Draft, files: &Files) {
        if self.json {
            output::json(&json!({
                "client_id": draft.address.as_str(),
                "document": files.document,
                "key_set": draft.keyed.then_some(&files.key_set),
                "private_key": draft.keyed.then_some(&files.private_key),
            }));
        } else {
            files.written(draft.keyed).for_each(|path| output::data(&path.display().to_string()));
        }
        output::talk(&next_steps(draft, files));
    }
}

fn next_steps(draft: &Draft, files: &Files) -> String {
    let url = draft.address.as_str();
    let mut lines = vec![format!("Publish {} at {url}", files.document.display())];
    if draft.keyed {
        lines.push(format!("and {} at {}", files.key_set.display(), draft.key_set_url()));
        lines.push(format!(
            "Keep {} to yourself: whoever has it is your client.",
            files.private_key.display()
        ));
    }
    if draft.keyed && draft.kind == Kind::Native {
        lines.push("A key inside a program that others install is theirs, too: keep it on a server of yours.".to_owned());
    }
    lines.push("The host must answer every GET with status 200, no redirect, no log-in and no test for robots, and send:".to_owned());
    lines.push("  Content-Type: application/json".to_owned());
    lines.push("  Cache-Control: public, max-age=3600".to_owned());
    lines.push(format!("Then: salver client check {url}"));
    lines.join("\n")
}

#[cfg(test)]
mod tests;
