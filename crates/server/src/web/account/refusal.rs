//! Which words does a refusal on the account side get? The code on the page stands in the log beside the reason.

use std::fmt::Display;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use crate::{
    chance::attempt_code,
    flow::account::AccountDeps,
    pages::{FormAction, Opener, RefusalPage, WhoseMove, page},
};

struct Words {
    status: StatusCode,
    title: &'static str,
    wrong: &'static str,
    whose_move: WhoseMove,
    remedy: &'static str,
}

/// A form that another site sent.
pub(in crate::web) fn foreign_form(account: &AccountDeps) -> Response {
    let words = Words {
        status: StatusCode::FORBIDDEN,
        title: "That form did not come from here",
        wrong: "Another website tried to fill in a form of this server for you. Nothing was changed.",
        whose_move: WhoseMove::Yours,
        remedy: "Go back to your account and do it there, if it is what you want.",
    };
    respond(account, &words, &"a form from another origin")
}

/// A form that cannot be read.
pub(in crate::web) fn unreadable_form(account: &AccountDeps) -> Response {
    let words = Words {
        status: StatusCode::BAD_REQUEST,
        title: "That form cannot be read",
        wrong: "What arrived was too long, or not text. Nothing was changed.",
        whose_move: WhoseMove::Yours,
        remedy: "Go back and try again.",
    };
    respond(account, &words, &"a form that cannot be read")
}

/// A form whose token is not good any more, on a page that has no place to say so.
pub(in crate::web) fn stale_form(account: &AccountDeps) -> Response {
    let words = Words {
        status: StatusCode::FORBIDDEN,
        title: "That page was too old",
        wrong: "It had been open for too long, or was made for another sign-in. Nothing was changed.",
        whose_move: WhoseMove::Yours,
        remedy: "Go back, reload the page, and try again.",
    };
    respond(account, &words, &"a stale form token")
}

/// A setup link that does not work (any more).
pub(in crate::web) fn no_such_link(account: &AccountDeps) -> Response {
    let words = Words {
        status: StatusCode::NOT_FOUND,
        title: "This link does not work",
        wrong: "It was used already, is past its time, or was not copied whole. Each link makes one account.",
        whose_move: WhoseMove::Inviter,
        remedy: "Ask them for a new one. If you have made your account already, just sign in.",
    };
    respond(account, &words, &"a setup link that is unknown, spent or past its time")
}

/// Something of ours failed.
pub(in crate::web) fn unavailable(account: &AccountDeps, error: &dyn Display) -> Response {
    let words = Words {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "The server cannot answer at the moment",
        wrong: "Something inside failed. What you asked for was not done, or is not known to have been.",
        whose_move: WhoseMove::Administrator,
        remedy: "Try again in a minute. If this page stays, give them the code below.",
    };
    let mut response = respond(account, &words, error);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn respond(account: &AccountDeps, words: &Words, reason: &dyn Display) -> Response {
    let attempt = attempt_code(&*account.deps.chance);
    if words.status.is_server_error() {
        tracing::error!(attempt, %reason, "an account page could not be served");
    } else {
        tracing::info!(attempt, %reason, "an account page was refused");
    }
    let refused = RefusalPage {
        site: &account.site,
        title: words.title.to_owned(),
        wrong: words.wrong.to_owned(),
        facts: Vec::new(),
        whose_move: words.whose_move,
        remedy: words.remedy.to_owned(),
        ways_out: None,
        attempt,
    };
    page(words.status, &refused, &FormAction::Own, Opener::Severed)
}
