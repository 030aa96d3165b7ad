//! Which sections say something else than before? What was said is compared, not what it means; and it is compared by digests, since some of
//! it is secret.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};

/// What each section said, by the first part of its keys.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sections(BTreeMap<String, Vec<u8>>);

impl Sections {
    /// Of everything that was said.
    pub(crate) fn of(table: &toml::Table) -> Self {
        let digest = |value: &toml::Value| digest(&SHA256, value.to_string().as_bytes());
        let digests =
            table.iter().map(|(name, value)| (name.clone(), digest(value).as_ref().to_vec()));
        Self(digests.collect())
    }

    /// The names of those that say something else, or are in one of the two only.
    pub(crate) fn that_differ<'s>(&'s self, other: &'s Self) -> Vec<&'s str> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let differ = names.into_iter().filter(|name| self.0.get(*name) != other.0.get(*name));
        differ.map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_differ_by_what_they_say() {
        let sections = |text: &str| Sections::of(&text.parse().unwrap());
        let before =
            sections("data = \"a\"\n[log]\nlevel = \"info\"\n[limits]\nhead_seconds = 1\n");
        for (text, differ) in [
            ("data = 'a'\nlog = { level = \"info\" } # same\nlimits.head_seconds = 1\n", &[][..]),
            (
                "data = \"b\"\n[log]\nlevel = \"info\"\n[limits]\nhead_seconds = 2\n",
                &["data", "limits"],
            ),
            (
                "data = \"a\"\n[log]\nlevel = \"info\"\n[policy]\npreset = \"known\"\n",
                &["limits", "policy"],
            ),
        ] {
            assert_eq!(before.that_differ(&sections(text)), differ, "{text}");
        }
    }
}
