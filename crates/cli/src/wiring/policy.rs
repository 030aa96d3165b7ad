//! What are logins judged by? The catalogue in force, the rules of the configuration, and the names of the clients that stand in it: they
//! belong to whoever runs this server, so to the issuer's host.

use std::sync::Arc;

use salver_policy::{catalogue::Catalogue, impersonation::Protected};
use salver_server::policy::Policy;
use url::Url;

use crate::config::Settings;

/// The policy of these settings with this catalogue.
pub(crate) fn policy(settings: &Settings, catalogue: Catalogue) -> Policy {
    let issuer = &settings.server.issuer;
    let url = Url::parse(issuer.as_str()).ok();
    let owner = url.as_ref().and_then(Url::host_str).unwrap_or(issuer.authority());
    let entered = settings
        .clients
        .iter()
        .map(|client| Protected { name: client.name.as_str().into(), owner: owner.into() });
    Policy::new(Arc::new(catalogue), Arc::clone(&settings.policy.rules), entered.collect())
}

#[cfg(test)]
mod tests {
    use salver_policy::impersonation::NameHit;

    use super::*;
    use crate::config::{Environment, Layers, problem::Origins};

    #[test]
    fn the_catalogues_names_and_those_of_entered_clients() {
        let text = r#"
data = "/var/lib/salver"
issuer = "https://as.acme.example:8443/login"
[[clients]]
client_id = "crm"
client_name = "Acme CRM"
redirect_uris = ["http://localhost/cb"]
[[clients]]
client_id = "zed"
client_name = "Zed"
redirect_uris = ["http://localhost/cb"]
"#;
        let layers = Layers {
            table: text.parse().unwrap(),
            origins: Origins::default(),
            protect: None,
            master_key: None,
        };
        let settings = Settings::resolve(&layers, &Environment::new());
        let policy = policy(&settings.unwrap(), Catalogue::embedded().clone());
        for (claimed, owner) in [
            ("Acme CRM", Some("as.acme.example")),
            ("Acrne CRM App", Some("as.acme.example")),
            ("Claude", Some("claude.ai")),
            ("Zed", Some("zed.dev")),
            ("CRM", None),
        ] {
            let found = policy.protected.name(claimed).and_then(|hit| match hit {
                NameHit::Taken { protected, .. } => Some(&*protected.owner),
                NameHit::MixedScripts => None,
            });
            assert_eq!(found, owner, "{claimed}");
        }
    }
}
