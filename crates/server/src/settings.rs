//! What is this server told to be? Settled once at start, by whoever runs it.

use std::{collections::HashMap, sync::Arc};

use salver_oauth::{
    Issuer, ResourceId, Timestamp,
    authorization::{check::Offer, return_address::OwnOrigins},
    client::{change::ChangeRules, document::Profile, metadata::Metadata},
    scope::Scope,
};
use salver_policy::redirects::RedirectPolicy;
use zeroize::Zeroizing;

use crate::registration_limit::RegistrationBounds;

/// Settings of the authorization server.
pub struct Settings {
    /// Our identifier.
    pub issuer: Issuer,
    /// The MCP servers that tokens are issued for.
    pub resources: Resources,
    /// Pre-registered clients, by `client_id`.
    pub clients: HashMap<String, Arc<Metadata>>,
    /// Which members metadata documents must have.
    pub profile: Profile,
    /// When the catalogue's copies of documents are used.
    pub pins: PinUse,
    /// How clients may register themselves.
    pub registration: Registration,
    /// How requests are pushed.
    pub pushed_requests: PushedRequests,
    /// What developers may do, and what is looked at before others let their applications in.
    pub developers: Developers,
    /// What follows when a client's document changes.
    pub changes: ChangeRules,
    /// How long things live.
    pub lifetimes: Lifetimes,
}

/// How applications are entered and reviewed.
#[derive(Clone, Debug, Default)]
pub struct Developers {
    /// Groups whose members bring their applications into force without a review.
    pub publish_without_review: Vec<Box<str>>,
    /// What reviewers look at before they approve, in the operator's words.
    pub checklist: Vec<Box<str>>,
    /// What follows when a domain of theirs is proven no more.
    pub lost_domain: LostDomain,
}

/// What follows when the proof of a domain has been missing for too long.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LostDomain {
    /// The history says so.
    Note,
    /// People and reviewers are told as well, and that somebody has looked at the client does not count.
    #[default]
    Warn,
    /// Nobody gets in with it as well, until the domain is proven again or an administrator decides.
    Suspend,
}

/// How authorization requests are pushed (RFC 9126).
#[derive(Clone, Copy, Debug)]
pub struct PushedRequests {
    /// Whether no others are taken.
    pub required: bool,
    /// How long one may be used, in seconds: 5 to 600 (PAR-2).
    pub lifetime: i64,
    /// How many that nobody knows may push.
    pub bounds: RegistrationBounds,
}

impl Default for PushedRequests {
    fn default() -> Self {
        let bounds = RegistrationBounds { per_network: 120, per_second: 200 };
        Self { required: false, lifetime: 600, bounds }
    }
}

/// How clients may register themselves (RFC 7591).
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// Who may. Clients that are registered go on when nobody may any more.
    pub dynamic: Dynamic,
    /// From when on nobody may.
    pub until: Option<Timestamp>,
    /// Where their answers may go.
    pub redirects: RedirectPolicy,
    /// How many that nobody knows may do so.
    pub bounds: RegistrationBounds,
}

/// Who may register clients.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Dynamic {
    /// Everybody.
    #[default]
    Open,
    /// Who has an initial access token.
    Invited,
    /// Nobody.
    Off,
}

impl Registration {
    /// Who may register clients at this time.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Dynamic {
        if self.until.is_some_and(|end| end <= now) { Dynamic::Off } else { self.dynamic }
    }
}

/// When a pinned copy of a document is used (DESIGN 4.6).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum PinUse {
    /// When the document's host fails or shuts us out.
    #[default]
    WhenRefused,
    /// In place of the document, which is not fetched.
    Always,
}

/// How long things live, in seconds (DESIGN §9).
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// An authorization code.
    pub code: i64,
    /// An access token.
    pub access_token: i64,
    /// A refresh token that nobody uses.
    pub refresh_unused: i64,
    /// A consent page, from its showing to its answer.
    pub consent_page: i64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self { code: 60, access_token: 600, refresh_unused: 90 * 86_400, consent_page: 600 }
    }
}

/// The MCP servers that tokens are issued for.
pub struct Resources {
    list: Vec<Resource>,
    offers: Vec<Offer>,
}

/// One MCP server.
pub struct Resource {
    /// Its name for people.
    pub name: String,
    /// Its identifier: the URL that clients use.
    pub id: ResourceId,
    /// Its scopes, each with a sentence that says what it allows.
    pub scopes: Vec<(String, String)>,
    /// What is given to a client that asks for nothing.
    pub default_scope: Scope,
    /// Whether a login for it begins with a pushed request alone (RFC 9126).
    pub requires_push: bool,
    /// The password with which it may introspect tokens, its name being the user (RFC 7662 §2.1).
    pub introspection_secret: Option<Zeroizing<String>>,
}

impl Resources {
    /// Resources in the order of the configuration.
    #[must_use]
    pub fn new(list: Vec<Resource>) -> Self {
        let offers = list.iter().map(Resource::offer).collect();
        Self { list, offers }
    }

    /// All of them, in that order.
    #[must_use]
    pub fn list(&self) -> &[Resource] {
        &self.list
    }

    /// What is offered at each.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The resource of this identifier, in its registered spelling.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Resource> {
        self.list.iter().find(|resource| resource.id.as_str() == id)
    }

    /// The resource of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Resource> {
        self.list.iter().find(|resource| resource.name == name)
    }

    /// All scopes of all resources.
    #[must_use]
    pub fn all_scopes(&self) -> Scope {
        self.offers.iter().fold(Scope::empty(), |all, offer| all.union(&offer.known))
    }
}

impl Resource {
    /// What a scope allows, in a sentence; the scope itself where nobody wrote one.
    #[must_use]
    pub fn sentence<'s>(&'s self, scope: &'s str) -> &'s str {
        let written = self.scopes.iter().find(|(name, _)| name == scope);
        written
            .map(|(_, sentence)| sentence.as_str())
            .filter(|sentence| !sentence.is_empty())
            .unwrap_or(scope)
    }

    fn offer(&self) -> Offer {
        // The names were read as scope tokens when the configuration was; what is not one cannot be asked for.
        let names: Vec<&str> = self.scopes.iter().map(|(name, _)| name.as_str()).collect();
        let known: Scope = names.try_into().unwrap_or_default();
        Offer {
            resource: self.id.clone(),
            known: known.union(&self.default_scope),
            default: self.default_scope.clone(),
        }
    }
}

impl Settings {
    /// The origins that no answer is ever sent to (DESIGN §7 item 12).
    #[must_use]
    pub fn own_origins(&self) -> OwnOrigins {
        let resources = self.resources.list.iter().map(|resource| resource.id.as_str());
        OwnOrigins::of(resources.chain([self.issuer.as_str()]))
    }
}
