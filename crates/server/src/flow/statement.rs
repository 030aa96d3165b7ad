//! Is this software statement to be believed? RFC 7591 §2.3, SW-1 to SW-13: decoded without belief, then its anchor, then the anchor's keys, then everything else.
//!
//! Nothing is fetched for an issuer that is no anchor, and nothing that came with the statement says where keys are (SW-7). An anchor whose keys cannot be read
//! vouches for nothing until they can.

use std::sync::Arc;

use salver_egress::{Egress, Purpose, Source};
use salver_jose::{
    Checked, ExpectedStatement, INSTALLATION_CHECK, KeySet, STATEMENT_SKEW_SECONDS, Statement,
    UnverifiedStatement,
};
use salver_oauth::{
    client::{id::ClientId, metadata::Metadata, stated::StatedId},
    registration::{StatementFault, statement},
};
use salver_policy::{
    assessment::SignedBy,
    evidence::{Evidence, EvidenceKind},
};
use salver_store::{Outcome, StoreError};
use serde_json::Value;
use thiserror::Error;

use super::{
    client::Found,
    keys_at::{Errand, KeysUnreadable},
};
use crate::{
    anchor::{self, Anchor, AnchorKeys},
    deps::Deps,
};

/// What the egress ledger and exceptions call fetches of the keys of anchors.
pub const ANCHOR_KEYS: Purpose = Purpose::new("statement_keys");

/// Why a document is not taken because of the statement inside it (SW-14).
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum InDocument {
    /// It says something else than its issuer has signed.
    #[error("its software_statement signs another {0}")]
    Disagrees(Box<str>),
    /// CIMD-D-5, CIMD-D-6 hold inside it too.
    #[error("its software_statement signs {0}, which stands for a shared secret")]
    SharedSecret(&'static str),
}

/// A statement that an anchor has signed.
pub struct Believed {
    /// The anchor.
    pub anchor: Arc<Anchor>,
    /// What it says.
    pub statement: Statement,
}

/// Why a statement is not believed.
#[derive(Debug, Error)]
pub enum NotBelieved {
    /// It breaks a rule.
    #[error(transparent)]
    Fault(#[from] StatementFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Verifies a statement that was sent now.
///
/// # Errors
/// [`NotBelieved`] names the first rule that it breaks.
pub async fn verify(deps: &Deps, compact: &str) -> Result<Believed, NotBelieved> {
    let unverified = UnverifiedStatement::decode(compact)?;
    let anchor = anchor::trusted(deps, unverified.claimed_issuer());
    let anchor = anchor.ok_or(StatementFault::NotTrusted)?;
    let keys = keys(&deps.egress, &anchor, unverified.claimed_key_id()).await;
    let keys = keys.map_err(|why| {
        tracing::warn!(issuer = &*anchor.issuer, %why, "the keys of a trust anchor cannot be read: nothing that it signs is believed");
        StatementFault::NoKeys
    })?;
    let expected = ExpectedStatement {
        audience: &deps.settings.issuer,
        algorithms: &anchor.algorithms,
        longest_seconds: anchor.longest_seconds,
        type_name: anchor.type_name.as_deref(),
        now: deps.now(),
    };
    let statement = unverified.verify(&keys, &expected)?;
    Ok(Believed { anchor, statement })
}

/// Spends a statement, if those of its issuer are good once (SW-11).
///
/// # Errors
/// [`NotBelieved`], if it was spent before.
pub async fn spend(deps: &Deps, believed: &Believed) -> Result<(), NotBelieved> {
    if !believed.anchor.once {
        return Ok(());
    }
    let Statement { issuer, id, expires_at, .. } = &believed.statement;
    let id = id.as_deref().ok_or(StatementFault::Missing("jti"))?;
    let spent = deps.secrets.digest(&format!("statement {issuer} {id}"));
    // Until it has ended even by the slowest clock that we believe.
    let until = expires_at.plus_seconds(STATEMENT_SKEW_SECONDS + 1);
    match deps.store.spend_assertion(spent, until, deps.now()).await? {
        Outcome::Applied => Ok(()),
        Outcome::Lost => Err(StatementFault::Spent.into()),
    }
}

impl Believed {
    /// Who has signed for the software of this id.
    pub(super) fn signed_by(&self, deps: &Deps, software_id: &str) -> SignedBy {
        SignedBy {
            issuer: self.statement.issuer.clone(),
            software_id: software_id.into(),
            key: self.statement.key.clone(),
            checked_at: deps.now(),
        }
    }
}

/// Who has signed for the document that this client is read from, if its statement is one to be believed (SW-14): for its signature, not for having been
/// fetched. It has to sign this `client_id`: whoever has got hold of a statement can put it into a document of their own. One that is not believed, or not for this
/// document, is no evidence, and nothing else follows from it.
///
/// # Errors
/// [`InDocument`], if the document and what was signed do not fit together.
pub async fn in_document(
    deps: &Deps,
    client: &Metadata,
    document: &[u8],
) -> Result<Option<SignedBy>, InDocument> {
    if !anchor::are_any(deps) {
        return Ok(None);
    }
    let Some(compact) = statement::in_document(document) else {
        return Ok(None);
    };
    // On the heap: few documents carry one.
    let believed = match Box::pin(verify(deps, &compact)).await {
        Ok(believed) => believed,
        Err(why) => {
            let client_id = client.client_id.as_str();
            tracing::info!(client_id, %why, "the statement in a document is no evidence");
            return Ok(None);
        }
    };
    let Statement { issuer, claims, .. } = &believed.statement;
    if let Some(member) = statement::shared_secret(claims) {
        return Err(InDocument::SharedSecret(member));
    }
    if let Some(member) = statement::disagreement(document, claims) {
        return Err(InDocument::Disagrees(member));
    }
    let text = |name| claims.get(name).and_then(Value::as_str);
    let client_id = client.client_id.as_str();
    if text("client_id") != Some(client_id) {
        tracing::info!(client_id, issuer, "the statement in a document does not name it");
        return Ok(None);
    }
    let names = client.name.iter().map(|name| &**name);
    let objection = believed.anchor.vouching.objection_to(issuer, names, &client.redirect_uris);
    let software_id = text("software_id").filter(|_| objection.is_none());
    Ok(software_id.map(|id| believed.signed_by(deps, id)))
}

/// Who vouches for the client that pushes a request and sends a statement with it: a fresh one, for this server, is evidence for this login (AT-R-3). It has to be
/// the one of this software, or to sign this `client_id` and nothing else than its document says.
///
/// # Errors
/// [`NotBelieved`].
pub(super) async fn beside_push(
    deps: &Deps,
    (client_id, found): (&ClientId, &Found),
    compact: &str,
) -> Result<(SignedBy, Evidence), NotBelieved> {
    let believed = verify(deps, compact).await?;
    let Statement { issuer, claims, .. } = &believed.statement;
    let text = |name| claims.get(name).and_then(Value::as_str);
    let software_id = text("software_id").ok_or(StatementFault::Missing("software_id"))?;
    let is_theirs = match client_id {
        ClientId::Stated(id) => *id == StatedId::of(issuer, software_id),
        _ => text("client_id") == Some(client_id.as_str()),
    };
    let document = found.document.as_deref().unwrap_or_default();
    if !is_theirs || statement::disagreement(document, claims).is_some() {
        return Err(StatementFault::OtherClient.into());
    }
    let names = found.metadata.name.iter().map(|name| &**name);
    let uris = &found.metadata.redirect_uris;
    if let Some(member) = believed.anchor.vouching.objection_to(issuer, names, uris) {
        return Err(StatementFault::NotVouched(member).into());
    }
    spend(deps, &believed).await?;
    // DESIGN 4.2: whoever holds a statement can show it, so it says no more of an installation than that its vendor has signed the person in.
    let by_user = text(INSTALLATION_CHECK) == Some(Checked::User.name());
    let user = Evidence::NONE.with(EvidenceKind::UserAttested);
    let evidence = if by_user { user } else { Evidence::NONE };
    Ok((believed.signed_by(deps, software_id), evidence))
}

/// The keys of an anchor, and the one that is named among them if it can be had.
///
/// # Errors
/// [`KeysUnreadable`]: then nothing that it signs is believed.
pub async fn keys(
    egress: &Egress,
    anchor: &Anchor,
    named: Option<&str>,
) -> Result<Arc<KeySet>, KeysUnreadable> {
    let errand = Errand { purpose: ANCHOR_KEYS, source: Source::Itself };
    match &anchor.keys {
        AnchorKeys::Inline(keys) => Ok(Arc::clone(keys)),
        AnchorKeys::At(at) => at.load(egress, errand, named).await.map(|(keys, _)| keys),
    }
}
