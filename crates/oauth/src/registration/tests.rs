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

mod encoding_tests;

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
#[expect(clippy::too_many_lines, reason = "a table")]
fn dcr_5_6_7_9_what_is_refused_and_its_neighbour() {
    use RegistrationError as E;
    let body = |fault| E::Body(fault);
    let uri = |position, fault| E::RedirectUri { position, fault };
    let uris = |uris: Value| with(native(), "redirect_uris", uris);
    let method = |name: &str| with(web(), "token_endpoint_auth_method", json!(name));
    let public = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}]});
    let private = json!({"keys": [{"kty": "EC", "d": "d"}]});
    let two = with(keyed("jwks", public.clone()), "jwks_uri", json!("https://app.example/jwks"));
    let many: Vec<String> = (0..1000).map(|n| format!("a.b:/{n}")).collect();
    let long = format!("https://app.example/{}", "a".repeat(500));
    for (why, sent, refused) in [
        ("plain", native(), None),
        ("unknown members", with(native(), "unheard_of", json!({"deep": [1]})), None),
        ("null is absent", with(native(), "client_name", Value::Null), None),
        ("no redirect URI", uris(Value::Null), Some(E::NoRedirectUri)),
        ("none in the list", uris(json!([])), Some(E::NoRedirectUri)),
        (
            "type",
            uris(json!("https://a.example/")),
            Some(body(BodyFault::WrongType("redirect_uris"))),
        ),
        ("type", uris(json!([1])), Some(body(BodyFault::WrongType("redirect_uris")))),
        (
            "the second one counts too",
            uris(json!(["http://localhost/cb", "http://app.example/cb"])),
            Some(uri(1, RedirectUriError::PlainHttp)),
        ),
        (
            "fragment",
            uris(json!(["https://a.example/#"])),
            Some(uri(0, RedirectUriError::Fragment)),
        ),
        ("scheme", uris(json!(["javascript:x"])), Some(uri(0, RedirectUriError::DangerousScheme))),
        (
            "a thousand",
            uris(json!(many)),
            Some(body(BodyFault::TooMany { name: "redirect_uris", limit: 32 })),
        ),
        ("thirty-two", uris(json!(many[..32])), None),
        (
            "a long one",
            uris(json!([long])),
            Some(body(BodyFault::TooLong { name: "redirect_uris", limit: 512 })),
        ),
        ("a shorter one", uris(json!([long[..512]])), None),
        (
            "R-7 grants narrowed",
            with(native(), "grant_types", json!(["authorization_code", "urn:x"])),
            None,
        ),
        (
            "R-7 nothing left",
            with(native(), "grant_types", json!(["client_credentials", "refresh_token"])),
            Some(E::NothingUsable("grant_types")),
        ),
        ("R-7", with(native(), "response_types", json!(["token", "code"])), None),
        (
            "O21-7",
            with(native(), "response_types", json!(["token"])),
            Some(E::NothingUsable("response_types")),
        ),
        ("a method that is not offered", method("tls_client_auth"), Some(E::Method)),
        ("a method by a shared secret that is none", method("client_secret_jwt"), Some(E::Method)),
        ("a method that is", method("client_secret_post"), None),
        ("keys missing", method("private_key_jwt"), Some(E::Keys(KeysFault::Missing))),
        ("ABCA-11: the attester is known out of band", method("attest_jwt_client_auth"), None),
        ("keys at an address", keyed("jwks_uri", json!("https://app.example/jwks")), None),
        (
            "… that is not https",
            keyed("jwks_uri", json!("http://app.example/jwks")),
            Some(E::Keys(KeysFault::Url)),
        ),
        ("keys in the body", keyed("jwks", public.clone()), None),
        ("DCR-6", two, Some(E::Keys(KeysFault::TwoSets))),
        ("a private key", keyed("jwks", private.clone()), Some(E::Keys(KeysFault::Private))),
        (
            "… that is not even used",
            with(native(), "jwks", private),
            Some(E::Keys(KeysFault::Private)),
        ),
        ("no key set", keyed("jwks", json!([])), Some(E::Keys(KeysFault::NotASet))),
        ("no key in it", keyed("jwks", json!({"keys": []})), Some(E::Keys(KeysFault::NotASet))),
        ("a secret of its own", with(web(), "client_secret", json!("s")), Some(E::ChosenSecret)),
        (
            "a name as long as a page",
            with(native(), "client_name", json!("a".repeat(257))),
            Some(body(BodyFault::TooLong { name: "client_name", limit: 256 })),
        ),
        ("a long name", with(native(), "client_name", json!("a".repeat(256))), None),
    ] {
        assert_eq!(read(&sent).err(), refused, "{why}: {sent}");
    }
}

#[test]
fn what_is_no_body_of_a_registration() {
    let padded = |length: usize| {
        let mut body = native().to_string().into_bytes();
        body.resize(length, b' ');
        body
    };
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(32), "]".repeat(32));
    for (why, body, fault) in [
        ("as long as it may be", padded(MAX_BODY_BYTES), None),
        ("longer", padded(MAX_BODY_BYTES + 1), Some(BodyFault::TooLarge)),
        ("an array", b"[]".to_vec(), Some(BodyFault::NotAnObject)),
        ("nothing", Vec::new(), Some(BodyFault::Json(JsonError::Malformed { line: 1, column: 0 }))),
        ("nested", deep.into_bytes(), Some(BodyFault::Json(JsonError::TooDeep))),
        (
            "a member twice",
            br#"{"redirect_uris":["http://localhost/"],"redirect_uris":["https://evil.example/"]}"#
                .to_vec(),
            Some(BodyFault::Json(JsonError::DuplicateMember("redirect_uris".into()))),
        ),
    ] {
        assert_eq!(register(&body).err(), fault.map(RegistrationError::Body), "{why}");
    }
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
fn dcr_1_the_answer_says_what_is_registered() {
    let told = Value::Object(answer(&full()));
    let mut expected = full();
    for (name, value) in [
        ("client_id", json!(id().as_str())),
        ("application_type", json!("web")),
        ("scope", json!("read write")),
        ("client_name#de-de", json!("Anwendung")),
    ] {
        expected[name] = value;
    }
    for left_out in ["software_version", "client_name#de-DE"] {
        expected.as_object_mut().unwrap().remove(left_out);
    }
    assert_eq!(told, expected);

    let changed = with(
        with(
            with(native(), "grant_types", json!(["authorization_code", "urn:x"])),
            "application_type",
            json!("web"),
        ),
        "client_name",
        json!("A\u{200b}pp"),
    );
    let told = answer(&changed);
    assert_eq!(told["grant_types"], json!(["authorization_code"]));
    assert_eq!(told["application_type"], json!("native"));
    assert_eq!(told["client_name"], json!("App"));
    assert_eq!(told["redirect_uris"], native()["redirect_uris"], "the client's own spelling");
    assert_eq!(told["token_endpoint_auth_method"], json!("none"));
}

#[test]
fn dcr_7_dcm_1_credentials_stand_in_the_answer_only_with_a_nonce() {
    let names = [
        ("client_secret", json!("secret")),
        ("client_secret_expires_at", json!(0)),
        ("registration_access_token", json!("token")),
        ("registration_client_uri", json!("https://as.example/register/x")),
    ];
    let (secret, public) = (answer(&web()), answer(&native()));
    for (name, value) in names {
        assert_eq!(secret.get(name), Some(&value), "{name}");
        assert_eq!(public.get(name), None, "{name}");
    }
    assert!(!secret.contains_key("client_id_issued_at"), "decision 9");
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

#[test]
fn each_fact_has_its_code_and_a_remedy() {
    use RegistrationError as E;
    let position = 2;
    let too_long = SealedId::new(1, 1, &[0; 2000]).unwrap_err();
    for (fact, code) in [
        (E::Body(BodyFault::TooLarge), "invalid_client_metadata"),
        (E::Body(BodyFault::WrongType("scope")), "invalid_client_metadata"),
        (E::NoRedirectUri, "invalid_redirect_uri"),
        (E::RedirectUri { position, fault: RedirectUriError::PlainHttp }, "invalid_redirect_uri"),
        (E::RedirectUriNotAllowed { position }, "invalid_redirect_uri"),
        (E::NothingUsable("grant_types"), "invalid_client_metadata"),
        (E::Method, "invalid_client_metadata"),
        (E::Keys(KeysFault::Private), "invalid_client_metadata"),
        (E::ChosenSecret, "invalid_client_metadata"),
        (E::Id(too_long), "invalid_client_metadata"),
        (E::Statement(StatementFault::Malformed), "invalid_software_statement"),
        (E::Statement(StatementFault::NotTrusted), "unapproved_software_statement"),
    ] {
        let wire = error::registration(&fact);
        assert_eq!((wire.status, wire.code.as_str()), (400, code), "{fact:?}");
        assert!(wire.description.contains("; "), "a rule and a remedy: {}", wire.description);
        let plain = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(wire.description.bytes().all(plain), "RFC 6749 §5.2: {}", wire.description);
    }
    assert!(error::registration(&E::Id(too_long)).description.contains("2048"));
}

#[test]
fn rfc_7591_3_who_may_not_register_hears_how_to_come_in() {
    for (fact, status, code) in [
        (AccessError::Closed, 404, "access_denied"),
        (AccessError::NoToken, 401, "invalid_token"),
        (AccessError::Token, 401, "invalid_token"),
    ] {
        let wire = error::registration_access(fact);
        assert_eq!((wire.status, wire.code.as_str()), (status, code), "{fact:?}");
        assert!(wire.description.contains("; "), "a rule and a remedy: {}", wire.description);
    }
}
