//! What is a client told whose software statement is not taken? RFC 7591 §3.2.2, with the rule and the remedy.

use super::{Code, registration};
use crate::registration::StatementFault;

/// The code and the words of a fault.
pub(super) fn words(fault: &StatementFault) -> (Code, String) {
    use StatementFault as F;
    let (problem, remedy) = match fault {
        F::NotTrusted => return (
            Code::UnapprovedSoftwareStatement,
            "nobody here trusts the issuer of software_statement; leave it out, or ask the operator".into(),
        ),
        F::NotVouched(_) => return (
            Code::UnapprovedSoftwareStatement,
            format!("software_statement: {fault}; its issuer has to sign another one or to leave it out, or ask the operator"),
        ),
        F::TooMany { .. } => return (
            Code::UnapprovedSoftwareStatement,
            format!("software_statement: {fault}; ask the operator to remove some"),
        ),
        F::Metadata(error) => {
            (registration(error).description, "the issuer has to sign other metadata")
        }
        F::Malformed => (fault.to_string(), "send a JWT in compact form (RFC 7591 section 2.3)"),
        F::OtherType => (
            fault.to_string(),
            "its issuer has to leave typ out, or to write software-statement+jwt",
        ),
        F::Algorithm => (fault.to_string(), "its issuer has to sign with an algorithm that is listed for it here"),
        F::Critical => (fault.to_string(), "its issuer has to leave crit out"),
        F::NoKeys => (fault.to_string(), "try again in some minutes; if that lasts, tell its issuer"),
        F::UnknownKey | F::Signature => {
            (fault.to_string(), "get one that is signed with a key of its issuer's key set")
        }
        F::Missing(_) | F::WrongType(_) => (
            fault.to_string(),
            "its issuer has to sign iss, aud, iat, exp, software_id, software_version and redirect_uris at least",
        ),
        F::OtherAudience => (
            fault.to_string(),
            "get one whose only aud is this server's issuer",
        ),
        F::Expired { .. } | F::Spent => (fault.to_string(), "get a fresh one from its issuer"),
        F::NotYetValid => (fault.to_string(), "its issuer has to set its clock"),
        F::TooLong { .. } => (fault.to_string(), "its issuer has to let it end sooner"),
        F::OtherClient => (fault.to_string(), "get one that signs this client_id, or was registered here under it"),
        F::Older => (fault.to_string(), "get a newer one from its issuer"),
        F::Secret => (
            fault.to_string(),
            "its issuer has to sign token_endpoint_auth_method none, or private_key_jwt with keys",
        ),
    };
    (Code::InvalidSoftwareStatement, format!("software_statement: {problem}; {remedy}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::RegistrationError;

    #[test]
    fn rfc7591_3_2_2_broken_is_invalid_and_sound_but_not_wanted_is_unapproved() {
        use StatementFault as F;
        for (fault, code, said) in [
            (F::NotTrusted, Code::UnapprovedSoftwareStatement, "ask the operator"),
            (F::NotVouched("redirect_uris"), Code::UnapprovedSoftwareStatement, "redirect_uris"),
            (F::TooMany { most: 100 }, Code::UnapprovedSoftwareStatement, "100"),
            (F::Expired { seconds_ago: 61 }, Code::InvalidSoftwareStatement, "61 s ago"),
            (F::OtherAudience, Code::InvalidSoftwareStatement, "this server's issuer"),
            (
                F::Metadata(Box::new(RegistrationError::NoRedirectUri)),
                Code::InvalidSoftwareStatement,
                "redirect_uris is missing",
            ),
        ] {
            let (found, text) = words(&fault);
            assert_eq!(found, code, "{fault}");
            assert!(text.contains(said), "{text}");
            assert!(text.contains("software_statement"), "{text}");
        }
    }
}
