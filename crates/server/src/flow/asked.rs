//! What is asked at the authorization endpoint: what its parameters say, or what was pushed before and is named by a `request_uri` (RFC 9126 §4)?
//!
//! Of a pushed request only `client_id` and `request_uri` count (PAR-3). One that is not good ends on a page of ours: what was pushed is not known, so nobody
//! can be redirected to.

use std::borrow::Cow;

use salver_oauth::{
    Timestamp,
    authorization::{
        check::{AuthorizationError, Offer, PushFault},
        pushed::{REQUEST_URI, query},
        request::{AuthorizationRequest, RequestError},
    },
    client::{id::ClientId, metadata::Metadata},
    form::Form,
};
use salver_policy::{assessment::SignedBy, evidence::Evidence};

use super::refusal::{PushedRefusal, Refusal};
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

    /// The request as its parameters: what was pushed can be asked once more in this way when its `request_uri` is no more.
    pub(super) fn as_parameters<'r>(&self, raw: &'r str) -> Cow<'r, str> {
        match &self.pushed {
            Some(pushed) => query(&self.request.client_id, &pushed.parameters).into(),
            None => raw.into(),
        }
    }

    /// What was verified of the client when it pushed the request, if it did: here travels what an attestation proves. What an issuer has vouched for that is trusted no
    /// more, or suspended by now, counts for nothing.
    pub(super) fn evidence(&self, deps: &Deps) -> Option<Evidence> {
        let Proven { attested_by, evidence, signed, .. } = &self.pushed.as_ref()?.proven;
        let vouchers = attested_by.iter().chain(signed.as_ref().map(|signed| &signed.issuer));
        let all_trusted = vouchers.into_iter().all(|one| anchor::trusted(deps, one).is_some());
        Some(if all_trusted { *evidence } else { evidence.without(Evidence::WITH_A_REQUEST) })
    }

    /// Whose statement came with the request when it was pushed: newer than any that the client's metadata carry.
    pub(super) fn signed(&self, deps: &Deps) -> Option<SignedBy> {
        let signed = self.pushed.as_ref()?.proven.signed.as_ref()?;
        anchor::trusted(deps, &signed.issuer).map(|_| signed.clone())
    }

    /// PAR-3: whether a request may come as this one did. The server, the client's metadata or the resource may demand that it is pushed.
    ///
    /// # Errors
    /// [`PushFault::NotPushed`], for the client.
    pub(super) fn check_arrival(
        &self,
        deps: &Deps,
        client: &Metadata,
        offer: &Offer,
    ) -> Result<(), AuthorizationError> {
        let resource = deps.settings.resources.find(offer.resource.as_str());
        let required = deps.settings.pushed_requests.required
            || client.requires_push
            || resource.is_some_and(|resource| resource.requires_push);
        if required && self.pushed.is_none() {
            return Err(PushFault::NotPushed.into());
        }
        Ok(())
    }

    /// PAR-1: whether it was pushed without authentication by a client that, as is known now, cannot do without.
    pub(super) fn is_unproven(&self, client: &Metadata) -> bool {
        self.pushed.as_ref().is_some_and(|pushed| !pushed.proven.client && !client.methods.none)
    }
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
