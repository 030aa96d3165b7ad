//! What does a service get that asks for itself? (RFC 6749 §4.4, RFC 8707 §2.2, SPEC 2.5.)

use crate::{
    authorization::check::Offer, client::service::Service, scope::Scope, token::error::TokenError,
};

/// What a service gets.
#[derive(Clone, Debug)]
pub struct Given<'o> {
    /// Where it may go with the token.
    pub offer: &'o Offer,
    /// What it may do there; never empty.
    pub scope: Scope,
}

/// Decides about a request of a service that has proven itself: `resource`, each time that it stands, and `scope`, if it does.
///
/// # Errors
/// [`TokenError::ServiceResource`], [`TokenError::ServiceScope`].
pub fn decide<'o>(
    service: &Service,
    (resources, scope): (&[String], Option<&str>),
    offers: &'o [Offer],
) -> Result<Given<'o>, TokenError> {
    let offer = meant(service, resources, offers).ok_or(TokenError::ServiceResource)?;
    let allowed = service.scope().intersection(&offer.known);
    // What is asked for and not allowed is left out, as at the authorization endpoint; the answer's `scope` tells.
    let scope = match scope.filter(|scope| !scope.trim().is_empty()) {
        None => allowed,
        Some(asked) => {
            let asked: Vec<_> = asked.split(' ').filter(|token| allowed.contains(token)).collect();
            asked.try_into().unwrap_or_default()
        }
    };
    if scope.is_empty() { Err(TokenError::ServiceScope) } else { Ok(Given { offer, scope }) }
}

/// the one resource that all of them mean; the only one that the service may go to, if none is named.
fn meant<'o>(service: &Service, named: &[String], offers: &'o [Offer]) -> Option<&'o Offer> {
    let allowed = match (named.split_first(), service.resources()) {
        (None, [only]) => only,
        (None, _) => return None,
        (Some((first, others)), allowed) => {
            let allowed = allowed.iter().find(|resource| resource.is_meant_by(first))?;
            others.iter().all(|other| allowed.is_meant_by(other)).then_some(allowed)?
        }
    };
    offers.iter().find(|offer| offer.resource.is_meant_by(allowed.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::ResourceId;

    fn service(resources: &[&str]) -> Service {
        let metadata = json!({ "resources": resources, "scope": "read write elsewhere" });
        Service::parse(metadata.to_string().as_bytes()).unwrap()
    }

    fn offer(resource: &str, known: &str) -> Offer {
        let resource = ResourceId::parse(resource).unwrap();
        Offer { resource, known: known.parse().unwrap(), default: Scope::empty() }
    }

    #[test]
    fn each_rule_with_its_neighbour() {
        use TokenError as E;
        const A: &str = "https://mcp.example/a";
        const B: &str = "https://mcp.example/b";
        const GONE: &str = "https://mcp.example/gone";
        let offers = [
            offer(A, "read write admin"),
            offer(B, "read"),
            offer("https://mcp.example/c", "read"),
        ];
        let (one, two) = (&[A][..], &[A, B, GONE][..]);
        for (why, allowed, resources, scope, given) in [
            ("R-16 its only one", one, &[][..], None, Ok((A, "read write"))),
            ("R-16 one of several", two, &[], None, Err(E::ServiceResource)),
            ("named", two, &[B], None, Ok((B, "read"))),
            ("MCP-AS-37 a slash", two, &["https://MCP.example/b/"], None, Ok((B, "read"))),
            ("twice the same", two, &[A, A], None, Ok((A, "read write"))),
            ("two", two, &[A, B], None, Err(E::ServiceResource)),
            ("not its own", one, &[B], None, Err(E::ServiceResource)),
            ("nobody's", one, &["mcp"], None, Err(E::ServiceResource)),
            ("no longer here", two, &[GONE], None, Err(E::ServiceResource)),
            ("less", one, &[], Some("read"), Ok((A, "read"))),
            ("nothing", one, &[], Some(" "), Ok((A, "read write"))),
            ("more, left out", one, &[], Some("read admin \""), Ok((A, "read"))),
            ("only more", one, &[], Some("admin"), Err(E::ServiceScope)),
            ("of another resource", two, &[B], Some("write"), Err(E::ServiceScope)),
        ] {
            let resources: Vec<_> = resources.iter().map(|one: &&str| String::from(*one)).collect();
            let decided = decide(&service(allowed), (&resources, scope), &offers);
            let seen =
                decided.map(|given| (given.offer.resource.as_str(), given.scope.to_string()));
            let seen = seen.as_ref().map(|(resource, scope)| (*resource, scope.as_str()));
            assert_eq!(seen.map_err(|error| *error), given, "{why}");
        }
    }
}
