//! What a host may answer: every rule with an answer that keeps it and one that breaks it.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use salver_egress::{AnswerRefusal, Category, FetchError, Phase};
use tokio::io::AsyncWriteExt as _;

use crate::harness::{
    Canary, GOOD, HOST, Peer, Set, Shows, URL, fetch, server_config, settings_for,
};

/// Why, the answer, and how the fetch must end.
type Case = (&'static str, Vec<u8>, End);

enum End {
    Body(usize),
    Error(fn(&FetchError) -> bool),
}

fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(size) {
        answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}

fn headers(count: usize) -> Vec<u8> {
    let mut fields = String::new();
    for n in 0..count {
        let _ = write!(fields, "X-{n}: y\r\n");
    }
    format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 2\r\n\r\n{{}}").into_bytes()
}

fn long_header(length: usize) -> Vec<u8> {
    with_body(&format!("X: {}\r\nContent-Length: 2", "y".repeat(length)), b"{}")
}

fn interim(count: usize, code: &str) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 {code}\r\nLink: </a>; rel=preload\r\n\r\n").repeat(count).into_bytes();
    answer.extend_from_slice(GOOD);
    answer
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    use FetchError as E;
    let refused = |name| {
        End::Error(match name {
            "head" => |e| matches!(e, E::Answer(AnswerRefusal::Head)),
            "long" => |e| matches!(e, E::Answer(AnswerRefusal::TooLong { limit: 1024 })),
            "coding" => |e| matches!(e, E::Answer(AnswerRefusal::Coding)),
            "unasked" => |e| matches!(e, E::Answer(AnswerRefusal::UnaskedNotModified)),
            "malformed" => |e| matches!(e, E::Answer(AnswerRefusal::Malformed)),
            "broken" => |e| matches!(e, E::Broken(Phase::Body)),
            "challenge" => |e| matches!(e, E::BotChallenge(403 | 503)),
            "status" => |e| matches!(e, E::Status(_)),
            other => panic!("{other}"),
        })
    };
    vec![
        ("CIMD-D-1 exactly 200", GOOD.to_vec(), End::Body(2)),
        (
            "… not another success",
            b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
            refused("status"),
        ),
        ("… no content", b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), refused("status")),
        (
            "… partial content",
            b"HTTP/1.1 206 P\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
            refused("status"),
        ),
        (
            "CIMD-F-2 no redirect is followed",
            b"HTTP/1.1 302 F\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n".to_vec(),
            refused("status"),
        ),
        (
            "… nor a permanent one",
            b"HTTP/1.1 308 P\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n".to_vec(),
            refused("status"),
        ),
        (
            "RFC 9110 §15.4.5 304 only when asked",
            b"HTTP/1.1 304 N\r\nETag: \"1\"\r\n\r\n".to_vec(),
            refused("unasked"),
        ),
        ("not found", b"HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n".to_vec(), refused("status")),
        (
            "a bot challenge is told apart",
            b"HTTP/1.1 403 F\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n".to_vec(),
            refused("challenge"),
        ),
        (
            "… by its header",
            b"HTTP/1.1 503 S\r\ncf-mitigated: challenge\r\nContent-Length: 0\r\n\r\n".to_vec(),
            refused("challenge"),
        ),
        (
            "… from a plain refusal",
            b"HTTP/1.1 403 F\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                .to_vec(),
            refused("status"),
        ),
        (
            "switching protocols is nothing we asked for",
            b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n".to_vec(),
            refused("status"),
        ),
        (
            "CIMD-F-8 a body of the limit",
            with_body("Content-Length: 1024", &[b'x'; 1024]),
            End::Body(1024),
        ),
        ("… and one byte more", with_body("Content-Length: 1025", &[b'x'; 1025]), refused("long")),
        ("… without a length", with_body("Connection: close", &[b'x'; 1024]), End::Body(1024)),
        ("… and one byte more", with_body("Connection: close", &[b'x'; 1025]), refused("long")),
        ("… in chunks of one byte", chunked(&[b'x'; 1024], 1), End::Body(1024)),
        ("… and one byte more", chunked(&[b'x'; 1025], 1), refused("long")),
        ("… in one chunk", chunked(&[b'x'; 100_000], 100_000), refused("long")),
        ("a length that lies upwards", with_body("Content-Length: 20", b"{}"), refused("broken")),
        (
            "a length that lies downwards: what follows is not ours",
            with_body("Content-Length: 2", b"{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
            End::Body(2),
        ),
        (
            "two lengths that differ",
            with_body("Content-Length: 2\r\nContent-Length: 3", b"{}x"),
            refused("malformed"),
        ),
        (
            "a length that is no number",
            with_body("Content-Length: +2", b"{}"),
            refused("malformed"),
        ),
        ("a huge length", with_body("Content-Length: 9223372036854775807", b"{}"), refused("long")),
        (
            "… larger than numbers",
            with_body("Content-Length: 18446744073709551615", b"{}"),
            refused("head"),
        ),
        (
            "an unfinished chunk",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab".to_vec(),
            refused("broken"),
        ),
        (
            "a chunk whose size is no number",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab".to_vec(),
            refused("broken"),
        ),
        (
            "a chunk larger than numbers",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nab"
                .to_vec(),
            refused("broken"),
        ),
        (
            "compression is refused, whatever it would unpack to",
            with_body("Content-Encoding: gzip\r\nContent-Length: 3", &[0x1f, 0x8b, 8]),
            refused("coding"),
        ),
        (
            "… brotli",
            with_body("Content-Encoding: br\r\nContent-Length: 3", &[0x81, 0, 0]),
            refused("coding"),
        ),
        (
            "… twice",
            with_body(
                "Content-Encoding: identity\r\nContent-Encoding: zstd\r\nContent-Length: 1",
                b"x",
            ),
            refused("coding"),
        ),
        (
            "… but not the name for none",
            with_body("Content-Encoding: identity\r\nContent-Length: 2", b"{}"),
            End::Body(2),
        ),
        (
            "a transfer coding beside chunked",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n".to_vec(),
            refused("coding"),
        ),
        ("as many fields as allowed", headers(63), End::Body(2)),
        ("… and more", headers(64), refused("head")),
        ("a header flood", headers(5000), refused("head")),
        ("a long head", long_header(8_000), End::Body(2)),
        ("… and too long a one", long_header(40_000), refused("head")),
        ("an interim response", interim(3, "103 Early Hints"), End::Body(2)),
        ("a flood of them", interim(10_000, "103 Early Hints"), refused("head")),
        ("a flood of 100", interim(10_000, "100 Continue"), refused("head")),
        ("not HTTP", b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec(), refused("malformed")),
        (
            "HTTP/2 without asking",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            refused("malformed"),
        ),
        (
            "a line folded",
            with_body("X: a\r\n b\r\nContent-Length: 2", b"{}"),
            refused("malformed"),
        ),
    ]
}

#[tokio::test]
async fn answers_are_taken_or_refused() {
    for (why, answer, expected) in cases() {
        let peer = Peer::says(vec![answer]).await;
        let set = Set::facing(&peer);
        let result = set.get(URL).await;
        match (&result, &expected) {
            (Ok(fetched), End::Body(length)) => assert_eq!(fetched.body.len(), *length, "{why}"),
            (Err(error), End::Error(expected)) => assert!(expected(error), "{why}: {error:?}"),
            _ => panic!("{why}: {result:?}"),
        }
        assert_eq!(peer.connections(), 1, "{why}");
        let kept = set.egress.cached(URL, crate::harness::PURPOSE);
        assert_eq!(kept.is_some(), result.is_ok(), "CIMD-C-2 errors are not kept: {why}");
    }
}

#[tokio::test]
async fn the_request_says_what_it_must_and_nothing_else() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    Set::facing(&peer).get("https://app.example.com/a/b?c=d").await.unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "GET /a/b?c=d HTTP/1.1\r\nhost: app.example.com\r\nuser-agent: salver/{version}\r\n\
         accept: application/json\r\naccept-encoding: identity\r\nconnection: close\r\n\r\n"
    );
    assert_eq!(peer.requests(), [expected]);
}

#[tokio::test]
async fn what_the_check_refuses_is_given_back_and_not_kept() {
    let peer =
        Peer::says(vec![with_body("Content-Type: text/html\r\nContent-Length: 6", b"<html>")])
            .await;
    let set = Set::facing(&peer);
    let Err(FetchError::Unusable(fetched)) = set.get(URL).await else { panic!("it was taken") };
    assert_eq!(
        (&*fetched.body, fetched.content_type.as_deref()),
        (&b"<html>"[..], Some("text/html"))
    );
    assert!(set.egress.cached(URL, crate::harness::PURPOSE).is_none());
}

/// A peer that writes `head`, then `piece` again and again with a pause, without end.
async fn endless(head: &'static [u8], piece: Vec<u8>, pause: Duration) -> Peer {
    let piece = Arc::new(piece);
    Peer::with("127.0.0.1:0", server_config(HOST, Shows::Good), move |_, mut stream| {
        let piece = Arc::clone(&piece);
        async move {
            if stream.write_all(head).await.is_err() {
                return;
            }
            loop {
                if stream.write_all(&piece).await.is_err() || stream.flush().await.is_err() {
                    return;
                }
                tokio::time::sleep(pause).await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n";
    let peer = endless(head, vec![b'x'; 4096], Duration::ZERO).await;
    let set = Set::facing(&peer);
    let error = set.get(URL).await.unwrap_err();
    assert!(
        matches!(error, FetchError::Answer(AnswerRefusal::TooLong { limit: 1024 })),
        "{error:?}"
    );
    let bytes = set.egress.ledger()[0].bytes;
    assert!(bytes < 64 * 1024, "{bytes} bytes were read for a limit of 1024");
}

#[tokio::test]
async fn a_bomb_is_not_unpacked_and_hardly_read() {
    // Ten megabytes that begin like a compressed stream. What they would unpack to does not matter: nothing here can unpack.
    let begins = |magic: &[u8]| [magic, &vec![0; 10_000_000]].concat();
    let (gzip, brotli) = (begins(&[0x1f, 0x8b, 8]), begins(&[0x5b, 0xff, 0xff, 3]));
    for (coding, body) in [("gzip", gzip), ("br", brotli), ("deflate, gzip", vec![0; 10_000_000])] {
        let head = format!("Content-Encoding: {coding}\r\nContent-Length: {}", body.len());
        let set = Set::facing(&Peer::says(vec![with_body(&head, &body)]).await);
        let error = set.get(URL).await.unwrap_err();
        assert!(matches!(error, FetchError::Answer(AnswerRefusal::Coding)), "{coding}: {error:?}");
        let bytes = set.egress.ledger()[0].bytes;
        assert!(bytes < 64 * 1024, "{coding}: {bytes} bytes were read");
        // Without the header that says so, it is so many bytes like any other.
        let plain = with_body(&format!("Content-Length: {}", body.len()), &body);
        let error = Set::facing(&Peer::says(vec![plain]).await).get(URL).await.unwrap_err();
        assert!(matches!(error, FetchError::Answer(AnswerRefusal::TooLong { .. })), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_the_inside_reaches_nobody() {
    let canary = Canary::everywhere().await;
    for status in [301, 302, 303, 307, 308] {
        for to in ["127.0.0.1", "[::1]", "localhost", HOST] {
            let location = format!("https://{to}:{}/", canary.port);
            let answer = format!(
                "HTTP/1.1 {status} M\r\nLocation: {location}\r\nRefresh: 0; url={location}\r\nContent-Length: 0\r\n\r\n"
            );
            let peer = Peer::says(vec![answer.into_bytes()]).await;
            let result = Set::facing(&peer).get(URL).await;
            assert!(matches!(result, Err(FetchError::Status(found)) if found == status), "{to}");
            assert_eq!(peer.connections(), 1);
        }
    }
    assert!(canary.is_silent());
}

#[tokio::test]
async fn slowness_ends_at_the_bound_of_its_part() {
    let short = Duration::from_millis(300);
    let cases: [(&str, &'static [u8], Vec<u8>, Phase); 4] = [
        (
            "one byte of the head at a time",
            b"HTTP/1.1 200 OK\r\n",
            b"X: y\r\n".to_vec(),
            Phase::Head,
        ),
        ("nothing after the request", b"", Vec::new(), Phase::Head),
        (
            "one byte of the body at a time",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
            b"x".to_vec(),
            Phase::Body,
        ),
        ("interim responses, slowly", b"", b"HTTP/1.1 103 E\r\n\r\n".to_vec(), Phase::Head),
    ];
    for (why, head, piece, phase) in cases {
        let peer = endless(head, piece, Duration::from_millis(20)).await;
        let mut settings = settings_for(peer.address);
        settings.bounds.head = short;
        settings.bounds.total = short * 2;
        let set = Set::new(settings, Arc::default());
        let begun = tokio::time::Instant::now();
        let error = set.get(URL).await.unwrap_err();
        assert!(matches!(error, FetchError::TimedOut(found) if found == phase), "{why}: {error:?}");
        assert_eq!(error.category(), Category::TooSlow, "{why}");
        assert!(begun.elapsed() < short * 4, "{why}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn no_connection_serves_twice() {
    // A peer that would answer further requests on the same connection.
    let peer = Peer::with("127.0.0.1:0", server_config(HOST, Shows::Good), |_, mut stream| async move {
        let answer = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nCache-Control: no-store\r\nContent-Length: 2\r\n\r\n{}";
        let _ = stream.write_all(answer).await;
        let _ = stream.flush().await;
        let more = crate::harness::read_head(&mut stream).await;
        assert_eq!(more, "", "a second request came on one connection");
    })
    .await;
    let set = Set::facing(&peer);
    set.get(URL).await.unwrap();
    set.egress.fetch(fetch(URL)).await.unwrap();
    assert_eq!(peer.connections(), 2);
}
