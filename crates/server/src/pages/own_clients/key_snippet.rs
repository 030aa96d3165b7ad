//! How does a program authenticate with a key that stands here for it? The hook of the one SDK that has one, and what every other program asks for.

use super::snippet::{Snippet, within_quotes};

/// What is filled in.
#[derive(Clone, Copy, Debug)]
pub struct KeyValues<'v> {
    /// The `client_id`.
    pub client_id: &'v str,
    /// What assertions call the key (`kid`).
    pub key_id: &'v str,
    /// With what it signs.
    pub algorithm: &'v str,
    /// This server, which is the assertion's audience.
    pub issuer: &'v str,
}

/// The texts.
#[must_use]
pub fn key_snippets(values: &KeyValues<'_>) -> Vec<Snippet> {
    let KeyValues { client_id, key_id, algorithm, issuer } = *values;
    let id = within_quotes(client_id);
    let typescript = format!(
        r#"import {{ createPrivateKeyJwtAuth }} from "@modelcontextprotocol/sdk/client/auth-extensions.js";

clientInformation() {{
  return {{ client_id: "{id}" }};
}}
addClientAuthentication = createPrivateKeyJwtAuth({{
  issuer: "{id}",
  subject: "{id}",
  privateKey: process.env.CLIENT_PRIVATE_KEY,
  alg: "{algorithm}",
}});"#
    );
    let every = format!(
        "Client authentication: private_key_jwt\nClient ID, iss and sub: {client_id}\naud: {issuer}\nalg: {algorithm}\nkid: {key_id}"
    );
    vec![
        Snippet {
            app: "TypeScript SDK",
            place: "In your OAuthClientProvider. The private key stays where your program runs.",
            note: None,
            text: typescript,
        },
        Snippet {
            app: "Any other program",
            place: "It signs a JWT with the private key at each request for a token (RFC 7523). The kid may be left out.",
            note: None,
            text: every,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_gets_its_text_and_no_value_ends_its_quotes() {
        let values = KeyValues {
            client_id: "own_BwcHBwcHBwcHBwcHBwcHBw",
            key_id: "laptop",
            algorithm: "ES256",
            issuer: "https://as.example.org",
        };
        let all = key_snippets(&values);
        let all: Vec<_> = all
            .iter()
            .map(|one| format!("== {}\n{}\n{}\n", one.app, one.place, one.text))
            .collect();
        insta::assert_snapshot!(all.join("\n"));
        let hostile = key_snippets(&KeyValues { client_id: "a\"b", ..values });
        assert!(hostile.iter().any(|one| one.text.contains(r#"subject: "a\"b""#)));
    }
}
