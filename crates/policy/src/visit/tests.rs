//! Visits, as they are made and as they are kept.

use proptest::prelude::*;
use salver_oauth::client::{
    document::{self, Profile},
    id::MetadataUrl,
};

use super::{
    kept::{Kept, KeptError},
    *,
};
use crate::{
    application::fingerprint,
    assessment::tests::{catalogue, client, facts, url as address},
    catalogue::{Catalogue, Date},
    evidence::EvidenceKind,
    redirects::UnlistedHttps,
};

/// What nobody would remark on: a document whose answer goes to its own host.
pub(crate) fn visit() -> Visit {
    Visit {
        client_id: "https://app.example/client.json".into(),
        method: Method::MetadataDocument,
        publisher: Publisher::Domain("app.example".into()),
        recipient: Recipient::Https { host: "app.example".into() },
        relay: false,
        redirect_hosts: vec!["app.example".into()],
        unlisted: None,
        rung: Rung::Anchored,
        evidence: Evidence::NONE.with(EvidenceKind::DomainDocument),
        entry: None,
        statement_issuer: None,
        software_id: None,
        keys: Vec::new(),
        key_host: None,
        vetted: false,
        first_seen: Some(now().plus_seconds(-30 * 86_400)),
        name: Some("App".into()),
        look_alike: None,
        application: "document https://app.example/client.json".into(),
        bound_to: None,
        resource: "https://mcp.example/notes".into(),
        scopes: "notes:read notes:write".parse().unwrap(),
        user: UserId::from_bytes([7; 16]),
        groups: vec!["staff".into()],
        pushed: false,
        dpop: false,
    }
}

pub(crate) fn now() -> Timestamp {
    Date::parse("2026-11-28").unwrap().begin()
}

fn login() -> Login {
    Login {
        user: UserId::from_bytes([9; 16]),
        groups: vec!["staff".into(), "engineering".into()],
        resource: "https://mcp.example.com/mcp".into(),
        scopes: "files:read files:write mcp".parse().unwrap(),
        first_seen: Some(now()),
        application: "".into(),
        bound_to: None,
        software_id: Some("com.example.app".into()),
        unlisted: Some(UnlistedHttps::Warn),
        pushed: false,
        dpop: true,
    }
}

#[test]
fn a_visit_is_what_is_known_of_client_and_request() {
    let catalogue = catalogue();
    for (client_id, redirect_uri, method, class, hosts) in [
        ("https://web.example/c", "https://web.example/cb", "metadata_document", "https", 1),
        ("https://web.example/c", "https://relay.example/r", "metadata_document", "relay", 1),
        ("https://web.example/c", "http://localhost/cb", "metadata_document", "loopback", 0),
        ("http://localhost:8080/clients/app.json", "http://localhost/cb", "hosted", "loopback", 0),
        ("partner", "com.partner:/cb", "preregistered", "app", 0),
    ] {
        let client = client(client_id, redirect_uri);
        let facts = facts(&client, &catalogue);
        let visit = of(&facts);
        assert_eq!(visit.method.id(), method, "{client_id}");
        assert_eq!(visit.redirect_class().id(), class, "{redirect_uri}");
        assert_eq!(visit.redirect_hosts.len(), hosts, "{redirect_uri}");
        assert_eq!(visit.document().is_some(), client_id.contains("://"), "{client_id}");
    }
}

#[test]
fn the_host_of_a_document_vouches_only_where_not_everybody_may_put_files() {
    for (publisher, vouches, lies_on) in [
        (Publisher::Domain("a.example".into()), Some("a.example"), Some("a.example")),
        (Publisher::Domain("a.example.".into()), Some("a.example"), Some("a.example")),
        (Publisher::ExactUrl("https://files.example/a/c".into()), None, Some("files.example")),
        (Publisher::ExactUrl("https://files.example.:8443/c".into()), None, Some("files.example")),
        (Publisher::Hosted("https://as.example/clients/a.json".into()), None, None),
        (Publisher::Administrator, None, None),
    ] {
        let visit = Visit { publisher, ..visit() };
        assert_eq!((visit.publisher_host(), visit.document_host()), (vouches, lies_on));
    }
}

#[test]
fn a_borrowed_name_is_told() {
    let catalogue = catalogue();
    for (name, owner) in [("Web", Some("web.example")), ("Mine", None)] {
        let client = Metadata {
            name: Some(name.into()),
            ..client("https://x.example/c", "http://localhost/cb")
        };
        let facts = facts(&client, &catalogue);
        let visit = of(&facts);
        assert_eq!(visit.look_alike.as_ref().map(|found| &*found.owner), owner);
    }
}

#[test]
fn design_5_real_documents_are_kept_in_300_bytes() {
    let catalogue = Catalogue::embedded();
    let mut kept = 0;
    for pin in catalogue.pins() {
        let url = MetadataUrl::parse(pin.url.as_str()).unwrap();
        let client = document::parse(pin.document.as_bytes(), &url, Profile::default()).unwrap();
        for uri in &client.redirect_uris {
            let (redirect_uri, recipient) = (address(uri.as_str()), uri.recipient());
            let facts = Facts { redirect_uri, recipient, ..facts(&client, catalogue) };
            let visit = of(&facts);
            let bytes = visit.to_kept();
            assert!(bytes.len() <= 300, "{}: {} bytes", visit.client_id, bytes.len());
            assert_eq!(Visit::from_kept(&bytes), Ok(Kept { visit, partial: false }));
            kept += 1;
        }
    }
    assert!(kept >= 4, "{kept}");
}

#[test]
fn what_is_too_long_is_left_out_and_said() {
    let long = |length: usize| "x".repeat(length).into_boxed_str();
    let many = |count: u8| (0..count).map(|number| format!("group-{number}").into()).collect();
    for (why, changed, partial) in [
        ("ordinary", visit(), false),
        ("the longest id", Visit { client_id: long(512), ..visit() }, false),
        ("a longer id", Visit { client_id: long(513), ..visit() }, true),
        ("the longest name", Visit { name: Some(long(200)), ..visit() }, false),
        ("a longer name", Visit { name: Some(long(201)), ..visit() }, true),
        ("as many groups as are kept", Visit { groups: many(8), ..visit() }, false),
        ("one more", Visit { groups: many(9), ..visit() }, true),
        ("a longer key", Visit { keys: vec![long(201)], ..visit() }, true),
    ] {
        let kept = Visit::from_kept(&changed.to_kept()).unwrap();
        assert_eq!(kept.partial, partial, "{why}");
        assert_eq!(kept.visit == changed, !partial, "{why}");
    }
}

#[test]
fn other_bytes_are_no_visit() {
    let sound = visit().to_kept();
    for (why, bytes, error) in [
        ("nothing", vec![], KeptError::Short),
        ("only a version", vec![1], KeptError::Short),
        ("another version", vec![2, 0], KeptError::Version(2)),
        ("neither whole nor partial", vec![1, 2], KeptError::Malformed),
        ("something behind it", [sound.clone(), vec![0]].concat(), KeptError::Malformed),
        ("cut", sound[..sound.len() - 1].to_vec(), KeptError::Short),
    ] {
        assert_eq!(Visit::from_kept(&bytes), Err(error), "{why}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..200) {
        let _ = Visit::from_kept(&bytes);
        let mut kept = visit().to_kept();
        if let (Some(place), Some(byte)) = (kept.get_mut(cut), bytes.first()) {
            *place = *byte;
        }
        if let Ok(kept) = Visit::from_kept(&kept) {
            let again = Visit::from_kept(&kept.visit.to_kept());
            prop_assert_eq!(again.map(|again| again.visit), Ok(kept.visit));
        }
    }

    #[test]
    fn whatever_stands_in_it_reads_back(
        client_id in ".{0,60}", host in "[a-z.]{0,30}", name in proptest::option::of(".{0,40}"),
        keys in proptest::collection::vec("[a-zA-Z]{43}", 0..4), first_seen in proptest::option::of(any::<i32>()), bits in 0_u8..64,
    ) {
        let visit = Visit {
            client_id: client_id.into(),
            publisher: Publisher::Domain(host.clone().into()),
            recipient: Recipient::Https { host: host.into() },
            name: name.map(Into::into),
            keys: keys.into_iter().map(Into::into).collect(),
            first_seen: first_seen.map(|at| Timestamp::from_unix(at.into())),
            evidence: Evidence::of_bits(bits).unwrap(),
            ..visit()
        };
        prop_assert_eq!(Visit::from_kept(&visit.to_kept()), Ok(Kept { visit, partial: false }));
    }
}

fn of(facts: &Facts<'_>) -> Visit {
    let assessment = facts.assess();
    let login = Login { application: fingerprint(facts.client).into(), ..login() };
    Visit::of(facts, &assessment, &facts.warnings(&assessment, true), login)
}
