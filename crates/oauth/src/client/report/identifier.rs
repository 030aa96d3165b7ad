//! CIMD §3, rule by rule: the URL of the document, as raw text.

use url::{Host, Url};

use super::{ADVISED_URL_BYTES, Advice, Fact, Found, Judge, fail, note};
use crate::client::id::{
    ClientIdError, MAX_CLIENT_ID_BYTES, MetadataUrlError as E, is_dot_segment,
};

pub(super) fn judge(raw: &str, judge: &mut Judge) {
    let rest = raw.strip_prefix("https://");
    judge.rule("CIMD-U-1", rest.is_none().then(|| broken(E::NotHttps)));
    // Nothing sensible can be said of the parts of something else.
    let Some(rest) = rest else { return };
    let before_fragment = rest.split('#').next().unwrap_or_default();
    let hierarchical = before_fragment.split('?').next().unwrap_or_default();
    let (authority, path) = match hierarchical.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (hierarchical, None),
    };
    let url = Url::parse(raw).ok();

    judge.rule("CIMD-U-2", authority.contains('@').then(|| broken(E::Credentials)));
    judge.rule(
        "CIMD-U-3",
        match path {
            None => Some(broken(E::NoPath)),
            Some("") => Some(note(Advice::RootPath)),
            Some(_) => None,
        },
    );
    let dots = path.is_some_and(|path| path.split('/').any(is_dot_segment));
    judge.rule("CIMD-U-4", dots.then(|| broken(E::DotSegment)));
    judge.rule("CIMD-U-5", rest.contains('#').then(|| broken(E::Fragment)));
    judge.rule("CIMD-U-6", before_fragment.contains('?').then(|| broken(E::Query)));
    judge.rule("CIMD-U-7", port(authority));
    let canonical = url.as_ref().is_some_and(|url| url.as_str() == raw);
    judge.rule("CIMD-U-8", (!canonical).then(|| broken(E::NotCanonical)));
    judge.rule("CIMD-U-10", length(raw).into_iter().chain(host(url.as_ref())));
}

fn port(authority: &str) -> Option<Found> {
    let (_, port) = authority.rsplit_once(':').filter(|_| !authority.ends_with(']'))?;
    let no_port = port.is_empty() || port.bytes().all(|byte| byte == b'0');
    Some(if no_port { broken(E::Port) } else { note(Advice::Port) })
}

fn length(raw: &str) -> Option<Found> {
    let fault = |error| Some(fail(Fact::Identifier(error)));
    match raw.len() {
        bytes if bytes > MAX_CLIENT_ID_BYTES => fault(ClientIdError::TooLong),
        _ if !raw.bytes().all(|byte| matches!(byte, 0x20..=0x7E)) => {
            fault(ClientIdError::ForbiddenCharacter)
        }
        bytes if bytes > ADVISED_URL_BYTES => Some(note(Advice::LongUrl { bytes })),
        _ => None,
    }
}

fn host(url: Option<&Url>) -> Option<Found> {
    match url?.host() {
        Some(Host::Domain(name)) if name.contains('.') => None,
        Some(Host::Domain(_)) => Some(note(Advice::NoDomain)),
        _ => Some(broken(E::Host)),
    }
}

fn broken(why: E) -> Found {
    fail(Fact::Identifier(ClientIdError::Url(why)))
}
