//! What is asked at the authorization endpoint: what its parameters say, or what was pushed before and is named by a `request_uri` (RFC 9126 §4)?
//!
//! Of a pushed request only `client_id` and `request_uri` count (PAR-3). One that is not good ends on a page of ours: what was pushed is not known, so nobody
//! can be redirected to.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_oauth::{
    Timestamp,
    authorization::{
        check::{AuthorizationError, Offer, PushFault},
        pushed::{REQUEST_URI, query},
        request::{AuthorizationRequest, RequestError},
    },
    client::{id::ClientId, metadata::Metadata},
    form::{Form, encode},
};
use salver_policy::{assessment::SignedBy, evidence::Evidence};
use salver_store::retention;

use super::refusal::{PushedRefusal, Refusal, Unavailable};
use crate::{
    anchor,
    deps::Deps,
    pushed::{Proven, Pushed},
};

/// An authorization request, however it came.
pub(super) struct Asked {
    /// The request.
    pub(super) request: AuthorizationRequest,
    /// What was pushed, if it was.
    pub(super) pushed: Option<Pushed>,
}

impl Asked {
    /// Reads a query or form body, as of this time: a page that was shown while a pushed request was good may be answered later.
    ///
    /// # Errors
    /// [`Refusal`], for a page.
    pub(super) async fn read(deps: &Deps, raw: &str, at: Timestamp) -> Result<Self, Refusal> {
        let Some((client_id, request_uri)) = named(raw)? else {
            return Ok(Self { request: AuthorizationRequest::parse(raw)?, pushed: None });
        };
        let refused = |why| Refusal::Pushed { client_id: client_id.to_string(), why };
        let key = deps.secrets.pushed_requests();
        let pushed = Pushed::open(&request_uri, &client_id, key);
        let pushed = pushed.ok_or_else(|| refused(PushedRefusal::NotOurs))?;
        if deps.store.find_spent_request(pushed.number).await?.is_some() {
            return Err(refused(PushedRefusal::Spent));
        }
        if pushed.expires_at <= at {
            return Err(refused(PushedRefusal::Expired));
        }
        let request = AuthorizationRequest::parse(&query(&client_id, &pushed.parameters))?;
        Ok(Self { request, pushed: Some(pushed) })
    }

    /// What was asked before and is on record, whether or not it could be gone on with now.
    pub(super) fn on_record(deps: &Deps, raw: &str) -> Option<Self> {
        let Some((client_id, request_uri)) = named(raw).ok()? else {
            return Some(Self { request: AuthorizationRequest::parse(raw).ok()?, pushed: None });
        };
        let pushed = Pushed::open(&request_uri, &client_id, deps.secrets.pushed_requests())?;
        let request = AuthorizationRequest::parse(&query(&client_id, &pushed.parameters)).ok()?;
        Some(Self { request, pushed: Some(pushed) })
    }

    /// The request as somebody can come back to it after a review. Reviewers take longer than a `request_uri` is good, and what was pushed has to stay pushed: it is
    /// sealed anew, with what was proven of it. Keys that were shown then have to be shown again where the code is redeemed, so a long wait gives nothing away.
    ///
    /// # Errors
    /// If it cannot be sealed.
    pub(super) fn to_wait<'r>(
        &self,
        deps: &Deps,
        raw: &'r str,
    ) -> Result<Cow<'r, str>, Unavailable> {
        let Some(pushed) = self.pushed.as_ref().filter(|pushed| !pushed.waits) else {
            return Ok(raw.into());
        };
        let client_id = &self.request.client_id;
        let expires_at = pushed.expires_at.plus_seconds(retention::OPEN_CASE);
        // Another number, since it is the nonce too, and always the same: however often the page is shown, each of the two gives one code.
        let number =
            deps.secrets.digest(&format!("waits {}", URL_SAFE_NO_PAD.encode(pushed.number)));
        let number = *number.first_chunk().ok_or(Unavailable::Crypto)?;
        let waits = Pushed { number, expires_at, waits: true, ..pushed.clone() };
        let request_uri = waits.seal(client_id, deps.secrets.pushed_requests());
        let request_uri = request_uri.map_err(|_| Unavailable::Crypto)?;
        Ok(query(client_id, &format!("request_uri={}", encode(&request_uri))).into())
    }

    /// What was verified of the client when it pushed the request, if it did: here travels what an attestation proves. It counts no more if somebody has vouched for it who
    /// is trusted no more, is suspended by now, or may not vouch for this client.
    pub(super) fn evidence(&self, deps: &Deps, client: &Metadata) -> Option<Evidence> {
        let Proven { attested_by, evidence, signed, .. } = &self.pushed.as_ref()?.proven;
        let is_good = signed.as_ref().is_none_or(|signed| is_believed(deps, signed, client))
            && attested_by.as_ref().is_none_or(|by| anchor::trusted(deps, by).is_some());
        Some(if is_good { *evidence } else { Evidence::NONE })
    }

    /// Whose statement came with the request when it was pushed: newer than any that the client's metadata carry.
    pub(super) fn signed(&self, deps: &Deps, client: &Metadata) -> Option<SignedBy> {
        let signed = self.pushed.as_ref()?.proven.signed.as_ref();
        signed.filter(|signed| is_believed(deps, signed, client)).cloned()
    }

    /// PAR-3: whether a request may come as this one did.
    ///
    /// # Errors
    /// [`PushFault::NotPushed`], for the client.
    pub(super) fn check_arrival(
        &self,
        deps: &Deps,
        client: &Metadata,
        offer: &Offer,
    ) -> Result<(), AuthorizationError> {
        check_arrival(deps, (client, offer), self.pushed.is_some())
    }

    /// PAR-1: whether it was pushed without authentication by a client that, as is known now, cannot do without.
    pub(super) fn is_unproven(&self, client: &Metadata) -> bool {
        self.pushed.as_ref().is_some_and(|pushed| !pushed.proven.client && !client.methods.none)
    }
}

/// PAR-3: whether a request may come like this. The server, the client's metadata or the resource may demand that it is pushed.
///
/// # Errors
/// [`PushFault::NotPushed`], for the client.
pub(super) fn check_arrival(
    deps: &Deps,
    (client, offer): (&Metadata, &Offer),
    is_pushed: bool,
) -> Result<(), AuthorizationError> {
    let resource = deps.settings.resources.find(offer.resource.as_str());
    let required = deps.settings.pushed_requests.required
        || client.requires_push
        || resource.is_some_and(|resource| resource.requires_push);
    if required && !is_pushed { Err(PushFault::NotPushed.into()) } else { Ok(()) }
}

/// Whether whoever has signed is still believed, and may vouch for this client.
fn is_believed(deps: &Deps, signed: &SignedBy, client: &Metadata) -> bool {
    let names = client.name.iter().map(|name| &**name);
    anchor::trusted(deps, &signed.issuer).is_some_and(|anchor| {
        anchor.vouching.objection_to(&signed.issuer, names, &client.redirect_uris).is_none()
    })
}

/// The client and the `request_uri`, if what was pushed is named. Any other `request_uri` is a parameter that is judged with the others.
fn named(raw: &str) -> Result<Option<(ClientId, String)>, RequestError> {
    // Most requests are plain, and are read once.
    if !raw.contains("request_uri") {
        return Ok(None);
    }
    let form = Form::parse(raw);
    match form.one("request_uri") {
        Ok(Some(request_uri)) if request_uri.starts_with(REQUEST_URI) => {
            let client_id = form.one("client_id")?.ok_or(RequestError::NoClientId)?;
            let client_id = ClientId::parse(&client_id).map_err(RequestError::ClientId)?;
            Ok(Some((client_id, request_uri.into())))
        }
        _ => Ok(None),
    }
}
