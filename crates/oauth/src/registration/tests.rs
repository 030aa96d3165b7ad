use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    encoding::{Undecodable, decode, encode},
    *,
};
use crate::{
    client::{
        id::ClientId,
        metadata::{Keys, Methods, SecretMethod},
        redirect_uri::RedirectUriError,
        sealed::SealedId,
    },
    error,
    json::JsonError,
};

mod answer_tests;
mod encoding_tests;
mod refusal_tests;

const NONCE: InstallationNonce = InstallationNonce::from_bytes([7; 16]);

/// Bodies of real clients.
const REAL: [(&str, &[u8]); 8] = [
    ("Cursor", include_bytes!("../../../../tests/fixtures/registrations/cursor.json")),
    ("Claude", include_bytes!("../../../../tests/fixtures/registrations/claude.json")),
    (
        "Claude with a secret",
        include_bytes!("../../../../tests/fixtures/registrations/claude-with-secret.json"),
    ),
    ("Claude Code", include_bytes!("../../../../tests/fixtures/registrations/claude-code.json")),
    ("VS Code", include_bytes!("../../../../tests/fixtures/registrations/vscode.json")),
    ("Gemini CLI", include_bytes!("../../../../tests/fixtures/registrations/gemini-cli.json")),
    ("the Inspector", include_bytes!("../../../../tests/fixtures/registrations/inspector.json")),
    ("mcp-remote", include_bytes!("../../../../tests/fixtures/registrations/mcp-remote.json")),
];

fn register(body: &[u8]) -> Result<Registration, RegistrationError> {
    RegistrationRequest::parse(body)?.register(|| Ok(NONCE))
}

fn read(body: &Value) -> Result<Registration, RegistrationError> {
    register(body.to_string().as_bytes())
}

fn native() -> Value {
    json!({"client_name": "App", "redirect_uris": ["http://127.0.0.1:51004/callback"]})
}

fn web() -> Value {
    json!({"client_name": "App", "redirect_uris": ["https://app.example/cb"]})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn keyed(keys: &str, value: Value) -> Value {
    with(with(web(), "token_endpoint_auth_method", json!("private_key_jwt")), keys, value)
}

fn id() -> SealedId {
    SealedId::new(1, 1, b"sealed").unwrap()
}

fn answer(body: &Value) -> Map<String, Value> {
    let request = RegistrationRequest::parse(body.to_string().as_bytes()).unwrap();
    let sent = request.redirect_uris().to_vec();
    let registration = request.register(|| Ok::<_, ()>(NONCE)).unwrap();
    let credentials = Credentials {
        client_secret: "secret",
        registration_access_token: "token",
        registration_client_uri: "https://as.example/register/x",
    };
    let id = id();
    let told = Answer {
        client_id: id.as_str(),
        registration: &registration,
        redirect_uris: &sent,
        credentials: Some(credentials),
        software_statement: None,
    };
    serde_json::from_str(&serde_json::to_string(&told).unwrap()).unwrap()
}

/// Everything of RFC 7591 §2 at once.
fn full() -> Value {
    json!({
        "redirect_uris": ["https://app.example/cb", "https://a.example/"],
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": "App",
        "client_name#de-DE": "Anwendung",
        "client_uri": "https://app.example/",
        "logo_uri": "https://app.example/logo.png",
        "scope": "write read",
        "contacts": ["a@app.example"],
        "tos_uri": "https://app.example/terms",
        "policy_uri": "https://app.example/privacy",
        "jwks_uri": "https://app.example/jwks",
        "software_id": "app",
        "software_version": "1.0",
        "dpop_bound_access_tokens": true,
        "require_pushed_authorization_requests": true,
    })
}

#[test]
fn decision_9_who_gets_a_secret() {
    let basic = Authentication::Secret(SecretMethod::Basic, NONCE);
    let post = Authentication::Secret(SecretMethod::Post, NONCE);
    let mixed =
        with(web(), "redirect_uris", json!(["https://a.example/cb", "http://localhost/cb"]));
    for (why, body, authentication) in [
        ("a native client that asks for nothing", native(), Authentication::None),
        ("RFC 7591 §2: a web client that asks for nothing", web(), basic.clone()),
        ("one address on this computer makes it native", mixed, Authentication::None),
        (
            "so does its word",
            with(web(), "application_type", json!("native")),
            Authentication::None,
        ),
        (
            "its word against its address",
            with(native(), "application_type", json!("web")),
            Authentication::None,
        ),
        (
            "a word that nobody knows",
            with(web(), "application_type", json!("desktop")),
            basic.clone(),
        ),
        (
            "asked for",
            with(native(), "token_endpoint_auth_method", json!("client_secret_basic")),
            basic,
        ),
        ("asked for", with(web(), "token_endpoint_auth_method", json!("client_secret_post")), post),
        (
            "declined",
            with(web(), "token_endpoint_auth_method", json!("none")),
            Authentication::None,
        ),
    ] {
        let registration = read(&body).unwrap();
        assert_eq!(registration.authentication(), &authentication, "{why}");
        let has_secret =
            registration.metadata(ClientId::Sealed(id())).methods.client_secret().is_some();
        assert_eq!(registration.nonce().is_some(), has_secret, "{why}");
    }
}

#[test]
fn a_nonce_is_drawn_only_for_a_secret() {
    for (body, drawn) in [(native(), false), (web(), true)] {
        let request = RegistrationRequest::parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(request.register(|| Err("drawn")).err(), drawn.then_some("drawn"));
    }
}

#[test]
fn decision_9_equal_metadata_are_one_registration() {
    let base =
        || with(native(), "redirect_uris", json!(["http://127.0.0.1/cb", "https://a.example/"]));
    let plain = read(&base()).unwrap();
    let uris = |uris: Value| with(native(), "redirect_uris", uris);
    for (why, body, same) in [
        ("order", uris(json!(["https://a.example/", "http://127.0.0.1/cb"])), true),
        ("port", uris(json!(["http://127.0.0.1:8080/cb", "https://a.example/"])), true),
        (
            "twice",
            uris(json!(["http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", "https://a.example/"])),
            true,
        ),
        ("path", uris(json!(["http://127.0.0.1/cb/", "https://a.example/"])), false),
        ("host", uris(json!(["http://localhost/cb", "https://a.example/"])), false),
        (
            "port of another host",
            uris(json!(["http://127.0.0.1/cb", "https://a.example:1/"])),
            false,
        ),
        ("a default said", with(base(), "token_endpoint_auth_method", json!("none")), true),
        ("a default said", with(base(), "grant_types", json!(["authorization_code"])), true),
        ("a default said", with(base(), "response_types", json!(["code"])), true),
        ("a default said", with(base(), "application_type", json!("native")), true),
        ("a default said", with(base(), "dpop_bound_access_tokens", json!(false)), true),
        (
            "another grant",
            with(base(), "grant_types", json!(["authorization_code", "refresh_token"])),
            false,
        ),
        (
            "what is not offered",
            with(base(), "grant_types", json!(["authorization_code", "urn:x"])),
            true,
        ),
        ("bound tokens", with(base(), "dpop_bound_access_tokens", json!(true)), false),
        (
            "PAR-3 pushed requests alone",
            with(base(), "require_pushed_authorization_requests", json!(true)),
            false,
        ),
        ("version of the software", with(base(), "software_version", json!("2.0")), true),
        ("the software", with(base(), "software_id", json!("x")), false),
        ("keys that are not used", with(base(), "jwks_uri", json!("https://a.example/jwks")), true),
        ("name", with(base(), "client_name", json!("Apps")), false),
        (
            "a name with what cannot be seen",
            with(base(), "client_name", json!(" A\u{200b}p\u{202e}p ")),
            true,
        ),
        ("a name in another language", with(base(), "client_name#de", json!("Anwendung")), false),
        ("… that is the same name", with(base(), "client_name#de", json!("App")), true),
        ("… without a language", with(base(), "client_name#", json!("Anwendung")), true),
        ("nothing", with(base(), "contacts", json!([])), true),
        ("nothing", with(base(), "client_uri", json!("")), true),
        ("a logo that is none", with(base(), "logo_uri", json!("javascript:x")), true),
        ("a logo", with(base(), "logo_uri", json!("https://a.example/logo.png")), false),
        ("a hint that is none", with(base(), "scope", json!("a\"b")), true),
        ("a hint too long", with(base(), "scope", json!("a ".repeat(300))), true),
        ("a hint", with(base(), "scope", json!("a")), false),
    ] {
        let registration = read(&body).unwrap();
        assert_eq!(registration == plain, same, "{why}: {body}");
        assert_eq!(encode(&registration) == encode(&plain), same, "{why}: {body}");
    }
}

#[test]
fn what_an_opened_registration_is_to_the_rest() {
    let client = read(&full()).unwrap().metadata(ClientId::Sealed(id()));
    assert_eq!(client.methods, Methods::PRIVATE_KEY_JWT);
    assert_eq!(client.keys, Keys::At("https://app.example/jwks".into()));
    assert_eq!(client.scope, None, "a hint is no ceiling");
    assert!(client.dpop_bound && client.requires_push);
    let nameless = with(native(), "client_name", json!("\u{200b}"));
    let client = read(&nameless).unwrap().metadata(ClientId::Sealed(id()));
    assert_eq!((client.name.as_deref(), client.label()), (None, "A client without a name"));
    assert!(client.redirect_uris[0].accepts("http://127.0.0.1:9/callback"), "any port");
    assert!(!client.redirect_uris[0].accepts("http://localhost:9/callback"));
    assert!(!client.may_not_use_app_schemes());
}

#[test]
fn only_public_members_of_a_key_are_kept() {
    let key = json!({"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": "k", "x5c": ["…"], "use": "sig"});
    let told = answer(&keyed("jwks", json!({"keys": [key], "more": 1})));
    let kept = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": "k", "use": "sig"}]});
    assert_eq!(told["jwks"], kept);
}

#[test]
fn real_clients_are_taken_and_written_in_few_bytes() {
    // Version, number of the key and seal: 3 and 16 bytes.
    let length =
        |encoded: &[u8]| SealedId::new(1, 1, &[encoded, &[0; 16]].concat()).unwrap().as_str().len();
    for (client, body) in REAL {
        let registration = register(body).unwrap();
        let encoded = encode(&registration);
        assert_eq!(decode(&encoded), Ok(registration), "{client}");
        assert!(length(&encoded) <= 160, "{client}: {}", length(&encoded));
    }
}

#[test]
fn contacts_alone_make_no_other_client() {
    let contacts = json!(["dev@app.example"]);
    for (member, value, same) in [
        ("contacts", contacts, true),
        ("software_version", json!("2"), true),
        ("client_name", json!("Another"), false),
        ("redirect_uris", json!(["http://127.0.0.1/other"]), false),
        ("client_uri", json!("https://other.example/"), false),
    ] {
        let other = read(&with(native(), member, value)).unwrap();
        assert_eq!(read(&native()).unwrap().is_same_but_for_contacts(&other), same, "{member}");
    }
}

#[test]
fn software_statements_are_carried_along_unread() {
    let sent = with(native(), "software_statement", json!("a.b.c"));
    let body = RegistrationBody::parse(sent.to_string().as_bytes()).unwrap();
    assert_eq!(body.software_statement(), Ok(Some("a.b.c")));
    assert_eq!(read(&sent), read(&native()));
    assert!(!answer(&sent).contains_key("software_statement"));
}
