//! Connect an app that asks for a client ID: people enter clients for themselves, and share them with secrets that stay each one's own.
//!
//! Entering and changing is `flow/registrar`'s, and logging in `flow/recorded.rs`'s. Here is who may do what, and what pages are told. Whoever may not use a client is
//! told nothing, not even that there is one.

pub mod fields;
pub mod keys;
pub mod list;
pub mod made;
pub mod own;
pub mod secrets;

pub use salver_store::{
    StoreError,
    record::{ClientSecret, Sharing},
};

use salver_oauth::{
    UserId,
    client::{
        id::ClientId,
        recorded::{Purpose, RecordedId},
    },
    registration::{Authentication, Registration},
};
use salver_store::record::{ClientState, RecordedClient};

use super::AccountDeps;
use crate::{
    deps::Deps,
    flow::{SignedIn, recorded, registrar::Registrar},
    form_token::{self, Holder, Purpose as FormPurpose},
};

/// A client that a person may use.
#[derive(Clone, Debug)]
pub struct Usable {
    /// It, as it is on record.
    pub client: RecordedClient,
    /// Its id, read.
    pub id: RecordedId,
    /// What was written of it last.
    pub written: Registration,
    /// The only MCP server that it is for, if one was chosen.
    pub resource: Option<Box<str>>,
    /// Whether it is theirs, and not only shared with them.
    pub own: bool,
}

/// What became of a form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Done {
    /// What it says.
    Yes,
    /// Nothing: the client was changed meanwhile.
    Meanwhile,
    /// Nothing: the form was not shown to this session, or too long ago.
    StaleForm,
    /// Nothing: what it asks for cannot be.
    Not(Problem),
}

/// Why something cannot be done to a client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Problem {
    /// The form was sent before; what it made was shown then.
    SentBefore,
    /// The name of a secret or key is empty or too long.
    SecretName,
    /// Two secrets of this person's work already.
    TwoSecrets,
    /// The client does not authenticate with secrets.
    TakesNone,
    /// What was pasted is no key that could be put here.
    Key(keys::KeyFault),
    /// Two keys of this person's work already.
    TwoKeys,
    /// This person has put that key here before.
    KnownKey,
    /// There is no such secret or key, or it has ended.
    NoSuchSecret,
    /// None of the offered spans was chosen.
    Span,
    /// It cannot be shared with these.
    Audience,
    /// The keys that a client came with are whoever's has them; they are not shared.
    KeysAreNotShared,
}

/// A client that this person may use: their own, or one that is shared with them.
///
/// # Errors
/// If the store fails.
pub async fn find(
    account: &AccountDeps,
    person: &SignedIn,
    client_id: &str,
) -> Result<Option<Usable>, StoreError> {
    let Ok(ClientId::Recorded(id)) = ClientId::parse(client_id) else {
        return Ok(None);
    };
    if id.purpose() != Purpose::Personal {
        return Ok(None);
    }
    let found = account.deps.store.find_recorded_client(client_id).await?;
    let Some(client) = found.filter(|client| client.content.state != ClientState::Deleted) else {
        return Ok(None);
    };
    if !recorded::may_use(&account.deps, &client, person.user.id).await? {
        return Ok(None);
    }
    Ok(usable(client, person.user.id))
}

/// Nothing if what is on record breaks a rule by now, which is logged.
fn usable(client: RecordedClient, person: UserId) -> Option<Usable> {
    let Ok(ClientId::Recorded(id)) = ClientId::parse(&client.client_id) else {
        return None;
    };
    match recorded::registration(&id, &client.content.draft) {
        Ok(written) => {
            let own = client.owner == Some(person);
            let resource = recorded::resource(&client.content.draft);
            Some(Usable { client, id, written, resource, own })
        }
        Err(error) => {
            tracing::error!(%error, client_id = client.client_id, "a registration on record breaks a rule");
            None
        }
    }
}

impl Usable {
    /// Whether it authenticates with secrets.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        matches!(self.written.authentication(), Authentication::Secret(..))
    }

    /// Whether it authenticates with keys.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        matches!(
            self.written.authentication(),
            Authentication::PrivateKeyJwt(_) | Authentication::Attestation(_)
        )
    }

    /// The catalogue's name of the app that it was entered for, if one was chosen.
    #[must_use]
    pub fn app(&self) -> Option<&str> {
        self.written.claims().software_id.as_deref()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.written.claims().client_name.as_deref().unwrap_or(&self.client.client_id)
    }
}

impl AccountDeps {
    /// The token of a form that makes or changes a client of one's own.
    #[must_use]
    pub fn own_client_form(&self, person: &SignedIn) -> String {
        self.issue(FormPurpose::OwnClient, &holder(person))
    }

    /// What tells one showing of such a form from another.
    #[must_use]
    pub fn form_nonce(&self) -> String {
        crate::chance::secret_text(&*self.deps.chance)
    }

    fn accepts_own_client(&self, token: &str, person: &SignedIn) -> bool {
        self.accepts(token, FormPurpose::OwnClient, &holder(person))
    }

    /// The number of what a showing of such a form makes.
    fn number_of(&self, nonce: &str, person: &SignedIn) -> [u8; 16] {
        form_token::number(&self.keys.forms, FormPurpose::OwnClient, &holder(person), nonce)
    }
}

fn holder(person: &SignedIn) -> Holder {
    Holder::Session(person.session.token)
}

fn registrar(deps: &Deps) -> Registrar<'_> {
    Registrar {
        store: &*deps.store,
        secrets: &deps.secrets,
        chance: &*deps.chance,
        now: deps.now(),
    }
}
