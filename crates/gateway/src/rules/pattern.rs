//! Does a rule fit a name? Exact names, and beginnings written with `*` at their end.

use std::collections::HashMap;

use salver_oauth::Scope;

/// Patterns of one kind, each with what it needs.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    exact: HashMap<Box<str>, Scope>,
    beginnings: Vec<(Box<str>, Scope)>,
}

impl Patterns {
    /// Adds a pattern; `Err` if it is none.
    pub(super) fn add(&mut self, pattern: &str, scope: &Scope) -> Result<(), ()> {
        let beginning = pattern.strip_suffix('*');
        if pattern.is_empty() || beginning.unwrap_or(pattern).contains('*') {
            return Err(());
        }
        if let Some(beginning) = beginning {
            self.beginnings.push((beginning.into(), scope.clone()));
        } else {
            let known = self.exact.entry(pattern.into()).or_default();
            *known = known.union(scope);
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.beginnings.is_empty()
    }

    /// Tells what every pattern that fits needs; whether there was one.
    pub(super) fn each<'r>(&'r self, name: &str, tell: &mut impl FnMut(&'r Scope)) -> bool {
        if self.is_empty() {
            return false;
        }
        let exact = self.exact.get(name);
        let beginnings =
            self.beginnings.iter().filter(|(beginning, _)| name.starts_with(&**beginning));
        let mut fits = false;
        for scope in exact.into_iter().chain(beginnings.map(|(_, scope)| scope)) {
            fits = true;
            tell(scope);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_at_the_end_or_nowhere() {
        for (pattern, fine) in
            [("add", true), ("add*", true), ("*", true), ("", false), ("a*b", false), ("**", false)]
        {
            let added = Patterns::default().add(pattern, &Scope::empty());
            assert_eq!(added.is_ok(), fine, "{pattern:?}");
        }
    }
}
