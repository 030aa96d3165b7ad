//! Which rules come ready-made? Four sets, written as anybody would write them, to be read and copied.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::section::{PolicySection, RuleEntry};

/// A set of ready-made rules.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Everybody, with honest warnings.
    #[default]
    Open,
    /// The catalogue's and the vetted; all others wait for an administrator.
    Known,
    /// Only clients that an administrator entered.
    Closed,
    /// The publishers that are listed, attested wherever others could sit.
    Enterprise,
    /// No rules: what none of yours decides is denied.
    None,
}

impl Preset {
    /// All presets.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Known, Self::Closed, Self::Enterprise, Self::None];

    /// Its rules, as they would be written in the configuration file.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Open => include_str!("../../presets/open.toml"),
            Self::Known => include_str!("../../presets/known.toml"),
            Self::Closed => include_str!("../../presets/closed.toml"),
            Self::Enterprise => include_str!("../../presets/enterprise.toml"),
            Self::None => "",
        }
    }

    /// Whom it lets in, in a few words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Open => "everybody, with honest warnings",
            Self::Known => "the catalogue's and the vetted; all others wait for an administrator",
            Self::Closed => "only clients that an administrator entered",
            Self::Enterprise => {
                "the publishers that are listed, attested wherever others could sit"
            }
            Self::None => "nobody: what none of your own rules decides is denied",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Known => "known",
            Self::Closed => "closed",
            Self::Enterprise => "enterprise",
            Self::None => "none",
        }
    }

    /// Its rules.
    pub(super) fn rules(self) -> Result<Vec<RuleEntry>, toml::de::Error> {
        toml::from_str::<File>(self.text()).map(|file| file.policy.rules)
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A configuration file with nothing but its policy.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    policy: PolicySection,
}
