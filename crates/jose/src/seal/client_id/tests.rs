use proptest::prelude::*;
use salver_oauth::{client::id::ClientId, registration::RegistrationRequest};
use serde_json::json;

use super::*;

/// What real clients send, and whether one asks for a secret.
const REAL: [(&str, &[u8], bool); 8] = [
    ("Cursor", include_bytes!("../../../../../tests/fixtures/registrations/cursor.json"), false),
    ("Claude", include_bytes!("../../../../../tests/fixtures/registrations/claude.json"), false),
    (
        "Claude with a secret",
        include_bytes!("../../../../../tests/fixtures/registrations/claude-with-secret.json"),
        true,
    ),
    (
        "Claude Code",
        include_bytes!("../../../../../tests/fixtures/registrations/claude-code.json"),
        false,
    ),
    ("VS Code", include_bytes!("../../../../../tests/fixtures/registrations/vscode.json"), false),
    (
        "Gemini CLI",
        include_bytes!("../../../../../tests/fixtures/registrations/gemini-cli.json"),
        false,
    ),
    (
        "the Inspector",
        include_bytes!("../../../../../tests/fixtures/registrations/inspector.json"),
        false,
    ),
    (
        "mcp-remote",
        include_bytes!("../../../../../tests/fixtures/registrations/mcp-remote.json"),
        false,
    ),
];

fn issuer(text: &str) -> Issuer {
    Issuer::parse(text).unwrap()
}

/// Keys of these numbers; the root of a number has its bytes.
fn keys(numbers: &[u16], killed: &[u16]) -> Result<SealingKeys, SealingKeysError> {
    of_issuer("https://as.example", numbers, killed)
}

fn of_issuer(name: &str, numbers: &[u16], killed: &[u16]) -> Result<SealingKeys, SealingKeysError> {
    let root = |number: u16| SealingRoot::from_bytes([u8::try_from(number).unwrap(); 32]);
    let roots = numbers.iter().map(|number| (*number, root(*number)));
    SealingKeys::new(&issuer(name), roots, killed.iter().copied())
}

fn register(body: &[u8], nonce: u8) -> Registration {
    let request = RegistrationRequest::parse(body).unwrap();
    request.register(|| Ok::<_, ()>(InstallationNonce::from_bytes([nonce; 16]))).unwrap()
}

fn public() -> Registration {
    register(REAL[0].1, 0)
}

fn with_secret(nonce: u8) -> Registration {
    register(REAL[2].1, nonce)
}

/// As it travels: a text.
fn travelled(id: &SealedId) -> SealedId {
    match ClientId::parse(id.as_str()) {
        Ok(ClientId::Sealed(read)) => read,
        other => panic!("{other:?}"),
    }
}

#[test]
fn real_clients_get_short_identifiers_that_open() {
    let keys = keys(&[1], &[]).unwrap();
    for (client, body, secret) in REAL {
        let registration = register(body, 7);
        let id = keys.seal(&registration).unwrap();
        assert!(id.as_str().len() <= 255, "{client}: {}", id.as_str().len());
        assert!(!id.as_str().starts_with("https://"), "CIMD-A-2");
        assert_eq!(registration.nonce().is_some(), secret, "{client}");
        assert_eq!(keys.open(&travelled(&id)), Ok(registration), "{client}");
    }
}

#[test]
fn equal_metadata_are_one_identifier_on_every_node() {
    let [one, other] = [(); 2].map(|()| keys(&[1, 2], &[]).unwrap());
    assert_eq!(one.seal(&public()), other.seal(&public()));
    assert_eq!(one.seal(&with_secret(1)), other.seal(&with_secret(1)));
    assert_ne!(one.seal(&with_secret(1)), one.seal(&with_secret(2)), "two installations");
}

#[test]
fn old_keys_open_and_killed_ones_do_not() {
    let old = keys(&[1], &[]).unwrap();
    let id = old.seal(&public()).unwrap();
    for (why, numbers, killed, opens, newest) in [
        ("alone", &[1][..], &[][..], Ok(()), Ok(1)),
        ("rotated", &[1, 2], &[], Ok(()), Ok(2)),
        ("order does not matter", &[2, 1], &[], Ok(()), Ok(2)),
        ("killed", &[1, 2], &[1], Err(NotOpened::Killed(1)), Ok(2)),
        ("killed, and its root gone", &[2], &[1], Err(NotOpened::Killed(1)), Ok(2)),
        ("the newest killed", &[1, 2], &[2], Ok(()), Ok(1)),
        ("forgotten", &[2], &[], Err(NotOpened::UnknownKey(1)), Ok(2)),
        ("all killed", &[1], &[1], Ok(()), Err(SealingKeysError::NoneAlive)),
        ("none", &[], &[], Ok(()), Err(SealingKeysError::NoneAlive)),
        ("one number twice", &[1, 1], &[], Ok(()), Err(SealingKeysError::Twice(1))),
    ] {
        match keys(numbers, killed) {
            Ok(keys) => {
                assert_eq!(Ok(keys.sealing_number().unwrap()), newest, "{why}");
                assert_eq!(keys.open(&id).map(|_| ()), opens, "{why}");
                assert_eq!(keys.is_alive(1), opens.is_ok(), "{why}");
                let sealed = keys.seal(&public()).unwrap();
                assert_eq!(keys.open(&sealed), Ok(public()), "{why}");
                let by_newest = sealed.parts().unwrap().1;
                assert_eq!(Ok(by_newest), newest, "{why}");
            }
            Err(error) => assert_eq!(Err(error), newest, "{why}"),
        }
    }
}

#[test]
fn another_living_key_than_the_greatest_can_seal() {
    for (why, killed, told, seals) in [
        ("a living one", &[][..], 1, 1),
        ("the greatest", &[], 2, 2),
        ("a killed one", &[1], 1, 2),
        ("none of ours", &[], 9, 2),
    ] {
        let keys = keys(&[1, 2], killed).unwrap().sealing_with(told);
        assert_eq!(keys.sealing_number(), Some(seals), "{why}");
        assert_eq!(keys.seal(&public()).unwrap().parts().unwrap().1, seals, "{why}");
    }
}

#[test]
fn what_was_sealed_elsewhere_does_not_open() {
    let keys = keys(&[1], &[]).unwrap();
    let id = keys.seal(&public()).unwrap();
    let (version, number, sealed) = id.parts().unwrap();
    let foreign = of_issuer("https://other.example", &[1], &[]).unwrap();
    assert_eq!(foreign.open(&id), Err(NotOpened::NotAuthentic), "another issuer, the same key");
    let both = [(1, SealingRoot::from_bytes([9; 32])), (2, SealingRoot::from_bytes([1; 32]))];
    let other = SealingKeys::new(&issuer("https://as.example"), both, []).unwrap();
    assert_eq!(other.open(&id), Err(NotOpened::NotAuthentic), "another key, the same number");
    for (why, forged, refused) in [
        ("another number", SealedId::new(version, 2, sealed), NotOpened::UnknownKey(2)),
        ("another version", SealedId::new(2, number, sealed), NotOpened::UnknownVersion),
        ("cut off", SealedId::new(version, number, &sealed[1..]), NotOpened::NotAuthentic),
        ("shorter than a seal", SealedId::new(version, number, &[0]), NotOpened::NotAuthentic),
        ("made up", SealedId::new(version, number, &[0; 40]), NotOpened::NotAuthentic),
    ] {
        assert_eq!(keys.open(&forged.unwrap()), Err(refused), "{why}");
    }
    let moved = SealedId::new(version, 2, sealed).unwrap();
    assert_eq!(other.open(&moved), Err(NotOpened::NotAuthentic), "the number is authenticated");
}

#[test]
fn design_9_a_registration_that_says_too_much_has_no_identifier() {
    let keys = keys(&[1], &[]).unwrap();
    let of = |names: usize| {
        let mut body = json!({"redirect_uris": ["http://localhost/cb"]});
        for place in 0..names {
            body[format!("client_name#x-{place}")] = json!(format!("{place:0>250}"));
        }
        keys.seal(&register(body.to_string().as_bytes(), 0))
    };
    assert!(of(5).is_ok_and(|id| id.as_str().len() > 1700));
    assert!(matches!(of(6), Err(SealIdError::TooLong(IdTooLong { length: 2049.. }))));
}

#[test]
fn secrets_are_their_identifiers_own() {
    use ClientCredential::{ManagementToken, Secret};
    let keys = keys(&[1, 2], &[]).unwrap();
    let nonce = |byte| InstallationNonce::from_bytes([byte; 16]);
    let [one, other] = [1, 2].map(|byte| keys.seal(&with_secret(byte)).unwrap());
    let secret = keys.credential(Secret, &one, &nonce(1)).unwrap();
    let is_secret = |kind, id, byte, text: &str| keys.is_credential(kind, (id, &nonce(byte)), text);
    for (why, accepted, expected) in [
        ("its own", is_secret(Secret, &one, 1, &secret), true),
        ("of another identifier", is_secret(Secret, &other, 2, &secret), false),
        ("with another nonce", is_secret(Secret, &one, 2, &secret), false),
        ("for another purpose", is_secret(ManagementToken, &one, 1, &secret), false),
        (
            "… even under its prefix",
            is_secret(ManagementToken, &one, 1, &secret.replace("secret", "manage")),
            false,
        ),
        ("cut off", is_secret(Secret, &one, 1, &secret[..secret.len() - 1]), false),
        ("longer", is_secret(Secret, &one, 1, &format!("{}A", *secret)), false),
        ("none", is_secret(Secret, &one, 1, ""), false),
        ("its prefix", is_secret(Secret, &one, 1, "slv_secret_"), false),
    ] {
        assert_eq!(accepted, expected, "{why}");
    }
    let token = keys.credential(ManagementToken, &one, &nonce(1)).unwrap();
    assert!(is_secret(ManagementToken, &one, 1, &token));
    assert!(!is_secret(ManagementToken, &other, 2, &token), "DCM-6: good for one client only");
    assert!(secret.len() == 54 && token.len() == 54, "256 bits each");
}

#[test]
fn secrets_live_as_long_as_the_key_of_their_identifier() {
    let nonce = InstallationNonce::from_bytes([1; 16]);
    let old = keys(&[1], &[]).unwrap();
    let id = old.seal(&with_secret(1)).unwrap();
    let secret = old.credential(ClientCredential::Secret, &id, &nonce).unwrap();
    let accepts =
        |keys: &SealingKeys| keys.is_credential(ClientCredential::Secret, (&id, &nonce), &secret);
    let rotated = keys(&[1, 2], &[]).unwrap();
    assert!(accepts(&rotated));
    assert_eq!(rotated.hash(&id), old.hash(&id));
    let killed = keys(&[1, 2], &[1]).unwrap();
    assert!(!accepts(&killed));
    assert_eq!(killed.credential(ClientCredential::Secret, &id, &nonce), None);
    assert_eq!(killed.hash(&id), None);
    assert!(!accepts(&of_issuer("https://other.example", &[1], &[]).unwrap()));
}

#[test]
fn keys_show_nothing_and_new_roots_differ() {
    let [one, other] = [(); 2].map(|()| SealingRoot::generate().unwrap());
    assert_ne!(one.as_bytes(), other.as_bytes());
    assert_eq!(format!("{one:?}"), "SealingRoot(..)");
    assert_eq!(format!("{:?}", keys(&[1], &[]).unwrap()), "SealingKeys(..)");
}

proptest! {
    #[test]
    fn no_changed_bit_opens_and_nothing_panics(at in any::<prop::sample::Index>(), client in 0..REAL.len()) {
        let keys = keys(&[1, 2], &[]).unwrap();
        let id = keys.seal(&register(REAL[client].1, 1)).unwrap();
        let mut bytes = id.as_bytes().to_vec();
        let bit = at.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let number = u16::from_be_bytes([bytes[1], bytes[2]]);
        let changed = SealedId::new(bytes[0], number, &bytes[3..]).unwrap();
        prop_assert!(keys.open(&changed).is_err());
    }

    #[test]
    fn any_text_is_answered(rest in "[A-Za-z0-9_-]{0,90}", number in 0_u16..4) {
        let keys = keys(&[1, 2], &[3]).unwrap();
        if let Ok(ClientId::Sealed(id)) = ClientId::parse(&format!("slv_{rest}")) {
            prop_assert!(keys.open(&id).is_err());
        }
        let id = SealedId::new(1, number, rest.as_bytes()).unwrap();
        prop_assert!(keys.open(&id).is_err());
        let nonce = InstallationNonce::from_bytes([1; 16]);
        let presented = format!("slv_secret_{rest}");
        prop_assert!(!keys.is_credential(ClientCredential::Secret, (&id, &nonce), &presented));
    }
}
