//! What has a developer filled in, and what is wrong with it? A form becomes RFC 7591 metadata; each fault names the field and the line, and what was typed stays.

use salver_oauth::{
    authorization::return_address::OwnOrigins,
    client::{
        name::readable,
        recorded::{Purpose, RecordedId},
        redirect_uri::{RedirectUri, RedirectUriError},
    },
    registration::RegistrationError,
};
use serde_json::{Map, Value, json};

use crate::flow::{
    entered::DESCRIPTION,
    registrar::{EntryRefusal, check},
};

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Written {
    /// What people are to know it by.
    pub name: String,
    /// What it is, for reviewers.
    pub description: String,
    /// Its site.
    pub site: String,
    /// Whom to ask, one a line.
    pub contacts: String,
    /// Whether it runs on people's computers.
    pub native: bool,
    /// Where answers may go, one a line.
    pub redirect_uris: String,
    /// Whether it stays connected.
    pub refreshes: bool,
    /// How it authenticates.
    pub authentication: Authenticates,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Its keys.
    pub jwks: String,
}

/// How an application authenticates.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Authenticates {
    /// Not at all.
    #[default]
    NotAtAll,
    /// With a secret of ours.
    Secret,
    /// With keys at a URL of its own.
    KeysAt,
    /// With keys that are pasted.
    KeysHere,
}

/// What is wrong with a form.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FormFault {
    /// No name that can be read, or a longer one than is shown.
    Name,
    /// Longer than [`MAX_DESCRIPTION`].
    Description,
    /// Not an https address.
    Site,
    /// No redirect URI.
    NoRedirectUri,
    /// More than [`MAX_REDIRECT_URIS`].
    ManyRedirectUris(usize),
    /// A redirect URI that cannot be one.
    RedirectUri {
        /// Its line, from 1.
        line: usize,
        /// The text.
        text: String,
        /// Why.
        why: LineFault,
    },
    /// The pasted keys are no JSON.
    KeysNoJson,
    /// A rule of RFC 7591 that no field answers for alone.
    Rule(RegistrationError),
}

/// Why a line is no redirect URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineFault {
    /// A rule for all redirect URIs.
    Rule(RedirectUriError),
    /// An address of this server.
    OurOwn,
    /// It stands there twice.
    Twice,
}

impl Authenticates {
    /// All ways.
    pub const ALL: [Self; 4] = [Self::NotAtAll, Self::Secret, Self::KeysAt, Self::KeysHere];

    /// Its name in the form.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NotAtAll => "none",
            Self::Secret => "secret",
            Self::KeysAt => "keys_at",
            Self::KeysHere => "keys_here",
        }
    }

    /// The way of this name; none at all if there is no such one.
    #[must_use]
    pub fn of(id: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.id() == id).unwrap_or_default()
    }
}

impl Written {
    /// An empty form, as most will fill it in.
    #[must_use]
    pub fn empty() -> Self {
        Self { native: true, refreshes: true, ..Self::default() }
    }

    /// The form that metadata on record would fill.
    #[must_use]
    pub fn of(metadata: &str) -> Self {
        let members = object(metadata);
        let text = |name| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |name| {
            let values = members.get(name).and_then(Value::as_array);
            values.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>()
        };
        let jwks = members.get("jwks");
        let authentication = match (&*text("token_endpoint_auth_method"), jwks) {
            ("client_secret_basic" | "client_secret_post", _) => Authenticates::Secret,
            ("private_key_jwt", None) => Authenticates::KeysAt,
            ("private_key_jwt", Some(_)) => Authenticates::KeysHere,
            _ => Authenticates::NotAtAll,
        };
        Self {
            name: text("client_name"),
            description: text(DESCRIPTION),
            site: text("client_uri"),
            contacts: list("contacts").join("\n"),
            native: text("application_type") == "native",
            redirect_uris: list("redirect_uris").join("\n"),
            refreshes: list("grant_types").contains(&"refresh_token"),
            authentication,
            jwks_uri: text("jwks_uri"),
            jwks: jwks.and_then(|set| serde_json::to_string_pretty(set).ok()).unwrap_or_default(),
        }
    }

    /// The metadata that the form says. What stood in `before` and has no field stays.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn metadata(&self, before: &str, own: &OwnOrigins) -> Result<String, Vec<FormFault>> {
        let mut faults = self.faults(own);
        let mut members = object(before);
        let mut set = |name: &str, value: Option<Value>| match value {
            Some(value) => drop(members.insert(name.to_owned(), value)),
            None => drop(members.remove(name)),
        };
        let text = |text: &str| (!text.trim().is_empty()).then(|| json!(text.trim()));
        let kind = if self.native { "native" } else { "web" };
        let grants: &[&str] = if self.refreshes {
            &["authorization_code", "refresh_token"]
        } else {
            &["authorization_code"]
        };
        let (method, at, here) = match self.authentication {
            Authenticates::NotAtAll => ("none", None, None),
            Authenticates::Secret => ("client_secret_basic", None, None),
            Authenticates::KeysAt => ("private_key_jwt", text(&self.jwks_uri), None),
            Authenticates::KeysHere => ("private_key_jwt", None, self.keys(&mut faults)),
        };
        let contacts: Vec<_> = lines(&self.contacts).map(|(_, line)| line).collect();
        set("client_name", text(&self.name));
        set(DESCRIPTION, text(&self.description));
        set("client_uri", text(&self.site));
        set("contacts", (!contacts.is_empty()).then(|| json!(contacts)));
        set("application_type", Some(json!(kind)));
        let uris: Vec<_> = lines(&self.redirect_uris).map(|(_, line)| line).collect();
        set("redirect_uris", Some(json!(uris)));
        set("grant_types", Some(json!(grants)));
        set("token_endpoint_auth_method", Some(json!(method)));
        set("jwks_uri", at);
        set("jwks", here);
        if !faults.is_empty() {
            return Err(faults);
        }
        let metadata = Value::Object(members).to_string();
        match check(&RecordedId::new(Purpose::Application, [0; 16]), &metadata, own) {
            Ok(_) => Ok(metadata),
            Err(EntryRefusal::Metadata(error)) => Err(vec![FormFault::Rule(error)]),
            // Each line was looked at already, the form has no scope, and nothing is stored here.
            Err(
                EntryRefusal::OurOwn(_)
                | EntryRefusal::Scope
                | EntryRefusal::Service(_)
                | EntryRefusal::Owner
                | EntryRefusal::NoDocument
                | EntryRefusal::Document(_)
                | EntryRefusal::Store(_),
            ) => Err(vec![FormFault::NoRedirectUri]),
        }
    }

    fn keys(&self, faults: &mut Vec<FormFault>) -> Option<Value> {
        if self.jwks.trim().is_empty() {
            return None;
        }
        let set = serde_json::from_str(&self.jwks).ok();
        if set.is_none() {
            faults.push(FormFault::KeysNoJson);
        }
        set
    }

    fn faults(&self, own: &OwnOrigins) -> Vec<FormFault> {
        let mut faults = Vec::new();
        let name = readable(&self.name);
        if name.is_none_or(|name| name.chars().count() > MAX_NAME) {
            faults.push(FormFault::Name);
        }
        if self.description.chars().count() > MAX_DESCRIPTION {
            faults.push(FormFault::Description);
        }
        let site = self.site.trim();
        if !site.is_empty() && !site.starts_with("https://") {
            faults.push(FormFault::Site);
        }
        let uris: Vec<_> = lines(&self.redirect_uris).collect();
        if uris.is_empty() {
            faults.push(FormFault::NoRedirectUri);
        }
        if uris.len() > MAX_REDIRECT_URIS {
            faults.push(FormFault::ManyRedirectUris(uris.len()));
        }
        let line_fault = |(position, (line, text)): (usize, &(usize, &str))| {
            let before = uris.get(..position).unwrap_or_default();
            let why = match RedirectUri::parse(text) {
                Err(rule) => LineFault::Rule(rule),
                Ok(uri) if own.hold(&uri) => LineFault::OurOwn,
                Ok(_) if before.iter().any(|(_, other)| other == text) => LineFault::Twice,
                Ok(_) => return None,
            };
            Some(FormFault::RedirectUri { line: *line, text: (*text).to_owned(), why })
        };
        let looked_at = uris.iter().take(MAX_REDIRECT_URIS).enumerate();
        faults.extend(looked_at.filter_map(line_fault));
        faults
    }
}

/// The lines that say something, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty())
}

fn object(metadata: &str) -> Map<String, Value> {
    match serde_json::from_str(metadata) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// The longest name, in characters: as many as are shown.
pub const MAX_NAME: usize = 80;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 2_000;
/// The most redirect URIs (RFC 7591 has no number; a registration is refused with more).
pub const MAX_REDIRECT_URIS: usize = 32;

#[cfg(test)]
mod tests;
