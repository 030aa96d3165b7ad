//! What would each rule say of this document? All of them, and not only the first that it breaks: for its developer.
//!
//! SPEC section 3. [`document::parse`] alone decides at a login; what it refuses, and nothing else that it looks at, fails here.
//! Notes are what a login survives: values that are left out, and what other servers are known to refuse ([`Elsewhere`]).
//! Words are not here, nor is the fetching.

mod content;
mod elsewhere;
mod identifier;
mod methods;

use super::{
    document::{self, DocumentError, Profile},
    id::{ClientIdError, MetadataUrl},
    media_type::is_json,
    metadata::Metadata,
    redirect_uri::RedirectUriError,
};

pub use elsewhere::{Demand, Elsewhere, Server};

/// What was seen of a document.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'s> {
    /// The URL that it is published under.
    pub url: &'s str,
    /// How it was served; nothing if it was read from a file.
    pub response: Option<Response<'s>>,
    /// The document itself; nothing if there was none to read.
    pub body: Option<&'s [u8]>,
}

/// How a document was served.
#[derive(Clone, Copy, Debug)]
pub struct Response<'s> {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Content-Type`; nothing if it was not seen, or there was none.
    pub content_type: Option<&'s str>,
}

/// What the rules say.
#[derive(Clone, Debug)]
pub struct Report {
    /// Each rule that could be judged, in the order of the specification.
    pub findings: Vec<Finding>,
    /// What other servers would refuse.
    pub elsewhere: Vec<Elsewhere>,
    /// What the document says, if it is one.
    pub metadata: Option<Metadata>,
}

/// What one rule says of one thing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// What it says.
    pub verdict: Verdict,
    /// Of what.
    pub what: Fact,
}

/// What a rule says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is kept.
    Pass,
    /// It is kept, and there is something to know.
    Note,
    /// It is broken: nobody can log in.
    Fail,
}

/// What a rule speaks of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact {
    /// All that the rule asks for is there.
    Kept,
    /// CIMD §3: the URL.
    Identifier(ClientIdError),
    /// CIMD-D-1: the status of the response.
    Status(u16),
    /// CIMD-D-2: the media type of the response.
    MediaType(Option<Box<str>>),
    /// CIMD-F-8: the document's length.
    Length {
        /// In bytes.
        bytes: usize,
    },
    /// CIMD §4: why it is no document.
    Document(DocumentError),
    /// Nothing that refuses it here.
    Advice(Advice),
}

/// What a login survives, but a developer should know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Advice {
    /// CIMD-U-3: the path is the root alone.
    RootPath,
    /// CIMD-U-7: a port is written, and servers go to the usual one.
    Port,
    /// CIMD-U-10: longer than [`ADVISED_URL_BYTES`].
    LongUrl {
        /// In bytes.
        bytes: usize,
    },
    /// CIMD-U-10: the host is no name of the public web.
    NoDomain,
    /// The profile does without, and people see the host instead.
    NoName,
    /// a value that is left out.
    LeftOut {
        /// The member.
        member: &'static str,
        /// The value.
        value: Box<str>,
    },
    /// A redirect URI that cannot be used.
    RedirectUri {
        /// As it stands in the document.
        uri: Box<str>,
        /// Why.
        why: RedirectUriError,
    },
    /// an app's scheme, to which no answer is sent on a document's word.
    AppScheme(Box<str>),
    /// CIMD-K-2: neither member says how it authenticates, so it does not.
    NoMethod,
    /// CIMD-K-4: the one method is not among the many.
    MethodNotListed(Box<str>),
    /// `private_key_jwt` without usable keys, so it is left out.
    NoKeys,
    /// CIMD-D-14: not an https URL.
    NotHttps {
        /// The member.
        member: &'static str,
        /// Its value.
        value: Box<str>,
    },
    /// The member is not looked at.
    Ignored(&'static str),
}

/// The most bytes of a document that are read (CIMD-F-8).
pub const MAX_DOCUMENT_BYTES: usize = 5 * 1024;

/// The length up to which a URL is short (CIMD-U-10), in bytes.
pub const ADVISED_URL_BYTES: usize = 512;

/// Judges what was seen by every rule.
#[must_use]
pub fn report(seen: &Seen<'_>, profile: Profile) -> Report {
    let mut judge = Judge::default();
    identifier::judge(seen.url, &mut judge);
    if let Some(response) = &seen.response {
        served(response, seen.body.is_some(), &mut judge);
    }
    let members = seen.body.and_then(|body| {
        length(body, &mut judge);
        content::judge(body, seen.url, profile, &mut judge)
    });
    let url = MetadataUrl::parse(seen.url).ok();
    let metadata =
        url.zip(seen.body).and_then(|(url, body)| document::parse(body, &url, profile).ok());
    let elsewhere = members.map(|members| elsewhere::demands(seen, &members)).unwrap_or_default();
    Report { findings: judge.findings, elsewhere, metadata }
}

impl Report {
    /// Whether nothing stands against a login.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Fail)
    }
}

/// CIMD-D-1, CIMD-D-2.
fn served(response: &Response<'_>, has_body: bool, judge: &mut Judge) {
    let status = response.status;
    judge.rule("CIMD-D-1", (status != 200).then(|| fail(Fact::Status(status))));
    if has_body {
        let found = || fail(Fact::MediaType(response.content_type.map(Into::into)));
        judge.rule("CIMD-D-2", (!is_json(response.content_type)).then(found));
    }
}

/// CIMD-F-8.
fn length(body: &[u8], judge: &mut Judge) {
    let bytes = body.len();
    judge.rule("CIMD-F-8", (bytes > MAX_DOCUMENT_BYTES).then(|| fail(Fact::Length { bytes })));
}

/// Collects what rules say.
#[derive(Default)]
struct Judge {
    findings: Vec<Finding>,
}

/// Something that a rule has found.
type Found = (Verdict, Fact);

impl Judge {
    /// A rule and what it found; if that is nothing, it is kept.
    fn rule(&mut self, rule: &'static str, found: impl IntoIterator<Item = Found>) {
        let before = self.findings.len();
        let found = found.into_iter();
        self.findings.extend(found.map(|(verdict, what)| Finding { rule, verdict, what }));
        if self.findings.len() == before {
            self.findings.push(Finding { rule, verdict: Verdict::Pass, what: Fact::Kept });
        }
    }
}

fn fail(what: Fact) -> Found {
    (Verdict::Fail, what)
}

fn refuse(why: DocumentError) -> Found {
    fail(Fact::Document(why))
}

fn note(what: Advice) -> Found {
    (Verdict::Note, Fact::Advice(what))
}

#[cfg(test)]
mod tests;
