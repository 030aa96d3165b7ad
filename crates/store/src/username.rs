//! When are two user names the same? When their keys are: engines store the key beside the name and make it unique.
//!
//! Leaves out which characters a name may have at all; whoever makes accounts decides that.

/// The form of a name that is compared: without regard to letter case, in any script.
#[must_use]
pub fn key(username: &str) -> String {
    // Upper case first: it unites letters that have more than one lower-case form (ß and ss, ς and σ).
    username.to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn letter_case_is_the_only_difference_that_does_not_count() {
        const NAMES: &[(&str, &str, bool)] = &[
            ("ada", "ADA", true),
            ("ada", "ad\u{e1}", false),
            ("ÄRZTIN", "ärztin", true),
            ("straße", "STRASSE", true),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς", true),
            ("ada", "ada ", false),
        ];
        for (left, right, same) in NAMES {
            assert_eq!(key(left) == key(right), *same, "{left} {right}");
        }
    }
}
