//! Requests that an attested installation pushes, and the plain ones of the same client.

use std::array;
use std::sync::Arc;

use http::StatusCode;
use tokio::sync::Mutex;

use super::super::{Done, Operation, PerWorker, request};
use super::world::World;
use crate::attested::Attested;
use crate::document;
use crate::fault::Fault;
use crate::load::Connection;

/// A plain push, one with an attestation that is new each time, and one with the same again and again.
pub(crate) fn operations(world: &Arc<World>, by: &Arc<Attested>) -> [Arc<dyn Operation>; 3] {
    let push = |kind| -> Arc<dyn Operation> {
        let (world, by) = (Arc::clone(world), Arc::clone(by));
        Arc::new(Push { world, by, kind, shown: array::from_fn(|_| Mutex::default()) })
    };
    [push(Kind::Plain), push(Kind::New), push(Kind::Again)]
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Plain,
    New,
    Again,
}

/// What the next request shows.
#[derive(Default)]
struct Shown {
    challenge: String,
    attestation: String,
}

struct Push {
    world: Arc<World>,
    by: Arc<Attested>,
    kind: Kind,
    shown: PerWorker<Shown>,
}

impl Operation for Push {
    fn perform<'a>(&'a self, connection: &'a mut Connection, worker: usize) -> Done<'a> {
        Box::pin(async move {
            let path = self.world.authorize_path(document::ATTESTED);
            let (_, form) = path.split_once('?').ok_or(Fault::Unreadable("a request"))?;
            let mut builder = request::to(&self.world.authority, "/par");
            let mut shown =
                self.shown.get(worker).ok_or(Fault::Unreadable("a worker"))?.lock().await;
            if self.kind != Kind::Plain {
                self.make_ready(connection, &mut shown).await?;
                let proof = self.by.proof(&self.issuer(), &shown.challenge)?;
                builder = builder
                    .header("oauth-client-attestation", &shown.attestation)
                    .header("oauth-client-attestation-pop", proof);
            }
            let answer = connection.ask(request::form_text(builder, form)?).await?;
            let answer = request::expect("the push", StatusCode::CREATED, answer)?;
            if let Some(next) = answer.headers().get("oauth-client-attestation-challenge") {
                let next = next.to_str().map_err(|_| Fault::Unreadable("a challenge"))?;
                next.clone_into(&mut shown.challenge);
            }
            request::member(&answer, "request_uri").map(drop)
        })
    }
}

impl Push {
    async fn make_ready(
        &self,
        connection: &mut Connection,
        shown: &mut Shown,
    ) -> Result<(), Fault> {
        if shown.challenge.is_empty() {
            let asked = request::form(request::to(&self.world.authority, "/challenge"), &[])?;
            let answer = connection.ask(asked).await?;
            let answer = request::expect("a challenge", StatusCode::OK, answer)?;
            shown.challenge = request::member(&answer, "attestation_challenge")?;
        }
        if shown.attestation.is_empty() || self.kind == Kind::New {
            let client = document::client_id(document::ATTESTED);
            shown.attestation = self.by.attestation(&client, &self.issuer())?;
        }
        Ok(())
    }

    fn issuer(&self) -> String {
        format!("http://{}", self.world.authority)
    }
}
