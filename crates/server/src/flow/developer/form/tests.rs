use salver_oauth::registration::KeysFault;

use super::*;

fn own() -> OwnOrigins {
    OwnOrigins::of(["https://as.example", "http://localhost:8080/mcp"])
}

fn sound() -> Written {
    Written {
        name: "Notes App".into(),
        redirect_uris: "http://127.0.0.1/callback\r\n\r\n  https://app.example/cb  \r\n".into(),
        ..Written::empty()
    }
}

fn at(uris: &str) -> Written {
    Written { redirect_uris: uris.into(), ..sound() }
}

/// The line and fault of the first redirect URI that cannot be one.
fn line_fault(uris: &str) -> Option<(usize, LineFault)> {
    let faults = at(uris).metadata("", &own()).err()?;
    faults.into_iter().find_map(|fault| match fault {
        FormFault::RedirectUri { line, why, .. } => Some((line, why)),
        _ => None,
    })
}

#[test]
fn what_is_filled_in_is_on_record_and_fills_the_form_again() {
    let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    for written in [
        sound(),
        Written { native: false, refreshes: false, ..sound() },
        Written {
            description: "Reads notes.\nWrites none.".into(),
            site: "https://app.example/".into(),
            contacts: "a@app.example\nb@app.example".into(),
            authentication: Authenticates::Secret,
            ..sound()
        },
        Written {
            authentication: Authenticates::KeysAt,
            jwks_uri: "https://app.example/jwks.json".into(),
            ..sound()
        },
        Written { authentication: Authenticates::KeysHere, jwks: keys.into(), ..sound() },
    ] {
        let metadata = written.metadata("", &own()).unwrap();
        let again = Written::of(&metadata);
        assert_eq!(again.metadata(&metadata, &own()).unwrap(), metadata, "{written:?}");
        assert_eq!((again.name, again.description), (written.name, written.description));
        assert_eq!(again.redirect_uris, "http://127.0.0.1/callback\nhttps://app.example/cb");
        assert_eq!(again.authentication, written.authentication);
    }
}

#[test]
fn what_has_no_field_stays() {
    let before = r#"{"logo_uri":"https://app.example/l.png","client_name":"Old","jwks_uri":"https://x.example/"}"#;
    let metadata = sound().metadata(before, &own()).unwrap();
    assert!(metadata.contains("l.png") && !metadata.contains("Old"), "{metadata}");
    assert!(!metadata.contains("jwks_uri"), "{metadata}");
}

#[test]
fn each_line_of_the_redirect_uris_is_judged_for_itself() {
    use RedirectUriError as R;
    for (why, uris, fault) in [
        ("https", "https://app.example/cb", None),
        ("this computer", "http://[::1]/cb\nhttp://localhost:1234/cb", None),
        ("an app's own scheme", "com.example.app:/cb", None),
        ("plain http", "https://a.example/\nhttp://evil", Some((2, LineFault::Rule(R::PlainHttp)))),
        ("a user name", "https://a@evil.example/", Some((1, LineFault::Rule(R::Credentials)))),
        ("a fragment", "https://a.example/#x", Some((1, LineFault::Rule(R::Fragment)))),
        ("a wildcard", "https://*.a.example/", Some((1, LineFault::Rule(R::Wildcard)))),
        ("a script", "\n\njavascript:alert(1)", Some((3, LineFault::Rule(R::DangerousScheme)))),
        ("no scheme", "app.example/cb", Some((1, LineFault::Rule(R::NotAbsolute)))),
        ("other letters", "https://ä.example/", Some((1, LineFault::Rule(R::NotAbsolute)))),
        ("our own", "https://as.example/cb", Some((1, LineFault::OurOwn))),
        ("… with a dot", "https://as.example./cb", Some((1, LineFault::OurOwn))),
        ("… by another name", "http://127.0.0.1:8080/cb", Some((1, LineFault::OurOwn))),
        ("twice", "https://a.example/\nhttps://a.example/", Some((2, LineFault::Twice))),
    ] {
        assert_eq!(line_fault(uris), fault, "{why}");
    }
}

#[test]
fn each_field_has_its_fault() {
    let many = "https://a.example/\n".repeat(1_000);
    let keys = |jwks: &str| Written {
        authentication: Authenticates::KeysHere,
        jwks: jwks.into(),
        ..sound()
    };
    for (written, fault) in [
        (Written { name: " \u{200b}".into(), ..sound() }, FormFault::Name),
        (Written { name: "x".repeat(81), ..sound() }, FormFault::Name),
        (Written { description: "x".repeat(2_001), ..sound() }, FormFault::Description),
        (Written { site: "http://app.example".into(), ..sound() }, FormFault::Site),
        (at(" \n"), FormFault::NoRedirectUri),
        (at(&many), FormFault::ManyRedirectUris(1_000)),
        (keys("{"), FormFault::KeysNoJson),
        (keys(""), FormFault::Rule(KeysFault::Missing.into())),
        (keys(r#"{"keys":[]}"#), FormFault::Rule(KeysFault::NotASet.into())),
        (
            keys(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#),
            FormFault::Rule(KeysFault::Private.into()),
        ),
        (
            keys(r#"{"keys":[{"kty":"OKP","crv":"X25519","x":"AAAA"}]}"#),
            FormFault::Rule(KeysFault::NoneUsable.into()),
        ),
    ] {
        let faults = written.metadata("", &own()).unwrap_err();
        assert_eq!(faults.first(), Some(&fault));
    }
}
