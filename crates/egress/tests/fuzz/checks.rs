//! What must hold for any bytes: shared by the fuzz targets (`fuzz/`) and by the bounded run of `main.rs`.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use salver_egress::{
    Check, ChosenBy, Egress, Fetch, FetchError, Purpose, Settings, Source, Standing, TargetHost,
    address, address::embedded::hidden_v4, url_gate,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    runtime::Runtime,
};

/// Whatever the gate lets through prints back to itself and leads where it says.
pub(crate) fn url_gate(bytes: &[u8]) {
    let Ok(url) = std::str::from_utf8(bytes) else {
        return;
    };
    for chosen_by in [ChosenBy::Stranger, ChosenBy::User, ChosenBy::Operator] {
        let Ok(target) = url_gate::judge(url, chosen_by) else {
            continue;
        };
        let printed = target.as_str();
        assert!(printed == url || printed.strip_suffix('/') == Some(url), "{url} → {printed}");
        let scheme = if target.is_https() { "https" } else { "http" };
        let whole = format!("{scheme}://{}{}", target.authority(), target.path_and_query());
        assert_eq!(whole, printed);
        assert!(!target.authority().contains(['@', '%', '\\']), "{url}");
        if chosen_by == ChosenBy::Stranger {
            assert_eq!(printed, url);
            let TargetHost::Name(name) = target.host() else { panic!("{url}: an address") };
            assert!(name.parse::<IpAddr>().is_err() && name.contains('.'), "{url}");
            assert_eq!((name.as_str(), target.port()), (target.authority(), 443), "{url}");
        }
    }
}

/// The more somebody is trusted, the more is allowed; nothing hidden is allowed to strangers.
pub(crate) fn address(bytes: &[u8]) {
    let address = match *bytes {
        [a, b, c, d] => IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        _ => match <[u8; 16]>::try_from(bytes) {
            Ok(bytes) => IpAddr::V6(Ipv6Addr::from(bytes)),
            Err(_) => return,
        },
    };
    let allowed = |chosen_by| address::judge(address, chosen_by).is_ok();
    let (stranger, user, operator) =
        (allowed(ChosenBy::Stranger), allowed(ChosenBy::User), allowed(ChosenBy::Operator));
    assert!(!stranger || user, "{address}");
    assert!(!user || operator, "{address}");
    if stranger {
        assert!(!address.is_loopback() && !address.is_multicast() && !address.is_unspecified());
        if let IpAddr::V6(v6) = address {
            assert!(hidden_v4(v6).is_none() && v6.segments()[0] & 0xe000 == 0x2000, "{address}");
        }
    }
}

/// A door and a plain peer that answers every request with the bytes it was given last.
pub(crate) struct Reader {
    runtime: Runtime,
    egress: Egress,
    port: u16,
    answer: Arc<Mutex<Arc<Vec<u8>>>>,
    turn: AtomicU32,
}

const LIMIT: usize = 256;

impl Reader {
    /// Opens both.
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer: Arc<Mutex<Arc<Vec<u8>>>> = Arc::default();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = Arc::clone(&answer);
        runtime.spawn(async move {
            while let Ok((mut tcp, _)) = listener.accept().await {
                let bytes = Arc::clone(&said.lock().unwrap());
                tokio::spawn(async move {
                    let mut request = [0; 1024];
                    let _ = tcp.read(&mut request).await;
                    let _ = tcp.write_all(&bytes).await;
                    let _ = tcp.shutdown().await;
                    // Reset only once the other side has had its answer.
                    let _ = tcp.read(&mut request).await;
                });
            }
        });
        let mut settings = Settings::default();
        for number in [
            &mut settings.budgets.per_host,
            &mut settings.budgets.per_domain,
            &mut settings.budgets.per_network,
            &mut settings.budgets.overall,
        ] {
            *number = usize::MAX / 8;
        }
        settings.back_off.at_most = Duration::ZERO;
        // So that a machine without certificate authorities can run this; nobody has its key.
        settings.extra_roots_pem = Some(include_bytes!("authority.pem").to_vec());
        settings.keeping.bytes = 0;
        settings.bounds.head = Duration::from_secs(5);
        let _guard = runtime.enter();
        let egress = Egress::new(settings).unwrap();
        Self { egress, port, answer, turn: AtomicU32::new(0), runtime }
    }

    /// Any answer ends in a fact within the bounds, and no task of ours dies of it.
    pub(crate) fn response(&self, bytes: &[u8]) {
        *self.answer.lock().unwrap() = Arc::new(bytes.to_vec());
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let fetch = Fetch {
            url: &format!("http://127.0.0.1:{}/", self.port),
            chosen_by: ChosenBy::Operator,
            purpose: Purpose::new("fuzz"),
            // A fresh source each time, since shares are not what is tested here.
            source: Source::User(u128::from(turn).to_be_bytes()),
            standing: Standing::FirstSight,
            limit: LIMIT,
            accept: "application/json",
            check: Check::new(|_| true),
        };
        match self.runtime.block_on(self.egress.fetch(fetch)) {
            Ok(fetched) => {
                assert!(fetched.body.len() <= LIMIT);
                assert!(bytes.windows(7).any(|window| window.starts_with(b"HTTP/1.")));
                assert!(bytes.windows(3).any(|window| window == b"200"));
            }
            Err(FetchError::Abandoned) => panic!("a task died"),
            Err(FetchError::TimedOut(phase)) => panic!("{phase:?} waited for nothing"),
            Err(FetchError::NotNow(reason)) => panic!("{reason:?}: the test tests nothing"),
            Err(_) => {}
        }
    }
}
