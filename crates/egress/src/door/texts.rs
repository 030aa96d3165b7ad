//! Which texts does a domain publish under a label of ours? The DNS is asked and nobody else; the same gate, budgets and ledger as for every fetch.

use std::time::Duration;

use tokio::time::timeout;

use super::Egress;
use crate::{
    ChosenBy, DialError, Event, FetchError, Purpose, Source, UrlRefusal,
    error::{AnswerRefusal, Phase},
    mode::{Mode, ProxyResolving},
    purpose::Standing,
    resolver::ResolveError,
};

/// A question for the texts of a domain.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// The label before the domain, such as `_salver`: ours, never a stranger's.
    pub label: &'static str,
    /// The domain, as a stranger gave it: a full domain name that leads outside.
    pub domain: &'a str,
    /// What for.
    pub purpose: Purpose,
    /// Who caused it.
    pub source: Source,
}

impl Egress {
    /// The texts that stand in TXT records of `label.domain`. What is no UTF-8 is left out.
    ///
    /// # Errors
    ///
    /// What went wrong, in full, for the log. No such name is an error too.
    pub async fn texts(&self, texts: Texts<'_>) -> Result<Vec<String>, FetchError> {
        let begun = self.0.clock.steady();
        let result = self.ask_dns(&texts).await;
        let took = self.0.clock.steady().saturating_sub(begun);
        let bytes = result.as_ref().map_or(0, |found| found.iter().map(String::len).sum());
        self.0.ledger.note(Event {
            at: self.0.clock.wall(),
            source: texts.source.widened(),
            chosen_by: ChosenBy::Stranger,
            host: crate::url_gate::apparent_host(&url_of(texts.domain)),
            purpose: texts.purpose,
            outcome: result.as_ref().map_or_else(FetchError::outcome, |_| "fetched"),
            status: None,
            category: result.as_ref().err().map(FetchError::category),
            served_stale: false,
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            took,
            family: None,
            times: 1,
        });
        result
    }

    async fn ask_dns(&self, texts: &Texts<'_>) -> Result<Vec<String>, FetchError> {
        let door = &self.0;
        let url = url_of(texts.domain);
        let target = door.judge_url(&url, ChosenBy::Stranger, texts.purpose)?;
        match &door.settings.mode {
            // Who leaves names to the proxy asks no DNS.
            Mode::Proxy(proxy) if proxy.resolving == ProxyResolving::AtTheProxy => {
                return Err(FetchError::Offline);
            }
            Mode::Offline => return Err(FetchError::Offline),
            Mode::Proxy(_) | Mode::Direct => {}
        }
        let host = target.host().to_string();
        // A domain and nothing more: no port, path or name of a user.
        if host != texts.domain {
            return Err(FetchError::Url(UrlRefusal::NotCanonical));
        }
        let purse = &door.guards(Standing::FirstSight).purse;
        let now = door.clock.steady();
        let permit = purse.draw(&host, texts.source, now).map_err(FetchError::NotNow)?;
        let name = format!("{}.{host}.", texts.label);
        let limit: Duration = door.settings.bounds.total;
        let found = timeout(limit, door.resolver.texts(&name)).await;
        drop(permit);
        let found = found.map_err(|_| FetchError::Dial(DialError::TimedOut(Phase::Dns)))?;
        let found = found.map_err(|error| match error {
            ResolveError::NoSuchName => DialError::NoSuchName,
            ResolveError::NotAnswered => DialError::NotResolved,
        })?;
        if found.len() > MAX_TEXTS || found.iter().any(|text| text.len() > MAX_TEXT_BYTES) {
            return Err(FetchError::Answer(AnswerRefusal::TooLong { limit: MAX_TEXT_BYTES }));
        }
        Ok(found.into_iter().filter_map(|text| String::from_utf8(text).ok()).collect())
    }
}

/// The gate judges URLs.
fn url_of(domain: &str) -> String {
    format!("https://{domain}/")
}

/// More records than anybody has under a label of ours.
const MAX_TEXTS: usize = 16;

/// The longest of them, in bytes.
const MAX_TEXT_BYTES: usize = 512;
