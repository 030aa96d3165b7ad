//! `salver serve`: the authorization server and the gateway, in front of MCP servers.

use clap::Args;
use salver_store::record::Role;
use serde_json::json;
use tokio::net::TcpListener;

use super::{block_on, settings};
use crate::{
    config::{Flags, Settings},
    failure::Failure,
    logging, output,
    serve::{bind, reload::Reload, run},
    state,
    wiring::{House, accounts},
};

#[derive(Args, Debug)]
pub(super) struct Serve {
    /// Protect the MCP server at this URL; several, or scopes of their own, are named in a configuration file.
    #[arg(long, value_name = "URL")]
    protect: Option<String>,
    /// Listen on this address instead of 127.0.0.1:8080; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Print one line of JSON on standard output once requests are answered.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: super::Where,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let flags = Flags {
            protect: self.protect.clone(),
            listen: self.listen.clone(),
            ..self.place.flags()
        };
        let settings = settings(&flags)?;
        logging::start(settings.log);
        block_on(serve(settings, flags, self.json))
    }
}

async fn serve(settings: Settings, flags: Flags, json: bool) -> Result<(), Failure> {
    let (settings, flags, listeners) = listen(settings, flags).await?;
    let state = state::open(&settings)?;
    let house = House::build(&settings, &state).await?;
    state::remember_issuer(&settings.server.data, &settings.server.issuer)?;
    let setup_url = first_link(&settings, &house).await?;
    let ready = {
        let settings = settings.clone();
        move || tell(&settings, setup_url.as_deref(), json)
    };
    let reload = Reload::new(flags, super::environment(), &settings);
    run::run(&settings, house, listeners, (Some(reload), ready)).await
}

/// Listens; where a port was left to the system, everything is resolved once more with the one that it gave, as if a flag said it.
pub(super) async fn listen(
    settings: Settings,
    flags: Flags,
) -> Result<(Settings, Flags, Vec<TcpListener>), Failure> {
    let mut listeners = bind::bind(&settings.server.listen).await?;
    let left_open = settings.server.listen.iter().any(|address| address.port() == 0);
    let (settings, flags) = match (left_open, listeners.first().map(TcpListener::local_addr)) {
        (true, Some(Ok(address))) => {
            let flags = Flags { listen: Some(address.to_string()), ..flags };
            (super::settings(&flags)?, flags)
        }
        _ => (settings, flags),
    };
    bind::bind_beside(&mut listeners, &settings.server.issuer).await;
    Ok((settings, flags, listeners))
}

/// The link with which the first account is made: only while there is none.
async fn first_link(settings: &Settings, house: &House) -> Result<Option<String>, Failure> {
    if !house.deps.store.list_users().await?.is_empty() {
        return Ok(None);
    }
    let wish = (Role::Administrator, FIRST_LINK_SECONDS);
    accounts::invite(&*house.deps.store, &house.deps.secrets, &settings.server.issuer, wish)
        .await
        .map(Some)
}

fn tell(settings: &Settings, setup_url: Option<&str>, json: bool) {
    let urls: Vec<&str> = settings.resources.iter().map(|resource| resource.id.as_str()).collect();
    if json {
        output::json(
            &json!({ "issuer": settings.server.issuer.as_str(), "mcp_url": urls.first(), "setup_url": setup_url }),
        );
        return;
    }
    output::talk(&talk(settings, &urls, setup_url));
}

fn talk(settings: &Settings, urls: &[&str], setup_url: Option<&str>) -> String {
    let mut lines = vec![String::new(), format!("  salver is at {}", settings.server.issuer)];
    for (resource, url) in settings.resources.iter().zip(urls) {
        lines.push(format!("  {url}  protects  {}", resource.upstream));
    }
    if urls.is_empty() {
        lines.push("  It protects nothing yet: start it with --protect URL, or add [[resources]] to a configuration file.".to_owned());
    }
    lines.push(String::new());
    match (setup_url, urls.first()) {
        (Some(setup_url), url) => {
            lines.push("  Make the first account, an administrator's, with this link. It works once, for 15 minutes:".to_owned());
            lines.push(format!("    {setup_url}"));
            if let Some(url) = url {
                lines.push(format!(
                    "  Then give {url} to an MCP client, and sign in when it opens the browser."
                ));
            }
        }
        (None, Some(url)) => lines
            .push(format!("  Give {url} to an MCP client, and sign in when it opens the browser.")),
        (None, None) => {}
    }
    lines.push("  More people: salver admin invite. Ctrl-C stops the server.".to_owned());
    lines.push(String::new());
    lines.join("\n")
}

const FIRST_LINK_SECONDS: i64 = 15 * 60;
