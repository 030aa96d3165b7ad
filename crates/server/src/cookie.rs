//! How are our two cookies called, set and read? (RFC 6265bis: `__Host-` where the issuer has TLS.)

use http::{HeaderMap, HeaderValue, header};
use salver_oauth::Issuer;

/// The cookies of one issuer.
#[derive(Clone, Debug)]
pub struct Cookies {
    session: String,
    browser: String,
    secure: bool,
}

/// Which cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cookie {
    /// The session.
    Session,
    /// The browser, before and beyond sessions.
    Browser,
}

impl Cookies {
    /// The names for an issuer. Cookies do not know ports, so on plain loopback the name does.
    #[must_use]
    pub fn of(issuer: &Issuer) -> Self {
        let secure = issuer.is_https();
        let port = issuer.authority().rsplit_once(':').map_or("80", |(_, port)| port);
        let name = |what| {
            if secure { format!("__Host-salver-{what}") } else { format!("salver-{what}-{port}") }
        };
        Self { session: name("session"), browser: name("browser"), secure }
    }

    /// The value of a cookie; of the first, should there be several.
    #[must_use]
    pub fn read<'h>(&self, which: Cookie, headers: &'h HeaderMap) -> Option<&'h str> {
        let wanted = self.name(which);
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim_ascii().split_once('='))
            .find_map(|(name, value)| (name == wanted).then_some(value))
    }

    /// A `Set-Cookie` line. The value is base64url of ours.
    #[must_use]
    pub fn set(&self, which: Cookie, value: &str, max_age_seconds: i64) -> Option<HeaderValue> {
        let (name, secure) = (self.name(which), if self.secure { "; Secure" } else { "" });
        let line = format!(
            "{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}"
        );
        let mut line = HeaderValue::try_from(line).ok()?;
        line.set_sensitive(true);
        Some(line)
    }

    fn name(&self, which: Cookie) -> &str {
        match which {
            Cookie::Session => &self.session,
            Cookie::Browser => &self.browser,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(issuer: &str) -> Cookies {
        Cookies::of(&Issuer::parse(issuer).unwrap())
    }

    #[test]
    fn the_host_prefix_goes_with_tls() {
        let set = |issuer| {
            cookies(issuer).set(Cookie::Session, "V", 60).unwrap().to_str().unwrap().to_owned()
        };
        let rest = "Path=/; Max-Age=60; HttpOnly; SameSite=Lax";
        assert_eq!(
            set("https://as.example/team"),
            format!("__Host-salver-session=V; {rest}; Secure")
        );
        assert_eq!(set("http://localhost:8080"), format!("salver-session-8080=V; {rest}"));
        assert_eq!(set("http://127.0.0.1"), format!("salver-session-80=V; {rest}"));
    }

    #[test]
    fn our_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append("cookie", HeaderValue::from_static("a=b; salver-session-8080x=no"));
        headers.append(
            "cookie",
            HeaderValue::from_static("x;salver-session-8080=A-_9 ; salver-browser-8080=B"),
        );
        let cookies = cookies("http://localhost:8080");
        assert_eq!(cookies.read(Cookie::Session, &headers), Some("A-_9"));
        assert_eq!(cookies.read(Cookie::Browser, &headers), Some("B"));
        assert_eq!(cookies.read(Cookie::Browser, &HeaderMap::new()), None);
    }
}
