//! Which words does a refusal get? For the person whom it concerns: what is wrong, whose move it is, what to do (SPEC 8.6, DESIGN 4.8).
//! The code on the page stands in the log beside the whole truth.

mod client;
mod pushed;
mod recovery;

use axum::response::Response;
use http::StatusCode;
use salver_oauth::{
    authorization::{request::RequestError, return_address::ReturnAddressError},
    client::id::ClientIdError,
};
use salver_policy::{judge::Reason, rules::Requirement};

use self::recovery::{Recovery, may_be_mistyped};
use super::App;
use crate::{
    chance::attempt_code,
    flow::{
        product::{Product, candidates},
        refusal::{Denied, DeniedFor, Refusal, Unattested},
    },
    pages::{Fact, FormAction, Opener, RefusalPage, Site, Untrusted, WhoseMove, page},
};

/// What a page says about a refusal.
struct Words {
    status: StatusCode,
    title: &'static str,
    wrong: String,
    whose_move: WhoseMove,
    remedy: &'static str,
}

/// The page of a refusal that is about no client.
pub(super) fn respond(app: &App, refusal: &Refusal) -> Response {
    respond_to(app, refusal, "")
}

/// The page of a refusal of this authorization request.
pub(super) fn respond_to(app: &App, refusal: &Refusal, raw: &str) -> Response {
    let attempt = attempt_code(&*app.deps().chance);
    let products = candidates(app.deps(), raw);
    let (status, refused) = refused(app.site(), refusal, products, attempt.clone());
    if status.is_server_error() {
        tracing::error!(attempt, %refusal, "an authorization could not be served");
    } else {
        tracing::info!(attempt, %refusal, "an authorization was refused");
    }
    page(status, &refused, &FormAction::Own, Opener::Kept)
}

fn refused<'s>(
    site: &'s Site,
    refusal: &Refusal,
    products: Vec<Product>,
    attempt: String,
) -> (StatusCode, RefusalPage<'s>) {
    let words = words(refusal);
    let recovery = recovery::of(refusal);
    let ways_out = recovery::ways_out(recovery, products);
    let is_told = ways_out.iter().flat_map(|ways| &ways.products).any(|line| line.steps.is_some());
    let remedy = if recovery == Recovery::Now && is_told { ANEW_AS_BELOW } else { words.remedy };
    let mistyped = if may_be_mistyped(refusal) { MISTYPED } else { "" };
    let refused = RefusalPage {
        site,
        title: words.title.to_owned(),
        wrong: words.wrong,
        facts: facts(refusal),
        whose_move: words.whose_move,
        remedy: format!("{remedy}{mistyped}"),
        ways_out,
        attempt,
    };
    (words.status, refused)
}

/// What is wrong, in the words of the page; the name of whoever asks is not among them.
pub(super) fn wrong(refusal: &Refusal) -> String {
    words(refusal).wrong
}

fn facts(refusal: &Refusal) -> Vec<Fact> {
    let fact = |label, text: &str| Untrusted::identifier(text).map(|value| Fact { label, value });
    match refusal {
        Refusal::ReturnAddress { client_id, why: ReturnAddressError::NotRegistered(presented) } => {
            [fact("client_id", client_id), fact("redirect_uri", presented)]
                .into_iter()
                .flatten()
                .collect()
        }
        Refusal::Client { client_id, .. }
        | Refusal::ReturnAddress { client_id, .. }
        | Refusal::Pushed { client_id, .. }
        | Refusal::SilentStranger { client_id } => {
            fact("client_id", client_id).into_iter().collect()
        }
        Refusal::Policy(denied) => {
            let rule = denied.rule.as_deref().and_then(|rule| fact("rule", rule));
            [fact("client_id", &denied.client_id), rule].into_iter().flatten().collect()
        }
        Refusal::Request(_)
        | Refusal::ForeignForm
        | Refusal::Answered
        | Refusal::Unavailable(_) => Vec::new(),
    }
}

fn words(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::Request(error) => request(error),
        Refusal::Client { why, .. } => client::words(why),
        Refusal::Policy(denied) => self::denied(denied),
        Refusal::Pushed { why, .. } => pushed::words(*why),
        Refusal::ReturnAddress { why, .. } => Words {
            status: StatusCode::BAD_REQUEST,
            title: "The answer has nowhere to go",
            wrong: return_address(why),
            whose_move: WhoseMove::Developer,
            remedy: MAKERS,
        },
        Refusal::SilentStranger { .. } => Words {
            status: StatusCode::BAD_REQUEST,
            title: "You are not signed in",
            wrong: "The application asked to be let in without showing you a page (prompt=none), but nobody is signed in here.".into(),
            whose_move: WhoseMove::Yours,
            remedy: "Start again from the application. If this page returns, its makers have to leave out prompt=none.",
        },
        Refusal::ForeignForm => Words {
            status: StatusCode::BAD_REQUEST,
            title: "This page is out of date",
            wrong: "The answer does not belong to a page that was shown to you in this session, so nothing was allowed.".into(),
            whose_move: WhoseMove::Yours,
            remedy: "Go back to the application and start again.",
        },
        Refusal::Answered => Words {
            status: StatusCode::BAD_REQUEST,
            title: "You have answered already",
            wrong: "This page was answered before; an answer counts once.".into(),
            whose_move: WhoseMove::Yours,
            remedy: "If the application is still waiting, start again from there.",
        },
        Refusal::Unavailable(_) => Words {
            status: StatusCode::SERVICE_UNAVAILABLE,
            title: "The server cannot answer now",
            wrong: "Something on our side failed. Nothing was allowed.".into(),
            whose_move: WhoseMove::Time,
            remedy: "Try again in a moment. If this page stays, give the code below to whoever runs this server.",
        },
    }
}

fn request(error: &RequestError) -> Words {
    if let RequestError::ClientId(ClientIdError::Sealed) = error {
        return Words {
            status: StatusCode::BAD_REQUEST,
            title: UNKNOWN,
            wrong: "The identifier that the application uses was given out here or elsewhere, and is not whole.".into(),
            whose_move: WhoseMove::Yours,
            remedy: ANEW,
        };
    }
    Words {
        status: StatusCode::BAD_REQUEST,
        title: "The request cannot be read",
        wrong: format!("The application’s request is not one that can be answered: {error}."),
        whose_move: WhoseMove::Developer,
        remedy: MAKERS,
    }
}

/// What the operator wrote for people is shown; what was missing is named, so that its makers can mend it.
fn denied(denied: &Denied) -> Words {
    let words = |title, wrong: String, whose_move, remedy| Words {
        status: StatusCode::FORBIDDEN,
        title,
        wrong,
        whose_move,
        remedy,
    };
    let by_rule = |wrong: String| {
        let sentence = denied.sentence.as_deref().unwrap_or_default();
        let wrong = format!("{wrong} {sentence}").trim().to_owned();
        words("This application may not come in here", wrong, WhoseMove::Administrator, ASK)
    };
    let needs = |wrong: &str| {
        words(
            "This application may not come in like this",
            wrong.to_owned(),
            WhoseMove::Developer,
            MAKERS,
        )
    };
    if let Some(unattested) = denied.unattested {
        return self::unattested(denied, unattested);
    }
    match &denied.why {
        DeniedFor::KeyHost(_) => by_rule(
            "The application’s keys lie on a host that this server does not take keys from.".into(),
        ),
        DeniedFor::Verdict(Reason::Ban { reason, .. }) => words(
            "This application is banned here",
            format!("Whoever runs this server has shut it out: {reason}"),
            WhoseMove::Administrator,
            "Registering it again, or under another name, does not help. If you think that this is a mistake, tell whoever runs this server, with the code below.",
        ),
        DeniedFor::Verdict(Reason::Lacks(Requirement::PushedRequest)) => needs(
            "This server lets it in only by a pushed authorization request, and it did not push one.",
        ),
        DeniedFor::Verdict(Reason::Lacks(Requirement::Dpop)) => needs(
            "This server lets it in only with a request that is bound to a key of its own (DPoP).",
        ),
        DeniedFor::Verdict(Reason::Lacks(Requirement::Attestation)) => needs(
            "This server lets it in only if its makers attest this very installation, and they did not.",
        ),
        DeniedFor::Verdict(Reason::RedirectHost(_)) => by_rule(
            "Your answer would go to a host that this server does not send answers to.".into(),
        ),
        DeniedFor::Verdict(Reason::OtherResource) => {
            by_rule("Applications like this one may not use this MCP server.".into())
        }
        DeniedFor::Verdict(Reason::NothingLeft) => by_rule(
            "Nothing of what it asks for may be given to applications like this one.".into(),
        ),
        DeniedFor::Verdict(
            Reason::Rule | Reason::NoRule | Reason::Approved { .. } | Reason::UnlistedRedirect,
        ) => by_rule("Whoever runs this server does not let it in.".into()),
    }
}

/// Whoever comes again can show an attestation, since the keys behind it are at hand then.
fn unattested(denied: &Denied, unattested: Unattested) -> Words {
    let sentence = denied.sentence.as_deref().unwrap_or_default();
    let (wrong, whose_move, remedy) = match unattested {
        Unattested::Nothing => (
            "This server lets it in only if its makers attest this very installation, and nothing of the kind came with this request.",
            WhoseMove::Yours,
            "Start again from the application: the real one can show it now. If this page returns, tell its makers and give them the code below.",
        ),
        Unattested::UserAlone => (
            "This server lets it in only if its makers attest this very installation. They say that they have signed you in, and not that the program is theirs.",
            WhoseMove::Developer,
            "If you have just started the application yourself, tell its makers and give them the code below. If not, another program may pose as it: do not go on.",
        ),
    };
    Words {
        status: StatusCode::FORBIDDEN,
        title: "This application may not come in like this",
        wrong: format!("{sentence} {wrong}").trim().to_owned(),
        whose_move,
        remedy,
    }
}

fn return_address(why: &ReturnAddressError) -> String {
    match why {
        ReturnAddressError::Missing => {
            "The application has several addresses for its answer and did not say which one to use.".into()
        }
        ReturnAddressError::NotRegistered(_) => {
            "The application asked for its answer at an address that it has not published, so you were not sent there.".into()
        }
        ReturnAddressError::OurOwn => "The application asked for its answer at an address of this server itself.".into(),
        ReturnAddressError::SchemeNotAllowed(_) => {
            "The application asked for its answer at an app’s own address, and this server sends none there.".into()
        }
    }
}

const UNKNOWN: &str = "This application is not known here";
const ANEW: &str =
    "Remove the server from the application and add it again, so that it introduces itself anew.";
const ANEW_AS_BELOW: &str = "Let the application introduce itself anew, as told below.";
const MISTYPED: &str = " If you were given a client ID, check that you entered it as it is.";
const ASK: &str = "If you need it, tell whoever runs this server, with the code below.";
const MAKERS: &str = "Start again from the application. If this page returns, tell its makers and give them the code below.";
const LATER: &str = "Try again in a few minutes. If this page stays, tell the application’s makers and give them the code below.";

#[cfg(test)]
mod tests;
