//! What stands behind the gateway? The smallest server that answers a tool call; it runs in the driver and is not counted.

use std::future::IntoFuture as _;
use std::net::SocketAddr;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use tokio::net::TcpListener;

use crate::fault::Fault;

/// Serves on a free port of this computer.
pub(crate) async fn serve() -> Result<SocketAddr, Fault> {
    let listener =
        TcpListener::bind("127.0.0.1:0").await.map_err(|error| Fault::Io("listen", error))?;
    let address = listener.local_addr().map_err(|error| Fault::Io("listen", error))?;
    let answer = || async { ([(CONTENT_TYPE, "application/json")], ANSWER) };
    tokio::spawn(axum::serve(listener, Router::new().route("/mcp", post(answer))).into_future());
    Ok(address)
}

/// A call of a tool, as an MCP client sends it.
pub(crate) const CALL: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":3}}}"#;

const ANSWER: &str =
    r#"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"5"}],"isError":false}}"#;
