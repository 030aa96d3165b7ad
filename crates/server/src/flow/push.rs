//! A client pushes an authorization request (RFC 9126): may it be asked, and what is it called then?
//!
//! 1. The client says who it is, and the request is read.
//! 2. Is it known here? Only then may its host be asked; others may have to wait (DESIGN 4.5, decision 12).
//! 3. It proves itself as at the token endpoint (PAR-1), in the same code.
//! 4. The request is judged as at the authorization endpoint (PAR-4), in the same code. What needs a document that is not at hand is judged there, once somebody has
//!    signed in; so is what policy says.
//! 5. It is sealed into its `request_uri`; nothing is written.

use salver_egress::Source;
use salver_oauth::{
    authorization::{
        check::{self, AuthorizationError},
        pushed::{PushError, PushedRequest, query},
        request::AuthorizationRequest,
        return_address::ReturnAddress,
    },
    client::id::ClientId,
    discovery::path,
    form::{Form, encode},
    limit::TooMany,
    token::{
        error::TokenError,
        request::{Credentials, credentials},
    },
};
use salver_policy::{assessment::SignedBy, catalogue::Catalogue, evidence::Evidence};
use salver_store::StoreError;
use thiserror::Error;

use super::{
    client::{self, Found, Reach},
    client_authentication::Claimed,
    recorded,
    refusal::{ClientRefusal, Refusal, Unavailable},
    registration,
    statement::{NotBelieved, beside_push},
    token::{RawAttestation, RawRequest, TokenRefusal},
};
use crate::{anchor, deps::Deps, pushed::Pushed, registration_limit::Reached, throttle::Wait};

/// Why a request is not taken.
#[derive(Debug, Error)]
pub enum PushRefusal {
    /// It breaks a rule, or its client does.
    #[error("{0}")]
    Told(#[from] PushError),
    /// Too many came before it.
    #[error("{0}")]
    TooMany(TooMany, Wait),
    /// Something of ours failed.
    #[error("unavailable: {0}")]
    Unavailable(#[from] Unavailable),
}

/// A request that was taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Taken {
    /// Its `request_uri`.
    pub request_uri: String,
    /// How long it may be used, in seconds.
    pub expires_in: i64,
}

/// Takes a pushed request.
///
/// # Errors
/// [`PushRefusal`].
pub async fn push(deps: &Deps, raw: RawRequest<'_>) -> Result<Taken, PushRefusal> {
    let form = Form::parse(raw.body);
    let credentials = named(&form, raw.authorization)?;
    let claimed = Claimed::read(&credentials, &raw).map_err(PushError::Client)?;
    let client_id = claimed.client_id().clone();
    if registration::is_none(deps, &client_id) {
        return Err(told(TokenError::UnknownClient));
    }
    let PushedRequest { parameters, request } = PushedRequest::parse(&form, &client_id)?;
    let policy = deps.policy.get();
    let is_known = is_known(deps, &policy.catalogue, &client_id).await?;
    if !is_known {
        // Another proof beside the same form costs as much as another form.
        let RawAttestation { attestation, proof, dpop, .. } = raw.attestation;
        let all = (raw.body, attestation, proof, dpop);
        let taken = deps.push_limit.take(raw.network, all, deps.now());
        taken.map_err(|(reached, wait)| PushRefusal::TooMany(too_many(reached), wait))?;
    }
    let reach = if is_known { Reach::Known { network: raw.network } } else { Reach::AtHand };
    let found = find(deps, &policy.catalogue, (&client_id, reach)).await?;
    let source = is_known.then(|| Source::Network(raw.network.address()));
    let mut proven = Box::pin(claimed.prove_at_push(deps, found.as_ref(), source)).await?;
    if let Some(found) = &found {
        judge(deps, found, &request)?;
        if let Some((signed, evidence)) = vouched(deps, (&client_id, found), &form).await? {
            proven.evidence = proven.evidence.union(evidence);
            proven.signed = Some(signed);
        }
    } else {
        let offers = deps.settings.resources.offers();
        check::accept_unseen(&request, offers).map_err(PushError::Asked)?;
    }
    tracing::debug!(client_id = client_id.as_str(), %proven, "a request was pushed");
    let expires_in = deps.settings.pushed_requests.lifetime;
    let expires_at = deps.now().plus_seconds(expires_in);
    let pushed = Pushed { number: deps.random(), expires_at, waits: false, proven, parameters };
    let request_uri = pushed.seal(&client_id, deps.secrets.pushed_requests());
    let request_uri = request_uri.map_err(|_| Unavailable::Crypto)?;
    if length(deps, &client_id, &request_uri) > LONGEST {
        return Err(PushError::TooLong { limit: LONGEST }.into());
    }
    Ok(Taken { request_uri, expires_in })
}

/// Whose statement came with the request, and what it says of the installation. Where nobody's are believed they are ignored, as at registration.
async fn vouched(
    deps: &Deps,
    client: (&ClientId, &Found),
    form: &Form<'_>,
) -> Result<Option<(SignedBy, Evidence)>, PushRefusal> {
    let statement = form.one("software_statement").map_err(AuthorizationError::Form);
    let statement = statement.map_err(PushError::Asked)?;
    match statement.filter(|_| anchor::are_any(deps)) {
        None => Ok(None),
        Some(statement) => match beside_push(deps, client, &statement).await {
            Ok(vouched) => Ok(Some(vouched)),
            Err(NotBelieved::Fault(fault)) => Err(PushError::Statement(fault).into()),
            Err(NotBelieved::Store(error)) => Err(error.into()),
        },
    }
}

fn named(form: &Form<'_>, authorization: Option<&str>) -> Result<Credentials, PushRefusal> {
    credentials(form, authorization).map_err(told)
}

/// Whether a client is known here, so that its host may be asked before anybody has signed in: somebody of this server has written it down, it is pinned or in
/// the catalogue, a trusted issuer has signed for it or attests its installations, or somebody has let it in and has not ended that.
async fn is_known(
    deps: &Deps,
    catalogue: &Catalogue,
    client_id: &ClientId,
) -> Result<bool, StoreError> {
    let listed = match client_id {
        ClientId::Issued(_) | ClientId::Recorded(_) | ClientId::Stated(_) | ClientId::Hosted(_) => {
            true
        }
        ClientId::Document(url) => {
            anchor::attester_of(deps, url.as_str()).is_some()
                || catalogue.pin(url.as_str()).is_some()
                || catalogue.client_of_document(url.as_str()).is_some()
        }
        ClientId::Sealed(_) | ClientId::LocalDevelopment(_) => false,
    };
    Ok(listed || deps.store.is_let_in(client_id.as_str()).await?)
}

/// The client; nothing if its document is not at hand, or its host fails: then it is judged once somebody has signed in.
async fn find(
    deps: &Deps,
    catalogue: &Catalogue,
    (client_id, reach): (&ClientId, Reach),
) -> Result<Option<Found>, PushRefusal> {
    use ClientRefusal as C;
    let why = match client::find_with(deps, catalogue, client_id, reach).await {
        Ok(found) => return Ok(found),
        Err(Refusal::Client { why, .. }) => why,
        Err(Refusal::Unavailable(why)) => return Err(why.into()),
        Err(_) => return Err(told(TokenError::UnknownClient)),
    };
    match why {
        C::Unfetchable { .. } => Ok(None),
        C::Unknown
        | C::NotInForce(_)
        | C::Deleted
        | C::NotVouched
        | C::NotTheirs
        | C::OwnerDisabled
        | C::NoLocalDevelopment => Err(told(TokenError::UnknownClient)),
        C::MediaType(_) | C::Document(_) | C::Statement(_) | C::RedirectUris => {
            Err(PushError::Metadata.into())
        }
        C::NeedsBoundTokens => Err(PushError::NeedsBoundTokens.into()),
    }
}

/// Steps 2 and 4 of the authorization endpoint.
fn judge(deps: &Deps, found: &Found, request: &AuthorizationRequest) -> Result<(), PushError> {
    let client = &found.metadata;
    ReturnAddress::choose(
        client,
        request.redirect_uri.as_deref(),
        request.state.as_deref(),
        &deps.settings.issuer,
        &deps.own_origins,
    )?;
    if client.dpop_bound {
        return Err(PushError::NeedsBoundTokens);
    }
    check::accept(client, request, recorded::offers(deps, found.record.as_ref()))?;
    Ok(())
}

/// How long the path and query of the authorization endpoint become with it.
fn length(deps: &Deps, client_id: &ClientId, request_uri: &str) -> usize {
    let parameters = format!("request_uri={}", encode(request_uri));
    let (base, query) = (deps.settings.issuer.path(), query(client_id, &parameters));
    base.len() + path::AUTHORIZE.len() + 1 + query.len()
}

const fn too_many(reached: Reached) -> TooMany {
    match reached {
        Reached::OneNetwork { a_minute } => TooMany::PushesFromOneNetwork { a_minute },
        Reached::All => TooMany::Pushes,
    }
}

fn told(error: TokenError) -> PushRefusal {
    PushRefusal::Told(error.into())
}

impl From<TokenRefusal> for PushRefusal {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Told(error) => told(error),
            TokenRefusal::TooMany(limit, wait) => Self::TooMany(limit, wait),
            TokenRefusal::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl From<StoreError> for PushRefusal {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Unavailable::Store(error))
    }
}

/// Below what proxies in front take for a request line, which is 8 KiB with many; our own limit is twice that (DESIGN §9).
const LONGEST: usize = 8_000;
