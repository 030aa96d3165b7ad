//! May it be asked? The rules of an authorization request whose client and return address are known. Faults go to the client.

use thiserror::Error;

use super::request::{AuthorizationRequest, Parameters};
use crate::{
    client::{id::ClientId, metadata::Metadata, recorded::Purpose},
    form::FormError,
    grant::pkce::{Challenge, ChallengeError},
    resource::ResourceId,
    scope::Scope,
};

/// What this server offers at one resource.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The resource.
    pub resource: ResourceId,
    /// Every scope that it knows.
    pub known: Scope,
    /// What is given to a client that asks for nothing, or for nothing that is known.
    pub default: Scope,
}

/// A request that may be put before the user.
#[derive(Clone, Debug)]
pub struct Accepted<'o> {
    /// The resource it is for, with its scopes.
    pub offer: &'o Offer,
    /// What it asks for, narrowed to what there is.
    pub scope: Scope,
    /// The PKCE challenge.
    pub challenge: Challenge,
    /// Whether the client forbids any page.
    pub silent: bool,
    /// Whether the client asks for the consent page (OpenID Connect `prompt=consent`).
    pub consent_wanted: bool,
}

/// Why a request is refused; told to the client by redirect.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AuthorizationError {
    /// A parameter stands twice, or cannot be read.
    #[error("{0}")]
    Form(FormError),
    /// `response_type` is missing, or is not `code` (O21-7).
    #[error("response_type is not code")]
    ResponseType,
    /// `response_mode` is not `query`.
    #[error("response_mode is not query")]
    ResponseMode,
    /// O21-10.
    #[error("PKCE: {0}")]
    Challenge(ChallengeError),
    /// RI-1: unknown, or more than one, or none where no default is known.
    #[error("no resource here is meant by the request")]
    Resource,
    /// Nothing of what is asked for may be given to this client (ATP-7).
    #[error("none of the scopes may be given to this client")]
    Scope,
    /// `request` or `request_uri` stands.
    #[error("requests by reference are not supported")]
    ByReference,
    /// RFC 9126: it was not pushed as it has to be.
    #[error("{0}")]
    Push(#[from] PushFault),
    /// `prompt=none`, and nobody is signed in.
    #[error("nobody is signed in")]
    LoginRequired,
    /// `prompt=none`, and the user has to be asked.
    #[error("the user has to be asked")]
    ConsentRequired,
    /// The user said no.
    #[error("the user said no")]
    AccessDenied,
    /// Something of ours failed.
    #[error("the server cannot answer now")]
    Unavailable,
}

/// What is wrong with how a request came here, where it has to be pushed (RFC 9126).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PushFault {
    /// PAR-3: it was not pushed.
    #[error("the request was not pushed")]
    NotPushed,
    /// PAR-1: its client cannot do without authentication, and has pushed it without.
    #[error("the request was pushed without client authentication")]
    NotProven,
}

/// What every client is asked, whatever its metadata say.
struct Sound<'r, 'o> {
    rest: &'r Parameters,
    offer: &'o Offer,
    challenge: Challenge,
}

/// Judges a request.
///
/// # Errors
/// [`AuthorizationError`], for a redirect.
pub fn accept<'o>(
    client: &Metadata,
    request: &AuthorizationRequest,
    offers: &'o [Offer],
) -> Result<Accepted<'o>, AuthorizationError> {
    let Sound { rest, offer, challenge } = sound(request, offers)?;
    Ok(Accepted {
        scope: narrowed(rest, client, offer)?,
        offer,
        challenge,
        silent: request.is_silent(),
        consent_wanted: rest.prompts().any(|prompt| prompt == "consent"),
    })
}

/// Judges what can be judged of a request whose client nobody here knows yet (PAR-4).
///
/// # Errors
/// [`AuthorizationError`].
pub fn accept_unseen(
    request: &AuthorizationRequest,
    offers: &[Offer],
) -> Result<(), AuthorizationError> {
    sound(request, offers).map(drop)
}

fn sound<'r, 'o>(
    request: &'r AuthorizationRequest,
    offers: &'o [Offer],
) -> Result<Sound<'r, 'o>, AuthorizationError> {
    use AuthorizationError as E;
    let rest = request.rest.as_ref().map_err(|error| E::Form(*error))?;
    if rest.by_reference {
        return Err(E::ByReference);
    }
    if rest.response_type.as_deref() != Some("code") {
        return Err(E::ResponseType);
    }
    if rest.response_mode.as_deref().is_some_and(|mode| mode != "query") {
        return Err(E::ResponseMode);
    }
    let challenge =
        Challenge::parse(rest.code_challenge.as_deref(), rest.code_challenge_method.as_deref())
            .map_err(E::Challenge)?;
    Ok(Sound { rest, offer: meant(&rest.resources, offers)?, challenge })
}

/// the one resource that all of them mean; the only one there is, if none is named.
fn meant<'o>(resources: &[String], offers: &'o [Offer]) -> Result<&'o Offer, AuthorizationError> {
    let by_name = |name: &String| {
        offers
            .iter()
            .find(|offer| offer.resource.is_meant_by(name))
            .ok_or(AuthorizationError::Resource)
    };
    match (resources.split_first(), offers) {
        (None, [only]) => Ok(only),
        (None, _) => Err(AuthorizationError::Resource),
        (Some((first, others)), _) => {
            let offer = by_name(first)?;
            let same = |name| by_name(name).is_ok_and(|other| other.resource == offer.resource);
            if others.iter().all(same) { Ok(offer) } else { Err(AuthorizationError::Resource) }
        }
    }
}

/// Unknown scopes are left out (the answer's `scope` tells); who asks for nothing known gets the default (MCP-CL-22).
fn narrowed(
    rest: &Parameters,
    client: &Metadata,
    offer: &Offer,
) -> Result<Scope, AuthorizationError> {
    // A character that no scope has makes a token that nobody knows: left out like any other.
    let asked: Vec<_> = rest
        .scope
        .iter()
        .flat_map(|text| text.split(' '))
        .filter(|token| offer.known.contains(token))
        .collect();
    let known: Scope = asked.try_into().unwrap_or_default();
    let wanted = if known.is_empty() { offer.default.clone() } else { known };
    match &client.scope {
        // ATP-7: a document's own scope is a ceiling, as far as it speaks of scopes that exist here. What a person set for their own client holds everywhere.
        Some(ceiling) if is_personal(client) || !ceiling.intersection(&offer.known).is_empty() => {
            let left = wanted.intersection(ceiling);
            if left.is_empty() { Err(AuthorizationError::Scope) } else { Ok(left) }
        }
        _ => Ok(wanted),
    }
}

fn is_personal(client: &Metadata) -> bool {
    matches!(&client.client_id, ClientId::Recorded(id) if id.purpose() == Purpose::Personal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{metadata::tests::metadata, recorded::RecordedId};

    const CHALLENGE: &str =
        "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    fn offer(resource: &str) -> Offer {
        Offer {
            resource: ResourceId::parse(resource).unwrap(),
            known: "read write".parse().unwrap(),
            default: "read".parse().unwrap(),
        }
    }

    fn judge(query: &str, offers: &[Offer]) -> Result<(String, String), AuthorizationError> {
        judge_for(&metadata(&["https://a.example/cb"]), query, offers)
    }

    fn judge_for(
        client: &Metadata,
        query: &str,
        offers: &[Offer],
    ) -> Result<(String, String), AuthorizationError> {
        let request = AuthorizationRequest::parse(&format!("client_id=a&{query}")).unwrap();
        accept(client, &request, offers)
            .map(|accepted| (accepted.offer.resource.to_string(), accepted.scope.to_string()))
    }

    #[test]
    fn each_rule_with_its_neighbour() {
        use AuthorizationError as E;
        let offers = [offer("https://mcp.example/mcp")];
        let sound = format!("response_type=code&{CHALLENGE}");
        let given = |scope: &str| Ok(("https://mcp.example/mcp".to_owned(), scope.to_owned()));
        for (query, expected) in [
            (sound.clone(), given("read")),
            (format!("{sound}&scope=write"), given("write")),
            (format!("{sound}&scope=openid+write+%22"), given("write")),
            (format!("{sound}&scope=openid+email"), given("read")),
            (format!("{sound}&resource=https://mcp.example/mcp/"), given("read")),
            (
                format!(
                    "{sound}&resource=https://mcp.example/mcp&resource=https://MCP.example/mcp"
                ),
                given("read"),
            ),
            (format!("{sound}&resource=https://other.example/"), Err(E::Resource)),
            (
                format!("{sound}&resource=https://mcp.example/mcp&resource=https://other.example/"),
                Err(E::Resource),
            ),
            (format!("{sound}&response_mode=query"), given("read")),
            (format!("{sound}&response_mode=fragment"), Err(E::ResponseMode)),
            (format!("{sound}&request=x"), Err(E::ByReference)),
            (format!("{sound}&request_uri=x"), Err(E::ByReference)),
            (format!("{sound}&unknown=x&unknown=y"), given("read")),
            (format!("{sound}&scope=a&scope=b"), Err(E::Form(FormError::Repeated("scope")))),
            (CHALLENGE.to_owned(), Err(E::ResponseType)),
            (format!("response_type=token&{CHALLENGE}"), Err(E::ResponseType)),
            ("response_type=code".to_owned(), Err(E::Challenge(ChallengeError::Missing))),
        ] {
            assert_eq!(judge(&query, &offers), expected, "{query}");
        }
    }

    #[test]
    fn r_16_without_resource_there_must_be_one_only() {
        let sound = format!("response_type=code&{CHALLENGE}");
        let two = [offer("https://mcp.example/a"), offer("https://mcp.example/b")];
        assert_eq!(judge(&sound, &two), Err(AuthorizationError::Resource));
        assert!(judge(&format!("{sound}&resource=https://mcp.example/b"), &two).is_ok());
    }

    #[test]
    fn atp_7_the_scope_of_a_document_is_a_ceiling() {
        let offers = [offer("https://mcp.example/mcp")];
        let sound = format!("response_type=code&{CHALLENGE}");
        let mut client = metadata(&["https://a.example/cb"]);
        for (ceiling, asked, expected) in [
            ("read", "read write", Ok("read")),
            ("read", "write", Err(AuthorizationError::Scope)),
            ("atproto", "write", Ok("write")),
        ] {
            client.scope = Some(ceiling.parse().unwrap());
            let seen = judge_for(
                &client,
                &format!("{sound}&scope={}", crate::form::encode(asked)),
                &offers,
            );
            assert_eq!(
                seen.as_ref().map(|(_, scope)| scope.as_str()).map_err(Clone::clone),
                expected,
                "{ceiling} {asked}"
            );
        }
    }

    #[test]
    fn what_a_person_set_for_their_own_client_holds_everywhere() {
        let offers = [offer("https://mcp.example/mcp")];
        let sound = format!("response_type=code&{CHALLENGE}&scope=write");
        let mut client = metadata(&["https://a.example/cb"]);
        client.scope = Some("elsewhere".parse().unwrap());
        for (purpose, expected) in [
            (Purpose::Personal, Err(AuthorizationError::Scope)),
            (Purpose::Application, Ok("write".to_owned())),
        ] {
            client.client_id = ClientId::Recorded(RecordedId::new(purpose, [7; 16]));
            let seen = judge_for(&client, &sound, &offers).map(|(_, scope)| scope);
            assert_eq!(seen, expected, "{purpose:?}");
        }
    }
}
