//! Whom has the vendor's own sign-in signed in? Its keys come from the URL that the operator wrote down, through the one door outwards.

use salver_egress::{Check, ChosenBy, Fetch, Purpose, Source, Standing};
use salver_jose::{ExpectedSignIn, KeySet, verify_sign_in};

use crate::{Vendor, refusal::Refusal};

/// What the keys of the sign-in are fetched for.
const SIGN_IN_KEYS: Purpose = Purpose::new("sign_in_keys");
const MAX_KEY_SET_BYTES: usize = 64 * 1024;

/// The subject of an ID token that was made for this device key.
pub(crate) async fn verify(
    vendor: &Vendor,
    token: &str,
    thumbprint: &str,
) -> Result<String, Refusal> {
    let sign_in = vendor.settings.sign_in.as_ref().ok_or(Refusal::NoSuchWay)?;
    let fetch = Fetch {
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
    let fetched = vendor.egress.fetch(fetch).await.map_err(|error| {
        tracing::error!(%error, "the keys of the sign-in cannot be fetched");
        Refusal::Unavailable(crate::Unavailable::SignIn)
    })?;
    let keys = KeySet::parse(&fetched.body);
    let keys = keys.map_err(|_| Refusal::Unavailable(crate::Unavailable::SignIn))?;
    let expected = ExpectedSignIn {
        issuer: &sign_in.issuer,
        client_id: &sign_in.client_id,
        nonce: thumbprint,
        now: vendor.now(),
    };
    let subject = verify_sign_in(token, &keys, &expected).map_err(Refusal::SignIn)?;
    Ok(subject.into())
}
