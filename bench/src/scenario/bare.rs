//! The operations at the bare server.

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use http::StatusCode;
use http::header::{AUTHORIZATION, COOKIE};
use tokio::sync::Mutex;

use super::assertion::{self, Key};
use super::{Done, Operation, Operations, PerWorker, registration, request};
use crate::bare::{SERVICE_BASIC, TOKEN};
use crate::document;
use crate::fault::Fault;
use crate::load::Connection;
use crate::upstream;

/// All of them, in the order of [`super::ALL`].
pub(crate) fn operations(key: &Arc<Key>) -> Operations {
    vec![
        Arc::new(Discovery),
        Arc::new(Registration(AtomicUsize::new(0))),
        Arc::new(Introspection),
        Arc::new(Page),
        Arc::new(Cold { path: "/authorize/cold", next: AtomicU32::new(0) }),
        Arc::new(Login),
        Arc::new(Refresh(array::from_fn(|_| Mutex::default()))),
        Arc::new(ServiceBySecret),
        Arc::new(ServiceByKey(Arc::clone(key))),
        Arc::new(Gateway),
    ]
}

/// The one that goes out, over TLS.
pub(crate) fn over_tls() -> Arc<dyn Operation> {
    Arc::new(Cold { path: "/authorize/cold/tls", next: AtomicU32::new(0) })
}

/// So many signatures verified.
pub(crate) fn verified(times: u32) -> Arc<dyn Operation> {
    Arc::new(Verified(format!("/verified/{times}")))
}

struct Verified(String);
struct Discovery;
struct Registration(AtomicUsize);
struct Introspection;
struct Page;
struct Cold {
    path: &'static str,
    next: AtomicU32,
}
struct Login;
struct Refresh(PerWorker<String>);
struct ServiceBySecret;
struct ServiceByKey(Arc<Key>);
struct Gateway;

impl Operation for Verified {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let asked = request::get(request::to(HOST, &self.0))?;
            request::expect("verified", StatusCode::NO_CONTENT, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Discovery {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let asked = request::get(request::to(HOST, "/.well-known/oauth-authorization-server"))?;
            request::expect("discovery", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Registration {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async { registration::register(connection, HOST, &self.0).await })
    }
}

impl Operation for Introspection {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let asked = request::form(request::to(HOST, "/introspect"), &[("token", TOKEN)])?;
            request::expect("introspection", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Page {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let path = format!("/authorize/page?{}", authorization(CLIENT, REDIRECT));
            let asked = request::get(request::to(HOST, &path).header(COOKIE, SESSION))?;
            request::expect("authorize", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Cold {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let client = document::cold_client_id(self.next.fetch_add(1, Ordering::Relaxed));
            let query = authorization(&client, &document::redirect_uri(document::COLD));
            let path = format!("{}?{query}", self.path);
            let asked = request::get(request::to(HOST, &path).header(COOKIE, SESSION))?;
            request::expect("authorize", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Login {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            log_in(connection).await?;
            Ok(())
        })
    }
}

impl Operation for Refresh {
    fn perform<'a>(&'a self, connection: &'a mut Connection, worker: usize) -> Done<'a> {
        Box::pin(async move {
            let mut token = self.0.get(worker).ok_or(Fault::Unreadable("a worker"))?.lock().await;
            if token.is_empty() {
                *token = log_in(connection).await?;
            }
            let pairs = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token.as_str()),
                ("client_id", CLIENT),
            ];
            *token = redeem(connection, &pairs).await?;
            Ok(())
        })
    }
}

impl Operation for ServiceBySecret {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let builder = request::to(HOST, "/token/service").header(AUTHORIZATION, SERVICE_BASIC);
            let asked = request::form(builder, &assertion::fields(RESOURCE, None))?;
            let answer = request::expect("token", StatusCode::OK, connection.ask(asked).await?)?;
            request::member(&answer, "access_token").map(drop)
        })
    }
}

impl Operation for ServiceByKey {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let proof = self.0.assert(SERVICE, "https://as.example")?;
            let builder = request::to(HOST, "/token/service/key");
            let asked = request::form(builder, &assertion::fields(RESOURCE, Some(&proof)))?;
            let answer = request::expect("token", StatusCode::OK, connection.ask(asked).await?)?;
            request::member(&answer, "access_token").map(drop)
        })
    }
}

impl Operation for Gateway {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let bearer = format!("Bearer {TOKEN}");
            let asked = request::json(
                request::to(HOST, "/mcp").header(AUTHORIZATION, bearer),
                upstream::CALL,
            )?;
            request::expect("the gateway", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

/// Authorize and token; answers with the refresh token.
async fn log_in(connection: &mut Connection) -> Result<String, Fault> {
    let path = format!("/authorize?{}", authorization(CLIENT, REDIRECT));
    let asked = request::get(request::to(HOST, &path).header(COOKIE, SESSION))?;
    let answer = request::expect("authorize", StatusCode::SEE_OTHER, connection.ask(asked).await?)?;
    let code = request::redirected(&answer, "code")?;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("resource", RESOURCE),
    ];
    redeem(connection, &pairs).await
}

async fn redeem(connection: &mut Connection, pairs: &[(&str, &str)]) -> Result<String, Fault> {
    let asked = request::form(request::to(HOST, "/token"), pairs)?;
    let answer = request::expect("token", StatusCode::OK, connection.ask(asked).await?)?;
    request::member(&answer, "refresh_token")
}

fn authorization(client: &str, redirect: &str) -> String {
    request::encode(&[
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", redirect),
        ("scope", "notes:read notes:write"),
        ("state", "af0ifjsldkj"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("resource", RESOURCE),
    ])
}

const HOST: &str = "localhost";
const SESSION: &str = "session=0123456789abcdef0123456789abcdef0123456789a";
const CLIENT: &str = "https://app.example/client.json";
const REDIRECT: &str = "https://app.example/callback";
const RESOURCE: &str = "https://mcp.example/mcp";
const SERVICE: &str = "svc_AAAAAAAAAAAAAAAAAAAAAA";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
