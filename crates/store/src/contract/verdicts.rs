//! Promises about what policy said at logins.

use std::sync::Arc;

use super::samples::{
    add_people, adding, at, bytes, code, consent, digest, record, user_id, verdict,
};
use crate::{
    Outcome, Store,
    record::{
        AddCode, Consent, KeptVerdict, NewVerdict, Recorded, RevocationReason, Subject,
        VerdictOutcome,
    },
    retention,
};

/// The rules of the verdicts that are kept, in order.
async fn rules(store: &Arc<dyn Store>) -> Vec<String> {
    let kept = store.list_verdicts(0, u32::MAX).await.unwrap();
    assert_eq!(u64::try_from(kept.len()), Ok(store.count_verdicts().await.unwrap()));
    kept.into_iter().map(|verdict| verdict.rule).collect()
}

/// As they went in, oldest first; each page begins behind the last one.
pub async fn verdicts_are_read_in_pages(store: Arc<dyn Store>) {
    const OUTCOMES: [VerdictOutcome; 4] =
        [VerdictOutcome::Allow, VerdictOutcome::Warn, VerdictOutcome::Review, VerdictOutcome::Deny];
    for (number, outcome) in (1..).zip(OUTCOMES) {
        store.note_verdict(NewVerdict { outcome, ..verdict(number) }).await.unwrap();
    }
    let (mut found, mut after): (Vec<KeptVerdict>, _) = (Vec::new(), 0);
    for length in [3, 1, 0] {
        let page = store.list_verdicts(after, 3).await.unwrap();
        assert_eq!(page.len(), length);
        found.extend(page);
        after = found.last().unwrap().number;
    }
    assert!(found.windows(2).all(|pair| matches!(pair, [one, next] if one.number < next.number)));
    assert_eq!(found.iter().map(|found| found.outcome).collect::<Vec<_>>(), OUTCOMES);
    let NewVerdict { at, user, client_id, outcome, rule, rules_version, facts } = verdict(1);
    let number = found.first().unwrap().number;
    let first = KeptVerdict { number, at, user, client_id, outcome, rule, rules_version, facts };
    assert_eq!(found.first(), Some(&first));
    assert_eq!(store.count_verdicts().await.unwrap(), 4);
}

/// A widening consent too; and the grant bears the text of its newest consent.
pub async fn a_consent_and_a_code_bring_their_verdicts(store: Arc<dyn Store>) {
    add_people(&store).await;
    let first = Consent { verdict: Some(verdict(1)), ..consent(1, "claude") };
    let grant = record(&store, first).await;
    let mut wider = Consent { verdict: Some(verdict(2)), ..consent(2, "claude") };
    wider.grant.verdict = Some(r#"{"outcome":"warn"}"#.into());
    assert_eq!(record(&store, wider).await, grant);
    let add = AddCode { verdict: Some(verdict(3)), ..adding(code(3, grant)) };
    assert_eq!(store.add_code(add).await.unwrap(), Outcome::Applied);
    // None of them is no fault.
    record(&store, consent(4, "claude")).await;
    assert_eq!(store.add_code(adding(code(5, grant))).await.unwrap(), Outcome::Applied);
    assert_eq!(rules(&store).await, ["rule1", "rule2", "rule3"]);
    let (_, grant) = store.find_code(digest(2)).await.unwrap().unwrap();
    assert_eq!(grant.verdict, consent(4, "claude").grant.verdict);
}

/// Whatever the reason.
pub async fn what_did_not_happen_leaves_no_verdict(store: Arc<dyn Store>) {
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    let refused = Consent { verdict: Some(verdict(1)), ..consent(2, "zed") };
    let mut answered = refused.clone();
    answered.code.ticket = bytes(1);
    let mut of_nobody = refused.clone();
    of_nobody.grant.user = user_id(9);
    let outdated = Consent {
        document: Some(b"a document".to_vec()),
        newest: Some(digest(9)),
        ..refused.clone()
    };
    let judged_anew = Consent { judged_under: 1, ..refused };
    for (consent, expected) in [
        (answered, Recorded::TicketSpent),
        (of_nobody, Recorded::UserDisabled),
        (outdated, Recorded::Outdated),
        (judged_anew, Recorded::JudgedAnew),
    ] {
        assert_eq!(store.record_consent(consent).await.unwrap(), expected);
    }
    let add = AddCode { verdict: Some(verdict(2)), ..adding(code(3, grant)) };
    let judged_anew = AddCode { judged_under: 1, ..add.clone() };
    assert_eq!(store.add_code(judged_anew).await.unwrap(), Outcome::Lost);
    store.revoke(Subject::Grant(grant), RevocationReason::User, at(5)).await.unwrap();
    assert_eq!(store.add_code(add).await.unwrap(), Outcome::Lost);
    assert!(rules(&store).await.is_empty());
}

/// To the second, whatever their order.
pub async fn a_verdict_stays_thirty_days(store: Arc<dyn Store>) {
    for (number, seconds) in [(1, 10), (2, 5), (3, 20)] {
        store.note_verdict(NewVerdict { at: at(seconds), ..verdict(number) }).await.unwrap();
    }
    for (seconds, expected) in [
        (retention::VERDICT + 4, vec!["rule1", "rule2", "rule3"]),
        (retention::VERDICT + 5, vec!["rule1", "rule3"]),
        (retention::VERDICT + 19, vec!["rule3"]),
        (retention::VERDICT + 20, vec![]),
    ] {
        store.sweep(at(seconds)).await.unwrap();
        assert_eq!(rules(&store).await, expected, "{seconds}");
    }
}
