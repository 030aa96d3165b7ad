//! Which words does each rule get: what it asks for, what is wrong, and what to do? For developers; at a login people see others.

use salver_egress::{AnswerRefusal, DialError, FetchError, Phase};
use salver_oauth::client::{
    document::DocumentError,
    report::{Advice, Fact, Finding, MAX_DOCUMENT_BYTES, Verdict},
};

use super::{Line, quoted};

/// The verdict that ends a login.
pub(super) const FAIL: &str = "fail";

/// A finding in words.
pub(super) fn line(finding: &Finding) -> Line {
    let verdict = match finding.verdict {
        Verdict::Pass => "ok",
        Verdict::Note => "note",
        Verdict::Fail => FAIL,
    };
    let (what, remedy) = words(finding.rule, &finding.what);
    Line { rule: finding.rule, verdict, what, remedy }
}

/// Why it is no document, in words.
pub(super) fn document(error: &DocumentError) -> Line {
    let remedy = Some(remedy(error).to_owned());
    Line { rule: "CIMD-D", verdict: FAIL, what: error.to_string(), remedy }
}

type Words = (String, Option<String>);

fn words(rule: &str, what: &Fact) -> Words {
    let with = |what: String, remedy: &str| (what, Some(remedy.to_owned()));
    match what {
        Fact::Kept => (kept(rule).to_owned(), None),
        Fact::Identifier(error) => with(
            format!("the client_id cannot be used: {error}"),
            "publish the document under a plain https URL, and use exactly that everywhere",
        ),
        Fact::Status(status @ 300..=399) => with(
            format!("the host redirects (status {status}), and nobody follows (CIMD-F-2)"),
            "serve the document at this very URL",
        ),
        Fact::Status(status) => with(
            format!("the host answers with status {status}"),
            "serve it with status 200 to everybody, without a log-in",
        ),
        Fact::MediaType(said) => with(
            match said {
                Some(said) => format!("it is served as {}", quoted(said)),
                None => "it is served without a Content-Type".to_owned(),
            },
            "send Content-Type: application/json; hosts for raw files often cannot",
        ),
        Fact::Length { bytes } => with(
            format!("it has {bytes} bytes, and at most {MAX_DOCUMENT_BYTES} are read"),
            "leave out what is not needed, and put keys behind a jwks_uri",
        ),
        Fact::Document(error) => (error.to_string(), Some(remedy(error).to_owned())),
        Fact::Advice(advice) => self::advice(advice),
    }
}

/// What a rule that is kept asks for.
fn kept(rule: &str) -> &'static str {
    match rule {
        "CIMD-U-1" => "the URL begins with https://",
        "CIMD-U-2" => "no user name or password in it",
        "CIMD-U-3" => "it has a path",
        "CIMD-U-4" => "no . or .. segments",
        "CIMD-U-5" => "no fragment",
        "CIMD-U-6" => "no query",
        "CIMD-U-7" => "no port",
        "CIMD-U-8" => "written as a URL parser would write it",
        "CIMD-U-10" => "short enough, and on a domain name",
        "CIMD-D-1" => "served with status 200, without a redirect",
        "CIMD-D-2" => "served as JSON",
        "CIMD-F-8" => "at most 5 KiB",
        "CIMD-D-3" => "client_id is the URL of the document",
        "MCP-AS-13" => "it has a client_name",
        "CIMD-D-8" => "every redirect URI can be used",
        "CIMD-D-6" => "no client secret",
        "CIMD-D-7" => "no private keys",
        "CIMD-D-11" => "not both jwks and jwks_uri",
        "CIMD-D-5" => "no method that needs a shared secret",
        "CIMD-K-4" => "it says how it authenticates",
        "CIMD-K-5" => "every method is known here",
        "CIMD-D-12" => "grant and response types are known here",
        "CIMD-D-13" => "plain JSON, with members of the right types",
        "CIMD-D-14" => "every URL in it is https",
        "ATP-1" => "no port in the URL (atproto)",
        "ATP-4" => "the members that atproto needs",
        "ATP-5" => "it says what it signs with (atproto)",
        "ATP-6" => "links on the right host, and https (atproto)",
        "ATP-8" => "redirect URIs of its kind (atproto)",
        "CIMD-D-4" => "no member of an uncertain meaning",
        _ => "kept",
    }
}

fn remedy(error: &DocumentError) -> &'static str {
    use DocumentError as E;
    match error {
        E::Json(_) | E::NotAnObject => {
            "write one JSON object in UTF-8, without a byte-order mark and with no member twice"
        }
        E::Missing("redirect_uris") => "list every address that the answer may go to",
        E::Missing("client_name") => "add the name that people know the client by",
        E::Missing(_) => "add it",
        E::WrongType(_) => {
            "write it as the registry of RFC 7591 has it: a text, or a list of texts"
        }
        E::OtherClientId => "make client_id the URL that the document has, byte for byte",
        E::SharedSecret(_) => {
            "leave it out; use none, or private_key_jwt with public keys: whoever reads the document has the secret"
        }
        E::PrivateKey => {
            "throw this key away and make another: everybody may have it; publish only its public half"
        }
        E::TwoKeySets => "keep one; jwks_uri is understood by more servers",
        E::NothingUsable("redirect_uris") => {
            "list https addresses, or http://127.0.0.1/… and http://localhost/… for a program"
        }
        E::NothingUsable("grant_types") => "list authorization_code",
        E::NothingUsable("response_types") => "list code",
        E::Atproto(_) => "see the rule in Bluesky's OAuth profile, or judge it by --profile mcp",
        E::NothingUsable(_) => "list none, or private_key_jwt with a jwks_uri",
    }
}

fn advice(advice: &Advice) -> Words {
    let with = |what: String, remedy: &str| (what, Some(remedy.to_owned()));
    match advice {
        Advice::RootPath => with("its path is the root alone".into(), "give it a path of its own"),
        Advice::Port => with(
            "it has a port, and servers go to 443 unless they are told otherwise".into(),
            "publish it on port 443",
        ),
        Advice::LongUrl { bytes } => {
            with(format!("it has {bytes} bytes"), "publish it under a shorter path")
        }
        Advice::NoDomain => with(
            "its host is no domain name, so only servers on this computer can be made to go there"
                .into(),
            "publish it on a public host",
        ),
        Advice::NoName => with(
            "it has no client_name; people see its host".into(),
            "add the name that people know the client by",
        ),
        Advice::LeftOut { member: "scope", .. } => with(
            "its scope cannot be read and is left out".into(),
            "separate scopes by single spaces",
        ),
        Advice::LeftOut { member, value } => {
            (format!("{} in {member} is not used here and left out", quoted(value)), None)
        }
        Advice::RedirectUri { uri, why } => with(
            format!("{} is left out: {why}", quoted(uri)),
            "list https addresses, or http ones of this computer",
        ),
        Advice::AppScheme(uri) => with(
            format!("no answer is sent to {}: anybody can claim an app's scheme", quoted(uri)),
            "list a loopback or https address too; an operator can pre-register the client with it",
        ),
        Advice::NoMethod => with(
            "it does not say how it authenticates, which means none".into(),
            "add \"token_endpoint_auth_method\": \"none\"",
        ),
        Advice::MethodNotListed(method) => with(
            format!(
                "{} is not in token_endpoint_auth_methods_supported, which decides",
                quoted(method)
            ),
            "list it there, too",
        ),
        Advice::NoKeys => with(
            "private_key_jwt is left out: there are no keys to check it with".into(),
            "add a jwks_uri with https://",
        ),
        Advice::NotHttps { member, value } => {
            with(format!("{member} is {}, and not used", quoted(value)), "use a URL with https://")
        }
        Advice::Ignored(member) => (format!("{member} is not looked at"), None),
    }
}

/// A fetch that failed, in words.
pub(super) fn unfetched(error: &FetchError) -> Line {
    let (rule, what, remedy) = match error {
        FetchError::Url(refusal) => (
            "CIMD-F-11",
            format!("this server does not go to this URL: {refusal:?}"),
            "publish it on a public domain name and port 443; for development see [development] in the configuration",
        ),
        FetchError::Dial(DialError::Address { address, .. }) => (
            "CIMD-F-4",
            format!("its host has the address {address}, which is not public"),
            "let every address of the name be public; for development see [development] in the configuration",
        ),
        FetchError::Dial(DialError::Certificate(why)) => (
            "CIMD-U-1",
            format!("its certificate is not good: {why}"),
            "use a certificate of a public authority, with its whole chain",
        ),
        FetchError::Dial(error) => (
            "CIMD-F-1",
            format!("its host cannot be reached: {error}"),
            "see that it can be reached from here",
        ),
        FetchError::TimedOut(phase) => {
            ("CIMD-F-9", slow(*phase), "answer from a static file or a cache")
        }
        FetchError::BotChallenge(status) => (
            "CIMD-D-1",
            format!("its host asks whether we are human (status {status})"),
            "let everybody fetch this one path, servers in data centres included",
        ),
        FetchError::Answer(AnswerRefusal::TooLong { limit }) => (
            "CIMD-F-8",
            format!("it is longer than {limit} bytes"),
            "leave out what is not needed, and put keys behind a jwks_uri",
        ),
        FetchError::Status(_)
        | FetchError::Broken(_)
        | FetchError::Answer(_)
        | FetchError::Unusable(_)
        | FetchError::NotNow(_)
        | FetchError::Offline
        | FetchError::Abandoned => (
            "CIMD-F-1",
            format!("it cannot be fetched: {error}"),
            "see what the host answers to a plain GET",
        ),
    };
    Line { rule, verdict: FAIL, what, remedy: Some(remedy.to_owned()) }
}

fn slow(phase: Phase) -> String {
    let what = match phase {
        Phase::Dns => "finding its address",
        Phase::Connect => "connecting to its host",
        Phase::Tls => "the TLS handshake",
        Phase::Head | Phase::Body => "the answer of its host",
    };
    format!("{what} took too long")
}
