//! May this code be redeemed? O21-30 to O21-33, R-14, R-15.

use super::pkce::Challenge;
use crate::{Timestamp, resource::ResourceId, token::error::TokenError};

/// What is known of the code that was presented by the client that it was given to.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'k> {
    /// Where it was sent.
    pub redirect_uri: &'k str,
    /// The challenge of its request.
    pub challenge: &'k Challenge,
    /// The resource that was granted.
    pub resource: &'k ResourceId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it was redeemed before.
    pub spent: bool,
    /// Whether its grant still stands.
    pub grant_stands: bool,
}

/// What came with it.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'p> {
    /// `redirect_uri`, if sent.
    pub redirect_uri: Option<&'p str>,
    /// `code_verifier`.
    pub verifier: &'p str,
    /// `resource`, each time that it stands.
    pub resources: &'p [String],
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// It is redeemed.
    Redeem,
    /// Everything is right, but it was spent before: somebody has a copy, and what it gave ends.
    Replay,
    /// It is refused, and nothing else happens: an invalid replay signs nobody out.
    Refuse(TokenError),
}

/// Decides about a code.
#[must_use]
pub fn decide(kept: &Kept<'_>, presented: &Presented<'_>, now: Timestamp) -> Decision {
    let refusal = if !kept.grant_stands {
        Some(TokenError::Code)
    } else if !kept.challenge.is_met_by(presented.verifier) {
        Some(TokenError::Verifier)
    } else if presented.redirect_uri.is_some_and(|uri| uri != kept.redirect_uri) {
        Some(TokenError::RedirectUri)
    } else if presented.resources.iter().any(|resource| !kept.resource.is_meant_by(resource)) {
        Some(TokenError::Resource)
    } else {
        None
    };
    match refusal {
        Some(error) => Decision::Refuse(error),
        None if kept.spent => Decision::Replay,
        None if now > kept.expires_at => Decision::Refuse(TokenError::Code),
        None => Decision::Redeem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn each_rule_with_its_neighbour() {
        let challenge = Challenge::kept("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let resource = ResourceId::parse("https://mcp.example/mcp").unwrap();
        let kept = Kept {
            redirect_uri: "http://localhost:1/cb",
            challenge: &challenge,
            resource: &resource,
            expires_at: Timestamp::from_unix(60),
            spent: false,
            grant_stands: true,
        };
        let right = Presented { redirect_uri: None, verifier: VERIFIER, resources: &[] };
        let slash = ["https://mcp.example/mcp/".to_owned()];
        let other = ["https://other.example/".to_owned()];
        let spent = Kept { spent: true, ..kept };
        let refused = Decision::Refuse;
        for (why, kept, presented, now, expected) in [
            ("all right", kept, right, 60, Decision::Redeem),
            (
                "R-15: the same redirect_uri",
                kept,
                Presented { redirect_uri: Some("http://localhost:1/cb"), ..right },
                1,
                Decision::Redeem,
            ),
            (
                "another port is another address here",
                kept,
                Presented { redirect_uri: Some("http://localhost:2/cb"), ..right },
                1,
                refused(TokenError::RedirectUri),
            ),
            (
                "RI-2: the same resource",
                kept,
                Presented { resources: &slash, ..right },
                1,
                Decision::Redeem,
            ),
            (
                "RI-2: another one",
                kept,
                Presented { resources: &other, ..right },
                1,
                refused(TokenError::Resource),
            ),
            ("O21-30: too late", kept, right, 61, refused(TokenError::Code)),
            (
                "revoked meanwhile",
                Kept { grant_stands: false, ..kept },
                right,
                1,
                refused(TokenError::Code),
            ),
            (
                "O21-33: another verifier",
                kept,
                Presented { verifier: "x", ..right },
                1,
                refused(TokenError::Verifier),
            ),
            ("R-14: a valid replay", spent, right, 1, Decision::Replay),
            ("R-14: a valid replay, late", spent, right, 600, Decision::Replay),
            (
                "R-14: a replay without the verifier",
                spent,
                Presented { verifier: "x", ..right },
                1,
                refused(TokenError::Verifier),
            ),
        ] {
            assert_eq!(decide(&kept, &presented, Timestamp::from_unix(now)), expected, "{why}");
        }
    }
}
