//! Is this a metadata document, and what does it say? CIMD §4 (draft -03, tolerant towards -00 to -02: R-1).
//!
//! What is forbidden refuses the document; what is unknown or unsupported is left out, and refuses it only when nothing
//! usable remains. Fetching is not done here.

mod atproto;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};
use thiserror::Error;

use super::{
    hosted::HostedId,
    id::{ClientId, MetadataUrl},
    metadata::{ATTESTED, ATTESTED_BY_DPOP, Keys, Metadata, Methods},
    redirect_uri::RedirectUri,
};
use crate::json::{self, JsonError};

pub use atproto::AtprotoFault;
pub(super) use atproto::{RULES as ATPROTO_RULES, faults as atproto_faults};

/// Which members a document must have.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Profile {
    /// MCP-AS-13: `client_id`, `client_name`, `redirect_uris`.
    #[default]
    Mcp,
    /// CIMD alone: `client_id`, and `redirect_uris` since all our flows redirect.
    Ietf,
    /// Bluesky's: what ATP-1 to ATP-8 demand.
    Atproto,
}

/// Why bytes are no metadata document of this URL.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum DocumentError {
    /// CIMD-D-2, CIMD-D-13: the bytes are no strict JSON.
    #[error("it cannot be read as JSON: {0}")]
    Json(JsonError),
    /// CIMD-D-2: JSON, but no object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// CIMD-D-3, MCP-AS-13: a member is missing.
    #[error("the member {0} is missing")]
    Missing(&'static str),
    /// A member that is used has another type than the registry says.
    #[error("the member {0} has the wrong type")]
    WrongType(&'static str),
    /// CIMD-D-3: `client_id` is not the URL that was fetched, byte for byte.
    #[error("its client_id is not the URL that it was fetched from")]
    OtherClientId,
    /// CIMD-D-5, CIMD-D-6: a secret in public, or a method that needs one.
    #[error("the member {0} stands for a shared secret, and a public document cannot keep one")]
    SharedSecret(&'static str),
    /// CIMD-D-7: the key is burnt.
    #[error("its jwks holds private key material, which is now public")]
    PrivateKey,
    /// CIMD-D-11.
    #[error("it has both jwks and jwks_uri")]
    TwoKeySets,
    /// Nothing in this list can be used here.
    #[error("nothing in {0} can be used here")]
    NothingUsable(&'static str),
    /// ATP-1 to ATP-8: a rule of the atproto profile.
    #[error("the atproto profile is in force, and {0}")]
    Atproto(AtprotoFault),
}

/// Reads a document that was fetched from `url`.
///
/// # Errors
/// [`DocumentError`] names the rule that it breaks.
pub fn parse(bytes: &[u8], url: &MetadataUrl, profile: Profile) -> Result<Metadata, DocumentError> {
    read(bytes, ClientId::Document(url.clone()), profile)
}

/// Reads a document that this server hosts itself.
///
/// # Errors
/// [`DocumentError`] names the rule that it breaks.
pub fn parse_hosted(
    bytes: &[u8],
    id: &HostedId,
    profile: Profile,
) -> Result<Metadata, DocumentError> {
    read(bytes, ClientId::Hosted(id.clone()), profile)
}

fn read(bytes: &[u8], client_id: ClientId, profile: Profile) -> Result<Metadata, DocumentError> {
    use DocumentError as E;
    let Value::Object(members) = json::parse(bytes).map_err(E::Json)? else {
        return Err(E::NotAnObject);
    };
    if text(&members, "client_id")?.ok_or(E::Missing("client_id"))? != client_id.as_str() {
        return Err(E::OtherClientId);
    }
    refuse_secrets(&members)?;
    let name = text(&members, "client_name")?.map(str::trim).filter(|name| !name.is_empty());
    if name.is_none() && profile == Profile::Mcp {
        return Err(E::Missing("client_name"));
    }
    usable(&members, "grant_types", "authorization_code")?;
    usable(&members, "response_types", "code")?;
    if let (Profile::Atproto, ClientId::Document(url)) = (profile, &client_id)
        && let Some(fault) = atproto_faults(&members, url).into_iter().next()
    {
        return Err(E::Atproto(fault));
    }
    let keys = keys(&members)?;
    Ok(Metadata {
        client_id,
        name: name.map(Into::into),
        client_uri: text(&members, "client_uri")?.map(Into::into),
        logo_uri: https(&members, "logo_uri")?.map(Into::into),
        redirect_uris: redirect_uris(&members)?,
        scope: text(&members, "scope")?.and_then(|scope| scope.parse().ok()),
        methods: methods(&members, &keys)?,
        keys,
        dpop_bound: flag(&members, atproto::BOUND)?,
        requires_push: flag(&members, PUSHED_ONLY)?,
        digest: digest(&SHA256, bytes).as_ref().try_into().map_err(|_| E::NotAnObject)?,
    })
}

/// CIMD-D-5, CIMD-D-6, CIMD-D-7, CIMD-D-11.
fn refuse_secrets(members: &Map<String, Value>) -> Result<(), DocumentError> {
    for name in ["client_secret", "client_secret_expires_at"] {
        if members.contains_key(name) {
            return Err(DocumentError::SharedSecret(name));
        }
    }
    if present(members, "jwks").is_some() && present(members, "jwks_uri").is_some() {
        return Err(DocumentError::TwoKeySets);
    }
    let keys = present(members, "jwks").and_then(|jwks| jwks.get("keys")).and_then(Value::as_array);
    let private = |key: &Value| PRIVATE_KEY_MEMBERS.iter().any(|member| key.get(member).is_some());
    if keys.is_some_and(|keys| keys.iter().any(private)) {
        return Err(DocumentError::PrivateKey);
    }
    Ok(())
}

/// CIMD-D-14: a URL of keys is absolute and https. Without keys, or with a wrong URL, `private_key_jwt` cannot be used.
fn keys(members: &Map<String, Value>) -> Result<Keys, DocumentError> {
    if let Some(inline) = present(members, "jwks") {
        return Ok(Keys::Inline(inline.to_string().into()));
    }
    let url = https(members, "jwks_uri")?;
    Ok(url.map_or(Keys::None, |url| Keys::At(url.into())))
}

/// CIMD-K-2 to CIMD-K-5: the list decides if there is one; neither member means `none`.
fn methods(members: &Map<String, Value>, keys: &Keys) -> Result<Methods, DocumentError> {
    const ONE: &str = "token_endpoint_auth_method";
    const MANY: &str = "token_endpoint_auth_methods_supported";
    let one = text(members, ONE)?;
    let many = texts(members, MANY)?;
    if one.is_some_and(|method| SYMMETRIC_METHODS.contains(&method)) {
        return Err(DocumentError::SharedSecret(ONE));
    }
    if many.iter().flatten().any(|method| SYMMETRIC_METHODS.contains(method)) {
        return Err(DocumentError::SharedSecret(MANY));
    }
    let named = match (&many, one) {
        (Some(many), _) => many.clone(),
        (None, Some(one)) => vec![one],
        (None, None) => vec!["none"],
    };
    let keyed = named.contains(&"private_key_jwt") && *keys != Keys::None;
    // ABCA-11: who signs attestations may be known out of band, so keys are not needed here.
    let attested = [ATTESTED, ATTESTED_BY_DPOP].iter().any(|method| named.contains(method));
    let methods = Methods::without_secret(named.contains(&"none"), keyed).or_attestation(attested);
    if methods == Methods::default() {
        return Err(DocumentError::NothingUsable(if many.is_some() { MANY } else { ONE }));
    }
    Ok(methods)
}

fn redirect_uris(members: &Map<String, Value>) -> Result<Vec<RedirectUri>, DocumentError> {
    const NAME: &str = "redirect_uris";
    let listed = texts(members, NAME)?.ok_or(DocumentError::Missing(NAME))?;
    let uris: Vec<_> = listed.into_iter().filter_map(|uri| RedirectUri::parse(uri).ok()).collect();
    if uris.is_empty() {
        return Err(DocumentError::NothingUsable(NAME));
    }
    Ok(uris)
}

/// a list that is there must hold the one value that we need; its other values are left out.
fn usable(
    members: &Map<String, Value>,
    name: &'static str,
    needed: &str,
) -> Result<(), DocumentError> {
    match texts(members, name)? {
        Some(values) if !values.contains(&needed) => Err(DocumentError::NothingUsable(name)),
        _ => Ok(()),
    }
}

/// A member that is there and not null.
pub(super) fn present<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    members.get(name).filter(|value| !value.is_null())
}

pub(super) fn text<'m>(
    members: &'m Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'m str>, DocumentError> {
    present(members, name)
        .map(|value| value.as_str().ok_or(DocumentError::WrongType(name)))
        .transpose()
}

pub(super) fn flag(
    members: &Map<String, Value>,
    name: &'static str,
) -> Result<bool, DocumentError> {
    let value =
        present(members, name).map(|value| value.as_bool().ok_or(DocumentError::WrongType(name)));
    value.transpose().map(Option::unwrap_or_default)
}

/// CIMD-D-14, R-7: a URL that we would go to is absolute and https; any other is left out.
fn https<'m>(
    members: &'m Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'m str>, DocumentError> {
    Ok(text(members, name)?.filter(|url| url.starts_with("https://")))
}

pub(super) fn texts<'m>(
    members: &'m Map<String, Value>,
    name: &'static str,
) -> Result<Option<Vec<&'m str>>, DocumentError> {
    let wrong = || DocumentError::WrongType(name);
    let Some(value) = present(members, name) else {
        return Ok(None);
    };
    let list = value.as_array().ok_or_else(wrong)?;
    list.iter().map(|item| item.as_str().ok_or_else(wrong)).collect::<Result<_, _>>().map(Some)
}

/// Members of a JWK that only a private or symmetric key has (RFC 7518 §6).
pub(crate) const PRIVATE_KEY_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"];

/// The member by which a client takes no authorization requests in its name but pushed ones (RFC 9126 §6, PAR-3).
pub(super) const PUSHED_ONLY: &str = "require_pushed_authorization_requests";

/// Methods that rest on a secret which both sides know.
pub(super) const SYMMETRIC_METHODS: [&str; 3] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: &Value) -> Result<Metadata, DocumentError> {
        let url = MetadataUrl::parse("https://app.example/client.json").unwrap();
        parse(document.to_string().as_bytes(), &url, Profile::Mcp)
    }

    fn sound() -> Value {
        json!({
            "client_id": "https://app.example/client.json",
            "client_name": "App",
            "redirect_uris": ["http://127.0.0.1/callback"],
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut document = sound();
        document[name] = value;
        document
    }

    #[test]
    fn what_is_missing_forbidden_or_of_the_wrong_type_refuses_the_document() {
        use DocumentError as E;
        let cases = [
            (
                "CIMD-D-3",
                with("client_id", json!("https://app.example/client.json/")),
                E::OtherClientId,
            ),
            ("CIMD-D-3", with("client_id", Value::Null), E::Missing("client_id")),
            ("MCP-AS-13", with("client_name", json!("  ")), E::Missing("client_name")),
            ("MCP-AS-13", with("redirect_uris", Value::Null), E::Missing("redirect_uris")),
            ("empty", with("redirect_uris", json!([])), E::NothingUsable("redirect_uris")),
            (
                "none usable",
                with("redirect_uris", json!(["javascript:x", "http://a.example/"])),
                E::NothingUsable("redirect_uris"),
            ),
            (
                "type",
                with("redirect_uris", json!("https://a.example/")),
                E::WrongType("redirect_uris"),
            ),
            ("type", with("redirect_uris", json!([1])), E::WrongType("redirect_uris")),
            ("type", with("client_name", json!(["App"])), E::WrongType("client_name")),
            ("CIMD-D-6", with("client_secret", json!("s")), E::SharedSecret("client_secret")),
            (
                "CIMD-D-6",
                with("client_secret_expires_at", json!(0)),
                E::SharedSecret("client_secret_expires_at"),
            ),
            (
                "CIMD-D-5",
                with("token_endpoint_auth_method", json!("client_secret_post")),
                E::SharedSecret("token_endpoint_auth_method"),
            ),
            (
                "CIMD-D-5 in the list",
                with("token_endpoint_auth_methods_supported", json!(["none", "client_secret_jwt"])),
                E::SharedSecret("token_endpoint_auth_methods_supported"),
            ),
            ("CIMD-D-7", with("jwks", json!({"keys": [{"kty": "EC", "d": "x"}]})), E::PrivateKey),
            ("CIMD-D-7", with("jwks", json!({"keys": [{"kty": "oct", "k": "x"}]})), E::PrivateKey),
            (
                "K-5",
                with("token_endpoint_auth_method", json!("tls_client_auth")),
                E::NothingUsable("token_endpoint_auth_method"),
            ),
            (
                "R-7",
                with("grant_types", json!(["client_credentials"])),
                E::NothingUsable("grant_types"),
            ),
            ("R-7", with("response_types", json!(["token"])), E::NothingUsable("response_types")),
        ];
        for (why, document, expected) in cases {
            assert_eq!(read(&document).err(), Some(expected), "{why}: {document}");
        }
        assert_eq!(read(&json!([])).err(), Some(E::NotAnObject));
    }

    #[test]
    fn par_3_a_document_may_demand_that_requests_are_pushed() {
        assert!(!read(&sound()).unwrap().requires_push);
        for (value, expected) in [
            (json!(true), Ok(true)),
            (json!(false), Ok(false)),
            (json!("true"), Err(DocumentError::WrongType(PUSHED_ONLY))),
        ] {
            let seen = read(&with(PUSHED_ONLY, value)).map(|client| client.requires_push);
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn cimd_d_11_two_key_sets_are_refused_and_one_is_not() {
        let mut document = with("jwks_uri", json!("https://app.example/jwks"));
        assert!(read(&document).is_ok());
        document["jwks"] = json!({"keys": []});
        assert_eq!(read(&document).err(), Some(DocumentError::TwoKeySets));
    }

    #[test]
    fn r_7_what_is_unknown_is_left_out() {
        for document in [
            with(
                "grant_types",
                json!(["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"]),
            ),
            with("unheard_of", json!({"deep": [1]})),
            with("redirect_uris", json!(["javascript:x", "http://127.0.0.1/callback"])),
            with("token_endpoint_auth_methods_supported", json!(["none", "brand_new"])),
        ] {
            let metadata = read(&document).unwrap();
            assert_eq!(metadata.redirect_uris.len(), 1, "{document}");
        }
    }

    #[test]
    fn cimd_k_2_to_k_4_the_list_decides_and_nothing_means_none() {
        const MANY: &str = "token_endpoint_auth_methods_supported";
        let both = Methods::EITHER;
        let none = Methods::NONE;
        let keyed = Methods::PRIVATE_KEY_JWT;
        assert_eq!(read(&sound()).unwrap().methods, none);
        let with_keys = |name, value| {
            let mut document = with(name, value);
            document["jwks_uri"] = json!("https://app.example/jwks");
            document
        };
        let only = with_keys("token_endpoint_auth_method", json!("private_key_jwt"));
        assert_eq!(read(&only).unwrap().methods, keyed);
        let mut chatgpt = only;
        chatgpt[MANY] = json!(["none", "private_key_jwt"]);
        assert_eq!(read(&chatgpt).unwrap().methods, both);
        let listed = with_keys(MANY, json!(["private_key_jwt"]));
        assert_eq!(read(&listed).unwrap().methods, keyed);
    }

    #[test]
    fn private_key_jwt_without_keys_cannot_be_used() {
        const MANY: &str = "token_endpoint_auth_methods_supported";
        let mut document = with(MANY, json!(["none", "private_key_jwt"]));
        for (jwks_uri, usable) in [
            (Value::Null, false),
            (json!("http://app.example/jwks"), false),
            (json!("https://app.example/jwks"), true),
        ] {
            document["jwks_uri"] = jwks_uri;
            assert_eq!(read(&document).unwrap().methods.private_key_jwt, usable, "{document}");
        }
        let alone = with("token_endpoint_auth_method", json!("private_key_jwt"));
        let unusable = DocumentError::NothingUsable("token_endpoint_auth_method");
        assert_eq!(read(&alone).err(), Some(unusable));
    }

    #[test]
    fn cimd_d_14_only_an_https_logo_is_taken_and_no_other_refuses_the_document() {
        for (logo_uri, taken) in [
            (json!("https://app.example/logo.png"), true),
            (json!("http://app.example/logo.png"), false),
            (json!("data:image/png;base64,AAAA"), false),
            (json!("javascript:alert(1)"), false),
            (json!("/logo.png"), false),
            (json!(""), false),
            (Value::Null, false),
        ] {
            let metadata = read(&with("logo_uri", logo_uri.clone())).unwrap();
            assert_eq!(metadata.logo_uri.is_some(), taken, "{logo_uri}");
        }
        let wrong = with("logo_uri", json!(["https://app.example/logo.png"]));
        assert_eq!(read(&wrong).err(), Some(DocumentError::WrongType("logo_uri")));
    }

    #[test]
    fn the_ietf_profile_does_without_a_name() {
        let url = MetadataUrl::parse("https://app.example/client.json").unwrap();
        let nameless =
            json!({"client_id": url.as_str(), "redirect_uris": ["https://app.example/cb"]})
                .to_string();
        let metadata = parse(nameless.as_bytes(), &url, Profile::Ietf).unwrap();
        assert_eq!(metadata.label(), "app.example");
    }
}
