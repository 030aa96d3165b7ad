//! What is refused, and what does a refusal say?

use super::*;

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
