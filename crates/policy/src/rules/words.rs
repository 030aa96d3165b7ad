//! How is a condition said? What it wants, and what the visit is instead.

use super::condition::{Condition, Sense, View};
use crate::visit::{Method, RedirectClass, Visit};

impl Condition {
    /// What it wants.
    pub(crate) fn wants(&self) -> String {
        match self {
            Self::Method(methods) => {
                any(Method::ALL.into_iter().filter(|one| methods.contains(*one)).map(Method::id))
            }
            Self::Redirect(classes) => any(RedirectClass::ALL
                .into_iter()
                .filter(|one| classes.contains(*one))
                .map(RedirectClass::id)),
            Self::Rung(least) => format!("at least {least}"),
            Self::Evidence(evidence) => any(evidence.iter().map(crate::evidence::EvidenceKind::id)),
            Self::Vetted(wanted)
            | Self::LooksLikeProtected(wanted)
            | Self::Listed { wanted, .. } => yes(*wanted).to_owned(),
            Self::FirstSeenWithinDays(days) => format!("within {days} days"),
            Self::Document(documents) => {
                let open = documents.open.iter().map(crate::catalogue::Pattern::as_str);
                any(documents.exact.iter().map(AsRef::as_ref).chain(open))
            }
            Self::Publisher { hosts, .. } | Self::RedirectHost(hosts) => hosts.to_string(),
            Self::Entry(entries) if entries.any => "any entry".to_owned(),
            Self::Entry(entries) => any(entries.names.iter().map(AsRef::as_ref)),
            Self::StatementIssuer(texts)
            | Self::Key(texts)
            | Self::Resource(texts)
            | Self::Scope(texts)
            | Self::Group(texts) => any(texts.iter().map(AsRef::as_ref)),
        }
    }

    /// What this visit is.
    pub(crate) fn found(&self, view: &View<'_>) -> String {
        let visit = view.visit;
        match self {
            Self::Method(_) => visit.method.to_string(),
            Self::Redirect(_) => view.class.to_string(),
            Self::Rung(_) => visit.rung.to_string(),
            Self::Evidence(_) => or_none(&visit.evidence.to_string()),
            Self::Vetted(_) => yes(visit.vetted).to_owned(),
            Self::LooksLikeProtected(_) => yes(visit.look_alike.is_some()).to_owned(),
            Self::Listed { sense, .. } => yes(view.listed(*sense)).to_owned(),
            Self::FirstSeenWithinDays(_) => first_seen(visit, view),
            Self::Document(_) => or_none(view.document.unwrap_or_default()),
            Self::Publisher { sense, .. } => match (view.host(*sense), view.document_host) {
                (Some(host), _) => host.to_owned(),
                (None, Some(host)) if *sense == Sense::ForIt => {
                    format!("nobody: anybody may put files on {host}")
                }
                _ => "nobody".to_owned(),
            },
            Self::RedirectHost(_) => or_none(view.recipient_host.unwrap_or_default()),
            Self::Entry(_) => or_none(visit.entry.as_deref().unwrap_or_default()),
            Self::StatementIssuer(_) => {
                or_none(visit.statement_issuer.as_deref().unwrap_or_default())
            }
            Self::Key(_) => or_none(&visit.keys.join(", ")),
            Self::Resource(_) => or_none(&visit.resource),
            Self::Scope(_) => or_none(&visit.scopes.to_string()),
            Self::Group(_) => or_none(&visit.groups.join(", ")),
        }
    }
}

pub(crate) fn first_seen(visit: &Visit, view: &View<'_>) -> String {
    match visit.first_seen {
        None => "now".to_owned(),
        Some(first) => format!("{} days ago", view.now.seconds_since(first) / 86_400),
    }
}

fn any<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.collect::<Vec<_>>().join(" or ")
}

pub(crate) const fn yes(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

pub(crate) fn or_none(text: &str) -> String {
    if text.is_empty() { "none".to_owned() } else { text.to_owned() }
}
