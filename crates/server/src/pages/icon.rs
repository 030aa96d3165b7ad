//! Which shape goes with a sentence? Risk is told by words and by shape, never by colour alone (WCAG 2.2, 1.4.1).

use std::fmt;

use askama::{Template, filters::HtmlSafe};

/// A drawing beside a sentence that says the same; hidden from screen readers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Icon {
    /// A shield with a tick.
    Proven,
    /// A circle with an i.
    Partly,
    /// An octagon with a question mark.
    Unknown,
    /// A triangle.
    Warning,
}

#[derive(Template)]
#[template(path = "icon.html")]
struct Drawing(Icon);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Drawing(*self), f)
    }
}

// Its display is a fixed drawing.
impl HtmlSafe for Icon {}
