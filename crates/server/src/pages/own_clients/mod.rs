//! Connect an app that asks for a client ID: the pages of people's own clients, and of those that are shared with them.

mod credentials;
mod delete;
mod fields;
mod key_snippet;
mod list;
mod new;
mod one;
mod snippet;

pub use credentials::{CredentialsPage, Remark};
pub use delete::DeleteClientPage;
pub use fields::{AppChoice, ClientFields, ScopeChoices, ServerChoice};
pub use key_snippet::{KeyValues, key_snippets};
pub use list::{OwnClientLine, OwnClientsPage, SharedClientLine};
pub use new::NewClientPage;
pub use one::{OwnClientPage, OwnersView, UseLine};
pub use snippet::{Snippet, Values, snippets};

use super::{Untrusted, When};
use crate::flow::account::clients::{Problem, keys::KeyFault};

/// A secret or a key that works, without itself.
#[derive(Clone, Debug)]
pub struct SecretLine {
    /// Its id.
    pub id: String,
    /// What its maker calls it.
    pub name: Untrusted,
    /// When it was made.
    pub made: When,
    /// When it was last used.
    pub last_used: Option<When>,
    /// When it ends by itself.
    pub ends: Option<When>,
    /// Whether it is a key.
    pub is_key: bool,
}

/// Whom a client is shared with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SharedWith {
    /// Nobody.
    Nobody,
    /// Who is in this group.
    Group(String),
    /// Everybody with an account.
    Everybody,
}

/// How a client proves that it is this one, in words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProvesItself {
    /// With a secret, or a key that somebody has put in its place.
    Secret,
    /// With keys of its own.
    Keys,
    /// Not at all.
    Not,
}

impl ProvesItself {
    fn words(self) -> &'static str {
        match self {
            Self::Secret => "with a secret, or a key in its place",
            Self::Keys => "with keys of its own",
            Self::Not => "not at all (a public client)",
        }
    }
}

/// What a page says after something was not done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Notice {
    /// The client was changed on another page.
    Meanwhile,
    /// See there.
    Problem(Problem),
}

impl Notice {
    fn sentence(self) -> &'static str {
        match self {
            Self::Meanwhile => {
                "This was changed on another page meanwhile. Nothing was done; look at it again."
            }
            Self::Problem(Problem::SentBefore) => {
                "That form was sent before, and what it made was shown then. If you have not seen the secret, make another one."
            }
            Self::Problem(Problem::SecretName) => "Give it a name of 1 to 60 characters.",
            Self::Problem(Problem::TwoSecrets) => {
                "Two of your secrets work already. End one of them first."
            }
            Self::Problem(Problem::TakesNone) => {
                "This client takes no secret, and no key in its place."
            }
            Self::Problem(Problem::TwoKeys) => {
                "Two of your keys work already. End one of them first."
            }
            Self::Problem(Problem::KnownKey) => {
                "You have put that key here before. One that was ended stays so: make another pair."
            }
            Self::Problem(Problem::Key(fault)) => key(fault),
            Self::Problem(Problem::NoSuchSecret) => "That has ended already.",
            Self::Problem(Problem::Span) => "Choose one of the times that are offered.",
            Self::Problem(Problem::Audience) => {
                "It can be shared with everybody, or with a group that you are in."
            }
            Self::Problem(Problem::KeysAreNotShared) => {
                "A client that came with keys is not shared: everybody would have to have the same private key. One with a secret can be, and each may put a key of their own in its place."
            }
        }
    }
}

const fn key(fault: KeyFault) -> &'static str {
    match fault {
        KeyFault::NotAKey => "Paste a public key as JSON: a JWK, or a JWK set with one in it.",
        KeyFault::Private => {
            "That is a private key. It must not be used any more, now that it has left your computer: make another pair, and paste its public half."
        }
        KeyFault::NotUsable => {
            "No key in it can be used here: an elliptic curve key of P-256 (ES256), Ed25519 (EdDSA) or RSA of 2048 bits or more (RS256, PS256), for signatures."
        }
        KeyFault::Several => "Paste one key at a time, so that each can be ended alone.",
        KeyFault::KeyId => {
            "Its kid must have 1 to 256 letters, digits or signs of ASCII, and no blanks. It may be left out."
        }
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::pages::{Account, tests::untrusted};
    use salver_oauth::Timestamp;

    pub(super) const ID: &str = "own_BwcHBwcHBwcHBwcHBwcHBw";

    pub(super) fn account() -> Account {
        account_of("alice", "SIGN-OUT-TOKEN")
    }

    pub(super) fn account_of(username: &str, token: &str) -> Account {
        Account { username: username.into(), sign_out_token: token.into() }
    }

    pub(super) fn when(days: i64) -> When {
        When::at(Timestamp::from_unix(1_790_000_000 + days * 86_400))
    }

    pub(super) fn secret(name: &str) -> SecretLine {
        SecretLine {
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            name: untrusted(name),
            made: when(-40),
            last_used: Some(when(-1)),
            ends: None,
            is_key: false,
        }
    }

    pub(super) fn key(name: &str) -> SecretLine {
        SecretLine { is_key: true, ..secret(name) }
    }
}
