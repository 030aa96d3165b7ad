//! Does it help a person to hear which product may be meant, and how one gets on in it? (DESIGN 4.8)

use salver_oauth::{authorization::request::RequestError, client::id::ClientIdError};
use salver_policy::judge::Reason;

use crate::{
    flow::{
        product::Product,
        refusal::{ClientRefusal, DeniedFor, Refusal},
    },
    pages::{ProductLine, WaysOut},
};

/// Whether it helps to know the product.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Recovery {
    /// No: the refusal is not about the client.
    No,
    /// Its name says what the page is about, and there is nothing to be done in it.
    NameOnly,
    /// It has to introduce itself anew.
    Now,
    /// The same, once it is let in again.
    Later,
}

/// DESIGN 4.8: an unknown, banned or broken client gets the steps to recover in that product.
pub(super) fn of(refusal: &Refusal) -> Recovery {
    match refusal {
        Refusal::Request(RequestError::ClientId(ClientIdError::Sealed))
        | Refusal::Client { why: ClientRefusal::Unknown | ClientRefusal::Deleted, .. } => {
            Recovery::Now
        }
        Refusal::Policy(denied) if matches!(denied.why, DeniedFor::Verdict(Reason::Ban { .. })) => {
            Recovery::Later
        }
        Refusal::Client { .. } => Recovery::NameOnly,
        Refusal::Request(_)
        | Refusal::ReturnAddress { .. }
        | Refusal::Policy(_)
        | Refusal::Pushed { .. }
        | Refusal::SilentStranger { .. }
        | Refusal::ForeignForm
        | Refusal::Answered
        | Refusal::Unavailable(_) => Recovery::No,
    }
}

/// Whether a person may have entered the identifier by hand, and wrong.
pub(super) fn may_be_mistyped(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Request(RequestError::ClientId(ClientIdError::Sealed))
            | Refusal::Client { why: ClientRefusal::Unknown, .. }
    )
}

pub(super) fn ways_out(recovery: Recovery, products: Vec<Product>) -> Option<WaysOut> {
    let named = match recovery {
        Recovery::No => return None,
        Recovery::NameOnly => products.len() == 1,
        Recovery::Now | Recovery::Later => !products.is_empty(),
    };
    let line = |product: Product| ProductLine {
        name: product.name.into(),
        steps: product.recovery.filter(|_| recovery != Recovery::NameOnly).map(Into::into),
    };
    named.then(|| WaysOut {
        products: products.into_iter().map(line).collect(),
        later: recovery == Recovery::Later,
    })
}
