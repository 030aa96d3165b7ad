//! For which authorization servers does the service sign? For the issuers of a list; the first line of defence for installations that are lured to a server that only
//! collects what was signed.

use salver_oauth::Issuer;
use thiserror::Error;

/// The issuers that may be asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Audiences(Vec<Pattern>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Pattern {
    /// Any with https.
    AnyHttps,
    /// Any https issuer on a host below this one.
    Below(Box<str>),
    /// This one.
    Exactly(Issuer),
}

/// Why a text names no issuers.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("it is neither an issuer, nor https://*, nor https://*.example.com")]
pub struct PatternError;

impl Audiences {
    /// Any issuer with https.
    #[must_use]
    pub fn any_https() -> Self {
        Self(vec![Pattern::AnyHttps])
    }

    /// Reads a list; an empty one stands for any https issuer.
    ///
    /// # Errors
    /// With the position of the first that is none.
    pub fn parse(list: &[String]) -> Result<Self, (usize, PatternError)> {
        let pattern = |(at, text): (usize, &String)| Pattern::parse(text).ok_or((at, PatternError));
        if list.is_empty() {
            return Ok(Self::any_https());
        }
        list.iter().enumerate().map(pattern).collect::<Result<_, _>>().map(Self)
    }

    /// Whether this one may be asked for.
    #[must_use]
    pub fn contain(&self, issuer: &Issuer) -> bool {
        self.0.iter().any(|pattern| match pattern {
            Pattern::AnyHttps => issuer.is_https(),
            Pattern::Below(host) => {
                let named = issuer.authority().split(':').next().unwrap_or_default();
                let below = named.strip_suffix(&**host).and_then(|rest| rest.strip_suffix('.'));
                issuer.is_https() && below.is_some_and(|label| !label.is_empty())
            }
            Pattern::Exactly(known) => known == issuer,
        })
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        if text == "https://*" {
            return Some(Self::AnyHttps);
        }
        if let Some(host) = text.strip_prefix("https://*.") {
            // Whatever is no host cannot be an issuer's.
            let issuer = Issuer::parse(&format!("https://{host}")).ok()?;
            let plain = issuer.path().is_empty() && !host.contains([':', '*']);
            return plain.then(|| Self::Below(host.into()));
        }
        Issuer::parse(text).ok().filter(|_| !text.contains('*')).map(Self::Exactly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_compared_byte_for_byte_and_patterns_by_whole_labels() {
        for (list, issuer, contained) in [
            (&[][..], "https://as.example", true),
            (&[], "http://localhost:8080", false),
            (&["https://*"], "https://as.example/team", true),
            (&["https://as.example"], "https://as.example", true),
            (&["https://as.example"], "https://as.example/team", false),
            (&["https://as.example"], "https://as.example:8443", false),
            (&["http://localhost:8080"], "http://localhost:8080", true),
            (&["https://*.corp.example"], "https://as.corp.example:8443/team", true),
            (&["https://*.corp.example"], "https://corp.example", false),
            (&["https://*.corp.example"], "https://evilcorp.example", false),
            (&["https://*.corp.example"], "https://as.corp.example.evil.example", false),
        ] {
            let list: Vec<String> = list.iter().map(|text| (*text).to_owned()).collect();
            let audiences = Audiences::parse(&list).unwrap();
            assert_eq!(
                audiences.contain(&Issuer::parse(issuer).unwrap()),
                contained,
                "{list:?} {issuer}"
            );
        }
    }

    #[test]
    fn what_names_no_issuers() {
        for text in [
            "*",
            "https://",
            "http://*",
            "https://*.",
            "https://*.a/b",
            "https://a.*",
            "as.example",
        ] {
            let told = Audiences::parse(&["https://*".to_owned(), text.to_owned()]);
            assert_eq!(told, Err((1, PatternError)), "{text}");
        }
    }
}
