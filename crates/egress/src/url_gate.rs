//! May we go to this URL? The judge of URLs, a pure function on the raw string, before any parser may tidy it.
//!
//! RFC 3986 §3 (parts), RFC 6761 (special-use names), the URL Standard's host parser as the thing to be guarded against:
//! what it would repair is refused, so that an accepted URL prints back to itself. Addresses behind a name are judged
//! when they are known, by `address.rs`.

mod host;
mod target;

use url::{Host, Url};

pub(crate) use self::host::apparent_host;
use self::host::check_raw_host;
pub use self::target::{Target, TargetHost};
use crate::ChosenBy;

/// What the gate lets through beside the rules that never change.
#[derive(Clone, Copy)]
pub struct UrlRules<'a> {
    /// Who chose the URL.
    pub chosen_by: ChosenBy,
    /// Ports that a stranger may name; written ones only, since a default port must not be written.
    pub ports: &'a [u16],
    /// Is this exact host and port opened by the operator, whatever kind of host it is?
    pub opened: &'a (dyn Fn(&TargetHost, u16) -> bool + Sync),
}

/// Why a URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlRefusal {
    /// Longer than [`MAX_URL`] bytes.
    TooLong,
    /// A byte outside printable ASCII, a space, a backslash or another byte that a URL cannot hold.
    ForbiddenByte {
        /// The first one.
        byte: u8,
    },
    /// Another scheme than those allowed.
    Scheme,
    /// A user name or password before the host.
    Userinfo,
    /// A fragment, even an empty one.
    Fragment,
    /// No host, an empty label, a trailing dot, a percent sign or upper case in it.
    HostForm,
    /// An address instead of a name, in any notation that a parser takes for one.
    AddressAsHost,
    /// A name without a dot, or reserved for a special use (RFC 6761).
    SpecialUseName,
    /// A port that is not allowed.
    Port {
        /// The port.
        port: u16,
    },
    /// Not parsed as a URL.
    Malformed,
    /// A parser would change it: dot segments, default port, missing path, bytes it would encode.
    NotCanonical,
}

/// Judges a URL by the rules that need no configuration.
///
/// # Errors
///
/// The first rule that the URL breaks.
pub fn judge(raw_url: &str, chosen_by: ChosenBy) -> Result<Target, UrlRefusal> {
    judge_with(raw_url, UrlRules { chosen_by, ports: &[443], opened: &|_, _| false })
}

/// Judges a URL by the operator's rules.
///
/// # Errors
///
/// The first rule that the URL breaks.
pub fn judge_with(raw_url: &str, rules: UrlRules<'_>) -> Result<Target, UrlRefusal> {
    if raw_url.len() > MAX_URL {
        return Err(UrlRefusal::TooLong);
    }
    if let Some(byte) = raw_url.bytes().find(|byte| !is_url_byte(*byte)) {
        return Err(UrlRefusal::ForbiddenByte { byte });
    }
    let (https, rest) = match raw_url.split_once("://") {
        Some(("https", rest)) => (true, rest),
        // Plain http is judged below, when the host is known.
        Some(("http", rest)) if rules.chosen_by != ChosenBy::Stranger => (false, rest),
        _ => return Err(UrlRefusal::Scheme),
    };
    if rest.contains('#') {
        return Err(UrlRefusal::Fragment);
    }
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (raw_authority, _) = rest.split_at_checked(authority_end).ok_or(UrlRefusal::Malformed)?;
    if raw_authority.contains('@') {
        return Err(UrlRefusal::Userinfo);
    }
    check_raw_host(raw_authority)?;

    let url = Url::parse(raw_url).map_err(|_| UrlRefusal::Malformed)?;
    // SPEC CIMD-U-8: one rule for case, default ports, dot segments (also encoded), and everything else that is repaired.
    // A person may leave out the slash after the host; a stranger's URL is compared as a string later on, so may not.
    let bare_origin = rules.chosen_by != ChosenBy::Stranger && rest.len() == authority_end;
    let printed = url.as_str();
    if printed != raw_url && !(bare_origin && printed.strip_suffix('/') == Some(raw_url)) {
        return Err(UrlRefusal::NotCanonical);
    }
    let host = match url.host().ok_or(UrlRefusal::HostForm)? {
        Host::Domain(name) => TargetHost::Name(name.to_owned()),
        Host::Ipv4(address) => TargetHost::Address(address.into()),
        Host::Ipv6(address) => TargetHost::Address(address.into()),
    };
    let port = url.port_or_known_default().ok_or(UrlRefusal::Malformed)?;
    if port == 0 {
        return Err(UrlRefusal::Port { port });
    }
    host::check(&host, port, https, rules)?;
    Target::new(url, host, port, https)
}

/// Longest URL that is looked at (SPEC CIMD-U-10).
pub const MAX_URL: usize = 2048;

/// RFC 3986 §2: unreserved, reserved and `%`; `#` is refused later with its own reason.
fn is_url_byte(byte: u8) -> bool {
    URL_BYTES.get(usize::from(byte)).is_some_and(|allowed| *allowed)
}

/// As a table, since every byte of every URL is looked up.
const URL_BYTES: [bool; 256] = {
    let mut allowed = [false; 256];
    let mut rest: &[u8] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%";
    while let [byte, others @ ..] = rest {
        #[expect(clippy::indexing_slicing, reason = "a byte is less than 256")]
        {
            allowed[*byte as usize] = true;
        }
        rest = others;
    }
    allowed
};

#[cfg(test)]
mod tests;
