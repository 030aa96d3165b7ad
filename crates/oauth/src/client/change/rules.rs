//! What follows from a change of a client's metadata? One table, [`consequence`], with settings.

use std::{fmt, str::FromStr};

use thiserror::Error;
use url::Url;

use super::{Change, Swap};
use crate::client::{metadata::Methods, redirect_uri::Recipient};

/// What an operator may say about changes. Three rows are not settings: grants whose recipient is gone are held, what was
/// authenticated with a removed key ends, and everything ends when a client that had to authenticate can no longer do so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ChangeRules {
    /// A redirect URI was added.
    pub redirect_added: Response,
    /// Something that people were shown: name, logo, the developer's site.
    pub shown: Response,
    /// What the client may ask for.
    pub scope: Response,
    /// Keys came beside those that were there.
    pub keys_added: Response,
    /// No key of before is left.
    pub keys_replaced: Response,
    /// The key set moved to another host, into the document or out of it. On the same host it is only noted.
    pub keys_moved: Response,
    /// A client that had to authenticate may do without.
    pub authentication_waived: Response,
    /// A client that could do without must authenticate.
    pub authentication_demanded: Response,
}

impl Default for ChangeRules {
    fn default() -> Self {
        Self {
            redirect_added: Response::Hold,
            shown: Response::ConsentAgain,
            scope: Response::Note,
            // Rotation is normal (CIMD-S-4).
            keys_added: Response::Note,
            keys_replaced: Response::Hold,
            keys_moved: Response::Hold,
            authentication_waived: Response::Hold,
            authentication_demanded: Response::ConsentAgain,
        }
    }
}

/// How to respond to a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Response {
    /// Keep it in mind.
    Note,
    /// An earlier yes is no answer to the next login.
    ConsentAgain,
    /// Grants are held until their person, or an administrator, says yes.
    Hold,
    /// Grants end.
    End,
}

/// A word that is none of `note`, `consent`, `hold`, `end`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("it is none of note, consent, hold, end")]
pub struct UnknownResponse;

/// What follows from a change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Consequence {
    /// Nothing but that it is known.
    Note,
    /// An earlier yes is no answer to the next login.
    ConsentAgain,
    /// Grants that answer to this recipient are held.
    HoldRecipient(Recipient),
    /// Grants are held.
    Hold,
    /// What was authenticated with these keys ends; grants stay.
    EndKeyed(LostKeys),
    /// Grants end, with everything below them.
    EndAll,
}

/// Keys that vouch for nothing any more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LostKeys {
    /// Those of these RFC 7638 thumbprints.
    These(Vec<Box<str>>),
    /// Whichever they were.
    All,
}

/// What follows from a change (CIMD-S-3, CIMD-S-4).
#[must_use]
pub fn consequence(change: &Change, rules: &ChangeRules) -> Consequence {
    match change {
        Change::RedirectAdded(_) => rules.redirect_added.into(),
        Change::RedirectRemoved(_) | Change::Other => Consequence::Note,
        Change::RecipientGone(recipient) => Consequence::HoldRecipient(recipient.clone()),
        Change::Name(_) | Change::Developer(_) | Change::Logo(_) => rules.shown.into(),
        Change::Scope(_) => rules.scope.into(),
        Change::KeysAdded { beside_known: true, .. } => rules.keys_added.into(),
        Change::KeysAdded { beside_known: false, .. } => rules.keys_replaced.into(),
        Change::KeysRemoved(keys) => Consequence::EndKeyed(LostKeys::These(keys.clone())),
        Change::KeysMoved(swap) if stays_on_its_host(swap) => Consequence::Note,
        Change::KeysMoved(_) => rules.keys_moved.into(),
        Change::Methods(Swap { before, now }) => methods(*before, *now, *rules),
    }
}

/// Whether an earlier yes is no answer to a login after these changes.
#[must_use]
pub fn asks_again(changes: &[Change], rules: &ChangeRules) -> bool {
    changes.iter().any(|change| match consequence(change, rules) {
        Consequence::ConsentAgain | Consequence::Hold | Consequence::EndAll => true,
        // Nobody logs in with an answer to a recipient that is gone, and keys are proven at the token endpoint.
        Consequence::Note | Consequence::HoldRecipient(_) | Consequence::EndKeyed(_) => false,
    })
}

/// By whether it had to authenticate (keys alone), could (keys or nothing), or could not.
fn methods(before: Methods, now: Methods, rules: ChangeRules) -> Consequence {
    match (before.none, before.rest_on_keys(), now.none, now.rest_on_keys()) {
        // From keyed to `none`: whoever has the document's host now needs no key.
        (false, true, _, false) => Consequence::EndAll,
        (false, true, true, true) => rules.authentication_waived.into(),
        (true, true, _, false) => Consequence::EndKeyed(LostKeys::All),
        (true, _, false, true) => rules.authentication_demanded.into(),
        // It may prove itself now, and need not.
        _ => Consequence::Note,
    }
}

fn stays_on_its_host(swap: &Swap<Option<Box<str>>>) -> bool {
    let origin = |url: &Option<Box<str>>| Some(Url::parse(url.as_deref()?).ok()?.origin());
    origin(&swap.before).is_some_and(|before| Some(before) == origin(&swap.now))
}

impl From<Response> for Consequence {
    fn from(response: Response) -> Self {
        match response {
            Response::Note => Self::Note,
            Response::ConsentAgain => Self::ConsentAgain,
            Response::Hold => Self::Hold,
            Response::End => Self::EndAll,
        }
    }
}

impl FromStr for Response {
    type Err = UnknownResponse;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "note" => Ok(Self::Note),
            "consent" => Ok(Self::ConsentAgain),
            "hold" => Ok(Self::Hold),
            "end" => Ok(Self::End),
            _ => Err(UnknownResponse),
        }
    }
}

/// The word of the configuration.
impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::ConsentAgain => "consent",
            Self::Hold => "hold",
            Self::End => "end",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{EITHER, KEYED, PUBLIC},
        *,
    };

    fn text(before: Option<&str>, now: Option<&str>) -> Swap<Option<Box<str>>> {
        Swap { before: before.map(Into::into), now: now.map(Into::into) }
    }

    fn added(beside_known: bool) -> Change {
        Change::KeysAdded { thumbprints: vec!["a".into()], beside_known }
    }

    fn became(before: Methods, now: Methods) -> Change {
        Change::Methods(Swap { before, now })
    }

    #[test]
    fn issue_table_of_consequences_by_default() {
        use Consequence as C;
        let removed = vec!["a".into(), "b".into()];
        let here = "https://app.example/jwks";
        for (change, expected, again) in [
            (Change::RedirectAdded("https://a.example/".into()), C::Hold, true),
            (Change::RedirectRemoved("https://a.example/".into()), C::Note, false),
            (
                Change::RecipientGone(Recipient::Loopback),
                C::HoldRecipient(Recipient::Loopback),
                false,
            ),
            (Change::Name(text(Some("A"), Some("B"))), C::ConsentAgain, true),
            (Change::Developer(text(None, Some("B"))), C::ConsentAgain, true),
            (Change::Logo(text(Some("A"), None)), C::ConsentAgain, true),
            (Change::Scope(Swap { before: None, now: "read".parse().ok() }), C::Note, false),
            (added(true), C::Note, false),
            (added(false), C::Hold, true),
            (Change::KeysRemoved(removed.clone()), C::EndKeyed(LostKeys::These(removed)), false),
            (Change::KeysMoved(text(Some(here), Some("https://app.example/b"))), C::Note, false),
            (Change::KeysMoved(text(Some(here), Some("https://app.example:1/"))), C::Hold, true),
            (Change::KeysMoved(text(Some(here), Some("https://b.example/jwks"))), C::Hold, true),
            (Change::KeysMoved(text(Some(here), None)), C::Hold, true),
            (Change::KeysMoved(text(None, Some(here))), C::Hold, true),
            (became(KEYED, PUBLIC), C::EndAll, true),
            (became(KEYED, EITHER), C::Hold, true),
            (became(EITHER, PUBLIC), C::EndKeyed(LostKeys::All), false),
            (became(EITHER, KEYED), C::ConsentAgain, true),
            (became(PUBLIC, KEYED), C::ConsentAgain, true),
            (became(PUBLIC, EITHER), C::Note, false),
            (Change::Other, C::Note, false),
        ] {
            let rules = ChangeRules::default();
            assert_eq!(consequence(&change, &rules), expected, "{change:?}");
            assert_eq!(asks_again(&[Change::Other, change.clone()], &rules), again, "{change:?}");
        }
        assert!(!asks_again(&[], &ChangeRules::default()));
    }

    #[test]
    fn settings_move_their_own_row_and_no_other() {
        let changes = [
            Change::RedirectAdded("https://a.example/".into()),
            Change::Name(text(Some("A"), Some("B"))),
            Change::Scope(Swap { before: None, now: "read".parse().ok() }),
            added(true),
            added(false),
            Change::KeysMoved(text(None, Some("https://app.example/jwks"))),
            became(KEYED, EITHER),
            became(PUBLIC, KEYED),
        ];
        let with = |set: fn(&mut ChangeRules, Response)| {
            move |response| {
                let mut rules = ChangeRules::default();
                set(&mut rules, response);
                rules
            }
        };
        let settings: [fn(&mut ChangeRules, Response); 8] = [
            |rules, response| rules.redirect_added = response,
            |rules, response| rules.shown = response,
            |rules, response| rules.scope = response,
            |rules, response| rules.keys_added = response,
            |rules, response| rules.keys_replaced = response,
            |rules, response| rules.keys_moved = response,
            |rules, response| rules.authentication_waived = response,
            |rules, response| rules.authentication_demanded = response,
        ];
        for (row, set) in settings.into_iter().enumerate() {
            for response in [Response::Note, Response::ConsentAgain, Response::Hold, Response::End]
            {
                let rules = with(set)(response);
                for (other, change) in changes.iter().enumerate() {
                    let expected = if other == row {
                        response.into()
                    } else {
                        consequence(change, &ChangeRules::default())
                    };
                    assert_eq!(consequence(change, &rules), expected, "{row} {change:?}");
                }
            }
        }
    }

    #[test]
    fn words_of_the_configuration() {
        for response in [Response::Note, Response::ConsentAgain, Response::Hold, Response::End] {
            assert_eq!(response.to_string().parse(), Ok(response));
        }
        assert_eq!("Hold".parse::<Response>(), Err(UnknownResponse));
    }
}
