//! Who chose a URL: the question every call through this crate must answer first.
//!
//! There is no default and no conversion from anything else, so that a caller cannot forget to say it.

/// The one who made us go to a URL; it fixes what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChosenBy {
    /// Somebody we know nothing about: `https`, a public name on an allowed port, public addresses only.
    Stranger,
    /// The person at this computer's keyboard: `https` anywhere, plain `http` to this computer only.
    User,
    /// Whoever runs this program, by its configuration: `http` and `https` to any unicast host.
    Operator,
}
