//! Which words does a refusal get that is for what a client is?

use http::StatusCode;
use salver_egress::Category;

use super::{ANEW, ASK, LATER, MAKERS, UNKNOWN, Words};
use crate::{
    flow::refusal::{ClientRefusal, NotInForce},
    pages::WhoseMove,
};

pub(super) fn words(why: &ClientRefusal) -> Words {
    let refused = |wrong: String| Words {
        status: StatusCode::BAD_REQUEST,
        title: "This application cannot be let in",
        wrong,
        whose_move: WhoseMove::Developer,
        remedy: MAKERS,
    };
    match why {
        ClientRefusal::Unknown => Words {
            title: UNKNOWN,
            whose_move: WhoseMove::Yours,
            remedy: ANEW,
            ..refused("The identifier that the application uses is not registered here, or not any more.".into())
        },
        ClientRefusal::NotInForce(why) => not_in_force(*why),
        ClientRefusal::Deleted => Words {
            title: UNKNOWN,
            whose_move: WhoseMove::Yours,
            remedy: ANEW,
            ..refused("The application has deleted the registration that it uses here.".into())
        },
        ClientRefusal::NotVouched => Words {
            status: StatusCode::FORBIDDEN,
            whose_move: WhoseMove::Administrator,
            remedy: ASK,
            ..refused("Its maker vouched for the application with a signature, and signatures of that maker, or for such an application, are not accepted here now.".into())
        },
        ClientRefusal::NotTheirs => Words {
            status: StatusCode::FORBIDDEN,
            whose_move: WhoseMove::Yours,
            remedy: "Register it for yourself on your account’s page, or ask whoever registered it to share it with you.",
            ..refused("The identifier that the application uses was registered by somebody else, for themselves.".into())
        },
        ClientRefusal::OwnerDisabled => Words {
            status: StatusCode::FORBIDDEN,
            whose_move: WhoseMove::Administrator,
            remedy: "Register it for yourself on your account’s page, or tell whoever runs this server, with the code below: they can approve it.",
            ..refused("The account that entered this application is disabled, and nobody else has looked at the application.".into())
        },
        ClientRefusal::Unfetchable { category, .. } => unfetchable(*category),
        ClientRefusal::MediaType(_) => refused(
            "The application’s metadata document is not served as JSON (it needs Content-Type: application/json).".into(),
        ),
        ClientRefusal::NoLocalDevelopment => Words {
            whose_move: WhoseMove::Administrator,
            remedy: "Tell whoever runs this server, with the code below: clients in development need the atproto profile, or a document that this server hosts.",
            ..refused("The application is in development and has no document; this server does not take such applications.".into())
        },
        ClientRefusal::RedirectUris => Words {
            whose_move: WhoseMove::Administrator,
            remedy: "Tell whoever runs this server, with the code below: they say which addresses applications that register themselves may use.",
            ..refused("The application registered itself with an address for answers that is not allowed here.".into())
        },
        ClientRefusal::NeedsBoundTokens => refused(
            "The application wants tokens that are bound to a key of its own (dpop_bound_access_tokens), and this server does not issue such tokens.".into(),
        ),
        ClientRefusal::Statement(error) => {
            refused(format!("The application’s metadata document breaks a rule: {error}."))
        }
        ClientRefusal::Document(error) => {
            refused(format!("The application’s metadata document breaks a rule: {error}."))
        }
    }
}

/// Its makers are here, so somebody here can mend it.
fn not_in_force(why: NotInForce) -> Words {
    let words = |wrong: &str, remedy| Words {
        status: StatusCode::FORBIDDEN,
        title: "This application may not come in now",
        wrong: wrong.to_owned(),
        whose_move: WhoseMove::Administrator,
        remedy,
    };
    match why {
        NotInForce::Waiting => words(
            "The application was entered on this server, and nobody has approved it yet.",
            "Its developer submits it for review, and a reviewer approves it; until then its developer can try it out on its own page.",
        ),
        NotInForce::Refused => words("A reviewer of this server has refused the application.", ASK),
        NotInForce::Suspended => {
            words("The application was entered on this server, and is suspended.", ASK)
        }
        NotInForce::Expired => Words {
            whose_move: WhoseMove::Yours,
            ..words(
                "The client ID that the application uses has expired.",
                "Whoever made it can extend it on their account’s page; or make a new one there.",
            )
        },
    }
}

/// Only the category: what exactly failed would tell strangers about networks (DESIGN 4.5).
fn unfetchable(category: Category) -> Words {
    let (wrong, whose_move, remedy) = match category {
        Category::UrlNotAllowed => (
            "Its address is not one that this server may fetch from.",
            WhoseMove::Developer,
            MAKERS,
        ),
        Category::Unreachable => ("Its host could not be reached.", WhoseMove::Developer, LATER),
        Category::TooSlow => ("Its host took too long to answer.", WhoseMove::Time, LATER),
        Category::BadAnswer => {
            ("Its host did not answer with a document.", WhoseMove::Developer, MAKERS)
        }
        Category::BotChallenge => (
            "Its host took this server for a robot and showed it a challenge.",
            WhoseMove::Administrator,
            "Tell whoever runs this server, with the code below.",
        ),
        Category::NotNow => {
            ("Too many documents are being fetched at the moment.", WhoseMove::Time, LATER)
        }
    };
    Words {
        status: StatusCode::BAD_REQUEST,
        title: "This application cannot be let in",
        wrong: format!("The application’s metadata document could not be fetched. {wrong}"),
        whose_move,
        remedy,
    }
}
