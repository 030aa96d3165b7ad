//! On what terms? Limits of rules, and the ceilings of rungs.

use std::sync::Arc;

use salver_oauth::Scope;

use super::{Ceiling, Compiler, Limits};
use crate::rules::{
    problem::RuleFault,
    section::{CeilingSection, CeilingsSection, LimitsSection},
};

impl Compiler<'_> {
    pub(super) fn ceilings(&mut self, section: &CeilingsSection) {
        self.ceilings = [
            self.ceiling("ceilings.self_declared", &section.self_declared),
            self.ceiling("ceilings.published", &section.published),
            self.ceiling("ceilings.anchored", &section.anchored),
            self.ceiling("ceilings.attested", &section.attested),
        ];
    }

    fn ceiling(&mut self, key: &str, section: &CeilingSection) -> Ceiling {
        Ceiling {
            scopes: self.scopes(&format!("{key}.scopes"), section.scopes.as_deref()),
            resources: self.resources(&format!("{key}.resources"), section.resources.as_deref()),
        }
    }

    pub(super) fn limits(&mut self, key: &str, section: &LimitsSection) -> Limits {
        let at = |name: &str| format!("{key}.{name}");
        self.bounds(&at("access_token_seconds"), section.access_token_seconds, (60, 3600));
        self.bounds(&at("refresh_unused_days"), section.refresh_unused_days, (1, 365));
        self.bounds(&at("grant_days"), section.grant_days, (1, 3650));
        if section.require.as_ref().is_some_and(Vec::is_empty) {
            self.refuse(&at("require"), RuleFault::Empty);
        }
        let mut hosts =
            |name: &str, list: Option<&[String]>| self.hosts(&at(name), list).map(Arc::new);
        let redirect_hosts = hosts("redirect_hosts", section.redirect_hosts.as_deref());
        let key_hosts = hosts("key_hosts", section.key_hosts.as_deref());
        let picture_hosts = hosts("picture_hosts", section.picture_hosts.as_deref());
        Limits {
            scopes: self.scopes(&at("scopes"), section.scopes.as_deref()),
            resources: self.resources(&at("resources"), section.resources.as_deref()),
            access_token_seconds: section.access_token_seconds,
            refresh_unused_days: section.refresh_unused_days,
            grant_days: section.grant_days,
            consent_every_time: section.consent.is_some(),
            require: section.require.iter().flatten().copied().collect(),
            redirect_hosts: redirect_hosts.or_else(|| self.redirect.clone()),
            key_hosts: key_hosts.or_else(|| self.global.keys.clone()),
            picture_hosts: picture_hosts.or_else(|| self.global.pictures.clone()),
        }
    }

    fn scopes(&mut self, key: &str, text: Option<&str>) -> Option<Scope> {
        match text?.parse::<Scope>() {
            Err(_) => {
                self.form(key, text?, "scopes with spaces between them");
                None
            }
            Ok(scopes) if scopes.is_empty() => {
                self.refuse(key, RuleFault::Empty);
                None
            }
            Ok(scopes) => {
                for scope in scopes.iter() {
                    self.known_scope(key, scope);
                }
                Some(scopes)
            }
        }
    }

    pub(super) fn bounds(&mut self, key: &str, number: Option<u32>, (least, most): (u32, u32)) {
        if number.is_some_and(|number| !(least..=most).contains(&number)) {
            self.refuse(key, RuleFault::Bounds { least, most });
        }
    }
}
