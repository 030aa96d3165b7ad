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
pub(crate) fn listen(file: &File, problems: &mut Problems) -> Vec<SocketAddr> {
    let Some(addresses) = &file.listen else {
        return vec![SocketAddr::new(
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            DEFAULT_PORT,
        )];
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
            Ok(address) if seen.contains(&address) => problems.refuse(
                key,
                format!("{address} is there twice"),
                "name each address once",
            ),
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
    let port = issuer
        .authority()
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
        .unwrap_or(80);
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
    use super::*;

    fn resolved(
        issuer_text: Option<&str>,
        addresses: &[&str],
        tls: &Tls,
    ) -> Result<String, Vec<String>> {
        let file = File {
            issuer: issuer_text.map(str::to_owned),
            listen: (!addresses.is_empty())
                .then(|| addresses.iter().map(|text| (*text).to_owned()).collect()),
            ..File::default()
        };
        let mut problems = Problems::default();
        let listen = listen(&file, &mut problems);
        let found = issuer(&file, &listen, tls, &mut problems);
        let refused: Vec<String> = problems
            .into_list()
            .into_iter()
            .map(|problem| format!("{}: {}", problem.key, problem.why))
            .collect();
        found
            .map(|issuer| issuer.to_string())
            .filter(|_| refused.is_empty())
            .ok_or(refused)
    }

    #[test]
    fn an_issuer_fits_the_listeners_or_is_refused() {
        let plain = Tls::Plain {
            ended_by_proxy: false,
        };
        let proxied = Tls::Plain {
            ended_by_proxy: true,
        };
        let beyond_http = "listen: reaches beyond this computer although the issuer is plain http";
        let beyond = "listen: reaches beyond this computer without TLS";
        let form = "issuer: is not in canonical form, and clients compare it byte for byte";
        let missing = "issuer: is missing, and only a server on loopback without TLS has a default";
        let cases: &[(Option<&str>, &[&str], &Tls, Result<&str, &str>)] = &[
            (None, &[], &plain, Ok("http://localhost:8080")),
            (None, &["[::1]:9000"], &plain, Ok("http://localhost:9000")),
            (None, &["0.0.0.0:8080"], &plain, Err(missing)),
            (
                Some("http://127.0.0.1:8080"),
                &[],
                &plain,
                Ok("http://127.0.0.1:8080"),
            ),
            (
                Some("http://localhost:9000"),
                &[],
                &plain,
                Err("issuer: has a port on which nobody listens"),
            ),
            (
                Some("http://localhost:8080"),
                &["0.0.0.0:8080"],
                &plain,
                Err(beyond_http),
            ),
            (
                Some("http://as.example"),
                &[],
                &plain,
                Err("issuer: is plain http, which is for loopback hosts only"),
            ),
            (Some("https://as.example/"), &[], &plain, Err(form)),
            (Some("https://as.example/team/"), &[], &plain, Err(form)),
            (
                Some("https://as.example/team"),
                &[],
                &plain,
                Ok("https://as.example/team"),
            ),
            (
                Some("https://as.example?x"),
                &[],
                &plain,
                Err("issuer: has a query, fragment, user name or password"),
            ),
            (
                Some("as.example"),
                &[],
                &plain,
                Err("issuer: is not an absolute http or https URL"),
            ),
            (
                Some("https://as.example"),
                &["0.0.0.0:80"],
                &plain,
                Err(beyond),
            ),
            (
                Some("https://as.example"),
                &["127.0.0.1:1", "[::]:80"],
                &plain,
                Err(beyond),
            ),
            (
                Some("https://as.example"),
                &["0.0.0.0:80"],
                &proxied,
                Ok("https://as.example"),
            ),
            (
                None,
                &["localhost:80"],
                &plain,
                Err("listen[0]: \"localhost:80\" is not ADDRESS:PORT"),
            ),
            (None, &["127.0.0.1:0"], &plain, Ok("http://localhost:0")),
            (
                None,
                &["127.0.0.1:0", "[::1]:8080"],
                &plain,
                Err("listen: leaves a port to the system beside other addresses"),
            ),
            (
                None,
                &["127.0.0.1:1", "127.0.0.1:1"],
                &plain,
                Err("listen[1]: 127.0.0.1:1 is there twice"),
            ),
        ];
        for (issuer, listen, tls, expected) in cases {
            let expected = expected
                .map(str::to_owned)
                .map_err(|why| vec![why.to_owned()]);
            assert_eq!(
                resolved(*issuer, listen, tls),
                expected,
                "{issuer:?} {listen:?}"
            );
        }
    }

    #[test]
    fn an_http_issuer_does_not_go_with_a_certificate() {
        let made = rcgen::generate_simple_self_signed(vec!["as.example".to_owned()]);
        let config = made.ok().and_then(|made| {
            let key =
                rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).ok()?;
            super::super::tls::server_config(vec![made.cert.der().clone()], key).ok()
        });
        let tls = Tls::Rustls(config.unwrap().into());
        assert_eq!(
            resolved(Some("http://localhost:8080"), &[], &tls),
            Err(vec![
                "issuer: is an http URL although the listeners speak TLS".to_owned()
            ])
        );
        assert_eq!(
            resolved(Some("https://as.example"), &["0.0.0.0:443"], &tls),
            Ok("https://as.example".to_owned())
        );
        assert_eq!(resolved(None, &[], &tls).map_err(|why| why.len()), Err(1));
    }
}
