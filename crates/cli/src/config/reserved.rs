//! Which paths are ours, so that no resource may take them? DESIGN §8; the list is the authorization server's.

use salver_oauth::Issuer;
use salver_server::web::reserved_paths;

/// Our path that a resource at `path` on the issuer's host would hide, or that would hide it.
pub(crate) fn collision(issuer: &Issuer, path: &str) -> Option<String> {
    if path == "/" || within(path, issuer.path()) {
        return Some(format!("{}/authorize", issuer.path()));
    }
    reserved_paths(issuer).into_iter().find(|ours| within(ours, path))
}

/// Whether `path` is `base` or below it.
pub(crate) fn within(base: &str, path: &str) -> bool {
    path.strip_prefix(base.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_and_what_lies_below_is_taken_and_nothing_beside_it() {
        for (issuer_path, path, taken) in [
            ("", "/mcp", None),
            ("", "/tokens", None),
            ("", "/token", Some("/token")),
            ("", "/token/mcp", Some("/token")),
            ("", "/account/mcp", Some("/account")),
            ("", "/.well-known/mcp", Some("/.well-known")),
            ("", "/", Some("/authorize")),
            ("/as", "/token", None),
            ("/as", "/as/token", Some("/as/token")),
            ("/as", "/as/mcp", None),
            ("/as", "/as", Some("/as/authorize")),
            ("/as", "/asset", None),
            ("/as", "/.well-known/x", Some("/.well-known")),
            ("/a/b", "/a", Some("/a/b/authorize")),
        ] {
            let issuer = Issuer::parse(&format!("https://as.example{issuer_path}")).unwrap();
            assert_eq!(
                collision(&issuer, path).as_deref(),
                taken,
                "issuer {issuer_path:?}, resource {path}"
            );
        }
    }
}
