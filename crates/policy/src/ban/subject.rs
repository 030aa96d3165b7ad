//! Whom does a ban name? Eight kinds, each with what may stand for its value.

use std::fmt;

use salver_names::registrable_domain;
use salver_oauth::client::id::ClientId;
use thiserror::Error;

use super::{
    facts::BanFacts,
    name::{NameFault, NamePattern},
};
use crate::hosts::{self, HostFault};

/// Whom a ban shuts out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BanSubject {
    /// An application, by its key: that of one client is its fingerprint (DESIGN 4.4).
    Application(Box<str>),
    /// The metadata document at this URL.
    Document(Box<str>),
    /// Everything that a registrable domain publishes, and everybody who has answers sent there or keys served from there.
    Domain(Box<str>),
    /// Everybody who has answers sent to this host, by any redirect URI, or keys served from it.
    RedirectHost(Box<str>),
    /// Everybody with such a name.
    Name(NamePattern),
    /// Everybody who declares the key with this thumbprint (RFC 7638).
    Key(Box<str>),
    /// Every installation of a piece of software (RFC 7591 §2).
    SoftwareId(Box<str>),
    /// Everybody with a software statement of this issuer.
    StatementIssuer(Box<str>),
}

/// The kinds of bans.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum BanKind {
    /// [`BanSubject::Application`]
    Application,
    /// [`BanSubject::Document`]
    Document,
    /// [`BanSubject::Domain`]
    Domain,
    /// [`BanSubject::RedirectHost`]
    RedirectHost,
    /// [`BanSubject::Name`]
    Name,
    /// [`BanSubject::Key`]
    Key,
    /// [`BanSubject::SoftwareId`]
    SoftwareId,
    /// [`BanSubject::StatementIssuer`]
    StatementIssuer,
}

/// Why kind and value name nobody.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BanFault {
    /// No kind of ban.
    #[error("there is no such kind of ban")]
    Kind,
    /// Empty, too long, or with outer space or control characters.
    #[error(
        "it is empty, longer than {MAX_VALUE} bytes, or holds outer space or control characters"
    )]
    Text,
    /// Not the URL of a metadata document.
    #[error("it is not the URL of a metadata document")]
    Document,
    /// Not a host.
    #[error("it {0}")]
    Host(HostFault),
    /// A name below a registrable domain.
    #[error("it lies below the registered domain {0}")]
    BelowDomain(Box<str>),
    /// Not a registrable domain.
    #[error("it is not a domain that can be registered")]
    NotADomain,
    /// Not a pattern for names.
    #[error("{0}")]
    Name(NameFault),
    /// Not a SHA-256 thumbprint in base64url.
    #[error("it is not a thumbprint of 43 base64url characters")]
    Thumbprint,
    /// Not an https URL.
    #[error("it is not an https URL")]
    Issuer,
}

impl BanSubject {
    /// Reads kind and value.
    ///
    /// # Errors
    /// [`BanFault`] says what is wrong with them.
    pub fn parse(kind: &str, value: &str) -> Result<Self, BanFault> {
        let kind = BanKind::ALL.into_iter().find(|one| one.id() == kind).ok_or(BanFault::Kind)?;
        if kind != BanKind::Name
            && (value.is_empty()
                || value.len() > MAX_VALUE
                || value.trim() != value
                || value.chars().any(char::is_control))
        {
            return Err(BanFault::Text);
        }
        match kind {
            BanKind::Application => Ok(Self::Application(value.into())),
            BanKind::Document => match ClientId::parse(value) {
                Ok(ClientId::Document(_) | ClientId::Hosted(_)) => Ok(Self::Document(value.into())),
                Ok(
                    ClientId::Issued(_)
                    | ClientId::Recorded(_)
                    | ClientId::LocalDevelopment(_)
                    | ClientId::Sealed(_)
                    | ClientId::Stated(_),
                )
                | Err(_) => Err(BanFault::Document),
            },
            BanKind::Domain => domain(value),
            BanKind::RedirectHost => {
                hosts::check(value).map_err(BanFault::Host)?;
                Ok(Self::RedirectHost(value.into()))
            }
            BanKind::Name => NamePattern::parse(value).map(Self::Name).map_err(BanFault::Name),
            BanKind::Key if is_thumbprint(value) => Ok(Self::Key(value.into())),
            BanKind::Key => Err(BanFault::Thumbprint),
            BanKind::SoftwareId => Ok(Self::SoftwareId(value.into())),
            BanKind::StatementIssuer if value.starts_with("https://") => {
                Ok(Self::StatementIssuer(value.into()))
            }
            BanKind::StatementIssuer => Err(BanFault::Issuer),
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> BanKind {
        match self {
            Self::Application(_) => BanKind::Application,
            Self::Document(_) => BanKind::Document,
            Self::Domain(_) => BanKind::Domain,
            Self::RedirectHost(_) => BanKind::RedirectHost,
            Self::Name(_) => BanKind::Name,
            Self::Key(_) => BanKind::Key,
            Self::SoftwareId(_) => BanKind::SoftwareId,
            Self::StatementIssuer(_) => BanKind::StatementIssuer,
        }
    }

    /// Its value, as [`Self::parse`] reads it.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::Application(value)
            | Self::Document(value)
            | Self::Domain(value)
            | Self::RedirectHost(value)
            | Self::Key(value)
            | Self::SoftwareId(value)
            | Self::StatementIssuer(value) => value,
            Self::Name(pattern) => pattern.as_str(),
        }
    }

    /// Whether it shuts out whoever these facts are of.
    #[must_use]
    pub fn matches(&self, facts: &BanFacts<'_>) -> bool {
        match self {
            Self::Name(pattern) => facts.name().is_some_and(|name| pattern.matches_folded(name)),
            _ => facts.values().any(|(kind, value)| kind == self.kind() && value == self.value()),
        }
    }
}

fn domain(value: &str) -> Result<BanSubject, BanFault> {
    match hosts::check(value) {
        Err(fault) => Err(BanFault::Host(fault)),
        Ok(true) => Err(BanFault::NotADomain),
        Ok(false) => match registrable_domain(value) {
            Some(site) if site == value => Ok(BanSubject::Domain(value.into())),
            Some(site) => Err(BanFault::BelowDomain(site.into())),
            None => Err(BanFault::NotADomain),
        },
    }
}

/// SHA-256 in base64url, without padding.
pub(crate) fn is_thumbprint(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl BanKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Application,
        Self::Document,
        Self::Domain,
        Self::RedirectHost,
        Self::Name,
        Self::Key,
        Self::SoftwareId,
        Self::StatementIssuer,
    ];

    /// Whether it is of somebody who signs for clients.
    #[must_use]
    pub const fn is_of_a_signer(self) -> bool {
        matches!(self, Self::Key | Self::SoftwareId | Self::StatementIssuer)
    }

    /// A name that stays the same.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Document => "document",
            Self::Domain => "domain",
            Self::RedirectHost => "redirect_host",
            Self::Name => "name",
            Self::Key => "key",
            Self::SoftwareId => "software_id",
            Self::StatementIssuer => "statement_issuer",
        }
    }
}

impl BanFault {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Kind => format!("write one of {}", BanKind::ALL.map(BanKind::id).join(", ")),
            Self::Text => "write plain text, as the client sends it".to_owned(),
            Self::Document => "write the client_id as the client sends it".to_owned(),
            Self::Host(fault) => fault.hint().to_owned(),
            Self::BelowDomain(site) => {
                format!("ban the domain {site}, or this name as a redirect_host")
            }
            Self::NotADomain => "write a domain like a.example".to_owned(),
            Self::Name(fault) => fault.hint().to_owned(),
            Self::Thumbprint => "write the SHA-256 thumbprint of RFC 7638".to_owned(),
            Self::Issuer => "write the issuer as it stands in the statement".to_owned(),
        }
    }
}

/// Kind and value.
impl fmt::Display for BanSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().id(), self.value())
    }
}

/// The longest value, in bytes: that of a `client_id`.
const MAX_VALUE: usize = 2048;
