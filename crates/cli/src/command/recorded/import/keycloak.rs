//! Which clients does the export of a Keycloak realm have, and what are they in the words of RFC 7591?

use salver_oauth::client::recorded::Purpose;
use serde_json::{Map, Value, json};

use super::candidate::{Additions, Candidate, Fate, Refused, refuse_wildcard};

/// Whether this is the export of a realm, or of several.
pub(super) fn is_export(file: &Value) -> bool {
    let is_realm = |value: &Value| value.get("clients").is_some_and(Value::is_array);
    match file {
        Value::Array(realms) => !realms.is_empty() && realms.iter().all(is_realm),
        realm => is_realm(realm),
    }
}

/// The clients of an export, in its order.
pub(super) fn candidates(file: &Value, additions: &Additions) -> Vec<Candidate> {
    let realms = match file {
        Value::Array(realms) => realms.as_slice(),
        realm => std::slice::from_ref(realm),
    };
    let clients = realms.iter().filter_map(|realm| realm.get("clients")?.as_array()).flatten();
    clients.map(|client| candidate(client, additions)).collect()
}

fn candidate(client: &Value, additions: &Additions) -> Candidate {
    let old_id = text(client, "clientId").map(str::to_owned);
    let mut notes = Vec::new();
    let fate = match (&old_id, passed_over(client)) {
        (None, _) => Fate::Refuse(Refused::new(
            "it has no clientId",
            "export the realm once more, with its clients",
        )),
        (_, Some(because)) => Fate::PassOver(because),
        (Some(id), None) => match metadata(client, id, additions, &mut notes) {
            Ok((purpose, metadata)) => Fate::Enter(purpose, metadata),
            Err(refused) => Fate::Refuse(refused),
        },
    };
    Candidate { old_id, fate, notes }
}

/// Why a client has no business here.
fn passed_over(client: &Value) -> Option<String> {
    let id = text(client, "clientId")?;
    let protocol = text(client, "protocol").unwrap_or(OPENID);
    if INTERNAL.contains(&id) || id.ends_with("-realm") {
        Some("it is a client of Keycloak's own".to_owned())
    } else if protocol != OPENID {
        Some(format!("its protocol is {}", protocol.escape_debug()))
    } else if flag(client, "bearerOnly", false) {
        Some("it only takes tokens: a resource server belongs under [[resources]]".to_owned())
    } else if !flag(client, "enabled", true) {
        Some("it is disabled".to_owned())
    } else {
        None
    }
}

fn metadata(
    client: &Value,
    id: &str,
    additions: &Additions,
    notes: &mut Vec<&'static str>,
) -> Result<(Purpose, Value), Refused> {
    let people = flag(client, "standardFlowEnabled", true);
    let service = flag(client, "serviceAccountsEnabled", false);
    if !people && !service {
        return Err(Refused::new(
            "it has only flows that are not offered here (implicit, or with passwords)",
            "enable its standard flow, or enter it anew with the addresses of that",
        ));
    }
    let mut metadata = Map::new();
    metadata.insert("client_name".to_owned(), json!(name(client, id)));
    authentication(client, &mut metadata)?;
    if text(client, "secret").is_some() {
        notes.push("its secret is not taken over: give it the new one");
    }
    if !people {
        let mut metadata = Value::Object(metadata);
        additions.complete(&mut metadata);
        return Ok((Purpose::Service, metadata));
    }
    if service {
        notes.push("it acts for itself too: enter that once more, with `create --purpose service`");
    }
    metadata.insert("redirect_uris".to_owned(), redirect_uris(client)?);
    metadata.insert("grant_types".to_owned(), json!(["authorization_code", "refresh_token"]));
    Ok((Purpose::Application, Value::Object(metadata)))
}

/// What people call it. Keycloak's own words for its languages, like `${client_account}`, say nothing here.
fn name<'c>(client: &'c Value, id: &'c str) -> &'c str {
    text(client, "name").filter(|name| !name.is_empty() && !name.starts_with("${")).unwrap_or(id)
}

fn redirect_uris(client: &Value) -> Result<Value, Refused> {
    let listed = client.get("redirectUris").and_then(Value::as_array);
    let root = text(client, "rootUrl").unwrap_or_default();
    let mut uris = Vec::new();
    for (position, uri) in listed.into_iter().flatten().enumerate() {
        let uri = uri.as_str().ok_or_else(|| {
            Refused::new(format!("redirectUris[{position}] is no text"), "write it as a text")
        })?;
        // Keycloak reads what is relative below the root of the client.
        let uri = if uri.starts_with('/') { format!("{root}{uri}") } else { uri.to_owned() };
        refuse_wildcard(position, &uri)?;
        uris.push(uri);
    }
    Ok(uris.into())
}

fn authentication(client: &Value, metadata: &mut Map<String, Value>) -> Result<(), Refused> {
    let mut say = |name: &str, value: Value| metadata.insert(name.to_owned(), value);
    if flag(client, "publicClient", false) {
        say("token_endpoint_auth_method", json!("none"));
        return Ok(());
    }
    let keys = "publish a key set, and set its URL as jwks.url";
    match text(client, "clientAuthenticatorType").unwrap_or("client-secret") {
        "client-secret" => {
            say("token_endpoint_auth_method", json!("client_secret_basic"));
        }
        "client-jwt" => {
            say("token_endpoint_auth_method", json!("private_key_jwt"));
            let attribute = |name: &str| client.get("attributes")?.get(name)?.as_str();
            if let Some(url) = attribute("jwks.url").filter(|url| !url.is_empty()) {
                say("jwks_uri", json!(url));
            } else if let Some(set) = attribute("jwks.string").filter(|set| !set.is_empty()) {
                let set: Value = serde_json::from_str(set)
                    .map_err(|_| Refused::new("its jwks.string is no JSON", keys))?;
                say("jwks", set);
            } else {
                return Err(Refused::new("it signs with a certificate that is kept there", keys));
            }
        }
        other => {
            return Err(Refused::new(
                format!("it authenticates by {}, which is not offered here", other.escape_debug()),
                "let it authenticate by client-jwt with jwks.url, or by client-secret",
            ));
        }
    }
    Ok(())
}

fn text<'c>(client: &'c Value, name: &str) -> Option<&'c str> {
    client.get(name).and_then(Value::as_str)
}

fn flag(client: &Value, name: &str, otherwise: bool) -> bool {
    client.get(name).and_then(Value::as_bool).unwrap_or(otherwise)
}

const OPENID: &str = "openid-connect";

/// Clients that every realm has.
const INTERNAL: [&str; 6] = [
    "account",
    "account-console",
    "admin-cli",
    "broker",
    "realm-management",
    "security-admin-console",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(client: &Value) -> Fate {
        let additions = Additions {
            resources: vec!["https://mcp.example/mcp".to_owned()],
            scope: "read".to_owned(),
        };
        let file = json!({ "realm": "x", "clients": [client] });
        assert!(is_export(&file));
        candidates(&file, &additions).remove(0).fate
    }

    fn told(client: &Value) -> String {
        match fate(client) {
            Fate::Enter(purpose, metadata) => {
                let method = metadata["token_endpoint_auth_method"].as_str().unwrap();
                format!("{} by {method}", purpose.as_str())
            }
            Fate::PassOver(because) => because,
            Fate::Refuse(refused) => refused.why,
        }
    }

    #[test]
    fn each_rule_with_its_neighbour() {
        let app = json!({ "clientId": "app", "redirectUris": ["https://app.example/cb"] });
        let with = |name: &str, value: Value| {
            let mut client = app.clone();
            client[name] = value;
            client
        };
        let keyed = |attributes: Value| {
            let mut client = with("clientAuthenticatorType", json!("client-jwt"));
            client["attributes"] = attributes;
            client
        };
        let service = |people: bool| {
            let mut client = with("standardFlowEnabled", json!(people));
            client["serviceAccountsEnabled"] = json!(true);
            client
        };
        for (client, expected) in [
            (app.clone(), "application by client_secret_basic"),
            (with("publicClient", json!(true)), "application by none"),
            (
                keyed(json!({ "jwks.url": "https://a.example/jwks" })),
                "application by private_key_jwt",
            ),
            (keyed(json!({ "jwks.string": "{\"keys\":[]}" })), "application by private_key_jwt"),
            (keyed(json!({ "jwks.string": "{" })), "its jwks.string is no JSON"),
            (
                keyed(json!({ "jwt.credential.certificate": "MII" })),
                "it signs with a certificate that is kept there",
            ),
            (
                with("clientAuthenticatorType", json!("client-x509")),
                "it authenticates by client-x509, which is not offered here",
            ),
            (service(false), "service by client_secret_basic"),
            (service(true), "application by client_secret_basic"),
            (
                with("standardFlowEnabled", json!(false)),
                "it has only flows that are not offered here (implicit, or with passwords)",
            ),
            (
                with("redirectUris", json!(["https://app.example/*"])),
                "redirect URI 0 has a wildcard",
            ),
            (
                with("redirectUris", json!(["https://app.example/cb", "/*"])),
                "redirect URI 1 has a wildcard",
            ),
            (with("redirectUris", json!([7])), "redirectUris[0] is no text"),
            (with("clientId", json!("admin-cli")), "it is a client of Keycloak's own"),
            (with("clientId", json!("master-realm")), "it is a client of Keycloak's own"),
            (with("clientId", json!("admin-cli2")), "application by client_secret_basic"),
            (with("clientId", Value::Null), "it has no clientId"),
            (with("protocol", json!("saml")), "its protocol is saml"),
            (with("protocol", json!("openid-connect")), "application by client_secret_basic"),
            (with("enabled", json!(false)), "it is disabled"),
            (
                with("bearerOnly", json!(true)),
                "it only takes tokens: a resource server belongs under [[resources]]",
            ),
        ] {
            assert_eq!(told(&client), expected, "{client}");
        }
    }

    #[test]
    fn addresses_stand_below_the_root_and_services_get_what_the_command_says() {
        let client = json!({
            "clientId": "app", "name": "${client_app}", "rootUrl": "https://app.example",
            "redirectUris": ["/cb", "http://localhost/cb"], "secret": "**********",
        });
        let Fate::Enter(_, metadata) = fate(&client) else { panic!("{client}") };
        let uris = json!(["https://app.example/cb", "http://localhost/cb"]);
        assert_eq!((&metadata["redirect_uris"], &metadata["client_name"]), (&uris, &json!("app")));
        assert!(!metadata.to_string().contains("***"), "no secret is taken over");
        let client = json!({
            "clientId": "job", "name": "Job", "standardFlowEnabled": false, "serviceAccountsEnabled": true,
        });
        let Fate::Enter(_, metadata) = fate(&client) else { panic!("{client}") };
        assert_eq!(
            (&metadata["client_name"], &metadata["resources"], &metadata["scope"]),
            (&json!("Job"), &json!(["https://mcp.example/mcp"]), &json!("read"))
        );
        assert!(metadata.get("redirect_uris").is_none());
    }
}
