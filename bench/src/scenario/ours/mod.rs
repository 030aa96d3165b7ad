//! The operations at our server.

pub(crate) mod attested;
mod browser;
pub(crate) mod world;

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, COOKIE};
use tokio::sync::Mutex;

use self::world::World;
use super::{Done, Operation, Operations, PerWorker, registration, request};
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
        Arc::new(Refresh(world(), array::from_fn(|_| Mutex::default()))),
        Arc::new(Gateway(world())),
    ]
}

/// A request as it is sent to the authorization endpoint, and as it is pushed.
pub(crate) fn plain_and_pushed(world: &Arc<World>) -> [Arc<dyn Operation>; 2] {
    [Arc::new(Page(Arc::clone(world))), Arc::new(Pushed(Arc::clone(world)))]
}

struct Discovery(Arc<World>);
struct Registration(Arc<World>, AtomicUsize);
struct Introspection(Arc<World>);
struct Page(Arc<World>);
struct Pushed(Arc<World>);
struct Cold(Arc<World>, AtomicU32);
struct Login(Arc<World>);
struct Refresh(Arc<World>, PerWorker<String>);
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
        Box::pin(async { self.0.log_in(connection).await.map(drop) })
    }
}

impl Operation for Refresh {
    fn perform<'a>(&'a self, connection: &'a mut Connection, worker: usize) -> Done<'a> {
        Box::pin(async move {
            let mut token = self.1.get(worker).ok_or(Fault::Unreadable("a worker"))?.lock().await;
            if token.is_empty() {
                *token = self.0.log_in(connection).await?.refresh;
            }
            *token = self.0.refresh(connection, &token).await?.refresh;
            Ok(())
        })
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
