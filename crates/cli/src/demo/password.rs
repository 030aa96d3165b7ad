//! With which password does the ready account sign in? One that can be read, typed, and not guessed.

use crate::failure::Failure;

/// Three groups of four characters: 60 random bits.
pub(crate) fn make() -> Result<String, Failure> {
    let mut bytes = [0; 12];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Failure::Setup {
        part: "a password",
        why: "the system gives no randomness".to_owned(),
    })?;
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| LETTERS.chars().nth(usize::from(byte % 32)).unwrap_or('0'))
        .collect();
    Ok(letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-"))
}

/// 32 characters, none of which looks like another one.
const LETTERS: &str = "0123456789abcdefghjkmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_can_be_read_and_is_another_one_each_time() {
        let password = make().unwrap();
        assert_eq!((LETTERS.len(), password.len()), (32, 14));
        assert!(
            password
                .split('-')
                .all(|group| group.len() == 4
                    && group.chars().all(|letter| LETTERS.contains(letter))),
            "{password}"
        );
        assert_ne!(password, make().unwrap());
    }
}
