//! Which way do requests leave? `egress.mode` and `[egress.proxy]`. The environment's proxy variables are not read.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use salver_egress::{ForwardProxy, Mode, ProxyAuthorization, ProxyResolving, TargetHost};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::config::{layers::Environment, problem::Problems, secret::Secret};

/// The ways.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModeName {
    /// By itself.
    #[default]
    Direct,
    /// Through the proxy of `[egress.proxy]`.
    Proxy,
    /// Not at all.
    Offline,
}

/// `[egress.proxy]`
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProxySection {
    /// Where the proxy listens, as `http://HOST:PORT` or `https://HOST:PORT`, without user name and password.
    url: Option<String>,
    /// The file with USER:PASSWORD for the proxy, readable by its owner only.
    credentials_file: Option<String>,
    /// The environment variable with that, instead of a file; its name must not begin with `SALVER_`.
    credentials_env: Option<String>,
    /// Whether the proxy looks names up, and so must refuse addresses inside by itself. With `false` salver looks them up, judges all addresses, and gives the proxy an address.
    resolves_for_us: bool,
}

impl Default for ProxySection {
    fn default() -> Self {
        Self { url: None, credentials_file: None, credentials_env: None, resolves_for_us: true }
    }
}

/// What both mean together.
pub(super) fn resolve(
    mode: ModeName,
    section: &ProxySection,
    environment: &Environment,
    problems: &mut Problems,
) -> Mode {
    let unused = |name: &str, problems: &mut Problems| {
        if *section != ProxySection::default() {
            problems.refuse(
                "egress.proxy",
                format!(
                    "is there although `egress.mode` is \"{name}\", so the proxy would not be used"
                ),
                "set `mode = \"proxy\"` in [egress], or take the section away",
            );
        }
    };
    match mode {
        ModeName::Direct => {
            unused("direct", problems);
            Mode::Direct
        }
        ModeName::Offline => {
            unused("offline", problems);
            Mode::Offline
        }
        // Where it cannot be set up nothing starts, so what stands here instead is never used; it is the way that lets nothing out.
        ModeName::Proxy => proxy(section, environment, problems).map_or(Mode::Offline, Mode::Proxy),
    }
}

fn proxy(
    section: &ProxySection,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<ForwardProxy> {
    let credentials = Secret {
        table: "egress.proxy",
        name: "credentials",
        file: section.credentials_file.as_deref(),
        variable: section.credentials_env.as_deref(),
    };
    let before = problems.count();
    let authorization = credentials
        .read(environment, problems)
        .and_then(|(key, text)| basic(&key, &text, problems));
    let Some(text) = &section.url else {
        problems.refuse(
            "egress.proxy.url",
            "is missing, although `egress.mode` is \"proxy\"",
            EXAMPLE,
        );
        return None;
    };
    let (tls, host, port) = match origin(text) {
        Ok(origin) => origin,
        Err(why) => {
            problems.refuse("egress.proxy.url", why, EXAMPLE);
            return None;
        }
    };
    let resolving =
        if section.resolves_for_us { ProxyResolving::AtTheProxy } else { ProxyResolving::Here };
    (problems.count() == before).then_some(ForwardProxy {
        host,
        port,
        tls,
        authorization,
        resolving,
    })
}

/// Scheme, host and port and nothing else. The text is not repeated in a refusal: there may be a password in it.
fn origin(text: &str) -> Result<(bool, TargetHost, u16), &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    let tls = match url.scheme() {
        "http" => false,
        "https" => true,
        _ => return Err("is neither an http nor an https URL"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password, which belong into `credentials_file`");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("has something after host and port");
    }
    let host = url.host_str().and_then(TargetHost::read).ok_or("has no host")?;
    Ok((tls, host, url.port_or_known_default().ok_or("has no port")?))
}

/// RFC 7617 §2: a user name without a colon, a colon, a password; no control characters.
fn basic(key: &str, text: &str, problems: &mut Problems) -> Option<ProxyAuthorization> {
    let sound = text.contains(':') && !text.chars().any(char::is_control);
    let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(text)));
    let authorization = sound.then(|| ProxyAuthorization::new(value.as_str().to_owned())).flatten();
    if authorization.is_none() {
        problems.refuse(
            key,
            "is not USER:PASSWORD",
            "write both in one line, with a colon between them",
        );
    }
    authorization
}

/// What is said of the way at start, unless it is the usual one.
pub(super) fn announcement(mode: &Mode) -> Option<String> {
    match mode {
        Mode::Direct => None,
        Mode::Offline => Some("nothing is fetched: `egress.mode` is \"offline\"".to_owned()),
        Mode::Proxy(proxy) => {
            let scheme = if proxy.tls { "https" } else { "http" };
            let who = match proxy.resolving {
                ProxyResolving::AtTheProxy => {
                    "the proxy looks names up, and must refuse addresses inside"
                }
                ProxyResolving::Here => "names are looked up and judged here",
            };
            Some(format!("requests leave through {scheme}://{}:{}; {who}", proxy.host, proxy.port))
        }
    }
}

const EXAMPLE: &str = "write it like \"http://proxy.example:3128\"";
