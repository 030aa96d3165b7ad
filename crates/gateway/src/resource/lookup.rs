//! Which resource is meant? By host, and on it by the longest path; metadata by the path form and the root form (MCP-RS-2).

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{Resource, metadata::WELL_KNOWN};
use crate::SettingsError;

/// All resources, by host.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// The longest path first.
    hosts: BTreeMap<Box<str>, Vec<Arc<Resource>>>,
}

impl Directory {
    pub(crate) fn add(&mut self, resource: Resource) -> Result<(), SettingsError> {
        let on_host = self.hosts.entry(resource.authority().into()).or_default();
        if on_host.iter().any(|other| other.path() == resource.path()) {
            return Err(SettingsError::Taken {
                resource: resource.name().to_owned(),
                id: resource.id().clone(),
            });
        }
        let shorter = |other: &Arc<Resource>| other.path().len() < resource.path().len();
        let position = on_host.iter().position(shorter).unwrap_or(on_host.len());
        on_host.insert(position, Arc::new(resource));
        Ok(())
    }

    /// The resource at `path` on this host (as `Host` carries it).
    pub(crate) fn find(&self, authority: &str, path: &str) -> Option<&Arc<Resource>> {
        self.on_host(authority).iter().find(|resource| {
            let rest = path.strip_prefix(resource.path());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The resource whose metadata is at `path` on this host.
    pub(crate) fn find_described(&self, authority: &str, path: &str) -> Option<&Arc<Resource>> {
        let of = path.strip_prefix(WELL_KNOWN)?;
        if !of.is_empty() && !of.starts_with('/') {
            return None;
        }
        let on_host = self.on_host(authority);
        let of = of.strip_suffix('/').unwrap_or(of);
        let named = on_host.iter().find(|resource| resource.path() == of);
        match (named, on_host) {
            (Some(named), _) => Some(named),
            // The root form, where it can mean one only.
            (None, [only]) if of.is_empty() => Some(only),
            _ => None,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.hosts.values().flatten()
    }

    fn on_host(&self, authority: &str) -> &[Arc<Resource>] {
        let lower_case = |byte: u8| !byte.is_ascii_uppercase();
        let authority = if authority.bytes().all(lower_case) {
            Cow::Borrowed(authority)
        } else {
            Cow::Owned(authority.to_ascii_lowercase())
        };
        let found = self.hosts.get(&*authority).or_else(|| {
            // A default port may be written (RFC 9110 §4.2.3); which one is default, the registered form tells.
            let bare = authority.strip_suffix(":443").or_else(|| authority.strip_suffix(":80"))?;
            self.hosts.get(bare).filter(|on_host| {
                on_host.iter().all(|resource| {
                    let https = resource.origin().starts_with("https:");
                    authority.ends_with(if https { ":443" } else { ":80" })
                })
            })
        });
        found.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use salver_oauth::Issuer;

    use super::*;
    use crate::settings::tests::resource;

    fn directory(ids: &[&str]) -> Result<Directory, SettingsError> {
        let issuer = Issuer::parse("https://as.example").unwrap();
        let mut directory = Directory::default();
        for id in ids {
            directory.add(Resource::compile(&resource(id), &issuer)?)?;
        }
        Ok(directory)
    }

    #[test]
    fn the_longest_path_on_the_host_wins() {
        let directory = directory(&[
            "https://a.example/mcp",
            "https://a.example/mcp/deep/",
            "https://b.example/",
            "http://localhost:8080/mcp",
        ])
        .unwrap();
        for (authority, path, found) in [
            ("a.example", "/mcp", Some("https://a.example/mcp")),
            ("a.example", "/mcp/", Some("https://a.example/mcp")),
            ("a.example", "/mcp/x", Some("https://a.example/mcp")),
            ("a.example", "/mcp/deep", Some("https://a.example/mcp/deep/")),
            ("a.example", "/mcp/deep/x", Some("https://a.example/mcp/deep/")),
            ("a.example", "/mcpx", None),
            ("a.example", "/", None),
            ("A.Example:443", "/mcp", Some("https://a.example/mcp")),
            ("a.example:80", "/mcp", None),
            ("a.example:8443", "/mcp", None),
            ("b.example", "/anything", Some("https://b.example/")),
            ("localhost:8080", "/mcp", Some("http://localhost:8080/mcp")),
            ("localhost", "/mcp", None),
            ("c.example", "/mcp", None),
        ] {
            let seen = directory.find(authority, path).map(|resource| resource.id().as_str());
            assert_eq!(seen, found, "{authority} {path}");
        }
    }

    #[test]
    fn mcp_rs_2_path_form_and_root_form() {
        let directory = directory(&[
            "https://one.example/mcp",
            "https://two.example/a",
            "https://two.example/b/",
            "https://root.example/",
            "https://root.example/c",
        ])
        .unwrap();
        for (authority, of, found) in [
            ("one.example", "/mcp", Some("https://one.example/mcp")),
            ("one.example", "/mcp/", Some("https://one.example/mcp")),
            ("one.example", "", Some("https://one.example/mcp")),
            ("one.example", "/", Some("https://one.example/mcp")),
            ("one.example", "/other", None),
            ("one.example", "x", None),
            ("two.example", "/a", Some("https://two.example/a")),
            ("two.example", "/b/", Some("https://two.example/b/")),
            ("two.example", "", None),
            ("root.example", "", Some("https://root.example/")),
            ("root.example", "/c", Some("https://root.example/c")),
            ("none.example", "", None),
        ] {
            let path = format!("{WELL_KNOWN}{of}");
            let seen = directory.find_described(authority, &path);
            let seen = seen.map(|resource| resource.id().as_str());
            assert_eq!(seen, found, "{authority} {path}");
        }
    }

    #[test]
    fn two_resources_cannot_share_an_address_and_addresses_are_plain() {
        assert!(directory(&["https://a.example/mcp", "https://a.example/mcp2"]).is_ok());
        for ids in [
            &["https://a.example/mcp", "https://a.example/mcp/"][..],
            &["https://a.example/mcp?x=1"],
            &["https://a.example/a/../b"],
            &["https://a.example/a%2fb"],
            &["https://a.example//b"],
        ] {
            assert!(directory(ids).is_err(), "{ids:?}");
        }
    }
}
