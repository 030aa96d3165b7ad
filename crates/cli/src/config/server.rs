//! Who are we, and where do we listen? The issuer comes from the operator alone (DESIGN §7.9), and must fit the listeners.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use salver_oauth::{Issuer, issuer::IssuerError};

use super::{file::File, problem::Problems, tls::Tls};

/// The port if nobody names one.
pub(crate) const DEFAULT_PORT: u16 = 8080;

/// Who and where.
#[derive(Clone, Debug)]
pub(crate) struct ServerSettings {
    /// The issuer.
    pub(crate) issuer: Issuer,
    /// Whether the operator named it; else it follows from the port.
    pub(crate) issuer_is_set: bool,
    /// Where to listen.
    pub(crate) listen: Vec<SocketAddr>,
    /// The directory for state.
    pub(crate) data: PathBuf,
}

impl ServerSettings {
    /// Whether only programs on this computer can reach the listeners.
    pub(crate) fn is_loopback_only(&self) -> bool {
        self.listen.iter().all(|address| address.ip().is_loopback())
    }
}

/// Where to listen; the default is one loopback address.
pub(crate) fn listen(said: Option<&[String]>, problems: &mut Problems) -> Vec<SocketAddr> {
    let Some(addresses) = said else {
        return vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT)];
    };
    if addresses.is_empty() {
        problems.refuse(
            "listen",
            "names no address",
            "leave it out for 127.0.0.1:8080, or name one as ADDRESS:PORT",
        );
    }
    let mut seen = Vec::new();
    for (position, text) in addresses.iter().enumerate() {
        let key = format!("listen[{position}]");
        match text.parse::<SocketAddr>() {
            Ok(address) if seen.contains(&address) => {
                problems.refuse(key, format!("{address} is there twice"), "name each address once");
            }
            Ok(address) => seen.push(address),
            Err(_) => problems.refuse(
                key,
                format!("\"{text}\" is not ADDRESS:PORT"),
                "write it like 127.0.0.1:8080 or [::1]:8080; a name is not an address",
            ),
        }
    }
    if seen.len() > 1 && seen.iter().any(|address| address.port() == 0) {
        problems.refuse(
            "listen",
            "leaves a port to the system beside other addresses",
            "port 0 goes with one address alone",
        );
    }
    seen
}

/// The issuer that was set, or the one that fits loopback listeners.
pub(crate) fn issuer(
    file: &File,
    listen: &[SocketAddr],
    tls: &Tls,
    problems: &mut Problems,
) -> Option<Issuer> {
    let first = listen.first()?;
    let loopback = listen.iter().all(|address| address.ip().is_loopback());
    let Some(text) = &file.issuer else {
        if !loopback || tls.is_spoken() {
            problems.refuse(
                "issuer",
                "is missing, and only a server on loopback without TLS has a default",
                "set it to the URL that clients reach, like \"https://as.example\"",
            );
            return None;
        }
        return problems.accept(
            "issuer",
            Issuer::parse(&format!("http://localhost:{}", first.port())),
            "set it",
        );
    };
    let issuer = match Issuer::parse(text) {
        Ok(issuer) => issuer,
        Err(error) => {
            problems.refuse("issuer", reason(&error), remedy(&error));
            return None;
        }
    };
    fits(&issuer, listen, loopback, tls, problems).then_some(issuer)
}

/// Whether visitors of this issuer can arrive at these listeners.
fn fits(
    issuer: &Issuer,
    listen: &[SocketAddr],
    loopback: bool,
    tls: &Tls,
    problems: &mut Problems,
) -> bool {
    let before = problems.count();
    match (issuer.is_https(), tls) {
        (false, Tls::Rustls(_)) => {
            problems.refuse("issuer", "is an http URL although the listeners speak TLS", "begin it with https://, or take `[tls]` away");
        }
        (false, Tls::Plain { .. }) if !loopback => {
            problems.refuse("listen", "reaches beyond this computer although the issuer is plain http", "listen on 127.0.0.1, or give an https issuer and `[tls]`");
        }
        (false, Tls::Plain { .. }) if !listen.iter().any(|address| serves(issuer, *address)) => {
            problems.refuse("issuer", "has a port on which nobody listens", "give issuer and `listen` the same port");
        }
        (true, Tls::Plain { ended_by_proxy: false }) if !loopback => problems.refuse(
            "listen",
            "reaches beyond this computer without TLS",
            "name `tls.certificate` and `tls.key`, or set `tls.ended_by_proxy = true` if a proxy in front ends TLS",
        ),
        _ => {}
    }
    problems.count() == before
}

/// Port 0 becomes whatever port is free, so no issuer can name it beforehand.
fn serves(issuer: &Issuer, address: SocketAddr) -> bool {
    let port =
        issuer.authority().rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(80);
    address.port() == port
}

fn reason(error: &IssuerError) -> String {
    match error {
        IssuerError::ExtraParts => "has a query, fragment, user name or password".to_owned(),
        IssuerError::NotAnUrl => "is not an absolute http or https URL".to_owned(),
        IssuerError::PlainHttp => "is plain http, which is for loopback hosts only".to_owned(),
        IssuerError::NotCanonical(_) => {
            "is not in canonical form, and clients compare it byte for byte".to_owned()
        }
    }
}

fn remedy(error: &IssuerError) -> String {
    match error {
        IssuerError::ExtraParts => "write scheme, host, and a path if there is one".to_owned(),
        IssuerError::NotAnUrl => "write it like \"https://as.example\"".to_owned(),
        IssuerError::PlainHttp => "begin it with https://".to_owned(),
        IssuerError::NotCanonical(canonical) => format!("write \"{canonical}\""),
    }
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::PrivateKeyDer;

    use super::*;

    const PLAIN: Tls = Tls::Plain { ended_by_proxy: false };
    const PROXIED: Tls = Tls::Plain { ended_by_proxy: true };

    /// The issuer, or what is refused.
    fn resolved(issuer_text: &str, addresses: &str, tls: &Tls) -> String {
        let listen: Vec<String> = addresses.split_whitespace().map(str::to_owned).collect();
        let file = File {
            issuer: (!issuer_text.is_empty()).then(|| issuer_text.to_owned()),
            listen: (!listen.is_empty()).then_some(listen),
            ..File::default()
        };
        let mut problems = Problems::default();
        let addresses = super::listen(file.listen.as_deref(), &mut problems);
        let found = issuer(&file, &addresses, tls, &mut problems);
        let refused = problems.into_list().into_iter().next();
        match (refused, found) {
            (Some(problem), _) => format!("{}: {}", problem.key, problem.why),
            (None, found) => found.map(|issuer| issuer.to_string()).unwrap_or_default(),
        }
    }

    fn check(cases: &[(&str, &str, &str)], tls: &Tls) {
        for (issuer, listen, expected) in cases {
            assert_eq!(resolved(issuer, listen, tls), *expected, "{issuer:?} {listen:?}");
        }
    }

    const LISTENERS: &[(&str, &str, &str)] = &[
        ("", "", "http://localhost:8080"),
        ("", "[::1]:9000", "http://localhost:9000"),
        ("", "127.0.0.1:0", "http://localhost:0"),
        ("", "0.0.0.0:8080", MISSING),
        ("", "localhost:80", "listen[0]: \"localhost:80\" is not ADDRESS:PORT"),
        ("", "127.0.0.1:1 127.0.0.1:1", "listen[1]: 127.0.0.1:1 is there twice"),
        (
            "",
            "127.0.0.1:0 [::1]:8080",
            "listen: leaves a port to the system beside other addresses",
        ),
    ];

    const ISSUERS: &[(&str, &str, &str)] = &[
        ("http://127.0.0.1:8080", "", "http://127.0.0.1:8080"),
        ("http://localhost:9000", "", "issuer: has a port on which nobody listens"),
        (
            "http://localhost:8080",
            "0.0.0.0:8080",
            "listen: reaches beyond this computer although the issuer is plain http",
        ),
        ("http://as.example", "", "issuer: is plain http, which is for loopback hosts only"),
        ("https://as.example/", "", NOT_CANONICAL),
        ("https://as.example/team/", "", NOT_CANONICAL),
        ("https://as.example/team", "", "https://as.example/team"),
        ("https://as.example?x", "", "issuer: has a query, fragment, user name or password"),
        ("as.example", "", "issuer: is not an absolute http or https URL"),
        ("https://as.example", "0.0.0.0:80", "listen: reaches beyond this computer without TLS"),
        (
            "https://as.example",
            "127.0.0.1:1 [::]:80",
            "listen: reaches beyond this computer without TLS",
        ),
    ];

    const MISSING: &str =
        "issuer: is missing, and only a server on loopback without TLS has a default";
    const NOT_CANONICAL: &str =
        "issuer: is not in canonical form, and clients compare it byte for byte";

    #[test]
    fn an_issuer_fits_the_listeners_or_is_refused() {
        check(LISTENERS, &PLAIN);
        check(ISSUERS, &PLAIN);
        check(&[("https://as.example", "0.0.0.0:80", "https://as.example")], &PROXIED);
    }

    #[test]
    fn an_http_issuer_does_not_go_with_a_certificate() {
        let made = rcgen::generate_simple_self_signed(vec!["as.example".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = super::super::tls::server_config(vec![made.cert.der().clone()], key).unwrap();
        let cases = [
            (
                "http://localhost:8080",
                "",
                "issuer: is an http URL although the listeners speak TLS",
            ),
            ("https://as.example", "0.0.0.0:443", "https://as.example"),
            ("", "", MISSING),
        ];
        check(&cases, &Tls::Rustls(config.into()));
    }
}
