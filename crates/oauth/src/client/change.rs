//! What has changed between two versions of a client's metadata, in terms that a person understands? (CIMD §8.4; CIMD-S-3,
//! CIMD-S-4; DESIGN 4.7.) What follows from a change is in one table, in `rules.rs`.
//!
//! Leaves out: key sets at a `jwks_uri`, which change without the document. Who fetches them compares thumbprints.

mod rules;
mod thumbprint;

use super::{
    metadata::{Keys, Metadata, Methods},
    redirect_uri::{Recipient, RedirectUri},
};
use crate::scope::Scope;

pub use rules::{
    ChangeRules, Consequence, LostKeys, Response, UnknownResponse, asks_again, consequence,
};
pub use thumbprint::thumbprints;

/// One difference between what a client said before and what it says now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Answers may go to this address too. A loopback address with another port is no other address.
    RedirectAdded(Box<str>),
    /// Answers can no longer go to this address.
    RedirectRemoved(Box<str>),
    /// Answers can no longer go to anybody of this kind.
    RecipientGone(Recipient),
    /// `client_name`.
    Name(Swap<Option<Box<str>>>),
    /// `client_uri`: the developer's site.
    Developer(Swap<Option<Box<str>>>),
    /// `logo_uri`.
    Logo(Swap<Option<Box<str>>>),
    /// What it may ask for.
    Scope(Swap<Option<Scope>>),
    /// Keys in the document that were not there before.
    KeysAdded {
        /// Their RFC 7638 thumbprints.
        thumbprints: Vec<Box<str>>,
        /// Whether a key of before is still there: keys are rotated one by one.
        beside_known: bool,
    },
    /// Keys that are in the document no longer: their RFC 7638 thumbprints.
    KeysRemoved(Vec<Box<str>>),
    /// The keys are at another place: `None` is the document itself.
    KeysMoved(Swap<Option<Box<str>>>),
    /// How it may authenticate.
    Methods(Swap<Methods>),
    /// Something that nobody here looks at: members unknown or unused, order, white space.
    Other,
}

/// A value, before and now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Swap<T> {
    /// What it was.
    pub before: T,
    /// What it is.
    pub now: T,
}

/// What has changed from `before` to `now`; nothing between two readings of the same bytes.
#[must_use]
pub fn difference(before: &Metadata, now: &Metadata) -> Vec<Change> {
    let mut changes = redirects(before, now);
    changes.extend(swap(&before.name, &now.name).map(Change::Name));
    changes.extend(swap(&before.client_uri, &now.client_uri).map(Change::Developer));
    changes.extend(swap(&before.logo_uri, &now.logo_uri).map(Change::Logo));
    changes.extend(swap(&before.scope, &now.scope).map(Change::Scope));
    changes.extend(swap(&before.methods, &now.methods).map(Change::Methods));
    // Keys that nobody can authenticate with, before or now, are told by the methods.
    if before.methods.rest_on_keys() && now.methods.rest_on_keys() {
        changes.extend(keys(&before.keys, &now.keys));
    }
    if changes.is_empty() && before.digest != now.digest {
        changes.push(Change::Other);
    }
    changes
}

fn redirects(before: &Metadata, now: &Metadata) -> Vec<Change> {
    let missing_in = |those: &Metadata, these: &Metadata| -> Vec<Box<str>> {
        let is_new = |uri: &&str| !those.redirect_uris.iter().any(|known| known.accepts(uri));
        let uris = these.redirect_uris.iter().map(RedirectUri::as_str);
        uris.filter(is_new).map(Into::into).collect()
    };
    let mut changes: Vec<_> =
        missing_in(before, now).into_iter().map(Change::RedirectAdded).collect();
    changes.extend(missing_in(now, before).into_iter().map(Change::RedirectRemoved));
    let mut gone: Vec<&Recipient> = Vec::new();
    for recipient in before.redirect_uris.iter().map(RedirectUri::recipient) {
        let stays = now.redirect_uris.iter().any(|uri| uri.recipient() == recipient);
        if !stays && !gone.contains(&recipient) {
            gone.push(recipient);
        }
    }
    changes.extend(gone.into_iter().cloned().map(Change::RecipientGone));
    changes
}

fn keys(before: &Keys, now: &Keys) -> Vec<Change> {
    let place = |keys: &Keys| match keys {
        Keys::At(url) => Some(url.clone()),
        Keys::Inline(_) | Keys::None => None,
    };
    let (Keys::Inline(old), Keys::Inline(new)) = (before, now) else {
        return swap(&place(before), &place(now)).map(Change::KeysMoved).into_iter().collect();
    };
    let (old, new) = (thumbprints(old), thumbprints(new));
    let without = |these: &[Box<str>], those: &[Box<str>]| -> Vec<Box<str>> {
        these.iter().filter(|key| !those.contains(key)).cloned().collect()
    };
    let (added, removed) = (without(&new, &old), without(&old, &new));
    let beside_known = removed.len() < old.len();
    let mut changes = Vec::new();
    if !added.is_empty() {
        changes.push(Change::KeysAdded { thumbprints: added, beside_known });
    }
    if !removed.is_empty() {
        changes.push(Change::KeysRemoved(removed));
    }
    changes
}

fn swap<T: Clone + PartialEq>(before: &T, now: &T) -> Option<Swap<T>> {
    (before != now).then(|| Swap { before: before.clone(), now: now.clone() })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::client::metadata::tests::metadata;

    pub(super) const KEYED: Methods = Methods::PRIVATE_KEY_JWT;
    pub(super) const EITHER: Methods = Methods::EITHER;
    pub(super) const PUBLIC: Methods = Methods::NONE;

    /// The next version of a client, changed so.
    pub(super) fn changed(before: &Metadata, change: impl FnOnce(&mut Metadata)) -> Metadata {
        let mut now = before.clone();
        now.digest = [9; 32];
        change(&mut now);
        now
    }

    /// A key set of Ed25519 keys with these coordinates.
    pub(super) fn key_set(keys: &[&str]) -> Keys {
        let keys: Vec<_> = keys
            .iter()
            .map(|x| serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": x }))
            .collect();
        Keys::Inline(serde_json::json!({ "keys": keys }).to_string().into())
    }

    fn thumbprint(x: &str) -> Box<str> {
        let Keys::Inline(set) = key_set(&[x]) else { unreachable!() };
        thumbprints(&set).remove(0)
    }

    fn redirect_uris(before: &[&str], now: &[&str]) -> Vec<Change> {
        let now = now.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect();
        let before = metadata(before);
        difference(&before, &changed(&before, |client| client.redirect_uris = now))
    }

    #[test]
    fn the_same_bytes_are_no_change_and_others_at_least_say_so() {
        let before = metadata(&["https://app.example/cb"]);
        assert_eq!(difference(&before, &before), []);
        assert_eq!(difference(&before, &changed(&before, |_| ())), [Change::Other]);
    }

    #[test]
    fn cimd_s_3_redirect_addresses_come_and_go() {
        use Change::{Other, RecipientGone, RedirectAdded, RedirectRemoved};
        let gone = |uri: &str| RecipientGone(RedirectUri::parse(uri).unwrap().recipient().clone());
        let (a, b) = ("https://app.example/cb", "https://app.example/other");
        let c = "https://evil.example/cb";
        let local = ["http://127.0.0.1/cb", "http://127.0.0.1:4711/cb", "http://localhost/cb"];
        for (why, before, now, expected) in [
            ("another order", &[a, b][..], &[b, a][..], vec![Other]),
            ("added, same host", &[a], &[a, b], vec![RedirectAdded(b.into())]),
            ("added, other host", &[a], &[a, c], vec![RedirectAdded(c.into())]),
            ("removed, host stays", &[a, b], &[a], vec![RedirectRemoved(b.into())]),
            ("removed with host", &[a, c], &[a], vec![RedirectRemoved(c.into()), gone(c)]),
            (
                "replaced",
                &[a, b],
                &[c],
                vec![
                    RedirectAdded(c.into()),
                    RedirectRemoved(a.into()),
                    RedirectRemoved(b.into()),
                    gone(a),
                ],
            ),
            ("R-3: another port", &local[..1], &local[1..2], vec![Other]),
            (
                "another loopback name",
                &local[..1],
                &local[2..],
                vec![RedirectAdded(local[2].into()), RedirectRemoved(local[0].into())],
            ),
        ] {
            assert_eq!(redirect_uris(before, now), expected, "{why}");
        }
    }

    #[test]
    fn what_is_shown_and_what_may_be_asked() {
        let before = metadata(&["https://app.example/cb"]);
        let swap = |before: Option<&str>, now: Option<&str>| Swap {
            before: before.map(Into::into),
            now: now.map(Into::into),
        };
        let site = || Some("https://app.example".into());
        let now = changed(&before, |client| client.name = Some("app".into()));
        assert_eq!(difference(&before, &now), [Change::Name(swap(Some("App"), Some("app")))]);
        let now = changed(&before, |client| client.client_uri = site());
        let expected = Change::Developer(swap(None, Some("https://app.example")));
        assert_eq!(difference(&before, &now), [expected]);
        let now = changed(&before, |client| client.logo_uri = site());
        let expected = Change::Logo(swap(None, Some("https://app.example")));
        assert_eq!(difference(&before, &now), [expected]);
        let now = changed(&before, |client| client.scope = "read".parse().ok());
        let expected = Swap { before: None, now: "read".parse().ok() };
        assert_eq!(difference(&before, &now), [Change::Scope(expected)]);
    }

    #[test]
    fn cimd_s_4_keys_by_their_thumbprints() {
        let mut before = metadata(&["https://app.example/cb"]);
        before.methods = KEYED;
        let step = |old: &[&str], new: &[&str]| {
            let before = changed(&before, |client| client.keys = key_set(old));
            difference(&before, &changed(&before, |client| client.keys = key_set(new)))
        };
        let added = |keys: &[&str], beside_known| Change::KeysAdded {
            thumbprints: keys.iter().map(|x| thumbprint(x)).collect(),
            beside_known,
        };
        let removed =
            |keys: &[&str]| Change::KeysRemoved(keys.iter().map(|x| thumbprint(x)).collect());
        assert_eq!(step(&["a", "b"], &["b", "a"]), []);
        assert_eq!(step(&["a"], &["a", "b"]), [added(&["b"], true)]);
        assert_eq!(step(&["a", "b"], &["b"]), [removed(&["a"])]);
        assert_eq!(step(&["a", "b"], &["b", "c"]), [added(&["c"], true), removed(&["a"])]);
        assert_eq!(step(&["a"], &["b"]), [added(&["b"], false), removed(&["a"])]);
        assert_eq!(step(&["a"], &[]), [removed(&["a"])]);
    }

    #[test]
    fn keys_move_when_their_place_does() {
        let mut before = metadata(&["https://app.example/cb"]);
        before.methods = EITHER;
        before.keys = Keys::At("https://app.example/jwks".into());
        let moved = |now: Option<&str>| {
            Change::KeysMoved(Swap {
                before: Some("https://app.example/jwks".into()),
                now: now.map(Into::into),
            })
        };
        let elsewhere = "https://keys.example/jwks";
        let now = changed(&before, |client| client.keys = Keys::At(elsewhere.into()));
        assert_eq!(difference(&before, &now), [moved(Some(elsewhere))]);
        let now = changed(&before, |client| client.keys = key_set(&["a"]));
        assert_eq!(difference(&before, &now), [moved(None)]);
        let before = changed(&before, |client| client.methods = PUBLIC);
        let now = changed(&before, |client| {
            client.keys = Keys::At(elsewhere.into());
            client.digest = [8; 32];
        });
        assert_eq!(difference(&before, &now), [Change::Other], "nobody authenticates with them");
    }

    #[test]
    fn methods_are_told_as_they_are() {
        let mut before = metadata(&["https://app.example/cb"]);
        before.methods = KEYED;
        before.keys = key_set(&["a"]);
        let now = changed(&before, |client| {
            client.methods = PUBLIC;
            client.keys = Keys::None;
        });
        let expected = Change::Methods(Swap { before: KEYED, now: PUBLIC });
        assert_eq!(difference(&before, &now), [expected]);
    }
}
