//! Whom we believe to be a host.

use std::sync::Arc;

use salver_egress::{DialError, Egress, FetchError, Phase, Reach, Settings, SetupError};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use crate::harness::{GOOD, HOST, Peer, Set, Shows, URL, server_config, settings_for};

async fn showing(shows: Shows) -> Peer {
    Peer::with("127.0.0.1:0", server_config(HOST, shows), |_, mut stream| async move {
        let _ = stream.write_all(GOOD).await;
        let _ = stream.shutdown().await;
    })
    .await
}

#[tokio::test]
async fn only_a_valid_certificate_for_the_name_from_a_trusted_authority_is_believed() {
    for (shows, good) in [
        (Shows::Good, true),
        (Shows::OtherName, false),
        (Shows::Expired, false),
        (Shows::OtherAuthority, false),
    ] {
        let peer = showing(shows).await;
        let result = Set::facing(&peer).get(URL).await;
        if good {
            assert!(result.is_ok(), "{shows:?}: {result:?}");
        } else {
            let refused = matches!(result, Err(FetchError::Dial(DialError::Certificate(_))));
            assert!(refused, "{shows:?}: {result:?}");
            assert!(peer.requests().iter().all(String::is_empty), "{shows:?}: no request was sent");
        }
    }
}

#[tokio::test]
async fn without_the_extra_authority_the_platform_does_not_believe_it() {
    let peer = showing(Shows::Good).await;
    let settings = Settings { extra_roots_pem: None, ..settings_for(peer.address) };
    // A machine without any roots refuses to start, which is as good.
    if let Ok(egress) = Egress::new(settings) {
        let error = egress.fetch(crate::harness::fetch(URL)).await.unwrap_err();
        assert!(matches!(error, FetchError::Dial(DialError::Certificate(_))), "{error:?}");
    }
}

#[tokio::test]
async fn a_peer_without_tls_and_one_that_is_silent_are_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let _ = tcp.write_all(GOOD).await;
        }
    });
    let set = Set::new(settings_for(plain), Arc::default());
    let error = set.get(URL).await.unwrap_err();
    assert!(matches!(error, FetchError::Dial(DialError::Tls(_))), "{error:?}");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings_for(silent.local_addr().unwrap());
    settings.bounds.tls = std::time::Duration::from_millis(100);
    let error = Set::new(settings, Arc::default()).get(URL).await.unwrap_err();
    assert!(matches!(error, FetchError::Dial(DialError::TimedOut(Phase::Tls))), "{error:?}");
}

#[tokio::test]
async fn extra_authorities_that_cannot_be_read_stop_the_start() {
    for pem in
        ["", "no certificate", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"]
    {
        let settings = Settings {
            extra_roots_pem: Some(pem.into()),
            reach: Reach::LoopbackOnly,
            ..Settings::default()
        };
        assert!(matches!(Egress::new(settings), Err(SetupError::ExtraRoots)), "{pem}");
    }
}
