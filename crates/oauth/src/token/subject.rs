//! For whom is a token? For a person, or for a service that acts for itself (O21-41, AT-5).
//!
//! A person's identifier is 22 characters. A service's is its `client_id`, which begins with a prefix of its own and is longer. Whoever reads a text
//! gets the one or the other, so that a service never passes for a person, whatever a person is called.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{
    client::{id::ClientId, service::ServiceId},
    id::UserId,
};

/// `sub`: for whom a token is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TokenSubject {
    /// For a person, by their identifier.
    Person(UserId),
    /// For a service itself, by its `client_id`.
    Service(ServiceId),
}

/// The text is neither a person's identifier nor a service's.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("neither the identifier of a person nor that of a service")]
pub struct MalformedSubject;

impl TokenSubject {
    /// Whether a token for this subject can have been given to this client: a service gets tokens for itself alone, and nobody else does.
    #[must_use]
    pub fn fits(&self, client_id: &ClientId) -> bool {
        match (self, ServiceId::of(client_id)) {
            (Self::Person(_), None) => true,
            (Self::Service(id), Some(client)) => *id == client,
            (Self::Person(_), Some(_)) | (Self::Service(_), None) => false,
        }
    }
}

impl fmt::Display for TokenSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => id.fmt(f),
            Self::Service(id) => f.write_str(id.as_str()),
        }
    }
}

impl FromStr for TokenSubject {
    type Err = MalformedSubject;

    fn from_str(text: &str) -> Result<Self, MalformedSubject> {
        if let Ok(person) = text.parse() {
            return Ok(Self::Person(person));
        }
        let client = ClientId::parse(text).map_err(|_| MalformedSubject)?;
        ServiceId::of(&client).map(Self::Service).ok_or(MalformedSubject)
    }
}

impl serde::Serialize for TokenSubject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for TokenSubject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::client::recorded::{Purpose, RecordedId};

    const PERSON: &str = "AQEBAQEBAQEBAQEBAQEBAQ";
    const SERVICE: &str = "svc_AQEBAQEBAQEBAQEBAQEBAQ";

    #[test]
    fn o21_41_a_text_is_a_person_or_a_service_and_nothing_else() {
        for (text, kind) in [
            (PERSON, Some("person")),
            (SERVICE, Some("service")),
            ("app_AQEBAQEBAQEBAQEBAQEBAQ", None),
            ("own_AQEBAQEBAQEBAQEBAQEBAQ", None),
            ("svc_AQEBAQEBAQEBAQEBAQEB", None),
            ("svc_AQEBAQEBAQEBAQEBAQEBAQA", None),
            ("SVC_AQEBAQEBAQEBAQEBAQEBAQ", None),
            ("ada", None),
            ("", None),
        ] {
            let read = text.parse::<TokenSubject>();
            let seen = read.map(|subject| match subject {
                TokenSubject::Person(_) => "person",
                TokenSubject::Service(_) => "service",
            });
            assert_eq!(seen.ok(), kind, "{text:?}");
            assert!(read.is_err() || read.is_ok_and(|read| read.to_string() == text), "{text:?}");
        }
    }

    #[test]
    fn a_service_gets_tokens_for_itself_and_nobody_elses() {
        let fits = |subject: &str, client: &str| {
            let subject: TokenSubject = subject.parse().unwrap();
            subject.fits(&ClientId::parse(client).unwrap())
        };
        for (subject, client, fitting) in [
            (PERSON, "inspector", true),
            (PERSON, "app_AQEBAQEBAQEBAQEBAQEBAQ", true),
            (PERSON, SERVICE, false),
            (SERVICE, SERVICE, true),
            (SERVICE, "svc_AQEBAQEBAQEBAQEBAQEBAg", false),
            (SERVICE, "inspector", false),
        ] {
            assert_eq!(fits(subject, client), fitting, "{subject} {client}");
        }
    }

    proptest! {
        #[test]
        fn no_service_is_ever_read_as_a_person(person: [u8; 16], service: [u8; 16]) {
            let person = TokenSubject::Person(UserId::from_bytes(person));
            let id = ClientId::Recorded(RecordedId::new(Purpose::Service, service));
            let service = TokenSubject::Service(ServiceId::of(&id).unwrap());
            prop_assert_eq!(person.to_string().parse(), Ok(person));
            prop_assert_eq!(service.to_string().parse(), Ok(service));
            prop_assert_ne!(person.to_string(), service.to_string());
        }
    }
}
