//! Numbers that seal, open and are killed, as every process with the store sees them.

use salver_jose::{KeyPurpose, MasterKey};
use salver_oauth::registration::RegistrationRequest;
use salver_store::sqlite::{Settings, SqliteStore};

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_790_000_000 + seconds)
}

fn key(byte: u8) -> DerivedKey {
    MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::SealingRoots).unwrap()
}

fn issuer() -> Issuer {
    Issuer::parse("https://as.example").unwrap()
}

fn registration() -> Registration {
    let body = br#"{"redirect_uris":["http://localhost/cb"],"token_endpoint_auth_method":"none","client_name":"App"}"#;
    let request = RegistrationRequest::parse(body).unwrap();
    request.register(|| Err("asks for no secret")).unwrap()
}

struct World {
    store: SqliteStore,
    _directory: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.db");
        let store = SqliteStore::open(path, Settings::default()).unwrap();
        Self { store, _directory: directory }
    }

    async fn node(&self, seconds: i64) -> Sealing {
        Sealing::open(&self.store, &key(1), &issuer(), at(seconds)).await.unwrap()
    }

    async fn refresh(&self, node: &Sealing, seconds: i64) {
        node.refresh(&self.store, &key(1), &issuer(), at(seconds)).await.unwrap();
    }

    async fn kill(&self, number: u16, seconds: i64) -> Outcome {
        kill(&self.store, &key(1), number, at(seconds)).await.unwrap()
    }
}

fn sealed_by(node: &Sealing) -> u16 {
    node.seal(&registration()).unwrap().parts().unwrap().1
}

#[tokio::test]
async fn design_4_3_every_process_with_the_store_opens_what_one_gave() {
    let world = World::new();
    let (one, other) = tokio::join!(world.node(0), world.node(0));
    let id = one.seal(&registration()).unwrap();
    assert_eq!(other.seal(&registration()).unwrap(), id);
    assert_eq!(other.registration(&id), Ok(registration()));
    assert_eq!(world.node(900).await.registration(&id), Ok(registration()));

    let foreign = Issuer::parse("https://other.example").unwrap();
    let foreign = Sealing::open(&world.store, &key(1), &foreign, at(0)).await.unwrap();
    assert!(matches!(foreign.registration(&id), Err(NotOpened::NotAuthentic)));
    let lost = Sealing::open(&world.store, &key(2), &issuer(), at(0)).await;
    assert!(matches!(lost.err(), Some(KeyringError::OtherMasterKey)));
}

#[tokio::test]
async fn a_new_number_opens_before_it_seals_and_the_old_one_after() {
    let world = World::new();
    let (one, other) = tokio::join!(world.node(0), world.node(0));
    let old = one.seal(&registration()).unwrap();
    assert_eq!(rotate(&world.store, &key(1), at(10)).await.unwrap(), 2);
    for (seconds, number) in [(11, 1), (189, 1), (190, 2)] {
        world.refresh(&one, seconds).await;
        assert_eq!(sealed_by(&one), number, "{seconds}");
        assert_eq!(one.registration(&old), Ok(registration()), "{seconds}");
    }
    let new = one.seal(&registration()).unwrap();
    assert_eq!(other.registration(&new), Err(NotOpened::UnknownKey(2)), "it has not read since");
    // Who does not seal with it yet opens it all the same.
    world.refresh(&other, 60).await;
    assert_eq!((sealed_by(&other), other.registration(&new)), (1, Ok(registration())));
}

#[tokio::test]
async fn a_killed_number_opens_nothing_and_is_never_given_again() {
    let world = World::new();
    let node = world.node(0).await;
    let old = node.seal(&registration()).unwrap();
    for (number, expected) in [(7, Outcome::Lost), (1, Outcome::Applied), (1, Outcome::Lost)] {
        assert_eq!(world.kill(number, 5).await, expected, "{number}");
    }
    assert!(node.is_alive(1), "it has not read since");
    world.refresh(&node, 5).await;
    assert_eq!((node.is_alive(1), node.is_alive(2)), (false, true));
    assert_eq!(node.registration(&old), Err(NotOpened::Killed(1)));
    assert_eq!(sealed_by(&node), 2, "there is always one that seals");
    // One that does not seal yet is no reason to be left without.
    rotate(&world.store, &key(1), at(6)).await.unwrap();
    assert_eq!(world.kill(2, 7).await, Outcome::Applied);
    world.store.sweep(at(900 * 86_400)).await.unwrap();
    world.refresh(&node, 8).await;
    assert_eq!(sealed_by(&node), 4);
    // A neighbour that seals is reason enough.
    assert_eq!(world.kill(3, 9).await, Outcome::Applied);
    world.refresh(&node, 9).await;
    assert_eq!(sealed_by(&node), 4);
}

#[tokio::test]
async fn where_all_were_killed_at_once_the_next_reading_makes_one() {
    let world = World::new();
    let node = world.node(0).await;
    assert_eq!(world.store.kill_key("registration-1", at(1)).await.unwrap(), Outcome::Applied);
    world.refresh(&node, 2).await;
    assert_eq!(sealed_by(&node), 2);
}

#[tokio::test]
async fn what_a_killed_number_gave_is_ended_once() {
    let node = World::new().node(0).await;
    let killed = BTreeSet::from([1, 2]);
    assert_eq!(node.unended(&killed), killed);
    node.ended(&BTreeSet::from([1]));
    assert_eq!(node.unended(&killed), BTreeSet::from([2]));
}
