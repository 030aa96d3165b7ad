//! How are authorization requests pushed? `[pushed_requests]`; docs/pushed-requests.md.

use salver_server::{registration_limit::RegistrationBounds, settings::PushedRequests};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[pushed_requests]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PushedSection {
    /// Whether no others are taken (RFC 9126): every login then begins with one. Most MCP clients push none. A resource, a rule and a client's own metadata may demand it for themselves.
    pub(crate) required: bool,
    /// Seconds that one may be used: the time from the push to the consent page, with the sign-in between.
    #[schemars(range(min = 5, max = 600))]
    pub(crate) seconds: u32,
    /// How many requests of clients that nobody here knows may be pushed from one network (IPv4 /24, IPv6 /48) in a minute. Known are those in this file or on record here, those of the catalogue, and those that somebody has let in. Behind a proxy everybody comes from one network.
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) new_per_minute: u32,
    /// The same for all networks together, in a second.
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) new_per_second: u32,
}

/// The defaults are the server's.
impl Default for PushedSection {
    fn default() -> Self {
        let PushedRequests { required, lifetime, bounds } = PushedRequests::default();
        Self {
            required,
            seconds: u32::try_from(lifetime).unwrap_or(u32::MAX),
            new_per_minute: bounds.per_network,
            new_per_second: bounds.per_second,
        }
    }
}

/// What the section means.
pub(super) fn resolve(section: PushedSection) -> PushedRequests {
    PushedRequests {
        required: section.required,
        lifetime: section.seconds.into(),
        bounds: RegistrationBounds {
            per_network: section.new_per_minute,
            per_second: section.new_per_second,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_reaches_its_setting_and_nothing_said_is_what_the_server_does() {
        let nothing = resolve(PushedSection::default());
        assert_eq!((nothing.required, nothing.lifetime), (false, 600));
        let said: PushedSection =
            toml::from_str("required = true\nseconds = 60\nnew_per_minute = 3\nnew_per_second = 4")
                .unwrap();
        let said = resolve(said);
        assert_eq!((said.required, said.lifetime), (true, 60));
        assert_eq!((said.bounds.per_network, said.bounds.per_second), (3, 4));
    }
}
