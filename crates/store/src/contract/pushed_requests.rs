//! Promises about pushed authorization requests (RFC 9126 §4): one code each.

use std::sync::Arc;

use super::{
    race,
    samples::{add_people, adding, at, bytes, code, consent, digest, record},
};
use crate::{
    Outcome, Store,
    record::{AddCode, Consent, Recorded, RevocationReason, SpentRequest, Subject},
};

/// The request of this number, answerable until second 1,000.
fn request(number: u32) -> SpentRequest {
    SpentRequest { number: bytes(number), until: at(1000) }
}

/// A consent that answers it, from a page of its own.
fn answering(number: u32, pushed: u32) -> Consent {
    Consent { pushed: Some(request(pushed)), ..consent(number, "claude") }
}

/// By a consent or under a grant on record; what comes second has no effect, and another request is another one.
pub async fn a_pushed_request_is_spent_with_its_code_and_once(store: Arc<dyn Store>) {
    add_people(&store).await;
    assert_eq!(store.find_spent_request(bytes(1)).await.unwrap(), None);
    let grant = record(&store, answering(1, 1)).await;
    assert_eq!(store.find_spent_request(bytes(1)).await.unwrap(), Some(at(1000)));
    assert_eq!(store.record_consent(answering(2, 1)).await.unwrap(), Recorded::RequestSpent);
    assert!(store.find_code(digest(2)).await.unwrap().is_none());
    for (number, pushed, expected) in
        [(3, 1, Outcome::Lost), (4, 2, Outcome::Applied), (5, 2, Outcome::Lost)]
    {
        let add = AddCode { pushed: Some(request(pushed)), ..adding(code(number, grant)) };
        assert_eq!(store.add_code(add).await.unwrap(), expected, "{number}");
        let added = store.find_code(digest(number)).await.unwrap().is_some();
        assert_eq!(added, expected == Outcome::Applied, "{number}");
    }
}

/// A page that was answered, a ban that came in between, a grant that is revoked.
pub async fn what_did_not_happen_spends_nothing(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    let again = Consent { pushed: Some(request(1)), ..consent(1, "claude") };
    assert_eq!(store.record_consent(again).await.unwrap(), Recorded::TicketSpent);
    let outdated = Consent { judged_under: 1, ..answering(2, 1) };
    assert_eq!(store.record_consent(outdated).await.unwrap(), Recorded::JudgedAnew);
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    let add = AddCode { pushed: Some(request(1)), ..adding(code(3, grant)) };
    assert_eq!(store.add_code(add).await.unwrap(), Outcome::Lost);
    assert_eq!(store.find_spent_request(bytes(1)).await.unwrap(), None);
    record(&store, answering(4, 1)).await;
}

/// A race of pages about one request has one winner.
pub async fn of_many_answers_to_one_pushed_request_one_has_a_code(store: Arc<dyn Store>) {
    add_people(&store).await;
    let answers = race(|racer| {
        let store = Arc::clone(&store);
        let consent = answering(100 + u32::from(racer), 1);
        async move { store.record_consent(consent).await.unwrap() }
    })
    .await;
    let given = answers.iter().filter(|answer| matches!(answer, Recorded::Under(_))).count();
    assert_eq!(given, 1);
    assert!(
        answers.iter().all(|answer| matches!(answer, Recorded::Under(_) | Recorded::RequestSpent))
    );
}

/// Not before: otherwise a sweep would let one give two codes.
pub async fn a_sweep_leaves_requests_that_could_still_be_answered(store: Arc<dyn Store>) {
    add_people(&store).await;
    record(&store, answering(1, 1)).await;
    for (seconds, spent) in [(999, true), (1000, false)] {
        store.sweep(at(seconds)).await.unwrap();
        assert_eq!(store.find_spent_request(bytes(1)).await.unwrap().is_some(), spent, "{seconds}");
    }
}
