//! Fills a data directory with logins that were kept, for measuring `salver policy simulate`: `kept_logins DIR N` adds N verdicts of 500
//! people with 1,000 clients over the last 30 days, each as a login keeps it.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "an example is read on a terminal, stops where it cannot go on, and measures real time"
)]

use std::{
    path::Path,
    time::{Instant, SystemTime},
};

use futures_util::{StreamExt as _, stream};
use salver_oauth::{Timestamp, client::redirect_uri::Recipient, id::UserId};
use salver_policy::{
    assessment::{Publisher, Rung},
    evidence::{Evidence, EvidenceKind},
    visit::{Method, Visit},
};
use salver_store::{
    Store,
    record::{NewVerdict, VerdictOutcome},
    sqlite::{Settings, SqliteStore},
};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next(), arguments.next()) else {
        println!("kept_logins DIR N");
        return;
    };
    let (count, began): (u32, _) = (count.parse().unwrap(), Instant::now());
    let store =
        SqliteStore::open(Path::new(&folder).join("salver.db"), Settings::default()).unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let now = Timestamp::from_unix(i64::try_from(now).unwrap());
    // Many at once, so that they are committed together.
    let notes = (0..count).map(|number| store.note_verdict(verdict(number, count, now)));
    stream::iter(notes).buffer_unordered(1_000).for_each(|noted| async { noted.unwrap() }).await;
    println!(
        "{count} logins in {:?}; {} are kept",
        began.elapsed(),
        store.count_verdicts().await.unwrap()
    );
}

fn verdict(number: u32, count: u32, now: Timestamp) -> NewVerdict {
    let visit = visit(number, now);
    let age = i64::from(count - number) * SPAN / i64::from(count);
    NewVerdict {
        at: now.plus_seconds(-age),
        user: visit.user,
        client_id: visit.client_id.to_string(),
        outcome: VerdictOutcome::Allow,
        rule: "open-everybody".to_owned(),
        rules_version: "0123456789ab".to_owned(),
        facts: visit.to_kept(),
    }
}

/// A login of a program whose document lies on a host of its own.
fn visit(number: u32, now: Timestamp) -> Visit {
    let (client, person) = (number % 1_000, number.wrapping_mul(7_919) % 500);
    let host = format!("app{client}.vendor{}.example", client % 97);
    let client_id = format!("https://{host}/oauth/client-metadata.json");
    let mut user = [0; 16];
    for (place, byte) in user.iter_mut().zip(person.to_be_bytes().into_iter().cycle()) {
        *place = byte;
    }
    Visit {
        application: format!("document {client_id}").into(),
        bound_to: None,
        client_id: client_id.into(),
        method: Method::MetadataDocument,
        publisher: Publisher::Domain(host.into()),
        recipient: Recipient::Loopback,
        relay: false,
        redirect_hosts: Vec::new(),
        unlisted: None,
        rung: Rung::Published,
        evidence: Evidence::NONE.with(EvidenceKind::DomainDocument),
        entry: None,
        statement_issuer: None,
        software_id: None,
        keys: Vec::new(),
        key_host: None,
        vetted: false,
        first_seen: Some(now.plus_seconds(-2 * SPAN)),
        name: Some(format!("App {client}").into()),
        look_alike: None,
        resource: "http://localhost:8080/mcp".into(),
        scopes: "files:read files:write".parse().unwrap(),
        user: UserId::from_bytes(user),
        groups: vec!["staff".into(), "engineering".into()],
        pushed: false,
        dpop: false,
    }
}

/// 30 days.
const SPAN: i64 = 30 * 86_400;
