//! `salver admin client create`: a client from flags or from a file, in force at once unless it is to wait.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use salver_oauth::client::recorded::Purpose;
use salver_server::{
    clock::{Clock as _, SystemClock},
    flow::{
        client::Reach,
        own_document,
        registrar::{
            desk::{DeskRefusal, Made, Wish},
            shown,
        },
    },
};
use serde_json::{Map, Value, json};

use super::{By, Office};
use crate::{
    command::{Where, admin, block_on, client::fetch::read, duration, settings},
    failure::Failure,
    output, state, wiring,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Create {
    /// What it is for.
    #[arg(long, value_enum, default_value_t = PurposeName::Application)]
    purpose: PurposeName,
    /// A file of RFC 7591 metadata; a service has the member `resources` too.
    #[arg(long, value_name = "FILE", conflicts_with = "flags")]
    file: Option<PathBuf>,
    /// The https URL of its metadata document, which is fetched now and stays its source; the `client_id` is the URL.
    #[arg(long, value_name = "URL", conflicts_with_all = ["flags", "file", "secret_expires"])]
    document: Option<String>,
    #[command(flatten)]
    written: Written,
    /// The account that it belongs to.
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
    /// Leave it a draft, which is in force once it is approved.
    #[arg(long)]
    draft: bool,
    /// When it ends by itself, like 24h or 7d from now.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    expires: Option<i64>,
    /// When its first secret ends by itself, like 24h or 7d from now.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    secret_expires: Option<i64>,
    /// Remarks, for its history.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    by: By,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// Metadata as flags.
#[derive(Args, Debug)]
#[group(id = "flags", multiple = true, required = false)]
struct Written {
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Where answers may go; may be given several times.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// A resource that a service may go to; may be given several times.
    #[arg(long, value_name = "URL")]
    resource: Vec<String>,
    /// What a service may do; may be given several times, or with spaces between.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// How it authenticates; what fits, if it is left out.
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<String>,
    /// The URL of its key set.
    #[arg(long, value_name = "URL", conflicts_with = "jwks")]
    jwks_uri: Option<String>,
    /// A file with its key set.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
}

/// A purpose on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum PurposeName {
    /// People log in with it.
    Application,
    /// It acts for itself.
    Service,
}

impl From<PurposeName> for Purpose {
    fn from(name: PurposeName) -> Self {
        match name {
            PurposeName::Application => Self::Application,
            PurposeName::Service => Self::Service,
        }
    }
}

impl Create {
    pub(super) fn run(self) -> Result<(), Failure> {
        let metadata = match (&self.file, &self.document) {
            (None, Some(url)) => self.fetched(url)?,
            (Some(path), _) => String::from_utf8(read(path)?).map_err(|_| Failure::Refused {
                why: format!("{} is not UTF-8", path.display()),
                hint: "write it as one JSON object, in UTF-8".to_owned(),
            })?,
            (None, None) => self.written.metadata()?.to_string(),
        };
        let office = Office::open(&self.place)?;
        let made = block_on(self.make(&office, &metadata))?;
        tell(&made, self.owner.as_deref(), self.json);
        Ok(())
    }

    /// The document as a login would read it.
    fn fetched(&self, url: &str) -> Result<String, Failure> {
        let settings = settings(&self.place.flags())?;
        let (state, _blank) = state::look(&settings)?;
        let read = block_on(async {
            let deps = wiring::onlooker(&settings, &state).await?;
            let read = own_document::read(&deps, url, Reach::Look).await;
            read.map_err(|refusal| DeskRefusal::from(refusal).into())
        });
        Ok(read?.0)
    }

    async fn make(&self, office: &Office, metadata: &str) -> Result<Made, Failure> {
        let owner = match &self.owner {
            Some(name) => Some(admin::find(office.store(), name).await?.id),
            None => None,
        };
        let later = |seconds: i64| SystemClock.now().plus_seconds(seconds);
        let wish = Wish {
            purpose: self.purpose.into(),
            owner,
            metadata,
            document: self.document.as_deref(),
            in_force: !self.draft,
            vetted: !self.draft,
            expires_at: self.expires.map(later),
            secret_expires_at: self.secret_expires.map(later),
            note: &self.note,
        };
        office.at_desk(&self.by.by, async |desk| desk.create(wish).await).await
    }
}

impl Written {
    fn metadata(&self) -> Result<Value, Failure> {
        let mut metadata = Map::new();
        let mut say = |name: &str, value: Value| metadata.insert(name.to_owned(), value);
        if let Some(name) = &self.name {
            say("client_name", json!(name));
        }
        if !self.redirect_uri.is_empty() {
            say("redirect_uris", json!(self.redirect_uri));
            say("grant_types", json!(["authorization_code", "refresh_token"]));
        }
        if !self.resource.is_empty() {
            say("resources", json!(self.resource));
        }
        if !self.scope.is_empty() {
            say("scope", json!(self.scope.join(" ")));
        }
        let keyed = self.jwks_uri.is_some() || self.jwks.is_some();
        let method = self.auth_method.as_deref().or(keyed.then_some("private_key_jwt"));
        if let Some(method) = method {
            say("token_endpoint_auth_method", json!(method));
        }
        if let Some(url) = &self.jwks_uri {
            say("jwks_uri", json!(url));
        }
        if let Some(path) = &self.jwks {
            let set = serde_json::from_slice(&read(path)?);
            let set: Value = set.map_err(|error| Failure::Refused {
                why: format!("{} is no JSON: {error}", path.display()),
                hint: "name a file with a key set: an object whose keys are a list".to_owned(),
            })?;
            say("jwks", set);
        }
        Ok(Value::Object(metadata))
    }
}

fn tell(made: &Made, owner: Option<&str>, as_json: bool) {
    let secret = made.secret.as_ref().map(|secret| secret.text.as_str());
    if as_json {
        let mut told = shown::client(&made.client, owner);
        if let (Some(secret), Some(members)) = (secret, told.as_object_mut()) {
            members.insert("client_secret".to_owned(), secret.into());
        }
        output::json(&told);
    } else {
        output::data(&made.client.client_id);
        if let Some(url) = made.client.content.held_document() {
            output::talk(&format!("Programs send {url} as client_id."));
        }
        if let Some(secret) = secret {
            output::data(secret);
        }
    }
    output::talk(match (&made.client.content.in_force, secret) {
        (Some(_), Some(_)) => "The client is in force. Its secret is shown this once.",
        (Some(_), None) => "The client is in force.",
        (None, Some(_)) => {
            "The client is a draft until it is approved. Its secret is shown this once."
        }
        (None, None) => "The client is a draft until it is approved.",
    });
}
