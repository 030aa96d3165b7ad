//! Are these the same name, to a person? Names are folded before they are compared: outer and doubled space and letter case do
//! not count. Look-alike letters are not folded here.

/// A name as it is looked up.
pub(crate) fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_space_do_not_make_another_name() {
        for (name, same) in [
            ("Claude", true),
            ("  CLAUDE ", true),
            ("claude\u{a0}", true),
            ("Claude Code", false),
            ("Claud", false),
        ] {
            assert_eq!(folded(name) == folded("Claude"), same, "{name:?}");
        }
        assert_eq!(folded("Visual  Studio\tCode"), "visual studio code");
    }
}
