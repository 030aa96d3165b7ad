//! How much has been proven about this client, for this request? The ladder of DESIGN 4.2.
//!
//! Two questions decide: who published the metadata, and who receives the answer. Names, logos and everything else in the
//! metadata are claims and count for nothing here.

use std::fmt;

use salver_oauth::{
    Timestamp,
    client::{id::ClientId, metadata::Metadata, redirect_uri::Recipient},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    catalogue::{Catalogue, Client},
    evidence::{Evidence, EvidenceKind},
    impersonation::ProtectedNames,
};

/// How hard it is to pose as the client.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Nobody vouches for the metadata: anyone who gets a click can pose as it.
    SelfDeclared,
    /// Somebody vouches for the metadata, but the answer goes to a place where others can sit.
    Published,
    /// The answer can only reach whoever published the metadata.
    Anchored,
    /// This very installation has proven, at this request, a key that the publisher attests.
    Attested,
}

/// Who vouches for the metadata.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Publisher {
    /// The host that serves the document.
    Domain(Box<str>),
    /// Nobody but the exact URL: anybody may put files on its host.
    ExactUrl(Box<str>),
    /// Nobody: this server hosts the document for one of its accounts, and does not answer for it.
    Hosted(Box<str>),
    /// Nobody at all: it says everything itself.
    Nobody,
    /// One of this server's accounts, which entered it: nobody else has looked at it.
    Account(Box<str>),
    /// An administrator of this server.
    Administrator,
    /// Whoever signs statements under this issuer, whom the operator trusts.
    Signer(Box<str>),
}

/// What is proven about a client, for one redirect URI.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Assessment {
    /// How much.
    pub rung: Rung,
    /// By whom.
    pub publisher: Publisher,
    /// An administrator has looked at it.
    pub vetted: bool,
    /// The answer goes to an address that hands it on.
    pub relay: bool,
    /// The answer goes to a program on the user's own computer.
    pub on_this_computer: bool,
    /// The entry of the catalogue that its document or its statement belongs to, by name.
    pub known: Option<Box<str>>,
    /// The metadata are a pinned copy: no more than `published`.
    pub pinned: bool,
    /// The client cannot avoid authenticating with keys of its own, or has done so for this request.
    pub keyed: bool,
    /// Whose statement was verified for it.
    pub signed: Option<SignedBy>,
    /// What it was judged on.
    pub evidence: Evidence,
}

/// Whose word a registration is that is on record here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OnRecord {
    /// The account that entered it.
    pub account: Box<str>,
    /// A reviewer has looked at what is in force.
    pub vetted: bool,
    /// The only MCP server that it is for, if whoever entered it chose one.
    pub resource: Option<Box<str>>,
    /// A domain of that account whose proof has been missing for too long: what was looked at does not count meanwhile.
    pub lost_domain: Option<Box<str>>,
}

/// A software statement that was verified: its issuer is one whom the operator trusts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignedBy {
    /// The issuer.
    pub issuer: Box<str>,
    /// Which of its softwares it is.
    pub software_id: Box<str>,
    /// RFC 7638 thumbprint of the key.
    pub key: Box<str>,
    /// When it was verified.
    pub checked_at: Timestamp,
}

/// What is known when a client is assessed, for one request.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// The client.
    pub client: &'f Metadata,
    /// The redirect URI that this request uses.
    pub redirect_uri: &'f Url,
    /// Where it leads.
    pub recipient: &'f Recipient,
    /// Where the client's metadata come from.
    pub copy: DocumentCopy,
    /// Of a client that is on record here: whose word it is.
    pub record: Option<&'f OnRecord>,
    /// Whose statement was verified for it.
    pub signed: Option<&'f SignedBy>,
    /// What is known of clients and places.
    pub catalogue: &'f Catalogue,
    /// The names and hosts that belong to somebody.
    pub protected: &'f ProtectedNames,
    /// What came with the request and was verified: attestations; and the client's own keys, if it pushed the request and authenticated
    /// with them. Other kinds are not believed here.
    pub evidence: Evidence,
}

/// Which copy of a client's metadata is in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DocumentCopy {
    /// As fresh as its publisher wants; or entered by an administrator.
    Live,
    /// Ours, from an earlier visit: its host fails (DESIGN 4.5).
    Stale {
        /// When it was fetched or last confirmed.
        fetched: Timestamp,
    },
    /// A pin of the catalogue or of the operator.
    Pinned {
        /// When it was copied.
        fetched: Timestamp,
    },
}

impl OnRecord {
    /// Whether a reviewer has looked at it, and nothing that was proven then is missing now.
    #[must_use]
    pub fn counts_as_vetted(&self) -> bool {
        self.vetted && self.lost_domain.is_none()
    }
}

impl Rung {
    /// All rungs, the lowest first.
    pub const ALL: [Self; 4] =
        [Self::SelfDeclared, Self::Published, Self::Anchored, Self::Attested];
}

impl<'f> Facts<'f> {
    /// Assesses the client for the redirect URI that this request uses.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        let (publisher, known) = (self.publisher(), self.known());
        let relay = self.catalogue.is_relay(self.redirect_uri);
        let pinned = matches!(self.copy, DocumentCopy::Pinned { .. });
        let evidence = self.gathered(&publisher);
        let vetted = self.is_vetted(&publisher);
        let rung = match publisher {
            Publisher::Hosted(_) | Publisher::Nobody => Rung::SelfDeclared,
            Publisher::ExactUrl(_) if !vetted => Rung::SelfDeclared,
            _ if relay || pinned => Rung::Published,
            _ if !evidence.intersection(Evidence::OF_INSTALLATION).is_empty() => Rung::Attested,
            Publisher::Domain(_) | Publisher::Signer(_) if self.is_keyed() => Rung::Anchored,
            _ if self.reaches_only(&publisher, known) => Rung::Anchored,
            _ => Rung::Published,
        };
        Assessment {
            rung,
            vetted,
            publisher,
            relay,
            on_this_computer: self.recipient.is_on_this_computer(),
            known: known.map(|client| client.name.clone()),
            pinned,
            keyed: self.is_keyed(),
            signed: self.signed.cloned(),
            evidence,
        }
    }

    /// What the metadata prove by where they are, and what came with the request.
    fn gathered(&self, publisher: &Publisher) -> Evidence {
        let mut evidence = match publisher {
            // Who publishes itself would attest itself, and so would an account whose entry nobody has looked at.
            Publisher::ExactUrl(_)
            | Publisher::Hosted(_)
            | Publisher::Account(_)
            | Publisher::Nobody => Evidence::NONE,
            _ => self.evidence.intersection(Evidence::WITH_A_REQUEST),
        };
        let pinned = matches!(self.copy, DocumentCopy::Pinned { .. });
        if matches!(publisher, Publisher::Domain(_)) && !pinned {
            evidence = evidence.with(EvidenceKind::DomainDocument);
            if self.is_keyed() {
                evidence = evidence.with(EvidenceKind::PublisherKeys);
            }
        }
        if self.signed.is_some() {
            evidence = evidence.with(EvidenceKind::Statement);
        }
        if matches!(publisher, Publisher::Signer(_)) && self.is_keyed() {
            evidence = evidence.with(EvidenceKind::PublisherKeys);
        }
        evidence
    }

    fn publisher(&self) -> Publisher {
        match &self.client.client_id {
            ClientId::Issued(_) => Publisher::Administrator,
            ClientId::Recorded(_) => match self.record {
                Some(record) if record.counts_as_vetted() => Publisher::Administrator,
                Some(record) => Publisher::Account(record.account.clone()),
                None => Publisher::Nobody,
            },
            ClientId::Hosted(id) => Publisher::Hosted(id.as_str().into()),
            ClientId::Stated(_) => match self.signed {
                Some(signed) => Publisher::Signer(signed.issuer.clone()),
                None => Publisher::Nobody,
            },
            ClientId::Sealed(_) | ClientId::LocalDevelopment(_) => Publisher::Nobody,
            ClientId::Document(url) if self.catalogue.is_shared_host(url.host()) => {
                Publisher::ExactUrl(url.as_str().into())
            }
            ClientId::Document(url) => Publisher::Domain(url.host().into()),
        }
    }

    /// Who is entered by an administrator is; a document, if reviewers have approved what it says.
    fn is_vetted(&self, publisher: &Publisher) -> bool {
        match publisher {
            Publisher::Administrator => true,
            Publisher::Domain(_) | Publisher::ExactUrl(_) => {
                self.record.is_some_and(OnRecord::counts_as_vetted)
            }
            Publisher::Hosted(_)
            | Publisher::Nobody
            | Publisher::Account(_)
            | Publisher::Signer(_) => false,
        }
    }

    /// The entry of the catalogue that its document belongs to; or the statement that it was registered with, if that was verified.
    #[must_use]
    pub fn known(&self) -> Option<&'f Client> {
        match &self.client.client_id {
            ClientId::Document(url) => self.catalogue.client_of_document(url.as_str()),
            ClientId::Stated(id) => {
                self.signed.and_then(|_| self.catalogue.client_of_statement(id.as_str()))
            }
            ClientId::Issued(_)
            | ClientId::Recorded(_)
            | ClientId::Sealed(_)
            | ClientId::Hosted(_)
            | ClientId::LocalDevelopment(_) => None,
        }
    }

    /// Whether the answer can only reach the publisher: its exact host, or one that the catalogue names for this client. An
    /// administrator has named the address itself.
    fn reaches_only(&self, publisher: &Publisher, known: Option<&Client>) -> bool {
        match (publisher, self.recipient) {
            (Publisher::Administrator, Recipient::Https { .. }) => true,
            (Publisher::Domain(publisher), Recipient::Https { host }) => {
                publisher == host || self.names_host(known, host)
            }
            _ => false,
        }
    }

    /// Whether the catalogue names this host for the client.
    pub(crate) fn names_host(&self, known: Option<&Client>, host: &str) -> bool {
        known.is_some_and(|client| client.receives_at(host)) && !self.catalogue.is_shared_host(host)
    }

    /// Whether the client cannot avoid authenticating with its publisher's keys, or has done so for this request: a document that also lists `none` proves
    /// nothing by them otherwise, nor one that also lists attestations, which may say no more than that the vendor has signed a person in.
    fn is_keyed(&self) -> bool {
        let methods = &self.client.methods;
        let has_shown = self.evidence.contains(EvidenceKind::PublisherKeys);
        let unavoidable = !methods.none && !methods.attestation;
        methods.private_key_jwt && (unavoidable || has_shown)
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfDeclared => "self_declared",
            Self::Published => "published",
            Self::Anchored => "anchored",
            Self::Attested => "attested",
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
