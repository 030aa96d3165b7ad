//! Making an account by a link that works once, for its time.

use salver_oauth::{Timestamp, UserId};
use salver_store::{
    Store, StoreError,
    record::{Digest, Invitation, NewUser, Role, User, UserAdded},
};
use zeroize::Zeroizing;

use super::{AccountDeps, browser::Browser};
use crate::{
    chance::{Chance, secret_text},
    form_token::{Holder, Purpose},
    password::{HashingError, Password, PasswordFault},
    secrets::Secrets,
    session::{self, NewSession},
};

/// Why an account was not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetupFault {
    /// The form was not shown to this browser, or too long ago.
    StaleForm,
    /// Somebody else has the name.
    NameTaken,
    /// Too many passwords are being checked.
    Busy,
    /// The name cannot be one.
    Username(UsernameFault),
    /// The password cannot be one.
    Password(PasswordFault),
}

/// Why a text cannot be a username.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UsernameFault {
    /// Not 1 to 64 characters.
    Length,
    /// A character that cannot be seen, or that moves other text.
    Character,
}

/// A filled-in form.
pub struct Setup {
    /// The text in the link.
    pub link: String,
    /// The name.
    pub username: String,
    /// The password.
    pub password: Password,
    /// The token of the form.
    pub form_token: String,
    /// The browser.
    pub browser: Browser,
    /// The session that the new one replaces.
    pub previous: Option<Digest>,
}

/// What became of it.
pub enum SetUp {
    /// The account is made, and its owner signed in.
    Done {
        /// The session.
        session: NewSession,
        /// The browser, which knows the account now.
        browser: Browser,
    },
    /// The form is to be filled in again.
    Again {
        /// The role of the invitation.
        role: Role,
        /// Why.
        faults: Vec<SetupFault>,
    },
    /// The link is unknown, spent or past its time.
    NoSuchLink,
}

/// A link to make.
#[derive(Clone, Copy, Debug)]
pub struct Invite {
    /// The role of the account.
    pub role: Role,
    /// How long it works.
    pub lifetime_seconds: i64,
    /// Now.
    pub now: Timestamp,
}

/// A link that was just made.
pub struct NewLink {
    /// What goes after `/account/setup/`: the only copy.
    pub secret: Zeroizing<String>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Makes a link with which one account can be made. A command beside the server can do it too.
///
/// # Errors
/// If the store does not answer.
pub async fn invite(
    store: &dyn Store,
    secrets: &Secrets,
    chance: &dyn Chance,
    wish: Invite,
) -> Result<NewLink, StoreError> {
    let secret = Zeroizing::new(secret_text(chance));
    let expires_at = wish.now.plus_seconds(wish.lifetime_seconds);
    let (token, created_at) = (link_digest(secrets, &secret), wish.now);
    let invitation = Invitation { token, role: wish.role, created_at, expires_at };
    store.add_invitation(invitation).await?;
    Ok(NewLink { secret, expires_at })
}

/// The invitation behind a link, if it still works.
///
/// # Errors
/// If the store does not answer.
pub async fn find(account: &AccountDeps, link: &str) -> Result<Option<Invitation>, StoreError> {
    account
        .deps
        .store
        .find_invitation(link_digest(&account.deps.secrets, link), account.deps.now())
        .await
}

/// Makes the account.
///
/// # Errors
/// If the store does not answer.
pub async fn set_up(account: &AccountDeps, setup: Setup) -> Result<SetUp, StoreError> {
    let Some(invitation) = find(account, &setup.link).await? else {
        return Ok(SetUp::NoSuchLink);
    };
    let role = invitation.role;
    let faults = check(account, &setup);
    if !faults.is_empty() {
        return Ok(SetUp::Again { role, faults });
    }
    let password_hash = match account.passwords.hash(setup.password, account.deps.random()).await {
        Ok(hash) => hash,
        Err(HashingError::Busy | HashingError::Failed) => {
            return Ok(SetUp::Again { role, faults: vec![SetupFault::Busy] });
        }
    };
    let user = User {
        id: UserId::from_bytes(account.deps.random()),
        username: setup.username.trim().to_owned(),
        role,
        groups: Vec::new(),
        password_hash,
        created_at: account.deps.now(),
        disabled_at: None,
    };
    let id = user.id;
    match account.deps.store.add_user(NewUser { user, invitation: Some(invitation.token) }).await? {
        UserAdded::Added => {}
        UserAdded::NameTaken => {
            return Ok(SetUp::Again { role, faults: vec![SetupFault::NameTaken] });
        }
        UserAdded::InvitationSpent => return Ok(SetUp::NoSuchLink),
    }
    if let Some(previous) = setup.previous {
        account.deps.store.end_session(previous).await?;
    }
    let session = session::begin(account, id, account.deps.now()).await?;
    Ok(SetUp::Done { session, browser: setup.browser.remembering(id) })
}

/// Whether a text can be a username, as it will be kept: without white space around it.
///
/// # Errors
/// The rule that it breaks.
pub fn check_username(username: &str) -> Result<(), UsernameFault> {
    let username = username.trim();
    if !(1..=64).contains(&username.chars().count()) {
        return Err(UsernameFault::Length);
    }
    // What a page would drop from a stranger's text, nobody may have in a name here.
    let shown = crate::pages::Untrusted::name(username);
    let as_it_is = shown.is_some_and(|shown| shown.text() == username);
    if as_it_is { Ok(()) } else { Err(UsernameFault::Character) }
}

fn check(account: &AccountDeps, setup: &Setup) -> Vec<SetupFault> {
    let holder = Holder::Browser(setup.browser.id);
    if !account.accepts(&setup.form_token, Purpose::Setup, &holder) {
        return vec![SetupFault::StaleForm];
    }
    let username = check_username(&setup.username).err().map(SetupFault::Username);
    let password = setup.password.check(setup.username.trim()).err().map(SetupFault::Password);
    username.into_iter().chain(password).collect()
}

fn link_digest(secrets: &Secrets, link: &str) -> Digest {
    secrets.digest(&format!("setup link {link}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_can_be_seen_and_are_1_to_64_characters() {
        for (username, expected) in [
            ("alice", Ok(())),
            (" alice ", Ok(())),
            ("Дарья Иванова", Ok(())),
            ("alice@example.org", Ok(())),
            ("", Err(UsernameFault::Length)),
            ("  ", Err(UsernameFault::Length)),
            (&"x".repeat(64), Ok(())),
            (&"x".repeat(65), Err(UsernameFault::Length)),
            ("a\u{202e}b", Err(UsernameFault::Character)),
            ("a\u{200b}b", Err(UsernameFault::Character)),
            ("a\nb", Err(UsernameFault::Character)),
            ("a  b", Err(UsernameFault::Character)),
        ] {
            assert_eq!(check_username(username), expected, "{username:?}");
        }
    }
}
