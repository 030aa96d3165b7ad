//! Is this text a catalogue? From the file's members to sound content, with every problem and its line.
//!
//! Leaves out who wrote it and whether it may replace another one: see [`super::update`].

mod client;
mod pin;
mod statement;

use std::collections::HashMap;

use toml::Spanned;

use super::{
    Catalogue,
    content::{Content, Removed},
    file::{Head, RawCatalogue, RawRemoved},
    hosts::{HostSet, is_domain_name},
    pattern::Pattern,
    problem::{CatalogueError, FORMAT, Problem, Rule},
};

/// Reads a catalogue.
pub(super) fn read(text: &str) -> Result<Content, CatalogueError> {
    read_with(Report { text, problems: Vec::new(), settled: false })
}

/// Reads one that was settled from several: it may break rules about what stands together.
pub(super) fn read_settled(text: &str) -> Result<Content, CatalogueError> {
    read_with(Report { text, problems: Vec::new(), settled: true })
}

fn read_with(mut report: Report<'_>) -> Result<Content, CatalogueError> {
    let text = report.text;
    if text.len() > MAX_FILE_BYTES {
        report.at(0, THE_FILE, Rule::Size { what: "the file", most: MAX_FILE_BYTES });
        return Err(CatalogueError { problems: report.problems });
    }
    let raw: RawCatalogue = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => return Err(CatalogueError { problems: vec![not_this_form(text, &error)] }),
    };
    if *raw.format.get_ref() != FORMAT {
        report.at(raw.format.span().start, THE_FILE, Rule::Format(*raw.format.get_ref()));
    }
    let content = content(raw, &mut report);
    if report.problems.is_empty() {
        Ok(content)
    } else {
        report.problems.sort_by_key(|problem| problem.line);
        Err(CatalogueError { problems: report.problems })
    }
}

/// A file of another format is likely to have members that this one lacks; then its format is what is wrong.
fn not_this_form(text: &str, error: &toml::de::Error) -> Problem {
    match toml::from_str::<Head>(text) {
        Ok(head) if *head.format.get_ref() != FORMAT => Problem {
            line: line_of(text, head.format.span().start),
            entry: THE_FILE.into(),
            rule: Rule::Format(*head.format.get_ref()),
        },
        _ => Problem {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            entry: THE_FILE.into(),
            rule: Rule::Form(error.message().into()),
        },
    }
}

fn content(raw: RawCatalogue, report: &mut Report) -> Content {
    if let Some(expires) = raw.expires.as_ref().filter(|expires| *expires.get_ref() < raw.issued) {
        let rule = Rule::Order { earlier: "issued", later: "expires" };
        report.at(expires.span().start, THE_FILE, rule);
    }
    if *raw.number.get_ref() == 0 {
        report.spanned(&raw.number, THE_FILE, Rule::Number);
    }
    let relays = relays(&raw.relays, report);
    let shared_hosts = shared_hosts(&raw.shared_hosts, report);
    let mut shared = HostSet::default();
    for host in &shared_hosts {
        shared.insert(host);
    }
    let mut clients = client::Clients::new(raw.issued, &shared);
    for entry in raw.clients {
        clients.read(entry, report);
    }
    let without_pins = Catalogue::of(Content {
        number: *raw.number.get_ref(),
        issued: raw.issued,
        expires: raw.expires.map(Spanned::into_inner),
        clients: clients.done(),
        pins: Vec::new(),
        relays,
        shared_hosts,
        removed: removed(raw.remove),
    });
    let pins = pin::read(raw.pins, &without_pins, report);
    Content { pins, ..without_pins.content }
}

fn relays(raw: &[Spanned<String>], report: &mut Report) -> Vec<Pattern> {
    let mut taken = Taken::default();
    let mut relays = Vec::new();
    for relay in raw {
        report.once(&mut taken, relay, "relays", "relays");
        match Pattern::redirect_uri(relay.get_ref()) {
            Ok(pattern) if pattern.host().is_some() => relays.push(pattern),
            Ok(_) => {
                let value = relay.get_ref().as_str().into();
                report.spanned(relay, "relays", Rule::Host { member: "relays", value });
            }
            Err(why) => report.pattern(relay, "relays", why),
        }
    }
    relays
}

fn shared_hosts(raw: &[Spanned<String>], report: &mut Report) -> Vec<Box<str>> {
    let mut taken = Taken::default();
    let mut hosts = Vec::new();
    for host in raw {
        report.once(&mut taken, host, "shared_hosts", "shared_hosts");
        let name = host.get_ref();
        if is_domain_name(name.strip_prefix('.').unwrap_or(name)) {
            hosts.push(name.as_str().into());
        } else {
            let value = name.as_str().into();
            report.spanned(host, "shared_hosts", Rule::Host { member: "shared_hosts", value });
        }
    }
    hosts
}

/// What is to be taken out is compared with what is there; a text that names nothing takes nothing out.
fn removed(raw: RawRemoved) -> Removed {
    let texts = |list: Vec<Spanned<String>>| {
        list.into_iter().map(|text| text.into_inner().into()).collect()
    };
    Removed {
        clients: texts(raw.clients),
        pins: texts(raw.pins),
        relays: texts(raw.relays),
        shared_hosts: texts(raw.shared_hosts),
    }
}

/// Who has taken a value.
type Taken = HashMap<String, Box<str>>;

/// What is wrong so far.
struct Report<'t> {
    text: &'t str,
    problems: Vec<Problem>,
    /// Whether the text was settled from several.
    settled: bool,
}

impl Report<'_> {
    fn at(&mut self, offset: usize, entry: &str, rule: Rule) {
        if self.settled && is_about_standing_together(&rule) {
            return;
        }
        let line = line_of(self.text, offset);
        self.problems.push(Problem { line, entry: entry.into(), rule });
    }

    fn spanned<T>(&mut self, value: &Spanned<T>, entry: &str, rule: Rule) {
        self.at(value.span().start, entry, rule);
    }

    fn pattern(&mut self, value: &Spanned<String>, entry: &str, why: super::PatternError) {
        let text = value.get_ref().as_str().into();
        self.spanned(value, entry, Rule::Pattern { value: text, why });
    }

    /// Notes who takes a value, or that somebody has it.
    fn once(&mut self, taken: &mut Taken, value: &Spanned<String>, entry: &str, by: &str) {
        self.once_as(taken, value.get_ref().clone(), value, (entry, by));
    }

    /// The same for values that are compared in another form than they are written.
    fn once_as(
        &mut self,
        taken: &mut Taken,
        key: String,
        value: &Spanned<String>,
        (entry, by): (&str, &str),
    ) {
        if let Some(by) = taken.get(&key) {
            let rule = Rule::Twice { value: value.get_ref().as_str().into(), by: by.clone() };
            self.spanned(value, entry, rule);
        } else {
            taken.insert(key, by.into());
        }
    }

    /// Plain text of a bounded length.
    fn text(&mut self, value: &Spanned<String>, entry: &str, (what, most): (&'static str, usize)) {
        let text = value.get_ref();
        if text.is_empty() || text.trim() != text || text.chars().any(char::is_control) {
            self.spanned(value, entry, Rule::Text(what));
        } else if text.chars().count() > most {
            self.spanned(value, entry, Rule::Size { what, most });
        }
    }
}

/// The rules that sound catalogues can break together: where one part of an update applies and another waits, or where there was none
/// before.
fn is_about_standing_together(rule: &Rule) -> bool {
    matches!(
        rule,
        Rule::Size { what: "names", .. }
            | Rule::Number
            | Rule::Order { .. }
            | Rule::Unbound
            | Rule::OpenOnSharedHost(_)
            | Rule::SharedHostUnsaid(_)
    )
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or(text).matches('\n').count() + 1
}

/// How the file itself is named in a problem.
const THE_FILE: &str = "the file";

/// The longest file that is read.
pub(super) const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests;
