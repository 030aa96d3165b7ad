use std::sync::LazyLock;

use salver_oauth::client::{
    metadata::{Keys, Methods},
    redirect_uri::RedirectUri,
    sealed::SealedId,
    stated::StatedId,
};

use super::*;
use crate::catalogue::Date;

/// Metadata with one redirect URI.
pub(crate) fn client(client_id: &str, redirect_uri: &str) -> Metadata {
    Metadata {
        client_id: ClientId::parse(client_id).unwrap(),
        name: Some("App".into()),
        client_uri: None,
        logo_uri: None,
        redirect_uris: vec![RedirectUri::parse(redirect_uri).unwrap()],
        scope: None,
        methods: Methods::NONE,
        keys: Keys::None,
        dpop_bound: false,
        requires_push: false,
        digest: [0; 32],
    }
}

/// The facts of a request with its first redirect URI.
pub(crate) fn facts<'f>(client: &'f Metadata, catalogue: &'f Catalogue) -> Facts<'f> {
    let uri = &client.redirect_uris[0];
    let (redirect_uri, recipient) = (url(uri.as_str()), uri.recipient());
    let protected = &PROTECTED;
    let (copy, evidence) = (DocumentCopy::Live, Evidence::NONE);
    let (record, signed) = (None, None);
    Facts { client, redirect_uri, recipient, copy, record, signed, catalogue, protected, evidence }
}

/// An address that facts can point to.
pub(crate) fn url(text: &str) -> &'static Url {
    Box::leak(Box::new(Url::parse(text).unwrap()))
}

static PROTECTED: LazyLock<ProtectedNames> = LazyLock::new(|| ProtectedNames::of(&catalogue(), []));

/// A client that its document lists an address for, on another host; one that comes by statements; and places that are not what they seem.
pub(crate) fn catalogue() -> Catalogue {
    Catalogue::parse(
        r#"
            format = 1
            number = 1
            issued = "2026-11-01"
            relays = ["https://vscode.dev/redirect", "https://relay.example/r"]
            shared_hosts = ["files.example"]
            [[client]]
            name = "App"
            publisher = "app.example"
            names = ["App"]
            documents = ["https://app.example/c", "https://files.example/app/c"]
            redirect_uris = ["https://login.example/cb", "https://files.example/cb", "https://relay.example/r", "http://localhost/cb"]
            shared_host = true
            seen = "2026-10-01"
            source = "a test"
            [[client]]
            name = "Web"
            publisher = "web.example"
            names = ["Web"]
            documents = ["https://web.example/c"]
            redirect_uris = ["https://login.example/cb", "https://files.example/cb", "https://relay.example/r"]
            seen = "2026-10-01"
            source = "a test"
            [[client]]
            name = "Editor"
            publisher = "editor.example"
            names = ["Editor"]
            statements = [{ issuer = "https://signing.example", software_id = "editor" }]
            seen = "2026-10-01"
            source = "a test"
            "#,
    )
    .unwrap()
}

#[test]
fn design_4_2_each_rung_with_its_forgeries() {
    let catalogue = catalogue();
    for (why, client_id, redirect_uri, rung) in [
        ("its own host", "https://claude.ai/c", "https://claude.ai/cb", Rung::Anchored),
        (
            "another host of the same site",
            "https://claude.ai/c",
            "https://api.claude.ai/cb",
            Rung::Published,
        ),
        ("another host", "https://claude.ai/c", "https://evil.example/cb", Rung::Published),
        (
            "a program on this computer",
            "https://claude.ai/c",
            "http://localhost/cb",
            Rung::Published,
        ),
        ("an app's scheme", "https://claude.ai/c", "ai.claude:/cb", Rung::Published),
        (
            "a relay on its own host",
            "https://vscode.dev/c",
            "https://vscode.dev/redirect",
            Rung::Published,
        ),
        (
            "a host for everybody",
            "https://files.example/a/c",
            "https://files.example/cb",
            Rung::SelfDeclared,
        ),
        (
            "… that spells itself otherwise",
            "https://files.example./a/c",
            "https://files.example./cb",
            Rung::SelfDeclared,
        ),
        (
            "hosted here, whatever receives the answer",
            "http://localhost:8080/clients/app.json",
            "https://files.example/cb",
            Rung::SelfDeclared,
        ),
        (
            "a known client on a host for everybody",
            "https://files.example/app/c",
            "https://login.example/cb",
            Rung::SelfDeclared,
        ),
        (
            "a host that the catalogue names for it",
            "https://web.example/c",
            "https://login.example/cb",
            Rung::Anchored,
        ),
        (
            "… for another document of its host",
            "https://web.example/d",
            "https://login.example/cb",
            Rung::Published,
        ),
        (
            "… a host for everybody",
            "https://web.example/c",
            "https://files.example/cb",
            Rung::Published,
        ),
        ("… a relay", "https://web.example/c", "https://relay.example/r", Rung::Published),
        ("named by an administrator", "partner", "https://partner.example/cb", Rung::Anchored),
        ("named, but on this computer", "partner", "http://localhost/cb", Rung::Published),
        ("named, but a relay", "partner", "https://relay.example/r", Rung::Published),
    ] {
        let client = client(client_id, redirect_uri);
        assert_eq!(facts(&client, &catalogue).assess().rung, rung, "{why}");
    }
}

#[test]
fn atp_2_nobody_vouches_for_a_client_in_development() {
    let client = client("http://localhost", "http://127.0.0.1/cb");
    let assessment = facts(&client, &catalogue()).assess();
    assert_eq!(assessment.rung, Rung::SelfDeclared);
    assert_eq!(assessment.publisher, Publisher::Nobody);
}

#[test]
fn design_4_2_keys_anchor_only_whom_a_domain_publishes_and_who_cannot_do_without() {
    let catalogue = catalogue();
    let both = Methods::EITHER;
    let keyed = Methods::PRIVATE_KEY_JWT;
    for (why, client_id, redirect_uri, methods, rung) in [
        ("keys", "https://a.example/c", "http://localhost/cb", keyed, Rung::Anchored),
        ("… elsewhere", "https://a.example/c", "https://b.example/cb", keyed, Rung::Anchored),
        ("or none", "https://a.example/c", "http://localhost/cb", both, Rung::Published),
        ("a relay", "https://a.example/c", "https://relay.example/r", keyed, Rung::Published),
        (
            "a host for everybody",
            "https://files.example/a/c",
            "https://files.example/cb",
            keyed,
            Rung::SelfDeclared,
        ),
        ("no domain", "partner", "http://localhost/cb", keyed, Rung::Published),
    ] {
        let client = Metadata { methods, ..client(client_id, redirect_uri) };
        assert_eq!(facts(&client, &catalogue).assess().rung, rung, "{why}");
    }
}

#[test]
fn design_4_6_a_pinned_login_is_at_most_published() {
    let catalogue = catalogue();
    let fetched = Date::parse("2026-09-30").unwrap().begin();
    let keyed = Methods::PRIVATE_KEY_JWT;
    for (copy, own_host, by_keys, everybody) in [
        (DocumentCopy::Live, Rung::Anchored, Rung::Anchored, Rung::SelfDeclared),
        (DocumentCopy::Stale { fetched }, Rung::Anchored, Rung::Anchored, Rung::SelfDeclared),
        (DocumentCopy::Pinned { fetched }, Rung::Published, Rung::Published, Rung::SelfDeclared),
    ] {
        let rung = |client: &Metadata| Facts { copy, ..facts(client, &catalogue) }.assess().rung;
        assert_eq!(rung(&client("https://a.example/c", "https://a.example/cb")), own_host);
        let keyed =
            Metadata { methods: keyed, ..client("https://a.example/c", "http://localhost/") };
        assert_eq!(rung(&keyed), by_keys);
        let shared = client("https://files.example/a/c", "https://files.example/cb");
        assert_eq!(rung(&shared), everybody);
    }
}

#[test]
fn design_4_2_attested_is_who_is_published_and_has_proven_a_key_of_this_installation() {
    use EvidenceKind::{
        DeviceKey, DomainDocument, Platform, PublisherKeys, Statement, UserAttested,
    };
    let catalogue = catalogue();
    let (document, loopback) = ("https://a.example/c", "http://localhost/cb");
    for (why, client_id, redirect_uri, kinds, rung) in [
        ("a key of the device", document, loopback, &[DeviceKey][..], Rung::Attested),
        ("the platform's word", document, loopback, &[Platform], Rung::Attested),
        ("… to an app's scheme", document, "ai.claude:/cb", &[Platform], Rung::Attested),
        ("… to its own host", document, "https://a.example/cb", &[Platform], Rung::Attested),
        ("named by an administrator", "partner", loopback, &[DeviceKey], Rung::Attested),
        ("the vendor's own sign-in", document, loopback, &[UserAttested], Rung::Published),
        (
            "what no request can bring",
            document,
            loopback,
            &[DomainDocument, PublisherKeys, Statement],
            Rung::Published,
        ),
        ("a relay", document, "https://relay.example/r", &[DeviceKey], Rung::Published),
        (
            "nobody vouches for the metadata",
            "https://files.example/a/c",
            loopback,
            &[DeviceKey, Platform, Statement],
            Rung::SelfDeclared,
        ),
        (
            "hosted here",
            "http://localhost:8080/clients/app.json",
            loopback,
            &[Platform],
            Rung::SelfDeclared,
        ),
    ] {
        let client = client(client_id, redirect_uri);
        let evidence = kinds.iter().copied().collect();
        let facts = Facts { evidence, ..facts(&client, &catalogue) };
        assert_eq!(facts.assess().rung, rung, "{why}");
        let fetched = Date::parse("2026-09-30").unwrap().begin();
        let pinned = Facts { copy: DocumentCopy::Pinned { fetched }, ..facts };
        assert!(pinned.assess().rung <= Rung::Published, "{why}, pinned");
    }
}

#[test]
fn design_4_2_who_enters_a_client_attests_it_only_once_a_reviewer_has_looked_at_it() {
    let catalogue = catalogue();
    let entered = client("app_BwcHBwcHBwcHBwcHBwcHBw", "http://localhost/cb");
    let shown = Evidence::NONE.with(EvidenceKind::Platform);
    for (vetted, rung) in [(false, Rung::Published), (true, Rung::Attested)] {
        let account = "ada".into();
        let record = OnRecord { account, vetted, resource: None, lost_domain: None };
        let record = Some(&record);
        let facts = Facts { evidence: shown, record, ..facts(&entered, &catalogue) };
        assert_eq!(facts.assess().rung, rung, "{vetted}");
    }
}

#[test]
fn design_4_2_keys_that_could_be_avoided_count_once_they_were_shown() {
    let catalogue = catalogue();
    let shown = Evidence::NONE.with(EvidenceKind::PublisherKeys);
    let (document, loopback) = ("https://a.example/c", "http://localhost/cb");
    for (why, client_id, redirect_uri, methods, evidence, rung) in [
        ("shown", document, loopback, Methods::EITHER, shown, Rung::Anchored),
        ("not shown", document, loopback, Methods::EITHER, Evidence::NONE, Rung::Published),
        ("no keys any more", document, loopback, Methods::NONE, shown, Rung::Published),
        ("a relay", document, "https://relay.example/r", Methods::EITHER, shown, Rung::Published),
        (
            "a host of everybody's",
            "https://files.example/a/c",
            loopback,
            Methods::EITHER,
            shown,
            Rung::SelfDeclared,
        ),
    ] {
        let client = Metadata { methods, ..client(client_id, redirect_uri) };
        let assessment = Facts { evidence, ..facts(&client, &catalogue) }.assess();
        assert_eq!(assessment.rung, rung, "{why}");
    }
}

#[test]
fn evidence_is_kept_with_what_it_proved() {
    let catalogue = catalogue();
    let keyed = Methods::PRIVATE_KEY_JWT;
    let all: Evidence = EvidenceKind::ALL.into_iter().collect();
    for (client_id, methods, brought, kept) in [
        ("https://a.example/c", Methods::default(), Evidence::NONE, "domain_document"),
        ("https://a.example/c", keyed, Evidence::NONE, "domain_document, publisher_keys"),
        (
            "https://a.example/c",
            keyed,
            all,
            "domain_document, publisher_keys, user_attested, device_key, platform",
        ),
        ("https://files.example/c", keyed, Evidence::NONE, ""),
        ("partner", keyed, all, "user_attested, device_key, platform"),
    ] {
        let client = Metadata { methods, ..client(client_id, "http://localhost/cb") };
        let facts = Facts { evidence: brought, ..facts(&client, &catalogue) };
        assert_eq!(facts.assess().evidence.to_string(), kept, "{client_id}");
    }
}

#[test]
fn design_4_2_a_statement_makes_a_publisher_of_whoever_signed_it_and_proves_no_installation() {
    let catalogue = catalogue();
    let signed = signed("https://vendor.example", "editor");
    let stated = "sws_BwcHBwcHBwcHBwcHBwcHBw";
    let (loopback, own) = ("http://localhost/cb", "https://vendor.example/cb");
    let (public, keyed) = (Methods::NONE, Methods::PRIVATE_KEY_JWT);
    for (why, client_id, redirect_uri, methods, is_signed, rung) in [
        ("it listens here", stated, loopback, public, true, Rung::Published),
        ("the id alone, on the vendor's own host", stated, own, public, true, Rung::Published),
        ("it cannot avoid keys that were signed", stated, loopback, keyed, true, Rung::Anchored),
        ("nobody is trusted any more", stated, loopback, keyed, false, Rung::SelfDeclared),
        ("a document with one", "https://a.example/c", loopback, public, true, Rung::Published),
        (
            "… on a shared host",
            "https://files.example/c",
            loopback,
            public,
            true,
            Rung::SelfDeclared,
        ),
    ] {
        let client = Metadata { methods, ..client(client_id, redirect_uri) };
        let facts = Facts { signed: is_signed.then_some(&signed), ..facts(&client, &catalogue) };
        let assessment = facts.assess();
        assert_eq!(assessment.rung, rung, "{why}");
        assert_eq!(assessment.evidence.contains(EvidenceKind::Statement), is_signed, "{why}");
    }
}

#[test]
fn the_name_that_a_client_claims_changes_nothing() {
    let catalogue = catalogue();
    let mut one = client("https://claude.ai/c", "https://claude.ai/cb");
    let before = facts(&one, &catalogue).assess();
    one.name = Some("administrator, vetted, anchored".into());
    assert_eq!(facts(&one, &catalogue).assess(), before);
}

/// A statement that was verified.
pub(crate) fn signed(issuer: &str, software_id: &str) -> SignedBy {
    let (issuer, software_id, key) = (issuer.into(), software_id.into(), "k".into());
    SignedBy { issuer, software_id, key, checked_at: Timestamp::from_unix(0) }
}

#[test]
fn documents_are_known_by_their_urls_and_what_was_registered_by_a_statement_that_was_verified() {
    let catalogue = catalogue();
    for (client_id, known) in [
        ("https://web.example/c", Some("Web")),
        ("https://web.example/d", None),
        ("https://files.example/app/c", Some("App")),
        ("Web", None),
    ] {
        let client = client(client_id, "http://localhost/cb");
        let known_as = facts(&client, &catalogue).known().map(|client| &*client.name);
        assert_eq!(known_as, known, "{client_id}");
    }
    for (why, issuer, software_id, known) in [
        ("listed", "https://signing.example", "editor", Some("Editor")),
        ("another software", "https://signing.example", "viewer", None),
        ("another issuer", "https://other.example", "editor", None),
        ("a slash more", "https://signing.example/", "editor", None),
    ] {
        let (client_id, signed) = (StatedId::of(issuer, software_id), signed(issuer, software_id));
        let client = client(client_id.as_str(), "http://localhost/cb");
        let facts = facts(&client, &catalogue);
        assert_eq!(facts.assess().known, None, "{why}: nobody has verified it");
        let assessment = Facts { signed: Some(&signed), ..facts }.assess();
        assert_eq!(assessment.known.as_deref(), known, "{why}");
        assert_eq!(assessment.rung, Rung::Published, "{why}: whoever holds the id can send it");
    }
    // Whoever has seen a statement can put it into a document: that is what the URL says it is.
    let signed = signed("https://signing.example", "editor");
    let client = client("https://x.example/c", "http://localhost/cb");
    let facts = Facts { signed: Some(&signed), ..facts(&client, &catalogue) };
    assert_eq!(facts.assess().known, None);
}

/// A client that registered itself.
pub(crate) fn registered(key_number: u16, name: &str, redirect_uris: &[&str]) -> Metadata {
    let id = SealedId::new(1, key_number, b"sealed").unwrap();
    Metadata {
        name: Some(name.into()),
        redirect_uris: redirect_uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect(),
        ..client(id.as_str(), "http://localhost/cb")
    }
}

#[test]
fn nobody_vouches_for_a_client_that_registered_itself() {
    let catalogue = catalogue();
    for (redirect_uri, methods) in [
        ("http://localhost/cb", Methods::NONE),
        ("https://app.example/cb", Methods::NONE),
        ("https://app.example/cb", Methods::PRIVATE_KEY_JWT),
    ] {
        let client = Metadata { methods, ..registered(1, "App", &[redirect_uri]) };
        let assessment = facts(&client, &catalogue).assess();
        assert_eq!(assessment.rung, Rung::SelfDeclared, "{redirect_uri}");
        assert_eq!(assessment.publisher, Publisher::Nobody, "{redirect_uri}");
        assert_eq!((assessment.vetted, assessment.known), (false, None));
    }
}
