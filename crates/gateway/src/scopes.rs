//! What does a scope count as? The scopes of one resource, and which of them imply others (MCP-RS-8).

use std::collections::BTreeMap;

use salver_oauth::Scope;

use crate::{ResourceSettings, ScopeSettings, SettingsError};

/// The scopes of one resource.
#[derive(Debug)]
pub(crate) struct Scopes {
    all: Scope,
    sentences: BTreeMap<Box<str>, Box<str>>,
    /// Broad scopes with everything that they imply, at any distance.
    broad: Vec<(Box<str>, Scope)>,
}

impl Scopes {
    pub(crate) fn compile(settings: &ResourceSettings) -> Result<Self, SettingsError> {
        let mut all = Scope::empty();
        let mut sentences = BTreeMap::new();
        for scope in &settings.scopes {
            let cannot_be = || SettingsError::Scope {
                resource: settings.name.clone(),
                scope: scope.name.clone(),
            };
            let token: Scope = scope.name.parse().map_err(|_| cannot_be())?;
            let alone = token.contains(&scope.name) && !all.contains(&scope.name);
            // MCP-RS-9: whether refresh tokens exist is no matter of the resource.
            if !alone || scope.name == "offline_access" {
                return Err(cannot_be());
            }
            all = all.union(&token);
            sentences.insert(scope.name.as_str().into(), scope.sentence.as_str().into());
        }
        let scopes = Self { all, sentences, broad: broad(&settings.scopes) };
        scopes.check_known(settings, &settings.default_scope)?;
        for scope in &settings.scopes {
            scopes.check_known(settings, &scope.implies)?;
        }
        Ok(scopes)
    }

    /// Fails at the first scope that does not exist here.
    pub(crate) fn check_known(
        &self,
        settings: &ResourceSettings,
        used: &Scope,
    ) -> Result<(), SettingsError> {
        match used.difference(&self.all).iter().next() {
            None => Ok(()),
            Some(unknown) => Err(SettingsError::UnknownScope {
                resource: settings.name.clone(),
                scope: unknown.to_owned(),
            }),
        }
    }

    /// What a token with these scopes may do.
    pub(crate) fn expand(&self, granted: &Scope) -> Scope {
        self.broad
            .iter()
            .filter(|(broad, _)| granted.contains(broad))
            .fold(granted.clone(), |so_far, (_, implied)| so_far.union(implied))
    }

    /// Those of them that exist here.
    pub(crate) fn known(&self, granted: &Scope) -> Scope {
        granted.intersection(&self.all)
    }

    /// What a scope permits, for people.
    pub(crate) fn sentence(&self, scope: &str) -> Option<&str> {
        self.sentences.get(scope).map(AsRef::as_ref).filter(|sentence| !sentence.is_empty())
    }
}

fn broad(scopes: &[ScopeSettings]) -> Vec<(Box<str>, Scope)> {
    let implied_by = |name: &str| scopes.iter().find(|scope| scope.name == name);
    let closure = |first: &ScopeSettings| {
        let mut reached = first.implies.clone();
        loop {
            let next = reached.iter().filter_map(implied_by).map(|scope| &scope.implies);
            let wider = next.fold(reached.clone(), |so_far, implied| so_far.union(implied));
            if wider == reached {
                return reached;
            }
            reached = wider;
        }
    };
    scopes
        .iter()
        .filter(|scope| !scope.implies.is_empty())
        .map(|scope| (scope.name.as_str().into(), closure(scope)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::{resource, scope};

    #[test]
    fn mcp_rs_8_a_broad_scope_counts_as_its_narrower_ones_at_any_distance() {
        let mut settings = resource("http://localhost/mcp");
        settings.scopes = vec![
            scope("admin", "write"),
            scope("write", "read"),
            scope("read", ""),
            scope("loop", "pool"),
            scope("pool", "loop"),
        ];
        settings.default_scope = "read".parse().unwrap();
        let scopes = Scopes::compile(&settings).unwrap();
        for (granted, expanded) in [
            ("", ""),
            ("read", "read"),
            ("write", "read write"),
            ("admin", "admin read write"),
            ("loop", "loop pool"),
            ("other", "other"),
        ] {
            assert_eq!(scopes.expand(&granted.parse().unwrap()).to_string(), expanded);
        }
    }

    #[test]
    fn scopes_that_cannot_be_are_refused() {
        for (scopes, default, fine) in [
            (vec![scope("read", "")], "read", true),
            (vec![scope("read", ""), scope("read", "")], "read", false),
            (vec![scope("read write", "")], "", false),
            (vec![scope("", "")], "", false),
            (vec![scope("re\"ad", "")], "", false),
            (vec![scope("offline_access", "")], "", false), // MCP-RS-9
            (vec![scope("read", "")], "write", false),
            (vec![scope("read", "write")], "read", false),
        ] {
            let mut settings = resource("http://localhost/mcp");
            settings.scopes = scopes;
            settings.default_scope = default.parse().unwrap();
            assert_eq!(Scopes::compile(&settings).is_ok(), fine, "{settings:?}");
        }
    }
}
