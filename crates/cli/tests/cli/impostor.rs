//! `examples/impostor`: a real app, programs that pass for it on the same computer, and where each of them ends (docs/impostor.md).

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the example tells its story, and whoever does not play their part fails the test"
)]

mod browser;
mod cast;
mod native;

use std::sync::Arc;

use salver_client::Credential;
use salver_jose::{
    Algorithm, AssertionClaims, AttestationClaims, Checked, SigningKey, sign_attestation,
    sign_client_assertion,
};

use self::{
    browser::Answer,
    cast::{Cast, Server},
    native::{Native, now},
};

fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::Es256).unwrap())
}

/// What the impostor shows, under the name by which the story calls it.
async fn impostors(cast: &Cast, native: &Native<'_>) -> Vec<(&'static str, Credential)> {
    let own_key = key();
    let claims = AttestationClaims {
        client_id: &cast.client_id,
        issuer: None,
        audience: Some(native.issuer().as_str()),
        key: own_key.public_key(),
        checked: Some(Checked::Platform),
        issued_at: now(),
        expires_at: now().plus_seconds(300),
    };
    let forged = sign_attestation(key(), &claims).unwrap();
    let stolen = native.attestation(&cast.real).await;
    let signed_in = native.attestation(&cast.signed_in_impostor).await;
    let theirs = cast.signed_in_impostor.key_for(native.issuer()).unwrap();
    let claims = AssertionClaims {
        client_id: &cast.client_id,
        audience: native.issuer().as_str(),
        id: "made-up",
        issued_at: now(),
        expires_at: now().plus_seconds(60),
    };
    let assertion = sign_client_assertion(key(), &claims).unwrap();
    vec![
        ("shows nothing", Credential::Nothing),
        (
            "attests itself",
            Credential::Attestation { attestation: forged, key: Arc::clone(&own_key) },
        ),
        (
            "has stolen the attestation",
            Credential::Attestation { attestation: stolen.clone(), key: Arc::clone(&own_key) },
        ),
        (
            "has stolen it and proves a key by DPoP",
            Credential::Combined { attestation: stolen, key: own_key },
        ),
        ("signs an assertion with a key of its own", Credential::Assertion(assertion)),
        (
            "has signed the same person in at the vendor",
            Credential::Attestation { attestation: signed_in, key: theirs },
        ),
    ]
}

/// The real app, in one way: from the push to a tool.
async fn real_app_reaches_a_tool(native: &Native<'_>, way: &str, credentials: [Credential; 2]) {
    let [for_push, for_token] = credentials;
    let pushed = native.push(&for_push).await;
    assert_eq!(pushed.status, 201, "{way}: {}", pushed.told());
    let answer = native.authorize(pushed.text("request_uri"), true).await;
    let code = answer.code();
    let tokens = native.redeem(&code, &for_token).await;
    assert_eq!(tokens.status, 200, "{way}: {}", tokens.told());
    let said = native.call(tokens.text("access_token").unwrap()).await;
    assert_eq!(said["result"]["content"][0]["text"], "a note of Acme", "{way}: {said}");
    println!("  the real app ({way}) reaches a tool");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_rule_the_real_app_gets_in_and_impostors_get_a_page_that_says_why() {
    let cast = Cast::start(Server::WithRule).await;
    let native = Native::new(&cast).await;
    println!("Loopback has to be attested:");
    for (who, credential) in impostors(&cast, &native).await {
        // By the front door, where nothing can be shown.
        let Answer::Page(page) = native.authorize(None, true).await else {
            panic!("{who}: it got a code");
        };
        assert!(
            page.contains("Programs on a computer have to be attested by their makers."),
            "{page}"
        );
        // And by a push: either it is not taken, or the same page is at its end.
        let pushed = native.push(&credential).await;
        match pushed.text("request_uri") {
            None => println!("  an impostor that {who} is not let through: {}", pushed.told()),
            uri => match native.authorize(uri, true).await {
                Answer::Page(page) => {
                    assert!(page.contains("have to be attested by their makers"), "{page}");
                    println!("  an impostor that {who} gets a page that says why");
                }
                Answer::Code(code) => panic!("{who}: {code}"),
            },
        }
    }
    let key = cast.real.key_for(native.issuer()).unwrap();
    let attestation = native.attestation(&cast.real).await;
    let attested =
        Credential::Attestation { attestation: attestation.clone(), key: Arc::clone(&key) };
    let combined = Credential::Combined { attestation, key };
    real_app_reaches_a_tool(&native, "attestation", [attested.clone(), attested.clone()]).await;
    real_app_reaches_a_tool(&native, "with DPoP", [combined.clone(), combined]).await;

    // A program that listens on the same port gets the code of the real app, and its verifier from its memory.
    let pushed = native.push(&attested).await;
    let code = native.authorize(pushed.text("request_uri"), true).await.code();
    for (who, credential) in impostors(&cast, &native).await {
        let tokens = native.redeem(&code, &credential).await;
        assert!(tokens.text("access_token").is_none(), "{who}: {:?}", tokens.members);
        println!("  a thief of the code that {who} gets no token: {}", tokens.told());
    }
    let tokens = native.redeem(&code, &attested).await;
    assert_eq!(tokens.status, 200, "{}", tokens.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_rule_the_page_warns_and_impostors_still_end_without_a_token() {
    let cast = Cast::start(Server::WithoutRule).await;
    let native = Native::new(&cast).await;
    println!("No rule:");
    for (who, credential) in impostors(&cast, &native).await {
        let Answer::Page(page) = native.authorize(None, false).await else {
            panic!("{who}: nobody was asked");
        };
        assert!(page.contains("any program here can pose as it"), "{page}");
        if who == "has signed the same person in at the vendor" {
            // The vendor answers for the person, and for nothing else: the page warns, and the person says no.
            let pushed = native.push(&credential).await;
            let answer = native.authorize(pushed.text("request_uri"), false).await;
            let Answer::Page(page) = answer else { panic!("{who}: nobody was asked") };
            assert!(page.contains("any program here can pose as it"), "{page}");
            println!("  an impostor that {who}: the page warns, and the person says no");
            continue;
        }
        let code = native.authorize(None, true).await.code();
        let tokens = native.redeem(&code, &credential).await;
        assert!(tokens.text("access_token").is_none(), "{who}: {:?}", tokens.members);
        println!(
            "  an impostor that {who} is warned of, is let in, and gets no token: {}",
            tokens.told()
        );
    }
    // A statement of the vendor's service registers the same software, whoever brings it.
    let registered = native.register(&cast.real).await;
    assert_eq!(registered["client_name"], "Acme Desktop", "{registered}");
    assert_eq!(native.register(&cast.real).await["client_id"], registered["client_id"]);
    let assertions = [native.assertion(&cast.real).await, native.assertion(&cast.real).await];
    real_app_reaches_a_tool(&native, "an assertion of its vendor's", assertions.clone()).await;
    let [spent, _] = assertions;
    let replayed = native.push(&spent).await;
    assert_eq!(replayed.status, 401, "an assertion is good once: {}", replayed.told());
}
