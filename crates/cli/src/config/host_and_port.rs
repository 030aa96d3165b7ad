//! Which host and port does the operator mean? `HOST:PORT`, the host exactly as URLs name it.

use salver_egress::TargetHost;

use super::problem::Problems;

/// Host and port, or a refusal.
pub(crate) fn read(key: &str, text: &str, problems: &mut Problems) -> Option<(TargetHost, u16)> {
    let parsed = text
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok().filter(|port| *port != 0)?)));
    // What a URL parser would change would never match.
    let same = |host: &str| {
        url::Url::parse(&format!("https://{host}/")).is_ok_and(|url| url.host_str() == Some(host))
    };
    let sound = parsed
        .filter(|(host, _)| same(host))
        .and_then(|(host, port)| Some((TargetHost::read(host)?, port)));
    if sound.is_none() {
        problems.refuse(
            key,
            format!("\"{text}\" is not HOST:PORT"),
            "write it like \"claude.ai:443\", the host in lower case",
        );
    }
    sound
}
