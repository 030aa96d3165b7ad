//! Did a page of ours send this form, as far as the browser says? (O21-17.)
//!
//! A browser names the sender of each post by `Sec-Fetch-Site`, older ones by `Origin`. Our pages carry `no-referrer`, under which
//! browsers send `Origin: null` even to us; so `null` alone proves nothing, and the form token decides. Programs that are no browsers send neither.

use axum::{
    extract::{FromRef, FromRequest, Request},
    response::Response,
};
use http::HeaderMap;
use salver_oauth::form::Form;

use super::refusal;
use crate::flow::account::AccountDeps;

/// The fields of a form that no other site sent, each at most once.
pub struct OwnForm(String);

impl OwnForm {
    /// The value of a field; empty if the form lacks it, or holds it twice.
    #[must_use]
    pub fn field(&self, name: &'static str) -> String {
        Form::parse(&self.0)
            .one(name)
            .ok()
            .flatten()
            .map(|value| value.to_string())
            .unwrap_or_default()
    }

    /// The values of a field that may stand more than once; none if one of them is no text.
    #[must_use]
    pub fn fields(&self, name: &'static str) -> Vec<String> {
        let values = Form::parse(&self.0).many(name).unwrap_or_default();
        values.iter().map(ToString::to_string).collect()
    }
}

impl<S> FromRequest<S> for OwnForm
where
    AccountDeps: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let account = AccountDeps::from_ref(state);
        if !is_from_us(request.headers(), account.deps.settings.issuer.origin()) {
            return Err(refusal::foreign_form(&account));
        }
        let body = String::from_request(request, state).await;
        body.map(Self).map_err(|_| refusal::unreadable_form(&account))
    }
}

fn is_from_us(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(from)) => from == origin || from == "null",
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn o21_17_forms_of_other_sites_are_refused() {
        for (why, headers, ours) in [
            ("our page", &[("sec-fetch-site", "same-origin")][..], true),
            ("… under no-referrer", &[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            ("the person themselves", &[("sec-fetch-site", "none")], true),
            (
                "another site",
                &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
                false,
            ),
            (
                "… that hides its origin",
                &[("sec-fetch-site", "cross-site"), ("origin", "null")],
                false,
            ),
            ("another host of our site", &[("sec-fetch-site", "same-site")], false),
            ("an older browser, our page", &[("origin", "https://as.example")], true),
            ("… another site", &[("origin", "https://evil.example")], false),
            ("… another port of our host", &[("origin", "https://as.example:8443")], false),
            ("no browser", &[], true),
        ] {
            let pairs = headers.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            assert_eq!(is_from_us(&pairs.collect(), "https://as.example"), ours, "{why}");
        }
    }
}
