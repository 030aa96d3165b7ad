//! How does one get at the document? From the web by the rules for strangers' URLs, as at a login; or from a file.

use std::{fs::File, io::Read as _, path::Path};

use salver_egress::{Check, ChosenBy, Fetch, FetchError, Fetched, Source, Standing};
use salver_oauth::client::report::MAX_DOCUMENT_BYTES;
use salver_server::flow::client::DOCUMENT;

use crate::{config::Settings, failure::Failure, wiring};

/// What was answered, and what went wrong.
#[derive(Default)]
pub(in crate::command) struct Answer {
    pub(in crate::command) status: Option<u16>,
    pub(in crate::command) content_type: Option<String>,
    pub(in crate::command) body: Option<Vec<u8>>,
    pub(in crate::command) failure: Option<FetchError>,
}

pub(in crate::command) async fn fetch(settings: &Settings, url: &str) -> Result<Answer, Failure> {
    let fetch = Fetch {
        url,
        chosen_by: ChosenBy::Stranger,
        purpose: DOCUMENT,
        source: Source::Itself,
        standing: Standing::FirstSight,
        limit: MAX_DOCUMENT_BYTES,
        accept: "application/json",
        // Whatever it is: it is judged afterwards.
        check: Check::new(|_| true),
    };
    let fetched = wiring::way_out(settings)?.fetch(fetch).await;
    Ok(match fetched {
        Ok(fetched) => Answer::of(&fetched),
        Err(error) => Answer::failed(error),
    })
}

/// The file, as far as it could still be a document.
pub(in crate::command) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let refused = |error| Failure::Refused {
        why: format!("{} cannot be read: {error}", path.display()),
        hint: "name a file, or a URL with https://".to_owned(),
    };
    let mut body = Vec::new();
    let file = File::open(path).map_err(refused)?;
    file.take(LONGEST_FILE).read_to_end(&mut body).map_err(refused)?;
    Ok(body)
}

impl Answer {
    fn of(fetched: &Fetched) -> Self {
        Self {
            status: Some(200),
            content_type: fetched.content_type.as_deref().map(str::to_owned),
            body: Some(fetched.body.to_vec()),
            failure: None,
        }
    }

    fn failed(error: FetchError) -> Self {
        match error {
            FetchError::Status(status) => Self { status: Some(status), ..Self::default() },
            error => Self { failure: Some(error), ..Self::default() },
        }
    }
}

/// Far beyond the bound for documents, so that it can be told by how much that is passed.
const LONGEST_FILE: u64 = 1024 * 1024;
