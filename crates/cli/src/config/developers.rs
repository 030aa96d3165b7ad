//! How are applications of developers entered and reviewed? `[developers]` (docs/developers.md).

use salver_server::settings::{Developers, LostDomain};
use salver_store::group;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problems;

/// `[developers]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DevelopersSection {
    /// Groups whose members bring their applications into force without a review. People are told that nobody has looked at them.
    pub(crate) publish_without_review: Vec<String>,
    /// What reviewers look at before they approve an application, like "Contract"; each is ticked by name, and an application is approved when all are.
    pub(crate) checklist: Vec<String>,
    /// What follows when the proof of a domain has been missing for seven days: `note` (the history says so), `warn` (people and reviewers are told as well, and the
    /// client does not count as reviewed) or `suspend` (nobody gets in with it as well). It ends when the domain is proven again or a reviewer decides.
    pub(crate) lost_domain: LostDomainName,
}

/// A consequence, as the file says it.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LostDomainName {
    /// The history says so.
    Note,
    /// People and reviewers are told as well.
    #[default]
    Warn,
    /// Nobody gets in with it as well.
    Suspend,
}

impl From<LostDomainName> for LostDomain {
    fn from(name: LostDomainName) -> Self {
        match name {
            LostDomainName::Note => Self::Note,
            LostDomainName::Warn => Self::Warn,
            LostDomainName::Suspend => Self::Suspend,
        }
    }
}

/// What the section means.
pub(super) fn resolve(section: &DevelopersSection, problems: &mut Problems) -> Developers {
    let mut groups: Vec<Box<str>> = Vec::new();
    for (number, name) in section.publish_without_review.iter().enumerate() {
        let name: Box<str> = name.as_str().into();
        if group::check(std::slice::from_ref(&name)).is_err() {
            problems.refuse(
                format!("developers.publish_without_review[{number}]"),
                format!("{name:?} cannot be the name of a group"),
                "write it as in `salver admin group`: small letters, digits, `_`, `.` and `-`",
            );
        }
        groups.push(name);
    }
    let mut checklist: Vec<Box<str>> = Vec::new();
    for (number, item) in section.checklist.iter().enumerate() {
        let key = format!("developers.checklist[{number}]");
        let item: Box<str> = item.trim().into();
        if item.is_empty() || item.chars().count() > MAX_ITEM || item.contains(char::is_control) {
            problems.refuse(
                key,
                format!("is not a line of 1 to {MAX_ITEM} characters"),
                "write it in a few words",
            );
        } else if checklist.contains(&item) {
            problems.refuse(key, format!("{item:?} is there twice"), "write each once");
        } else {
            checklist.push(item);
        }
    }
    if checklist.len() > MAX_ITEMS {
        problems.refuse(
            "developers.checklist",
            format!("has more than {MAX_ITEMS} items"),
            "put some of them together",
        );
    }
    let lost_domain = section.lost_domain.into();
    Developers { publish_without_review: groups, checklist, lost_domain }
}

/// The longest item, in characters.
const MAX_ITEM: usize = 120;
/// The most items.
const MAX_ITEMS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(groups: &[&str], checklist: &[&str]) -> Option<String> {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let section = DevelopersSection {
            publish_without_review: owned(groups),
            checklist: owned(checklist),
            lost_domain: LostDomainName::default(),
        };
        let mut problems = Problems::default();
        resolve(&section, &mut problems);
        let first = problems.into_list().into_iter().next();
        first.map(|problem| format!("{}: {}", problem.key, problem.why))
    }

    #[test]
    fn groups_have_names_and_items_say_something_once() {
        let long = "x".repeat(121);
        let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let item = |number| {
            format!("developers.checklist[{number}]: is not a line of 1 to 120 characters")
        };
        for (groups, checklist, expected) in [
            (&["staff"][..], &["Contract", "Source reviewed"][..], None),
            (
                &["Staff"],
                &[],
                Some(
                    "developers.publish_without_review[0]: \"Staff\" cannot be the name of a group"
                        .to_owned(),
                ),
            ),
            (&[], &["Contract", " "], Some(item(1))),
            (&[], &["Contract\nNo"], Some(item(0))),
            (&[], &[&long], Some(item(0))),
            (
                &[],
                &["Contract", "Contract "],
                Some("developers.checklist[1]: \"Contract\" is there twice".to_owned()),
            ),
            (&[], &many, Some("developers.checklist: has more than 20 items".to_owned())),
        ] {
            assert_eq!(refused(groups, checklist), expected, "{groups:?} {checklist:?}");
        }
    }
}
