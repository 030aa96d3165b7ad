//! Which clients are given an id here? Those that cannot introduce themselves.

use std::collections::BTreeSet;

use salver_oauth::{
    Scope,
    client::{
        id::{ClientId, ClientIdError},
        redirect_uri::RedirectUri,
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problems;

/// `[[clients]]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientEntry {
    /// The id that is typed into the client; it must not look like a URL.
    pub(crate) client_id: String,
    /// The name that people see.
    pub(crate) client_name: String,
    /// Where answers may go; http on loopback matches with any port.
    pub(crate) redirect_uris: Vec<String>,
    /// The scopes that it may ask for, with spaces between them. Without this key: those of all resources.
    #[serde(default)]
    pub(crate) scope: Option<String>,
    /// Whether its logins begin with a pushed authorization request (RFC 9126 §6); plain ones are refused.
    #[serde(default)]
    pub(crate) require_pushed_authorization_requests: bool,
}

/// A pre-registered client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Its id.
    pub(crate) id: ClientId,
    /// The name that people see.
    pub(crate) name: String,
    /// Where answers may go.
    pub(crate) redirect_uris: Vec<RedirectUri>,
    /// The scopes that it may ask for; none said means all.
    pub(crate) scope: Option<Scope>,
    /// Whether its logins begin with a pushed request.
    pub(crate) requires_push: bool,
}

/// What the entries mean. `origins` are those of our issuer and resources; `scopes` those that exist.
pub(crate) fn resolve(
    entries: &[ClientEntry],
    origins: &[String],
    scopes: &BTreeSet<String>,
    problems: &mut Problems,
) -> Vec<Client> {
    let mut ids = BTreeSet::new();
    let mut clients = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let key = format!("clients[{position}]");
        let client = one(&key, entry, origins, scopes, problems);
        if !ids.insert(&entry.client_id) {
            problems.refuse(
                format!("{key}.client_id"),
                format!("\"{}\" is given out twice", entry.client_id),
                "give each client an id of its own",
            );
        }
        clients.extend(client);
    }
    clients
}

fn one(
    key: &str,
    entry: &ClientEntry,
    origins: &[String],
    scopes: &BTreeSet<String>,
    problems: &mut Problems,
) -> Option<Client> {
    let id_key = format!("{key}.client_id");
    let id = match ClientId::parse(&entry.client_id) {
        // CIMD-A-2: an id of ours never looks like the URL of a metadata document.
        Ok(id @ ClientId::Issued(_)) => Some(id),
        Ok(ClientId::Document(_) | ClientId::Hosted(_) | ClientId::LocalDevelopment(_))
        | Err(ClientIdError::Url(_) | ClientIdError::LocalDevelopment(_)) => {
            problems.refuse(
                id_key,
                "looks like a URL, which only clients with a metadata document may",
                "give it a plain name, like \"inspector\"",
            );
            None
        }
        Ok(ClientId::Recorded(_) | ClientId::Stated(_)) => {
            problems.refuse(
                id_key,
                "looks like a client_id that this server gives to a client which somebody enters or vouches for",
                "give it a plain name, like \"inspector\"",
            );
            None
        }
        // Decision 9: these name registrations, and are sealed and not chosen.
        Ok(ClientId::Sealed(_)) | Err(ClientIdError::Sealed) => {
            problems.refuse(
                id_key,
                "begins like a client_id that this server gives to a client which registers itself",
                "give it a plain name, like \"inspector\"",
            );
            None
        }
        Err(error) => {
            problems.refuse(id_key, error.to_string(), "give it a plain name, like \"inspector\"");
            None
        }
    };
    if entry.client_name.trim().is_empty() {
        problems.refuse(
            format!("{key}.client_name"),
            "is empty",
            "write the name that people know the client by",
        );
    }
    if entry.redirect_uris.is_empty() {
        problems.refuse(
            format!("{key}.redirect_uris"),
            "is empty",
            "write at least one; the client's documentation says which",
        );
    }
    let redirect_uris = entry.redirect_uris.iter().enumerate().filter_map(|(position, raw)| {
        redirect_uri(&format!("{key}.redirect_uris[{position}]"), raw, origins, problems)
    });
    let redirect_uris = redirect_uris.collect();
    let scope = entry
        .scope
        .as_ref()
        .and_then(|text| scope(&format!("{key}.scope"), text, scopes, problems));
    let requires_push = entry.require_pushed_authorization_requests;
    let name = entry.client_name.clone();
    Some(Client { id: id?, name, redirect_uris, scope, requires_push })
}

fn redirect_uri(
    key: &str,
    raw: &str,
    origins: &[String],
    problems: &mut Problems,
) -> Option<RedirectUri> {
    let uri = problems.accept(
        key,
        RedirectUri::parse(raw),
        "copy it from the client's documentation, byte for byte",
    )?;
    // DESIGN §7.12: a code is never sent to an address of our own.
    if url::Url::parse(raw).is_ok_and(|url| origins.contains(&url.origin().ascii_serialization())) {
        problems.refuse(
            key,
            "is an address of this server itself",
            "name the address where the client waits for its answer",
        );
        return None;
    }
    Some(uri)
}

fn scope(
    key: &str,
    text: &str,
    known: &BTreeSet<String>,
    problems: &mut Problems,
) -> Option<Scope> {
    let scope: Scope =
        problems.accept(key, text.parse(), "write scope names with single spaces between them")?;
    super::scopes::refuse_unknown(key, scope.iter(), known, problems);
    Some(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(client_id: &str, redirect_uri: &str, scope: Option<&str>) -> Vec<String> {
        let entry = ClientEntry {
            client_id: client_id.to_owned(),
            client_name: "A".to_owned(),
            redirect_uris: vec![redirect_uri.to_owned()],
            scope: scope.map(str::to_owned),
            require_pushed_authorization_requests: false,
        };
        let mut problems = Problems::default();
        let origins = ["https://as.example".to_owned(), "http://localhost:8080".to_owned()];
        let scopes = BTreeSet::from(["read".to_owned()]);
        resolve(&[entry], &origins, &scopes, &mut problems);
        problems
            .into_list()
            .into_iter()
            .map(|problem| format!("{}: {}", problem.key, problem.why))
            .collect()
    }

    #[test]
    fn each_rule_with_a_neighbour() {
        let good = "http://127.0.0.1/cb";
        for (client_id, uri, scope, refused) in [
            ("inspector", good, None, None),
            ("inspector", good, Some("read"), None),
            ("inspector", "cursor://anysphere.cursor-mcp/oauth/callback", None, None),
            (
                "https://inspector.example/c",
                good,
                None,
                Some(
                    "clients[0].client_id: looks like a URL, which only clients with a metadata document may",
                ),
            ),
            ("", good, None, Some("clients[0].client_id: it is empty")),
            (
                "slv_AQABc2VhbGVk",
                good,
                None,
                Some(
                    "clients[0].client_id: begins like a client_id that this server gives to a client which registers itself",
                ),
            ),
            ("slv", good, None, None),
            (
                "inspector",
                "http://app.example/cb",
                None,
                Some("clients[0].redirect_uris[0]: plain http reaches only this computer"),
            ),
            (
                "inspector",
                "https://as.example/cb",
                None,
                Some("clients[0].redirect_uris[0]: is an address of this server itself"),
            ),
            ("inspector", "https://as.example:8443/cb", None, None),
            (
                "inspector",
                "http://localhost:8080/cb",
                None,
                Some("clients[0].redirect_uris[0]: is an address of this server itself"),
            ),
            (
                "inspector",
                good,
                Some("write"),
                Some("clients[0].scope: \"write\" is no scope of any resource"),
            ),
        ] {
            assert_eq!(
                refusals(client_id, uri, scope),
                refused.map(str::to_owned).into_iter().collect::<Vec<_>>(),
                "{client_id} {uri}"
            );
        }
    }

    #[test]
    fn an_id_is_given_out_once() {
        let entry = ClientEntry {
            client_id: "a".to_owned(),
            client_name: "A".to_owned(),
            redirect_uris: vec!["https://a.example/cb".to_owned()],
            scope: None,
            require_pushed_authorization_requests: false,
        };
        let mut problems = Problems::default();
        resolve(&[entry.clone(), entry], &[], &BTreeSet::new(), &mut problems);
        assert_eq!(
            problems.into_list().into_iter().map(|problem| problem.key).collect::<Vec<_>>(),
            ["clients[1].client_id"]
        );
    }
}
