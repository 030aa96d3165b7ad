//! Which MCP server does `salver demo` protect?
//!
//! A small real one, over Streamable HTTP, in both generations of the protocol (MCP 2025-11-25 with sessions, and MCP
//! 2026-07-28 without). It knows nothing of OAuth: who calls, it learns from the signed header of the gateway. Its tools
//! are `whoami`, `add`, and notes that each person has to themselves. Left out: judging scopes, which is the gateway's.

mod caller;
mod notes;
mod tools;

pub(crate) use caller::{Caller, Identify};

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};

/// The path at which the server answers.
pub(crate) const PATH: &str = "/mcp";

/// The server, to be served on a loopback address. Requests whose `Salver-Identity` header `identify` does not believe get 401.
pub(crate) fn router(identify: Identify) -> Router {
    let notes = Arc::new(notes::Notes::default());
    let service = StreamableHttpService::new(
        move || Ok(tools::Desk::new(Arc::clone(&notes))),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    Router::new()
        .route_service(PATH, service)
        .layer(middleware::from_fn_with_state(identify, caller::learn))
}

#[cfg(test)]
mod tests;
