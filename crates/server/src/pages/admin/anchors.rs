//! Whose software statements are believed, what has each issuer signed, and what would a step with it end?

use askama::Template;

use super::Staff;
use crate::pages::{Site, Untrusted, When, icon::Icon};

/// All anchors.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_anchors.html")]
pub struct AnchorsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// One was just removed by this browser.
    pub removed: bool,
    /// The anchors, by issuer.
    pub anchors: Vec<AnchorLine>,
}

/// One anchor.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_anchor.html")]
pub struct AnchorPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// The anchor.
    pub anchor: AnchorLine,
    /// Its keys, as they are read now; or why they cannot be.
    pub keys: Result<Vec<AnchorKeyLine>, String>,
    /// What it has signed for.
    pub softwares: Vec<SoftwareLine>,
    /// It can be removed here: it does not stand in the configuration alone.
    pub removable: bool,
}

/// What a step with an anchor would do, to be confirmed.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_anchor_step.html")]
pub struct AnchorStepPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// Anti-forgery token.
    pub form_token: String,
    /// The anchor.
    pub anchor: AnchorLine,
    /// The step, as in its address.
    pub step: &'static str,
}

/// An anchor in a few words.
#[derive(Clone, Debug)]
pub struct AnchorLine {
    /// Its name in addresses.
    pub key: String,
    /// Its issuer.
    pub issuer: Untrusted,
    /// How it stands.
    pub state: AnchorState,
    /// It is written in the configuration, which goes before the store.
    pub configured: bool,
    /// There is another in the store.
    pub shadowing: bool,
    /// Who has said something of it in the store, and when.
    pub changed: Option<(String, When)>,
    /// Where its keys are, unless they are written down.
    pub keys_at: Option<String>,
    /// The names that it may vouch for; none: any.
    pub names: Vec<String>,
    /// The addresses beside loopback; nothing: its own host.
    pub redirects: Option<Vec<String>>,
    /// The scopes; nothing: any.
    pub scopes: Option<Vec<String>>,
    /// The `client_id`s whose installations it attests, beside those that it has signed for.
    pub attests: Vec<String>,
    /// How long a statement is good, in words.
    pub longest: String,
    /// Each is good once.
    pub once: bool,
    /// How many softwares it has signed for.
    pub softwares: usize,
    /// How many grants people have given them.
    pub grants: usize,
}

/// How an anchor stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AnchorState {
    /// It is believed.
    Trusted,
    /// Nothing that it signs is believed for the time being.
    Suspended,
    /// Nothing that can be read says what it is.
    Unreadable,
}

/// A key of an anchor.
#[derive(Clone, Debug)]
pub struct AnchorKeyLine {
    /// Its `kid`.
    pub id: Option<Untrusted>,
    /// RFC 7638 thumbprint.
    pub thumbprint: String,
}

/// A software of an anchor.
#[derive(Clone, Debug)]
pub struct SoftwareLine {
    /// Its `software_id`.
    pub id: Untrusted,
    /// The version that the newest statement names.
    pub version: Untrusted,
    /// The `client_id` of all its installations.
    pub client_id: String,
    /// When a statement was last verified.
    pub checked: When,
    /// How many live grants it has.
    pub grants: usize,
}

#[cfg(test)]
impl AnchorLine {
    fn sample() -> Self {
        use super::samples::when;
        Self {
            key: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            issuer: crate::pages::tests::untrusted("https://vendor.example"),
            state: AnchorState::Trusted,
            configured: false,
            shadowing: false,
            changed: Some(("ada".into(), when(0))),
            keys_at: Some("https://vendor.example/jwks.json".into()),
            names: vec!["Vendor *".into()],
            redirects: Some(vec!["vendor.example".into(), "vendor://cb".into()]),
            scopes: Some(vec!["notes:read".into()]),
            attests: vec!["https://vendor.example/client.json".into()],
            longest: "1 hour".into(),
            once: true,
            softwares: 2,
            grants: 7,
        }
    }

    fn plain() -> Self {
        let issuer = crate::pages::tests::untrusted("https://other.example");
        let (keys_at, changed, redirects, scopes) = (None, None, None, None);
        let (configured, shadowing, names, once) = (true, true, vec![], false);
        let (softwares, grants, state) = (0, 0, AnchorState::Suspended);
        Self {
            issuer,
            state,
            configured,
            shadowing,
            changed,
            keys_at,
            names,
            redirects,
            scopes,
            attests: vec![],
            once,
            softwares,
            grants,
            ..Self::sample()
        }
    }

    fn filled_with(text: &str) -> Self {
        Self {
            key: text.into(),
            issuer: crate::pages::tests::untrusted(text),
            changed: Some((text.into(), super::samples::when(0))),
            keys_at: Some(text.into()),
            names: vec![text.into()],
            redirects: Some(vec![text.into()]),
            scopes: Some(vec![text.into()]),
            attests: vec![text.into()],
            longest: text.into(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
impl AnchorsPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::staff;
        use crate::pages::tests::SITE;
        let empty = Self { site: &SITE, staff: staff(true), removed: true, anchors: vec![] };
        let unreadable = AnchorLine { state: AnchorState::Unreadable, ..AnchorLine::sample() };
        let anchors = vec![AnchorLine::plain(), unreadable, AnchorLine::sample()];
        vec![("empty", empty.clone()), ("full", Self { removed: false, anchors, ..empty })]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        let (staff, anchors) =
            (super::samples::staff_of(text), vec![AnchorLine::filled_with(text)]);
        Self { site, staff, removed: true, anchors }
    }
}

#[cfg(test)]
impl AnchorPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{staff, when};
        use crate::pages::tests::{SITE, untrusted};
        let key = AnchorKeyLine {
            id: Some(untrusted("2026-01")),
            thumbprint: "LfXUcjSWU1Y_rPC25i-rp8stUm0XPdZe4rA9SXdsW1k".into(),
        };
        let software = SoftwareLine {
            id: untrusted("editor"),
            version: untrusted("1.0"),
            client_id: "sws_AAAAAAAAAAAAAAAAAAAAAA".into(),
            checked: when(0),
            grants: 7,
        };
        let full = Self {
            site: &SITE,
            staff: staff(true),
            anchor: AnchorLine::sample(),
            keys: Ok(vec![AnchorKeyLine { id: None, ..key.clone() }, key]),
            softwares: vec![software],
            removable: true,
        };
        let bare = Self {
            anchor: AnchorLine::plain(),
            keys: Err("they cannot be fetched: status 503".into()),
            softwares: vec![],
            removable: false,
            ..full.clone()
        };
        vec![("full", full), ("configured_suspended", bare)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use crate::pages::tests::untrusted;
        let software = SoftwareLine {
            id: untrusted(text),
            version: untrusted(text),
            client_id: text.into(),
            checked: super::samples::when(0),
            grants: 1,
        };
        let staff = super::samples::staff_of(text);
        let (anchor, keys) = (AnchorLine::filled_with(text), Err(text.into()));
        Self { site, staff, anchor, keys, softwares: vec![software], removable: true }
    }
}

#[cfg(test)]
impl AnchorStepPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::staff;
        use crate::pages::tests::SITE;
        let suspend = Self {
            site: &SITE,
            staff: staff(true),
            form_token: "FORM-TOKEN".into(),
            anchor: AnchorLine::sample(),
            step: "suspend",
        };
        let resume = Self { anchor: AnchorLine::plain(), step: "resume", ..suspend.clone() };
        let remove = Self { step: "remove", ..suspend.clone() };
        let from_store = Self { step: "remove", ..resume.clone() };
        vec![
            ("suspend", suspend),
            ("resume", resume),
            ("remove", remove),
            ("remove_from_store", from_store),
        ]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        let (staff, anchor) = (super::samples::staff_of(text), AnchorLine::filled_with(text));
        Self { site, staff, form_token: text.into(), anchor, step: "remove" }
    }
}
