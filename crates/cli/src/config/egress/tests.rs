//! Every key with a value that is taken and one that is refused; and that the defaults are the door's own.

use salver_egress::{Mode, ProxyResolving};

use super::*;
use crate::config::{check, layers::Layers, problem::Origins, schema};

fn environment() -> Environment {
    vec![("PROXY_LOGIN".into(), "user:secret".into()), ("NOT_A_LOGIN".into(), "secret".into())]
}

/// What `[egress]` with these lines means, and what is refused: `key: why`.
fn resolved(lines: &str) -> (EgressSettings, Vec<String>) {
    let table: toml::Table = lines.parse().unwrap();
    let mut problems = Problems::new(Origins::default());
    let file = [("egress".to_owned(), toml::Value::Table(table))].into_iter().collect();
    check::table("", &schema::keys(), &file, &mut problems);
    let mut settings = EgressSettings::default();
    if problems.count() == 0 {
        let file: crate::config::file::File = file.try_into().unwrap();
        settings = resolve(&file.egress, &environment(), &mut problems);
    }
    let list = problems.into_list().into_iter();
    (settings, list.map(|problem| format!("{}: {}", problem.key, problem.why)).collect())
}

#[test]
fn without_a_word_everything_is_as_the_door_has_it() {
    let (settings, refused) = resolved("");
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(format!("{:?}", settings.door), format!("{:?}", Door::default()));
    assert_eq!(format!("{:?}", settings.upstream), format!("{:?}", UpstreamSettings::default()));
    assert_eq!(settings.announcements(), Vec::<String>::new());
}

#[test]
fn every_number_reaches_the_door() {
    let (settings, refused) = resolved(
        "ports = [443, 8443]
[bounds]\ndns_milliseconds = 51\nconnect_milliseconds = 52\ntls_milliseconds = 53\nhead_milliseconds = 54
total_milliseconds = 105\nhead_bytes = 8193\nheader_fields = 9\naddresses_tried = 2\naddresses_answered = 3
[keeping]\nat_least_seconds = 1\nat_most_seconds = 2\nstale_hours = 3\nbytes = 65537\nknown_good_bytes = 65538
[budgets]\nper_host = 11\nper_domain = 12\nper_network = 13\noverall = 14\nin_flight_per_host = 1\nin_flight = 2
[known_good_budgets]\nper_host = 21
[back_off]\nfirst_milliseconds = 101\nat_most_seconds = 7
[ledger]\nevents = 65\nfile_bytes = 65539
[upstream]\nconnect_seconds = 1\nhead_seconds = 2\nidle_seconds = 3\nidle_connections = 4",
    );
    assert_eq!(refused, Vec::<String>::new());
    insta::assert_snapshot!(format!("{:#?}\n{}", settings.door, settings.ledger_bytes));
    insta::assert_snapshot!(format!("{:#?}", settings.upstream));
}

#[test]
fn each_list_with_what_it_takes_and_what_not() {
    for (lines, refused) in [
        ("dns_servers = [\"192.0.2.53:5353\", \"192.0.2.53\", \"2001:db8::1\"]", None),
        (
            "dns_servers = [\"dns.example\"]",
            Some("egress.dns_servers[0]: \"dns.example\" is not an address"),
        ),
        (
            "dns_servers = [\"192.0.2.53:0\"]",
            Some("egress.dns_servers[0]: \"192.0.2.53:0\" is not an address"),
        ),
        ("ports = []", Some("egress.ports: names no port")),
        ("ports = [0]", Some("egress.ports[0]: 0 is out of bounds")),
        ("own_addresses = [\"203.0.113.7\", \"2001:db8::7\"]", None),
        (
            "own_addresses = [\"as.example\"]",
            Some("egress.own_addresses[0]: \"as.example\" is not an address"),
        ),
        ("translation_prefixes = [\"64:ff9b::/96\", \"2001:db8::/32\"]", None),
        (
            "translation_prefixes = [\"2001:db8::/33\"]",
            Some(
                "egress.translation_prefixes[0]: \"2001:db8::/33\" is not a prefix that translators use",
            ),
        ),
        ("[keeping]\nat_least_seconds = 60\nat_most_seconds = 60", None),
        (
            "[keeping]\nat_least_seconds = 61\nat_most_seconds = 60",
            Some("egress.keeping.at_least_seconds: 61 is more than `at_most_seconds`, which is 60"),
        ),
        ("[back_off]\nfirst_milliseconds = 1000\nat_most_seconds = 1", None),
        (
            "[back_off]\nfirst_milliseconds = 1001\nat_most_seconds = 1",
            Some(
                "egress.back_off.first_milliseconds: 1001 is more than `at_most_seconds`, which is 1",
            ),
        ),
        ("[budgets]\nper_host = 4", Some("egress.budgets.per_host: 4 is out of bounds")),
        ("[bounds]\nhead_bytes = 8191", Some("egress.bounds.head_bytes: 8191 is out of bounds")),
        ("mode = \"Offline\"", Some("egress.mode: does not know \"Offline\"")),
    ] {
        let seen = resolved(lines).1;
        assert_eq!(seen, refused.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{lines}");
    }
}

#[test]
fn exceptions_open_exactly_one_host_to_named_callers() {
    let entry = |host: &str, purposes: &str| {
        format!("[[exceptions]]\nhost = \"{host}\"\npurposes = [{purposes}]")
    };
    let all = "\"client_metadata\", \"client_keys\", \"client_logo\", \"statement_keys\"";
    for (host, purposes, refused) in [
        ("keys.internal:8443", all, None),
        ("10.1.2.3:443", "\"client_keys\"", None),
        ("[fd00::7]:443", "\"client_keys\"", None),
        (
            "keys.internal",
            all,
            Some("egress.exceptions[0].host: \"keys.internal\" is not HOST:PORT"),
        ),
        (
            "Keys.internal:443",
            all,
            Some("egress.exceptions[0].host: \"Keys.internal:443\" is not HOST:PORT"),
        ),
        (
            "*.internal:443",
            all,
            Some("egress.exceptions[0].host: \"*.internal:443\" is not HOST:PORT"),
        ),
        (
            "10.1.2.0/24:443",
            all,
            Some("egress.exceptions[0].host: \"10.1.2.0/24:443\" is not HOST:PORT"),
        ),
        ("10.1:443", all, Some("egress.exceptions[0].host: \"10.1:443\" is not HOST:PORT")),
        (
            "169.254.169.254:443",
            all,
            Some(
                "egress.exceptions[0].host: 169.254.169.254 is an address that nothing is fetched from, by anybody's leave",
            ),
        ),
        (
            "keys.internal:443",
            "",
            Some("egress.exceptions[0].purposes: names no purpose, so nothing would be opened"),
        ),
        (
            "keys.internal:443",
            "\"all\"",
            Some("egress.exceptions[0].purposes[0]: does not know \"all\""),
        ),
    ] {
        let (settings, seen) = resolved(&entry(host, purposes));
        assert_eq!(seen, refused.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{host}");
        if refused.is_none() {
            assert_eq!(settings.door.exceptions.len(), 1);
            assert_eq!(settings.announcements().len(), 1, "said at start");
        }
    }
}

#[test]
fn a_proxy_is_set_up_or_nothing_starts() {
    for (lines, expected) in [
        (
            "mode = \"proxy\"\nproxy = { url = \"http://proxy.example:3128\" }",
            Ok("http proxy.example 3128 there"),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"https://10.0.0.1\", resolves_for_us = false }",
            Ok("https 10.0.0.1 443 here"),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"http://p:1\", credentials_env = \"PROXY_LOGIN\" }",
            Ok("http p 1 there, with a credential"),
        ),
        (
            "mode = \"proxy\"",
            Err("egress.proxy.url: is missing, although `egress.mode` is \"proxy\""),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"socks5://p:1\" }",
            Err("egress.proxy.url: is neither an http nor an https URL"),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"http://u:secret@p:1\" }",
            Err(
                "egress.proxy.url: holds a user name or password, which belong into `credentials_file`",
            ),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"http://p:1/x\" }",
            Err("egress.proxy.url: has something after host and port"),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"p:1\" }",
            Err("egress.proxy.url: is neither an http nor an https URL"),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"http://p:1\", credentials_env = \"UNSET\" }",
            Err("egress.proxy.credentials_env: names UNSET, which is not set"),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"http://p:1\", credentials_env = \"NOT_A_LOGIN\" }",
            Err("egress.proxy.credentials_env: is not USER:PASSWORD"),
        ),
        (
            "mode = \"proxy\"\nproxy = { url = \"http://p:1\", credentials_env = \"A\", credentials_file = \"b\" }",
            Err("egress.proxy.credentials_env: is there beside `credentials_file`"),
        ),
        (
            "proxy = { url = \"http://p:1\" }",
            Err(
                "egress.proxy: is there although `egress.mode` is \"direct\", so the proxy would not be used",
            ),
        ),
        (
            "mode = \"offline\"\nproxy = { url = \"http://p:1\" }",
            Err(
                "egress.proxy: is there although `egress.mode` is \"offline\", so the proxy would not be used",
            ),
        ),
        ("mode = \"offline\"", Ok("offline")),
        ("mode = \"direct\"", Ok("direct")),
    ] {
        let (settings, refused) = resolved(lines);
        match expected {
            Ok(text) => assert_eq!(
                (told(&settings.door.mode), refused),
                (text.to_owned(), vec![]),
                "{lines}"
            ),
            Err(why) => assert_eq!(refused, [why], "{lines}"),
        }
        assert!(
            !format!("{settings:?}{refused:?}", refused = resolved(lines).1).contains("secret")
        );
    }
}

fn told(mode: &Mode) -> String {
    match mode {
        Mode::Direct => "direct".to_owned(),
        Mode::Offline => "offline".to_owned(),
        Mode::Proxy(proxy) => format!(
            "{} {} {} {}{}",
            if proxy.tls { "https" } else { "http" },
            proxy.host,
            proxy.port,
            if proxy.resolving == ProxyResolving::Here { "here" } else { "there" },
            if proxy.authorization.is_some() { ", with a credential" } else { "" },
        ),
    }
}

#[test]
fn a_file_without_usable_certificates_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.pem");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .unwrap();
    let sound = folder.path().join("sound.pem");
    let made = rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()]).unwrap();
    std::fs::write(&sound, made.cert.pem()).unwrap();
    for (path, expected) in [
        (sound.to_str().unwrap(), None),
        ("/nowhere/ca.pem", Some("cannot be read")),
        (
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
            Some("holds no certificate in PEM form"),
        ),
        (broken.to_str().unwrap(), Some("holds a certificate that cannot be used")),
    ] {
        let (settings, refused) = resolved(&format!("extra_ca = {path:?}"));
        assert_eq!(settings.door.extra_roots_pem.is_some(), expected.is_none(), "{path}");
        assert_eq!(refused.len(), usize::from(expected.is_some()), "{refused:?}");
        assert!(refused.iter().zip(expected).all(|(seen, why)| seen.contains(why)), "{refused:?}");
    }
}

#[test]
fn the_environment_sets_lists_of_numbers_too() {
    let variables = |ports: &str| vec![("SALVER_EGRESS_PORTS".into(), ports.into())];
    let layers = Layers::gather(&crate::config::Flags::default(), &variables("443, 8443")).unwrap();
    assert_eq!(layers.table.to_string(), "[egress]\nports = [443, 8443]\n");
    assert!(Layers::gather(&crate::config::Flags::default(), &variables("https")).is_err());
}
