//! Is this host in the list? Exact names, and with a leading dot every name below.

use std::collections::HashSet;

use salver_names::Host;

/// Hosts, found without a walk over the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostSet {
    exact: HashSet<Box<str>>,
    below: HashSet<Box<str>>,
}

impl HostSet {
    pub(crate) fn insert(&mut self, host: &str) {
        match host.strip_prefix('.') {
            Some(parent) => self.below.insert(parent.into()),
            None => self.exact.insert(host.into()),
        };
    }

    /// Whether the host is listed. A trailing dot names the same host.
    pub(crate) fn contains(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.exact.contains(host)
            || host
                .match_indices('.')
                .filter_map(|(dot, _)| host.get(dot + 1..))
                .any(|parent| self.below.contains(parent))
    }
}

/// Whether a text is a full domain name in the one spelling that is compared: lower case, A-labels, no address, no trailing dot.
pub(crate) fn is_domain_name(text: &str) -> bool {
    text.contains('.')
        && Host::parse(text).is_ok_and(|host| host.as_name().is_some_and(|name| name == text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_names_and_names_below() {
        let mut hosts = HostSet::default();
        hosts.insert("gitlab.example");
        hosts.insert(".buckets.example");
        for (host, listed) in [
            ("gitlab.example", true),
            ("gitlab.example.", true),
            ("a.gitlab.example", false),
            ("a.buckets.example", true),
            ("a.b.buckets.example", true),
            ("a.buckets.example.", true),
            ("buckets.example", false),
            ("evilbuckets.example", false),
            ("buckets.example.evil.example", false),
            ("", false),
        ] {
            assert_eq!(hosts.contains(host), listed, "{host}");
        }
    }

    #[test]
    fn one_spelling_of_domain_names() {
        for (text, sound) in [
            ("a.example", true),
            ("xn--bcher-kva.example", true),
            ("A.example", false),
            ("b\u{fc}cher.example", false),
            ("a.example.", false),
            ("localhost", false),
            ("127.0.0.1", false),
            ("a.example/x", false),
            ("", false),
        ] {
            assert_eq!(is_domain_name(text), sound, "{text}");
        }
    }
}
