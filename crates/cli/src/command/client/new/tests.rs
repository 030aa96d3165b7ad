use salver_oauth::client::report::{Demand, Report, Response, Seen, Verdict, report};

use super::*;

fn new(kind: Kind, keys: bool) -> New {
    New {
        name: Some("App".into()),
        url: Some("https://app.example/oauth/client.json".into()),
        kind: Some(kind),
        redirect: Vec::new(),
        keys,
        out: None,
        json: false,
        host: Host::default(),
    }
}

fn judged(draft: &Draft) -> Report {
    let body = draft.document();
    let response = Some(Response { status: 200, content_type: Some("application/json") });
    report(
        &Seen { url: draft.address.as_str(), response, body: Some(body.as_bytes()) },
        Profile::Mcp,
    )
}

#[test]
fn a_new_document_is_taken_everywhere_as_far_as_that_is_possible() {
    for (kind, keys, unavoidable) in [
        (Kind::Web, false, vec![]),
        (Kind::Web, true, vec![Demand::NoneAlone]),
        (
            Kind::Native,
            false,
            ["http://127.0.0.1/callback", "http://localhost/callback"]
                .map(|uri| Demand::ExactPort(uri.into()))
                .to_vec(),
        ),
    ] {
        let draft = new(kind, keys).draft(&mut Asker::nobody(), None).unwrap();
        let report = judged(&draft);
        assert!(
            report.findings.iter().all(|finding| finding.verdict == Verdict::Pass),
            "{report:?}"
        );
        let demands: Vec<_> =
            report.elsewhere.into_iter().map(|elsewhere| elsewhere.demand).collect();
        assert_eq!(demands, unavoidable, "{kind:?}, keys: {keys}");
    }
}

#[test]
fn what_no_flag_says_is_asked() {
    let nothing = New { name: None, url: None, kind: None, ..new(Kind::Web, false) };
    let answers =
        "App\nhttps://app.example/c\nweb\nhttps://app.example/cb https://app.example/x\ny\n";
    let draft = nothing.draft(&mut Asker::answering(answers), None).unwrap();
    assert_eq!((draft.name.as_str(), draft.kind, draft.keyed), ("App", Kind::Web, true));
    assert_eq!(draft.redirect_uris, ["https://app.example/cb", "https://app.example/x"]);
    assert_eq!(draft.key_set_url(), "https://app.example/jwks.json");

    let draft = nothing
        .draft(&mut Asker::answering("App\nhttps://app.example/c\nnative\n\n"), None)
        .unwrap();
    assert_eq!(draft.redirect_uris, ["http://127.0.0.1/callback", "http://localhost/callback"]);
    assert!(!draft.keyed);
}

#[test]
fn what_is_missing_or_would_not_be_taken_is_refused_before_anything_is_written() {
    let web = || new(Kind::Web, false);
    for (new, why) in [
        (New { name: None, ..web() }, "--name is missing"),
        (New { kind: None, ..web() }, "--kind is missing"),
        (New { name: Some(" ".into()), ..web() }, "MCP-AS-13"),
        (New { url: Some("http://app.example/c".into()), ..web() }, "no URL for a document"),
        (New { redirect: vec!["http://app.example/".into()], ..web() }, "cannot be listed"),
        (New { redirect: vec!["app:/cb".into()], ..web() }, "app's scheme"),
    ] {
        let Err(Failure::Refused { why: said, .. }) = new.draft(&mut Asker::nobody(), None) else {
            panic!("{why}: taken");
        };
        assert!(said.contains(why), "{why}: {said}");
    }
}

#[test]
fn a_private_key_is_for_its_owner_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("client.json");
    let draft = new(Kind::Web, true).draft(&mut Asker::nobody(), None).unwrap();
    let files = Files::beside(Some(&out), &draft);
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    files.write(&draft.document(), Some(&key)).unwrap();
    let pem = std::fs::read_to_string(folder.path().join("client.key.pem")).unwrap();
    let lines: Vec<_> = pem.lines().collect();
    assert_eq!(
        (lines[0], lines[lines.len() - 1]),
        ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----")
    );
    let body = lines[1..lines.len() - 1].concat();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap();
    let read = SigningKey::from_pkcs8(&der).unwrap();
    assert_eq!(read.public_key().thumbprint(), key.public_key().thumbprint());
    let set = std::fs::read(folder.path().join("jwks.json")).unwrap();
    assert_eq!(salver_jose::KeySet::parse(&set).unwrap().iter().count(), 1);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&files.private_key).unwrap().permissions()
        ) & 0o777,
        0o600
    );
    assert!(matches!(files.write("{}", Some(&key)), Err(Failure::Refused { .. })));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), draft.document());
}
