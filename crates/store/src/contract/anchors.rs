//! Promises about trust anchors and what they have signed (RFC 7591 §2.3, DESIGN §5).

use std::sync::Arc;

use super::{race, samples::at};
use crate::{
    Outcome, Store,
    record::{Anchor, StatedClient, StatedNoted},
    retention,
};

fn anchor(issuer: &str) -> Anchor {
    Anchor {
        issuer: issuer.into(),
        content: Some("{}".into()),
        suspended: false,
        changed_by: "ada".into(),
        changed_at: at(0),
    }
}

fn stated(software_id: &str, document: &str, issued: i64) -> StatedClient {
    StatedClient {
        client_id: format!("sws_{software_id}"),
        issuer: "https://vendor.example".into(),
        software_id: software_id.into(),
        software_version: format!("1.{issued}"),
        document: document.into(),
        issued_at: at(issued),
        key: "k".into(),
        checked_at: at(issued),
    }
}

/// One for each issuer; every change is counted, so that what was judged before is judged anew.
pub async fn an_anchor_comes_back_as_it_was(store: Arc<dyn Store>) {
    let number = store.bans_number().await.unwrap();
    let (one, other) = (anchor("https://a.example"), anchor("https://b.example"));
    store.set_anchor(other.clone()).await.unwrap();
    store.set_anchor(one.clone()).await.unwrap();
    assert_eq!(store.list_anchors().await.unwrap(), [one.clone(), other.clone()]);
    let word = Anchor { content: None, suspended: true, changed_at: at(9), ..one };
    store.set_anchor(word.clone()).await.unwrap();
    assert_eq!(store.list_anchors().await.unwrap(), [word.clone(), other]);
    assert_eq!(store.bans_number().await.unwrap(), number + 3);
    assert_eq!(store.remove_anchor("https://b.example").await.unwrap(), Outcome::Applied);
    assert_eq!(store.remove_anchor("https://b.example").await.unwrap(), Outcome::Lost);
    assert_eq!(store.list_anchors().await.unwrap(), [word]);
    assert_eq!(store.bans_number().await.unwrap(), number + 4);
}

/// The greatest `iat` holds: there is no way back, and what says the same is the same.
pub async fn of_two_statements_the_newer_one_holds(store: Arc<dyn Store>) {
    for (why, new, noted, holds) in [
        ("the first", stated("x", "a", 10), StatedNoted::New, ("a", 10)),
        ("the same again", stated("x", "a", 10), StatedNoted::Same, ("a", 10)),
        ("the same, older", stated("x", "a", 9), StatedNoted::Same, ("a", 10)),
        ("the same, newer", stated("x", "a", 12), StatedNoted::Same, ("a", 12)),
        ("another, older", stated("x", "b", 11), StatedNoted::Older, ("a", 12)),
        ("another of the same second", stated("x", "b", 12), StatedNoted::Older, ("a", 12)),
        ("another, newer", stated("x", "b", 13), StatedNoted::Changed(b"a".to_vec()), ("b", 13)),
        ("back to the first", stated("x", "a", 12), StatedNoted::Older, ("b", 13)),
    ] {
        assert_eq!(store.note_stated_client(new).await.unwrap(), noted, "{why}");
        let found = store.find_stated_client("sws_x").await.unwrap().unwrap();
        assert_eq!(found.document, holds.0.as_bytes(), "{why}");
        assert_eq!(found.issued_at, at(holds.1), "{why}");
        assert_eq!(found.software_version, format!("1.{}", holds.1), "{why}");
    }
    assert_eq!(store.find_stated_client("sws_y").await.unwrap(), None);
}

/// So many for each anchor, whatever the others have; who is there may still change.
pub async fn an_anchor_has_no_more_softwares_than_allowed(store: Arc<dyn Store>) {
    for number in 0..retention::STATED_CLIENTS {
        let new = stated(&format!("{number:03}"), "a", 1);
        assert_eq!(store.note_stated_client(new).await.unwrap(), StatedNoted::New);
    }
    let more = stated("more", "a", 1);
    assert_eq!(store.note_stated_client(more.clone()).await.unwrap(), StatedNoted::TooMany);
    let changed = store.note_stated_client(stated("000", "b", 2)).await.unwrap();
    assert_eq!(changed, StatedNoted::Changed(b"a".to_vec()));
    let other = StatedClient { issuer: "https://other.example".into(), ..stated("o", "a", 1) };
    assert_eq!(store.note_stated_client(other.clone()).await.unwrap(), StatedNoted::New);
    let vendor = "https://vendor.example";
    assert_eq!(store.remove_stated_clients(vendor, Some("sws_o")).await.unwrap(), 0);
    assert_eq!(store.remove_stated_clients(vendor, Some("sws_001")).await.unwrap(), 1);
    assert_eq!(store.note_stated_client(more).await.unwrap(), StatedNoted::New);
    let all = u64::from(retention::STATED_CLIENTS);
    assert_eq!(store.remove_stated_clients(vendor, None).await.unwrap(), all);
    assert_eq!(store.list_stated_clients().await.unwrap(), [other]);
}

/// Whatever arrives first: in the end the newest holds.
pub async fn of_many_statements_at_once_the_newest_holds(store: Arc<dyn Store>) {
    race(|number| {
        let store = Arc::clone(&store);
        let issued = i64::from(number);
        let new = stated("x", &format!("document {issued}"), issued);
        async move { store.note_stated_client(new).await.unwrap() }
    })
    .await;
    let found = store.find_stated_client("sws_x").await.unwrap().unwrap();
    let newest = i64::from(super::RACERS) - 1;
    assert_eq!(found.issued_at, at(newest));
    assert_eq!(found.document, format!("document {newest}").into_bytes());
}
