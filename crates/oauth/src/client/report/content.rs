//! CIMD §4, rule by rule: the members of the document.

use serde_json::{Map, Value};

use super::{Advice, Found, Judge, methods, note, refuse};
use crate::{
    client::{
        document::{
            ATPROTO_RULES, DocumentError as E, PRIVATE_KEY_MEMBERS, PUSHED_ONLY, Profile,
            atproto_faults, flag, present, text, texts,
        },
        id::MetadataUrl,
        redirect_uri::{Recipient, RedirectUri},
    },
    json,
    scope::Scope,
};

/// Judges the document, and answers its members if it has any.
pub(super) fn judge(
    body: &[u8],
    url: &str,
    profile: Profile,
    judge: &mut Judge,
) -> Option<Map<String, Value>> {
    let value = match json::parse(body) {
        Ok(value) => value,
        Err(error) => {
            judge.rule("CIMD-D-13", [refuse(E::Json(error))]);
            return None;
        }
    };
    let Value::Object(members) = value else {
        judge.rule("CIMD-D-2", [refuse(E::NotAnObject)]);
        return None;
    };
    judge.rule("CIMD-D-3", client_id(&members, url));
    judge.rule("MCP-AS-13", name(&members, profile));
    judge.rule("CIMD-D-8", redirect_uris(&members));
    judge.rule("CIMD-D-6", secrets(&members));
    judge.rule("CIMD-D-7", private_keys(&members));
    judge.rule("CIMD-D-11", two_key_sets(&members));
    methods::judge(&members, judge);
    let grant_types = ["authorization_code", "refresh_token"];
    let listed = listed(&members, "grant_types", &grant_types);
    judge.rule("CIMD-D-12", listed.chain(self::listed(&members, "response_types", &["code"])));
    judge.rule("CIMD-D-13", wrong_types(&members));
    judge.rule("CIMD-D-14", urls(&members));
    judge.rule("CIMD-D-4", ignored(&members));
    if let (Profile::Atproto, Ok(url)) = (profile, MetadataUrl::parse(url)) {
        let faults = atproto_faults(&members, &url);
        for rule in ATPROTO_RULES {
            let broken = faults.iter().filter(|fault| fault.rule() == rule);
            judge.rule(rule, broken.map(|fault| refuse(E::Atproto(fault.clone()))));
        }
    }
    Some(members)
}

fn client_id(members: &Map<String, Value>, url: &str) -> Option<Found> {
    match text(members, "client_id") {
        Ok(Some(said)) if said == url => None,
        Ok(Some(_)) => Some(refuse(E::OtherClientId)),
        Ok(None) => Some(refuse(E::Missing("client_id"))),
        Err(error) => Some(refuse(error)),
    }
}

fn name(members: &Map<String, Value>, profile: Profile) -> Option<Found> {
    match text(members, "client_name") {
        Ok(Some(name)) if !name.trim().is_empty() => None,
        Ok(_) if profile == Profile::Mcp => Some(refuse(E::Missing("client_name"))),
        Ok(_) => Some(note(Advice::NoName)),
        Err(error) => Some(refuse(error)),
    }
}

fn redirect_uris(members: &Map<String, Value>) -> Vec<Found> {
    const NAME: &str = "redirect_uris";
    let listed = match texts(members, NAME) {
        Ok(Some(listed)) => listed,
        Ok(None) => return vec![refuse(E::Missing(NAME))],
        Err(error) => return vec![refuse(error)],
    };
    let (mut found, mut usable) = (Vec::new(), 0_usize);
    for uri in listed {
        match RedirectUri::parse(uri) {
            Err(why) => found.push(note(Advice::RedirectUri { uri: uri.into(), why })),
            Ok(read) => {
                usable += 1;
                if matches!(read.recipient(), Recipient::App { .. }) {
                    found.push(note(Advice::AppScheme(uri.into())));
                }
            }
        }
    }
    if usable == 0 {
        found.push(refuse(E::NothingUsable(NAME)));
    }
    found
}

fn secrets(members: &Map<String, Value>) -> Vec<Found> {
    let there = ["client_secret", "client_secret_expires_at"];
    let there = there.into_iter().filter(|name| members.contains_key(*name));
    there.map(|name| refuse(E::SharedSecret(name))).collect()
}

fn private_keys(members: &Map<String, Value>) -> Option<Found> {
    let keys = present(members, "jwks")?.get("keys")?.as_array()?;
    let private = |key: &Value| PRIVATE_KEY_MEMBERS.iter().any(|member| key.get(member).is_some());
    keys.iter().any(private).then(|| refuse(E::PrivateKey))
}

fn two_key_sets(members: &Map<String, Value>) -> Option<Found> {
    let both = ["jwks", "jwks_uri"].iter().all(|name| present(members, name).is_some());
    both.then(|| refuse(E::TwoKeySets))
}

/// what is unknown in a list is left out; what is needed must be there. A list of a wrong type is another rule's business.
fn listed<'m>(
    members: &'m Map<String, Value>,
    member: &'static str,
    known: &[&str],
) -> impl Iterator<Item = Found> + use<'m> {
    let values = texts(members, member).ok().flatten();
    let needed = known.first().copied().unwrap_or_default();
    let unusable = values.as_ref().is_some_and(|values| !values.contains(&needed));
    let unknown: Vec<_> = values
        .into_iter()
        .flatten()
        .filter(|value| !known.contains(value))
        .map(|value| note(Advice::LeftOut { member, value: value.into() }))
        .collect();
    unknown.into_iter().chain(unusable.then(|| refuse(E::NothingUsable(member))))
}

/// The members that are used and that no other rule looks at have the types of the registry.
fn wrong_types(members: &Map<String, Value>) -> Vec<Found> {
    let single = ["client_uri", "logo_uri", "scope", "jwks_uri", methods::ONE]
        .map(|name| text(members, name).err());
    let lists =
        ["grant_types", "response_types", methods::MANY].map(|name| texts(members, name).err());
    let flags = ["dpop_bound_access_tokens", PUSHED_ONLY].map(|name| flag(members, name).err());
    let all = single.into_iter().chain(lists).chain(flags);
    let mut found: Vec<_> = all.flatten().map(refuse).collect();
    if let Ok(Some(scope)) = text(members, "scope")
        && scope.parse::<Scope>().is_err()
    {
        found.push(note(Advice::LeftOut { member: "scope", value: scope.into() }));
    }
    found
}

/// CIMD-D-14: whatever is a URL is absolute and https.
fn urls(members: &Map<String, Value>) -> Vec<Found> {
    const NAMES: [&str; 5] = ["client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri"];
    let said = NAMES.into_iter().filter_map(|name| Some((name, members.get(name)?.as_str()?)));
    said.filter(|(_, value)| !value.starts_with("https://"))
        .map(|(member, value)| note(Advice::NotHttps { member, value: value.into() }))
        .collect()
}

/// CIMD-D-4, CIMD-D-15.
fn ignored(members: &Map<String, Value>) -> Option<Found> {
    const EXPIRY: &str = "client_id_expires_at";
    members.contains_key(EXPIRY).then(|| note(Advice::Ignored(EXPIRY)))
}
