//! Which key signs when, and which are published?

use std::time::Duration;

use salver_jose::{KeyPurpose, MasterKey};
use salver_store::sqlite::Settings;

use super::*;
use crate::Hook;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_790_000_000 + seconds)
}

fn store() -> (VendorStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = VendorStore::open(&folder.path().join("vendor.db"), Settings::default());
    (store.unwrap(), folder)
}

fn sealing(byte: u8) -> DerivedKey {
    MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::SigningKeys).unwrap()
}

fn stored(byte: u8) -> Signing {
    Signing::Stored { sealing: Box::new(sealing(byte)), algorithm: Algorithm::Es256 }
}

#[tokio::test]
async fn a_rotated_key_is_published_before_it_signs_and_the_old_one_until_all_it_signed_has_ended()
{
    let (store, _folder) = store();
    let keyring = Keyring::open(&store, stored(1), at(0)).await.unwrap();
    let old = keyring.keys().signer.key_id().to_owned();
    rotate(&store, (&sealing(1), Algorithm::EdDsa), at(0)).await.unwrap();
    for (seconds, published, signs_with_old) in
        [(0, 2, true), (3_599, 2, true), (3_600, 2, false), (7_499, 2, false), (7_500, 1, false)]
    {
        keyring.keep_up(&store, None, at(seconds)).await.unwrap();
        let keys = keyring.keys();
        let set = KeySet::parse(&keys.published).unwrap();
        assert_eq!(set.iter().count(), published, "{seconds}");
        assert_eq!(keys.signer.key_id() == old, signs_with_old, "{seconds}");
    }
    let again = Keyring::open(&store, stored(1), at(7_500)).await.unwrap();
    assert_ne!(again.keys().signer.key_id(), old, "no key is made where there is one");
}

#[tokio::test]
async fn a_key_that_is_old_is_followed_by_one_other_whoever_looks() {
    let (store, folder) = store();
    let beside = VendorStore::open(&folder.path().join("vendor.db"), Settings::default()).unwrap();
    let (one, other) = (
        Keyring::open(&store, stored(1), at(0)).await.unwrap(),
        Keyring::open(&beside, stored(1), at(0)).await.unwrap(),
    );
    let first = one.keys().signer.key_id().to_owned();
    assert_eq!(other.keys().signer.key_id(), first, "one key for both");
    for (old_after, seconds, keys) in [
        (None, 10_000, 1),
        (Some(9_000), 8_999, 1),
        (Some(9_000), 9_000, 2),
        (Some(9_000), 9_030, 2),
        // The second signs from 12,600 on.
        (Some(9_000), 21_599, 2),
        (Some(9_000), 21_600, 3),
    ] {
        let (told, told_beside) = tokio::join!(
            one.keep_up(&store, old_after, at(seconds)),
            other.keep_up(&beside, old_after, at(seconds))
        );
        assert!(told.is_ok() && told_beside.is_ok());
        assert_eq!(store.list_keys().await.unwrap().len(), keys, "{old_after:?} {seconds}");
    }
    for keyring in [&one, &other] {
        keyring.keep_up(&store, None, at(21_600)).await.unwrap();
        let published = KeySet::parse(&keyring.keys().published).unwrap();
        assert!(published.find(&first).is_none(), "all that it has signed has ended");
        assert_eq!(published.iter().count(), 2);
    }
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    let (store, _folder) = store();
    Keyring::open(&store, stored(1), at(0)).await.unwrap();
    let other = Keyring::open(&store, stored(2), at(0)).await;
    assert!(matches!(other.err(), Some(KeysError::OtherMasterKey)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_does_not_sign_is_told_at_the_start() {
    let key = salver_jose::SigningKey::generate(Algorithm::Es256).unwrap();
    let set: KeySet = std::iter::once(key.public_key().clone()).collect();
    let (store, folder) = store();
    let right = folder.path().join("right");
    std::fs::write(&right, key.sign(b"salver").unwrap()).unwrap();
    let right = format!("cat >/dev/null; cat {}", right.display());
    for (script, expected) in [
        (right.as_str(), None),
        ("head -c 64 /dev/zero", Some("what it printed is no signature of that key")),
        ("exit 1", Some("it ended with exit status 1")),
        ("exec sleep 600", Some("it did not end within 1 seconds")),
    ] {
        let command = ["/bin/sh", "-c", script].map(str::to_owned);
        let hook = Hook::new(&command, Duration::from_secs(1), 1024).unwrap();
        let command = CommandKey::new(hook, key.key_id(), set.clone()).unwrap();
        let told = Keyring::open(&store, Signing::Command(Box::new(command)), at(0)).await;
        let told = told.err().map(|error| error.to_string());
        let ends = |expected: &str| told.as_ref().is_some_and(|told| told.ends_with(expected));
        assert!(expected.map_or(told.is_none(), ends), "{script}: {told:?}");
    }
    let hook = Hook::new(&["true".to_owned()], Duration::from_secs(1), 1).unwrap();
    assert!(CommandKey::new(hook, "another", set).is_none());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_command_signs_and_what_it_signs_for_another_text_does_not_leave() {
    let key = salver_jose::SigningKey::generate(Algorithm::EdDsa).unwrap();
    let set: KeySet = std::iter::once(key.public_key().clone()).collect();
    let folder = tempfile::tempdir().unwrap();
    let signature = folder.path().join("signature");
    std::fs::write(&signature, key.sign(b"salver").unwrap()).unwrap();
    let script = format!("cat >/dev/null; cat {}", signature.display());
    let command = ["/bin/sh", "-c", &script].map(str::to_owned);
    let hook = Hook::new(&command, Duration::from_secs(20), 1024).unwrap();
    let command = CommandKey::new(hook, key.key_id(), set).unwrap();
    let keys = command.prove().await.unwrap();
    let sign = |text: &'static [u8]| {
        keys.sign(move |signer| signer.sign(text).map(|bytes| bytes.len().to_string()))
    };
    assert_eq!(sign(b"salver").await.unwrap(), "64");
    assert!(sign(b"another text").await.is_err());
}
