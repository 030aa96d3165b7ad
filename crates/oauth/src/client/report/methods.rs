//! CIMD §8.2, rule by rule: how the client authenticates.

use serde_json::{Map, Value};

use super::{Advice, Found, Judge, note, refuse};
use crate::client::{
    document::{DocumentError as E, SYMMETRIC_METHODS, present, text, texts},
    metadata::{ATTESTED, ATTESTED_BY_DPOP},
};

pub(super) const ONE: &str = "token_endpoint_auth_method";
pub(super) const MANY: &str = "token_endpoint_auth_methods_supported";

/// A member of a wrong type is another rule's business; then nothing is said here.
pub(super) fn judge(members: &Map<String, Value>, judge: &mut Judge) {
    let (Ok(one), Ok(many)) = (text(members, ONE), texts(members, MANY)) else {
        return;
    };
    let symmetric = symmetric(one, many.as_deref());
    let shares_secrets = !symmetric.is_empty();
    judge.rule("CIMD-D-5", symmetric);
    let unlisted = one.zip(many.as_ref()).filter(|(one, many)| !many.contains(one));
    let unlisted = unlisted.map(|(one, _)| note(Advice::MethodNotListed(one.into())));
    let silent = (one.is_none() && many.is_none()).then(|| note(Advice::NoMethod));
    judge.rule("CIMD-K-4", unlisted.into_iter().chain(silent));
    if !shares_secrets {
        let named = many.clone().unwrap_or_else(|| vec![one.unwrap_or("none")]);
        let member = if many.is_some() { MANY } else { ONE };
        judge.rule("CIMD-K-5", usable(&named, has_keys(members), member));
    }
}

fn symmetric(one: Option<&str>, many: Option<&[&str]>) -> Vec<Found> {
    let is_symmetric = |method: &&str| SYMMETRIC_METHODS.contains(method);
    let one = one.filter(is_symmetric).map(|_| ONE);
    let many = many.filter(|many| many.iter().any(is_symmetric)).map(|_| MANY);
    one.into_iter().chain(many).map(|member| refuse(E::SharedSecret(member))).collect()
}

fn usable(named: &[&str], has_keys: bool, member: &'static str) -> Vec<Found> {
    let keyed = named.contains(&KEYED);
    let known = ["none", KEYED, ATTESTED, ATTESTED_BY_DPOP];
    let attested = named.iter().any(|method| [ATTESTED, ATTESTED_BY_DPOP].contains(method));
    let unknown = named.iter().filter(|method| !known.contains(*method));
    let mut found: Vec<_> =
        unknown.map(|method| note(Advice::LeftOut { member, value: (*method).into() })).collect();
    if keyed && !has_keys {
        found.push(note(Advice::NoKeys));
    }
    let is_usable = named.contains(&"none") || attested || (keyed && has_keys);
    if !is_usable {
        found.push(refuse(E::NothingUsable(member)));
    }
    found
}

/// CIMD-D-14: a URL of keys is https.
fn has_keys(members: &Map<String, Value>) -> bool {
    present(members, "jwks").is_some()
        || text(members, "jwks_uri").ok().flatten().is_some_and(|url| url.starts_with("https://"))
}

const KEYED: &str = "private_key_jwt";
