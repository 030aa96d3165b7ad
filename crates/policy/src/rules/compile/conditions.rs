//! What does `when` ask? One condition for each key that is there, the cheap ones first.

use super::Compiler;
use crate::{
    ban::is_thumbprint,
    catalogue::{Pattern, folded},
    rules::{
        condition::{AnyOf, Condition, Documents, Entries, Sense, Texts},
        problem::RuleFault,
        section::ConditionsSection,
    },
};

impl Compiler<'_> {
    /// `for_it`: whether meeting the conditions speaks for the client.
    pub(super) fn conditions(
        &mut self,
        key: &str,
        section: &ConditionsSection,
        for_it: bool,
    ) -> Vec<Condition> {
        let sense = if for_it { Sense::ForIt } else { Sense::AgainstIt };
        let simple = self.simple(key, section, sense);
        let identities = self.identities(key, section, sense);
        let requests = self.requests(key, section);
        simple.into_iter().chain(identities).chain(requests).collect()
    }

    fn simple(&mut self, key: &str, section: &ConditionsSection, sense: Sense) -> Vec<Condition> {
        let mut all = Vec::new();
        if let Some(methods) = &section.method {
            self.not_empty(key, "method", methods.is_empty());
            all.push(Condition::Method(AnyOf::of(methods)));
        }
        if let Some(classes) = &section.redirect {
            self.not_empty(key, "redirect", classes.is_empty());
            all.push(Condition::Redirect(AnyOf::of(classes)));
        }
        all.extend(section.rung.map(Condition::Rung));
        if let Some(evidence) = &section.evidence {
            self.not_empty(key, "evidence", evidence.is_empty());
            all.push(Condition::Evidence(evidence.iter().copied().collect()));
        }
        all.extend(section.vetted.map(Condition::Vetted));
        all.extend(section.looks_like_protected.map(Condition::LooksLikeProtected));
        if let Some(wanted) = section.listed {
            if self.identity.is_empty() {
                self.refuse(&format!("{key}.listed"), RuleFault::NoIdentityHosts);
            }
            all.push(Condition::Listed { wanted, sense });
        }
        if let Some(days) = section.first_seen_within_days {
            let key = format!("{key}.first_seen_within_days");
            self.bounds(&key, Some(days), (1, 3650));
            all.push(Condition::FirstSeenWithinDays(days));
        }
        all
    }

    fn identities(
        &mut self,
        key: &str,
        section: &ConditionsSection,
        sense: Sense,
    ) -> Vec<Condition> {
        let mut all = Vec::new();
        all.extend(self.documents(&format!("{key}.document"), section.document.as_deref()));
        let publisher = self.hosts(&format!("{key}.publisher"), section.publisher.as_deref());
        all.extend(publisher.map(|hosts| Condition::Publisher { hosts, sense }));
        let host = self.hosts(&format!("{key}.redirect_host"), section.redirect_host.as_deref());
        all.extend(host.map(Condition::RedirectHost));
        all.extend(self.entries(&format!("{key}.entry"), section.entry.as_deref()));
        let list = section.statement_issuer.as_deref();
        let issuers =
            self.texts(&format!("{key}.statement_issuer"), list, |compiler, key, text| {
                if !text.starts_with("https://") {
                    compiler.form(key, text, "an issuer as it stands in a statement, an https URL");
                }
            });
        all.extend(issuers.map(Condition::StatementIssuer));
        let list = section.key.as_deref();
        let keys = self.texts(&format!("{key}.key"), list, |compiler, key, text| {
            if !is_thumbprint(text) {
                compiler.form(key, text, "a SHA-256 thumbprint of 43 base64url characters");
            }
        });
        all.extend(keys.map(Condition::Key));
        all
    }

    fn requests(&mut self, key: &str, section: &ConditionsSection) -> Vec<Condition> {
        let mut all = Vec::new();
        let resources = self.resources(&format!("{key}.resource"), section.resource.as_deref());
        all.extend(resources.map(Condition::Resource));
        let list = section.scope.as_deref();
        let scopes = self.texts(&format!("{key}.scope"), list, Self::known_scope);
        all.extend(scopes.map(Condition::Scope));
        let list = section.group.as_deref();
        let groups = self.texts(&format!("{key}.group"), list, |compiler, key, text| {
            compiler.text(key, text, MAX_GROUP);
        });
        all.extend(groups.map(Condition::Group));
        all
    }

    fn documents(&mut self, key: &str, list: Option<&[String]>) -> Option<Condition> {
        let mut documents = list.map(|_| Documents::default());
        self.each(key, list, |compiler, key, text| {
            let found = documents.get_or_insert_default();
            match Pattern::document(text) {
                Ok(pattern) if pattern.is_exact() => {
                    found.exact.insert(text.into());
                }
                Ok(pattern) => found.open.push(pattern),
                // A document that this server hosts, on loopback.
                Err(_) if is_hosted(text) => {
                    found.exact.insert(text.into());
                }
                Err(why) => compiler.refuse(key, RuleFault::Pattern { value: text.into(), why }),
            }
        });
        documents.map(Condition::Document)
    }

    fn entries(&mut self, key: &str, list: Option<&[String]>) -> Option<Condition> {
        let mut entries = list.map(|_| Entries::default());
        self.each(key, list, |compiler, key, text| {
            let found = entries.get_or_insert_default();
            if text == ANY {
                found.any = true;
            } else {
                compiler.text(key, text, MAX_GROUP);
                found.names.insert(folded(text).into());
            }
        });
        entries.map(Condition::Entry)
    }

    fn texts(
        &mut self,
        key: &str,
        list: Option<&[String]>,
        mut check: impl FnMut(&mut Self, &str, &str),
    ) -> Option<Texts> {
        let mut texts = list.map(|_| Texts::new());
        self.each(key, list, |compiler, key, text| {
            check(compiler, key, text);
            texts.get_or_insert_default().insert(text.into());
        });
        texts
    }

    fn not_empty(&mut self, key: &str, name: &str, is_empty: bool) {
        if is_empty {
            self.refuse(&format!("{key}.{name}"), RuleFault::Empty);
        }
    }
}

fn is_hosted(text: &str) -> bool {
    use salver_oauth::client::id::ClientId;
    matches!(ClientId::parse(text), Ok(ClientId::Hosted(_)))
}

/// Any entry of the catalogue.
const ANY: &str = "*";

/// The longest name of a group or an entry, in characters.
const MAX_GROUP: usize = 200;
