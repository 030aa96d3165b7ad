//! What do pre-registered clients look like to the authorization server? Like any other client: as metadata.

use std::{collections::HashMap, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use salver_oauth::client::metadata::{Keys, Metadata, Methods};

use crate::config::clients::Client;

/// The metadata of each, by its id.
pub(super) fn metadata(clients: &[Client]) -> HashMap<String, Arc<Metadata>> {
    clients.iter().map(|client| (client.id.to_string(), Arc::new(one(client)))).collect()
}

fn one(client: &Client) -> Metadata {
    Metadata {
        client_id: client.id.clone(),
        name: Some(client.name.as_str().into()),
        client_uri: None,
        logo_uri: None,
        redirect_uris: client.redirect_uris.clone(),
        scope: client.scope.clone(),
        methods: Methods::NONE,
        keys: Keys::None,
        dpop_bound: false,
        requires_push: client.requires_push,
        digest: version(client),
    }
}

/// Another digest whenever the operator changes something (DESIGN 4.7).
fn version(client: &Client) -> [u8; 32] {
    let uris: Vec<&str> = client
        .redirect_uris
        .iter()
        .map(salver_oauth::client::redirect_uri::RedirectUri::as_str)
        .collect();
    let scope = client.scope.as_ref().map(ToString::to_string);
    let text =
        serde_json::json!([client.id.as_str(), client.name, uris, scope, client.requires_push])
            .to_string();
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use salver_oauth::client::{id::ClientId, redirect_uri::RedirectUri};

    use super::*;

    fn client(name: &str, uri: &str) -> Client {
        Client {
            id: ClientId::parse("inspector").unwrap(),
            name: name.to_owned(),
            redirect_uris: vec![RedirectUri::parse(uri).unwrap()],
            scope: None,
            requires_push: false,
        }
    }

    #[test]
    fn a_change_of_the_operator_is_another_version() {
        let digest = |name, uri| metadata(&[client(name, uri)]).get("inspector").unwrap().digest;
        let before = digest("Inspector", "http://localhost/cb");
        assert_eq!(before, digest("Inspector", "http://localhost/cb"));
        assert_ne!(before, digest("Inspector", "http://localhost/other"));
        assert_ne!(before, digest("Other", "http://localhost/cb"));
    }
}
