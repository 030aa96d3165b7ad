//! What does an application say of itself, part by part, and what is to be thought of it? For its developer and for reviewers, who see the same.

use salver_oauth::{
    client::{
        change::thumbprints,
        id::ClientId,
        metadata::{Keys, Metadata},
        recorded::RecordedId,
    },
    registration::{ApplicationType, Authentication, Registration},
};
use salver_policy::{
    assessment::{DocumentCopy, Facts, OnRecord},
    evidence::Evidence,
    redirects::{RedirectReason, RedirectVerdict},
    warning::Warning,
};
use serde_json::Value;

use super::{
    recorded,
    registrar::{EntryRefusal, check_document},
};
use crate::deps::Deps;

/// What is written of an application, looked at.
pub struct Look {
    /// It, part by part.
    pub parts: Vec<Part>,
    /// Its name.
    pub name: String,
    /// What people would be warned of if nobody had looked at it.
    pub warnings: Vec<Warning>,
    /// Redirect URIs that may not simply be used here.
    pub redirects: Vec<(String, RedirectVerdict, RedirectReason)>,
    /// The host of its keys.
    pub key_host: Option<String>,
    /// Whether it authenticates with a secret.
    pub has_secret: bool,
}

/// A part of what is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// What it is.
    pub label: &'static str,
    /// What it says, each for itself.
    pub values: Vec<String>,
    /// The values are words of ours, and not its developer's.
    pub ours: bool,
}

/// A part that says something else than before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// What it is.
    pub label: &'static str,
    /// What is only in the one.
    pub before: Vec<String>,
    /// What is only in the other.
    pub after: Vec<String>,
    /// The values are words of ours, and not its developer's.
    pub ours: bool,
}

impl Look {
    /// Looks at metadata that an account has written.
    ///
    /// # Errors
    /// The rule that they break.
    pub fn at(
        deps: &Deps,
        id: &RecordedId,
        (metadata, account): (&str, &str),
    ) -> Result<Self, EntryRefusal> {
        let registration = recorded::registration(id, metadata)?;
        let client = registration.metadata(ClientId::Recorded(*id));
        let policy = deps.policy.get();
        let judged =
            deps.settings.registration.redirects.judge(&client.redirect_uris, &policy.catalogue);
        let redirects = judged.findings.iter();
        let redirects =
            redirects.map(|found| (found.uri.as_str().to_owned(), found.verdict, found.reason));
        let parts = parts(&registration, &description(metadata));
        Ok(Self { redirects: redirects.collect(), ..Self::of(deps, &client, (parts, account)) })
    }

    /// Looks at what the document of a client said. Where its answers may go is no matter of registration.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn at_document(
        deps: &Deps,
        url: &str,
        (document, account): (&str, &str),
    ) -> Result<Self, EntryRefusal> {
        let client = check_document(url, document, &deps.own_origins)?;
        let parts = parts_of_document(&client);
        Ok(Self::of(deps, &client, (parts, account)))
    }

    fn of(deps: &Deps, client: &Metadata, (parts, account): (Vec<Part>, &str)) -> Self {
        Self {
            parts,
            name: client.label().to_owned(),
            warnings: warnings(deps, client, account),
            redirects: Vec::new(),
            key_host: client.keys.host().map(Into::into),
            has_secret: client.methods.client_secret().is_some(),
        }
    }

    /// Whether one of its redirect URIs may not be used here at all.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.redirects.iter().any(|(_, verdict, _)| *verdict == RedirectVerdict::Refused)
    }
}

/// What is written of an application for reviewers. RFC 7591 §2 has no member for it, and clients are not told.
#[must_use]
pub fn description(metadata: &str) -> String {
    let members: Option<Value> = serde_json::from_str(metadata).ok();
    let text = members.as_ref().and_then(|members| members.get(DESCRIPTION)?.as_str());
    text.unwrap_or_default().to_owned()
}

/// What two texts differ in.
#[must_use]
pub fn differences(before: &[Part], after: &[Part]) -> Vec<Difference> {
    let find = |parts: &[Part], label| {
        let found = parts.iter().find(|part| part.label == label);
        found.map(|part| part.values.clone()).unwrap_or_default()
    };
    let gone = before.iter().filter(|old| !after.iter().any(|new| new.label == old.label));
    let differs = after.iter().chain(gone).filter_map(|part| {
        let (old, new) = (find(before, part.label), find(after, part.label));
        let only = |these: &[String], others: &[String]| {
            these.iter().filter(|one| !others.contains(one)).cloned().collect::<Vec<_>>()
        };
        let (before, after) = (only(&old, &new), only(&new, &old));
        let Part { label, ours, .. } = *part;
        (before != after).then_some(Difference { label, before, after, ours })
    });
    differs.collect()
}

/// As long as nobody has vetted it: a reviewer is to see what people would be warned of.
fn warnings(deps: &Deps, client: &Metadata, account: &str) -> Vec<Warning> {
    let policy = deps.policy.get();
    let record =
        OnRecord { account: account.into(), vetted: false, resource: None, lost_domain: None };
    let mut warnings: Vec<Warning> = Vec::new();
    for uri in &client.redirect_uris {
        let facts = Facts {
            client,
            redirect_uri: uri.url(),
            recipient: uri.recipient(),
            copy: DocumentCopy::Live,
            record: Some(&record),
            signed: None,
            catalogue: &policy.catalogue,
            protected: &policy.protected,
            evidence: Evidence::NONE,
        };
        for warning in facts.warnings(&facts.assess(), true) {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    warnings
}

fn parts(registration: &Registration, description: &str) -> Vec<Part> {
    let claims = registration.claims();
    let said = |label, values: Vec<String>| Part { label, values, ours: false };
    let one = |label, value: Option<&str>| {
        let text = value.filter(|text| !text.is_empty());
        said(label, text.map(str::to_owned).into_iter().collect())
    };
    let ours = |label, words: &str| Part { label, values: vec![words.to_owned()], ours: true };
    let names = claims.client_names.iter().map(|(tag, name)| format!("{tag}: {name}"));
    let uris = registration.redirect_uris().iter().map(|uri| uri.as_str().to_owned());
    let (method, keys) = authentication(registration.authentication());
    let parts = [
        one("Name", claims.client_name.as_deref()),
        said("Name in other languages", names.collect()),
        one("What it is", Some(description)),
        one("Site", claims.client_uri.as_deref()),
        one("Logo", claims.logo_uri.as_deref()),
        one("Terms", claims.tos_uri.as_deref()),
        one("Privacy policy", claims.policy_uri.as_deref()),
        said("Contacts", claims.contacts.iter().map(ToString::to_string).collect()),
        one("Software", claims.software_id.as_deref()),
        ours("Runs", runs(registration.application_type())),
        said("Redirect URIs", uris.collect()),
        ours("Stays connected", if registration.refreshes() { "yes" } else { "no" }),
        ours("Authenticates", method),
        said("Keys", keys),
        one("Scopes", claims.scope.as_ref().map(ToString::to_string).as_deref()),
    ];
    parts.into_iter().filter(|part| !part.values.is_empty()).collect()
}

fn parts_of_document(client: &Metadata) -> Vec<Part> {
    let said = |label, values: Vec<String>| Part { label, values, ours: false };
    let one =
        |label, value: Option<&str>| said(label, value.map(str::to_owned).into_iter().collect());
    let uris = client.redirect_uris.iter().map(|uri| uri.as_str().to_owned());
    let method = match (client.methods.private_key_jwt, client.methods.none) {
        (false, _) => "not at all",
        (true, false) => "with keys of its own",
        (true, true) => "with keys of its own, or not at all",
    };
    let keys = match &client.keys {
        Keys::None => Vec::new(),
        Keys::At(url) => vec![url.to_string()],
        Keys::Inline(set) => thumbprints(set).iter().map(ToString::to_string).collect(),
    };
    let parts = [
        one("Document", Some(client.client_id.as_str())),
        one("Name", client.name.as_deref()),
        one("Site", client.client_uri.as_deref()),
        one("Logo", client.logo_uri.as_deref()),
        said("Redirect URIs", uris.collect()),
        Part { label: "Authenticates", values: vec![method.to_owned()], ours: true },
        said("Keys", keys),
        one("Scopes", client.scope.as_ref().map(ToString::to_string).as_deref()),
    ];
    parts.into_iter().filter(|part| !part.values.is_empty()).collect()
}

const fn runs(kind: ApplicationType) -> &'static str {
    match kind {
        ApplicationType::Native => "on people’s computers",
        ApplicationType::Web => "on a server",
    }
}

/// How it authenticates, and with which keys: their address, or the thumbprint of each.
fn authentication(authentication: &Authentication) -> (&'static str, Vec<String>) {
    match authentication {
        Authentication::None | Authentication::PrivateKeyJwt(Keys::None) => {
            ("not at all", Vec::new())
        }
        Authentication::Attestation(Keys::None) => {
            ("by attested installations, whose attester is known here", Vec::new())
        }
        Authentication::Attestation(Keys::At(url)) => {
            ("by attested installations, with keys at an address of its own", vec![url.to_string()])
        }
        Authentication::Attestation(Keys::Inline(set)) => {
            let keys = thumbprints(set).iter().map(ToString::to_string).collect();
            ("by attested installations, with keys that its developer has entered", keys)
        }
        Authentication::Secret(..) => ("with a secret that is made here", Vec::new()),
        Authentication::PrivateKeyJwt(Keys::At(url)) => {
            ("with keys at an address of its own", vec![url.to_string()])
        }
        Authentication::PrivateKeyJwt(Keys::Inline(set)) => {
            let keys = thumbprints(set);
            let keys = keys.iter().map(ToString::to_string);
            ("with keys that its developer has entered", keys.collect())
        }
    }
}

/// The member in which an application's description is kept.
pub const DESCRIPTION: &str = "description";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_in_one_of_two_texts_differs() {
        let part = |label, values: &[&str]| Part {
            label,
            values: values.iter().map(ToString::to_string).collect(),
            ours: false,
        };
        let before =
            [part("Name", &["A"]), part("Redirect URIs", &["x", "y"]), part("Site", &["s"])];
        let after =
            [part("Name", &["A"]), part("Redirect URIs", &["y", "z"]), part("Terms", &["t"])];
        let found = differences(&before, &after);
        let told: Vec<_> = found
            .iter()
            .map(|one| format!("{}: {} > {}", one.label, one.before.join(" "), one.after.join(" ")))
            .collect();
        assert_eq!(told, ["Redirect URIs: x > z", "Terms:  > t", "Site: s > "]);
        assert_eq!(differences(&before, &before), []);
    }
}
