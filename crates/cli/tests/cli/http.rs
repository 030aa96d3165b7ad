//! A small HTTP client that shows everything and tidies nothing: sockets, bytes, and the cookies of one browser.

#![expect(clippy::unwrap_used, reason = "a server that does not answer fails the test")]

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Host and port of a URL, and the rest.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let after_scheme = url.split_once("://").unwrap().1;
    let path = after_scheme.find('/').unwrap_or(after_scheme.len());
    after_scheme.split_at(path)
}

/// Sends these bytes and reads to the end of the connection.
pub(crate) fn exchange(stream: &mut (impl Read + Write), request: &str) -> Option<Reply> {
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    // A server that has said all may cut the connection without TLS's good-bye.
    let _ = stream.read_to_end(&mut bytes);
    parse(&bytes)
}

/// A connection to a server on this computer.
pub(crate) fn connect(authority: &str) -> TcpStream {
    let port = authority.rsplit_once(':').unwrap().1;
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends one request, with `Host` and the end of the connection said.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let (authority, path) = split(url);
    let path = if path.is_empty() { "/" } else { path };
    let length = body.len().to_string();
    let said = [("Host", authority), ("Connection", "close"), ("Content-Length", &length)];
    let lines: Vec<String> =
        said.iter().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("{method} {path} HTTP/1.1\r\n{}", lines.concat());
    exchange(&mut connect(authority), &format!("{head}\r\n{body}")).unwrap()
}

fn parse(bytes: &[u8]) -> Option<Reply> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunk(body) } else { body.to_owned() };
    Some(Reply { status, headers, body })
}

fn unchunk(mut text: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or_default();
        let Some(chunk) = rest.get(..size).filter(|chunk| !chunk.is_empty()) else {
            break;
        };
        body.push_str(chunk);
        text = rest.get(size + 2..).unwrap_or_default();
    }
    body
}

/// Somebody's browser.
#[derive(Default)]
pub(crate) struct Browser(BTreeMap<String, String>);

impl Browser {
    pub(crate) fn get(&mut self, url: &str) -> Reply {
        self.ask("GET", url, "")
    }

    pub(crate) fn post(&mut self, url: &str, form: &str) -> Reply {
        self.ask("POST", url, form)
    }

    fn ask(&mut self, method: &str, url: &str, form: &str) -> Reply {
        let origin = format!("http://{}", split(url).0);
        let cookies: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![("Cookie", cookies.as_str()), ("Sec-Fetch-Site", "same-origin")];
        if method == "POST" {
            headers.extend([
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Origin", &origin),
            ]);
        }
        let reply = send(method, url, &headers, form);
        for (_, cookie) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.unwrap();
            self.0.insert(name.to_owned(), value.to_owned());
        }
        reply
    }
}
