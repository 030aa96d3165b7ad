//! Which words can name a group of people? Rules and approvals speak of groups; a person may be in several, or in none.
//!
//! Leaves out what a group may do, and whether anybody is in it: a group is there as soon as somebody bears its name.

use thiserror::Error;

/// How many groups a person is in at most.
pub const MOST: usize = 32;
/// How long a name is at most.
pub const LONGEST: usize = 64;

/// Why a list of names cannot be a person's groups.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum GroupFault {
    /// A name that is none.
    #[error("not the name of a group: {0:?}")]
    Name(Box<str>),
    /// More than [`MOST`].
    #[error("a person cannot be in {0} groups")]
    TooMany(usize),
}

/// Checks a person's groups: each name is 1 to [`LONGEST`] of `a-z`, `0-9`, `_`, `.` and `-`, and begins with a letter or digit.
///
/// # Errors
/// The first rule that is broken.
pub fn check(groups: &[Box<str>]) -> Result<(), GroupFault> {
    if groups.len() > MOST {
        return Err(GroupFault::TooMany(groups.len()));
    }
    match groups.iter().find(|name| !is_name(name)) {
        Some(name) => Err(GroupFault::Name(name.clone())),
        None => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= LONGEST
        && text.bytes().next().is_some_and(|first| plain(&first))
        && text.bytes().all(|byte| plain(&byte) || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_plain_word() {
        let longest = "a".repeat(LONGEST);
        let too_long = "a".repeat(LONGEST + 1);
        let names: &[(&str, bool)] = &[
            ("staff", true),
            ("Staff", false),
            ("2nd-line_support.eu", true),
            ("2nd line", false),
            ("-staff", false),
            ("_staff", false),
            (".staff", false),
            ("9", true),
            ("", false),
            ("straße", false),
            (&longest, true),
            (&too_long, false),
        ];
        for (name, accepted) in names {
            assert_eq!(check(&[(*name).into()]).is_ok(), *accepted, "{name}");
        }
    }

    #[test]
    fn a_person_is_in_so_many_groups_and_no_more() {
        let groups =
            |many: usize| (0..many).map(|number| format!("g{number}").into()).collect::<Vec<_>>();
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(&groups(MOST)), Ok(()));
        assert_eq!(check(&groups(MOST + 1)), Err(GroupFault::TooMany(MOST + 1)));
    }
}
