//! May answers go to these addresses? What an operator allows a client that registers itself (DESIGN 4.3; SPEC 4.3).
//!
//! Asked when a client registers and again at each login, since an operator may have changed their mind. All redirect URIs are judged and the strictest
//! judgement holds: one good address among them does not cover for the others. How much an address proves is not said here.

mod listed;

use salver_oauth::client::redirect_uri::{Recipient, RedirectUri};

pub use self::listed::{ListedError, ListedRedirects};
use crate::catalogue::Catalogue;

/// Where answers to clients that register themselves may go.
#[derive(Clone, Debug, Default)]
pub struct RedirectPolicy {
    /// The rule.
    pub preset: RedirectPreset,
    /// What becomes of https addresses that nobody has named, under [`RedirectPreset::LoopbackAndListed`].
    pub others: UnlistedHttps,
    /// What the operator names.
    pub listed: ListedRedirects,
}

/// A rule for redirect URIs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RedirectPreset {
    /// `loopback-only`: programs on the user's computer that listen on a port.
    LoopbackOnly,
    /// `loopback-and-listed`: those, and addresses that the catalogue or the operator names.
    #[default]
    LoopbackAndListed,
    /// `open`: those, every https address, and every app scheme that is a reversed domain name.
    Open,
}

/// What becomes of an https address that nobody has named.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UnlistedHttps {
    /// An administrator looks at it first.
    #[default]
    Review,
    /// The person is warned.
    Warn,
}

/// What the policy says of all redirect URIs of a client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RedirectJudgement<'u> {
    /// The strictest of all.
    pub verdict: RedirectVerdict,
    /// Each address that is not simply allowed, in the client's order.
    pub findings: Vec<RedirectFinding<'u>>,
}

/// What the policy says, from the mildest to the strictest.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RedirectVerdict {
    /// Answers may go there.
    Allowed,
    /// They may, and the person is warned.
    Warn,
    /// They may once an administrator has said so.
    Review,
    /// They may not.
    Refused,
}

/// One address that is not simply allowed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RedirectFinding<'u> {
    /// Which one, from 0.
    pub position: usize,
    /// The address.
    pub uri: &'u RedirectUri,
    /// What the policy says of it.
    pub verdict: RedirectVerdict,
    /// Why.
    pub reason: RedirectReason,
}

/// Why an address is not simply allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RedirectReason {
    /// Only programs on the user's computer that listen on a port may register.
    NotLoopback,
    /// Neither the catalogue nor the operator names this https address or its host.
    UnlistedHttps,
    /// Neither the catalogue nor the operator names this address, and any program could claim its scheme.
    UnlistedApp,
}

impl RedirectPolicy {
    /// Judges all redirect URIs of a client.
    #[must_use]
    pub fn judge<'u>(
        &self,
        redirect_uris: &'u [RedirectUri],
        catalogue: &Catalogue,
    ) -> RedirectJudgement<'u> {
        let finding = |(position, uri): (usize, &'u RedirectUri)| {
            let (verdict, reason) = self.objection(uri, catalogue)?;
            Some(RedirectFinding { position, uri, verdict, reason })
        };
        let findings: Vec<_> = redirect_uris.iter().enumerate().filter_map(finding).collect();
        let strictest = findings.iter().map(|finding| finding.verdict).max();
        RedirectJudgement { verdict: strictest.unwrap_or(RedirectVerdict::Allowed), findings }
    }

    fn objection(
        &self,
        uri: &RedirectUri,
        catalogue: &Catalogue,
    ) -> Option<(RedirectVerdict, RedirectReason)> {
        use RedirectPreset as P;
        let is_named = || {
            self.listed.contains(uri)
                || !catalogue.clients_of_redirect_uris([uri.as_str()]).is_empty()
        };
        match (self.preset, uri.recipient()) {
            (_, Recipient::Loopback) | (P::Open, Recipient::Https { .. }) => None,
            (P::LoopbackOnly, _) => Some((RedirectVerdict::Refused, RedirectReason::NotLoopback)),
            (P::Open, app) if !app.is_unnamed_app_scheme() => None,
            _ if is_named() => None,
            (_, Recipient::Https { .. }) => {
                Some((self.others.verdict(), RedirectReason::UnlistedHttps))
            }
            (_, Recipient::App { .. }) => {
                Some((RedirectVerdict::Refused, RedirectReason::UnlistedApp))
            }
        }
    }
}

impl UnlistedHttps {
    const fn verdict(self) -> RedirectVerdict {
        match self {
            Self::Review => RedirectVerdict::Review,
            Self::Warn => RedirectVerdict::Warn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RedirectPreset as P, RedirectReason as R, RedirectVerdict as V, *};

    fn uris(texts: &[&str]) -> Vec<RedirectUri> {
        texts.iter().map(|text| RedirectUri::parse(text).unwrap()).collect()
    }

    fn policy(preset: P) -> RedirectPolicy {
        let mut listed = ListedRedirects::default();
        for entry in ["partner.example", ".apps.example", "https://exact.example/cb", "notes://cb"]
        {
            listed.add(entry).unwrap();
        }
        RedirectPolicy { preset, others: UnlistedHttps::Review, listed }
    }

    #[test]
    fn each_preset_with_each_kind_of_address() {
        const ANY: [(&str, [V; 3]); 17] = [
            // address, under loopback-only, loopback-and-listed, open
            ("http://localhost:1/cb", [V::Allowed, V::Allowed, V::Allowed]),
            ("http://127.0.0.1/", [V::Allowed, V::Allowed, V::Allowed]),
            ("cursor://anysphere.cursor-mcp/oauth/callback", [V::Refused, V::Allowed, V::Allowed]),
            ("cursor://anysphere.cursor-mcp/oauth/callback/", [V::Refused, V::Refused, V::Refused]),
            ("cursor://other/oauth/callback", [V::Refused, V::Refused, V::Refused]),
            ("com.example.app:/cb", [V::Refused, V::Refused, V::Allowed]),
            ("notes://cb", [V::Refused, V::Allowed, V::Allowed]),
            ("notes://cb2", [V::Refused, V::Refused, V::Refused]),
            ("https://claude.ai/api/mcp/auth_callback", [V::Refused, V::Allowed, V::Allowed]),
            ("https://claude.ai/elsewhere", [V::Refused, V::Review, V::Allowed]),
            ("https://chatgpt.com/connector/oauth/a1", [V::Refused, V::Allowed, V::Allowed]),
            ("https://partner.example/any", [V::Refused, V::Allowed, V::Allowed]),
            ("https://www.partner.example/any", [V::Refused, V::Review, V::Allowed]),
            ("https://x.apps.example/any", [V::Refused, V::Allowed, V::Allowed]),
            ("https://exact.example/cb", [V::Refused, V::Allowed, V::Allowed]),
            ("https://exact.example/cb?x", [V::Refused, V::Review, V::Allowed]),
            ("https://evil.example/cb", [V::Refused, V::Review, V::Allowed]),
        ];
        for (address, verdicts) in ANY {
            for (preset, verdict) in
                [P::LoopbackOnly, P::LoopbackAndListed, P::Open].into_iter().zip(verdicts)
            {
                let uris = uris(&[address]);
                let judged = policy(preset).judge(&uris, Catalogue::embedded());
                assert_eq!(judged.verdict, verdict, "{address} under {preset:?}");
                assert_eq!(judged.findings.is_empty(), verdict == V::Allowed, "{address}");
            }
        }
    }

    #[test]
    fn all_are_judged_and_the_strictest_holds() {
        let uris = uris(&[
            "http://localhost/cb",
            "https://evil.example/cb",
            "cursor://other/cb",
            "https://evil.example/cb2",
        ]);
        let with = |others| RedirectPolicy { others, ..RedirectPolicy::default() };
        let judged = with(UnlistedHttps::Warn).judge(&uris, Catalogue::embedded());
        assert_eq!(judged.verdict, V::Refused);
        let found: Vec<_> =
            judged.findings.iter().map(|f| (f.position, f.verdict, f.reason)).collect();
        assert_eq!(
            found,
            [
                (1, V::Warn, R::UnlistedHttps),
                (2, V::Refused, R::UnlistedApp),
                (3, V::Warn, R::UnlistedHttps)
            ]
        );
        let judged = with(UnlistedHttps::Review).judge(&uris[..2], Catalogue::embedded());
        assert_eq!(judged.verdict, V::Review);
        let judged = with(UnlistedHttps::Warn).judge(&uris[..2], Catalogue::embedded());
        assert_eq!(
            (judged.verdict, judged.findings[0].uri.as_str()),
            (V::Warn, "https://evil.example/cb")
        );
        let judged = with(UnlistedHttps::Review).judge(&uris[..1], Catalogue::embedded());
        assert_eq!((judged.verdict, judged.findings.len()), (V::Allowed, 0));
    }
}
