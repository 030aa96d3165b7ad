//! Pages of those who develop applications.

mod application;
mod delete;
mod domains;
mod form;
mod list;
mod parts;
mod secret;
mod try_out;

pub use application::{ApplicationPage, DocumentLine, EventLine, SecretLine, StepForm};
pub use delete::DeleteApplicationPage;
pub use domains::{DomainLine, DomainStanding, DomainsPage, WantedProof};
pub use form::{ApplicationFormPage, Editing};
pub use list::{ApplicationLine, ApplicationsPage};
pub use parts::{DifferenceLine, PartLine, RedirectLine, WrittenLook, state_words};
pub use secret::NewSecretPage;
pub use try_out::{TriedAt, TryOutPage};

#[cfg(test)]
mod samples {
    use crate::pages::{Account, When};

    pub(super) fn account() -> Account {
        Account { username: "dora".into(), sign_out_token: "SIGN-OUT-TOKEN".into() }
    }

    pub(super) fn account_of(text: &str) -> Account {
        Account { username: text.into(), sign_out_token: text.into() }
    }

    pub(super) fn when(seconds: i64) -> When {
        When::at(salver_oauth::Timestamp::from_unix(1_790_000_000 + seconds))
    }
}
