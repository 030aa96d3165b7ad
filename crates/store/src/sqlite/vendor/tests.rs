//! What does the store of a vendor's service promise?

use super::*;

fn store() -> (VendorStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = VendorStore::open(&directory.path().join("vendor.db"), Settings::default());
    (store.unwrap(), directory)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_790_000_000 + seconds)
}

fn enrol(id: &str, account: Account, challenge: u8) -> Enrol {
    Enrol {
        id: id.to_owned(),
        key: "{}".to_owned(),
        account,
        checked: Checked::DeviceKey,
        challenge: [challenge; 32],
        most: 2,
        now: at(0),
    }
}

fn of(account: &str) -> Account {
    Account::Named(account.to_owned())
}

fn issue(installation: &str, challenge: u8, seconds: i64) -> Issue {
    Issue {
        installation: installation.to_owned(),
        event: Event::Attestation,
        audience: "https://as.example".to_owned(),
        challenge: [challenge; 32],
        most_per_installation: 2,
        most_per_account: 3,
        now: at(seconds),
    }
}

#[tokio::test]
async fn a_code_enrols_once_and_in_time() {
    let (store, _directory) = store();
    let code = |code: u8, seconds| NewCode {
        code: [code; 32],
        account: "alice".to_owned(),
        made_at: at(-60),
        expires_at: at(seconds),
    };
    store.add_code(code(1, 60)).await.unwrap();
    store.add_code(code(2, 0)).await.unwrap();
    for (id, code, expected) in [
        ("expired", 2, Enrolled::UnknownCode),
        ("guessed", 3, Enrolled::UnknownCode),
        ("right", 1, Enrolled::Done("alice".to_owned())),
        ("again", 1, Enrolled::UnknownCode),
    ] {
        let told = store.enrol(enrol(id, Account::OfCode([code; 32]), code)).await.unwrap();
        assert_eq!(told, expected, "{id}");
    }
    assert_eq!(store.find_installation("right").await.unwrap().unwrap().account, "alice");
    assert_eq!(store.find_installation("expired").await.unwrap(), None);
}

#[tokio::test]
async fn what_is_refused_spends_no_code() {
    let (store, _directory) = store();
    let code =
        NewCode { code: [1; 32], account: "alice".to_owned(), made_at: at(0), expires_at: at(60) };
    store.add_code(code).await.unwrap();
    store.enrol(enrol("one", of("bob"), 1)).await.unwrap();
    let replayed = store.enrol(enrol("two", Account::OfCode([1; 32]), 1)).await.unwrap();
    assert_eq!(replayed, Enrolled::Replayed);
    let stolen = store.enrol(enrol("one", Account::OfCode([1; 32]), 2)).await.unwrap();
    assert_eq!(stolen, Enrolled::Known, "a device key belongs to one account");
    let done = store.enrol(enrol("two", Account::OfCode([1; 32]), 3)).await.unwrap();
    assert_eq!(done, Enrolled::Done("alice".to_owned()));
}

#[tokio::test]
async fn an_account_has_so_many_installations_at_a_time() {
    let (store, _directory) = store();
    for (id, challenge, done) in [("a", 1, true), ("b", 2, true), ("c", 3, false), ("a", 4, true)] {
        let told = store.enrol(enrol(id, of("alice"), challenge)).await.unwrap();
        assert_eq!(matches!(told, Enrolled::Done(_)), done, "{id}");
    }
    assert_eq!(store.revoke("b", at(1)).await.unwrap(), 1);
    assert_eq!(store.revoke("b", at(2)).await.unwrap(), 0);
    assert!(matches!(store.enrol(enrol("c", of("alice"), 5)).await.unwrap(), Enrolled::Done(_)));
    assert_eq!(store.enrol(enrol("b", of("alice"), 6)).await.unwrap(), Enrolled::Known);
    assert_eq!(store.revoke_account("alice", at(3)).await.unwrap(), 2);
}

#[tokio::test]
async fn each_challenge_is_good_once_and_limits_are_per_hour() {
    let (store, _directory) = store();
    store.enrol(enrol("a", of("alice"), 1)).await.unwrap();
    store.enrol(enrol("b", of("alice"), 2)).await.unwrap();
    for (installation, challenge, seconds, expected) in [
        ("a", 1, 0, Issued::Replayed),
        ("a", 10, 0, Issued::Done(Checked::DeviceKey)),
        ("a", 10, 0, Issued::Replayed),
        ("a", 11, 0, Issued::Done(Checked::DeviceKey)),
        ("a", 12, 0, Issued::TooManyForInstallation),
        ("b", 13, 0, Issued::Done(Checked::DeviceKey)),
        ("b", 14, 0, Issued::TooManyForAccount),
        ("b", 14, 3_600, Issued::Done(Checked::DeviceKey)),
        ("unknown", 15, 0, Issued::Gone),
    ] {
        let told = store.issue(issue(installation, challenge, seconds)).await.unwrap();
        assert_eq!(told, expected, "{installation} {challenge}");
    }
    store.revoke("a", at(3_601)).await.unwrap();
    assert_eq!(store.issue(issue("a", 20, 3_602)).await.unwrap(), Issued::Gone);
    let lines = store.list_log(100).await.unwrap();
    let words: Vec<&str> = lines.iter().map(|line| line.event.word()).collect();
    let signed = "attestation";
    assert_eq!(words, ["enrolled", "enrolled", signed, signed, signed, signed, "revoked"]);
}

fn vendor_key(key_id: &str, seconds: i64) -> VendorKey {
    VendorKey {
        key_id: key_id.to_owned(),
        algorithm: "ES256".to_owned(),
        sealed: vec![1],
        made_at: at(seconds),
        signs_from: at(seconds + 60),
        retires_at: None,
    }
}

#[tokio::test]
async fn one_key_is_made_for_one_cause_and_noted_with_it() {
    let (store, directory) = store();
    let beside = VendorStore::open(&directory.path().join("vendor.db"), Settings::default());
    let beside = beside.unwrap();
    let age = |of: &str| KeyCause::Age(of.to_owned());
    for (store, key_id, seconds, cause, expected) in [
        (&store, "none is old", 0, age("a"), Outcome::Lost),
        (&store, "a", 0, KeyCause::First, Outcome::Applied),
        (&beside, "another first", 0, KeyCause::First, Outcome::Lost),
        (&beside, "b", 100, age("a"), Outcome::Applied),
        (&store, "a's successor again", 100, age("a"), Outcome::Lost),
        (&store, "c", 200, KeyCause::Asked, Outcome::Applied),
        (&beside, "d", 200, KeyCause::Asked, Outcome::Applied),
        (&store, "e", 300, age("d"), Outcome::Applied),
    ] {
        let made = store.add_key(vendor_key(key_id, seconds), cause, at(seconds + 1_000)).await;
        assert_eq!(made.unwrap(), expected, "{key_id}");
    }
    let keys = store.list_keys().await.unwrap();
    let told: Vec<_> = keys.iter().map(|key| (key.key_id.as_str(), key.retires_at)).collect();
    let end = |seconds| Some(at(seconds));
    let expected =
        [("a", end(1_100)), ("b", end(1_200)), ("c", end(1_200)), ("d", end(1_300)), ("e", None)];
    assert_eq!(told, expected);
    let lines = store.list_log(9).await.unwrap();
    let told: Vec<_> =
        lines.iter().map(|line| (line.event.word(), line.key_id.as_deref().unwrap())).collect();
    let (asked, age) = ("rotated", "rotated_by_age");
    assert_eq!(told, [(age, "b"), (asked, "c"), (asked, "d"), (age, "e")]);
}

#[tokio::test]
async fn a_key_of_a_command_is_as_old_as_its_first_use() {
    let (store, _directory) = store();
    for (thumbprint, seconds, since) in [("a", 0, 0), ("a", 9, 0), ("b", 9, 9), ("a", 20, 0)] {
        let told = store.command_key_since(thumbprint, at(seconds)).await.unwrap();
        assert_eq!(told, at(since), "{thumbprint}");
    }
}

#[tokio::test]
async fn lines_of_the_log_are_not_changed() {
    let (store, directory) = store();
    let made = store.add_key(vendor_key("a", 0), KeyCause::Asked, at(60)).await.unwrap();
    assert_eq!(made, Outcome::Applied);
    let connection = open::writer(&directory.path().join("vendor.db"), &VENDOR).unwrap();
    assert!(connection.execute("UPDATE log SET at = 0", []).is_err());
    store.sweep(at(1), at(1)).await.unwrap();
    assert!(store.list_log(1).await.unwrap().is_empty());
}

#[tokio::test]
async fn neither_program_opens_the_file_of_the_other() {
    let (_store, directory) = store();
    let opened =
        crate::sqlite::SqliteStore::open(directory.path().join("vendor.db"), Settings::default());
    assert!(matches!(opened.err(), Some(StoreError::Engine(_))));
}
