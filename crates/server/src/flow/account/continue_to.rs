//! Where to after signing in? Only to a page of ours (DESIGN §7.1: never a redirect to an address of a stranger's choice).

/// A path of ours to go on with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContinueTo(String);

impl ContinueTo {
    /// The path that was asked for, if it is the authorization endpoint with its query, a page of the account, of administration or of developers;
    /// else the account. `base` is the issuer's path.
    #[must_use]
    pub fn parse(raw: &str, base: &str) -> Self {
        if is_ours(raw, base) { Self(raw.to_owned()) } else { Self::account(base) }
    }

    /// The account.
    #[must_use]
    pub fn account(base: &str) -> Self {
        Self(format!("{base}/account"))
    }

    /// The path, with its query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_ours(raw: &str, base: &str) -> bool {
    let sent_as_is = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let (path, query) =
        raw.split_once('?').map_or((raw, None), |(path, query)| (path, Some(query)));
    // No dots and no percent signs: nothing that a browser would fold into another path.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_');
    let Some(below) = path.strip_prefix(base) else {
        return false;
    };
    let pages = ["/account", "/admin", "/developer"]
        .into_iter()
        .find_map(|pages| below.strip_prefix(pages));
    let known = match pages {
        Some(rest) => {
            (rest.is_empty() || rest.starts_with('/'))
                && rest.bytes().all(plain)
                && !rest.contains("//")
        }
        None => below == "/authorize" && query.is_some(),
    };
    known && raw.len() <= LONGEST && raw.bytes().all(sent_as_is)
}

/// As long as a request line may be (DESIGN §9).
const LONGEST: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn design_7_1_only_our_own_pages_are_gone_on_to() {
        for (why, base, raw, ours) in [
            (
                "an authorization request",
                "",
                "/authorize?client_id=https://a.example/c&state=//x",
                true,
            ),
            ("… without a query", "", "/authorize", false),
            ("the account", "", "/account", true),
            ("… a page below", "", "/account/apps", true),
            ("… with a query", "", "/account/apps?x=1", true),
            ("… a name that only begins so", "", "/accountant", false),
            ("a page of administration", "", "/admin/review/AAAAAAAAAAAAAAAAAAAA-_", true),
            ("… a name that only begins so", "", "/administrator", false),
            ("a page of developers", "", "/developer/app_AAAAAAAAAAAAAAAAAAAA-_/edit", true),
            ("… a name that only begins so", "", "/developers", false),
            ("below the issuer's path", "/team", "/team/authorize?x", true),
            ("… not above it", "/team", "/authorize?x", false),
            ("another endpoint", "", "/token", false),
            ("another host", "", "https://evil.example/authorize?x", false),
            ("… without scheme", "", "//evil.example/account", false),
            ("… with a backslash", "", "/\\evil.example/account", false),
            ("a backslash in the query", "", "/authorize?x=\\", false),
            ("dots", "", "/account/../mcp", false),
            ("dots in disguise", "", "/account/%2e%2e/mcp", false),
            ("two slashes", "", "/account//evil.example", false),
            ("a line break", "", "/authorize?x\r\nSet-Cookie: a=b", false),
            ("a tab", "", "/\t/evil.example", false),
            ("other than ASCII", "", "/authorize?x=ü", false),
            ("nothing", "", "", false),
        ] {
            let expected = if ours { raw.to_owned() } else { format!("{base}/account") };
            assert_eq!(ContinueTo::parse(raw, base).as_str(), expected, "{why}");
        }
        let long = format!("/authorize?{}", "x".repeat(LONGEST));
        assert_eq!(ContinueTo::parse(&long, "").as_str(), "/account");
    }
}
