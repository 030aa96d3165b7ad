//! Do these fields describe a client? What a person typed becomes RFC 7591 metadata, or the fault of each field.

use salver_jose::KeySet;
use salver_oauth::{
    client::{
        metadata::Keys,
        name::readable,
        recorded::RecordedId,
        redirect_uri::{RedirectUri, RedirectUriError},
    },
    registration::{
        Authentication, BodyFault, KeysFault, MAX_REDIRECT_URIS, Registration, RegistrationError,
    },
    scope::Scope,
};
use salver_policy::redirects::{RedirectReason, RedirectVerdict};
use serde_json::{Map, Value, json};

use crate::{
    deps::Deps,
    flow::{
        recorded,
        registrar::{EntryRefusal, check},
    },
};

/// What stands in the fields.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The catalogue's name of the app that was chosen; empty if none was.
    pub app: String,
    /// What to call it.
    pub name: String,
    /// Redirect URIs, one on each line.
    pub redirect_uris: String,
    /// `secret`, `none` or `keys`.
    pub method: String,
    /// A JWK set, or the https address of one.
    pub keys: String,
    /// The only MCP server that it is for, by its identifier; every one if empty.
    pub resource: String,
    /// What it may ask for; no bound if empty.
    pub scopes: Vec<String>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// No readable name, or a too long one.
    Name,
    /// There are no redirect URIs, too many, or too long ones.
    RedirectUris(RedirectUrisFault),
    /// One of them, as it was typed.
    RedirectUri(String, RedirectUriFault),
    /// No way of authenticating was chosen.
    Method,
    /// Its keys.
    Keys(KeysFault),
    /// There is no such MCP server.
    Resource,
    /// A scope that is not known where it is for, or more than fit.
    Scopes,
    /// None of the offered spans was chosen.
    Span,
    /// This person has as many clients as they may.
    TooMany,
}

/// What is wrong with all redirect URIs together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RedirectUrisFault {
    /// There is none.
    None,
    /// More than anybody needs.
    TooMany(usize),
    /// One is longer than so many bytes.
    TooLong(usize),
    /// All together are more text than a registration may be.
    TooMuch,
}

/// What is wrong with one redirect URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RedirectUriFault {
    /// It breaks a rule.
    Rule(RedirectUriError),
    /// It is an address of this server.
    OurOwn,
    /// Whoever runs this server does not allow it.
    NotAllowed(RedirectReason),
}

/// Reads the fields. Members that none of them is about stay as they were before.
///
/// # Errors
/// Each fault that was found, at most one for most fields.
pub fn read(
    deps: &Deps,
    id: &RecordedId,
    (fields, before): (&Fields, Option<&str>),
) -> Result<String, Vec<Fault>> {
    let mut faults = Vec::new();
    let name = readable(&fields.name);
    faults.extend(name.is_none().then_some(Fault::Name));
    let uris = lines(&fields.redirect_uris);
    faults.extend(addresses(deps, &uris));
    let offers = deps.settings.resources.offers();
    let known = offers.iter().any(|offer| offer.resource.as_str() == fields.resource);
    faults.extend((!known && !fields.resource.is_empty()).then_some(Fault::Resource));
    let scope = scope(deps, fields);
    faults.extend(scope.is_none().then_some(Fault::Scopes));
    let before = before.and_then(|before| serde_json::from_str(before).ok());
    let mut members: Map<String, Value> = before.unwrap_or_default();
    let mut set = |name: &str, value| members.insert(name.to_owned(), value);
    set("client_name", json!(name));
    set("redirect_uris", json!(uris));
    set("grant_types", json!(["authorization_code", "refresh_token"]));
    set("scope", json!(scope.unwrap_or_default().to_string()));
    set(recorded::RESOURCE, json!(fields.resource));
    if deps.policy.get().catalogue.client(&fields.app).is_some() || fields.app == MCP_REMOTE {
        set("software_id", json!(fields.app));
    }
    faults.extend(method(&mut members, fields));
    let metadata = Value::Object(members).to_string();
    if faults.is_empty() {
        faults.extend(match check(id, &metadata, &deps.own_origins) {
            Ok(registration) => unusable(&registration),
            Err(refusal) => Some(fault(&uris, &refusal)),
        });
    }
    if faults.is_empty() { Ok(metadata) } else { Err(faults) }
}

/// The redirect URIs that were typed, without empty lines.
#[must_use]
pub fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// What is wrong with the first few of them. The rest is heard after these were mended.
fn addresses(deps: &Deps, uris: &[&str]) -> Vec<Fault> {
    if uris.is_empty() {
        return vec![Fault::RedirectUris(RedirectUrisFault::None)];
    }
    let at =
        |uri: &&str| address(deps, uri).map(|fault| Fault::RedirectUri((*uri).to_owned(), fault));
    if uris.len() > MAX_REDIRECT_URIS {
        return vec![Fault::RedirectUris(RedirectUrisFault::TooMany(MAX_REDIRECT_URIS))];
    }
    uris.iter().filter_map(at).take(SHOWN_FAULTS).collect()
}

fn address(deps: &Deps, uri: &str) -> Option<RedirectUriFault> {
    let parsed = match RedirectUri::parse(uri) {
        Ok(parsed) => parsed,
        Err(fault) => return Some(RedirectUriFault::Rule(fault)),
    };
    if deps.own_origins.hold(&parsed) {
        return Some(RedirectUriFault::OurOwn);
    }
    let parsed = [parsed];
    let redirects = &deps.settings.registration.redirects;
    let judged = redirects.judge(&parsed, &deps.policy.get().catalogue);
    let refused = judged.findings.iter().find(|one| one.verdict == RedirectVerdict::Refused);
    refused.map(|one| RedirectUriFault::NotAllowed(one.reason))
}

/// Nothing if one is unknown where the client is for.
fn scope(deps: &Deps, fields: &Fields) -> Option<Scope> {
    let offers = deps.settings.resources.offers().iter();
    let meant = offers
        .filter(|offer| fields.resource.is_empty() || offer.resource.as_str() == fields.resource);
    let known = meant.fold(Scope::empty(), |all, offer| all.union(&offer.known));
    let asked: Vec<&str> = fields.scopes.iter().map(String::as_str).collect();
    let asked: Scope = asked.try_into().ok()?;
    asked.is_subset(&known).then_some(asked)
}

fn method(members: &mut Map<String, Value>, fields: &Fields) -> Option<Fault> {
    let method = match fields.method.as_str() {
        // People enter it in programs that choose the way themselves, so either is taken.
        "secret" => "client_secret_basic",
        "none" => "none",
        "keys" => "private_key_jwt",
        _ => return Some(Fault::Method),
    };
    members.insert("token_endpoint_auth_method".to_owned(), json!(method));
    members.retain(|name, _| name != "jwks" && name != "jwks_uri");
    if fields.method != "keys" {
        return None;
    }
    let keys = fields.keys.trim();
    if keys.is_empty() {
        return Some(Fault::Keys(KeysFault::Missing));
    }
    if !keys.starts_with('{') {
        members.insert("jwks_uri".to_owned(), json!(keys));
        return None;
    }
    let Ok(set) = serde_json::from_str::<Value>(keys) else {
        return Some(Fault::Keys(KeysFault::NotASet));
    };
    members.insert("jwks".to_owned(), set);
    None
}

/// As at registration: who could never redeem a code had better hear so now.
fn unusable(metadata: &Registration) -> Option<Fault> {
    let Authentication::PrivateKeyJwt(Keys::Inline(set)) = metadata.authentication() else {
        return None;
    };
    let usable = KeySet::parse(set.as_bytes()).is_ok_and(|set| set.iter().next().is_some());
    (!usable).then_some(Fault::Keys(KeysFault::NoneUsable))
}

/// Which field a refusal is about.
fn fault(uris: &[&str], refusal: &EntryRefusal) -> Fault {
    use RegistrationError as E;
    let at = |position: usize, fault| {
        Fault::RedirectUri(uris.get(position).copied().unwrap_or_default().to_owned(), fault)
    };
    match refusal {
        EntryRefusal::OurOwn(position) => at(*position, RedirectUriFault::OurOwn),
        EntryRefusal::Scope => Fault::Scopes,
        EntryRefusal::Metadata(E::RedirectUri { position, fault }) => {
            at(*position, RedirectUriFault::Rule(*fault))
        }
        EntryRefusal::Metadata(E::Keys(fault)) => Fault::Keys(*fault),
        EntryRefusal::Metadata(E::Body(BodyFault::TooLarge)) => {
            Fault::RedirectUris(RedirectUrisFault::TooMuch)
        }
        EntryRefusal::Metadata(E::Body(BodyFault::TooLong { name: "redirect_uris", limit })) => {
            Fault::RedirectUris(RedirectUrisFault::TooLong(*limit))
        }
        EntryRefusal::Metadata(E::Body(BodyFault::TooLong { name: "client_name", .. })) => {
            Fault::Name
        }
        EntryRefusal::Metadata(E::Body(BodyFault::TooLong { .. })) => Fault::Keys(KeysFault::Url),
        // All other members are of our own making.
        EntryRefusal::Metadata(_) => Fault::Keys(KeysFault::NotASet),
        // Nobody enters a service or a document here.
        EntryRefusal::Owner
        | EntryRefusal::Service(_)
        | EntryRefusal::NoDocument
        | EntryRefusal::Document(_)
        | EntryRefusal::Store(_) => Fault::TooMany,
    }
}

/// A proxy for programs that know no remote servers.
pub const MCP_REMOTE: &str = "mcp-remote";

/// How many faults of redirect URIs are told at once.
const SHOWN_FAULTS: usize = 8;
