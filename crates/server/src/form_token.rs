//! Was this form shown by us, to this browser, for this purpose, not too long ago? (O21-17.)
//!
//! A token is the time of the page and a keyed hash over time, purpose and browser. Nothing is stored. Whether the browser itself
//! says that the form is ours (`Sec-Fetch-Site`, `Origin`) is asked in `web/account/own_form.rs`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_jose::DerivedKey;
use salver_oauth::Timestamp;
use salver_store::record::Digest;

/// What a form does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Signs in.
    SignIn,
    /// Signs out.
    SignOut,
    /// Makes an account by a link.
    Setup,
    /// Disconnects an application.
    Disconnect,
    /// Decides a case.
    Decide,
    /// Ends an approval.
    EndApproval,
    /// Enters an application, or writes one anew.
    Application,
    /// Registers an application by its document.
    ApplicationDocument,
    /// Sends an application on its way.
    ApplicationStep,
    /// Makes or ends a secret of an application.
    ApplicationSecret,
    /// Proves a domain for an application.
    ApplicationDomain,
    /// Deletes an application.
    DeleteApplication,
    /// Decides on an application.
    ReviewApplication,
    /// Makes or changes a client of one's own.
    OwnClient,
}

/// Whom the form was shown to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holder {
    /// A browser that is not signed in, by its cookie.
    Browser([u8; 16]),
    /// A session.
    Session(Digest),
}

/// A form token.
#[must_use]
pub fn issue(key: &DerivedKey, purpose: Purpose, holder: &Holder, now: Timestamp) -> String {
    let time = now.as_unix().to_be_bytes();
    let tag = key.hmac(&authenticated(purpose, holder, time));
    URL_SAFE_NO_PAD.encode([&time[..], &tag[..]].concat())
}

/// Whether a form token is good.
#[must_use]
pub fn accept(
    key: &DerivedKey,
    token: &str,
    purpose: Purpose,
    holder: &Holder,
    now: Timestamp,
) -> bool {
    let mut bytes = [0; 8 + 32];
    if !matches!(URL_SAFE_NO_PAD.decode_slice(token, &mut bytes), Ok(40)) {
        return false;
    }
    let Some((time, tag)) = bytes.split_first_chunk::<8>() else {
        return false;
    };
    let age = now.seconds_since(Timestamp::from_unix(i64::from_be_bytes(*time)));
    key.verify_hmac(&authenticated(purpose, holder, *time), tag)
        && (-SKEW..=LIFETIME).contains(&age)
}

/// The number of what is made by one showing of a form, which bears a nonce: whoever sends it twice names one thing twice, and a thing is made once. Nobody can
/// choose the number, and another session's form names something else.
#[must_use]
pub fn number(key: &DerivedKey, purpose: Purpose, holder: &Holder, nonce: &str) -> [u8; 16] {
    let mut text = authenticated(purpose, holder, [0; 8]);
    text.splice(..4, *b"once");
    text.extend_from_slice(nonce.as_bytes());
    let mut number = [0; 16];
    number.iter_mut().zip(key.hmac(&text)).for_each(|(to, from)| *to = from);
    number
}

/// All parts but the last have a fixed length, and the first tells how long the last is.
fn authenticated(purpose: Purpose, holder: &Holder, time: [u8; 8]) -> Vec<u8> {
    let purpose: &[u8; 4] = match purpose {
        Purpose::SignIn => b"in  ",
        Purpose::SignOut => b"out ",
        Purpose::Setup => b"make",
        Purpose::Disconnect => b"drop",
        Purpose::Decide => b"case",
        Purpose::EndApproval => b"ends",
        Purpose::Application => b"appl",
        Purpose::ApplicationDocument => b"docu",
        Purpose::ApplicationStep => b"step",
        Purpose::ApplicationSecret => b"secr",
        Purpose::ApplicationDomain => b"doma",
        Purpose::DeleteApplication => b"dele",
        Purpose::ReviewApplication => b"revi",
        Purpose::OwnClient => b"ownc",
    };
    let (kind, holder): (&[u8; 5], &[u8]) = match holder {
        Holder::Browser(id) => (b"form1", id),
        Holder::Session(digest) => (b"form2", digest),
    };
    [kind, &purpose[..], &time, holder].concat()
}

/// A page may stay open this long, in seconds.
const LIFETIME: i64 = 12 * 3600;
/// Another node's clock may be ahead by this, in seconds.
const SKEW: i64 = 60;

#[cfg(test)]
mod tests {
    use salver_jose::{KeyPurpose, MasterKey};

    use super::*;

    fn key(byte: u8) -> DerivedKey {
        MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::Forms).unwrap()
    }

    #[test]
    fn o21_17_a_token_is_good_for_one_purpose_one_holder_and_its_time() {
        let (key, browser, now) =
            (key(1), Holder::Browser([7; 16]), Timestamp::from_unix(1_790_000_000));
        let token = issue(&key, Purpose::SignIn, &browser, now);
        let good = |purpose, holder: &Holder, seconds| {
            accept(&key, &token, purpose, holder, now.plus_seconds(seconds))
        };
        assert!(good(Purpose::SignIn, &browser, 0));
        assert!(good(Purpose::SignIn, &browser, LIFETIME));
        assert!(!good(Purpose::SignIn, &browser, LIFETIME + 1));
        assert!(!good(Purpose::SignIn, &browser, -SKEW - 1));
        assert!(!good(Purpose::SignOut, &browser, 0));
        assert!(!good(Purpose::SignIn, &Holder::Browser([8; 16]), 0));
        assert!(!good(Purpose::SignIn, &Holder::Session([7; 32]), 0));
    }

    #[test]
    fn a_form_sent_twice_has_one_number_and_another_one_another() {
        let (own, other) = (Holder::Session([7; 32]), Holder::Session([8; 32]));
        let number = |holder, nonce| number(&key(1), Purpose::OwnClient, holder, nonce);
        assert_eq!(number(&own, "a"), number(&own, "a"));
        assert_ne!(number(&own, "a"), number(&own, "b"));
        assert_ne!(number(&own, "a"), number(&other, "a"));
    }

    #[test]
    fn o21_17_what_we_did_not_make_is_refused() {
        let (browser, now) = (Holder::Browser([7; 16]), Timestamp::from_unix(1_790_000_000));
        let foreign = issue(&key(2), Purpose::SignIn, &browser, now);
        let longer = format!("{}AAAA", issue(&key(1), Purpose::SignIn, &browser, now));
        for token in ["", "AAAA", &foreign, &longer, "<script>"] {
            assert!(!accept(&key(1), token, Purpose::SignIn, &browser, now), "{token}");
        }
    }
}
