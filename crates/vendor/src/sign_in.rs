//! Whom has the vendor's own sign-in signed in? Its keys come from the URL that the operator wrote down, through the one door outwards.

use std::time::Duration;

use salver_egress::{Check, ChosenBy, Fetch, FetchError, Fetched, Purpose, Source, Standing};
use salver_jose::{ExpectedSignIn, KeySet, TokenError, verify_sign_in};

use crate::{Unavailable, Vendor, refusal::Refusal};

/// The subject of an ID token that was made for this device key.
pub(crate) async fn verify(
    vendor: &Vendor,
    token: &str,
    thumbprint: &str,
) -> Result<String, Refusal> {
    let sign_in = vendor.settings.sign_in.as_ref().ok_or(Refusal::NoSuchWay)?;
    let fetch = || Fetch {
        url: &sign_in.keys_url,
        chosen_by: ChosenBy::Operator,
        purpose: SIGN_IN_KEYS,
        source: Source::Itself,
        // Keys are never served stale (DESIGN 4.5).
        standing: Standing::FirstSight,
        limit: MAX_KEY_SET_BYTES,
        accept: "application/jwk-set+json, application/json",
        check: Check::new(|candidate| KeySet::parse(candidate.body).is_ok()),
    };
    let expected = ExpectedSignIn {
        issuer: &sign_in.issuer,
        client_id: &sign_in.client_id,
        nonce: thumbprint,
        now: vendor.now(),
    };
    let kept = read(vendor.egress.fetch(fetch()).await)?;
    let subject = match verify_sign_in(token, &kept, &expected) {
        // The provider may have rotated its keys.
        Err(TokenError::UnknownKey) => {
            let fresh = read(vendor.egress.fetch_anew(fetch(), ASKED_ANEW_AFTER).await)?;
            verify_sign_in(token, &fresh, &expected)
        }
        verified => verified,
    };
    Ok(subject.map_err(Refusal::SignIn)?.into())
}

fn read(fetched: Result<Fetched, FetchError>) -> Result<KeySet, Refusal> {
    let fetched = fetched.map_err(|error| {
        tracing::error!(%error, "the keys of the sign-in cannot be fetched");
        Refusal::Unavailable(Unavailable::SignIn)
    })?;
    KeySet::parse(&fetched.body).map_err(|_| Refusal::Unavailable(Unavailable::SignIn))
}

/// What the keys of the sign-in are fetched for.
const SIGN_IN_KEYS: Purpose = Purpose::new("sign_in_keys");
const MAX_KEY_SET_BYTES: usize = 64 * 1024;
/// How long ago the provider must have been asked before an unknown key is a reason to ask it once more.
const ASKED_ANEW_AFTER: Duration = Duration::from_mins(1);
