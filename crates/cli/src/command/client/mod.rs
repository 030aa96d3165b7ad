//! `salver client`: how does my client introduce itself? For those who write MCP clients.

mod attest;
mod check;
mod consent;
mod elsewhere;
mod enrol;
pub(in crate::command) mod fetch;
mod hosted;
mod installations;
mod keys;
mod new;
mod rules;
mod serve;
mod show;
mod sign;

use clap::Subcommand;

use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Client {
    /// Write a metadata document that known servers accept, and a key if one is wanted.
    New(new::New),
    /// Judge a metadata document by every rule, as this server would at a login, and say what people will be shown.
    Check(check::Check),
    /// Sign a client's metadata as its vendor: a software statement for one server.
    Sign(sign::Sign),
    /// The documents that this server hosts for developers.
    #[command(subcommand)]
    Hosted(hosted::Hosted),
    /// Run the service of a client's vendor, which signs for its installations.
    Serve(serve::Serve),
    /// The installations that the service signs for.
    #[command(subcommand)]
    Installations(installations::Installations),
    /// Make this computer an installation that the service knows.
    Enrol(enrol::Enrol),
    /// Show what this installation would send to an authorization server.
    Attest(attest::Attest),
    /// The keys that the service signs with.
    #[command(subcommand)]
    Keys(keys::Keys),
}

impl Client {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::New(new) => new.run(),
            Self::Check(check) => check.run(),
            Self::Sign(sign) => sign.run(),
            Self::Hosted(hosted) => hosted.run(),
            Self::Serve(serve) => serve.run(),
            Self::Installations(installations) => installations.run(),
            Self::Keys(keys) => keys.run(),
            Self::Enrol(enrol) => enrol.run(),
            Self::Attest(attest) => attest.run(),
        }
    }
}

/// One thing that is told: by which rule, how grave, and what to do.
struct Line {
    rule: &'static str,
    verdict: &'static str,
    what: String,
    remedy: Option<String>,
}

/// A stranger's text for a terminal: nothing in it can move or hide other text.
pub(in crate::command) fn quoted(text: &str) -> String {
    let shortened: String = text.chars().take(LONGEST_QUOTE).collect();
    let more = if shortened.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", shortened.escape_debug())
}

const LONGEST_QUOTE: usize = 120;

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn strangers_text_cannot_move_other_text() {
        assert_eq!(quoted("App"), "\"App\"");
        assert_eq!(quoted("a\u{1b}[2J\u{202e}b\n"), "\"a\\u{1b}[2J\\u{202e}b\\n\"");
        assert!(quoted(&"x".repeat(200)).ends_with("x…\""));
    }
}
