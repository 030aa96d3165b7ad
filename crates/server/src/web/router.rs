//! Which path is whose? One table of all routes of the authorization server.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{MethodRouter, any, get, post},
};
use salver_oauth::{
    Issuer,
    discovery::{path, well_known_paths},
};

use super::{
    App, account, admin, api, attestation, authorize, clients, consent, cors, developer, documents,
    health, in_time, introspect, logo, push, register, revoke, token, wait_page,
};
use crate::pages::{ICON, STYLESHEET, see_other};

/// The longest form body, in bytes (DESIGN §9).
pub(super) const FORM_BYTES: usize = 64 * 1024;

/// The routes of the authorization server, for requests whose `Host` is the issuer's.
pub fn router(app: App) -> Router {
    let issuer = app.deps().settings.issuer.clone();
    let home = format!("{}/account", issuer.path());
    let below = |path: &str| format!("{}{path}", issuer.path());

    let readable = Router::new()
        // Where nobody may register, it says so; and what was registered stays so.
        .route(&below(path::REGISTER), post(register::post))
        .route(&below("/register/{id}"), get(register::get).delete(register::delete))
        .route(&below(path::TOKEN), post(token::post))
        .route(&below(path::PUSH), post(push::post))
        .route(&below(path::CHALLENGE), post(attestation::post))
        .route(&below(path::REVOKE), post(revoke::post))
        .route(&below("/clients/{file}"), get(clients::get));
    let readable = readable.layer(middleware::from_fn(cors::open));

    let with_bodies = Router::new()
        .merge(readable)
        .route(&below(path::AUTHORIZE), post(authorize::post))
        .route(&below("/"), get(move || std::future::ready(see_other(&home))))
        .route(&below(path::CONSENT), post(consent::post))
        .route(&below("/authorize/access"), post(wait_page::post))
        .route(&below(path::INTROSPECT), post(introspect::post))
        .route(&below(STYLESHEET.path()), get(async || documents::asset(&STYLESHEET)))
        .route(&below(ICON.path()), get(async || documents::asset(&ICON)))
        .route(&below("/logo/{file}"), get(logo::get))
        .route(&below("/healthz"), any(health::live))
        .route(&below("/readyz"), any(health::ready))
        .merge(account::router(issuer.path()))
        .merge(admin::router(issuer.path()))
        .merge(developer::router(issuer.path()))
        .merge(api::router(issuer.path()))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn(in_time::whole));

    // The ways that most requests take, and nobody reads a body on them.
    let mut router = with_bodies
        .route(&below(path::AUTHORIZE), get(authorize::get))
        .route(&below(path::JWKS), document(get(documents::jwks)))
        .route(&below(path::IDENTITY_JWKS), document(get(documents::identity_jwks)));
    for path in well_known_paths(&issuer) {
        router = router.route(&path, document(get(documents::metadata)));
    }
    router.with_state(app)
}

/// A document that scripts of other origins may read.
fn document(get: MethodRouter<App>) -> MethodRouter<App> {
    get.options(async || cors::preflight())
}

/// What no resource may lie at or below: our own paths, now and those that are named for later (DESIGN §8).
#[must_use]
pub fn reserved_paths(issuer: &Issuer) -> Vec<String> {
    let reserved = [
        "/authorize",
        "/token",
        "/register",
        "/revoke",
        "/introspect",
        "/jwks",
        "/identity",
        "/par",
        "/challenge",
        "/device",
        "/userinfo",
        "/clients",
        "/logo",
        "/account",
        "/developer",
        "/admin",
        "/api",
        "/assets",
        "/healthz",
        "/readyz",
        "/metrics",
    ];
    let below = reserved.iter().map(|path| format!("{}{path}", issuer.path()));
    below.chain(["/.well-known".to_owned(), format!("{}/.well-known", issuer.path())]).collect()
}
