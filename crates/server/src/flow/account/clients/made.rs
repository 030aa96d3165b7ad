//! A person enters a client for themselves: from the fields of a form to its id and secret, once.
//!
//! What a form makes bears a number that follows from the form, so one that is sent twice makes one client, and shows its secret to the first alone.

use salver_oauth::{Timestamp, client::recorded::RecordedId};
use salver_store::{
    StoreError,
    record::{ClientState, RecordedClient},
};
use zeroize::Zeroizing;

use super::{
    Usable,
    fields::{Fault, Fields, read},
    registrar, usable,
};
use crate::flow::{
    SignedIn,
    account::AccountDeps,
    registrar::{Act, Entry, EntryRefusal, NewSecret, SecretRefusal, SecretWish},
};
use salver_oauth::client::recorded::Purpose;

/// A client that somebody wants.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Of the form.
    pub form_token: String,
    /// Of the form.
    pub nonce: String,
    /// What it is to be.
    pub fields: Fields,
    /// For how many days, or `never`.
    pub span: String,
}

/// What became of the wish.
#[derive(Debug)]
pub enum Made {
    /// It is there.
    Yes {
        /// It.
        client: Box<Usable>,
        /// Its secret, if it has one: shown now and never again.
        secret: Option<Zeroizing<String>>,
    },
    /// It is there since this form was sent for the first time.
    Before(Box<Usable>),
    /// Something has to be filled in otherwise.
    No(Vec<Fault>),
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Makes a client.
///
/// # Errors
/// If the store fails.
pub async fn make(
    account: &AccountDeps,
    person: &SignedIn,
    wish: &Wish,
) -> Result<Made, StoreError> {
    if !account.accepts_own_client(&wish.form_token, person) {
        return Ok(Made::StaleForm);
    }
    let deps = &account.deps;
    let number = account.number_of(&wish.nonce, person);
    let id = RecordedId::new(Purpose::Personal, number);
    let until = until(&wish.span, deps.now());
    let (metadata, expires_at) = match (read(deps, &id, (&wish.fields, None)), until) {
        (Ok(metadata), Ok(expires_at)) => (metadata, expires_at),
        (metadata, until) => {
            let mut faults = metadata.err().unwrap_or_default();
            faults.extend(until.err());
            return Ok(Made::No(faults));
        }
    };
    let entry = Entry {
        purpose: Purpose::Personal,
        owner: Some(person.user.id),
        metadata: &metadata,
        state: ClientState::Approved,
        vetted: false,
        expires_at,
        document: None,
    };
    let act = Act { by: &person.user.username, what: "entered", note: "" };
    match registrar(deps).enter_as(number, entry, &deps.own_origins, act).await {
        Ok(client) => with_secret(account, person, client).await,
        Err(EntryRefusal::Store(error)) => Err(error),
        // What breaks a rule was found before; only the place for it can be missing.
        Err(_) => {
            let before = deps.store.find_recorded_client(id.as_str()).await?;
            let before = before.filter(|one| one.content.state != ClientState::Deleted);
            Ok(match before.and_then(|client| usable(client, person.user.id)) {
                Some(client) => Made::Before(Box::new(client)),
                None => Made::No(vec![Fault::TooMany]),
            })
        }
    }
}

async fn with_secret(
    account: &AccountDeps,
    person: &SignedIn,
    client: RecordedClient,
) -> Result<Made, StoreError> {
    let Some(client) = usable(client, person.user.id) else {
        return Err(StoreError::Corrupt("recorded_clients"));
    };
    let secret = if client.has_secrets() {
        let wish = SecretWish {
            holder: Some(person.user.id),
            name: FIRST,
            by: &person.user.username,
            expires_at: None,
        };
        match registrar(&account.deps).make_secret(&client.client, wish).await {
            Ok(NewSecret { text, .. }) => Some(text),
            Err(SecretRefusal::Store(error)) => return Err(error),
            // Deleted on another page in this very moment: then there is nothing to have a secret.
            Err(SecretRefusal::Name | SecretRefusal::TooMany) => None,
        }
    } else {
        None
    };
    Ok(Made::Yes { client: Box::new(client), secret })
}

/// When something ends that is to last for so long: one of [`SPANS`], or `never`.
///
/// # Errors
/// [`Fault::Span`] if it is none of them.
pub fn until(span: &str, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    if span == NEVER {
        return Ok(None);
    }
    let days = SPANS.into_iter().find(|days| days.to_string() == span).ok_or(Fault::Span)?;
    Ok(Some(now.plus_seconds(days * 86_400)))
}

/// For how many days a client may be wanted.
pub const SPANS: [i64; 3] = [30, 90, 365];
/// What is proposed: long enough not to be a burden, short enough that what is forgotten ends.
pub const PROPOSED_SPAN: &str = "90";
/// Without an end.
pub const NEVER: &str = "never";

/// What the secret is called that a client comes with.
const FIRST: &str = "First secret";
