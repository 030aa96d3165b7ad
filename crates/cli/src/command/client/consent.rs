//! What will people be shown? By the same judgement and in the same sentences as at a login.

use salver_oauth::{
    authorization::return_address::{OwnOrigins, ReturnAddress, ReturnAddressError},
    client::{metadata::Metadata, redirect_uri::loopback_port},
};
use salver_policy::{
    assessment::{DocumentCopy, Facts, Rung},
    catalogue::Catalogue,
    consent::may_be_remembered,
    evidence::Evidence,
};
use salver_server::pages::{Proof, Recipient, Site, Warning};
use url::Url;

use crate::{config::Settings, wiring};

/// What is shown for one redirect URI.
pub(super) struct Preview {
    pub(super) redirect_uri: String,
    pub(super) outcome: Result<Page, &'static str>,
}

/// The page.
pub(super) struct Page {
    pub(super) rung: Rung,
    pub(super) proof: String,
    pub(super) recipient: String,
    /// Whether an earlier yes may stand for a later one.
    pub(super) remembered: bool,
    /// Id and sentence.
    pub(super) warnings: Vec<(&'static str, String)>,
}

pub(super) fn previews(
    client: &Metadata,
    redirect: &[String],
    (settings, catalogue): (&Settings, &Catalogue),
) -> Vec<Preview> {
    let listed: Vec<String> = match redirect {
        [] => client.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        wanted => wanted.to_vec(),
    };
    listed
        .into_iter()
        .map(|uri| Preview {
            outcome: preview(client, &uri, (settings, catalogue)),
            redirect_uri: uri,
        })
        .collect()
}

fn preview(
    client: &Metadata,
    uri: &str,
    (settings, catalogue): (&Settings, &Catalogue),
) -> Result<Page, &'static str> {
    let issuer = &settings.server.issuer;
    let resources = settings.resources.iter().map(|resource| resource.id.as_str());
    let own = OwnOrigins::of(resources.chain([issuer.as_str()]));
    let back = ReturnAddress::choose(client, Some(uri), None, issuer, &own)
        .map_err(|error| refusal(&error))?;
    if client.dpop_bound {
        return Err(
            "refused: it wants tokens that are bound to a key (DPoP), and this server issues none yet",
        );
    }
    let policy = wiring::policy::policy(settings, catalogue.clone());
    let facts = Facts {
        record: None,
        signed: None,
        client,
        redirect_uri: back.url(),
        recipient: back.recipient(),
        copy: DocumentCopy::Live,
        catalogue: &policy.catalogue,
        protected: &policy.protected,
        evidence: Evidence::NONE,
    };
    let assessment = facts.assess();
    let warnings = facts.warnings(&assessment, false);
    Ok(Page {
        rung: assessment.rung,
        proof: Proof::of(&assessment).sentence(&Site::new(issuer)),
        recipient: recipient(uri, &back.recipient().to_string()).sentence(),
        remembered: may_be_remembered(&assessment),
        warnings: warnings
            .iter()
            .map(Warning::of)
            .map(|warning| (warning.id(), warning.sentence()))
            .collect(),
    })
}

/// A document rarely names the port of a program on the user's computer; then it is not known before the login.
fn recipient(uri: &str, class: &str) -> Recipient {
    match (loopback_port(uri), Url::parse(uri)) {
        (Some(80), _) | (_, Err(_)) => Recipient::of_class(class),
        (_, Ok(url)) => Recipient::of(&url),
    }
}

fn refusal(error: &ReturnAddressError) -> &'static str {
    match error {
        ReturnAddressError::Missing => "refused: the request names no redirect URI",
        ReturnAddressError::NotRegistered(_) => "refused: the document does not list it",
        ReturnAddressError::OurOwn => "refused: it is an address of this server",
        ReturnAddressError::SchemeNotAllowed(_) => {
            "refused: no answer is sent to an app's scheme on a document's word; list a loopback or https address"
        }
    }
}
