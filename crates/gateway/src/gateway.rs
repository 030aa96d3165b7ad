//! How does a call pass? The steps in their order: who comes, with which token, asking for what; then up, and back.
//!
//! DESIGN §4.9, §7; SPEC 1.4. Deciding never waits; what waits is the body, the caller's name and the server behind.

use std::sync::{Arc, atomic::Ordering};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, request};
use http_body_util::Full;
use salver_egress::upstream::Upstream;
use salver_jose::{KeySet, seen::SeenTokens};
use salver_oauth::{Issuer, Timestamp};

use crate::{
    Callers, Limits, Resource, ResourceSettings, SettingsError, Standing, Verdict, body, call,
    forward::{self, Passing},
    identity, origin,
    refusal::{Chain, Refusal, TokenFault, Unavailable, UpstreamFault},
    resource::{self, Directory},
    stream::{Watch, Watched},
    token::{self, Believed, Beside},
    visitor,
};

/// The keys whose signatures on access tokens count now. Asked in every call; a new set makes every token be verified anew.
pub type Keys = Arc<dyn Fn() -> Arc<KeySet> + Send + Sync>;

pub(crate) type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the gateway is given by whoever wires it.
pub struct Parts {
    /// Who issues the tokens.
    pub issuer: Issuer,
    /// The door to the servers behind.
    pub upstream: Upstream,
    /// Who knows of revocations.
    pub standing: Arc<dyn Standing>,
    /// Which keys count.
    pub keys: Keys,
    /// Who knows people and signs statements about them.
    pub callers: Arc<dyn Callers>,
    /// The clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Draws a code under which a refusal is told and logged.
    pub incident: Arc<dyn Fn() -> String + Send + Sync>,
    /// Bounds of calls on their way in.
    pub limits: Limits,
}

/// The gateway.
pub struct Gateway {
    parts: Parts,
    resources: Directory,
    our_origins: Vec<HeaderValue>,
    seen: SeenTokens<Beside>,
}

impl Gateway {
    /// Checks and compiles the resources.
    ///
    /// # Errors
    /// [`SettingsError`] names the resource and what is wrong with it.
    pub fn new(parts: Parts, resources: &[ResourceSettings]) -> Result<Self, SettingsError> {
        let mut directory = Directory::default();
        for settings in resources {
            directory.add(Resource::compile(settings, &parts.issuer)?)?;
        }
        if directory.iter().any(|resource| resource.target.is_https()) {
            parts.upstream.prepare_tls().map_err(SettingsError::Tls)?;
        }
        let ours = directory.iter().map(|resource| resource.origin());
        let our_origins = ours
            .chain([parts.issuer.origin()])
            .filter_map(|origin| HeaderValue::try_from(origin).ok())
            .collect();
        Ok(Self { parts, resources: directory, our_origins, seen: SeenTokens::new(TOKENS_KEPT) })
    }

    /// Every resource.
    pub fn resources(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources.iter()
    }

    /// The resource at a path of a host (`authority` as `Host` carries it): the one with the longest path that fits.
    #[must_use]
    pub fn find(&self, authority: &str, path: &str) -> Option<&Arc<Resource>> {
        self.resources.find(authority, path)
    }

    /// The answer at a well-known address of protected-resource metadata (RFC 9728), preflights included; `None` for every
    /// other path, and where no resource is meant.
    #[must_use]
    pub fn metadata(&self, authority: &str, method: &Method, path: &str) -> Option<Response<Body>> {
        let resource = self.resources.find_described(authority, path)?;
        Some(resource::answer(method, &resource.metadata))
    }

    /// Answers a request for a resource: from behind, or with a refusal.
    pub async fn serve(&self, resource: &Resource, request: Request<Body>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let origin = match self.admit(resource, &head) {
            Ok(origin) => origin,
            Err(refusal) => return self.refuse(resource, &refusal),
        };
        if head.method == Method::OPTIONS {
            return origin::preflight(origin, &head.headers);
        }
        let passed = self.pass(resource, head, body).await;
        let mut response = passed.unwrap_or_else(|refusal| self.refuse(resource, &refusal));
        if let Some(origin) = origin {
            origin::permit(response.headers_mut(), origin);
        }
        response
    }

    /// Who comes: no page, no worker, no web page of strangers.
    fn admit(
        &self,
        resource: &Resource,
        head: &request::Parts,
    ) -> Result<Option<HeaderValue>, Refusal> {
        if visitor::is_page_or_worker(&head.headers) {
            return Err(Refusal::Visitor);
        }
        origin::judge(&head.headers, self.our_origins.iter().chain(&resource.allowed_origins))
    }

    async fn pass(
        &self,
        resource: &Resource,
        mut head: request::Parts,
        body: Body,
    ) -> Result<Response<Body>, Refusal> {
        if !matches!(head.method, Method::GET | Method::POST | Method::DELETE) {
            return Err(Refusal::Method);
        }
        let token = token::bearer(&head.headers)?;
        let now = (self.parts.now)();
        let place =
            token::Place { issuer: &self.parts.issuer, resource, keys: (self.parts.keys)(), now };
        let believed = token::believe(token, &self.seen, &place)?;
        self.must_stand(&believed, now)?;

        let added = head.uri.path().strip_prefix(resource.path()).unwrap_or_default();
        let target = resource.target.join(added, head.uri.query()).ok_or(Refusal::Nowhere)?;
        let body = self.judged_body(resource, &believed, &head, body).await?;
        // A body may take its time, and a grant may be revoked in it.
        let now = (self.parts.now)();
        self.must_stand(&believed, now)?;
        self.report_use(&believed, now);

        let callers = &*self.parts.callers;
        let identity =
            identity::statement(callers, &self.parts.issuer, resource, &believed, now).await?;
        forward::prepare(&mut head.headers, &resource.target.host, identity);
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = head.method;
        *request.uri_mut() = target;
        *request.headers_mut() = head.headers;
        let response = self.exchange(&believed, request).await.map_err(Refusal::Upstream)?;
        // A tool may work for minutes; its answer is nobody's any more if the grant has ended meanwhile.
        self.must_stand(&believed, (self.parts.now)())?;
        Ok(response)
    }

    fn must_stand(&self, believed: &Believed, now: Timestamp) -> Result<(), Refusal> {
        match self.parts.standing.ask(&believed.beside.names, now) {
            Verdict::Stands => Ok(()),
            Verdict::Revoked => Err(Refusal::Token(TokenFault::Revoked)),
            Verdict::Unknown => Err(Refusal::Unavailable(Unavailable::StaleFeed)),
        }
    }

    async fn judged_body(
        &self,
        resource: &Resource,
        believed: &Believed,
        head: &request::Parts,
        body: Body,
    ) -> Result<Bytes, Refusal> {
        if head.method != Method::POST {
            body::must_be_empty(&body)?;
            call::judge_bodiless(resource, believed)?;
            return Ok(Bytes::new());
        }
        let body = body::read(&head.headers, body, self.parts.limits).await?;
        call::judge(resource, believed, &head.headers, &body)?;
        Ok(body)
    }

    fn report_use(&self, believed: &Believed, now: Timestamp) {
        let last = believed.beside.reported.load(Ordering::Relaxed);
        if now.as_unix().saturating_sub(last) >= REPORT_EVERY {
            believed.beside.reported.store(now.as_unix(), Ordering::Relaxed);
            let claims = &believed.claims;
            self.parts.standing.used(claims.installation, claims.generation, now);
        }
    }

    async fn exchange(
        &self,
        believed: &Believed,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Body>, UpstreamFault> {
        let answer = self.parts.upstream.send(request).await.map_err(UpstreamFault::Send)?;
        match forward::pass(answer, self.parts.limits.body_time).await? {
            Passing::Plain(response) => Ok(response),
            Passing::Stream(response) => {
                let standing = Arc::clone(&self.parts.standing);
                let watch =
                    Watch::new(standing, believed.beside.names, Arc::clone(&self.parts.now));
                Ok(response.map(|body| Body::new(Watched::new(body, watch))))
            }
        }
    }

    /// The answer to a refused call, and its one line in the log.
    fn refuse(&self, resource: &Resource, refusal: &Refusal) -> Response<Body> {
        if refusal.is_usual() {
            return refusal.answer(resource, None);
        }
        let incident = (self.parts.incident)();
        let (name, why) = (resource.name(), Chain(refusal));
        if refusal.is_ours() {
            tracing::warn!(%incident, resource = name, %why, "call refused");
        } else {
            tracing::info!(%incident, resource = name, %why, "call refused");
        }
        refusal.answer(resource, Some(&incident))
    }
}

/// How many verified tokens are remembered; some 600 bytes each.
const TOKENS_KEPT: usize = 20_000;

/// Seconds between two reports that a token is in use.
const REPORT_EVERY: i64 = 60;
