//! What stands in the place of a logo? A letter on a shade; no picture of a stranger is ever loaded (DESIGN §7.5).

use askama::{Template, filters::HtmlSafe};

/// The letter tile of an application.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Template)]
#[template(path = "tile.html")]
pub struct Tile {
    letter: char,
    shade: u8,
}

// Its display is the rendered template, in which the letter is escaped.
impl HtmlSafe for Tile {}

impl Tile {
    /// The tile for what identifies an application: its proven host, or else its name. Equal text gives an equal tile.
    #[must_use]
    pub fn of(identity: &str) -> Self {
        let letter =
            identity.chars().find(|c| c.is_alphanumeric()).and_then(|c| c.to_uppercase().next());
        let sum = identity.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        Self { letter: letter.unwrap_or('?'), shade: sum % SHADES }
    }
}

const SHADES: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_shows_the_first_letter_or_digit() {
        assert_eq!(Tile::of("“élan”").letter, 'É');
        assert_eq!(Tile::of("<7zip>").letter, '7');
        assert_eq!(Tile::of("<>").letter, '?');
    }
}
