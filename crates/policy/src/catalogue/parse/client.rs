//! Is this the entry of a client? And does it take nothing that another entry has?

use toml::Spanned;

use super::{Report, Taken, statement};
use crate::catalogue::{
    date::Date,
    entry::Client,
    file::RawClient,
    hosts::{HostSet, is_domain_name},
    name::folded,
    pattern::{Pattern, PatternError},
    problem::Rule,
};

/// The entries so far, and what they have taken.
pub(super) struct Clients<'s> {
    issued: Date,
    shared: &'s HostSet,
    read: Vec<Client>,
    entries: Taken,
    names: Taken,
    documents: Taken,
    statements: Taken,
}

impl<'s> Clients<'s> {
    pub(super) fn new(issued: Date, shared: &'s HostSet) -> Self {
        let (entries, names, documents, statements) = Default::default();
        Self { issued, shared, read: Vec::new(), entries, names, documents, statements }
    }

    pub(super) fn done(self) -> Vec<Client> {
        self.read
    }

    pub(super) fn read(&mut self, raw: Spanned<RawClient>, report: &mut Report) {
        let begin = raw.span().start;
        let raw = raw.into_inner();
        let entry = raw.name.get_ref().clone();
        self.facts(&raw, &entry, report);
        let lists = [&raw.documents, &raw.redirect_uris];
        if lists.iter().all(|list| list.is_empty()) && raw.statements.is_empty() {
            report.at(begin, &entry, Rule::Unbound);
        }
        let documents = self.patterns(&raw, &raw.documents, (&entry, Pattern::document), report);
        let redirect_uris =
            self.patterns(&raw, &raw.redirect_uris, (&entry, Pattern::redirect_uri), report);
        for pattern in &documents {
            let host = pattern.host().unwrap_or_default();
            if self.shared.contains(host) && !raw.shared_host {
                report.at(begin, &entry, Rule::SharedHostUnsaid(host.into()));
            }
        }
        let statements = statement::read(raw.statements, &entry, &mut self.statements, report);
        self.read.push(Client {
            name: entry.into(),
            publisher: raw.publisher.into_inner().into(),
            names: boxed(raw.names),
            documents,
            redirect_uris,
            statements,
            logo_hosts: boxed(raw.logo_hosts),
            key_hosts: boxed(raw.key_hosts),
            shared_host: raw.shared_host,
            recovery: raw.recovery.map(|text| text.into_inner().into()),
            seen: raw.seen.into_inner(),
            source: raw.source.into_inner().into(),
        });
    }

    /// Everything but the addresses.
    fn facts(&mut self, raw: &RawClient, entry: &str, report: &mut Report) {
        report.text(&raw.name, entry, ("name", MAX_NAME));
        report.once_as(&mut self.entries, folded(entry), &raw.name, (entry, entry));
        for name in &raw.names {
            report.text(name, entry, ("names", MAX_NAME));
            report.once_as(&mut self.names, folded(name.get_ref()), name, (entry, entry));
        }
        for document in &raw.documents {
            report.once(&mut self.documents, document, entry, entry);
        }
        report.text(&raw.source, entry, ("source", MAX_TEXT));
        if let Some(recovery) = &raw.recovery {
            report.text(recovery, entry, ("recovery", MAX_TEXT));
        }
        if *raw.seen.get_ref() > self.issued {
            let rule = Rule::Order { earlier: "seen", later: "issued" };
            report.spanned(&raw.seen, entry, rule);
        }
        host(&raw.publisher, "publisher", entry, report);
        for (member, hosts) in [("logo_hosts", &raw.logo_hosts), ("key_hosts", &raw.key_hosts)] {
            size(hosts, member, entry, report);
            for name in hosts {
                host(name, member, entry, report);
            }
        }
        let lists = [
            ("names", &raw.names),
            ("documents", &raw.documents),
            ("redirect_uris", &raw.redirect_uris),
        ];
        for (member, list) in lists {
            size(list, member, entry, report);
        }
        size(&raw.statements, "statements", entry, report);
    }

    fn patterns(
        &self,
        raw: &RawClient,
        texts: &[Spanned<String>],
        (entry, read): (&str, ReadPattern),
        report: &mut Report,
    ) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for text in texts {
            match read(text.get_ref()) {
                Err(why) => report.pattern(text, entry, why),
                Ok(pattern) => {
                    let host = pattern.host().unwrap_or_default();
                    let shared = self.shared.contains(host) || is_said_shared(raw, host);
                    if shared && !pattern.is_exact() {
                        let rule = Rule::OpenOnSharedHost(pattern.as_str().into());
                        report.spanned(text, entry, rule);
                    }
                    patterns.push(pattern);
                }
            }
        }
        patterns
    }
}

/// Whether the entry itself says that this host of its documents is shared.
fn is_said_shared(raw: &RawClient, host: &str) -> bool {
    raw.shared_host
        && raw.documents.iter().any(|document| {
            Pattern::document(document.get_ref())
                .is_ok_and(|document| document.host() == Some(host))
        })
}

fn host(value: &Spanned<String>, member: &'static str, entry: &str, report: &mut Report) {
    if !is_domain_name(value.get_ref()) {
        let text = value.get_ref().as_str().into();
        report.spanned(value, entry, Rule::Host { member, value: text });
    }
}

fn size<T>(list: &[Spanned<T>], what: &'static str, entry: &str, report: &mut Report) {
    if let Some(beyond) = list.get(MAX_LIST) {
        report.spanned(beyond, entry, Rule::Size { what, most: MAX_LIST });
    }
}

fn boxed(texts: Vec<Spanned<String>>) -> Vec<Box<str>> {
    texts.into_iter().map(|text| text.into_inner().into()).collect()
}

/// How the text of a pattern is read.
type ReadPattern = fn(&str) -> Result<Pattern, PatternError>;

/// The longest name, in characters.
const MAX_NAME: usize = 100;

/// The longest sentence, in characters.
const MAX_TEXT: usize = 500;

/// The longest list of one entry.
const MAX_LIST: usize = 64;
