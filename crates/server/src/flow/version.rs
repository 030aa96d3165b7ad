//! Does the client's document say something else than when people let the client in, and what follows? (DESIGN 4.7; CIMD-S-3,
//! CIMD-S-4.)
//!
//! A version is first kept with a consent, so that nothing is written for a client whom nobody has let in. From then on whoever
//! reads the live document compares it with the newest version; one that differs becomes the newest, and what it does to grants happens
//! in the same unit of work. Each grant is judged by the version that its person said yes to, not by the one before: so a document that
//! goes back and forth does no more than the difference. Keys alone are judged step by step, since they are rotated so (CIMD-S-4). A copy served while the client's host fails is no event.

use salver_oauth::client::{
    change::{Change, ChangeRules, Consequence, LostKeys, asks_again, consequence, difference},
    document::{self, Profile},
    id::ClientId,
    metadata::Metadata,
};
use salver_oauth::registration::statement;
use salver_policy::assessment::DocumentCopy;
use salver_store::{
    StoreError,
    record::{Digest, Effect, Grant, NewVersion, Noted, Version},
};

use super::client::Found;
use crate::deps::Deps;

/// How often a change is decided anew because somebody else noted another version in between.
const TRIES: usize = 8;

/// Where a client's document stands among its versions.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Standing {
    /// The newest version; none of a client whom nobody has let in.
    pub newest: Option<Digest>,
    /// Grants of this client may stand differently than before.
    pub effects: bool,
}

/// What has changed since a yes was said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Since {
    /// The changes, as far as the version of then is still known.
    pub changes: Vec<Change>,
    /// That yes is no answer any more.
    pub asks_again: bool,
}

/// Notes what a client's document says now, if that is news; `newest` is what it said last.
///
/// # Errors
/// If the store fails.
pub async fn note(
    deps: &Deps,
    found: &Found,
    newest: Option<Digest>,
) -> Result<Standing, StoreError> {
    let client = &found.metadata;
    let Some(document) = &found.document else {
        return Ok(Standing::default());
    };
    let client_id = client.client_id.as_str();
    let mut newest = newest;
    for _ in 0..TRIES {
        let standing = Standing { newest, effects: false };
        let Some(after) = standing.newest.filter(|newest| *newest != client.digest) else {
            return Ok(standing);
        };
        if found.copy != DocumentCopy::Live {
            return Ok(standing);
        }
        let versions = deps.store.list_versions(client_id).await?;
        let new = NewVersion {
            client_id: client_id.to_owned(),
            digest: client.digest,
            document: document.to_vec(),
            seen_at: deps.now(),
            after,
            effects: effects(client, &versions, deps.settings.changes),
        };
        if let Noted::Applied { held, ended, installations } = deps.store.note_version(new).await? {
            tracing::info!(
                client_id,
                held,
                ended,
                installations,
                "a client's document has changed"
            );
            if ended + installations > 0 {
                deps.revocations.refresh(&*deps.store, deps.now()).await?;
            }
            return Ok(Standing { newest: Some(client.digest), effects: true });
        }
        newest = deps.store.find_newest_version(client_id).await?.map(|version| version.digest);
    }
    // A document that changes faster than it can be noted: the consent that names this version is outdated and asks anew.
    Ok(Standing { newest: Some(client.digest), effects: true })
}

/// The same for who has not asked yet what it said last.
///
/// # Errors
/// If the store fails.
pub async fn note_anew(deps: &Deps, found: &Found) -> Result<Standing, StoreError> {
    if found.document.is_none() {
        return Ok(Standing::default());
    }
    let client_id = found.metadata.client_id.as_str();
    let newest = deps.store.find_newest_version(client_id).await?;
    note(deps, found, newest.map(|version| version.digest)).await
}

/// Ends what was authenticated with keys that a client's key set, fetched just now from its `jwks_uri`, no longer has. Keys inside the
/// document are the business of [`note`].
///
/// # Errors
/// If the store fails.
pub async fn note_keys(
    deps: &Deps,
    client_id: &ClientId,
    thumbprints: Vec<String>,
) -> Result<(), StoreError> {
    let now = deps.now();
    let ended = deps.store.end_lost_keys(client_id.as_str(), thumbprints, now).await?;
    if ended > 0 {
        tracing::info!(
            client_id = client_id.as_str(),
            ended,
            "keys are gone from a client's key set"
        );
        deps.revocations.refresh(&*deps.store, now).await?;
    }
    Ok(())
}

/// What has changed since the yes of this grant.
///
/// # Errors
/// If the store fails.
pub async fn since(deps: &Deps, grant: &Grant, client: &Metadata) -> Result<Since, StoreError> {
    let held = grant.held_at.is_some();
    // What an administrator wrote down has no versions: a change of it is their word. A sealed identifier is its metadata. Of a client on record no
    // versions are kept: whatever has changed in it, people are asked again.
    if grant.metadata == client.digest
        || matches!(
            client.client_id,
            ClientId::Issued(_) | ClientId::Sealed(_) | ClientId::LocalDevelopment(_)
        )
    {
        return Ok(Since { changes: Vec::new(), asks_again: held });
    }
    let Some(then) = find(deps, &client.client_id, grant.metadata).await? else {
        return Ok(Since { changes: Vec::new(), asks_again: true });
    };
    let changes = difference(&then, client);
    let asks_again = held || asks_again(&changes, &deps.settings.changes);
    Ok(Since { changes, asks_again })
}

/// What a client said in one of its versions; `None` if that is no longer known.
///
/// # Errors
/// If the store fails.
pub async fn find(
    deps: &Deps,
    client_id: &ClientId,
    digest: Digest,
) -> Result<Option<Metadata>, StoreError> {
    let version = deps.store.find_version(client_id.as_str(), digest).await?;
    Ok(version.and_then(|version| read(&version, client_id)))
}

/// What a client that says this now does to the grants of its earlier versions, the newest of which is the last.
fn effects(now: &Metadata, versions: &[Version], rules: ChangeRules) -> Vec<Effect> {
    let mut effects = Vec::new();
    for version in versions.iter().filter(|version| version.digest != now.digest) {
        let consented = version.digest;
        let Some(then) = read(version, &now.client_id) else {
            // Nobody can say what was consented to.
            effects.push(Effect::Hold { consented, recipient: None });
            continue;
        };
        let changes = difference(&then, now);
        if changes.iter().all(is_rotation) {
            effects.push(Effect::Carry { consented });
        }
        for change in changes {
            match consequence(&change, &rules) {
                Consequence::Note | Consequence::ConsentAgain => {}
                Consequence::Hold => effects.push(Effect::Hold { consented, recipient: None }),
                Consequence::HoldRecipient(recipient) => {
                    effects
                        .push(Effect::Hold { consented, recipient: Some(recipient.to_string()) });
                }
                Consequence::EndKeyed(LostKeys::All) => effects.push(Effect::EndKeyed),
                Consequence::EndKeyed(LostKeys::These(keys)) => {
                    effects.extend(keys.into_iter().map(|key| Effect::EndKey(key.into())));
                }
                // All, also those given before the client had what it lost now.
                Consequence::EndAll if version.newest => {
                    effects.extend(versions.iter().map(|version| version.digest).map(end));
                }
                Consequence::EndAll => effects.push(end(consented)),
            }
        }
    }
    let mut once: Vec<Effect> = Vec::new();
    for effect in effects {
        if !once.contains(&effect) {
            once.push(effect);
        }
    }
    once
}

/// Whether this is what happens when keys are rotated as they should be.
fn is_rotation(change: &Change) -> bool {
    match change {
        Change::KeysAdded { beside_known, .. } => *beside_known,
        Change::KeysRemoved(_) | Change::Other => true,
        _ => false,
    }
}

fn end(consented: Digest) -> Effect {
    Effect::End { consented }
}

/// A version was accepted under the profile of its day; here the loosest will do.
fn read(version: &Version, client_id: &ClientId) -> Option<Metadata> {
    match client_id {
        ClientId::Document(url) => document::parse(&version.document, url, Profile::Ietf).ok(),
        ClientId::Hosted(id) => document::parse_hosted(&version.document, id, Profile::Ietf).ok(),
        ClientId::Stated(id) => statement::restored(&version.document, *id).ok(),
        ClientId::Issued(_)
        | ClientId::Recorded(_)
        | ClientId::Sealed(_)
        | ClientId::LocalDevelopment(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use salver_oauth::{
        Timestamp,
        client::{change::thumbprints, id::MetadataUrl},
    };
    use serde_json::{Value, json};

    use super::*;

    const URL: &str = "https://app.example/client.json";

    fn document(change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut document = json!({
            "client_id": URL,
            "client_name": "App",
            "redirect_uris": ["https://app.example/cb"],
        });
        change(&mut document);
        document.to_string().into_bytes()
    }

    fn keyed(keys: &[&str]) -> impl FnOnce(&mut Value) {
        let keys: Vec<_> =
            keys.iter().map(|x| json!({ "kty": "OKP", "crv": "Ed25519", "x": x })).collect();
        move |document| {
            document["token_endpoint_auth_method"] = json!("private_key_jwt");
            document["jwks"] = json!({ "keys": keys });
        }
    }

    /// What the last document does to the grants of those before it.
    fn effects_of(documents: &[Vec<u8>]) -> Vec<Effect> {
        let url = MetadataUrl::parse(URL).unwrap();
        let (last, before) = documents.split_last().unwrap();
        let now = document::parse(last, &url, Profile::Mcp).unwrap();
        let versions: Vec<_> = before
            .iter()
            .enumerate()
            .map(|(place, bytes)| Version {
                digest: document::parse(bytes, &url, Profile::Mcp)
                    .map_or([0; 32], |was| was.digest),
                document: bytes.clone(),
                seen_at: Timestamp::from_unix(0),
                newest: place + 1 == before.len(),
            })
            .collect();
        effects(&now, &versions, ChangeRules::default())
    }

    fn digest(document: &[u8]) -> Digest {
        document::parse(document, &MetadataUrl::parse(URL).unwrap(), Profile::Mcp).unwrap().digest
    }

    fn hold(document: &[u8]) -> Effect {
        Effect::Hold { consented: digest(document), recipient: None }
    }

    #[test]
    fn each_grant_is_judged_by_the_version_of_its_yes() {
        let plain = document(|_| ());
        let renamed = document(|document| document["client_name"] = json!("Renamed"));
        let wider = document(|document| {
            document["redirect_uris"] = json!(["https://app.example/cb", "http://localhost/cb"]);
        });
        assert_eq!(effects_of(&[plain.clone(), renamed.clone()]), []);
        let spaced = [plain.as_slice(), b" "].concat();
        let carry = Effect::Carry { consented: digest(&plain) };
        assert_eq!(effects_of(&[plain.clone(), spaced]), [carry]);
        assert_eq!(effects_of(&[plain.clone(), wider.clone()]), [hold(&plain)]);
        let through = [plain.clone(), renamed.clone(), wider.clone()];
        assert_eq!(effects_of(&through), [hold(&plain), hold(&renamed)]);
        let gone = Effect::Hold { consented: digest(&wider), recipient: Some("loopback".into()) };
        assert_eq!(effects_of(&[plain.clone(), wider.clone(), plain.clone()]), [gone]);
        assert_eq!(
            effects_of(&[b"{}".to_vec(), plain.clone()]),
            [Effect::Hold { consented: [0; 32], recipient: None }]
        );
    }

    #[test]
    fn cimd_s_4_keys_that_any_version_had_and_that_are_gone() {
        let key = |x: &str| {
            let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] });
            Effect::EndKey(thumbprints(&set.to_string()).remove(0).into())
        };
        let [a, both, b] = [&["a"][..], &["a", "b"], &["b"]].map(|keys| document(keyed(keys)));
        let carry = |document: &[u8]| Effect::Carry { consented: digest(document) };
        assert_eq!(effects_of(&[a.clone(), both.clone()]), [carry(&a)]);
        assert_eq!(effects_of(&[both.clone(), b.clone()]), [carry(&both), key("a")]);
        // Whoever was not carried along has no key of their yes left.
        assert_eq!(effects_of(&[a.clone(), b.clone()]), [hold(&a), key("a")]);
        let none = document(keyed(&[]));
        assert_eq!(effects_of(&[a.clone(), none]), [carry(&a), key("a")]);
        let renamed = document(|document| {
            keyed(&["a", "b"])(document);
            document["client_name"] = json!("Renamed");
        });
        assert_eq!(effects_of(&[a, renamed]), []);
    }

    #[test]
    fn cimd_s_4_from_keyed_to_none_everything_ends() {
        let public = document(|_| ());
        let renamed = document(|document| document["client_name"] = json!("Renamed"));
        let keyed = document(keyed(&["a"]));
        let ends = [Effect::End { consented: digest(&keyed) }];
        assert_eq!(effects_of(&[keyed.clone(), public.clone()]), ends);
        let all = [public.clone(), keyed.clone()].map(|document| end(digest(&document)));
        assert_eq!(effects_of(&[public.clone(), keyed.clone(), public.clone()]), all);
        // It was `none` again before: who said yes to the keyed one ends, if somehow still there.
        assert_eq!(effects_of(&[keyed.clone(), public, renamed]), ends);
    }
}
