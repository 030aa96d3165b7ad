//! How are metadata documents judged, and what follows when one changes?

use salver_oauth::client::{
    change::{ChangeRules, Response},
    document::Profile,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[documents]`
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DocumentsSection {
    /// Which members a client's metadata document must have: `mcp` a name and redirect URIs; `ietf` no name; `atproto` what Bluesky's profile demands, and with it come the `http://localhost` identifiers of clients in development.
    pub(crate) profile: ProfileName,
}

/// A profile, by name.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProfileName {
    #[default]
    Mcp,
    Ietf,
    Atproto,
}

/// `[changes]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ChangesSection {
    /// A redirect URI was added. The words are the same for all keys here: `note` it is only known; `consent` the next login asks again; `hold` connections wait until their person, or an administrator, says yes; `end` they end.
    pub(crate) redirect_added: Word,
    /// Something that people were shown has changed: name, logo, the developer's site.
    pub(crate) shown: Word,
    /// What the client may ask for has changed.
    pub(crate) scope: Word,
    /// Keys came beside those that were there.
    pub(crate) keys_added: Word,
    /// No key of before is left.
    pub(crate) keys_replaced: Word,
    /// The key set moved to another host, into the document or out of it.
    pub(crate) keys_moved: Word,
    /// A client that had to authenticate may do without.
    pub(crate) authentication_waived: Word,
    /// A client that could do without must authenticate.
    pub(crate) authentication_demanded: Word,
}

/// What follows from a change.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    Note,
    Consent,
    Hold,
    End,
}

/// How documents are judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DocumentsSettings {
    /// By which members.
    pub(crate) profile: Profile,
    /// What follows from changes.
    pub(crate) changes: ChangeRules,
}

/// What the sections mean.
pub(crate) fn resolve(documents: DocumentsSection, changes: ChangesSection) -> DocumentsSettings {
    DocumentsSettings {
        profile: match documents.profile {
            ProfileName::Mcp => Profile::Mcp,
            ProfileName::Ietf => Profile::Ietf,
            ProfileName::Atproto => Profile::Atproto,
        },
        changes: ChangeRules {
            redirect_added: changes.redirect_added.into(),
            shown: changes.shown.into(),
            scope: changes.scope.into(),
            keys_added: changes.keys_added.into(),
            keys_replaced: changes.keys_replaced.into(),
            keys_moved: changes.keys_moved.into(),
            authentication_waived: changes.authentication_waived.into(),
            authentication_demanded: changes.authentication_demanded.into(),
        },
    }
}

/// The defaults are the core's.
impl Default for ChangesSection {
    fn default() -> Self {
        let rules = ChangeRules::default();
        Self {
            redirect_added: rules.redirect_added.into(),
            shown: rules.shown.into(),
            scope: rules.scope.into(),
            keys_added: rules.keys_added.into(),
            keys_replaced: rules.keys_replaced.into(),
            keys_moved: rules.keys_moved.into(),
            authentication_waived: rules.authentication_waived.into(),
            authentication_demanded: rules.authentication_demanded.into(),
        }
    }
}

impl From<Response> for Word {
    fn from(response: Response) -> Self {
        match response {
            Response::Note => Self::Note,
            Response::ConsentAgain => Self::Consent,
            Response::Hold => Self::Hold,
            Response::End => Self::End,
        }
    }
}

impl From<Word> for Response {
    fn from(word: Word) -> Self {
        match word {
            Word::Note => Self::Note,
            Word::Consent => Self::ConsentAgain,
            Word::Hold => Self::Hold,
            Word::End => Self::End,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_what_the_core_does_and_each_key_reaches_its_row() {
        let settings = resolve(DocumentsSection::default(), ChangesSection::default());
        assert_eq!((settings.profile, settings.changes), (Profile::Mcp, ChangeRules::default()));
        let said: ChangesSection = toml::from_str(
            "redirect_added = \"consent\"\nkeys_replaced = \"end\"\nscope = \"hold\"",
        )
        .unwrap();
        let changes = resolve(DocumentsSection::default(), said).changes;
        let expected = ChangeRules {
            redirect_added: Response::ConsentAgain,
            keys_replaced: Response::End,
            scope: Response::Hold,
            ..ChangeRules::default()
        };
        assert_eq!(changes, expected);
        let atproto: DocumentsSection = toml::from_str("profile = \"atproto\"").unwrap();
        let settings = resolve(atproto, ChangesSection::default());
        assert_eq!(settings.profile, Profile::Atproto);
    }
}
