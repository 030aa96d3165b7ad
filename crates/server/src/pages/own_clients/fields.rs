//! The fields that describe a client, with what stood in them and what was wrong with each.

use salver_oauth::{client::redirect_uri::RedirectUriError, registration::KeysFault};
use salver_policy::redirects::RedirectReason;

use crate::{
    flow::account::clients::fields::{Fault, RedirectUriFault, RedirectUrisFault},
    pages::Untrusted,
};

/// The fields.
#[derive(Clone, Debug, Default)]
pub struct ClientFields {
    /// What to call it.
    pub name: String,
    /// Redirect URIs, one on each line.
    pub redirect_uris: String,
    /// `secret`, `none` or `keys`.
    pub method: String,
    /// A JWK set, or the https address of one.
    pub keys: String,
    /// The MCP servers, where there is a choice.
    pub servers: Vec<ServerChoice>,
    /// What it may be bounded to, server by server.
    pub scopes: Vec<ScopeChoices>,
    /// What was wrong.
    pub faults: Vec<Fault>,
}

/// The scopes of one MCP server.
#[derive(Clone, Debug)]
pub struct ScopeChoices {
    /// The server's name.
    pub server: String,
    /// Each with what it allows, and whether it is chosen.
    pub scopes: Vec<(String, String, bool)>,
}

/// An MCP server that can be chosen.
#[derive(Clone, Debug)]
pub struct ServerChoice {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is.
    pub chosen: bool,
}

/// An app that can be chosen.
#[derive(Clone, Debug)]
pub struct AppChoice {
    /// Its name.
    pub name: String,
    /// Whether it is.
    pub chosen: bool,
}

/// One thing that was wrong with a field.
#[derive(Clone, Debug)]
pub(super) struct FaultLine {
    pub(super) about: Option<Untrusted>,
    pub(super) words: String,
}

impl ClientFields {
    /// What was wrong with a field, by its name.
    pub(super) fn wrong(&self, field: &str) -> Vec<FaultLine> {
        let of = |fault: &Fault| {
            let (name, line) = line(fault);
            (name == field).then_some(line)
        };
        self.faults.iter().filter_map(of).collect()
    }
}

fn line(fault: &Fault) -> (&'static str, FaultLine) {
    let plain = |words: &str| FaultLine { about: None, words: words.to_owned() };
    match fault {
        Fault::Name => ("name", plain("Write a name that can be read, of at most 256 bytes.")),
        Fault::RedirectUris(fault) => {
            ("redirect_uris", FaultLine { about: None, words: all_addresses(*fault) })
        }
        Fault::RedirectUri(uri, fault) => {
            let about = Untrusted::identifier(uri);
            ("redirect_uris", FaultLine { about, words: address(*fault).to_owned() })
        }
        Fault::Method => ("method", plain("Choose one of the three.")),
        Fault::Keys(fault) => ("keys", plain(keys(*fault))),
        Fault::Resource => ("resource", plain("Choose one of the servers.")),
        Fault::Scopes => {
            ("scopes", plain("Choose fewer, or only what there is at the server that you chose."))
        }
        Fault::Span => ("span", plain("Choose one of the times that are offered.")),
        Fault::TooMany => {
            ("whole", plain("You have as many clients as one person may. Delete one first."))
        }
    }
}

fn all_addresses(fault: RedirectUrisFault) -> String {
    match fault {
        RedirectUrisFault::None => "Write at least one address.".to_owned(),
        RedirectUrisFault::TooMany(limit) => format!("Write at most {limit} addresses."),
        RedirectUrisFault::TooLong(limit) => {
            format!("None of them may be longer than {limit} bytes.")
        }
        RedirectUrisFault::TooMuch => "They are too long all together.".to_owned(),
    }
}

fn address(fault: RedirectUriFault) -> &'static str {
    use RedirectUriError as E;
    match fault {
        RedirectUriFault::Rule(E::NotAbsolute) => {
            "is no whole address, such as https://app.example/callback"
        }
        RedirectUriFault::Rule(E::Fragment) => "has a part behind #, which no answer reaches",
        RedirectUriFault::Rule(E::Credentials) => "has a user name or password in it",
        RedirectUriFault::Rule(E::PlainHttp) => {
            "is http to another computer: use https, or localhost for a program on this one"
        }
        RedirectUriFault::Rule(E::DangerousScheme) => "has a scheme that no answer may be sent to",
        RedirectUriFault::Rule(E::Wildcard) => "has a wildcard: addresses are compared exactly",
        RedirectUriFault::OurOwn => "is an address of this server",
        RedirectUriFault::NotAllowed(RedirectReason::NotLoopback) => {
            "is not allowed here: only programs on your own computer are"
        }
        RedirectUriFault::NotAllowed(
            RedirectReason::UnlistedHttps | RedirectReason::UnlistedApp,
        ) => "is not allowed here: ask whoever runs this server to name it",
    }
}

fn keys(fault: KeysFault) -> &'static str {
    match fault {
        KeysFault::Missing => "Paste the public keys, or write where they are.",
        KeysFault::TwoSets => "Give the keys or where they are, not both.",
        KeysFault::Private => {
            "That holds a private key. It is burnt now: make a new pair, and give only its public half."
        }
        KeysFault::NotASet => "That is no JWK set, {\"keys\": […]}.",
        KeysFault::NoneUsable => "None of these keys can be used here.",
        KeysFault::Url => "Where keys are must be an https address.",
    }
}
