//! What does the answer to a registration say?

use super::*;

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
