//! What does the server say about itself? RFC 8414 and OpenID Connect Discovery from one source (MCP-AS-2, MD-1 to MD-3).

use serde_json::{Value, json};

use crate::{client::metadata::ATTESTED, issuer::Issuer, scope::Scope};

/// Paths of the endpoints below the issuer, the same in metadata and router.
pub mod path {
    /// RFC 6749 §3.1.
    pub const AUTHORIZE: &str = "/authorize";
    /// The consent form's target.
    pub const CONSENT: &str = "/authorize/consent";
    /// RFC 6749 §3.2.
    pub const TOKEN: &str = "/token";
    /// RFC 9126 §2.
    pub const PUSH: &str = "/par";
    /// ABCA-7.
    pub const CHALLENGE: &str = "/challenge";
    /// RFC 7009.
    pub const REVOKE: &str = "/revoke";
    /// RFC 7591 §3; below it RFC 7592.
    pub const REGISTER: &str = "/register";
    /// RFC 7662.
    pub const INTROSPECT: &str = "/introspect";
    /// Keys of access tokens.
    pub const JWKS: &str = "/jwks";
    /// Keys of identities that go to servers behind the gateway.
    pub const IDENTITY_JWKS: &str = "/identity/jwks";
}

/// Where a document about an issuer is found.
#[must_use]
pub fn well_known_paths(issuer: &Issuer) -> Vec<String> {
    let path = issuer.path();
    let mut paths = vec![
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        paths.push(format!("{path}/.well-known/openid-configuration"));
    }
    paths
}

/// The metadata document. One document serves both kinds of discovery: the members that only OpenID clients insist on are there,
/// and say what is true here, though no ID tokens are issued.
#[must_use]
pub fn metadata(
    issuer: &Issuer,
    scopes: &Scope,
    signing_algorithm: &str,
    registers: bool,
    requires_push: bool,
) -> Value {
    // First what asks least of a client: some take the first that they know.
    let methods =
        ["none", "private_key_jwt", "client_secret_basic", "client_secret_post", ATTESTED];
    let algorithms = ["ES256", "EdDSA", "RS256", "PS256"];
    let mut metadata = json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.endpoint(path::AUTHORIZE),
        "token_endpoint": issuer.endpoint(path::TOKEN),
        "pushed_authorization_request_endpoint": issuer.endpoint(path::PUSH),
        "require_pushed_authorization_requests": requires_push,
        "revocation_endpoint": issuer.endpoint(path::REVOKE),
        "introspection_endpoint": issuer.endpoint(path::INTROSPECT),
        "jwks_uri": issuer.endpoint(path::JWKS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "challenge_endpoint": issuer.endpoint(path::CHALLENGE),
        "client_attestation_signing_alg_values_supported": algorithms,
        "client_attestation_pop_signing_alg_values_supported": algorithms,
        // ABCA-8: `none` says that attestations are taken beside other ways of authentication.
        "client_attestation_pop_methods_supported": ["attestation_pop_jwt", "dpop_combined", "none"],
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
        "scopes_supported": scopes.iter().collect::<Vec<_>>(),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [signing_algorithm],
        "prompt_values_supported": ["none", "consent"],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
    });
    if registers && let Some(members) = metadata.as_object_mut() {
        members.insert("registration_endpoint".into(), issuer.endpoint(path::REGISTER).into());
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcp_as_8_all_places_for_an_issuer_with_a_path() {
        let places = |issuer: &str| well_known_paths(&Issuer::parse(issuer).unwrap());
        assert_eq!(
            places("https://as.example"),
            ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]
        );
        assert_eq!(
            places("https://as.example/a"),
            [
                "/.well-known/oauth-authorization-server/a",
                "/.well-known/openid-configuration/a",
                "/a/.well-known/openid-configuration"
            ]
        );
    }

    #[test]
    fn mcp_as_3_4_5_6_what_clients_look_for() {
        let issuer = Issuer::parse("https://as.example/a").unwrap();
        let of = |registers| {
            metadata(&issuer, &"read write".parse().unwrap(), "ES256", registers, !registers)
        };
        let document = of(true);
        assert_eq!(document["issuer"], "https://as.example/a");
        assert_eq!(document["authorization_endpoint"], "https://as.example/a/authorize");
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["client_id_metadata_document_supported"], true);
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        assert!(document.as_object().unwrap().values().all(|value| !value.is_null()));
        assert_eq!(document["registration_endpoint"], "https://as.example/a/register");
        let pushed = "pushed_authorization_request_endpoint";
        assert_eq!(document[pushed], "https://as.example/a/par");
        // PAR-3, ATP-16.
        assert_eq!(document["require_pushed_authorization_requests"], false);
        assert_eq!(of(false)["require_pushed_authorization_requests"], true);
        // CC-1: whoever asks for itself finds out how.
        let list = |name: &str| document[name].as_array().unwrap().clone();
        assert!(list("grant_types_supported").contains(&json!("client_credentials")));
        let methods = list("token_endpoint_auth_methods_supported");
        assert!(methods.contains(&json!("private_key_jwt")));
        assert!(!list("token_endpoint_auth_signing_alg_values_supported").is_empty());
        // ABCA-7, ABCA-8.
        assert!(methods.contains(&json!("attest_jwt_client_auth")));
        assert_eq!(document["challenge_endpoint"], "https://as.example/a/challenge");
        for kind in ["client_attestation", "client_attestation_pop"] {
            assert!(
                list(&format!("{kind}_signing_alg_values_supported")).contains(&json!("ES256"))
            );
        }
        // MD-3: none is promised where none is.
        assert!(of(false).get("registration_endpoint").is_none());
    }
}
