//! What does a token request ask for, and who says so? OAuth 2.1 §3.2.2, §4.1.3, §4.2, §4.3.1, read from the form and the
//! `Authorization` header; nothing is looked up here.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::error::TokenError;
use crate::{
    client::{id::ClientId, metadata::SecretMethod},
    form::{Form, FormError},
    resource::ResourceId,
    scope::Scope,
};

/// A token request.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// Who asks, and how they prove it.
    pub credentials: Credentials,
    /// `resource`, each time that it stands.
    pub resources: Vec<String>,
    /// What is exchanged.
    pub grant: PresentedGrant,
}

/// How a client says who it is.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// By name alone: public clients prove nothing here.
    None(ClientId),
    /// By a secret that this server has given it (OAuth 2.1 §2.4.1).
    Secret {
        /// Who.
        client_id: ClientId,
        /// Where the secret stood.
        method: SecretMethod,
        /// What it presented.
        secret: Zeroizing<Box<str>>,
    },
    /// By a JWT that one of its keys has signed (RFC 7523 §2.2).
    Assertion {
        /// The parameter, if it stands; else the assertion's `sub` tells.
        client_id: Option<ClientId>,
        /// The assertion.
        jwt: Box<str>,
    },
}

/// What is exchanged for tokens.
#[derive(Clone, Debug)]
pub enum PresentedGrant {
    /// An authorization code.
    Code {
        /// The code.
        code: String,
        /// `code_verifier`.
        verifier: String,
        /// `redirect_uri`, if the client sends it.
        redirect_uri: Option<String>,
    },
    /// A refresh token.
    Refresh {
        /// The token.
        token: String,
        /// `scope`, if the client wants less.
        scope: Option<String>,
    },
    /// Nothing: a service asks for itself (RFC 6749 §4.4.2).
    ClientCredentials {
        /// `scope`, if the service wants less.
        scope: Option<String>,
    },
}

impl TokenRequest {
    /// Reads a request: its body, and its `Authorization` header if there is one.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(body: &str, authorization: Option<&str>) -> Result<Self, TokenError> {
        let form = Form::parse(body);
        let grant = match required(&form, "grant_type")?.as_str() {
            "authorization_code" => PresentedGrant::Code {
                code: required(&form, "code")?,
                verifier: required(&form, "code_verifier")?,
                redirect_uri: form.one("redirect_uri")?.map(Into::into),
            },
            "refresh_token" => PresentedGrant::Refresh {
                token: required(&form, "refresh_token")?,
                scope: form.one("scope")?.map(Into::into),
            },
            "client_credentials" => {
                PresentedGrant::ClientCredentials { scope: form.one("scope")?.map(Into::into) }
            }
            _ => return Err(TokenError::GrantType),
        };
        let resources = form.many("resource")?.into_iter().map(String::from).collect();
        Ok(Self { credentials: credentials(&form, authorization)?, resources, grant })
    }

    /// RI-2: whether what is named is what was granted; naming nothing means the same (some clients omit it on refresh).
    ///
    /// # Errors
    /// [`TokenError::Resource`].
    pub fn check_resource(&self, granted: &ResourceId) -> Result<(), TokenError> {
        let same = self.resources.iter().all(|resource| granted.is_meant_by(resource));
        if same { Ok(()) } else { Err(TokenError::Resource) }
    }
}

/// O21-37: what a refresh asks for, within what the installation has; unknown tokens are refused as wider.
///
/// # Errors
/// [`TokenError::Scope`].
pub fn narrowed(asked: Option<&str>, granted: &Scope) -> Result<Scope, TokenError> {
    let Some(asked) = asked else {
        return Ok(granted.clone());
    };
    let asked: Scope = asked.parse().map_err(|_| TokenError::Scope)?;
    if asked.is_subset(granted) && !asked.is_empty() { Ok(asked) } else { Err(TokenError::Scope) }
}

/// Who asks, and how they prove it: by name, by a secret in the body or in Basic, or by an assertion. An empty secret in Basic is none.
///
/// # Errors
/// [`TokenError`], also if it is done in two ways.
pub fn credentials(
    form: &Form<'_>,
    authorization: Option<&str>,
) -> Result<Credentials, TokenError> {
    let in_body = form.one("client_id")?;
    let secret = form.one("client_secret")?;
    let assertion = form.one("client_assertion")?;
    let in_header = authorization.map(basic).transpose()?;
    let ways = [in_header.is_some(), secret.is_some(), assertion.is_some()];
    if ways.into_iter().filter(|used| *used).count() > 1 {
        return Err(TokenError::TwoAuthentications);
    }
    let read = |id: &str| ClientId::parse(id).map_err(|_| TokenError::UnknownClient);
    if let Some(jwt) = assertion {
        if form.one("client_assertion_type")?.as_deref() != Some(JWT_BEARER) {
            return Err(TokenError::ClientAuthentication);
        }
        let client_id = in_body.as_deref().map(read).transpose()?;
        return Ok(Credentials::Assertion { client_id, jwt: jwt.into() });
    }
    match (in_header, in_body) {
        (Some((id, _)), Some(in_body)) if id != in_body => Err(TokenError::TwoAuthentications),
        (Some((id, secret)), _) if secret.is_empty() => read(&id).map(Credentials::None),
        (Some((id, secret)), _) => Ok(by_secret(read(&id)?, SecretMethod::Basic, &secret)),
        (None, Some(id)) => match secret {
            Some(secret) => Ok(by_secret(read(&id)?, SecretMethod::Post, &secret)),
            None => read(&id).map(Credentials::None),
        },
        (None, None) => Err(TokenError::Missing("client_id")),
    }
}

fn by_secret(client_id: ClientId, method: SecretMethod, secret: &str) -> Credentials {
    Credentials::Secret { client_id, method, secret: Zeroizing::new(secret.into()) }
}

/// Name and password of an `Authorization: Basic` header, form-decoded after base64 (O21-35).
///
/// # Errors
/// [`TokenError::ClientAuthentication`], if it is no such header.
pub fn basic(header: &str) -> Result<(String, String), TokenError> {
    let wrong = TokenError::ClientAuthentication;
    let (scheme, credentials) = header.split_once(' ').ok_or(wrong)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(wrong);
    }
    let decoded = STANDARD
        .decode(credentials.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(wrong)?;
    let (name, password) = decoded.split_once(':').ok_or(wrong)?;
    let pair = format!("name={name}&password={password}");
    let form = Form::parse(&pair);
    Ok((
        form.one("name")?.unwrap_or_default().into(),
        form.one("password")?.unwrap_or_default().into(),
    ))
}

/// RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn required(form: &Form<'_>, name: &'static str) -> Result<String, TokenError> {
    Ok(form
        .one(name)
        .map_err(|error: FormError| TokenError::Form(error))?
        .ok_or(TokenError::Missing(name))?
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, header: Option<&str>) -> Result<String, TokenError> {
        TokenRequest::parse(body, header).map(|request| match request.credentials {
            Credentials::None(client_id) => client_id.to_string(),
            Credentials::Secret { client_id, method, secret } => {
                format!("{client_id} by {} {}", method.as_str(), &**secret)
            }
            Credentials::Assertion { client_id, jwt } => {
                format!("{jwt} for {}", client_id.map_or("its sub".into(), |id| id.to_string()))
            }
        })
    }

    #[test]
    fn the_client_comes_from_the_body_or_from_basic() {
        const TYPE: &str = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        const CODE: &str = "grant_type=authorization_code&code=c&code_verifier=v";
        let header = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        let url = "https%3A%2F%2Fapp.example%2Fc";
        for (body, header, expected) in [
            (format!("{CODE}&client_id=a"), None, Ok("a")),
            (CODE.into(), Some(header("a:")), Ok("a")),
            (CODE.into(), Some(header(&format!("{url}:"))), Ok("https://app.example/c")),
            (format!("{CODE}&client_id=a"), Some(header("a:")), Ok("a")),
            (
                format!("{CODE}&client_id=b"),
                Some(header("a:")),
                Err(TokenError::TwoAuthentications),
            ),
            (CODE.into(), Some(header("a:s%25t")), Ok("a by client_secret_basic s%t")),
            (
                format!("{CODE}&client_id=a&client_secret=s%25t"),
                None,
                Ok("a by client_secret_post s%t"),
            ),
            (
                format!("{CODE}&client_id=a&client_secret=s"),
                Some(header("a:s")),
                Err(TokenError::TwoAuthentications),
            ),
            (
                format!("{CODE}&client_id=a&client_assertion=s"),
                None,
                Err(TokenError::ClientAuthentication),
            ),
            (format!("{CODE}&client_id=a&{TYPE}&client_assertion=s"), None, Ok("s for a")),
            (format!("{CODE}&{TYPE}&client_assertion=s"), None, Ok("s for its sub")),
            (
                format!("{CODE}&{TYPE}&client_assertion=s&client_secret=t"),
                None,
                Err(TokenError::TwoAuthentications),
            ),
            (CODE.into(), Some("Bearer x".into()), Err(TokenError::ClientAuthentication)),
            (CODE.into(), None, Err(TokenError::Missing("client_id"))),
            (
                "grant_type=client_credentials&client_id=a&client_secret=s".into(),
                None,
                Ok("a by client_secret_post s"),
            ),
            ("grant_type=password&client_id=a".into(), None, Err(TokenError::GrantType)),
            ("client_id=a".into(), None, Err(TokenError::Missing("grant_type"))),
            (
                "grant_type=refresh_token&client_id=a".into(),
                None,
                Err(TokenError::Missing("refresh_token")),
            ),
            (
                "grant_type=refresh_token&refresh_token=a&refresh_token=b&client_id=a".into(),
                None,
                Err(TokenError::Form(FormError::Repeated("refresh_token"))),
            ),
        ] {
            let seen = read(&body, header.as_deref());
            assert_eq!(seen.as_deref().map_err(|error| *error), expected, "{body} {header:?}");
        }
    }

    #[test]
    fn o21_37_a_refresh_may_narrow_and_never_widen() {
        let granted: Scope = "read write".parse().unwrap();
        for (asked, expected) in [
            (None, Ok("read write")),
            (Some("read"), Ok("read")),
            (Some("read admin"), Err(TokenError::Scope)),
            (Some(" "), Err(TokenError::Scope)),
        ] {
            let seen = narrowed(asked, &granted).map(|scope| scope.to_string());
            assert_eq!(seen.as_deref().map_err(|error| *error), expected, "{asked:?}");
        }
    }
}
