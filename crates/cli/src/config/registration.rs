//! May clients register themselves, and with which redirect URIs? `[registration]`; understood in `salver-policy`.

use salver_policy::redirects::{ListedRedirects, RedirectPolicy, RedirectPreset, UnlistedHttps};
use salver_server::{
    registration_limit::RegistrationBounds,
    settings::{Dynamic, Registration},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{moment, problem::Problems};

/// `[registration]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RegistrationSection {
    /// Who may register clients (RFC 7591): `open` everybody; `invited` who has an initial access token (`salver admin registration-token`); `off` nobody. Nothing is stored for a client: its `client_id` is the registration, so those that are registered go on when this is turned off.
    pub(crate) dynamic: DynamicName,
    /// From when on nobody may, as if `dynamic` were `off`: a day like `"2027-03-01"`, or a time like `"2027-03-01T12:00:00Z"`, in UTC. It needs no restart; until then whoever registers is told (RFC 8594).
    pub(crate) until: Option<String>,
    /// Where the answers of such clients may go: `loopback-only` to programs on the user's computer that listen on a port; `loopback-and-listed` also to addresses that the catalogue or `listed` names; `open` to every https address too, and to app schemes that are a reversed domain name.
    pub(crate) redirects: RedirectsName,
    /// Redirect URIs, and hosts on the web, that such clients may use; with a leading dot every name below.
    pub(crate) listed: Vec<String>,
    /// What becomes of a client with an https address that nobody has named, under `loopback-and-listed`: `review` an administrator looks at it first; `warn` people are warned.
    pub(crate) unlisted_https: UnlistedName,
    /// How many different clients that nobody here knows may register from one network (IPv4 /24, IPv6 /48) in a minute. Known are those of the catalogue, those that an administrator has bound, and those that somebody has let in. Behind a proxy everybody comes from one network.
    #[schemars(range(min = 1, max = 1_000))]
    pub(crate) new_per_minute: u32,
    /// The same for all networks together, in a second.
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) new_per_second: u32,
}

/// Who may register clients.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DynamicName {
    #[default]
    Open,
    Invited,
    Off,
}

/// A rule for redirect URIs, by name.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RedirectsName {
    LoopbackOnly,
    #[default]
    LoopbackAndListed,
    Open,
}

/// What becomes of an https address that nobody has named.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UnlistedName {
    #[default]
    Review,
    Warn,
}

impl Default for RegistrationSection {
    fn default() -> Self {
        let bounds = RegistrationBounds::default();
        Self {
            dynamic: DynamicName::default(),
            until: None,
            redirects: RedirectsName::default(),
            listed: Vec::new(),
            unlisted_https: UnlistedName::default(),
            new_per_minute: bounds.per_network,
            new_per_second: bounds.per_second,
        }
    }
}

/// What the section means.
pub(super) fn resolve(section: &RegistrationSection, problems: &mut Problems) -> Registration {
    let mut listed = ListedRedirects::default();
    for (number, entry) in section.listed.iter().enumerate() {
        if let Err(fault) = listed.add(entry) {
            problems.refuse(
                format!("registration.listed[{number}]"),
                format!("{entry:?} names nothing: {fault}"),
                "write a whole redirect URI, or a host such as partner.example or .partner.example",
            );
        }
    }
    let until = section.until.as_deref().and_then(|text| {
        let hint = "write it like \"2027-03-01\" or \"2027-03-01T12:00:00Z\"";
        problems.accept("registration.until", moment::parse(text), hint)
    });
    Registration {
        until,
        dynamic: match section.dynamic {
            DynamicName::Open => Dynamic::Open,
            DynamicName::Invited => Dynamic::Invited,
            DynamicName::Off => Dynamic::Off,
        },
        bounds: RegistrationBounds {
            per_network: section.new_per_minute,
            per_second: section.new_per_second,
        },
        redirects: RedirectPolicy {
            preset: match section.redirects {
                RedirectsName::LoopbackOnly => RedirectPreset::LoopbackOnly,
                RedirectsName::LoopbackAndListed => RedirectPreset::LoopbackAndListed,
                RedirectsName::Open => RedirectPreset::Open,
            },
            others: match section.unlisted_https {
                UnlistedName::Review => UnlistedHttps::Review,
                UnlistedName::Warn => UnlistedHttps::Warn,
            },
            listed,
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Environment, Layers, Settings, problem::Origins};

    #[test]
    fn what_is_listed_names_something() {
        for (entry, refused) in [
            ("partner.example", None),
            ("https://partner.example/cb", None),
            (
                "*.partner.example",
                Some(
                    "registration.listed[0]: \"*.partner.example\" names nothing: it is neither a redirect URI nor a full domain name in lower case",
                ),
            ),
        ] {
            let told = told(&format!("listed = [{entry:?}]"));
            assert_eq!(told.as_deref(), refused, "{entry}");
        }
    }

    #[test]
    fn an_end_is_a_day_or_a_second_of_utc() {
        for (until, refused) in [
            ("2027-03-01", None),
            ("2027-03-01T12:00:00Z", None),
            ("next spring", Some("registration.until: is no date, and no time in UTC")),
        ] {
            assert_eq!(told(&format!("until = {until:?}")).as_deref(), refused, "{until}");
        }
    }

    /// The first problem of a section.
    fn told(section: &str) -> Option<String> {
        let text = format!("data = \"/nowhere\"\n[registration]\n{section}\n");
        let layers = Layers {
            table: text.parse().unwrap(),
            origins: Origins::default(),
            protect: None,
            master_key: None,
        };
        let problems = Settings::resolve(&layers, &Environment::new()).err();
        problems.map(|problems| {
            let problem = problems.first().unwrap();
            format!("{}: {}", problem.key, problem.why)
        })
    }
}
