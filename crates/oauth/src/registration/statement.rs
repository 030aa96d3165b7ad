//! What has a client's vendor signed? The metadata in a software statement whose signature was verified (RFC 7591 §2.3; SW-2, SW-9, SW-10).
//!
//! All that is registered for it is what stands in the statement: one `client_id` serves every installation, so nothing that one of them adds may count
//! for the others. Leaves out: who signed it, for whom, and until when, which `salver-jose` has judged before.

use serde_json::{Map, Value};
use thiserror::Error;

use super::{RegistrationError, RegistrationRequest, canonical::Registration, members::Members};
use crate::{
    client::{id::ClientId, metadata::Metadata, redirect_uri::RedirectUri, stated::StatedId},
    json,
};

/// The metadata that a statement signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedRegistration {
    registration: Registration,
    redirect_uris: Vec<RedirectUri>,
    software_id: Box<str>,
    software_version: Box<str>,
    document: Box<str>,
}

/// Why a statement is not taken (RFC 7591 §3.2.2).
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum StatementFault {
    /// It is no signed token.
    #[error("it is no signed token")]
    Malformed,
    /// RFC 8725 §3.11: its `typ` says that it is something else, or not what its issuer always says.
    #[error("its typ says that it is something else")]
    OtherType,
    /// SW-11: `none`, a shared secret, or not an algorithm of its issuer.
    #[error("its alg is not allowed")]
    Algorithm,
    /// RFC 7515 §4.1.11.
    #[error("it has a critical header extension")]
    Critical,
    /// RFC 7591 §2.3: nobody is trusted here under the name of its issuer.
    #[error("its issuer is not trusted")]
    NotTrusted,
    /// The keys of its issuer cannot be read at this time.
    #[error("the keys of its issuer cannot be read")]
    NoKeys,
    /// Its issuer has no such key.
    #[error("its issuer has no such key")]
    UnknownKey,
    /// No key of its issuer has signed it.
    #[error("its signature does not fit")]
    Signature,
    /// SW-2: a claim is missing.
    #[error("its claim {0} is missing")]
    Missing(&'static str),
    /// A claim has another type than it should.
    #[error("its claim {0} has the wrong type")]
    WrongType(&'static str),
    /// SW-4, SW-5: it is not for this server alone.
    #[error("its aud is not the issuer of this server alone")]
    OtherAudience,
    /// SW-11: it is over.
    #[error("it expired {seconds_ago} s ago")]
    Expired {
        /// Since when.
        seconds_ago: i64,
    },
    /// It was made in the future, as far as our clock tells.
    #[error("it is not valid yet")]
    NotYetValid,
    /// SW-11: it lives longer than statements of its issuer may.
    #[error("it is valid for more than {longest} s")]
    TooLong {
        /// The longest life in seconds.
        longest: i64,
    },
    /// Statements of its issuer are good once, and this one was used.
    #[error("it was used before")]
    Spent,
    /// It is not for the client that sends it.
    #[error("it is not for this client")]
    OtherClient,
    /// A newer statement for the same software says something else: there is no way back.
    #[error("a newer statement for its software says something else")]
    Older,
    /// SW-9: one `client_id` for all installations can keep no secret.
    #[error("it signs a method with a shared secret")]
    Secret,
    /// What it signs breaks a rule for registrations.
    #[error("what it signs is no registration: {0}")]
    Metadata(Box<RegistrationError>),
    /// Its issuer may not vouch for this here.
    #[error("its issuer may not vouch for its {0}")]
    NotVouched(&'static str),
    /// Its issuer has as many softwares here as one may have.
    #[error("its issuer has {most} softwares here already")]
    TooMany {
        /// How many those are.
        most: u32,
    },
}

impl SignedRegistration {
    /// Reads the metadata among the claims of a statement.
    ///
    /// # Errors
    /// [`StatementFault`]; nothing that is missing is made up for by what came beside the statement.
    pub fn read(claims: &Map<String, Value>) -> Result<Self, StatementFault> {
        let members = Members(claims);
        let required = |name: &'static str| {
            let text = members.text(name, MAX_SOFTWARE_ID_BYTES).map_err(RegistrationError::from);
            text.map_err(metadata)?.ok_or(StatementFault::Missing(name))
        };
        let (software_id, software_version) =
            (required("software_id")?.into(), required("software_version")?.into());
        if members.find("redirect_uris").is_none() {
            return Err(StatementFault::Missing("redirect_uris"));
        }
        let mut signed: Map<String, Value> = claims
            .iter()
            .filter(|(name, value)| is_metadata(name) && !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if members.find(METHOD).is_none() {
            let keyed = ["jwks", "jwks_uri"].iter().any(|name| signed.contains_key(*name));
            let method = if keyed { "private_key_jwt" } else { "none" };
            signed.insert(METHOD.to_owned(), method.into());
        }
        let document = Value::Object(signed).to_string().into_boxed_str();
        let request = RegistrationRequest::parse(document.as_bytes()).map_err(metadata)?;
        if request.asks_for_secret() || shared_secret(claims).is_some() {
            return Err(StatementFault::Secret);
        }
        let redirect_uris = request.redirect_uris().to_vec();
        let registration = request.registration().clone();
        Ok(Self { registration, redirect_uris, software_id, software_version, document })
    }

    /// What is registered.
    #[must_use]
    pub const fn registration(&self) -> &Registration {
        &self.registration
    }

    /// The redirect URIs, as they were signed.
    #[must_use]
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.redirect_uris
    }

    /// Which software of its issuer it is.
    #[must_use]
    pub fn software_id(&self) -> &str {
        &self.software_id
    }

    /// Which version of it: told to people, and nothing is decided by it.
    #[must_use]
    pub fn software_version(&self) -> &str {
        &self.software_version
    }

    /// The signed metadata, without what is of this one statement: equal for two statements that sign the same. [`restored`] reads it.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }
}

/// The metadata in a document of [`SignedRegistration::document`].
///
/// # Errors
/// The rule that it breaks, if the rules have become stricter since.
pub fn restored(document: &[u8], id: StatedId) -> Result<Metadata, RegistrationError> {
    let request = RegistrationRequest::parse(document)?;
    Ok(request.registration().metadata(ClientId::Stated(id)))
}

/// The statement in a metadata document, unread and not believed (SW-14).
#[must_use]
pub fn in_document(document: &[u8]) -> Option<Box<str>> {
    // Nearly none has one, and then nothing has to be read twice.
    let is_named = str::from_utf8(document).is_ok_and(|text| text.contains(STATEMENT));
    let members = if is_named { members(document)? } else { return None };
    members.get(STATEMENT).and_then(Value::as_str).map(Into::into)
}

/// A member of a statement that stands for a shared secret, which no document may have, nor what it carries (CIMD-D-5, CIMD-D-6, SW-14).
#[must_use]
pub fn shared_secret(claims: &Map<String, Value>) -> Option<&'static str> {
    let method = claims.get(METHOD).and_then(Value::as_str);
    if method.is_some_and(|method| method.starts_with("client_secret")) {
        return Some(METHOD);
    }
    claims.contains_key("client_secret").then_some("client_secret")
}

/// A member in which a document and the statement inside it disagree (SW-14); nothing if they agree in all that both say.
#[must_use]
pub fn disagreement(document: &[u8], claims: &Map<String, Value>) -> Option<Box<str>> {
    let members = members(document)?;
    let differs = |(name, signed): &(&String, &Value)| {
        (is_metadata(name) || *name == "software_version" || *name == "client_id")
            && members.get(*name).is_some_and(|plain| !is_same(name, plain, signed))
    };
    claims.iter().find(differs).map(|(name, _)| name.as_str().into())
}

fn members(document: &[u8]) -> Option<Map<String, Value>> {
    match json::parse(document) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// Lists of the registry have no order.
fn is_same(name: &str, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(some), Value::Array(others)) if name != "jwks" => {
            some.len() == others.len() && some.iter().all(|item| others.contains(item))
        }
        _ => one == other,
    }
}

/// What is registered of a statement: members of RFC 7591 §2 that are read here, in all languages.
fn is_metadata(name: &str) -> bool {
    let bare = name.split_once('#').map_or(name, |(bare, _)| bare);
    MEMBERS.contains(&bare)
}

fn metadata(error: RegistrationError) -> StatementFault {
    StatementFault::Metadata(Box::new(error))
}

const STATEMENT: &str = "software_statement";
const METHOD: &str = "token_endpoint_auth_method";

const MEMBERS: [&str; 17] = [
    "application_type",
    "client_name",
    "client_uri",
    "contacts",
    "dpop_bound_access_tokens",
    "grant_types",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "redirect_uris",
    "require_pushed_authorization_requests",
    "response_types",
    "scope",
    "software_id",
    METHOD,
    "tos_uri",
];

/// The longest `software_id`, in bytes, and the longest version of it.
pub const MAX_SOFTWARE_ID_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::registration::Authentication;

    fn claims() -> Map<String, Value> {
        let claims = json!({
            "iss": "https://vendor.example", "aud": "https://as.example", "exp": 2, "iat": 1,
            "software_id": "editor", "software_version": "1.2",
            "client_name": "Editor", "redirect_uris": ["http://127.0.0.1/cb"],
        });
        claims.as_object().unwrap().clone()
    }

    fn with(name: &str, value: Value) -> Map<String, Value> {
        let mut claims = claims();
        claims.insert(name.to_owned(), value);
        claims
    }

    fn without(name: &str) -> Map<String, Value> {
        let mut claims = claims();
        claims.remove(name);
        claims
    }

    #[test]
    fn sw_2_sw_9_what_a_statement_must_sign() {
        use StatementFault as F;
        for (why, claims, expected) in [
            ("sound", claims(), None),
            ("no software_id", without("software_id"), Some(F::Missing("software_id"))),
            ("an empty one", with("software_id", json!("")), Some(F::Missing("software_id"))),
            ("no version", without("software_version"), Some(F::Missing("software_version"))),
            ("no redirect URIs", without("redirect_uris"), Some(F::Missing("redirect_uris"))),
            ("a secret method", with(METHOD, json!("client_secret_basic")), Some(F::Secret)),
            ("a secret", with("client_secret", json!("s")), Some(F::Secret)),
            (
                "an address that is none",
                with("redirect_uris", json!([])),
                Some(metadata(RegistrationError::NoRedirectUri)),
            ),
        ] {
            assert_eq!(SignedRegistration::read(&claims).err(), expected, "{why}");
        }
        let web = with("redirect_uris", json!(["https://vendor.example/cb"]));
        let read = SignedRegistration::read(&web).unwrap();
        assert_eq!(read.registration().authentication(), &Authentication::None);
        let keyed = with("jwks_uri", json!("https://vendor.example/jwks"));
        let read = SignedRegistration::read(&keyed).unwrap();
        assert!(matches!(read.registration().authentication(), Authentication::PrivateKeyJwt(_)));
        let id = ClientId::Stated(StatedId::of("https://vendor.example", "editor"));
        for (claims, pushes) in
            [(claims(), false), (with("require_pushed_authorization_requests", json!(true)), true)]
        {
            let read = SignedRegistration::read(&claims).unwrap();
            assert_eq!(read.registration().metadata(id.clone()).requires_push, pushes, "PAR-3");
        }
    }

    #[test]
    fn two_statements_that_sign_the_same_are_one_registration() {
        let document = |claims| SignedRegistration::read(&claims).unwrap().document().to_owned();
        let first = document(claims());
        for (name, value, same) in [
            ("iat", json!(9), true),
            ("exp", json!(9), true),
            ("jti", json!("x"), true),
            ("software_version", json!("1.3"), true),
            ("unknown", json!(1), true),
            ("client_name", json!("Editor 2"), false),
            ("redirect_uris", json!(["http://127.0.0.1/other"]), false),
        ] {
            assert_eq!(document(with(name, value)) == first, same, "{name}");
        }
        let id = StatedId::of("https://vendor.example", "editor");
        let restored = restored(first.as_bytes(), id).unwrap();
        let read = SignedRegistration::read(&claims()).unwrap();
        assert_eq!(restored, read.registration().metadata(ClientId::Stated(id)));
    }

    #[test]
    fn sw_14_a_document_and_its_statement_agree_in_all_that_both_say() {
        for (document, expected) in [
            (json!({ "client_name": "Editor", "redirect_uris": ["http://127.0.0.1/cb"] }), None),
            (json!({ "logo_uri": "https://vendor.example/l.png" }), None),
            (json!({ "client_name": "Other" }), Some("client_name")),
            (
                json!({ "redirect_uris": ["http://127.0.0.1/cb", "https://evil.example/cb"] }),
                Some("redirect_uris"),
            ),
            (json!({ "software_version": "9" }), Some("software_version")),
        ] {
            let found = disagreement(document.to_string().as_bytes(), &claims());
            assert_eq!(found.as_deref(), expected, "{document}");
        }
        for (document, found) in [
            (r#"{"software_statement":"a.b.c"}"#, Some("a.b.c")),
            (r#"{"client_name":"software_statement"}"#, None),
            (r#"{"software_statement":1}"#, None),
            ("{}", None),
        ] {
            assert_eq!(in_document(document.as_bytes()).as_deref(), found, "{document}");
        }
    }
}
