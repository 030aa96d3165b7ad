//! How did a client introduce itself, and how much of it was proven at its newest consent? In a few words, for lists.

use askama::{Template, filters::HtmlSafe};
use salver_policy::{assessment::Rung, visit::Method};

/// How a client introduced itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Template)]
#[template(path = "badge.html")]
pub struct MethodBadge(pub Method);

// Its display is the rendered template, whose words are ours.
impl HtmlSafe for MethodBadge {}

/// How much was proven.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Proven {
    /// Of whom.
    pub method: Method,
    /// The rung, if it can be read.
    pub rung: Option<Rung>,
}

impl MethodBadge {
    const fn words(self) -> &'static str {
        match self.0 {
            Method::MetadataDocument => "document",
            Method::Dynamic => "registered itself",
            Method::Preregistered | Method::UserRegistered => "entered",
            Method::Hosted => "hosted",
            Method::LocalDevelopment => "in development",
        }
    }
}

impl Proven {
    /// DESIGN 4.2: never more than the rung says, and nothing if there is none.
    pub(super) const fn words(self) -> &'static str {
        match (self.rung, self.method) {
            (None | Some(Rung::SelfDeclared), _) => "nothing: it says everything itself",
            (Some(Rung::Published), Method::Preregistered) => {
                "that an administrator entered it, not that it is the program which runs"
            }
            (Some(Rung::Published), _) => {
                "whose description it has, not that it is the program which runs"
            }
            (Some(Rung::Anchored), Method::Preregistered) => {
                "that an administrator entered it, and that nobody else can use its answers"
            }
            (Some(Rung::Anchored), _) => {
                "whose description it has, and that nobody else can use its answers"
            }
            (Some(Rung::Attested), _) => {
                "whose description it has, and that its makers vouch for this very copy"
            }
        }
    }
}
