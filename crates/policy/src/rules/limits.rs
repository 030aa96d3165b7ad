//! On what terms does somebody come in? The limits of a rule, within the ceiling of a rung.
//!
//! Limits narrow. Nothing here gives a client more than it asked for, or takes a question away from a person (DESIGN 4.2).

use std::{collections::BTreeSet, sync::Arc};

use salver_oauth::Scope;

use super::{condition::Texts, section::Requirement};
use crate::hosts::HostList;

/// Terms. What is not set is not limited by the rules.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Limits {
    /// The scopes that can be given.
    pub scopes: Option<Scope>,
    /// The resources that can be given.
    pub resources: Option<BTreeSet<Box<str>>>,
    /// Seconds for which an access token is good, at most.
    pub access_token_seconds: Option<u32>,
    /// Days without use after which a refresh token ends, at most.
    pub refresh_unused_days: Option<u32>,
    /// Days after which the person is asked anew.
    pub grant_days: Option<u32>,
    /// The person is asked every time, also where an earlier yes would do.
    pub consent_every_time: bool,
    /// What the request must bring.
    pub require: BTreeSet<Requirement>,
    /// The only hosts on the web to which answers may go.
    pub redirect_hosts: Option<Arc<HostList>>,
    /// The only hosts from which its keys are fetched.
    pub key_hosts: Option<Arc<HostList>>,
    /// The only hosts from which its pictures are fetched.
    pub picture_hosts: Option<Arc<HostList>>,
}

/// What a rung can get at most.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Ceiling {
    pub(crate) scopes: Option<Scope>,
    pub(crate) resources: Option<Texts>,
}

impl Limits {
    /// These limits within a ceiling.
    pub(crate) fn within(&self, ceiling: &Ceiling) -> Self {
        Self {
            scopes: both(self.scopes.as_ref(), ceiling.scopes.as_ref(), Scope::intersection),
            resources: both(self.resources.as_ref(), ceiling.resources.as_ref(), |one, other| {
                one & other
            }),
            ..self.clone()
        }
    }

    /// What can be given of the scopes that are asked for.
    #[must_use]
    pub fn narrow(&self, asked: &Scope) -> Scope {
        self.scopes.as_ref().map_or_else(|| asked.clone(), |most| asked.intersection(most))
    }

    /// Whether nothing can be given of the scopes that are asked for, though some are.
    #[must_use]
    pub fn leave_nothing_of(&self, asked: &Scope) -> bool {
        self.scopes
            .as_ref()
            .is_some_and(|most| !asked.is_empty() && asked.intersection(most).is_empty())
    }

    /// Whether this resource can be given.
    #[must_use]
    pub fn reach(&self, resource: &str) -> bool {
        self.resources.as_ref().is_none_or(|most| most.contains(resource))
    }
}

fn both<T: Clone>(one: Option<&T>, other: Option<&T>, meet: impl Fn(&T, &T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(meet(one, other)),
        (one, other) => one.or(other).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_narrows_and_never_widens() {
        let scope = |text: &str| text.parse::<Scope>().ok();
        for (limit, ceiling, asked, given) in [
            (None, None, "read write", "read write"),
            (scope("read"), None, "read write", "read"),
            (None, scope("read"), "read write", "read"),
            (scope("read write"), scope("read admin"), "read write admin", "read"),
            (scope("read"), scope("write"), "read write", ""),
            (scope("read write"), None, "read", "read"),
        ] {
            let limits = Limits { scopes: limit, ..Limits::default() };
            let ceiling = Ceiling { scopes: ceiling, resources: None };
            let narrowed = limits.within(&ceiling).narrow(&asked.parse().unwrap());
            assert_eq!(narrowed.to_string(), given, "{limits:?}");
        }
        let resources = |names: &[&str]| Some(names.iter().map(|name| (*name).into()).collect());
        let limits = Limits { resources: resources(&["a", "b"]), ..Limits::default() };
        let limits = limits.within(&Ceiling { scopes: None, resources: resources(&["b", "c"]) });
        assert!(limits.reach("b") && !limits.reach("a") && !limits.reach("c"));
    }
}
