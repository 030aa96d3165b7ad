//! Everybody's own key for a client, in place of a secret or beside it: its holder pastes the public half, and it authenticates their copy alone
//! (`private_key_jwt`). It ends as a secret does.

use salver_jose::{Algorithm, JwkError, KeySet, KeySetError, PublicKey};
use salver_oauth::InstallationId;
use salver_store::{StoreError, record::ClientSecret};

use super::{
    Problem, Usable,
    made::until,
    registrar,
    secrets::{After, end_after, live},
};
use crate::flow::{
    SignedIn,
    account::AccountDeps,
    registrar::{KeyWish, SecretRefusal},
};

/// A key that somebody wants to authenticate with.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Of the form.
    pub form_token: String,
    /// Of the form.
    pub nonce: String,
    /// What to call it.
    pub name: String,
    /// What was pasted: a JWK, or a set of one.
    pub key: String,
    /// For how many days, or `never`.
    pub span: String,
    /// What becomes of the keys that work already: as for secrets.
    pub overlap: String,
}

/// What became of the wish.
#[derive(Debug)]
pub enum Added {
    /// It works.
    Yes {
        /// What assertions call it (`kid`).
        key_id: String,
        /// With what it signs.
        algorithm: Algorithm,
    },
    /// It does not.
    No(Problem),
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Why what was pasted is no key that could be put here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyFault {
    /// It is neither a JWK nor a set.
    NotAKey,
    /// It holds private members: the key is burnt.
    Private,
    /// No algorithm of ours, or not for signatures.
    NotUsable,
    /// A set of more than one that could be used.
    Several,
    /// Its `kid` is empty, too long, or not plain.
    KeyId,
}

/// Puts a key on record for this person.
///
/// # Errors
/// If the store fails.
pub async fn add(
    account: &AccountDeps,
    person: &SignedIn,
    client: &Usable,
    wish: &Wish,
) -> Result<Added, StoreError> {
    if !account.accepts_own_client(&wish.form_token, person) {
        return Ok(Added::StaleForm);
    }
    if !client.has_secrets() {
        return Ok(Added::No(Problem::TakesNone));
    }
    let deps = &account.deps;
    let (Some(after), Ok(expires_at)) =
        (After::chosen(&wish.overlap), until(&wish.span, deps.now()))
    else {
        return Ok(Added::No(Problem::Span));
    };
    let (key, algorithm) = match read(&wish.key) {
        Ok(read) => read,
        Err(fault) => return Ok(Added::No(Problem::Key(fault))),
    };
    let number = account.number_of(&wish.nonce, person);
    let before = live(account, client, Some(person)).await?;
    let (holder, by) = (person.user.id, &person.user.username);
    let new = KeyWish { holder, name: &wish.name, by, expires_at, key: &key };
    let key_id = match registrar(deps).add_key_as(number, &client.client, new).await {
        Ok(key_id) => key_id,
        Err(SecretRefusal::Name) => return Ok(Added::No(Problem::SecretName)),
        Err(SecretRefusal::TooMany) => {
            let all = deps.store.list_client_secrets(&client.client.client_id).await?;
            let theirs: Vec<_> = all.iter().filter(|one| one.holder == Some(holder)).collect();
            return Ok(Added::No(why_not(&theirs, InstallationId::from_bytes(number), &key)));
        }
        Err(SecretRefusal::Store(error)) => return Err(error),
    };
    if let After::Seconds(seconds) = after {
        for old in before.iter().filter(|one| one.key.is_some()) {
            end_after(account, old, seconds).await?;
        }
    }
    Ok(Added::Yes { key_id, algorithm })
}

fn why_not(theirs: &[&ClientSecret], id: InstallationId, key: &PublicKey) -> Problem {
    let same = |one: &&&ClientSecret| {
        let kept = one.key.as_ref().and_then(|kept| PublicKey::parse(kept.jwk.as_bytes()).ok());
        kept.is_some_and(|kept| kept.thumbprint() == key.thumbprint())
    };
    if theirs.iter().any(|one| one.id == id) {
        Problem::SentBefore
    } else if theirs.iter().any(|one| same(&one)) {
        Problem::KnownKey
    } else {
        Problem::TwoKeys
    }
}

/// One public key that can sign, with its algorithm.
fn read(text: &str) -> Result<(PublicKey, Algorithm), KeyFault> {
    let key = match KeySet::parse(text.as_bytes()) {
        Ok(set) => {
            let mut keys = set.iter();
            match (keys.next(), keys.next()) {
                (Some(only), None) => only.clone(),
                (None, _) => return Err(KeyFault::NotUsable),
                (Some(_), Some(_)) => return Err(KeyFault::Several),
            }
        }
        Err(KeySetError::PrivateMember(_)) => return Err(KeyFault::Private),
        Err(KeySetError::TooManyKeys(_)) => return Err(KeyFault::Several),
        Err(KeySetError::Json(_)) => return Err(KeyFault::NotAKey),
        Err(KeySetError::NotASet) => match PublicKey::parse(text.as_bytes()) {
            Ok(key) => key,
            Err(JwkError::PrivateMember(_)) => return Err(KeyFault::Private),
            Err(JwkError::Unusable(_)) => return Err(KeyFault::NotUsable),
            Err(JwkError::Json(_) | JwkError::NotAnObject) => return Err(KeyFault::NotAKey),
        },
    };
    if !key.key_id().is_none_or(is_plain) {
        return Err(KeyFault::KeyId);
    }
    let algorithm = Algorithm::ALL.into_iter().find(|one| key.supports(*one));
    algorithm.map(|algorithm| (key, algorithm)).ok_or(KeyFault::NotUsable)
}

/// A `kid` that can be shown, and typed again.
fn is_plain(id: &str) -> bool {
    (1..=MAX_KEY_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The longest `kid`, in bytes.
const MAX_KEY_ID: usize = 256;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// RFC 7517, appendix A.1.
    fn jwk(more: &Value) -> Value {
        let mut jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        });
        for (name, value) in more.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        jwk
    }

    #[test]
    fn one_public_key_for_signatures_is_read_and_nothing_else() {
        use KeyFault as F;
        let plain = || jwk(&json!({}));
        let long = |length| jwk(&json!({ "kid": "k".repeat(length) }));
        for (pasted, expected) in [
            (plain(), Ok(Algorithm::Es256)),
            (jwk(&json!({ "kid": "k", "use": "sig", "alg": "ES256" })), Ok(Algorithm::Es256)),
            (json!({ "keys": [plain()] }), Ok(Algorithm::Es256)),
            (json!({ "keys": [plain(), { "kty": "EC", "crv": "P-521" }] }), Ok(Algorithm::Es256)),
            (json!({ "keys": [plain(), plain()] }), Err(F::Several)),
            (json!({ "keys": [] }), Err(F::NotUsable)),
            (jwk(&json!({ "d": "x" })), Err(F::Private)),
            (json!({ "keys": [plain(), { "kty": "EC", "d": "x" }] }), Err(F::Private)),
            (json!({ "kty": "oct", "k": "c2VjcmV0" }), Err(F::Private)),
            (jwk(&json!({ "use": "enc" })), Err(F::NotUsable)),
            (jwk(&json!({ "alg": "HS256" })), Err(F::NotUsable)),
            (jwk(&json!({ "alg": "RS256" })), Err(F::NotUsable)),
            (jwk(&json!({ "x": "AA" })), Err(F::NotUsable)),
            (json!(["x"]), Err(F::NotAKey)),
            (json!({ "keys": "x" }), Err(F::NotUsable)),
            (long(256), Ok(Algorithm::Es256)),
            (long(257), Err(F::KeyId)),
            (long(0), Err(F::KeyId)),
            (jwk(&json!({ "kid": "a key" })), Err(F::KeyId)),
            (jwk(&json!({ "kid": "\u{202e}" })), Err(F::KeyId)),
        ] {
            let read = read(&pasted.to_string()).map(|(_, algorithm)| algorithm);
            assert_eq!(read, expected, "{pasted}");
        }
        for text in ["", "https://a.example/jwks.json", "{}{}", "-----BEGIN PUBLIC KEY-----"] {
            assert_eq!(read(text).map(|_| ()), Err(F::NotAKey), "{text}");
        }
    }
}
