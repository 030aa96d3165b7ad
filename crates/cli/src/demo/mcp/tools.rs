//! What can the demonstration server do for its callers?
//!
//! Four tools, each acting for the person that the request names: `whoami`, `add`, `notes_list` and `notes_add`. A session of
//! the 2025 protocol may be used by several requests; every one of them is answered for its own caller, never for the one who
//! opened the session.

use std::sync::Arc;

use axum::http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig, SubscriptionFilter};
use rmcp::{ErrorData, ServerHandler, tool, tool_handler, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::notes::Notes;

/// The server's side of one MCP conversation.
#[derive(Clone)]
pub(super) struct Desk {
    notes: Arc<Notes>,
    tool_router: ToolRouter<Self>,
}

/// Who calls, and through which client.
#[derive(Serialize, JsonSchema)]
struct Visitor {
    /// The name of the person who signed in; nobody has for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// The person's id, or the service's.
    subject: String,
    /// The client that calls for the person.
    client_id: String,
    /// What that client calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
    /// What the client may do.
    scopes: Vec<String>,
}

/// Two numbers.
#[derive(Deserialize, JsonSchema)]
struct Addends {
    /// One number.
    a: f64,
    /// The other number.
    b: f64,
}

/// What two numbers make together.
#[derive(Serialize, JsonSchema)]
struct Sum {
    /// The sum.
    sum: f64,
}

/// A note to be kept.
#[derive(Deserialize, JsonSchema)]
struct NewNote {
    /// What to remember.
    text: String,
}

/// The person's notes.
#[derive(Serialize, JsonSchema)]
struct NoteList {
    /// Oldest first.
    notes: Vec<String>,
}

/// How many notes there are.
#[derive(Serialize, JsonSchema)]
struct NoteCount {
    /// All notes of this person, the new one included.
    #[schemars(with = "i64")] // a format that the validators of the SDKs know
    count: usize,
}

#[tool_router]
impl Desk {
    pub(super) fn new(notes: Arc<Notes>) -> Self {
        Self { notes, tool_router: Self::tool_router() }
    }

    /// Tells who you are here: the person who signed in, the client that calls, and what it may do.
    #[tool(annotations(title = "Who am I?", read_only_hint = true, open_world_hint = false))]
    async fn whoami(&self, Extension(parts): Extension<Parts>) -> Result<Json<Visitor>, ErrorData> {
        let Caller { subject, username, client_id, client_name, scopes } = caller(parts)?;
        Ok(Json(Visitor { username, subject, client_id, client_name, scopes }))
    }

    /// Adds two numbers.
    #[tool(annotations(title = "Add", read_only_hint = true, open_world_hint = false))]
    async fn add(&self, Parameters(Addends { a, b }): Parameters<Addends>) -> Json<Sum> {
        Json(Sum { sum: a + b })
    }

    /// Lists your notes. Nobody else's are ever shown.
    #[tool(annotations(title = "My notes", read_only_hint = true, open_world_hint = false))]
    async fn notes_list(
        &self,
        Extension(parts): Extension<Parts>,
    ) -> Result<Json<NoteList>, ErrorData> {
        let person = caller(parts)?;
        Ok(Json(NoteList { notes: self.notes.list(&person.subject) }))
    }

    /// Keeps a note for you until the demonstration ends.
    #[tool(annotations(
        title = "Write a note",
        read_only_hint = false,
        destructive_hint = false,
        open_world_hint = false
    ))]
    async fn notes_add(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(NewNote { text }): Parameters<NewNote>,
    ) -> Result<Json<NoteCount>, ErrorData> {
        let person = caller(parts)?;
        let count = self
            .notes
            .add(&person.subject, &text)
            .map_err(|full| ErrorData::invalid_params(full.to_string(), None))?;
        Ok(Json(NoteCount { count }))
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Desk {
    fn get_info(&self) -> ServerConfig {
        let capabilities =
            ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build();
        ServerConfig::new(capabilities)
            .with_server_info(
                Implementation::new("salver-demo", env!("CARGO_PKG_VERSION"))
                    .with_title("salver demonstration"),
            )
            .with_instructions(
                "A demonstration of salver. `whoami` tells who signed in; `notes_list` and `notes_add` keep notes per person.",
            )
    }

    /// MCP 2026-07-28: a client may wait for changes of the tool list; the stream stays open until either side ends it.
    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        Some(requested.supported_by(&self.get_info().capabilities))
    }
}

/// The middleware lets no request through without a caller; were it missing, no tool would answer.
fn caller(parts: Parts) -> Result<Caller, ErrorData> {
    let mut extensions = parts.extensions;
    extensions
        .remove::<Caller>()
        .ok_or_else(|| ErrorData::internal_error("nobody is named as the caller", None))
}
