//! What does a person do next? The lines to paste into each client that can log in so far: those that introduce themselves by a
//! metadata document, and run on this computer.

/// What the lines are about.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    /// The protected MCP server.
    pub(super) mcp_url: &'a str,
    /// Where people see what they let in, and end it.
    pub(super) account_url: &'a str,
    /// The ready account.
    pub(super) username: &'a str,
    /// Its password.
    pub(super) password: &'a str,
    /// The metadata document that the demonstration hosts.
    pub(super) client_id: &'a str,
}

/// The whole text.
pub(super) fn text(ready: &Ready<'_>) -> String {
    let Ready { mcp_url, account_url, username, password, client_id } = ready;
    format!(
        "
  salver demo: an MCP server that knows nothing of OAuth, behind the front door

    MCP server   {mcp_url}
    account      {username}
    password     {password}

    connected    {account_url}

  Connect a client (the browser opens, sign in with the account, allow):

    Claude Code  claude mcp add --transport http salver-demo {mcp_url}
                 then /mcp in claude, and Authenticate
    VS Code      code --add-mcp '{{\"name\":\"salver-demo\",\"type\":\"http\",\"url\":\"{mcp_url}\"}}'
    Codex        codex mcp add salver-demo --url {mcp_url}
                 codex mcp login salver-demo
    opencode     in opencode.json:  \"mcp\": {{ \"servers\": {{ \"salver-demo\": {{ \"type\": \"remote\", \"url\": \"{mcp_url}\" }} }} }}
    Zed          in settings.json:  \"context_servers\": {{ \"salver-demo\": {{ \"url\": \"{mcp_url}\" }} }}
    MCP SDKs     client_metadata_url = \"{client_id}\"  (Python; clientMetadataUrl in TypeScript),
                 with a redirect URI http://127.0.0.1:PORT/callback

  salver reads each client's metadata document from its maker's web site, so it needs the internet; the SDKs' one is hosted here.
  Clients that run elsewhere (claude.ai, ChatGPT) cannot reach this computer. Ctrl-C ends everything.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_ready_to_paste() {
        let ready = Ready {
            mcp_url: "http://localhost:8080/mcp",
            account_url: "http://localhost:8080/account/apps",
            username: "demo",
            password: "abcd-efgh-jkmn",
            client_id: "https://localhost:8081/client.json",
        };
        insta::assert_snapshot!(text(&ready));
    }
}
