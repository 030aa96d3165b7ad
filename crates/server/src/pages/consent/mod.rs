//! The consent page: who asks, what of it is proven, what is only said, what they may do, and where the answer goes (SPEC 8.4).
//!
//! Proven facts stand in sentences of ours; claims stand in quotes, in a paragraph of their own that says whose words they are
//! (DESIGN §7.5). The page decides nothing: which warnings apply is judged before.

mod changed;
mod proof;
mod recipient;
mod sentence;
mod warning;

use std::sync::Arc;

use askama::{Template, filters::HtmlSafe};

use super::{Account, HostName, Site, Tile, Untrusted, When, icon::Icon};
use crate::ticket::SealedTicket;
use proof::Strength;

pub use changed::Changed;
pub use proof::{Proof, Vouched};
pub use recipient::Recipient;
pub use warning::Warning;

/// The consent page.
#[derive(Clone, Debug, Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who is asked.
    pub account: Account,
    /// The way back to this page after signing in as somebody else: the path and query of the authorization request.
    pub continue_to: String,
    /// What is proven of the client.
    pub proof: Proof,
    /// The logo, or a letter in place of it.
    pub tile: Tile,
    /// The name that the client gives itself (`client_name`).
    pub claimed_name: Option<Untrusted>,
    /// Where the client says that its developer is to be found (`client_uri`).
    pub claimed_developer: Option<Untrusted>,
    /// The MCP server.
    pub resource: Arc<ResourceLine>,
    /// What the client may do there, one sentence each.
    pub permissions: Vec<Permission>,
    /// What the client asked for and does not get here, one sentence each.
    pub withheld: Vec<String>,
    /// Where the answer goes.
    pub recipient: Recipient,
    /// What has changed since this person let the client in.
    pub changes: Vec<Changed>,
    /// What to think of before deciding.
    pub warnings: Vec<Warning>,
    /// The `client_id` of the request.
    pub client_id: Untrusted,
    /// The `redirect_uri` of the request.
    pub redirect_uri: Untrusted,
    /// The sealed ticket of this page, which also guards against forgery (O21-17).
    pub ticket: SealedTicket,
    /// Code of the attempt.
    pub attempt: String,
}

// Base64url.
impl HtmlSafe for SealedTicket {}

/// An MCP server, in the operator's words.
#[derive(Clone, Debug)]
pub struct ResourceLine {
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: HostName,
    /// Its identifier.
    pub url: String,
}

/// One thing that the client may do.
#[derive(Clone, Debug)]
pub struct Permission {
    /// In the operator's words.
    pub sentence: String,
    /// The scope token.
    pub scope: String,
    /// Whether earlier consents of this person did not have it, though there were some.
    pub new: bool,
}

#[cfg(test)]
impl ConsentPage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::tests::{host, untrusted};
        use crate::logo::LogoHash;
        let anchored = Self::anchored_sample();
        let permissions = anchored.permissions.clone();
        let logo = LogoHash::of(b"a picture");
        let with_logo = Self { tile: Tile::with_logo("", logo, "Claude"), ..anchored.clone() };
        let without_claims = Self {
            permissions: Vec::new(),
            claimed_name: None,
            claimed_developer: None,
            ..anchored.clone()
        };
        let stepped_up = permissions
            .into_iter()
            .map(|permission| Permission { new: permission.scope == "notes:write", ..permission });
        let stepped_up = Self { permissions: stepped_up.collect(), ..anchored.clone() };
        let narrowed = Self {
            withheld: vec!["Share your notes".into()],
            warnings: vec![Warning::Operator { words: "Use it for trying out only.".into() }],
            ..anchored.clone()
        };
        let recipient = |recipient| Self { recipient, ..Self::loopback_sample() };
        let proof = |proof| Self { proof, ..Self::anchored_sample() };
        let by = || Box::new(Vouched { issuer: host("vendor.example"), checked: when() });
        let signed = |anchored| Proof::Signed { by: by(), anchored };
        let beside =
            Proof::Published { host: host("app.example"), vouched: Some(by()), vetted: false };
        let file = untrusted("https://gist.githubusercontent.com/x/y");
        let mut samples = vec![
            ("anchored", anchored),
            ("logo", with_logo),
            ("loopback_first_sight", Self::loopback_sample()),
            ("attested_device_key", Self::attested_sample(false)),
            ("attested_platform", Self::attested_sample(true)),
            ("step_up", stepped_up),
            ("narrowed", narrowed),
            ("no_scopes_no_claims", without_claims),
            ("app_scheme", recipient(Recipient::AppScheme(untrusted("cursor:")))),
            ("this_computer_any_port", recipient(Recipient::ThisComputer { port: None })),
            ("self_declared", proof(Proof::SelfDeclared { document: None })),
            ("open_file_host", proof(Proof::SelfDeclared { document: Some(file) })),
            ("hosted", proof(Proof::hosted("https://as.example.org/clients/app.json", "bob"))),
            ("signed", proof(signed(false))),
            ("signed_document", proof(beside)),
            ("signed_keyed", proof(signed(true))),
            ("entered_by", proof(Proof::EnteredBy { account: "bob".into() })),
            ("entered_anchored", proof(Proof::Entered { anchored: true })),
            ("entered", proof(Proof::Entered { anchored: false })),
            (
                "changed",
                Self {
                    changes: vec![
                        Changed::RedirectAdded(untrusted("https://evil.example/cb")),
                        Changed::Name {
                            before: Some(untrusted("App")),
                            now: Some(untrusted("Claude")),
                        },
                        Changed::Keys,
                    ],
                    ..Self::anchored_sample()
                },
            ),
        ];
        samples.extend(Self::reviewed_samples());
        samples.extend(Self::warning_samples());
        samples
    }

    fn reviewed_samples() -> Vec<(&'static str, Self)> {
        use super::tests::{host, untrusted};
        let host = || host("claude.ai");
        let document = Some(untrusted("https://files.example/~ada/client.json"));
        let with = |proof| Self { proof, ..Self::anchored_sample() };
        vec![
            ("reviewed", with(Proof::Anchored { host: host(), vouched: None, vetted: true })),
            (
                "reviewed_published",
                with(Proof::Published { host: host(), vouched: None, vetted: true }),
            ),
            ("reviewed_file", with(Proof::Approved { document })),
        ]
    }

    fn warning_samples() -> Vec<(&'static str, Self)> {
        use super::tests::{host, untrusted};
        let warning = |warning| Self { warnings: vec![warning], ..Self::anchored_sample() };
        vec![
            ("warning_loopback_only", warning(Warning::LoopbackOnly)),
            ("warning_first_sight", warning(Warning::FirstSight)),
            (
                "warning_borrowed_name",
                warning(Warning::BorrowedName {
                    name: untrusted("Claude"),
                    owner: host("claude.ai"),
                }),
            ),
            (
                "warning_looks_like_name",
                warning(Warning::LooksLikeName {
                    name: untrusted("Cl\u{430}ude"),
                    owner: host("claude.ai"),
                    protected: "Claude".into(),
                }),
            ),
            (
                "warning_looks_like_host",
                warning(Warning::LooksLikeHost {
                    host: host("login.cl\u{430}ude.ai"),
                    protected: host("claude.ai"),
                }),
            ),
            ("warning_lost_domain", warning(Warning::LostDomain { domain: host("app.example") })),
            (
                "warning_mixed_scripts",
                warning(Warning::MixedScripts { name: untrusted("Ab\u{430}cus") }),
            ),
            ("warning_stale_copy", warning(Warning::StaleCopy { fetched: when() })),
            ("warning_pinned_copy", warning(Warning::PinnedCopy { fetched: when() })),
            (
                "warning_other_recipient_host",
                warning(Warning::OtherRecipientHost {
                    client: host("code.visualstudio.com"),
                    recipient: host("vscode.dev"),
                }),
            ),
        ]
    }

    fn anchored_sample() -> Self {
        use super::tests::{SITE, host, untrusted};
        let permission = |sentence: &str, scope: &str| Permission {
            sentence: sentence.into(),
            scope: scope.into(),
            new: false,
        };
        Self {
            site: &SITE,
            account: Account { username: "alice".into(), sign_out_token: "SIGN-OUT-TOKEN".into() },
            continue_to: "/authorize?client_id=x&scope=a%20b".into(),
            proof: Proof::Anchored { host: host("claude.ai"), vouched: None, vetted: false },
            tile: Tile::of("claude.ai"),
            claimed_name: Some(untrusted("Claude")),
            claimed_developer: Some(untrusted("https://claude.ai")),
            resource: Arc::new(ResourceLine {
                name: "Notes".into(),
                host: host("mcp.example.org"),
                url: "https://mcp.example.org/mcp".into(),
            }),
            withheld: Vec::new(),
            permissions: vec![
                permission("Read your notes", "notes:read"),
                permission("Write and delete your notes", "notes:write"),
            ],
            recipient: Recipient::WebHost(host("claude.ai")),
            changes: Vec::new(),
            warnings: Vec::new(),
            client_id: untrusted("https://claude.ai/oauth/mcp-oauth-client-metadata"),
            redirect_uri: untrusted("https://claude.ai/api/mcp/auth_callback"),
            ticket: SealedTicket::sample(),
            attempt: "K7QF-2M9D-WX3T".into(),
        }
    }

    fn loopback_sample() -> Self {
        use super::tests::{host, untrusted};
        Self {
            proof: Proof::Published { host: host("claude.ai"), vouched: None, vetted: false },
            claimed_name: Some(untrusted("Claude Code")),
            recipient: Recipient::ThisComputer { port: Some(51004) },
            redirect_uri: untrusted("http://localhost:51004/callback"),
            warnings: vec![Warning::LoopbackOnly, Warning::FirstSight],
            ..Self::anchored_sample()
        }
    }

    fn attested_sample(by_platform: bool) -> Self {
        use super::tests::host;
        let proof = Proof::Attested { by: host("claude.ai"), by_platform };
        Self { proof, warnings: vec![Warning::FirstSight], ..Self::loopback_sample() }
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::tests::untrusted;
        let host = || HostName::made_of(text);
        Self {
            site,
            account: Account { username: text.into(), sign_out_token: text.into() },
            continue_to: text.into(),
            proof: Proof::SelfDeclared { document: Some(untrusted(text)) },
            tile: Tile::of(text),
            claimed_name: Some(untrusted(text)),
            claimed_developer: Some(untrusted(text)),
            resource: Arc::new(ResourceLine { name: text.into(), host: host(), url: text.into() }),
            permissions: vec![Permission { sentence: text.into(), scope: text.into(), new: true }],
            withheld: vec![text.into()],
            recipient: Recipient::AppScheme(untrusted(text)),
            changes: vec![Changed::RedirectAdded(untrusted(text))],
            warnings: vec![Warning::OtherRecipientHost { client: host(), recipient: host() }],
            client_id: untrusted(text),
            redirect_uri: untrusted(text),
            ticket: SealedTicket::sample(),
            attempt: text.into(),
        }
    }
}

#[cfg(test)]
fn when() -> When {
    When::at(salver_oauth::Timestamp::from_unix(1_790_000_000))
}
