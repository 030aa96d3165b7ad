//! What only this crate can arrange: an operating system that leads a connection elsewhere than it was told to.

use std::net::SocketAddr;

use futures_util::future::BoxFuture;
use tokio::net::TcpListener;

use super::*;
use crate::{UrlRefusal, resolver::ResolveError, url_gate};

#[derive(Debug)]
struct NoDns;

impl Resolve for NoDns {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(async { Err(ResolveError::NoSuchName) })
    }
}

fn target(url: &str) -> Result<Target, UrlRefusal> {
    url_gate::judge(url, ChosenBy::Operator)
}

async fn opened(connect: Connect, url: &str) -> Result<SocketAddr, DialError> {
    // A machine without certificate authorities can run this too; nobody has this one's key.
    let authority = include_bytes!("../../tests/fuzz/authority.pem").to_vec();
    let settings = Settings { extra_roots_pem: Some(authority), ..Settings::default() };
    let mut dialer = Dialer::new(Arc::new(settings), Arc::new(NoDns)).expect("sound settings");
    dialer.connect = connect;
    let target = target(url).expect("a sound URL");
    let wish = Wish {
        target: &target,
        chosen_by: ChosenBy::Operator,
        purpose: Purpose::new("test"),
        admit: &|_| Ok(()),
    };
    dialer.open(wish).await.map(|opened| opened.peer)
}

#[tokio::test]
async fn a_socket_that_leads_elsewhere_is_dropped() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let elsewhere: Connect =
        |asked| Box::pin(TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], asked.port()))));

    let there = opened(elsewhere, &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(there.expect("the address that was dialled").port(), port);
    // Loopback would be allowed to an operator: refused because it is not what was judged and dialled.
    let other = opened(elsewhere, &format!("http://198.41.0.4:{port}/")).await;
    let expected = IpAddr::from([127, 0, 0, 1]);
    assert!(matches!(other, Err(DialError::OtherPeer(peer)) if peer == expected), "{other:?}");
}
