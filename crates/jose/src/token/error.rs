//! Why is a token not believed?

/// The first rule that a token breaks. All of them are `invalid_token` to whoever presents it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three parts of base64url with JSON inside (RFC 7519 §7.2), or far too long.
    #[error("not a signed token")]
    Malformed,
    /// Another kind of token, or one that does not say its kind (RFC 8725 §3.11).
    #[error("another kind of token")]
    WrongType,
    /// `none`, a shared-secret algorithm, or one that we do not know (RFC 8725 §3.1).
    #[error("algorithm not allowed")]
    AlgorithmNotAllowed,
    /// `crit` asks for understanding that we do not have (RFC 7515 §4.1.11).
    #[error("critical header extension")]
    CriticalExtension,
    /// No key of this name for this algorithm.
    #[error("unknown key")]
    UnknownKey,
    /// The key did not sign these bytes.
    #[error("signature does not fit")]
    BadSignature,
    /// Signed in the name of somebody else.
    #[error("other issuer")]
    WrongIssuer,
    /// Meant for another server.
    #[error("other audience")]
    WrongAudience,
    /// Over.
    #[error("expired {seconds_ago} s ago")]
    Expired {
        /// Since when.
        seconds_ago: i64,
    },
    /// Made in the future, as far as our clock tells.
    #[error("not yet valid")]
    NotYetValid,
    /// A claim that RFC 9068 §2.2 or we require is absent.
    #[error("claim {0} missing")]
    MissingClaim(&'static str),
    /// A claim has a form that we never give it.
    #[error("claim {0} malformed")]
    MalformedClaim(&'static str),
}
