//! Whose logo is shown, and how does it get here? Fetched by us, once per version of the document, never by the browser (CIMD-S-6,
//! DESIGN §7.5).
//!
//! A logo that anybody could have chosen is the best aid to phishing, so those of self-declared and published clients are not even
//! fetched, unless the catalogue knows them. Nothing waits long for one, and no failure of one is a failure of anything else.

use std::time::Duration;

use salver_egress::{
    Candidate, Check, ChosenBy, Egress, Fetch, FetchError, Purpose, Source, Standing,
};
use salver_oauth::{Timestamp, UserId, client::metadata::Metadata};
use salver_policy::assessment::{Assessment, Rung};
use salver_store::record::Grant;
use serde::Deserialize;
use tokio::{sync::watch, time::timeout};

use super::judgement::Judged;
use crate::{
    deps::Deps,
    logo::{LogoHash, Logos, Picture, PictureFault, Turn, Version, claims_to_be_one},
};

/// What the egress ledger calls these fetches.
pub const LOGO: Purpose = Purpose::new("client_logo");

/// The most that is read of a logo, in bytes (DESIGN §9).
const LOGO_BYTES: usize = 256 * 1024;

/// How long a page waits. What comes later is shown by the next one.
const PATIENCE: Duration = Duration::from_secs(1);

/// The logo to show to this person, if there is one in time.
pub(super) async fn find(
    deps: &Deps,
    client: &Metadata,
    judged: &Judged,
    person: UserId,
) -> Option<LogoHash> {
    let url = client.logo_uri.as_deref().filter(|_| may_be_shown(&judged.assessment))?;
    if !judged.may_fetch_picture(url) {
        return None;
    }
    let client_id = client.client_id.to_string();
    let version = Version { client_id: &client_id, digest: client.digest };
    let mut landing = match deps.logos.turn(version, deps.now()) {
        Turn::Settled(logo) => return logo,
        Turn::Wait(landing) => landing,
        Turn::Fetch(landed, landing) => {
            let errand = Errand {
                egress: (*deps.egress).clone(),
                logos: deps.logos.clone(),
                url: url.into(),
                client_id: client_id.clone(),
                digest: client.digest,
                person,
                now: deps.now(),
            };
            tokio::spawn(errand.run(landed));
            landing
        }
    };
    // In time or not, what counts is what is at hand then. The only change is that the sender goes.
    let _ = timeout(PATIENCE, landing.changed()).await;
    deps.logos.at_hand(version)
}

/// The logo of what a person let in under these grants, if it is at hand; nothing is fetched. Grants to more than one client have
/// none in common.
#[must_use]
pub fn at_hand<'g>(deps: &Deps, grants: impl IntoIterator<Item = &'g Grant>) -> Option<LogoHash> {
    let mut grants = grants.into_iter().peekable();
    let client_id = &grants.peek()?.client_id;
    let mut shown = None;
    for grant in grants {
        if grant.client_id != *client_id {
            return None;
        }
        let version = Version { client_id, digest: grant.metadata };
        let found = || deps.logos.at_hand(version).filter(|_| was_shown(&grant.assessment));
        shown = shown.or_else(found);
    }
    shown
}

/// From rung `anchored`, vetted, or in the catalogue.
fn may_be_shown(assessment: &Assessment) -> bool {
    assessment.rung >= Rung::Anchored || assessment.vetted || assessment.known.is_some()
}

/// The same of an assessment on record.
fn was_shown(assessment: &str) -> bool {
    #[derive(Deserialize)]
    struct OnRecord {
        rung: String,
        vetted: bool,
        known: Option<String>,
    }
    serde_json::from_str::<OnRecord>(assessment).is_ok_and(|on_record| {
        [Rung::Anchored, Rung::Attested].iter().any(|rung| on_record.rung == rung.to_string())
            || on_record.vetted
            || on_record.known.is_some()
    })
}

/// A fetch that outlives the page it was begun for.
struct Errand {
    egress: Egress,
    logos: Logos,
    url: String,
    client_id: String,
    digest: [u8; 32],
    person: UserId,
    now: Timestamp,
}

/// Why there is no logo.
#[derive(Debug, thiserror::Error)]
enum NoLogo {
    #[error("not fetched: {0}")]
    Fetch(#[from] FetchError),
    #[error("not shown: {0}")]
    Picture(#[from] PictureFault),
}

impl Errand {
    /// Fetches, draws and keeps it; then lets go of those who wait.
    async fn run(self, landed: watch::Sender<()>) {
        let picture = match self.bring().await {
            Ok(picture) => Some(picture),
            Err(error) => {
                tracing::info!(client_id = self.client_id, %error, "a client's logo is left out");
                None
            }
        };
        let version = Version { client_id: &self.client_id, digest: self.digest };
        self.logos.settle(version, picture, self.now);
        drop(landed);
    }

    async fn bring(&self) -> Result<Picture, NoLogo> {
        let fetch = Fetch {
            url: &self.url,
            chosen_by: ChosenBy::Stranger, // CIMD-F-5
            purpose: LOGO,
            source: Source::User(*self.person.as_bytes()),
            standing: Standing::FirstSight,
            limit: LOGO_BYTES,
            accept: "image/png, image/jpeg, image/webp",
            check: Check::new(is_picture),
        };
        let fetched = self.egress.fetch(fetch).await?;
        // What is kept is the picture that we make of it, not the file.
        self.egress.forget(&self.url, LOGO);
        Ok(self.logos.draw(fetched.body).await?)
    }
}

fn is_picture(candidate: &Candidate<'_>) -> bool {
    claims_to_be_one(candidate.content_type, candidate.body)
}

#[cfg(test)]
mod tests {
    use salver_policy::{assessment::Publisher, evidence::Evidence};

    use super::*;

    #[test]
    fn design_4_2_only_from_anchored_up_vetted_or_in_the_catalogue() {
        for (rung, vetted, known, expected) in [
            (Rung::SelfDeclared, false, None, false),
            (Rung::Published, false, None, false),
            (Rung::Anchored, false, None, true),
            (Rung::Attested, false, None, true),
            (Rung::Published, true, None, true),
            (Rung::SelfDeclared, true, None, true),
            (Rung::Published, false, Some("Claude".into()), true),
        ] {
            let assessment = Assessment {
                rung,
                publisher: Publisher::Administrator,
                vetted,
                relay: false,
                on_this_computer: false,
                known,
                pinned: false,
                keyed: false,
                signed: None,
                evidence: Evidence::NONE,
            };
            assert_eq!(may_be_shown(&assessment), expected, "{assessment:?}");
            let on_record = serde_json::to_string(&assessment).unwrap_or_default();
            assert_eq!(was_shown(&on_record), expected, "{on_record}");
        }
        assert!(!was_shown("") && !was_shown("{}"));
    }
}
