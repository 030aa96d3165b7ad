//! Which addresses are dialled: what the resolver says is judged, all of it, and only that is dialled.

use std::{net::IpAddr, sync::Arc, time::Duration};

use salver_egress::{
    AddressRefusal, Category, DialError, Exception, FetchError, Resolve, ResolveError, Settings,
    TargetHost,
};
use tokio::io::AsyncWriteExt as _;

use crate::harness::{
    Canary, GOOD, HOST, Names, PURPOSE, Peer, Set, Shows, server_config, settings_for,
};

fn settings_on(port: u16) -> Settings {
    let nowhere = "127.0.0.1:1".parse().unwrap();
    let mut settings = Settings { ports: vec![443, port], ..settings_for(nowhere) };
    settings.development.connect.clear();
    settings
}

fn opened(address: &str, port: u16) -> Exception {
    let host = TargetHost::Address(address.parse().unwrap());
    Exception { host, port, purposes: vec![PURPOSE] }
}

#[tokio::test]
async fn one_forbidden_answer_refuses_the_name_and_nothing_is_sent() {
    let canary = Canary::everywhere().await;
    for answers in [
        &["127.0.0.1"][..],
        &["::1"],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::127.0.0.1"],
        &["2002:7f00:1::"],
        // A public address among forbidden ones, in either order.
        &["198.41.0.4", "127.0.0.1"],
        &["127.0.0.1", "198.41.0.4"],
        &["198.41.0.4", "2001:503:ba3e::2:30", "fe80::1"],
    ] {
        let names = Names::with("evil.example.com", &[answers]);
        let set = Set::new(settings_on(canary.port), names);
        let url = format!("https://evil.example.com:{}/", canary.port);
        let error = set.get(&url).await.unwrap_err();
        let refused = matches!(error, FetchError::Dial(DialError::Address { .. }));
        assert!(refused, "{answers:?}: {error:?}");
        assert_eq!(error.category(), Category::Unreachable, "{answers:?}");
    }
    assert!(canary.is_silent());
}

#[tokio::test]
async fn a_name_that_leads_inside_and_one_that_does_not_exist_sound_alike() {
    let inside = Set::new(settings_on(443), Names::with("in.example.com", &[&["10.0.0.1"]]));
    let missing = Set::new(settings_on(443), Arc::default());
    let a = inside.get("https://in.example.com/").await.unwrap_err().category();
    let b = missing.get("https://in.example.com/").await.unwrap_err().category();
    assert_eq!(a, b);
}

#[tokio::test]
async fn addresses_of_our_own_are_refused_even_if_public() {
    let ours = "198.41.0.4";
    let names = Names::with("evil.example.com", &[&[ours]]);
    let mut settings = settings_on(443);
    settings.own_addresses = vec![ours.parse().unwrap()];
    let error = Set::new(settings, names).get("https://evil.example.com/").await.unwrap_err();
    let FetchError::Dial(DialError::Address { refusal, .. }) = error else { panic!("{error:?}") };
    assert_eq!(refusal, AddressRefusal::Own);

    // The same when only our own name leads there.
    let names = Names::with("evil.example.com", &[&[ours]]);
    let ours_by_name = Names::with("as.example.org", &[&[ours]]);
    let both = Both(names, ours_by_name);
    let settings = Settings { own_names: vec!["as.example.org".into()], ..settings_on(443) };
    let egress =
        salver_egress::Egress::with(settings, Arc::new(both), crate::harness::TestClock::new());
    let fetch = crate::harness::fetch("https://evil.example.com/");
    let error = egress.unwrap().fetch(fetch).await.unwrap_err();
    let FetchError::Dial(DialError::Address { refusal, .. }) = error else { panic!("{error:?}") };
    assert_eq!(refusal, AddressRefusal::Own);
}

#[derive(Debug)]
struct Both(Arc<Names>, Arc<Names>);

impl Resolve for Both {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> futures_util::future::BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(async move {
            match self.0.resolve(name).await {
                Ok(answers) => Ok(answers),
                Err(_) => self.1.resolve(name).await,
            }
        })
    }
}

#[tokio::test]
async fn rebinding_between_answers_reaches_nothing_that_was_not_judged() {
    let good = |config| {
        Peer::with("127.0.0.1:0", config, |_, mut stream| async move {
            let _ = stream.write_all(GOOD).await;
            let _ = stream.shutdown().await;
        })
    };
    let peer = good(server_config(HOST, Shows::Good)).await;
    let port = peer.address.port();
    let canary = Canary::at(&format!("127.0.0.2:{port}")).await;
    // The first answer is opened by the operator; the second one is not.
    let names = Names::with(HOST, &[&["127.0.0.1"], &["127.0.0.2"]]);
    let settings = Settings { exceptions: vec![opened("127.0.0.1", port)], ..settings_on(port) };
    let set = Set::new(settings, names);
    set.get(&format!("https://{HOST}:{port}/first")).await.unwrap();
    assert_eq!(set.names.times_asked(HOST), 1, "judged and dialled by one and the same answer");
    let error = set.get(&format!("https://{HOST}:{port}/second")).await.unwrap_err();
    assert!(matches!(error, FetchError::Dial(DialError::Address { .. })), "{error:?}");
    assert!(canary.is_silent());
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer_and_the_name_stays() {
    let peer =
        Peer::with("127.0.0.1:0", server_config(HOST, Shows::Good), |_, mut stream| async move {
            assert_eq!(stream.get_ref().1.server_name(), Some(HOST), "SPEC CIMD-F-12");
            let _ = stream.write_all(GOOD).await;
            let _ = stream.shutdown().await;
        })
        .await;
    let port = peer.address.port();
    let names = Names::with(HOST, &[&["127.0.0.9", "127.0.0.1"]]);
    let exceptions = vec![opened("127.0.0.9", port), opened("127.0.0.1", port)];
    let set = Set::new(Settings { exceptions, ..settings_on(port) }, names);
    set.get(&format!("https://{HOST}:{port}/")).await.unwrap();
    assert!(peer.requests()[0].contains(&format!("host: {HOST}:{port}\r\n")));

    let names = Names::with(HOST, &[&["127.0.0.9"]]);
    let exceptions = vec![opened("127.0.0.9", port)];
    let set = Set::new(Settings { exceptions, ..settings_on(port) }, names);
    let error = set.get(&format!("https://{HOST}:{port}/")).await.unwrap_err();
    assert!(matches!(error, FetchError::Dial(DialError::NoAnswer { tried: 1 })), "{error:?}");
}

#[tokio::test]
async fn a_name_with_very_many_addresses_is_refused() {
    let many: Vec<String> = (0..33).map(|n| format!("198.41.0.{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let set = Set::new(settings_on(443), Names::with("many.example.com", &[&many]));
    let error = set.get("https://many.example.com/").await.unwrap_err();
    assert!(
        matches!(error, FetchError::Dial(DialError::TooManyAddresses { answers: 33 })),
        "{error:?}"
    );
}

#[derive(Debug)]
struct NeverAnswers;

impl Resolve for NeverAnswers {
    fn resolve<'a>(
        &'a self,
        _: &'a str,
    ) -> futures_util::future::BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn slow_dns_ends_at_its_bound() {
    let mut settings = settings_on(443);
    settings.bounds.dns = Duration::from_millis(100);
    settings.bounds.total = Duration::from_secs(3);
    let clock = crate::harness::TestClock::new();
    let egress = salver_egress::Egress::with(settings, Arc::new(NeverAnswers), clock).unwrap();
    let begun = tokio::time::Instant::now();
    let error = egress.fetch(crate::harness::fetch("https://slow.example.com/")).await.unwrap_err();
    assert_eq!(error.category(), Category::Unreachable, "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
