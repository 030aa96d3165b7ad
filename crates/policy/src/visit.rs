//! What may a rule ask about one login? Everything that the rules look at, in one value that can be kept and judged again.
//!
//! DESIGN 4.2 to 4.4. What somebody claims and what is proven stand side by side, each in a field of its own; gathering it is the
//! business of whoever answers the login. The form in which it is kept is in [`kept`].

pub mod kept;

use std::fmt;

use salver_oauth::{
    Scope, Timestamp,
    client::{
        change::thumbprints,
        id::ClientId,
        metadata::{Keys, Metadata},
        recorded::Purpose,
        redirect_uri::Recipient,
    },
    id::UserId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    assessment::{Assessment, Facts, Publisher, Rung},
    evidence::Evidence,
    redirects::UnlistedHttps,
    warning::Warning,
};

/// How the client came to be known here.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// An administrator entered it.
    Preregistered,
    /// An account here entered it for itself.
    UserRegistered,
    /// It registered itself (RFC 7591).
    Dynamic,
    /// It is described by a document at its `client_id`.
    MetadataDocument,
    /// It is described by a document that this server hosts.
    Hosted,
    /// It has the local development id.
    LocalDevelopment,
}

/// What kind of place receives the answer. A relay is none of the others.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RedirectClass {
    /// A host on the web.
    Https,
    /// A program on the user's computer that listens on a port.
    Loopback,
    /// A program on the user's computer that has claimed a scheme.
    App,
    /// An address that hands the answer on.
    Relay,
}

/// A name or host that looks like somebody else's, or is written to mislead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LookAlike {
    /// The domain of whom it belongs to; empty if it is nobody's, but mixes scripts.
    pub owner: Box<str>,
    /// What it looks like, as the owner writes it.
    pub shown: Box<str>,
}

/// One login, as the rules see it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Visit {
    /// Who asks.
    pub client_id: Box<str>,
    /// How it came to be known.
    pub method: Method,
    /// Who vouches for its metadata.
    pub publisher: Publisher,
    /// Where the answer goes.
    pub recipient: Recipient,
    /// The answer goes to an address that hands it on.
    pub relay: bool,
    /// The hosts on the web of all its redirect URIs, whichever this request uses.
    pub redirect_hosts: Vec<Box<str>>,
    /// What is to become of it because it registered itself with an https address that nobody has named; nothing if it did not.
    pub unlisted: Option<UnlistedHttps>,
    /// How much is proven.
    pub rung: Rung,
    /// By what.
    pub evidence: Evidence,
    /// The entry of the catalogue that it belongs to.
    pub entry: Option<Box<str>>,
    /// Who issued the software statement that was verified.
    pub statement_issuer: Option<Box<str>>,
    /// `software_id` of that statement, or as claimed.
    pub software_id: Option<Box<str>>,
    /// Thumbprints (RFC 7638) of the keys that it declares, as far as they are known.
    pub keys: Vec<Box<str>>,
    /// The host that serves its keys, if they do not stand in its metadata.
    pub key_host: Option<Box<str>>,
    /// An administrator has looked at it.
    pub vetted: bool,
    /// When this server first let it in; nothing if never.
    pub first_seen: Option<Timestamp>,
    /// What it calls itself.
    pub name: Option<Box<str>>,
    /// Whose name that looks like.
    pub look_alike: Option<LookAlike>,
    /// Its fingerprint (DESIGN 4.4).
    pub application: Box<str>,
    /// The application that it is bound to, if it is: by the catalogue, or by an administrator. A label alone, for bans.
    pub bound_to: Option<Box<str>>,
    /// The resource that is asked for.
    pub resource: Box<str>,
    /// The scopes that are asked for.
    pub scopes: Scope,
    /// Who has signed in.
    pub user: UserId,
    /// The groups of that person.
    pub groups: Vec<Box<str>>,
    /// The request was pushed (RFC 9126).
    pub pushed: bool,
    /// It is bound to a key of the client (RFC 9449).
    pub dpop: bool,
}

/// What a request adds to what is known of its client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Login {
    /// Who has signed in.
    pub user: UserId,
    /// The groups of that person.
    pub groups: Vec<Box<str>>,
    /// The resource that is asked for.
    pub resource: Box<str>,
    /// The scopes that are asked for.
    pub scopes: Scope,
    /// When this server first let the client in.
    pub first_seen: Option<Timestamp>,
    /// The client's [`fingerprint`](crate::application::fingerprint).
    pub application: Box<str>,
    /// The application that the client is bound to, if it is.
    pub bound_to: Option<Box<str>>,
    /// `software_id`, as claimed.
    pub software_id: Option<Box<str>>,
    /// What the redirect policy wants to become of it, if it may come in at all.
    pub unlisted: Option<UnlistedHttps>,
    /// The request was pushed.
    pub pushed: bool,
    /// The request is bound to a key of the client.
    pub dpop: bool,
}

impl Visit {
    /// The visit of a client of which these are the facts, with the keys that stand in its metadata and the one that has signed for it. The warnings are those
    /// of [`Facts::warnings`]: what the name looks like is looked at once.
    #[must_use]
    pub fn of(
        facts: &Facts<'_>,
        assessment: &Assessment,
        warnings: &[Warning],
        login: Login,
    ) -> Self {
        let client = facts.client;
        let Login {
            user,
            groups,
            resource,
            scopes,
            first_seen,
            application,
            bound_to,
            software_id,
            unlisted,
            pushed,
            dpop,
        } = login;
        Self {
            client_id: client.client_id.as_str().into(),
            method: Method::of(&client.client_id),
            publisher: assessment.publisher.clone(),
            recipient: facts.recipient.clone(),
            relay: assessment.relay,
            redirect_hosts: redirect_hosts(client),
            unlisted,
            rung: assessment.rung,
            evidence: assessment.evidence,
            entry: assessment.known.clone(),
            statement_issuer: facts.signed.map(|signed| signed.issuer.clone()),
            software_id: facts.signed.map(|signed| signed.software_id.clone()).or(software_id),
            keys: keys(facts),
            key_host: client.keys.host(),
            vetted: assessment.vetted,
            first_seen,
            name: client.name.clone(),
            look_alike: look_alike(warnings),
            application,
            bound_to,
            resource,
            scopes,
            user,
            groups,
            pushed,
            dpop,
        }
    }

    /// What kind of place receives the answer.
    #[must_use]
    pub fn redirect_class(&self) -> RedirectClass {
        match self.recipient {
            _ if self.relay => RedirectClass::Relay,
            Recipient::Https { .. } => RedirectClass::Https,
            Recipient::Loopback => RedirectClass::Loopback,
            Recipient::App { .. } => RedirectClass::App,
        }
    }

    /// The host on the web that receives the answer.
    #[must_use]
    pub fn recipient_host(&self) -> Option<&str> {
        match &self.recipient {
            Recipient::Https { host } => Some(undotted(host)),
            Recipient::Loopback | Recipient::App { .. } => None,
        }
    }

    /// The host that vouches for the metadata.
    #[must_use]
    pub fn publisher_host(&self) -> Option<&str> {
        match &self.publisher {
            Publisher::Domain(host) => Some(undotted(host)),
            Publisher::Signer(issuer) => host_of_url(issuer),
            Publisher::ExactUrl(_)
            | Publisher::Hosted(_)
            | Publisher::Nobody
            | Publisher::Account(_)
            | Publisher::Administrator => None,
        }
    }

    /// The host that the document lies on, whether or not it vouches for it: on some hosts anybody may put a file.
    #[must_use]
    pub fn document_host(&self) -> Option<&str> {
        match &self.publisher {
            Publisher::ExactUrl(url) => host_of_url(url),
            _ => self.publisher_host(),
        }
    }

    /// The URL of the document, here or elsewhere, that its `client_id` is.
    #[must_use]
    pub fn document(&self) -> Option<&str> {
        matches!(self.method, Method::MetadataDocument | Method::Hosted).then_some(&self.client_id)
    }
}

fn keys(facts: &Facts<'_>) -> Vec<Box<str>> {
    let mut keys = match &facts.client.keys {
        Keys::Inline(set) => thumbprints(set),
        Keys::None | Keys::At(_) => Vec::new(),
    };
    keys.extend(facts.signed.map(|signed| signed.key.clone()));
    keys
}

fn redirect_hosts(client: &Metadata) -> Vec<Box<str>> {
    let mut hosts: Vec<Box<str>> = Vec::new();
    for uri in &client.redirect_uris {
        if let Recipient::Https { host } = uri.recipient()
            && !hosts.contains(host)
        {
            hosts.push(host.clone());
        }
    }
    hosts
}

fn look_alike(warnings: &[Warning]) -> Option<LookAlike> {
    let (owner, shown) = warnings.iter().find_map(|warning| match warning {
        Warning::BorrowedName { name, owner } => Some((&**owner, name)),
        Warning::LooksLikeName { owner, protected, .. } => Some((&**owner, protected)),
        Warning::LooksLikeHost { protected, .. } => Some((&**protected, protected)),
        Warning::MixedScripts { name } => Some(("", name)),
        _ => None,
    })?;
    Some(LookAlike { owner: owner.into(), shown: shown.clone() })
}

/// The host in an https URL.
pub(crate) fn host_of_url(url: &str) -> Option<&str> {
    let authority = url.strip_prefix("https://")?.split('/').next()?;
    Some(undotted(authority.split(':').next()?))
}

/// A trailing dot names the same host.
pub(crate) fn undotted(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 6] = [
        Self::Preregistered,
        Self::UserRegistered,
        Self::Dynamic,
        Self::MetadataDocument,
        Self::Hosted,
        Self::LocalDevelopment,
    ];

    /// How whoever has such a `client_id` came to be known.
    #[must_use]
    pub const fn of(client_id: &ClientId) -> Self {
        match client_id {
            ClientId::Issued(_) => Self::Preregistered,
            ClientId::Recorded(id) => match id.purpose() {
                Purpose::Application | Purpose::Service => Self::Preregistered,
                Purpose::Personal => Self::UserRegistered,
            },
            ClientId::Document(_) => Self::MetadataDocument,
            ClientId::Hosted(_) => Self::Hosted,
            ClientId::LocalDevelopment(_) => Self::LocalDevelopment,
            ClientId::Sealed(_) | ClientId::Stated(_) => Self::Dynamic,
        }
    }

    /// A name that stays the same.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Preregistered => "preregistered",
            Self::UserRegistered => "user_registered",
            Self::Dynamic => "dynamic",
            Self::MetadataDocument => "metadata_document",
            Self::Hosted => "hosted",
            Self::LocalDevelopment => "local_development",
        }
    }
}

impl RedirectClass {
    /// All classes.
    pub const ALL: [Self; 4] = [Self::Https, Self::Loopback, Self::App, Self::Relay];

    /// A name that stays the same.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Loopback => "loopback",
            Self::App => "app",
            Self::Relay => "relay",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for RedirectClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
pub(crate) mod tests;
