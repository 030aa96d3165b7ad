//! What is one MCP server to the gateway? Its settings, checked, with everything ready that does not change between calls.

mod lookup;
mod metadata;
mod target;

use http::HeaderValue;
use salver_oauth::{Issuer, ResourceId};
use url::Url;

use self::metadata::WELL_KNOWN;
pub(crate) use self::{lookup::Directory, metadata::answer, target::Target};
use crate::{
    ResourceSettings, SettingsError, challenge::Challenges, origin, rules::Rules, scopes::Scopes,
};

/// One MCP server behind the gateway.
#[derive(Debug)]
pub struct Resource {
    name: Box<str>,
    id: ResourceId,
    place: Place,
    pub(crate) target: Target,
    pub(crate) scopes: Scopes,
    pub(crate) rules: Rules,
    pub(crate) challenges: Challenges,
    pub(crate) metadata: bytes::Bytes,
    pub(crate) allowed_origins: Vec<HeaderValue>,
}

/// Where clients find it.
#[derive(Debug)]
struct Place {
    origin: String,
    authority: String,
    /// Without a slash at its end.
    path: String,
}

impl Resource {
    pub(crate) fn compile(
        settings: &ResourceSettings,
        issuer: &Issuer,
    ) -> Result<Self, SettingsError> {
        let name = settings.name.trim();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(SettingsError::Name { resource: settings.name.clone() });
        }
        let public_url = || SettingsError::PublicUrl {
            resource: settings.name.clone(),
            id: settings.id.clone(),
        };
        let place = Place::of(&settings.id).ok_or_else(public_url)?;
        let scopes = Scopes::compile(settings)?;
        let target = Target::new(&settings.upstream).ok_or_else(|| SettingsError::Upstream {
            resource: settings.name.clone(),
            url: settings.upstream.clone(),
        })?;
        let challenges =
            Challenges::new(&place.metadata_url(&settings.id), &settings.default_scope)
                .ok_or_else(public_url)?;
        let allowed_origins = settings.allowed_origins.iter().map(|origin| {
            origin::written_as_sent(origin).ok_or_else(|| SettingsError::Origin {
                resource: settings.name.clone(),
                origin: origin.clone(),
            })
        });
        Ok(Self {
            name: name.into(),
            id: settings.id.clone(),
            rules: Rules::compile(settings, &scopes)?,
            allowed_origins: allowed_origins.collect::<Result<_, _>>()?,
            metadata: metadata::document(settings, issuer),
            place,
            target,
            scopes,
            challenges,
        })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its identifier, which tokens carry in `aud`.
    #[must_use]
    pub fn id(&self) -> &ResourceId {
        &self.id
    }

    /// Scheme, host and port under which clients find it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.place.origin
    }

    /// Host and port, as `Host` carries them.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.place.authority
    }

    /// The path, without a slash at its end: empty, or `/…`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.place.path
    }
}

impl Place {
    /// `None` for URLs with a query, or a path that is written otherwise than a parser would.
    fn of(id: &ResourceId) -> Option<Self> {
        let url = Url::parse(id.as_str()).ok()?;
        let path = url.path().strip_suffix('/').unwrap_or(url.path());
        let plain = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
        let as_written = plain(url.as_str()) == plain(id.as_str());
        if url.query().is_some() || !as_written || !target::is_plain_path(path) {
            return None;
        }
        let origin = url.origin().ascii_serialization();
        let authority = origin.split_once("://")?.1.to_owned();
        Some(Self { origin, authority, path: path.to_owned() })
    }

    /// RFC 9728 §3.1: the well-known part stands between host and path; a slash that ends the host part goes.
    fn metadata_url(&self, id: &ResourceId) -> String {
        let slash = if !self.path.is_empty() && id.as_str().ends_with('/') { "/" } else { "" };
        format!("{}{WELL_KNOWN}{}{slash}", self.origin, self.path)
    }
}
