//! `salver admin`: who may sign in here, and who is shut out? Works on the store directly, also while the server runs.

use clap::{Subcommand, ValueEnum};
use salver_oauth::Timestamp;
use salver_server::clock::{Clock as _, SystemClock};
use salver_store::{
    Outcome, Store,
    record::{Role, User},
};
use serde_json::json;

use super::{Where, block_on, duration, public_issuer, settings};
use crate::{
    demo::password,
    failure::Failure,
    output, state,
    wiring::{self, accounts},
};

#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Accounts: make them, show them, disable and enable them.
    #[command(subcommand)]
    User(UserCommand),
    /// Show the groups of an account, and change them.
    Group(super::group::Group),
    /// Shut somebody out: every login and every token, also of what was let in before.
    Ban(super::ban::Ban),
    /// Lift a ban.
    Unban(super::ban::Unban),
    /// Show who is shut out.
    Bans(super::ban::List),
    /// Trust anchors: whose software statements are believed.
    #[command(subcommand)]
    Anchor(super::anchor::AnchorCommand),
    /// Applications: the labels under which people see clients, and what is bound to them.
    #[command(subcommand)]
    App(super::application::App),
    /// How far clients get: registered, allowed, used.
    Funnel(super::application::Funnel),
    /// Who still uses dynamic registration.
    DcrUsage(super::application::DcrUsage),
    /// Tokens with which clients may be registered where not everybody may register them.
    #[command(subcommand)]
    RegistrationToken(super::registration_token::RegistrationTokenCommand),
    /// Clients on record: enter them, approve, suspend, rotate their secrets, take them over from elsewhere.
    #[command(subcommand)]
    Client(super::recorded::Client),
    /// Tokens of programs that manage clients over HTTP.
    #[command(subcommand)]
    ApiToken(super::api_token::Command),
    /// What clients' metadata documents say now, and grants that wait because of it.
    #[command(subcommand)]
    Change(super::change::Change),
    /// Clients that wait for a reviewer: show them, decide.
    #[command(subcommand)]
    Review(super::review::Review),
    /// What is approved and in force; or end an approval.
    Approvals(super::approvals::Approvals),
    /// Print a link with which one person can make an account.
    Invite {
        /// The account's role.
        #[arg(long, value_enum, default_value_t = RoleName::User)]
        role: RoleName,
        /// How long the link works, like 15m, 24h or 7d.
        #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "24h")]
        ttl: i64,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account; its password is made and printed, or read from standard input.
    Add {
        /// The name to sign in with.
        username: String,
        /// The account's role.
        #[arg(long, value_enum, default_value_t = RoleName::User)]
        role: RoleName,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show all accounts.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show one account.
    Show {
        /// The account's name.
        username: String,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// End an account's sessions and grants, and let it sign in no more.
    Disable {
        /// The account's name.
        username: String,
        #[command(flatten)]
        place: Where,
    },
    /// Let a disabled account sign in again.
    Enable {
        /// The account's name.
        username: String,
        #[command(flatten)]
        place: Where,
    },
}

/// A role on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RoleName {
    User,
    Developer,
    Reviewer,
    Administrator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::User => Self::User,
            RoleName::Developer => Self::Developer,
            RoleName::Reviewer => Self::Reviewer,
            RoleName::Administrator => Self::Administrator,
        }
    }
}

impl Admin {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::User(UserCommand::Add { username, role, password_stdin, json, place }) => {
                add(&username, role.into(), password_stdin, json, &place)
            }
            Self::Group(group) => group.run(),
            Self::Ban(ban) => ban.run(),
            Self::Unban(unban) => unban.run(),
            Self::Bans(bans) => bans.run(),
            Self::Anchor(anchor) => anchor.run(),
            Self::ApiToken(token) => token.run(),
            Self::Client(client) => client.run(),
            Self::Change(change) => change.run(),
            Self::Review(review) => review.run(),
            Self::Approvals(approvals) => approvals.run(),
            Self::App(app) => app.run(),
            Self::Funnel(funnel) => funnel.run(),
            Self::DcrUsage(usage) => usage.run(),
            Self::RegistrationToken(token) => token.run(),
            Self::User(UserCommand::List { json, place }) => list(json, &place),
            Self::User(UserCommand::Show { username, json, place }) => {
                show(&username, json, &place)
            }
            Self::User(UserCommand::Disable { username, place }) => {
                set_disabled(&username, true, &place)
            }
            Self::User(UserCommand::Enable { username, place }) => {
                set_disabled(&username, false, &place)
            }
            Self::Invite { role, ttl, json, place } => invite(role.into(), ttl, json, &place),
        }
    }
}

fn add(
    username: &str,
    role: Role,
    password_stdin: bool,
    json: bool,
    place: &Where,
) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let (password, made) =
        if password_stdin { (first_line()?, false) } else { (password::make()?, true) };
    block_on(accounts::add(&*state.store, username, password.clone(), role))?;
    match (json, made) {
        (true, true) => output::json(
            &json!({ "username": username, "role": role_name(role), "password": password }),
        ),
        (true, false) => output::json(&json!({ "username": username, "role": role_name(role) })),
        (false, true) => output::data(&password),
        (false, false) => {}
    }
    output::talk(&format!(
        "The account {username} ({}) is made{}.",
        role_name(role),
        if made { "; its password is shown this once" } else { "" }
    ));
    Ok(())
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Failure::Refused {
        why: format!("standard input cannot be read: {error}"),
        hint: "write the password to standard input, in UTF-8".to_owned(),
    })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn list(json: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let users = block_on(async { Ok(state.store.list_users().await?) })?;
    if users.is_empty() {
        output::talk("There is no account yet: `salver admin invite` prints a link to make one.");
        return Ok(());
    }
    if json {
        for user in &users {
            output::json(&line(user));
        }
        return Ok(());
    }
    let rows: Vec<Vec<String>> = users.iter().map(row).collect();
    output::table(HEADING, &rows);
    Ok(())
}

fn show(username: &str, json: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let user = block_on(find(&*state.store, username))?;
    if json {
        output::json(&line(&user));
    } else {
        output::table(HEADING, &[row(&user)]);
    }
    Ok(())
}

fn line(user: &User) -> serde_json::Value {
    json!({
        "id": user.id, "username": user.username, "role": role_name(user.role), "groups": user.groups,
        "created_at": user.created_at, "disabled_at": user.disabled_at,
    })
}

fn row(user: &User) -> Vec<String> {
    let (state, since) =
        user.disabled_at.map_or(("active", user.created_at), |at| ("disabled", at));
    vec![
        user.username.clone(),
        role_name(user.role).to_owned(),
        if user.groups.is_empty() { "-".to_owned() } else { user.groups.join(", ") },
        state.to_owned(),
        duration::date(since),
    ]
}

fn set_disabled(username: &str, disabled: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let outcome = block_on(change(&*state.store, username, disabled, SystemClock.now()))?;
    let word = if disabled { "disabled" } else { "enabled" };
    output::talk(&match outcome {
        Outcome::Applied => format!("The account {username} is {word}."),
        Outcome::Lost => format!("The account {username} was {word} already."),
    });
    Ok(())
}

async fn change(
    store: &dyn Store,
    username: &str,
    disabled: bool,
    now: Timestamp,
) -> Result<Outcome, Failure> {
    let user = find(store, username).await?;
    Ok(if disabled {
        store.disable_user(user.id, now).await?
    } else {
        store.enable_user(user.id).await?
    })
}

/// The account of this name.
pub(super) async fn find(store: &dyn Store, username: &str) -> Result<User, Failure> {
    store.find_user_by_name(username).await?.ok_or_else(|| Failure::Refused {
        why: format!("there is no account \"{}\"", username.escape_debug()),
        hint: "`salver admin user list` shows all".to_owned(),
    })
}

fn invite(role: Role, ttl: i64, json: bool, place: &Where) -> Result<(), Failure> {
    let settings = settings(&place.flags())?;
    let state = state::open(&settings)?;
    let issuer = public_issuer(&settings)?;
    let secrets = wiring::secrets(&state)?;
    let link = block_on(accounts::invite(&*state.store, &secrets, &issuer, (role, ttl)))?;
    if json {
        output::json(
            &json!({ "invitation_url": link, "role": role_name(role), "expires_at": SystemClock.now().plus_seconds(ttl) }),
        );
    } else {
        output::data(&link);
        output::talk(&format!(
            "The link works once, for {}; it makes an account of the role {}.",
            duration::words(ttl),
            role_name(role)
        ));
    }
    Ok(())
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Developer => "developer",
        Role::Reviewer => "reviewer",
        Role::Administrator => "administrator",
    }
}

const HEADING: &[&str] = &["USERNAME", "ROLE", "GROUPS", "STATE", "SINCE"];
