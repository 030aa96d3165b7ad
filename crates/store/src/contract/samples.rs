//! Which people, clients and tokens do the cases play with? Everything is made of small numbers, so that cases stay readable.

use std::sync::Arc;

use salver_oauth::{ApplicationId, GrantId, InstallationId, Scope, Timestamp, UserId};

use crate::{
    Outcome, Store,
    record::{
        AddCode, AdvanceInstallation, ClientContent, ClientState, Code, Consent, Digest, Grant,
        Home, Installation, NewClientEvent, NewRecordedClient, NewUser, NewVerdict, Recorded,
        RecordedClient, RedeemCode, Role, Session, User, UserAdded, VerdictOutcome,
    },
};

/// The time at which cases begin.
pub const START: i64 = 1_800_000_000;

/// So many seconds after the beginning.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(START + seconds)
}

/// 16 bytes for a number.
#[must_use]
pub fn bytes(number: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().zip(number.to_be_bytes().into_iter().cycle()) {
        *place = byte;
    }
    bytes
}

/// A digest for a number.
#[must_use]
pub fn digest(number: u32) -> Digest {
    let mut digest = [0; 32];
    for (place, byte) in digest.iter_mut().zip(number.to_be_bytes().into_iter().cycle()) {
        *place = byte;
    }
    digest
}

/// A scope.
#[must_use]
pub fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

/// A user's id.
#[must_use]
pub fn user_id(number: u32) -> UserId {
    UserId::from_bytes(bytes(number))
}

/// An installation's id.
#[must_use]
pub fn installation_id(number: u32) -> InstallationId {
    InstallationId::from_bytes(bytes(number))
}

/// A user of this name.
#[must_use]
pub fn user(number: u32, username: &str) -> User {
    User {
        id: user_id(number),
        username: username.into(),
        role: Role::User,
        groups: Vec::new(),
        password_hash: format!("$argon2id${username}"),
        created_at: at(0),
        disabled_at: None,
    }
}

/// A session, thirty days long.
#[must_use]
pub fn session(token: u32, user: u32) -> Session {
    Session {
        token: digest(token),
        user: user_id(user),
        created_at: at(0),
        expires_at: at(30 * 86_400),
    }
}

/// A code of one minute, with ticket and digest of this number.
#[must_use]
pub fn code(number: u32, grant: GrantId) -> Code {
    Code {
        code: digest(number),
        ticket: bytes(number),
        grant,
        metadata: digest(0),
        redirect_uri: "http://127.0.0.1:4711/callback".into(),
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
        scope: scope("read"),
        pushed_by: None,
        instance_key: None,
        auth_time: at(-5),
        created_at: at(0),
        expires_at: at(60),
        redeemed_by: None,
    }
}

/// The adding of this code, decided before there were bans.
#[must_use]
pub fn adding(code: Code) -> AddCode {
    AddCode { code, judged_under: 0, verdict: None, pushed: None }
}

/// User 1 (unless changed) lets the client of this name read; grant, application and code get this number.
#[must_use]
pub fn consent(number: u32, client: &str) -> Consent {
    let grant = Grant {
        id: GrantId::from_bytes(bytes(number)),
        user: user_id(1),
        application: ApplicationId::from_bytes(bytes(number)),
        fingerprint: format!("document {client}"),
        client_id: format!("https://{client}.example/client.json"),
        recipient: "loopback".into(),
        resource: "https://as.example/mcp".into(),
        instance: None,
        scope: scope("read"),
        assessment: r#"{"rung":"published"}"#.into(),
        metadata: digest(0),
        verdict: Some(r#"{"outcome":"allow"}"#.into()),
        created_at: at(0),
        consented_at: at(0),
        held_at: None,
        revoked_at: None,
    };
    Consent {
        name: client.into(),
        home: home(&format!("document {client}"), client),
        code: code(number, grant.id),
        grant,
        document: None,
        newest: None,
        judged_under: 0,
        verdict: None,
        pushed: None,
    }
}

/// An application.
#[must_use]
pub fn home(key: &str, label: &str) -> Home {
    Home { key: key.into(), label: label.into() }
}

/// What a rule of this number said to user 1.
#[must_use]
pub fn verdict(number: u32) -> NewVerdict {
    NewVerdict {
        at: at(0),
        user: user_id(1),
        client_id: "https://claude.example/client.json".into(),
        outcome: VerdictOutcome::Allow,
        rule: format!("rule{number}"),
        rules_version: "1".into(),
        facts: number.to_be_bytes().to_vec(),
    }
}

/// An installation of ninety days.
#[must_use]
pub fn installation(number: u32, grant: GrantId) -> Installation {
    Installation {
        id: installation_id(number),
        grant,
        scope: scope("read"),
        client_key: None,
        instance_key: None,
        generation: 0,
        current: digest(number),
        previous: None,
        rotated_at: at(1),
        used_generation: None,
        created_at: at(1),
        last_used_at: at(1),
        expires_at: at(90 * 86_400),
        ended_at: None,
    }
}

/// A rotation from this generation, at this time.
#[must_use]
pub fn advance(number: u32, expected_generation: u32, seconds: i64) -> AdvanceInstallation {
    AdvanceInstallation {
        id: installation_id(number),
        expected_generation,
        current: digest(1000 + expected_generation),
        previous: digest(number),
        client_key: None,
        now: at(seconds),
        expires_at: at(seconds + 90 * 86_400),
    }
}

/// Adds users 1 (ada) and 2 (bob).
pub async fn add_people(store: &Arc<dyn Store>) {
    for (number, name) in [(1, "ada"), (2, "bob")] {
        let user = NewUser { user: user(number, name), invitation: None };
        assert_eq!(store.add_user(user).await.unwrap(), UserAdded::Added);
    }
}

/// Records a consent that must succeed; answers its grant.
pub async fn record(store: &Arc<dyn Store>, consent: Consent) -> GrantId {
    match store.record_consent(consent).await.unwrap() {
        Recorded::Under(grant) => grant,
        other => unreachable!("{other:?}"),
    }
}

/// Adds a code under a grant and redeems it: the installation of this number.
pub async fn install(store: &Arc<dyn Store>, number: u32, grant: GrantId) {
    let code = Code {
        code: digest(10_000 + number),
        ticket: bytes(10_000 + number),
        ..code(number, grant)
    };
    let redeem = RedeemCode { code: code.code, installation: installation(number, grant) };
    assert_eq!(store.add_code(adding(code)).await.unwrap(), Outcome::Applied);
    assert_eq!(store.redeem_code(redeem).await.unwrap(), Outcome::Applied);
}

/// People, and a grant of ada's with installation 1.
pub async fn one_installation(store: &Arc<dyn Store>) -> GrantId {
    add_people(store).await;
    let grant = record(store, consent(1, "claude")).await;
    install(store, 1, grant).await;
    grant
}

/// A draft of this number.
#[must_use]
pub fn draft(number: u32, owner: Option<UserId>) -> RecordedClient {
    RecordedClient {
        client_id: format!("app_{number}"),
        owner,
        revision: 0,
        content: ClientContent {
            state: ClientState::Draft,
            draft: format!(r#"{{"client_name":"App {number}"}}"#),
            in_force: None,
            vetted: false,
            shared_with: None,
            expires_at: None,
            stem: GrantId::from_bytes(bytes(number)),
            document: None,
            lost_domain: None,
        },
        created_at: at(i64::from(number)),
        changed_at: at(i64::from(number)),
    }
}

/// Enters it.
pub async fn enter(store: &Arc<dyn Store>, client: RecordedClient) -> Outcome {
    let event = client_event("entered", client.created_at.as_unix() - at(0).as_unix());
    store.add_recorded_client(NewRecordedClient { client, event }).await.unwrap()
}

/// Something that ada did to a client.
#[must_use]
pub fn client_event(what: &str, seconds: i64) -> NewClientEvent {
    NewClientEvent { by: "ada".into(), what: what.into(), note: String::new(), at: at(seconds) }
}
