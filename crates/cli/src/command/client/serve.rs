//! `salver client serve`: the service of a client's vendor, which signs for its installations.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::{
    command::{block_on, environment},
    failure::Failure,
    logging, output,
    serve::bind,
    vendor::{self, Reload, Settings},
};

#[derive(Args, Debug)]
pub(in crate::command) struct Serve {
    /// Print one line of JSON on standard output once requests are answered.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Where the service's settings are.
#[derive(Args, Clone, Debug)]
pub(in crate::command) struct Place {
    /// The file of the service (docs/vendor.md).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Place {
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        Settings::read(&self.config, &environment()).map_err(Failure::Configuration)
    }
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = self.place.settings()?;
        logging::start(settings.log);
        let reload = Reload::new(self.place.config, environment(), &settings);
        block_on(serve(settings, reload, self.json))
    }
}

async fn serve(settings: Settings, reload: Reload, json: bool) -> Result<(), Failure> {
    let listeners = bind::bind(&settings.listen).await?;
    let addresses: Vec<String> = listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .map(|address| address.to_string())
        .collect();
    let (client_id, service) =
        (settings.service.client_id().to_owned(), settings.service.service());
    let ready = move || {
        if json {
            output::json(
                &json!({ "client_id": client_id, "service": service, "listen": addresses }),
            );
        } else {
            output::talk(&format!(
                "\n  The service of {client_id} listens on {}.\n  Installations enrol at {service}; a code for one: salver client installations code\n",
                addresses.join(", ")
            ));
        }
    };
    vendor::run(settings, listeners, (reload, ready)).await
}
