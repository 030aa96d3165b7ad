//! What is written is read again, and nothing else is.

use super::*;

#[test]
fn what_is_not_the_one_encoding_does_not_decode() {
    let encoded = encode(&read(&full()).unwrap());
    for (why, bytes) in [
        ("nothing", vec![]),
        ("no redirect URI", vec![0, 0]),
        ("a redirect URI that is none", vec![0, 1, 1, b'a']),
        ("keys elsewhere of a client without", vec![0x40, 1, 1, 0x8A]),
        ("a byte too many", [&encoded[..], &[0]].concat()),
        ("a long number", vec![0, 0x81, 0x00, 1, 0x8A]),
        ("twice", vec![0, 2, 1, 0x8A, 1, 0x8A]),
        ("out of order", vec![0, 2, 1, 0x8A, 1, 0x8B]),
        ("a fragment spelled out", [&[0, 1, 25], b"http://localhost/callback".as_slice()].concat()),
        ("a port", [&[0, 1, 18], b"http://localhost:1".as_slice()].concat()),
        ("a name of the table spelled out", [&[0x20, 1, 1, 0x8A, 3], b"Zed".as_slice()].concat()),
        ("an empty claim", vec![0, 1, 1, 0x8A, 1, 0]),
        ("an unknown claim", vec![0, 1, 1, 0x8A, 9]),
        ("keys that are no JSON", vec![3, 1, 1, 0x8A, 1, b'{']),
        ("attested, with keys of no kind", vec![0x40, 1, 1, 0x8A, 3]),
        ("attested, with keys that are no JSON", vec![0x40, 1, 1, 0x8A, 2, 1, b'{']),
        ("keys elsewhere, with a secret", [&[0x41][..], &[7; 16], &[1, 1, 0x8A]].concat()),
    ] {
        assert_eq!(decode(&bytes), Err(Undecodable), "{why}");
    }
    assert!(decode(&[0, 1, 1, 0x8A]).is_ok(), "their neighbour");
    assert!(decode(&[0x80, 1, 1, 0x8A]).is_ok_and(|client| client.requires_push), "PAR-3");
    assert!(decode(&[0x40, 1, 1, 0x8A, 0]).is_ok(), "their neighbour");
    assert!(decode(&[0x40, 1, 1, 0x8A, 2, 2, b'{', b'}']).is_ok(), "their neighbour");
    assert!(decode(&[0, 2, 1, 0x8B, 1, 0x8A]).is_ok(), "their neighbour");
    assert!(decode(&[3, 1, 1, 0x8A, 2, b'{', b'}']).is_ok(), "their neighbour");
}

fn bodies() -> impl Strategy<Value = Value> {
    let uri = prop_oneof![
        "http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[1-9][0-9]{0,3})?(/[a-z]{0,9}){0,2}",
        "https://[a-z]{1,9}\\.(example|com|dev)/[a-zA-Z0-9/._-]{0,40}",
        "[a-z]{2,5}\\.[a-z]{2,5}:/[a-z]{0,9}",
    ];
    let method = prop::option::of(prop::sample::select(vec![
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "attest_jwt_client_auth",
    ]));
    let texts = (
        prop::option::of(".{0,20}"),
        prop::option::of("[a-z:]{0,9}( [a-z:]{0,9}){0,3}"),
        prop::option::of("https?://[ -~]{0,20}"),
        prop::option::of(".{0,40}"),
        prop::collection::vec(".{0,20}", 0..4),
        prop::collection::btree_map("[a-zA-Z]{1,9}(-[a-zA-Z]{2})?", ".{0,20}", 0..4),
    );
    let rest = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (prop::collection::vec(uri, 1..6), method, texts, rest).prop_map(
        |(
            uris,
            method,
            (name, scope, url, software, contacts, names),
            (refresh, bound, pushes, inline),
        )| {
            let mut body = json!({
                "redirect_uris": uris,
                "token_endpoint_auth_method": method,
                "client_name": name,
                "scope": scope,
                "client_uri": url,
                "tos_uri": url,
                "software_id": software,
                "contacts": contacts,
                "dpop_bound_access_tokens": bound,
                "require_pushed_authorization_requests": pushes,
            });
            if refresh {
                body["grant_types"] = json!(["authorization_code", "refresh_token"]);
            }
            if inline {
                body["jwks"] =
                    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "x", "kid": "ä"}]});
            } else {
                body["jwks_uri"] = json!("https://app.example/jwks");
            }
            for (tag, name) in names {
                body[format!("client_name#{tag}")] = json!(name);
            }
            body
        },
    )
}

proptest! {
    #[test]
    fn every_registration_is_encoded_and_decoded(body in bodies()) {
        let registration = read(&body).unwrap();
        prop_assert_eq!(registration.clone().settled(), registration.clone(), "settled once");
        prop_assert_eq!(decode(&encode(&registration)), Ok(registration));
    }

    #[test]
    fn an_answer_registers_as_what_it_answers(body in bodies()) {
        let mut told = answer(&body);
        told.remove("client_secret");
        prop_assert_eq!(read(&Value::Object(told)), read(&body));
    }

    #[test]
    fn whatever_decodes_is_what_was_encoded(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(registration) = decode(&bytes) {
            prop_assert_eq!(encode(&registration), bytes);
        }
    }
}
