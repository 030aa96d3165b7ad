//! Does this condition hold for this visit? One variant for each key of `when`, the cheap ones first.

use std::{collections::BTreeSet, marker::PhantomData};

use salver_oauth::Timestamp;

use crate::{
    assessment::Rung,
    catalogue::{Pattern, folded},
    evidence::Evidence,
    hosts::HostList,
    visit::{Method, RedirectClass, Visit},
};

/// Texts of which any will do.
pub(crate) type Texts = BTreeSet<Box<str>>;

/// A condition, understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Condition {
    Method(AnyOf<Method>),
    Redirect(AnyOf<RedirectClass>),
    Rung(Rung),
    Evidence(Evidence),
    Vetted(bool),
    LooksLikeProtected(bool),
    Listed { wanted: bool, sense: Sense },
    FirstSeenWithinDays(u32),
    Document(Documents),
    Publisher { hosts: HostList, sense: Sense },
    RedirectHost(HostList),
    Entry(Entries),
    StatementIssuer(Texts),
    Key(Texts),
    Resource(Texts),
    Scope(Texts),
    Group(Texts),
}

/// What the host of a document counts for. On a host where anybody may put files it counts against a client, never for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sense {
    /// Only a host that vouches for the document.
    ForIt,
    /// Any host that the document lies on.
    AgainstIt,
}

/// Some of a few, a bit each: most rules that cannot be looked up ask this first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct AnyOf<T> {
    bits: u8,
    of: PhantomData<T>,
}

/// One of a few, which has a bit.
pub(crate) trait Bit: Copy {
    fn bit(self) -> u8;
}

/// Documents, by exact URLs and by patterns.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Documents {
    pub(crate) exact: Texts,
    pub(crate) open: Vec<Pattern>,
}

/// Entries of the catalogue, folded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Entries {
    pub(crate) any: bool,
    pub(crate) names: Texts,
}

/// A visit, with what many rules ask of it worked out once.
#[derive(Debug)]
pub(crate) struct View<'v> {
    pub(crate) visit: &'v Visit,
    pub(crate) now: Timestamp,
    pub(crate) class: RedirectClass,
    pub(crate) publisher: Option<&'v str>,
    pub(crate) document_host: Option<&'v str>,
    pub(crate) recipient_host: Option<&'v str>,
    pub(crate) document: Option<&'v str>,
    pub(crate) entry: Option<String>,
    listed: bool,
    document_host_listed: bool,
}

impl<'v> View<'v> {
    pub(crate) fn new(visit: &'v Visit, identity: &HostList, now: Timestamp) -> Self {
        let (publisher, document_host) = (visit.publisher_host(), visit.document_host());
        Self {
            visit,
            now,
            class: visit.redirect_class(),
            publisher,
            document_host,
            recipient_host: visit.recipient_host(),
            document: visit.document(),
            entry: visit.entry.as_deref().map(folded),
            listed: publisher.is_some_and(|host| identity.covers(host)),
            document_host_listed: document_host.is_some_and(|host| identity.covers(host)),
        }
    }

    pub(crate) fn host(&self, sense: Sense) -> Option<&'v str> {
        match sense {
            Sense::ForIt => self.publisher,
            Sense::AgainstIt => self.document_host,
        }
    }

    /// Whether that host is listed.
    pub(crate) fn listed(&self, sense: Sense) -> bool {
        match sense {
            Sense::ForIt => self.listed,
            Sense::AgainstIt => self.document_host_listed,
        }
    }
}

impl Condition {
    pub(crate) fn holds(&self, view: &View<'_>) -> bool {
        let visit = view.visit;
        match self {
            Self::Method(methods) => methods.contains(visit.method),
            Self::Redirect(classes) => classes.contains(view.class),
            Self::Rung(least) => visit.rung >= *least,
            Self::Evidence(any) => !visit.evidence.intersection(*any).is_empty(),
            Self::Vetted(wanted) => visit.vetted == *wanted,
            Self::LooksLikeProtected(wanted) => visit.look_alike.is_some() == *wanted,
            Self::Listed { wanted, sense } => view.listed(*sense) == *wanted,
            Self::FirstSeenWithinDays(days) => visit.first_seen.is_none_or(|first| {
                view.now.seconds_since(first) < i64::from(*days).saturating_mul(SECONDS_PER_DAY)
            }),
            Self::Document(documents) => view.document.is_some_and(|url| documents.mean(url)),
            Self::Publisher { hosts, sense } => {
                view.host(*sense).is_some_and(|host| hosts.covers(host))
            }
            Self::RedirectHost(hosts) => view.recipient_host.is_some_and(|host| hosts.covers(host)),
            Self::Entry(entries) => view.entry.as_deref().is_some_and(|entry| entries.mean(entry)),
            Self::StatementIssuer(any) => {
                visit.statement_issuer.as_deref().is_some_and(|issuer| any.contains(issuer))
            }
            Self::Key(any) => visit.keys.iter().any(|key| any.contains(key)),
            Self::Resource(any) => any.contains(&visit.resource),
            Self::Scope(any) => any.iter().any(|scope| visit.scopes.contains(scope)),
            Self::Group(any) => visit.groups.iter().any(|group| any.contains(group)),
        }
    }

    /// The key of `when` that it stands at.
    pub(crate) const fn key(&self) -> &'static str {
        match self {
            Self::Method(_) => "method",
            Self::Redirect(_) => "redirect",
            Self::Rung(_) => "rung",
            Self::Evidence(_) => "evidence",
            Self::Vetted(_) => "vetted",
            Self::LooksLikeProtected(_) => "looks_like_protected",
            Self::Listed { .. } => "listed",
            Self::FirstSeenWithinDays(_) => "first_seen_within_days",
            Self::Document(_) => "document",
            Self::Publisher { .. } => "publisher",
            Self::RedirectHost(_) => "redirect_host",
            Self::Entry(_) => "entry",
            Self::StatementIssuer(_) => "statement_issuer",
            Self::Key(_) => "key",
            Self::Resource(_) => "resource",
            Self::Scope(_) => "scope",
            Self::Group(_) => "group",
        }
    }

    /// Whether whoever meets this condition meets the other one, which stands at the same key.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Method(one), Self::Method(other)) => one.is_within(*other),
            (Self::Redirect(one), Self::Redirect(other)) => one.is_within(*other),
            (Self::Rung(one), Self::Rung(other)) => one >= other,
            (Self::Evidence(one), Self::Evidence(other)) => one.intersection(*other) == *one,
            (Self::FirstSeenWithinDays(one), Self::FirstSeenWithinDays(other)) => one <= other,
            (Self::Document(one), Self::Document(other)) => one.are_within(other),
            (
                Self::Publisher { hosts: one, sense },
                Self::Publisher { hosts: other, sense: of_other },
            ) => one.is_within(other) && (sense == of_other || *sense == Sense::ForIt),
            (Self::RedirectHost(one), Self::RedirectHost(other)) => one.is_within(other),
            (Self::Entry(one), Self::Entry(other)) => {
                other.any || (!one.any && one.names.is_subset(&other.names))
            }
            (Self::StatementIssuer(one), Self::StatementIssuer(other))
            | (Self::Key(one), Self::Key(other))
            | (Self::Resource(one), Self::Resource(other))
            | (Self::Scope(one), Self::Scope(other))
            | (Self::Group(one), Self::Group(other)) => one.is_subset(other),
            _ => self == other,
        }
    }
}

impl<T: Bit> AnyOf<T> {
    pub(crate) fn of(these: &[T]) -> Self {
        let bits = these.iter().fold(0, |bits, one| bits | one.bit());
        Self { bits, of: PhantomData }
    }

    pub(crate) fn contains(self, one: T) -> bool {
        self.bits & one.bit() != 0
    }

    fn is_within(self, other: Self) -> bool {
        self.bits & !other.bits == 0
    }
}

impl Bit for Method {
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Bit for RedirectClass {
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Documents {
    pub(crate) fn mean(&self, url: &str) -> bool {
        self.exact.contains(url) || self.open.iter().any(|pattern| pattern.matches(url))
    }

    fn are_within(&self, other: &Self) -> bool {
        self.exact.iter().all(|url| other.mean(url))
            && self.open.iter().all(|pattern| other.open.contains(pattern))
    }
}

impl Entries {
    fn mean(&self, entry: &str) -> bool {
        self.any || self.names.contains(entry)
    }
}

const SECONDS_PER_DAY: i64 = 86_400;
