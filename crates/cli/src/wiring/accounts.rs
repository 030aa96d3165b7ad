//! How are accounts and links made without a browser? By commands, beside a server that runs or before it does.

use salver_oauth::{Issuer, UserId};
use salver_server::{
    chance::{SystemChance, random},
    clock::{Clock as _, SystemClock},
    flow::account::setup::{self, Invite, UsernameFault},
    password::{Password, PasswordFault, Passwords},
    secrets::Secrets,
};
use salver_store::{
    Store,
    record::{NewUser, Role, User, UserAdded},
};

use crate::failure::Failure;

/// A link with which one account can be made.
pub(crate) async fn invite(
    store: &dyn Store,
    secrets: &Secrets,
    issuer: &Issuer,
    (role, lifetime_seconds): (Role, i64),
) -> Result<String, Failure> {
    let wish = Invite { role, lifetime_seconds, now: SystemClock.now() };
    let link = setup::invite(store, secrets, &SystemChance::default(), wish).await?;
    Ok(issuer.endpoint(&format!("/account/setup/{}", *link.secret)))
}

/// Makes an account with a password.
pub(crate) async fn add(
    store: &dyn Store,
    username: &str,
    password: String,
    role: Role,
) -> Result<(), Failure> {
    setup::check_username(username).map_err(|fault| Failure::Refused {
        why: format!(
            "\"{}\" cannot be a username: {}",
            username.escape_debug(),
            username_fault(fault)
        ),
        hint: "use 1 to 64 characters that can be seen, with single spaces at most".to_owned(),
    })?;
    let user = User {
        id: UserId::from_bytes(random(&SystemChance::default())),
        username: username.trim().to_owned(),
        role,
        groups: Vec::new(),
        password_hash: hash(username, password).await?,
        created_at: SystemClock.now(),
        disabled_at: None,
    };
    match store.add_user(NewUser { user, invitation: None }).await? {
        UserAdded::Added => Ok(()),
        UserAdded::NameTaken | UserAdded::InvitationSpent => Err(Failure::Refused {
            why: format!("there is an account \"{username}\" already"),
            hint: "choose another name; `salver admin user list` shows all".to_owned(),
        }),
    }
}

/// What is stored of a password.
pub(crate) async fn hash(username: &str, password: String) -> Result<String, Failure> {
    let password = Password::new(password);
    password.check(username.trim()).map_err(|fault| Failure::Refused {
        why: format!("that cannot be a password: {}", password_fault(fault)),
        hint: "use at least 12 bytes, and not the username".to_owned(),
    })?;
    let hashed = Passwords::new(1).hash(password, random(&SystemChance::default())).await;
    hashed.map_err(|error| Failure::Setup { part: "the password", why: error.to_string() })
}

fn username_fault(fault: UsernameFault) -> &'static str {
    match fault {
        UsernameFault::Length => "it must have 1 to 64 characters",
        UsernameFault::Character => "it holds a character that cannot be seen",
    }
}

fn password_fault(fault: PasswordFault) -> &'static str {
    match fault {
        PasswordFault::TooShort => "it is too short",
        PasswordFault::TooLong => "it is too long",
        PasswordFault::HoldsUsername => "the username is in it",
    }
}
