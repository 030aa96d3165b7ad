//! Under which application do people see a client? DESIGN 4.4: an administrator's binding, else the catalogue's, else the client by itself.
//!
//! It is a label: of all that judges a login, bans alone look at it.

use std::collections::HashMap;

use salver_oauth::ApplicationId;
use salver_policy::{application, catalogue::Catalogue};
use salver_store::{
    StoreError,
    record::{Binding, Home, NewHome},
};

use crate::deps::Deps;

/// What administrators have bound: keys of applications by fingerprints of clients.
#[derive(Debug, Default)]
pub struct Bindings(HashMap<Box<str>, Box<str>>);

impl Bindings {
    /// These bindings.
    #[must_use]
    pub fn new(stored: &[Binding]) -> Self {
        let pair =
            |binding: &Binding| (binding.fingerprint.as_str().into(), binding.key.as_str().into());
        Self(stored.iter().map(pair).collect())
    }

    /// The key of the application that a client is bound to, by an administrator or by the catalogue.
    #[must_use]
    pub fn of(&self, fingerprint: &str, catalogue: &Catalogue) -> Option<Box<str>> {
        self.by_administrator(fingerprint).map(Into::into).or_else(|| {
            application::entry_of(fingerprint, catalogue)
                .map(|entry| application::key_of_entry(entry).into())
        })
    }

    /// The key of the application that an administrator has bound a client to.
    #[must_use]
    pub fn by_administrator(&self, fingerprint: &str) -> Option<&str> {
        self.0.get(fingerprint).map(AsRef::as_ref)
    }
}

/// The application that a client of this name belongs to unless an administrator binds it.
#[must_use]
pub fn home(fingerprint: &str, name: &str, catalogue: &Catalogue) -> Home {
    match application::entry_of(fingerprint, catalogue) {
        Some(entry) => {
            Home { key: application::key_of_entry(entry), label: entry.name.to_string() }
        }
        None => Home { key: fingerprint.to_owned(), label: name.to_owned() },
    }
}

/// Brings the homes of all clients that were met in line with a catalogue; answers how many were not.
///
/// # Errors
/// If the store fails; then it is to be tried again.
pub async fn settle(deps: &Deps, catalogue: &Catalogue) -> Result<u64, StoreError> {
    let clients = deps.store.list_met_clients().await?;
    let moved = clients.into_iter().filter_map(|client| {
        let home = home(&client.fingerprint, &client.name, catalogue);
        let proposed = ApplicationId::from_bytes(deps.random());
        (home.key != client.home).then_some(NewHome {
            fingerprint: client.fingerprint,
            home,
            proposed,
        })
    });
    let moved: Vec<NewHome> = moved.collect();
    if moved.is_empty() {
        return Ok(0);
    }
    deps.store.settle_homes(moved, deps.now()).await
}

#[cfg(test)]
mod tests {
    use salver_oauth::Timestamp;

    use super::*;

    #[test]
    fn design_4_4_the_administrator_then_the_catalogue_then_nobody() {
        const CODE: &str = "document https://claude.ai/oauth/claude-code-client-metadata";
        let binding = |fingerprint: &str| Binding {
            fingerprint: fingerprint.into(),
            application: ApplicationId::from_bytes([1; 16]),
            key: "issued ours".into(),
            by: "ada".into(),
            at: Timestamp::from_unix(0),
        };
        let bound = Bindings::new(&[binding(CODE), binding("issued inspector")]);
        for (bindings, fingerprint, key) in [
            (&bound, CODE, Some("issued ours")),
            (&bound, "issued inspector", Some("issued ours")),
            (&bound, "issued other", None),
            (&Bindings::default(), CODE, Some("entry Claude Code")),
            (&Bindings::default(), "issued inspector", None),
        ] {
            let found = bindings.of(fingerprint, Catalogue::embedded());
            assert_eq!(found.as_deref(), key, "{fingerprint}");
        }
        let home = |fingerprint| home(fingerprint, "Mine", Catalogue::embedded());
        assert_eq!(
            (home(CODE).key, home(CODE).label),
            ("entry Claude Code".into(), "Claude Code".into())
        );
        let own = home("issued x");
        assert_eq!((&*own.key, &*own.label), ("issued x", "Mine"));
    }
}
