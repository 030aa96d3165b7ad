//! What would become of a login, and why? For administrators, who ask before anybody logs in, or after somebody could not.
//!
//! Facts are gathered as [`super::authorize`] does and judged by the same [`Bench`], so command line and page cannot say something else
//! than a login would. Nothing is written: no verdict is kept, no version noted. A document is fetched by the rules for strangers' URLs.
//! Leaves out what only a person's answer or the token endpoint would show.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use salver_oauth::{
    Timestamp, UserId,
    authorization::{
        check::{self, AuthorizationError},
        request::{AuthorizationRequest, RequestError},
        return_address::{ReturnAddress, ReturnAddressError},
    },
    client::{
        document::{self, DocumentError},
        hosted::HostedId,
        id::ClientId,
        metadata::Metadata,
    },
};
use salver_policy::{
    assessment::DocumentCopy,
    catalogue::{Catalogue, Date},
    evidence::Evidence,
    explain::{Explanation, Fact},
};
use salver_store::{
    StoreError,
    record::{Approval, RecordedClient, User},
};
use thiserror::Error;
use url::form_urlencoded::Serializer;

use super::{
    asked::check_arrival,
    client::{self, DOCUMENT_BYTES, Found, Reach},
    judgement::{Bench, Known, refused_key_host},
    recorded,
    refusal::{ClientRefusal, Refusal},
};
use crate::deps::Deps;

/// A login that could happen. What is not named is what a client would leave out.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// Who would ask.
    pub client: Asking<'q>,
    /// Where the answer would go; each of the client's redirect URIs in turn, if none is named.
    pub redirect_uri: Option<&'q str>,
    /// The resource, by its name here or its URL; it may be left out where there is only one.
    pub resource: Option<&'q str>,
    /// The username of who would sign in; without it, somebody in no group for whom nothing was approved in person.
    pub user: Option<&'q str>,
    /// The scopes, with spaces between them.
    pub scopes: Option<&'q str>,
    /// What would be verified when the client pushes the request; nothing if it does not push it.
    pub pushed: Option<Evidence>,
}

/// Who would ask.
#[derive(Clone, Debug)]
pub enum Asking<'q> {
    /// The client with this `client_id`, found as at a login.
    ClientId(&'q str),
    /// The client that this metadata document describes, as if it were published already.
    Document(&'q [u8]),
    /// This application as its owner last wrote it, as if that were in force already.
    Application(&'q RecordedClient),
}

/// What would become of the login at one redirect URI.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The redirect URI.
    pub redirect_uri: Box<str>,
    /// What policy says, and why; or why there would be no return address.
    pub outcome: Result<Explanation, ReturnAddressError>,
    /// The host of the client's key set, if keys may not come from there: then the login ends, whatever the verdict says.
    pub refused_key_host: Option<Box<str>>,
}

/// Why there is nothing to explain.
#[derive(Debug, Error)]
pub enum ExplainRefusal {
    /// The login would end on a page before anything is judged.
    #[error("{0}")]
    Login(Refusal),
    /// The request would be answered with an error.
    #[error("the client would be sent back: {0}")]
    Request(AuthorizationError),
    /// The document is longer than any that is read.
    #[error("the document has {0} bytes, and {DOCUMENT_BYTES} are read at most")]
    TooLong(usize),
    /// The document names no URL as its `client_id`.
    #[error("the document names no URL as its client_id")]
    NoUrl,
    /// There is no resource of this name or URL.
    #[error("there is no resource {0:?}")]
    NoResource(Box<str>),
    /// There is no account of this name.
    #[error("there is no account {0:?}")]
    NoUser(Box<str>),
    /// The account is disabled.
    #[error("the account {0:?} is disabled, so it signs in nowhere")]
    Disabled(Box<str>),
}

/// What is known of the person, the client, and the two together.
struct Standing {
    user: Option<User>,
    seen_before: bool,
    first_seen: Option<Timestamp>,
    approvals: Vec<Approval>,
}

/// Explains a login that could happen, once for each redirect URI that it could go to.
///
/// # Errors
/// [`ExplainRefusal`], if it would not come to a verdict at any of them.
pub async fn explain(
    deps: &Deps,
    question: &Question<'_>,
) -> Result<Vec<Explained>, ExplainRefusal> {
    let bench = Bench { bans: deps.bans.get(), policy: deps.policy.get() };
    let (found, standing) = gather(deps, &bench.policy.catalogue, question).await?;
    if found.metadata.dpop_bound {
        let client_id = found.metadata.client_id.to_string();
        let why = ClientRefusal::NeedsBoundTokens;
        return Err(Refusal::Client { client_id, why }.into());
    }
    let request = request(deps, question, &found.metadata)?;
    let accepted =
        check::accept(&found.metadata, &request, recorded::offers(deps, found.record.as_ref()))
            .and_then(|accepted| {
                let asked_at = (&*found.metadata, accepted.offer);
                check_arrival(deps, asked_at, question.pushed.is_some()).map(|()| accepted)
            })
            .map_err(ExplainRefusal::Request)?;
    let explained = |uri: &str| {
        let Found { metadata: client, copy, .. } = &found;
        let (issuer, own) = (&deps.settings.issuer, &deps.own_origins);
        let back = ReturnAddress::choose(client, Some(uri), None, issuer, own);
        let outcome = back.map(|back| {
            let known = Known {
                client,
                copy: *copy,
                back: &back,
                accepted: &accepted,
                user: standing.user.as_ref().map_or(NOBODY, |user| user.id),
                groups: standing.user.as_ref().map_or(&[], |user| &user.groups),
                seen_before: standing.seen_before,
                first_seen: standing.first_seen,
                registered: client::registered(deps, &bench.policy.catalogue, client),
                record: found.record.as_ref(),
                signed: found.signed.as_ref(),
                approvals: &standing.approvals,
                pushed: question.pushed,
            };
            let mut explanation = bench.explain(&known, deps.now());
            tell(&mut explanation.facts, &found, standing.user.as_ref());
            explanation
        });
        let limits = outcome.as_ref().ok().map(|explanation| &explanation.verdict.limits);
        let refused_key_host = limits.and_then(|limits| refused_key_host(client, limits));
        Explained { redirect_uri: uri.into(), outcome, refused_key_host }
    };
    Ok(match question.redirect_uri {
        Some(uri) => vec![explained(uri)],
        None => found.metadata.redirect_uris.iter().map(|uri| explained(uri.as_str())).collect(),
    })
}

async fn gather(
    deps: &Deps,
    catalogue: &Catalogue,
    question: &Question<'_>,
) -> Result<(Found, Standing), ExplainRefusal> {
    let user = person(deps, question.user).await?;
    match question.client {
        Asking::ClientId(text) => {
            let client_id = ClientId::parse(text).map_err(RequestError::ClientId)?;
            let standing = standing(deps, &client_id, user).await?;
            let found = client::find_with(deps, catalogue, &client_id, standing.reach()).await?;
            // Where the host may be asked, a client is found or refused.
            Ok((found.ok_or(Refusal::ForeignForm)?, standing))
        }
        Asking::Application(client) => {
            let found = recorded::as_written(deps, client).await?;
            let standing = standing(deps, &found.metadata.client_id, user).await?;
            Ok((found, standing))
        }
        Asking::Document(bytes) => {
            let found = read(deps, bytes)?;
            let standing = standing(deps, &found.metadata.client_id, user).await?;
            Ok((found, standing))
        }
    }
}

async fn person(deps: &Deps, name: Option<&str>) -> Result<Option<User>, ExplainRefusal> {
    let Some(name) = name else { return Ok(None) };
    let user = deps.store.find_user_by_name(name).await?;
    let user = user.ok_or_else(|| ExplainRefusal::NoUser(name.into()))?;
    if user.disabled_at.is_some() {
        return Err(ExplainRefusal::Disabled(name.into()));
    }
    Ok(Some(user))
}

async fn standing(
    deps: &Deps,
    client_id: &ClientId,
    user: Option<User>,
) -> Result<Standing, StoreError> {
    let (client_id, now) = (client_id.as_str(), deps.now());
    if let Some(person) = &user {
        let remembered = deps.store.find_standing(person.id, client_id, now).await?;
        return Ok(Standing {
            user,
            seen_before: !remembered.grants.is_empty(),
            first_seen: remembered.first_seen,
            approvals: remembered.approvals,
        });
    }
    Ok(Standing {
        user,
        seen_before: false,
        first_seen: deps.store.find_first_seen(client_id).await?,
        approvals: deps.store.list_approvals(client_id, now).await?,
    })
}

/// A document that may not be published yet.
fn read(deps: &Deps, bytes: &[u8]) -> Result<Found, ExplainRefusal> {
    if bytes.len() > DOCUMENT_BYTES {
        return Err(ExplainRefusal::TooLong(bytes.len()));
    }
    let members: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|_| ExplainRefusal::NoUrl)?;
    let named = members.get("client_id").and_then(serde_json::Value::as_str).unwrap_or_default();
    let client_id = ClientId::parse(named).map_err(|_| ExplainRefusal::NoUrl)?;
    let profile = deps.settings.profile;
    let metadata = match (HostedId::at(&deps.settings.issuer, &client_id), &client_id) {
        (Some(hosted), _) => document::parse_hosted(bytes, &hosted, profile),
        (None, ClientId::Document(url)) => document::parse(bytes, url, profile),
        (None, _) => return Err(ExplainRefusal::NoUrl),
    };
    let refused = |error: DocumentError| {
        let why = ClientRefusal::Document(error);
        ExplainRefusal::Login(Refusal::Client { client_id: named.to_owned(), why })
    };
    let metadata = Arc::new(metadata.map_err(refused)?);
    Ok(Found { document: Some(Bytes::copy_from_slice(bytes)), ..Found::of(metadata) })
}

/// The request as the client would send it.
fn request(
    deps: &Deps,
    question: &Question<'_>,
    client: &Metadata,
) -> Result<AuthorizationRequest, ExplainRefusal> {
    let mut query = Serializer::new(String::new());
    query.append_pair("client_id", client.client_id.as_str());
    query.append_pair("response_type", "code");
    query.append_pair("code_challenge", CHALLENGE).append_pair("code_challenge_method", "S256");
    if let Some(resource) = question.resource {
        let resources = &deps.settings.resources;
        let meant = resources.named(resource).map_or(resource, |named| named.id.as_str());
        if !resources.offers().iter().any(|offer| offer.resource.is_meant_by(meant)) {
            return Err(ExplainRefusal::NoResource(resource.into()));
        }
        query.append_pair("resource", meant);
    }
    if let Some(scopes) = question.scopes {
        query.append_pair("scope", scopes);
    }
    Ok(AuthorizationRequest::parse(&query.finish()).map_err(Refusal::Request)?)
}

/// What the facts of a verdict leave out: which copy of the document was read, and what the person is called.
fn tell(facts: &mut Vec<Fact>, found: &Found, user: Option<&User>) {
    if let Some(fact) = facts.iter_mut().find(|fact| fact.label == "user") {
        fact.value = user.map_or("nobody who is named", |user| &user.username).into();
    }
    let copy = match found.copy {
        DocumentCopy::Live => return,
        DocumentCopy::Stale { fetched } => {
            format!("a copy of {}: its host fails", Date::of(fetched))
        }
        DocumentCopy::Pinned { fetched } => format!("the pinned copy of {}", Date::of(fetched)),
    };
    facts.insert(1.min(facts.len()), Fact { label: "document", value: copy });
}

impl Standing {
    /// On whose account the client's host is asked.
    fn reach(&self) -> Reach {
        self.user.as_ref().map_or(Reach::Look, |user| Reach::Host {
            person: user.id,
            known_good: self.seen_before,
        })
    }
}

/// The one text for terminal and page; strangers' text in it is harmless on a terminal, and to be escaped for a page.
impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(explanation) => write!(f, "{explanation}")?,
            Err(error) => write!(f, "the login ends on a page: {error}")?,
        }
        match &self.refused_key_host {
            Some(host) => write!(f, "\nbut its keys are at {host}, which is not listed: deny"),
            None => Ok(()),
        }
    }
}

impl<E: Into<Refusal>> From<E> for ExplainRefusal {
    fn from(error: E) -> Self {
        Self::Login(error.into())
    }
}

/// The id of nobody: no account has it, since ids are drawn at random.
const NOBODY: UserId = UserId::from_bytes([0; 16]);

/// Any challenge will do: it is not answered.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
