//! How is a client id entered in this app? One table: what a person does there, with their id and secret filled in.
//!
//! The forms are those of the apps' own documents as of November 2026. Values are quoted for the language of each text, whatever they hold.

/// What to do in an app.
#[derive(Clone)]
pub struct Snippet {
    /// The app.
    pub app: &'static str,
    /// Where to do it.
    pub place: &'static str,
    /// What becomes of the secret there, where that is not plain.
    pub note: Option<&'static str>,
    /// What to enter.
    pub text: String,
}

/// What is filled in.
#[derive(Clone, Copy)]
pub struct Values<'v> {
    /// The MCP server's URL.
    pub url: &'v str,
    /// The MCP server's name.
    pub server: &'v str,
    /// The `client_id`.
    pub client_id: &'v str,
    /// The secret, if there is one.
    pub secret: Option<&'v str>,
    /// One of the redirect URIs.
    pub redirect_uri: &'v str,
}

/// The texts for an app of this name; for a program without one, those for tools and libraries.
#[must_use]
pub fn snippets(app: Option<&str>, values: &Values<'_>) -> Vec<Snippet> {
    let known = |row: &&Row| app.is_some_and(|app| row.apps.contains(&app));
    let rows: Vec<_> = ROWS.iter().filter(known).collect();
    let rows = if rows.is_empty() { ROWS.iter().filter(|row| row.for_all).collect() } else { rows };
    rows.into_iter().map(|row| row.fill(values)).collect()
}

struct Row {
    /// Names of the catalogue's entries, or of a tool.
    apps: &'static [&'static str],
    /// Also for programs that are none of them.
    for_all: bool,
    place: &'static str,
    note: Option<&'static str>,
    language: Language,
    with_secret: &'static str,
    without: &'static str,
}

#[derive(Clone, Copy)]
enum Language {
    /// A form: nothing is quoted.
    Fields,
    /// A POSIX shell.
    Shell,
    /// Within double quotes, as in JSON; Python and TypeScript read the same.
    Quoted,
    /// JSON within the single quotes of a shell.
    QuotedInShell,
}

impl Row {
    fn fill(&self, values: &Values<'_>) -> Snippet {
        let template = if values.secret.is_some() { self.with_secret } else { self.without };
        let server = slug(values.server);
        let mut text = template.to_owned();
        // The longer name first: it begins with the shorter one.
        for (name, value) in [
            ("$CLIENT_SECRET", values.secret.unwrap_or_default()),
            ("$CLIENT_ID", values.client_id),
            ("$REDIRECT_URI", values.redirect_uri),
            ("$SERVER", &server),
            ("$URL", values.url),
        ] {
            text = text.replace(name, &self.language.quoted(name, value));
        }
        let app = self.apps.first().copied().unwrap_or_default();
        Snippet {
            app,
            place: self.place,
            note: self.note.filter(|_| values.secret.is_some()),
            text,
        }
    }
}

impl Language {
    fn quoted(self, name: &str, value: &str) -> String {
        match self {
            Self::Fields => value.to_owned(),
            Self::Shell => for_shell(value),
            Self::Quoted => within_quotes(value),
            // The URL stands before the JSON, on its own.
            Self::QuotedInShell if name == "$URL" => for_shell(value),
            Self::QuotedInShell => within_quotes(value).replace('\'', "'\\''"),
        }
    }
}

fn for_shell(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    if !value.is_empty() && value.bytes().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', "'\\''"))
}

pub(super) fn within_quotes(value: &str) -> String {
    let json = serde_json::Value::from(value).to_string();
    json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// A server's name as programs take it.
fn slug(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = name.chars().map(fits).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "server".to_owned() } else { slug.to_owned() }
}

const ROWS: &[Row] = &[
    Row {
        apps: &["Claude Code"],
        for_all: false,
        place: "In a terminal; afterwards run /mcp in Claude Code and authenticate.",
        note: Some("The command asks for the secret: paste it there."),
        language: Language::Shell,
        with_secret: "claude mcp add --transport http \\\n  --client-id $CLIENT_ID --client-secret \\\n  $SERVER $URL",
        without: "claude mcp add --transport http \\\n  --client-id $CLIENT_ID \\\n  $SERVER $URL",
    },
    Row {
        apps: &["Claude"],
        for_all: false,
        place: "In Settings, Connectors, Add custom connector. What is below the URL stands under Advanced settings.",
        note: None,
        language: Language::Fields,
        with_secret: "Remote MCP server URL: $URL\nOAuth Client ID: $CLIENT_ID\nOAuth Client Secret: $CLIENT_SECRET",
        without: "Remote MCP server URL: $URL\nOAuth Client ID: $CLIENT_ID",
    },
    Row {
        apps: &["Visual Studio Code", "Visual Studio Code - Insiders"],
        for_all: false,
        place: "In .vscode/mcp.json, or by the command MCP: Open User Configuration.",
        note: Some("Enter the secret when VS Code asks for it."),
        language: Language::Quoted,
        with_secret: VS_CODE,
        without: VS_CODE,
    },
    Row {
        apps: &["Cursor"],
        for_all: false,
        place: "In ~/.cursor/mcp.json, or .cursor/mcp.json of a project.",
        note: None,
        language: Language::Quoted,
        with_secret: r#"{
  "mcpServers": {
    "$SERVER": {
      "url": "$URL",
      "auth": {
        "CLIENT_ID": "$CLIENT_ID",
        "CLIENT_SECRET": "$CLIENT_SECRET"
      }
    }
  }
}"#,
        without: r#"{
  "mcpServers": {
    "$SERVER": {
      "url": "$URL",
      "auth": {
        "CLIENT_ID": "$CLIENT_ID"
      }
    }
  }
}"#,
    },
    Row {
        apps: &["Gemini CLI"],
        for_all: false,
        place: "In ~/.gemini/settings.json; then run /mcp auth with the server's name.",
        note: None,
        language: Language::Quoted,
        with_secret: r#"{
  "mcpServers": {
    "$SERVER": {
      "httpUrl": "$URL",
      "oauth": {
        "enabled": true,
        "clientId": "$CLIENT_ID",
        "clientSecret": "$CLIENT_SECRET"
      }
    }
  }
}"#,
        without: r#"{
  "mcpServers": {
    "$SERVER": {
      "httpUrl": "$URL",
      "oauth": {
        "enabled": true,
        "clientId": "$CLIENT_ID"
      }
    }
  }
}"#,
    },
    Row {
        apps: &["MCP Inspector"],
        for_all: false,
        place: "Under Authentication, OAuth 2.0 Flow.",
        note: None,
        language: Language::Fields,
        with_secret: "URL: $URL\nClient ID: $CLIENT_ID\nClient Secret: $CLIENT_SECRET",
        without: "URL: $URL\nClient ID: $CLIENT_ID",
    },
    Row {
        apps: &["mcp-remote"],
        for_all: true,
        place: "In a terminal, or with the same arguments in the configuration of the program that starts it.",
        note: None,
        language: Language::QuotedInShell,
        with_secret: r#"npx mcp-remote $URL \
  --static-oauth-client-info '{"client_id":"$CLIENT_ID","client_secret":"$CLIENT_SECRET"}'"#,
        without: r#"npx mcp-remote $URL \
  --static-oauth-client-info '{"client_id":"$CLIENT_ID"}'"#,
    },
    Row {
        apps: &["Python SDK"],
        for_all: true,
        place: "In the TokenStorage that your OAuthClientProvider gets.",
        note: None,
        language: Language::Quoted,
        with_secret: r#"async def get_client_info(self) -> OAuthClientInformationFull:
    return OAuthClientInformationFull(
        client_id="$CLIENT_ID",
        client_secret="$CLIENT_SECRET",
        redirect_uris=["$REDIRECT_URI"],
        token_endpoint_auth_method="client_secret_post",
    )"#,
        without: r#"async def get_client_info(self) -> OAuthClientInformationFull:
    return OAuthClientInformationFull(
        client_id="$CLIENT_ID",
        redirect_uris=["$REDIRECT_URI"],
        token_endpoint_auth_method="none",
    )"#,
    },
    Row {
        apps: &["TypeScript SDK"],
        for_all: true,
        place: "In your OAuthClientProvider.",
        note: None,
        language: Language::Quoted,
        with_secret: r#"clientInformation() {
  return { client_id: "$CLIENT_ID", client_secret: "$CLIENT_SECRET" };
}"#,
        without: r#"clientInformation() {
  return { client_id: "$CLIENT_ID" };
}"#,
    },
];

const VS_CODE: &str = r#"{
  "servers": {
    "$SERVER": {
      "type": "http",
      "url": "$URL",
      "oauth": {
        "clientId": "$CLIENT_ID"
      }
    }
  }
}"#;

#[cfg(test)]
mod tests {
    use salver_policy::catalogue::Catalogue;

    use super::*;
    use crate::flow::account::clients::fields::MCP_REMOTE;

    const VALUES: Values<'_> = Values {
        url: "https://mcp.example.org/mcp",
        server: "Team Notes",
        client_id: "own_BwcHBwcHBwcHBwcHBwcHBw",
        secret: Some("slvs_SECRET"),
        redirect_uri: "http://localhost/oauth/callback",
    };

    #[test]
    fn every_app_gets_its_own_text() {
        let both = |row: &Row| {
            [VALUES, Values { secret: None, ..VALUES }].map(|values| {
                let Snippet { app, place, note, text } = row.fill(&values);
                let how = values.secret.map_or("without a secret", |_| "with a secret");
                let note = note.map(|note| format!(" {note}")).unwrap_or_default();
                format!("== {app}, {how}\n{place}{note}\n{text}\n")
            })
        };
        let all: Vec<_> = ROWS.iter().flat_map(both).collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn rows_are_of_the_catalogue_or_for_all() {
        for row in ROWS {
            for app in row.apps {
                let known = Catalogue::embedded().client(app).is_some();
                assert_eq!(known, !row.for_all, "{app}");
            }
        }
        let names = |app| snippets(app, &VALUES).iter().map(|one| one.app).collect::<Vec<_>>();
        assert_eq!(names(Some("Cursor")), ["Cursor"]);
        for unknown in [None, Some("Zed"), Some("")] {
            assert_eq!(names(unknown), ["mcp-remote", "Python SDK", "TypeScript SDK"]);
        }
        assert_eq!(names(Some(MCP_REMOTE)), ["mcp-remote"]);
    }

    #[test]
    fn no_value_ends_its_quotes() {
        for (language, name, value, quoted) in [
            (Language::Shell, "$URL", "https://a.example/mcp?x=1", "'https://a.example/mcp?x=1'"),
            (Language::Shell, "$URL", "https://a.example/mcp", "https://a.example/mcp"),
            (Language::Shell, "$URL", "a'b;c", r"'a'\''b;c'"),
            (Language::Quoted, "$URL", "a\"b\\", r#"a\"b\\"#),
            (Language::QuotedInShell, "$CLIENT_ID", "a'b\"", r#"a'\''b\""#),
            (Language::QuotedInShell, "$URL", "a b", "'a b'"),
        ] {
            assert_eq!(language.quoted(name, value), quoted, "{value}");
        }
        assert_eq!((slug("Team Notes!"), slug("–")), ("team-notes".into(), "server".into()));
    }
}
