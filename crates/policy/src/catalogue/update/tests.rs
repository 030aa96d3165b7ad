use super::super::tests::{STATED, entry, text};
use super::*;
use crate::assessment::tests::url;

const TODAY: &str = "2026-11-15";

fn today() -> Date {
    Date::parse(TODAY).unwrap()
}

fn current() -> Catalogue {
    Catalogue::parse(&text(
        5,
        &[MARKS, &entry("App", "app.example", APP), &entry("Other", "other.example", OTHER), PIN]
            .concat(),
    ))
    .unwrap()
}

const MARKS: &str = "relays = [\"https://relay.example/r\"]\nshared_hosts = [\"files.example\"]\n";
const APP: &str = "names = [\"App\"]\ndocuments = [\"https://app.example/c\"]\nredirect_uris = [\"http://localhost/cb\"]";
const OTHER: &str = "names = [\"Other\"]\ndocuments = [\"https://other.example/c\"]";
const PIN: &str = "[[pin]]\nurl = \"https://app.example/c\"\nfetched = \"2026-10-01\"\ndocument = '{\"client_id\":\"https://app.example/c\",\"redirect_uris\":[\"http://localhost/cb\"]}'\n";

/// Applied and waiting differences, as words.
fn judged(lines: &[&str]) -> (Update, Vec<String>, Vec<String>) {
    let update = Update::judge(&current(), &text(6, &lines.concat()), today()).unwrap();
    let words = |list: &[Difference]| list.iter().map(Difference::to_string).collect();
    let (changed, pending) = (words(&update.changed), words(&update.pending));
    (update, changed, pending)
}

fn app() -> String {
    entry("App", "app.example", APP)
}

fn other() -> String {
    entry("Other", "other.example", OTHER)
}

#[test]
fn an_update_follows_only_with_a_greater_number_in_its_time() {
    let current = current();
    let judge = |text: &str, today: &str| {
        Update::judge(&current, text, Date::parse(today).unwrap()).map(|_| ())
    };
    let six = text(6, "");
    assert_eq!(judge(&six, TODAY), Ok(()));
    assert_eq!(judge(&six, "2026-12-01"), Ok(()), "on its last day");
    let expired = UpdateError::Expired(Date::parse("2026-12-01").unwrap());
    assert_eq!(judge(&six, "2026-12-02"), Err(expired));
    assert_eq!(judge(&six, "2026-10-31"), Ok(()), "somewhere it is tomorrow");
    let later = UpdateError::IssuedLater(Date::parse("2026-11-01").unwrap());
    assert_eq!(judge(&six, "2026-10-30"), Err(later));
    for offered in [4, 5] {
        let not_rising = UpdateError::NotRising { current: 5, offered };
        assert_eq!(judge(&text(offered, ""), TODAY), Err(not_rising));
    }
    let endless = six.replace("expires = \"2026-12-01\"\n", "");
    assert_eq!(judge(&endless, TODAY), Err(UpdateError::NoExpiry));
    assert!(matches!(judge("format = 2", TODAY), Err(UpdateError::Catalogue(_))));
}

#[test]
fn the_same_again_changes_nothing() {
    let (update, changed, pending) = judged(&[MARKS, &app(), &other(), PIN]);
    assert_eq!((changed, pending), (vec![], vec![]));
    assert_eq!(update.applied.number(), 6);
    assert_eq!(update.applied.clients(), current().clients());
    assert_eq!(update.applied.pins(), current().pins());
}

#[test]
fn design_4_6_names_marks_and_removals_apply_at_once() {
    let marks = "relays = [\"https://relay.example/r\", \"https://new.example/r\"]\nshared_hosts = [\"files.example\", \".new.example\"]\n";
    let app = entry(
        "App",
        "app.example",
        "names = [\"App\", \"App Pro\"]\ndocuments = [\"https://app.example/c\"]\nshared_host = true",
    );
    let (update, changed, pending) = judged(&[marks, &app]);
    assert_eq!(pending, Vec::<String>::new());
    assert_eq!(
        changed,
        [
            "The mark as a relay is new: https://new.example/r",
            "The mark as a shared host is new: .new.example",
            "App gains the mark that others may put files on app.example.",
            "App gains the name \"App Pro\".",
            "App loses the redirect URI http://localhost/cb",
            "The client Other is gone.",
            "The pinned copy is gone: https://app.example/c",
        ]
    );
    let applied = update.applied;
    assert!(
        applied.is_relay(url("https://new.example/r")) && applied.is_shared_host("a.new.example")
    );
    assert!(applied.is_shared_host("app.example"));
    assert!(applied.owner_of_name("app pro").is_some() && applied.client("Other").is_none());
    assert!(applied.pin("https://app.example/c").is_none());
    assert!(applied.clients_of_redirect_uris(["http://localhost/cb"]).is_empty());
}

#[test]
fn design_4_6_bindings_redirect_uris_and_pins_wait() {
    let app = entry(
        "App",
        "new.example",
        "names = [\"App\"]\ndocuments = [\"https://app.example/c\", \"https://app.example/{id}/c\"]\nredirect_uris = [\"http://localhost/cb\", \"http://localhost/other\"]\nkey_hosts = [\"keys.example\"]",
    );
    let new =
        entry("New", "new.example", "names = [\"New\"]\ndocuments = [\"https://new.example/c\"]");
    let pin = PIN.replace("http://localhost/cb", "http://localhost/other");
    let new_pin = PIN.replace("app.example", "new.example");
    let lines = [MARKS, &app, &other(), &new, &pin, &new_pin];
    let (update, changed, pending) = judged(&lines);
    assert_eq!(changed, ["The client New is new.", "New gains the name \"New\"."]);
    assert_eq!(
        pending,
        [
            "App is now published by new.example.",
            "App gains the document https://app.example/{id}/c",
            "App gains the redirect URI http://localhost/other",
            "App gains keys.example as a host of its logos or keys.",
            "New gains the document https://new.example/c",
            "The pinned copy is another copy: https://app.example/c",
            "The pinned copy is new: https://new.example/c",
        ]
    );
    let applied = update.applied;
    assert_eq!(&*applied.client("App").unwrap().publisher, "app.example");
    assert!(applied.client_of_document("https://app.example/x/c").is_none());
    assert!(applied.client_of_document("https://new.example/c").is_none());
    assert!(applied.clients_of_redirect_uris(["http://localhost/other"]).is_empty());
    assert_eq!(applied.pin("https://app.example/c"), current().pin("https://app.example/c"));
    assert!(applied.pin("https://new.example/c").is_none());

    // An administrator accepts some of it: that and no more applies.
    let text = text(6, &lines.concat());
    let only_documents = |difference: &Difference| difference.part == Part::Document;
    let accepted = Update::judge_with(&current(), &text, today(), only_documents).unwrap();
    assert!(accepted.applied.client_of_document("https://app.example/x/c").is_some());
    assert!(accepted.applied.pin("https://new.example/c").is_none());
    assert_eq!(accepted.pending.len(), 5);
    let all = Update::judge_with(&current(), &text, today(), |_| true).unwrap();
    assert_eq!(all.pending, []);
    assert_eq!(all.applied.clients(), Catalogue::parse(&text).unwrap().clients());
    assert_eq!(all.applied.pins(), Catalogue::parse(&text).unwrap().pins());
}

#[test]
fn design_4_6_a_statement_binds_and_waits_and_is_taken_away_at_once() {
    let stated = entry("App", "app.example", &format!("{APP}\n{STATED}"));
    let lines = [MARKS, &stated, &other(), PIN].concat();
    let (update, changed, pending) = judged(&[&lines]);
    assert_eq!(changed, Vec::<String>::new());
    assert_eq!(pending, ["App gains the statements of https://vendor.example com.acme.desktop"]);
    assert_eq!(update.applied.clients(), current().clients());
    let all = Update::judge_with(&current(), &text(6, &lines), today(), |_| true).unwrap();
    assert_eq!(all.applied.client("App").map(|client| client.statements.len()), Some(1));

    // It goes to another entry only once somebody has looked; until then nobody has it.
    let taker = entry("Taker", "taker.example", STATED);
    let next = text(7, &[MARKS, &app(), &other(), &taker, PIN].concat());
    let update = Update::judge(&all.applied, &next, today()).unwrap();
    let words = |list: &[Difference]| list.iter().map(Difference::to_string).collect::<Vec<_>>();
    assert_eq!(
        words(&update.changed),
        [
            "App loses the statements of https://vendor.example com.acme.desktop",
            "The client Taker is new."
        ]
    );
    assert_eq!(
        words(&update.pending),
        ["Taker gains the statements of https://vendor.example com.acme.desktop"]
    );
    assert!(update.applied.clients().iter().all(|client| client.statements.is_empty()));
    assert!(Catalogue::restore(&update.applied.save().unwrap()).is_ok());
}

#[test]
fn to_take_a_mark_away_opens_and_waits() {
    let (update, changed, pending) = judged(&[&app(), &other(), PIN]);
    assert_eq!(changed, Vec::<String>::new());
    assert_eq!(
        pending,
        [
            "The mark as a relay is gone: https://relay.example/r",
            "The mark as a shared host is gone: files.example",
        ]
    );
    assert!(update.applied.is_relay(url("https://relay.example/r")));
    assert!(update.applied.is_shared_host("files.example"));

    // The same where a catalogue below has the mark; to take out entries does not open anything.
    let lifted = "[remove]\nclients = [\"Below\"]\npins = [\"https://below.example/c\"]\nrelays = [\"https://below.example/r\"]\nshared_hosts = [\"below.example\"]\n";
    let (update, changed, pending) = judged(&[MARKS, lifted, &app(), &other(), PIN]);
    assert_eq!(changed.len(), 2, "{changed:?}");
    assert_eq!(
        pending,
        [
            "The mark as a relay is gone: https://below.example/r",
            "The mark as a shared host is gone: below.example",
        ]
    );
    let below = Catalogue::parse(&text(
        1,
        &[
            "relays = [\"https://below.example/r\"]\n",
            &entry("Below", "below.example", "documents = [\"https://below.example/c\"]"),
        ]
        .concat(),
    ))
    .unwrap();
    let extended = below.extended_by(update.applied);
    assert!(
        extended.is_relay(url("https://below.example/r")) && extended.client("Below").is_none()
    );
}

#[test]
fn a_name_does_not_change_hands_before_somebody_has_looked() {
    let taker = entry(
        "Taker",
        "taker.example",
        "names = [\"Taker\", \"OTHER\"]\nredirect_uris = [\"http://localhost/x\"]",
    );
    let nameless = entry("Other", "other.example", "documents = [\"https://other.example/c\"]");
    let lines = [MARKS, &app(), &nameless, &taker, PIN];
    let (update, _, pending) = judged(&lines);
    assert!(pending.contains(&"Taker takes the name \"OTHER\" from its publisher.".to_owned()));
    let owner = |catalogue: &Catalogue| catalogue.owner_of_name("Other").unwrap().name.clone();
    assert_eq!(&*owner(&update.applied), "Other");
    assert_eq!(&*update.applied.owner_of_name("Taker").unwrap().name, "Taker");
    let text = text(6, &lines.concat());
    let all = Update::judge_with(&current(), &text, today(), |_| true).unwrap();
    assert_eq!(&*owner(&all.applied), "Taker");

    // Within one publisher it is only a matter of order.
    let sister = entry(
        "Sister",
        "other.example",
        "names = [\"Other\"]\nredirect_uris = [\"http://localhost/x\"]",
    );
    let (update, _, pending) = judged(&[MARKS, &app(), &nameless, &sister, PIN]);
    assert_eq!(pending, ["Sister gains the redirect URI http://localhost/x"]);
    assert_eq!(&*owner(&update.applied), "Sister");
}

#[test]
fn the_first_catalogue_of_a_source_that_extends_another_is_an_update_of_nothing() {
    let first = text(1, &[MARKS, &app(), PIN].concat());
    let update = Update::judge(&Catalogue::empty(), &first, today()).unwrap();
    assert!(update.applied.is_relay(url("https://relay.example/r")));
    assert_eq!(update.applied.owner_of_name("App").map(|client| client.documents.len()), Some(0));
    assert_eq!(update.pending.len(), 3, "a document, a redirect URI and a pin");
    let none = UpdateError::NotRising { current: 6, offered: 1 };
    let later = Update::judge(&Catalogue::empty(), &text(6, ""), today()).unwrap();
    assert_eq!(Update::judge(&later.applied, &first, today()).err(), Some(none));
}

#[test]
fn an_entry_that_stops_saying_that_its_host_is_shared_waits() {
    let shared = text(1, &entry("App", "app.example", &format!("{APP}\nshared_host = true")));
    let current = Catalogue::parse(&shared).unwrap();
    let update = Update::judge(&current, &text(2, &app()), today()).unwrap();
    assert!(update.applied.is_shared_host("app.example") && update.changed.is_empty());
    assert_eq!(
        update.pending.iter().map(Difference::to_string).collect::<Vec<_>>(),
        ["App loses the mark that others may put files on app.example."]
    );
    let all = Update::judge_with(&current, &text(2, &app()), today(), |_| true).unwrap();
    assert!(!all.applied.is_shared_host("app.example"));
}
