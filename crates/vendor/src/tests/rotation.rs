//! Which keys does the service publish and sign with as time goes by?

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::{Ask, KeySet, Signer as _};
use serde_json::Value;

use super::world::{ISSUER, World, issuer};
use crate::upkeep;

const DAY: i64 = 24 * 60 * 60;

impl World {
    /// The `kid` that a statement is signed with now, and how many keys are published beside it.
    async fn signs_with(
        &self,
        device: &std::sync::Arc<salver_jose::SigningKey>,
    ) -> (String, usize) {
        upkeep::once(&self.vendor, 400 * DAY).await.unwrap();
        let told = self.ask(device, Ask::Statement(issuer(ISSUER))).await;
        let statement = told.said["software_statement"].as_str().unwrap().to_owned();
        let header = URL_SAFE_NO_PAD.decode(statement.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let key_id = header["kid"].as_str().unwrap().to_owned();
        let published = self.send("GET", "/oauth/jwks.json", "").await.said.to_string();
        let published = KeySet::parse(published.as_bytes()).unwrap();
        assert!(published.find(&key_id).is_some(), "what signs is published");
        (key_id, published.iter().count() - 1)
    }
}

#[tokio::test]
async fn keys_are_exchanged_when_they_are_old_and_it_is_noted() {
    let world = World::new(|settings| settings.old_key_seconds = Some(90 * DAY)).await;
    let device = world.enrolled("alice").await;
    let (first, _) = world.signs_with(&device).await;
    for (why, seconds, with_first, beside) in [
        ("not old yet", 90 * DAY - 1, true, 0),
        ("the new one is published", 1, true, 1),
        ("… and does not sign yet", 3_599, true, 1),
        ("… until an hour has gone", 1, false, 1),
        ("the old one stays for what it has signed", 3_899, false, 1),
        ("… and goes", 1, false, 0),
    ] {
        world.later(seconds);
        let (key_id, more) = world.signs_with(&device).await;
        assert_eq!((key_id == first, more), (with_first, beside), "{why}");
    }
    let log = world.vendor.store.list_log(100).await.unwrap();
    let rotations: Vec<_> =
        log.iter().filter(|line| line.event.word() == "rotated_by_age").collect();
    let (key_id, _) = world.signs_with(&device).await;
    assert_eq!(rotations.len(), 1);
    assert_eq!(rotations[0].key_id.as_deref(), Some(key_id.as_str()));
    assert_ne!(key_id, device.key_id());
}

#[tokio::test]
async fn keys_are_kept_for_good_where_that_is_wanted() {
    let world = World::new(|settings| settings.old_key_seconds = None).await;
    let device = world.enrolled("alice").await;
    let (first, _) = world.signs_with(&device).await;
    world.later(4_000 * DAY);
    assert_eq!(world.signs_with(&device).await, (first, 0));
}
