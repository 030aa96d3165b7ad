//! How is a catalogue written? The TOML of docs/catalogue.md, member by member, before anything is believed. Unknown members are
//! errors (DESIGN 7, 10).

use serde::Deserialize;
use toml::Spanned;

use super::date::Date;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCatalogue {
    pub(super) format: Spanned<u64>,
    pub(super) number: Spanned<u64>,
    pub(super) issued: Date,
    pub(super) expires: Option<Spanned<Date>>,
    #[serde(default)]
    pub(super) relays: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) shared_hosts: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) remove: RawRemoved,
    #[serde(default, rename = "client")]
    pub(super) clients: Vec<Spanned<RawClient>>,
    #[serde(default, rename = "pin")]
    pub(super) pins: Vec<Spanned<RawPin>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRemoved {
    #[serde(default)]
    pub(super) clients: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) pins: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) relays: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) shared_hosts: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClient {
    pub(super) name: Spanned<String>,
    pub(super) publisher: Spanned<String>,
    #[serde(default)]
    pub(super) names: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) documents: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) redirect_uris: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) statements: Vec<Spanned<RawStatement>>,
    #[serde(default)]
    pub(super) logo_hosts: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) key_hosts: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) shared_host: bool,
    pub(super) recovery: Option<Spanned<String>>,
    pub(super) seen: Spanned<Date>,
    pub(super) source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStatement {
    pub(super) issuer: Spanned<String>,
    pub(super) software_id: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPin {
    pub(super) url: Spanned<String>,
    pub(super) fetched: Spanned<Date>,
    pub(super) document: Spanned<String>,
}

/// Enough of a file of another format to say so.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) format: Spanned<u64>,
}
