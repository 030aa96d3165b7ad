//! Which addresses are not what they seem? Lists that the catalogue will extend (DESIGN 4.2).

/// Redirect URIs that hand the answer on to somewhere else, named by `state` or otherwise.
const RELAYS: [&str; 2] = ["https://vscode.dev/redirect", "https://insiders.vscode.dev/redirect"];

/// Hosts where anybody may put a file: a document there proves only its exact URL. A leading dot means every name below.
const SHARED_HOSTS: [&str; 14] = [
    "bitbucket.org",
    "cdn.jsdelivr.net",
    "codeberg.org",
    "gist.githubusercontent.com",
    "github.com",
    "gitlab.com",
    "pastebin.com",
    "raw.githubusercontent.com",
    "storage.googleapis.com",
    "unpkg.com",
    ".amazonaws.com",
    ".blob.core.windows.net",
    ".r2.dev",
    ".storage.googleapis.com",
];

/// Whether a redirect URI forwards the answer.
pub(crate) fn is_relay(redirect_uri: &str) -> bool {
    let address = redirect_uri.split(['?', '#']).next().unwrap_or_default();
    RELAYS.contains(&address.trim_end_matches('/'))
}

/// Whether strangers can put files on this host.
pub(crate) fn is_shared_host(host: &str) -> bool {
    SHARED_HOSTS.iter().any(|shared| {
        if shared.starts_with('.') { host.ends_with(shared) } else { host == *shared }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_are_known_with_any_query() {
        for (uri, relay) in [
            ("https://vscode.dev/redirect", true),
            ("https://vscode.dev/redirect?url=x", true),
            ("https://vscode.dev/redirect/", true),
            ("https://vscode.dev/redirect/else", false),
            ("https://vscode.dev.example/redirect", false),
        ] {
            assert_eq!(is_relay(uri), relay, "{uri}");
        }
    }

    #[test]
    fn shared_hosts_are_known_and_own_sites_on_them_are_not_shared() {
        for (host, shared) in [
            ("raw.githubusercontent.com", true),
            ("bucket.s3.amazonaws.com", true),
            ("nousresearch.github.io", false),
            ("claude.ai", false),
        ] {
            assert_eq!(is_shared_host(host), shared, "{host}");
        }
    }
}
