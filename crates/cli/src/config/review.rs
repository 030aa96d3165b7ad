//! Who is told of what waits for a reviewer? `[review]` (docs/policy.md).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use zeroize::Zeroizing;

use super::{layers::Environment, problem::Problems, secret::Secret};

/// `[review]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReviewSection {
    /// Where notices are posted of what waits for a reviewer and of what was decided, with https; with plain http only on this computer.
    pub(crate) webhook: Option<String>,
    /// The file with the secret, at least 32 characters, that notices are signed with; readable by its owner only.
    pub(crate) webhook_secret_file: Option<String>,
    /// The environment variable with that secret, instead of a file; its name must not begin with `SALVER_`.
    pub(crate) webhook_secret_env: Option<String>,
}

/// Who is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReviewSettings {
    /// Where notices are posted.
    pub(crate) webhook: Option<Webhook>,
}

/// Where notices are posted.
#[derive(Clone)]
pub(crate) struct Webhook {
    /// The address.
    pub(crate) url: String,
    /// What they are signed with.
    pub(crate) secret: Zeroizing<String>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(..)")
    }
}

/// What the section means.
pub(super) fn resolve(
    section: &ReviewSection,
    environment: &Environment,
    problems: &mut Problems,
) -> ReviewSettings {
    let place = Secret {
        table: "review",
        name: "webhook_secret",
        file: section.webhook_secret_file.as_deref(),
        variable: section.webhook_secret_env.as_deref(),
    };
    let is_named = place.file.is_some() || place.variable.is_some();
    let secret = place.read_strong(environment, problems);
    let url = match (&section.webhook, is_named) {
        (None, false) => None,
        (None, true) => {
            problems.refuse(
                WEBHOOK,
                "is missing, and there is a secret for it",
                "name the address, or leave out the secret",
            );
            None
        }
        (Some(_), false) => {
            problems.refuse(
                WEBHOOK,
                "has no secret, so nobody could tell our notices from others",
                "name a `webhook_secret_file`; make one with: openssl rand -hex 32",
            );
            None
        }
        (Some(url), true) => address(url, problems),
    };
    let webhook = url.zip(secret).map(|(url, secret)| Webhook { url, secret });
    ReviewSettings { webhook }
}

fn address(text: &str, problems: &mut Problems) -> Option<String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"));
    let url =
        problems.accept(WEBHOOK, url, "write it like \"https://chat.example/hooks/salver\"")?;
    let on_this_computer = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && on_this_computer) {
        problems.refuse(WEBHOOK, "is not an https address", "plain http is for this computer only");
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        problems.refuse(
            WEBHOOK,
            "has a user name, password or fragment",
            "the receiver knows us by the signature",
        );
        return None;
    }
    Some(url.into())
}

const WEBHOOK: &str = "review.webhook";

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(webhook: Option<&str>, variable: Option<&str>) -> Vec<String> {
        let section = ReviewSection {
            webhook: webhook.map(str::to_owned),
            webhook_secret_file: None,
            webhook_secret_env: variable.map(str::to_owned),
        };
        let environment: Environment =
            [("STRONG", "0123456789abcdef0123456789abcdef"), ("WEAK", "short")]
                .map(|(name, value)| (name.into(), value.into()))
                .into();
        let mut problems = Problems::default();
        let settings = resolve(&section, &environment, &mut problems);
        let refused: Vec<String> = problems
            .into_list()
            .into_iter()
            .map(|problem| format!("{}: {}", problem.key, problem.why))
            .collect();
        assert_eq!(settings.webhook.is_some(), refused.is_empty() && webhook.is_some());
        refused
    }

    #[test]
    fn a_webhook_has_an_address_that_nobody_listens_in_on_and_a_secret() {
        let (good, strong) = (Some("https://chat.example/hooks?a=b"), Some("STRONG"));
        for (webhook, variable, expected) in [
            (None, None, None),
            (good, strong, None),
            (Some("http://127.0.0.1:9000/hook"), strong, None),
            (Some("http://localhost:9000/hook"), strong, None),
            (Some("http://[::1]:9000/hook"), strong, None),
            (
                good,
                None,
                Some("review.webhook: has no secret, so nobody could tell our notices from others"),
            ),
            (None, strong, Some("review.webhook: is missing, and there is a secret for it")),
            (
                good,
                Some("WEAK"),
                Some(
                    "review.webhook_secret_env: is too weak: fewer than 32 characters, or spaces and the like among them",
                ),
            ),
            (
                good,
                Some("ABSENT"),
                Some("review.webhook_secret_env: names ABSENT, which is not set"),
            ),
            (
                Some("http://chat.example/hook"),
                strong,
                Some("review.webhook: is not an https address"),
            ),
            (Some("ftp://localhost/hook"), strong, Some("review.webhook: is not an https address")),
            (
                Some("https://us:pw@chat.example/hook"),
                strong,
                Some("review.webhook: has a user name, password or fragment"),
            ),
            (
                Some("chat.example"),
                strong,
                Some("review.webhook: is not a URL: relative URL without a base"),
            ),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(refused(webhook, variable), expected, "{webhook:?} {variable:?}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let secret = Zeroizing::new("0123456789abcdef".to_owned());
        let webhook = Webhook { url: "https://chat.example/".into(), secret };
        assert!(!format!("{webhook:?}").contains("0123"));
    }
}
