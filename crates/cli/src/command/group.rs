//! `salver admin group`: in which groups is a person? Rules and approvals speak of groups; a group is there as soon as somebody is in it.

use clap::Args;
use salver_store::{
    Outcome,
    group::{self, GroupFault},
};
use serde_json::json;

use super::{Where, admin, block_on, settings};
use crate::{failure::Failure, output, state};

#[derive(Args, Debug)]
pub(super) struct Group {
    /// The account's name.
    username: String,
    /// A group to put them in; may be given several times.
    #[arg(long, value_name = "GROUP")]
    add: Vec<String>,
    /// A group to take them out of; may be given several times.
    #[arg(long, value_name = "GROUP")]
    remove: Vec<String>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Group {
    pub(super) fn run(self) -> Result<(), Failure> {
        let store = state::open(&settings(&self.place.flags())?)?.store;
        let groups = block_on(async {
            let user = admin::find(&*store, &self.username).await?;
            let groups = changed(&user.groups, &self.add, &self.remove);
            if groups == user.groups {
                return Ok(groups);
            }
            group::check(&groups).map_err(|fault| refused(&fault))?;
            match store.set_groups(user.id, groups.clone()).await? {
                Outcome::Applied => Ok(groups),
                Outcome::Lost => Err(Failure::Refused {
                    why: format!("the account {} has gone", self.username),
                    hint: "`salver admin user list` shows all".to_owned(),
                }),
            }
        })?;
        if self.json {
            output::json(&json!({ "username": self.username, "groups": groups }));
        } else {
            let groups = if groups.is_empty() { "no group".to_owned() } else { groups.join(", ") };
            output::talk(&format!(
                "{} is in {groups}. It counts from the next login on.",
                self.username
            ));
        }
        Ok(())
    }
}

/// The groups after a change, sorted, each once. What is both added and removed is removed.
fn changed(groups: &[Box<str>], add: &[String], remove: &[String]) -> Vec<Box<str>> {
    let added = add.iter().map(|group| group.as_str().into());
    let mut groups: Vec<Box<str>> = groups.iter().cloned().chain(added).collect();
    groups.retain(|group| !remove.iter().any(|removed| **removed == **group));
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn refused(fault: &GroupFault) -> Failure {
    let hint = match fault {
        GroupFault::Name(_) => format!(
            "use 1 to {} of a-z, 0-9, _, . and -, beginning with a letter or digit",
            group::LONGEST
        ),
        GroupFault::TooMany(_) => format!("a person is in {} groups at most", group::MOST),
    };
    Failure::Refused { why: fault.to_string(), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_added_and_removed() {
        for (before, add, remove, after) in [
            (&["b"][..], &["a", "b"][..], &[][..], &["a", "b"][..]),
            (&["a", "b"], &[], &["a", "z"], &["b"]),
            (&[], &["a"], &["a"], &[]),
        ] {
            let owned =
                |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            let before: Vec<Box<str>> = before.iter().map(|text| (*text).into()).collect();
            let now = changed(&before, &owned(add), &owned(remove));
            assert_eq!(now.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), after);
        }
    }
}
