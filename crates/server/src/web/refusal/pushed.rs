//! Which words does a person read whose way on was a pushed request that cannot be gone on with?

use http::StatusCode;

use super::{MAKERS, Words};
use crate::{flow::refusal::PushedRefusal, pages::WhoseMove};

/// RFC 9126 §4: whoever got here by an address that is used up starts again from the application, which pushes anew.
pub(super) fn words(why: PushedRefusal) -> Words {
    let (title, wrong, whose_move) = match why {
        PushedRefusal::NotOurs => (
            "This request is not known here",
            "The application sent you here with a request (request_uri) that this server did not give it, or that was changed on its way.",
            WhoseMove::Developer,
        ),
        PushedRefusal::Expired => (
            "This took too long",
            "The request that the application sent ahead is no longer good: such a request waits for a limited time.",
            WhoseMove::Yours,
        ),
        PushedRefusal::Spent => (
            "This request was answered already",
            "The application was let in by this request before, and it counts once.",
            WhoseMove::Yours,
        ),
    };
    let remedy = match why {
        PushedRefusal::NotOurs => MAKERS,
        PushedRefusal::Expired => "Go back to the application and start again.",
        PushedRefusal::Spent => {
            "Go back to the application: it may be connected by now. If it is still waiting, start again from there."
        }
    };
    Words { status: StatusCode::BAD_REQUEST, title, wrong: wrong.into(), whose_move, remedy }
}
