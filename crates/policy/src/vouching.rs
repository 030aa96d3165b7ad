//! May this issuer vouch for this? What an operator lets a trust anchor say of its softwares (SW-13): under which names, with which addresses, up to which scopes.
//!
//! Asked when a statement is verified and again at each login, since an operator may have changed their mind.

use salver_oauth::{
    Scope,
    client::redirect_uri::{Recipient, RedirectUri},
    registration::Registration,
};

use crate::{ban::NamePattern, redirects::ListedRedirects, visit::host_of_url};

/// What an anchor may vouch for.
#[derive(Clone, Debug, Default)]
pub struct Vouching {
    /// The names of its softwares; none listed: any.
    pub names: Vec<NamePattern>,
    /// Addresses and hosts that answers may go to, beside programs on the user's computer that listen on a port; nothing: the issuer's own host.
    pub redirects: Option<ListedRedirects>,
    /// The scopes that its softwares may be given; nothing: whatever a person allows.
    pub scopes: Option<Scope>,
}

impl Vouching {
    /// The member of what is registered that this issuer may not vouch for.
    #[must_use]
    pub fn objection(&self, issuer: &str, signed: &Registration) -> Option<&'static str> {
        let claims = signed.claims();
        let names = claims.client_name.iter().chain(claims.client_names.values());
        self.objection_to(issuer, names.map(|name| &**name), signed.redirect_uris())
    }

    /// The same for what a document says under the issuer's signature.
    pub fn objection_to<'n>(
        &self,
        issuer: &str,
        mut names: impl Iterator<Item = &'n str>,
        redirect_uris: &[RedirectUri],
    ) -> Option<&'static str> {
        if !self.names.is_empty() && !names.all(|name| self.may_be_called(name)) {
            return Some("client_name");
        }
        let allowed = |uri: &RedirectUri| self.may_go_to(issuer, uri);
        (!redirect_uris.iter().all(allowed)).then_some("redirect_uris")
    }

    fn may_be_called(&self, name: &str) -> bool {
        self.names.iter().any(|pattern| pattern.matches(name))
    }

    fn may_go_to(&self, issuer: &str, uri: &RedirectUri) -> bool {
        match (uri.recipient(), &self.redirects) {
            (Recipient::Loopback, _) => true,
            (_, Some(listed)) => listed.contains(uri),
            (Recipient::Https { host }, None) => host_of_url(issuer) == Some(&**host),
            (Recipient::App { .. }, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use salver_oauth::registration::RegistrationRequest;

    use super::*;

    fn objection(vouching: &Vouching, name: &str, redirect_uri: &str) -> Option<&'static str> {
        let body = format!(r#"{{"client_name":"{name}","redirect_uris":["{redirect_uri}"]}}"#);
        let signed = RegistrationRequest::parse(body.as_bytes()).unwrap();
        vouching.objection("https://vendor.example", signed.registration())
    }

    #[test]
    fn sw_13_under_which_names_and_where_to() {
        let mut redirects = ListedRedirects::default();
        for entry in ["login.vendor.example", "vendor://cb"] {
            redirects.add(entry).unwrap();
        }
        let narrow = Vouching {
            names: vec![NamePattern::parse("Vendor *").unwrap()],
            redirects: Some(redirects),
            scopes: None,
        };
        let open = Vouching::default();
        let (loopback, own) = ("http://127.0.0.1/cb", "https://vendor.example/cb");
        for (vouching, name, redirect_uri, expected) in [
            (&open, "Anything", loopback, None),
            (&open, "Anything", own, None),
            (&open, "Anything", "https://a.vendor.example/cb", Some("redirect_uris")),
            (&open, "Anything", "vendor://cb", Some("redirect_uris")),
            (&narrow, "Vendor Editor", loopback, None),
            (&narrow, "vendor  editor", loopback, None),
            (&narrow, "Claude", loopback, Some("client_name")),
            (&narrow, "Vendor Editor", "https://login.vendor.example/x", None),
            (&narrow, "Vendor Editor", "vendor://cb", None),
            (&narrow, "Vendor Editor", "vendor://other", Some("redirect_uris")),
            (&narrow, "Vendor Editor", own, Some("redirect_uris")),
        ] {
            assert_eq!(objection(vouching, name, redirect_uri), expected, "{name} {redirect_uri}");
        }
    }
}
