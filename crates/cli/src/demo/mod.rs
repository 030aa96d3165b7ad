//! What does a try-out need? All of it on this computer: an MCP server, an account, a client's metadata document, and lines to paste.
//!
//! The MCP server listens on a loopback port of its own and believes only the gateway's signed header. Everything else is a
//! server as `salver serve` runs it, with settings made here instead of read from a file.

mod certificate;
mod document;
mod instructions;
mod mcp;
pub(crate) mod password;
mod settings;
mod upstream;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use salver_store::{Store, record::Role};
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    config::{Settings, limits::LimitsSection, tls::Tls},
    failure::Failure,
    output,
    serve::{accept, bind, run},
    state,
    wiring::{House, accounts},
};

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Wishes {
    /// Where to listen.
    pub(crate) listen: Option<SocketAddr>,
    /// Where to keep state; else it is gone afterwards.
    pub(crate) data: Option<PathBuf>,
    /// Whether a script listens.
    pub(crate) json: bool,
}

/// Shows everything until it is told to stop.
pub(crate) async fn demo(wishes: Wishes) -> Result<(), Failure> {
    let mut listeners = vec![listen(wishes.listen).await?];
    let address = local(&listeners)?;
    // Removed when this journey ends, however it ends.
    let temporary =
        tempfile::tempdir().map_err(|error| Failure::File { path: std::env::temp_dir(), error })?;
    let data = wishes.data.unwrap_or_else(|| temporary.path().to_owned());
    let mut documents = vec![beside(address).await?];
    let upstream = vec![bind::listen(loopback(0)).await?];
    let certificate = certificate::make()?;
    let facts = settings::Facts {
        address,
        data,
        upstream: local(&upstream)?,
        documents: local(&documents)?,
        authority: certificate.authority,
    };
    let settings = settings::make(&facts)?;
    bind::bind_beside(&mut listeners, &settings.server.issuer).await;
    bind::bind_beside(&mut documents, &settings.server.issuer).await;

    let state = state::open(&settings)?;
    let house = House::build(&settings, &state).await?;
    state::remember_issuer(&settings.server.data, &settings.server.issuer)?;
    let password = ready_account(&*state.store).await?;

    let client_id = format!("https://localhost:{}{}", facts.documents.port(), document::PATH);
    let (stop, stopped) = watch::channel(false);
    let host = Arc::new(document::Host::new(&client_id));
    let hosting = spawn(documents, Tls::Rustls(certificate.server.into()), host, stopped.clone());
    let mcp_server = Arc::new(upstream::Server::new(&settings, &house));
    let behind = spawn(upstream, Tls::Plain { ended_by_proxy: false }, mcp_server, stopped);

    let told = settings.clone();
    let ready = move || tell(&told, &password, &client_id, wishes.json);
    let served = run::run(&settings, house, listeners, (None, ready)).await;
    // Both receivers live in the tasks below.
    let _ = stop.send(true);
    for task in [hosting, behind] {
        task.await.map_err(|error| Failure::Setup {
            part: "the demonstration",
            why: error.to_string(),
        })?;
    }
    served
}

fn spawn<A: accept::Answer>(
    listeners: Vec<TcpListener>,
    tls: Tls,
    answer: Arc<A>,
    stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<()> {
    let limits = LimitsSection { shutdown_seconds: 0, ..LimitsSection::default() };
    let (_, tls) = watch::channel(tls);
    tokio::spawn(async move { accept::serve(listeners, tls, limits, answer, stop).await })
}

/// The place that was asked for; if none was, the usual one, and where somebody has that, any.
async fn listen(wish: Option<SocketAddr>) -> Result<TcpListener, Failure> {
    match wish {
        Some(address) if !address.ip().is_loopback() => Err(Failure::Refused {
            why: format!(
                "the demonstration does not listen on {address}: everybody who reaches it could use the printed account"
            ),
            hint: "listen on 127.0.0.1; `salver serve` is for others".to_owned(),
        }),
        Some(address) => bind::listen(address).await,
        None => match bind::listen(loopback(crate::config::server::DEFAULT_PORT)).await {
            Ok(listener) => Ok(listener),
            Err(_) => bind::listen(loopback(0)).await,
        },
    }
}

/// The port after ours if it is free, so that the document has the same URL at the next start.
async fn beside(address: SocketAddr) -> Result<TcpListener, Failure> {
    match bind::listen(loopback(address.port().wrapping_add(1))).await {
        Ok(listener) => Ok(listener),
        Err(_) => bind::listen(loopback(0)).await,
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn local(listeners: &[TcpListener]) -> Result<SocketAddr, Failure> {
    let address = listeners.first().map(TcpListener::local_addr);
    address
        .and_then(Result::ok)
        .ok_or_else(|| Failure::Setup { part: "a listener", why: "it has no address".to_owned() })
}

/// The account that can sign in at once; where state was kept, it gets a new password, since the old one is known to nobody.
async fn ready_account(store: &dyn Store) -> Result<String, Failure> {
    let password = password::make()?;
    match store.find_user_by_name(USERNAME).await? {
        None => accounts::add(store, USERNAME, password.clone(), Role::Administrator).await?,
        Some(user) => {
            let hash = accounts::hash(USERNAME, password.clone()).await?;
            // Nobody else takes accounts away, and a second look would say the same.
            let _ = store.set_password_hash(user.id, hash).await?;
            if user.disabled_at.is_some() {
                let _ = store.enable_user(user.id).await?;
            }
        }
    }
    Ok(password)
}

fn tell(settings: &Settings, password: &str, client_id: &str, json: bool) {
    let issuer = settings.server.issuer.as_str();
    let mcp_url = settings.resources.first().map_or("", |resource| resource.id.as_str());
    if json {
        output::json(
            &json!({ "issuer": issuer, "mcp_url": mcp_url, "username": USERNAME, "password": password, "client_id": client_id }),
        );
    } else {
        let account_url = &format!("{issuer}/account/apps");
        output::talk(&instructions::text(&instructions::Ready {
            mcp_url,
            account_url,
            username: USERNAME,
            password,
            client_id,
        }));
    }
}

const USERNAME: &str = "demo";
