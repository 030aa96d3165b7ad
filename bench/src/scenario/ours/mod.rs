//! The operations at our server.

pub(crate) mod attested;
mod browser;
pub(crate) mod entered;
pub(crate) mod world;

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, COOKIE};
use tokio::sync::Mutex;

use self::world::{Visitor, World};
use super::{Done, Operation, Operations, Pairs, PerWorker, registration, request};
use crate::document;
use crate::fault::Fault;
use crate::load::Connection;
use crate::upstream;

/// All of them, in the order of [`super::ALL`].
pub(crate) fn operations(world: &Arc<World>) -> Operations {
    let world = || Arc::clone(world);
    vec![
        Arc::new(Discovery(world())),
        Arc::new(Registration(world(), AtomicUsize::new(0))),
        Arc::new(Introspection(world())),
        Arc::new(Page(world())),
        Arc::new(Cold(world(), AtomicU32::new(0))),
        Arc::new(Login(world())),
        refresh(world(), |world| &world.known),
        Arc::new(ServiceBySecret(world())),
        Arc::new(ServiceByKey(world())),
        Arc::new(Gateway(world())),
    ]
}

/// All pairs, in the order of [`super::PAIRS`].
pub(crate) fn pairs(world: &Arc<World>) -> Pairs {
    let world = || Arc::clone(world);
    vec![
        [
            refresh(world(), |world| &world.without_secret),
            refresh(world(), |world| &world.with_secret),
        ],
        [Arc::new(Page(world())), Arc::new(Pushed(world()))],
    ]
}

fn refresh(world: Arc<World>, client: fn(&World) -> &Visitor) -> Arc<dyn Operation> {
    Arc::new(Refresh { world, client, tokens: array::from_fn(|_| Mutex::default()) })
}

struct Discovery(Arc<World>);
struct Registration(Arc<World>, AtomicUsize);
struct Introspection(Arc<World>);
struct Page(Arc<World>);
struct Pushed(Arc<World>);
struct Cold(Arc<World>, AtomicU32);
struct Login(Arc<World>);
struct Refresh {
    world: Arc<World>,
    client: fn(&World) -> &Visitor,
    tokens: PerWorker<String>,
}
struct ServiceBySecret(Arc<World>);
struct ServiceByKey(Arc<World>);
struct Gateway(Arc<World>);

impl Operation for Discovery {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let path = "/.well-known/oauth-authorization-server";
            let asked = request::get(request::to(&self.0.authority, path))?;
            request::expect("discovery", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Registration {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async { registration::register(connection, &self.0.authority, &self.1).await })
    }
}

impl Operation for Introspection {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let basic = STANDARD.encode(format!("{}:{}", world::NAME, world::SECRET));
            let builder = request::to(&self.0.authority, "/introspect");
            let builder = builder.header(AUTHORIZATION, format!("Basic {basic}"));
            let asked = request::form(builder, &[("token", &self.0.access_token)])?;
            let answer =
                request::expect("introspection", StatusCode::OK, connection.ask(asked).await?)?;
            request::member(&answer, "sub").map(drop)
        })
    }
}

impl Operation for Page {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let path = self.0.authorize_path(document::NEW);
            let asked = request::get(
                request::to(&self.0.authority, &path).header(COOKIE, &self.0.session),
            )?;
            request::expect("authorize", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Pushed {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let path = self.0.authorize_path(document::NEW);
            let (_, form) = path.split_once('?').ok_or(Fault::Unreadable("a request"))?;
            let asked = request::form_text(request::to(&self.0.authority, "/par"), form)?;
            let answer = connection.ask(asked).await?;
            let answer = request::expect("the push", StatusCode::CREATED, answer)?;
            request::member(&answer, "request_uri").map(drop)
        })
    }
}

impl Operation for Cold {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let client = document::cold_client_id(self.1.fetch_add(1, Ordering::Relaxed));
            let path = self.0.authorization(&client, &document::redirect_uri(document::COLD));
            let asked = request::get(
                request::to(&self.0.authority, &path).header(COOKIE, &self.0.session),
            )?;
            request::expect("authorize", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}

impl Operation for Login {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async { self.0.log_in(connection, &self.0.known).await.map(drop) })
    }
}

impl Operation for Refresh {
    fn perform<'a>(&'a self, connection: &'a mut Connection, worker: usize) -> Done<'a> {
        Box::pin(async move {
            let token = self.tokens.get(worker).ok_or(Fault::Unreadable("a worker"))?;
            let (mut token, client) = (token.lock().await, (self.client)(&self.world));
            if token.is_empty() {
                *token = self.world.log_in(connection, client).await?.refresh;
            }
            *token = self.world.refresh(connection, client, &token).await?.refresh;
            Ok(())
        })
    }
}

impl Operation for ServiceBySecret {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(self.0.serve(connection, &self.0.service_by_secret))
    }
}

impl Operation for ServiceByKey {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(self.0.serve(connection, &self.0.service_by_key))
    }
}

impl Operation for Gateway {
    fn perform<'a>(&'a self, connection: &'a mut Connection, _: usize) -> Done<'a> {
        Box::pin(async {
            let bearer = format!("Bearer {}", self.0.access_token);
            let builder = request::to(&self.0.authority, "/mcp").header(AUTHORIZATION, bearer);
            let builder = builder.header(ACCEPT, "application/json, text/event-stream");
            let asked = request::json(builder, upstream::CALL)?;
            request::expect("the gateway", StatusCode::OK, connection.ask(asked).await?)?;
            Ok(())
        })
    }
}
