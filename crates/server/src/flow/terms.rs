//! On what terms was this granted? What the rule of a login said stands with the grant, and the token endpoint keeps to it.

use salver_oauth::Timestamp;
use salver_policy::hosts::HostList;
use salver_store::{StoreError, record::Grant};
use serde::{Deserialize, Serialize};

use super::judgement::{Judged, refused_host};
use crate::settings::Lifetimes;

/// The terms of a grant. What is missing is not limited.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Terms {
    /// The rule that decided, or why none did.
    pub rule: String,
    /// Of which rules.
    pub rules: String,
    /// What it said.
    pub outcome: String,
    /// How long an access token is good at most, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_seconds: Option<u32>,
    /// How long a refresh token may stay unused at most, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_unused_days: Option<u32>,
    /// When the grant is over, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The only hosts that keys come from, as the rule lists them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_hosts: Option<Vec<String>>,
}

impl Terms {
    /// The terms of a login, from now on.
    #[must_use]
    pub fn of(judged: &Judged, now: Timestamp) -> Self {
        let limits = judged.limits();
        let days = |days: u32| now.plus_seconds(i64::from(days) * DAY).as_unix();
        Self {
            rule: judged.verdict.rule.as_deref().unwrap_or(judged.verdict.reason.id()).to_owned(),
            rules: judged.policy.rules.version().to_owned(),
            outcome: judged.verdict.outcome.kind().id().to_owned(),
            access_token_seconds: limits.access_token_seconds,
            refresh_unused_days: limits.refresh_unused_days,
            until: limits.grant_days.map(days),
            key_hosts: limits.key_hosts.as_ref().map(|hosts| hosts.texts()),
        }
    }

    /// The terms of a grant.
    ///
    /// # Errors
    /// If they cannot be read: then nothing is given.
    pub fn read(grant: &Grant) -> Result<Self, StoreError> {
        match &grant.verdict {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(text).map_err(|_| StoreError::Corrupt("grants")),
        }
    }

    /// How long an access token is good, in seconds.
    #[must_use]
    pub fn access_token(&self, lifetimes: &Lifetimes) -> i64 {
        self.access_token_seconds
            .map_or(lifetimes.access_token, |most| lifetimes.access_token.min(most.into()))
    }

    /// When a refresh token that was made now ends.
    #[must_use]
    pub fn refresh_end(&self, lifetimes: &Lifetimes, now: Timestamp) -> Timestamp {
        let unused = lifetimes.refresh_unused;
        let unused =
            self.refresh_unused_days.map_or(unused, |most| unused.min(i64::from(most) * DAY));
        let end = now.plus_seconds(unused);
        self.until.map_or(end, |until| end.min(Timestamp::from_unix(until)))
    }

    /// Whether keys may not be fetched from this URL.
    #[must_use]
    pub fn refuse_keys_at(&self, url: &str) -> bool {
        let Some(texts) = &self.key_hosts else { return false };
        let mut listed = HostList::default();
        // What cannot be read lists nothing.
        let unreadable = texts.iter().filter(|text| listed.insert(text).is_err()).count();
        unreadable > 0 || refused_host(url, Some(&listed)).is_some()
    }

    /// Whether the person has to be asked anew.
    #[must_use]
    pub fn are_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now.as_unix() >= until)
    }
}

const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_listed_hosts_only() {
        let of = |hosts: Option<&[&str]>| Terms {
            key_hosts: hosts.map(|hosts| hosts.iter().map(|host| (*host).to_owned()).collect()),
            ..Terms::default()
        };
        for (hosts, url, refused) in [
            (None, "https://anywhere.example/jwks", false),
            (Some(&["a.example"][..]), "https://a.example/jwks", false),
            (Some(&["a.example"]), "https://b.a.example/jwks", true),
            (Some(&[".a.example"]), "https://b.a.example/jwks", false),
            (Some(&[]), "https://a.example/jwks", true),
            (Some(&["not a host", "a.example"]), "https://a.example/jwks", true),
        ] {
            assert_eq!(of(hosts).refuse_keys_at(url), refused, "{hosts:?} {url}");
        }
    }

    #[test]
    fn terms_shorten_and_never_lengthen() {
        let now = Timestamp::from_unix(1_000_000);
        let lifetimes = Lifetimes::default();
        let plain = Terms::default();
        assert_eq!(plain.access_token(&lifetimes), lifetimes.access_token);
        assert_eq!(plain.refresh_end(&lifetimes, now), now.plus_seconds(lifetimes.refresh_unused));
        assert!(!plain.are_over(now));
        for (seconds, expected) in [(60, 60), (100_000, lifetimes.access_token)] {
            let terms = Terms { access_token_seconds: Some(seconds), ..Terms::default() };
            assert_eq!(terms.access_token(&lifetimes), expected);
        }
        for (days, until, expected) in [
            (Some(7), None, 7 * DAY),
            (Some(1_000), None, lifetimes.refresh_unused),
            (Some(7), Some(DAY), DAY),
            (None, Some(DAY), DAY),
        ] {
            let until = until.map(|seconds| now.as_unix() + seconds);
            let terms = Terms { refresh_unused_days: days, until, ..Terms::default() };
            assert_eq!(terms.refresh_end(&lifetimes, now), now.plus_seconds(expected));
        }
        let terms = Terms { until: Some(now.as_unix()), ..Terms::default() };
        assert!(terms.are_over(now) && !terms.are_over(now.plus_seconds(-1)));
    }
}
