use salver_egress::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
fn main() {
    let what = std::env::args().nth(1).unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    match what.as_str() {
        "url" => for _ in 0..n { std::hint::black_box(url_gate::judge(std::hint::black_box("https://claude.ai/oauth/claude-code-client-metadata"), ChosenBy::Stranger)).unwrap(); },
        "v4" => for _ in 0..n { std::hint::black_box(address::judge(std::hint::black_box("198.41.0.4".parse().unwrap()), ChosenBy::Stranger)).unwrap(); },
        "v6" => for _ in 0..n { std::hint::black_box(address::judge(std::hint::black_box("2001:503:ba3e::2:30".parse().unwrap()), ChosenBy::Stranger)).unwrap(); },
        "start" => for _ in 0..n { let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(); let _g = rt.enter(); Egress::new(Settings::default()).unwrap(); },
        "cached" => {
            let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            rt.block_on(async {
                let l = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let port = l.local_addr().unwrap().port();
                tokio::spawn(async move { while let Ok((mut t, _)) = l.accept().await { let mut b = [0; 1024]; t.read(&mut b).await.unwrap(); t.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap(); } });
                let e = Egress::new(Settings::default()).unwrap();
                let url = format!("http://127.0.0.1:{port}/client.json");
                for _ in 0..=n {
                    e.fetch(Fetch { url: &url, chosen_by: ChosenBy::Operator, purpose: Purpose::new("x"), source: Source::Itself, standing: Standing::FirstSight, limit: 5000, accept: "*/*", check: |_| true }).await.unwrap();
                }
            });
        }
        _ => {}
    }
}
