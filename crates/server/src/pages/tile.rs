//! What stands for an application in a picture? Its logo, drawn anew by us and served by us, or else a letter on a shade. No picture
//! is ever loaded from a stranger (DESIGN §7.5).

use askama::{Template, filters::HtmlSafe};

use crate::logo::LogoHash;

/// The picture of an application.
#[derive(Clone, Debug, Eq, PartialEq, Template)]
#[template(path = "tile.html")]
pub struct Tile {
    letter: char,
    shade: u8,
    /// Path of the logo on this server; where there is one, no letter is shown.
    logo: Option<String>,
}

// Its display is the rendered template, in which letter and path are escaped.
impl HtmlSafe for Tile {}

impl Tile {
    /// The tile for what identifies an application: its proven host, or else its name. Equal text gives an equal tile.
    #[must_use]
    pub fn of(identity: &str) -> Self {
        let letter =
            identity.chars().find(|c| c.is_alphanumeric()).and_then(|c| c.to_uppercase().next());
        let sum = identity.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        Self { letter: letter.unwrap_or('?'), shade: sum % SHADES, logo: None }
    }

    /// The logo of this hash below `base`, the issuer's path; without one, the letter.
    #[must_use]
    pub fn with_logo(base: &str, logo: Option<LogoHash>, identity: &str) -> Self {
        let logo = logo.map(|logo| format!("{base}{}", logo.path()));
        Self { logo, ..Self::of(identity) }
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

    #[test]
    fn a_logo_lies_below_the_issuer_and_without_one_there_is_a_letter() {
        let hash = LogoHash::of(b"picture");
        let shown = Tile::with_logo("/as", hash, "App").to_string();
        assert!(
            shown.contains(r#"src="/as/logo/"#) && shown.contains(r#".png" alt="""#),
            "{shown}"
        );
        assert_eq!(Tile::with_logo("", None, "App"), Tile::of("App"));
    }
}
